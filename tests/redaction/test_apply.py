from __future__ import annotations

import ast
import dataclasses
import pathlib
import secrets
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vault.redaction
from tests.redaction.people import (
    CASE,
    CASE_ID,
    CLIENT,
    CLIENT_PERSON,
    LAWYER,
    NOTE_ID,
    WITNESS,
    WITNESS_PERSON,
    WORKER,
    WORKER_PERSON,
    Counting,
    note,
    outcome,
    redacted,
    registry_of,
    renamed,
    source_of,
    text_left,
    usual_registry,
)
from tests.redaction.test_find_registered import DISGUISES
from tests.tables import each
from vault.casework.disclosure import Disclosure
from vault.casework.form import FormedRecord, Shape
from vault.casework.kinds import CaseworkRecord
from vault.casework.partner import Partner
from vault.casework.person import Person, SafeContact
from vault.casework.questionnaires import Filled, FormAnswer, FormDefinition, Question
from vault.casework.story import STORY
from vault.casework.story.protection import CheckIn
from vault.casework.vocabulary import Channel, NoteKind
from vault.errors import InternalError, LeakError
from vault.redaction import apply
from vault.redaction.dossier import RedactedBlock, RedactedDossier, RedactedSection
from vault.redaction.find_registered import find_in
from vault.redaction.profile import ANY_VARIANT, PROFILES
from vault.redaction.questions import OpenQuestions
from vault.redaction.source import DossierSource, SourceField, SourceRecord
from vault.redaction.spans import IdentifierType
from vault.redaction.transform import PseudonymBook

RECORDS: tuple[tuple[bytes, CaseworkRecord], ...] = (
    (CASE_ID, CASE),
    (CLIENT, CLIENT_PERSON),
    (WITNESS, WITNESS_PERSON),
    (WORKER, WORKER_PERSON),
)


def visible_text(dossier: RedactedDossier) -> str:
    """Return every heading, label and text in order, one to a line."""
    return "\n".join(
        line
        for section in dossier.sections
        for line in (section.heading, *(part for block in section.blocks for part in (block.label, block.text)))
    )


def test_a_dossier_for_the_lawyer_names_the_client_and_hides_the_others() -> None:
    text = (
        "Интервью с Торгаевым Э. и Скворкиной (род. 3 июля 1990, тел. +996 700 44-55-66), "
        "пишет nightowl77@example.org.\n\n  Nela O'Brannik called at 10:30; паспорт AN1234567, 12/05/1984."
    )
    dossier = redacted(source_of(*RECORDS, (NOTE_ID, note(text))), usual_registry(), {"Торгаевым Э.": "keep"})
    assert visible_text(dossier).splitlines() == [
        "case", "kind", "asylum", "stage", "appeal-1", "opened", "2026-01-02", "client", "names", "Элмар Торгаев",
        "names", "Elmar Torgaev", "date-of-birth", "1984-05-12", "documents", "passport AN 1234567", "witness",
        "names", "[P-KT7]", "note", "date", "2026-03-01", "kind", "interview", "text",
        "Интервью с Торгаевым Э. и [P-KT7] (род. [removed], тел. [removed]), пишет [removed].",
        "[P-NW4] called at 10:30; паспорт AN1234567, 12/05/1984.",
    ]  # fmt: skip


@each([NoteKind.MEDICAL, NoteKind.SAFETY, NoteKind.ADMINISTRATION, NoteKind.SUPERVISION])
def test_notes_of_kinds_that_the_profile_does_not_name_leave_nothing_not_even_questions(kind: NoteKind) -> None:
    dossier = redacted(source_of((NOTE_ID, note("Темир", kind))), usual_registry(), {})
    assert dossier.sections == ()


def test_a_field_that_nobody_named_never_leaves() -> None:
    custom = SourceField("safe_house", ("third floor",))
    record = SourceRecord("note", "interview", (SourceField("text", ("слово",)), custom))
    dossier = redacted(DossierSource((record,)), usual_registry(), {})
    assert visible_text(dossier) == "note\ntext\nслово"


@each([Partner("Somebody", "age1x", "words"), Disclosure(CLIENT, "lawyer", "why", CLIENT, bytes(32), "2026-01-01")])
def test_records_of_the_office_itself_do_not_leave(record: Partner | Disclosure) -> None:
    assert redacted(source_of((NOTE_ID, record)), usual_registry(), {}).sections == ()


FITTING: dict[type[FormedRecord], dict[str, str]] = {
    CheckIn: {"at": "2026-12-14T22:00", "second": "другое слово", "ladder": "1h: слово"}
}


