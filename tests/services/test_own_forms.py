"""Forms of an organisation: kept by admins as data, filled in in a case, readable whatever becomes of the form."""

from __future__ import annotations

import pytest

from tests.services.office import Office
from tests.tables import each
from vault.access.session import Session
from vault.casework.questionnaires import LONGEST_FILE, Filled, FormAnswer, FormDefinition, Question
from vault.errors import NotFoundError, RefusedError, UsageError, VaultError
from vault.ids import CompartmentId, RecordId
from vault.records.versions import from_fields, to_fields
from vault.services import own_forms
from vault.services.cases import case_people, cases, editing, story_records, undoing
from vault.services.projection.stored_records import Stored

RECEPTION = """
code = "reception"
title = "Reception"
version = {version}
[[questions]]
name = "heard"
label = "Heard of us through"
kind = "choice"
choices = ["a friend", "а друг"]
required = true
[[questions]]
name = "arrived"
label = "Arrived"
kind = "date"
[[questions]]
name = "told"
label = "What was told"
kind = "long-text"
[[questions]]
name = "children"
label = "Children"
kind = "number"
[[questions]]
name = "papers"
label = "Papers were taken"
kind = "yes-no-unknown"
[[questions]]
name = "with_whom"
label = "Came with"
kind = "person"
[[questions]]
name = "country"
label = "Last country"
kind = "country"
"""
ANSWERS = {
    "heard": "а друг",
    "arrived": "2026-03~",
    "told": "Two nights.\nThen a bus.",
    "children": "2",
    "papers": "unknown",
    "with_whom": "Ilham Torgaev",
    "country": "kyrgyzstan",
}


def file(version: int = 1, more: str = "") -> bytes:
    return (RECEPTION.format(version=version) + more).encode()


def kept_in(session: Session, case: CompartmentId) -> Stored[Filled]:
    (record,) = story_records.list_in(session, case, (Filled.KIND,))
    assert isinstance(record.value, Filled)
    return record  # type: ignore[return-value]  # as was said


def filled(session: Session) -> tuple[CompartmentId, RecordId]:
    case = cases.create(session, title="Arrest", kind="asylum").case
    case_people.add(session, case, role="client", names=["Ilham Torgaev"])
    return case, own_forms.fill(session, case, "reception", ANSWERS)


def test_an_admin_keeps_a_form_and_a_caseworker_fills_it_in_and_changes_it(office: Office) -> None:
    with office.place.open() as mira:
        assert own_forms.add(mira, file()).definition.title == "Reception"
        case, record = filled(mira)
        kept = kept_in(mira, case)
        told = {str(label): str(text) for label, text in kept.value.told(case_people.names_in(mira, case))}
        assert (told["Came with"], told["Last country"], told["Children"]) == ("Ilham Torgaev", "Kyrgyzstan", "2")
        assert kept.value.answers["country"].value == "KG"
        own_forms.change(mira, editing.Place(case, record, Filled.KIND), "reception", {"children": "3", "told": ""})
        assert {"children": "3", "told": "", "heard": "а друг"}.items() <= kept_in(mira, case).value.typed().items()
        assert len(editing.history(mira, editing.Place(case, record, Filled.KIND))) == 2
        undoing.undo(mira, undoing.last(mira))
        assert kept_in(mira, case).value.typed()["children"] == "2"


def test_answers_stay_when_a_newer_form_asks_something_else(office: Office) -> None:
    with office.place.open() as mira:
        own_forms.add(mira, file())
        case, record = filled(mira)
        newer = b'code="reception"\ntitle="Welcome"\nversion=2\n[[questions]]\nname="bed"\nlabel="Bed"\nkind="text"\n'
        own_forms.add(mira, newer)
        with pytest.raises(UsageError, match="version 2 already"):
            own_forms.add(mira, newer)
        assert [(form.definition.title, form.definition.version) for form in own_forms.list_all(mira)] == [
            ("Welcome", 2)
        ]
        own_forms.change(mira, editing.Place(case, record, Filled.KIND), "reception", {"bed": "4"})
        value = kept_in(mira, case).value
        assert (value.version, value.title) == (2, "Welcome")
        assert {str(label) for label, _ in value.told({})} == {
            *("Heard of us through", "Arrived", "What was told", "Children", "Papers were taken", "Came with"),
            *("Last country", "Bed"),
        }


def test_what_a_newer_program_kept_survives_an_edit() -> None:
    definition = FormDefinition("reception", "Reception", 1, (Question("bed", "Bed", "text"),))
    newer = {
        **to_fields(
            Filled("reception", "Reception", "2026-11-27", 9, {"sign": FormAnswer("Signed", "signature", "x")})
        ),
        "weather": "grey",
    }
    newer["answers"]["sign"]["ink"] = "blue"  # type: ignore[index]  # as MessagePack gives it
    edited = to_fields(from_fields(Filled, newer).answered(definition, {"bed": "4"}), known=newer)
    assert edited["weather"] == "grey"
    assert edited["answers"]["sign"] == {"label": "Signed", "kind": "signature", "value": "x", "ink": "blue"}  # type: ignore[index]  # likewise
    assert not Question("sign", "Sign here", "signature").is_known
    assert FormDefinition("a", "A", 1, (Question("sign", "Sign", "signature"),)).as_form().fields == ()