@each(list(STORY.values()))
def test_a_record_with_a_form_does_not_leave_before_a_profile_names_it(kind: type[FormedRecord]) -> None:
    typed = {}
    for field in kind.FORM.fields:
        word = None if field.words is None else next(iter(field.words)).value
        other = "ab" * 16 if field.shape is Shape.RECORD else ""
        typed[field.name] = word or ("слово" if field.is_written else "2026-12-14" if field.is_of_time else other)
    record = kind(**kind.FORM.from_typed(typed | FITTING.get(kind, {})))
    assert "слово" in record.words()
    assert redacted(source_of((NOTE_ID, record)), usual_registry(), {}).sections == ()


def test_no_answer_of_a_form_leaves_under_any_profile() -> None:
    answers = {
        name: FormAnswer("слово", kind, "слово") for name, kind in (("a", "text"), ("b", "choice"), ("c", "new"))
    }
    record = Filled("reception", "слово", "2026-12-14", 1, answers)
    definition = FormDefinition("reception", "слово", 1, (Question("a", "слово", "text"),))
    assert record.words().count("слово") == 4
    for profile in PROFILES.values():
        for made in (record, definition):
            assert profile.rule(made.KIND, ANY_VARIANT) is None
    assert redacted(source_of((NOTE_ID, record)), usual_registry(), {}).sections == ()


def test_no_field_of_any_record_is_left_out_of_the_source_unseen() -> None:
    for _, record in RECORDS:
        (made,) = source_of((CASE_ID, record)).records
        assert {one.name for one in made.fields} == {one.name for one in dataclasses.fields(record)}


PIECES = st.sampled_from(
    [
        *DISGUISES.values(),
        "Элмар",
        "Торгаев",
        "слово",
        "Темир",
        "0700445566",
        "3.7.1990",
        "nightowl77",
        "ID7654321",
        "З.",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(PIECES, st.sampled_from([" ", "\n", ", ", ". ", " - ", "; "])), min_size=1, max_size=8))
def test_no_hidden_form_survives_in_any_arrangement(pieces: list[tuple[str, str]]) -> None:
    left = text_left("".join(piece + gap for piece, gap in pieces)).casefold()
    for form in ("скворки", "skvorki", "зафир", "zafir", "маратовн", "سكور", "44556", "7654321", "nightowl", "7.1990"):
        assert form not in left.replace(" ", "")


def test_the_same_person_has_one_pseudonym_in_all_scripts_forms_and_disguises_and_their_number_does_not_show() -> None:
    assert text_left("Скворкиной сказали; Skvorkina; سكوركينا; Зафира Маратовна") == "[P-KT7] сказали; [P-KT7]"
    assert text_left("Скворкина, Зафира и Скворкина - Зафира") == "[P-KT7] и [P-KT7]"
    for disguise in DISGUISES.values():
        hidden = "[removed]" if "/" in disguise else "[P-KT7]"
        assert text_left(f"видели {disguise} там") == f"видели {hidden} там"


def test_two_cases_that_differ_only_in_hidden_names_give_the_same_dossier() -> None:
    template = "Пришла {0} с {1}. Потом {2} звонила. {0}, {3}, видела Торгаева."

    def dossier(names: tuple[str, ...], spoken: tuple[str, ...], born: str, phone: str) -> RedactedDossier:
        witness = replace(renamed(WITNESS_PERSON, *names), born=born, phones=(phone,))
        worker = renamed(WORKER_PERSON, spoken[1])
        registry = registry_of((CLIENT, CLIENT_PERSON), (WITNESS, witness), (WORKER, worker))
        records = ((CLIENT, CLIENT_PERSON), (WITNESS, witness), (NOTE_ID, note(template.format(*spoken, phone))))
        return redacted(source_of(*records), registry, {})

    one = dossier(
        ("Зафира Маратовна Скворкина", "Skvorkina"),
        ("Зафира Маратовна Скворкина", "Нелой О'Бранник", "Скворкина З. М."),
        "1990-07-03",
        "0700445566",
    )
    other = dossier(("Айс Ли",), ("Айс Ли", "Бо Жук-Длинношеий", "Айс"), "2001-01-01", "+7 912 345-67-89")
    assert one == other
    assert one.forbidden_forms != other.forbidden_forms


def test_the_text_that_leaves_has_no_invisible_characters_and_single_spaces() -> None:
    assert (
        text_left("слово\u200b  дело\u00a0\u00a0слово \r\n\r\n\n слово\u202e\t дело ") == "слово дело слово\nслово дело"
    )


def test_open_questions_draw_no_pseudonyms() -> None:
    choices = Counting()
    source = source_of((NOTE_ID, note("Скворкина и Темир")))
    assert isinstance(apply.redact(source, LAWYER, usual_registry(), {}, PseudonymBook(choose=choices)), OpenQuestions)
    assert choices.drawn == 0