@each(
    {
        "a question that is none": {"weather": "grey"},
        "nothing where something must stand": {"heard": ""},
        "no choice of these": {"heard": "nobody"},
        "no number": {"children": "two"},
        "no date": {"arrived": "soon"},
        "no country": {"country": "Atlantis"},
        "nobody of the case": {"with_whom": "Somebody Else"},
        "no word": {"papers": "perhaps"},
    }
)
def test_an_answer_of_another_kind_is_refused(typed: dict[str, str], office: Office) -> None:
    with office.place.open() as mira:
        if not own_forms.list_all(mira):
            own_forms.add(mira, file())
        case = cases.create(mira, title="Arrest", kind="asylum").case
        with pytest.raises(VaultError) as refused:
            own_forms.fill(mira, case, "reception", {"heard": "a friend"} | typed)
        assert not any(text in str(refused.value) for text in ("nobody", "Atlantis", "Somebody", "soon"))
        assert story_records.list_in(mira, case, (Filled.KIND,)) == []


MANY = "".join(f'[[questions]]\nname="q{n}"\nlabel="Q"\nkind="text"\n' for n in range(10_000))
HEAD = 'code="a"\ntitle="A"\nversion=1\n'
ONE = '[[questions]]\nname="q"\nlabel="Q"\nkind="text"\n'


@each(
    {
        "10,000 questions": HEAD + MANY,
        "201 questions": HEAD + MANY[: MANY.index('[[questions]]\nname="q201"')],
        "no questions": HEAD,
        "too long": HEAD + ONE + "#" * LONGEST_FILE,
        "no TOML": "<form/>",
        "NUL": HEAD + '[[questions]]\nname="q"\nlabel="\\u0000"\nkind="text"\n',
        "a raw NUL": HEAD + "\0",
        "right to left": HEAD + '[[questions]]\nname="q"\nlabel="\\u202eQ"\nkind="text"\n',
        "nothing to see": HEAD + '[[questions]]\nname="q"\nlabel="\\u200b"\nkind="text"\n',
        "a question in a question": HEAD + ONE + '[[questions.questions]]\nname="q"\n',
        "a question that asks itself": HEAD + ONE + 'shown_if="q"\n',
        "one name twice": HEAD + ONE + ONE,
        "a name that is a path": HEAD + ONE.replace('name="q"', 'name="../q"'),
        "an unknown kind": HEAD + ONE.replace("text", "script"),
        "choices of a text": HEAD + ONE + 'choices=["a"]\n',
        "a choice without choices": HEAD + ONE.replace("text", "choice"),
        "no version": HEAD.replace("version=1", "version=true") + ONE,
        "a version below": HEAD.replace("1", "-1") + ONE,
        "a code with blanks": HEAD.replace('code="a"', 'code="a b"') + ONE,
        "deep": HEAD + "x=" + "[" * 100_000,
        "a lone surrogate": HEAD.encode() + b'[[questions]]\nname="q"\nlabel="\xed\xa0\x80"\nkind="text"\n',
    }
)
def test_a_hostile_form_gets_one_clear_error_and_nothing_is_kept(text: str | bytes, office: Office) -> None:
    with office.place.open() as mira:
        with pytest.raises(UsageError) as refused:
            own_forms.add(mira, text if isinstance(text, bytes) else text.encode())
        assert len(str(refused.value)) < 300
        assert own_forms.list_all(mira) == []


def test_who_is_no_admin_keeps_no_form_and_reads_all(office: Office) -> None:
    with office.open(office.amina) as amina:
        with pytest.raises(RefusedError):
            own_forms.add(amina, file())
        with pytest.raises(NotFoundError):
            own_forms.find(amina, "reception")


def test_a_form_is_found_by_its_code_alone_and_a_record_is_changed_by_its_own_form(office: Office) -> None:
    other = b'code="leaving"\ntitle="Leaving"\nversion=1\n[[questions]]\nname="bed"\nlabel="Bed"\nkind="text"\n'
    with office.place.open() as mira:
        own_forms.add(mira, other)
        own_forms.add(mira, file())
        for code in ("leaving", " Reception "):
            assert own_forms.find(mira, code).definition.code == code.strip().casefold()
        with pytest.raises(NotFoundError, match="no form with this code"):
            own_forms.find(mira, "recept")
        case, record = filled(mira)
        place, before = editing.Place(case, record, Filled.KIND), kept_in(mira, case).value
        with pytest.raises(UsageError, match="filled in by another form"):
            own_forms.change(mira, place, "leaving", {"bed": "4"})
        with pytest.raises(UsageError, match="there is nothing to change"):
            own_forms.change(mira, place, "reception", {})
        assert kept_in(mira, case).value == before