def test_forbidden_forms_hold_what_is_hidden_and_nothing_that_may_stay() -> None:
    sister = renamed(WITNESS_PERSON, "Лиана Торгаева")
    registry = registry_of((CLIENT, CLIENT_PERSON), (WITNESS, sister))
    dossier = redacted(source_of((NOTE_ID, note("слово"))), registry, {})
    forms = set(dossier.forbidden_forms)
    assert {"лиана", "лианои", "liana", "лиана торгаева", "1990-07-03", "700445566", "nightowl77", "7654321"} <= forms
    assert {"e.torgaev@example.org", "555010203"} <= forms
    assert not {"торгаев", "торгаевой", "torgaev", "элмар", "1984-05-12", "1234567"} & forms
    assert "лиан" not in repr(dossier)


def test_a_hidden_form_in_the_result_stops_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apply, "detect", lambda text, registry: [])  # a blind detector
    with pytest.raises(LeakError, match="1 hidden forms are in the redacted text") as caught:
        outcome("пришла скворкина", {"скворкина": "keep", "2026-03-01": "keep"})
    assert "скворкин" not in str(caught.value)


@each(
    {
        "block": lambda: RedactedBlock("Text", "слово"),
        "section": lambda: RedactedSection("Note", ()),
        "dossier": lambda: RedactedDossier("lawyer", (), ()),
        "another seal": lambda: RedactedDossier("lawyer", (), (), object()),
        "changed": lambda: replace(redacted(source_of(), usual_registry(), {}), profile="court"),
    }
)
def test_nobody_but_redaction_makes_what_may_leave(make: object) -> None:
    with pytest.raises((InternalError, ValueError), match=r"made by redaction only|InitVar"):
        make()  # type: ignore[operator]  # a table of callables


def test_only_one_file_takes_the_seal() -> None:
    room = pathlib.Path(vault.redaction.__file__).parents[1]
    takers = {
        path.name
        for path in room.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and any(name.name == "_SEAL" for name in node.names)
    }
    assert takers == {"apply.py"}


def test_a_person_field_that_is_kept_still_hides_what_is_registered_as_another_persons() -> None:
    person: Person = renamed(CLIENT_PERSON, "Элмар Торгаев", "муж Скворкиной")
    dossier = redacted(source_of((CLIENT, person)), usual_registry(), {})
    assert [block.text for block in dossier.sections[0].blocks][:2] == ["Элмар Торгаев", "муж [P-KT7]"]


def test_a_family_name_in_the_record_of_its_owner_needs_no_decision() -> None:
    client = renamed(CLIENT_PERSON, "Торгаев")
    registry = registry_of((CLIENT, client), (WITNESS, renamed(WITNESS_PERSON, "Лиана Торгаева")))
    dossier = apply.redact(source_of((CLIENT, client)), LAWYER, registry, {}, PseudonymBook(choose=secrets.choice))
    assert isinstance(dossier, RedactedDossier)
    assert dossier.sections[0].blocks[0].text == "Торгаев"


def test_what_several_hidden_people_share_is_removed_because_a_pseudonym_could_name_the_wrong_one() -> None:
    other = renamed(WORKER_PERSON, "Лиана Скворкина")
    registry = registry_of((WITNESS, WITNESS_PERSON), (WORKER, other))
    assert text_left("пришла Скворкина", {}, registry) == "пришла [removed]"
    assert text_left("пришла Лиана Скворкина", {}, registry) == "пришла [P-KT7]"


def test_the_safe_contact_and_the_never_use_list_are_hidden_as_phones_and_emails() -> None:
    contact = SafeContact(Channel.PHONE, "+996 555 99 88 77", never_use=("owlnest@example.org", "0222 33 44 55"))
    registry = registry_of((CLIENT, replace(CLIENT_PERSON, safe_contact=contact)))
    found = {(match.kind, match.entities) for match in find_in("0555998877; owlnest; 0222-334455", registry)}
    assert {kind for kind, _ in found} == {IdentifierType.PHONE, IdentifierType.EMAIL}
    assert not [who for _, who in found if CLIENT in who]  # whoever answers there is no client
    assert text_left("0555998877; owlnest; 0222-334455", {}, registry) == "[removed]"


@each([("1990-07", "[removed]"), ("1990", "3 июля 1990"), ("1990-07-03", "[removed]")])
def test_a_birth_of_which_the_month_is_known_hides_each_day_of_it(born: str, left: str) -> None:
    registry = registry_of((WITNESS, replace(WITNESS_PERSON, born=born)))
    assert text_left("род. 3 июля 1990", {}, registry) == f"род. {left}"
