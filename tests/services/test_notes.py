"""Notes: durable when acknowledged, found by their id, corrected with their history and withdrawn with a reason."""

from __future__ import annotations

from typing import Any

import pytest

from tests.services.bulk_notes import add_many
from tests.services.founded import Filled
from tests.services.office import Office, forward
from tests.tables import each, refuses
from vault.access.session import Session
from vault.casework.note import Note, contact_day, note_of
from vault.casework.person import Person, PersonChange
from vault.casework.questionnaires import LONGEST_FILE, FormAnswer, FormDefinition, Question
from vault.casework.questionnaires import Filled as FilledOfQuestionnaires
from vault.casework.vocabulary import NoteKind
from vault.durations import DAY_MS
from vault.errors import NotFoundError, RefusedError, UsageError, VaultError, VerificationError
from vault.ids import CompartmentId, CompartmentKind, RecordId, VersionId, make_id
from vault.index.heads import heads_of
from vault.records.versions import from_fields, to_fields
from vault.records.work import Entry
from vault.services import housekeeping, own_forms
from vault.services.approvals import moving
from vault.services.cases import (
    case_people,
    cases,
    editing,
    intake,
    notes,
    same_people,
    searching,
    sections,
    story_records,
    undoing,
)
from vault.services.cases.editing import Place
from vault.services.projection.places import the_one_of_kind
from vault.services.projection.projection import read_valid, up_to_date_index
from vault.services.projection.stored_records import Stored, read_versions

TEXTS = ["", "one line", "two\nlines\r\n", "Рустам ушёл", "نص عربي", "\u202eturned", "a" * 100_000]


@each(TEXTS)
def test_a_note_comes_back_as_it_was_written_or_is_refused_before_it_is(
    text: str, filled: Filled, filled_session: Session
) -> None:
    size = filled_session.log.size
    try:
        note = notes.add(filled_session, filled.cases[0], Note(NoteKind.MEDICAL, text, "2024-05-06"))
    except UsageError:
        assert filled_session.log.size == size
        return
    stored = notes.show(filled_session, note.hex())
    assert (stored.value.text, stored.value.kind, stored.value.occurred) == (text, NoteKind.MEDICAL, "2024-05-06")


def test_a_note_is_there_in_the_next_session_and_found_by_as_much_of_its_id_as_no_other_has(filled: Filled) -> None:
    with filled.open() as session:
        note = notes.add(session, filled.cases[1], Note(NoteKind.CONTACT, "kept"))
    with filled.open() as session:
        assert notes.show(session, note.hex()).value.text == "kept"
        assert notes.show(session, note.hex()[:8]).record == note
        assert notes.locate(session, f" {note.hex().upper()} ") == (filled.cases[1], note)
        for typed in ("", "zz", note.hex()[:3], f"{note.hex()}00", "%"):
            with pytest.raises(NotFoundError):
                notes.show(session, typed)


def test_an_amendment_stands_beside_the_note_that_it_corrects(filled: Filled, filled_session: Session) -> None:
    wrong = notes.add(filled_session, filled.cases[0], Note(NoteKind.INTERVIEW, "on Monday", "2024-01-02"))
    right = notes.amend(filled_session, wrong.hex(), text="on Tuesday")
    amended = notes.show(filled_session, right.hex()).value
    assert (amended.text, amended.amends, amended.kind) == ("on Tuesday", wrong, NoteKind.INTERVIEW)
    assert notes.show(filled_session, wrong.hex()).value.text == "on Monday"


@each({"the date was right": (None, "2024-01-02"), "another date": ("2024-01-03", "2024-01-03"), "no date": ("", None)})
def test_an_amendment_keeps_or_changes_the_date(
    occurred: str | None, kept: str | None, filled: Filled, filled_session: Session
) -> None:
    wrong = notes.add(filled_session, filled.cases[0], Note(NoteKind.INTERVIEW, "on Monday", "2024-01-02"))
    right = notes.amend(filled_session, wrong.hex(), text="on Tuesday", occurred=occurred)
    assert notes.show(filled_session, right.hex()).value.occurred == kept
    assert notes.show(filled_session, wrong.hex()).value.occurred == "2024-01-02"


def test_a_note_is_shown_with_what_corrects_it_oldest_first(filled: Filled, filled_session: Session) -> None:
    wrong = notes.add(filled_session, filled.cases[0], Note(NoteKind.INTERVIEW, "on Monday"))
    later = [notes.amend(filled_session, wrong.hex(), text=text) for text in ("on Tuesday", "on Wednesday")]
    of_a_correction = notes.amend(filled_session, later[0].hex(), text="in the morning")
    shown = notes.show_corrected(filled_session, wrong.hex())
    assert [stored.record for stored in shown] == [wrong, *later]
    assert [stored.record for stored in notes.show_corrected(filled_session, later[0].hex())] == [
        later[0],
        of_a_correction,
    ]


def test_the_own_note_of_today_is_corrected_in_place_and_any_other_beside_it(
    filled: Filled, filled_session: Session
) -> None:
    session, case = filled_session, filled.cases[0]
    of_today = notes.add(session, case, Note(NoteKind.INTERVIEW, "on Monday", "2024-01-02"))
    assert notes.correct(session, of_today.hex(), text="on Tuesday", occurred="2024-01-03") == of_today
    assert notes.show(session, of_today.hex()).value == Note(NoteKind.INTERVIEW, "on Tuesday", "2024-01-03")
    before = editing.history(session, editing.Place(case, of_today, Note.KIND))
    assert [version.value.text for version in before] == ["on Monday", "on Tuesday"]
    tomorrow = session.log.now_ms() + DAY_MS
    session.log.now_ms = lambda: tomorrow
    beside = notes.correct(session, of_today.hex(), text="on Wednesday")
    assert notes.show(session, beside.hex()).value.amends == of_today
    assert notes.show(session, of_today.hex()).value.text == "on Tuesday"


def test_a_withdrawn_note_stays_counts_as_no_contact_and_is_withdrawn_once(
    filled: Filled, filled_session: Session
) -> None:
    session, case = filled_session, filled.cases[0]
    note = notes.add(session, case, Note(NoteKind.CONTACT, "He called."))
    refuses(UsageError, "a reason is needed", notes.withdraw, session, note.hex(), reason=" ")
    notes.withdraw(session, note.hex(), reason="of another case")
    found = notes.show(session, note.hex())
    assert (found.value.text, found.value.withdrawn) == ("He called.", "of another case")
    assert contact_day(found.value, found.written_ms) is None
    refuses(UsageError, "withdrawn already", notes.withdraw, session, note.hex(), reason="again")


def test_a_note_of_another_case_corrects_nothing_here(filled: Filled, filled_session: Session) -> None:
    note = notes.add(filled_session, filled.cases[0], Note(NoteKind.CONTACT, "right"))
    foreign = Note(kind=NoteKind.CONTACT, text="wrong", amends=note)
    add_many(filled_session, filled.cases[1], [foreign])
    assert [stored.record for stored in notes.show_corrected(filled_session, note.hex())] == [note]


def test_what_names_no_note_is_not_found_and_what_has_no_place_is_refused(
    filled: Filled, filled_session: Session
) -> None:
    person = cases.open_case(filled_session, filled.cases[0]).persons[0]
    for text in ("", "nope", "zz", "7b" * 16, "00" * 15, "é", person.record.hex()):
        refuses(NotFoundError, "you have no note with this id", notes.show, filled_session, text)
    size = filled_session.log.size
    with pytest.raises(RefusedError):
        notes.add(filled_session, CompartmentId(make_id()), Note(NoteKind.CONTACT, "text"))
    with pytest.raises(UsageError):
        notes.add(filled_session, filled.cases[0], note_of({"kind": "gossip", "text": "text"}))
    assert filled_session.log.size == size + 1  # the case that was not granted


# Call slips: no field is mandatory, two weeks at most, and a new key each week.
def test_a_slip_is_kept_with_whatever_was_heard_and_overdue_after_fourteen_days(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        intake.add(nadia)
        intake.add(nadia, name="Ilham", number="+49 30 5550 1234", language="Uzbek", text="a\nb", call_back=True)
        first, second = intake.list_open(nadia)
        assert (first.stored.value.name, first.stored.value.call_back) == ("", False)
        value = second.stored.value
        assert (value.name, value.number, value.language, value.text) == ("Ilham", "+49 30 5550 1234", "Uzbek", "a\nb")
        forward(nadia, 13)
        assert [slip.is_overdue for slip in intake.list_open(nadia)] == [False, False]
        forward(nadia, 1)
        assert [slip.is_overdue for slip in intake.list_open(nadia)] == [True, True]


def test_a_closed_slip_holds_no_words_any_more(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        slip = intake.add(nadia, name="Ilham")
        refuses(RefusedError, "not granted", intake.move, nadia, slip.hex(), CompartmentId(bytes(16)))
        intake.close(nadia, slip.hex())
        assert intake.list_open(nadia) == []
        heads = read_valid(nadia, the_one_of_kind(nadia, CompartmentKind.INTAKE))
        assert "Ilham" not in repr([head.content.fields for head in heads])
        for text in (slip.hex(), "no hex"):
            refuses(NotFoundError, "no open slip with this id", intake.close, nadia, text)


WORDS = {"name": "Ilham Raskolov", "number": "+49 30 5550 1234", "language": "Uzbek", "text": "two lines\nof fear"}


def test_what_a_caller_said_goes_into_the_case_with_the_closing_in_one_entry(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        case = cases.create(nadia, title="A title", kind="other").case
        slip = intake.add(nadia, call_back=True, **WORDS)
        up_to_date_index(nadia)
        size = nadia.log.size
        assert intake.move(nadia, slip.hex(), case, role="client").kinds == ("note", "person", "task")
        assert nadia.log.size == size + 1
        view = cases.open_case(nadia, case)
        (note,), (person,) = view.notes, view.persons
        assert note.value.kind == "contact"
        assert all(words in note.value.text for words in WORDS.values())
        assert (person.value.role, person.value.display_name(), person.value.phones) == (
            "client",
            WORDS["name"],
            (WORDS["number"],),
        )
        for word in ("raskolov", "fear"):
            assert searching.search(nadia, word).hits
        assert intake.list_open(nadia) == []


def test_an_open_slip_is_corrected_in_the_log_and_back_again_and_its_words_end_with_it(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        slip = intake.add(nadia, name=WORDS["name"], number=WORDS["number"], text=WORDS["text"])
        size = nadia.log.size
        assert intake.correct(nadia, slip.hex(), name="Ilham Raskolova", when="Monday", call_back=True).settled == 1
        assert nadia.log.size == size + 1
        (line,) = intake.list_open(nadia)
        value = line.stored.value
        assert (value.name, value.when, value.text, line.stored.heads) == (
            "Ilham Raskolova", "Monday", WORDS["text"], 1
        )  # fmt: skip
        assert intake.correct(nadia, slip.hex(), when="Monday").settled == 0
        undoing.undo(nadia, undoing.last(nadia))
        assert intake.list_open(nadia)[0].stored.value.name == WORDS["name"]
        intake.correct(nadia, slip.hex(), name="", text="nothing else")
        intake.close(nadia, slip.hex())
        refuses(NotFoundError, "no open slip", intake.correct, nadia, slip.hex(), name="Ilham")
        forward(nadia, 1)
        housekeeping.settle(nadia)
        with nadia.database.reading() as rows:
            assert len(list(rows.placed(the_one_of_kind(nadia, CompartmentKind.INTAKE), slip))) == 1


@each(
    {
        "nothing": ({}, "A call.", None, ()),
        "text alone": ({"text": "help"}, "help\n\nA call.", None, ()),
        "a name": ({"name": "Ilham"}, "A call.\nName as heard: Ilham", "Ilham", ()),
        "two digits, no phone": ({"number": "12"}, "A call.\nNumber: 12", "", ()),
        "a number": ({"number": "112"}, "A call.\nNumber: 112", "", ("112",)),
    }
)
def test_a_slip_that_says_little_can_be_moved_too(
    heard: dict[str, Any], text: str, name: str | None, phones: tuple[str, ...], office: Office
) -> None:
    with office.open(office.nadia) as nadia:
        case = cases.create(nadia, title="A title", kind="other").case
        intake.move(nadia, intake.add(nadia, **heard).hex(), case)
        view = cases.open_case(nadia, case)
        assert [note.value.text for note in view.notes] == [text]
        found = [(person.value.display_name(), person.value.phones, person.value.role) for person in view.persons]
        assert found == ([] if name is None else [(name, phones, "third")])


def test_a_call_is_found_by_the_end_of_its_number_and_by_nothing_that_says_nothing(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        slip = intake.add(nadia, name="Ilham", number="+49 30 5550 1234")
        intake.add(nadia, name="Zarina", number="+49 30 5550 9876")
        for words in ("5550 1234", "030-5550-1234", "ilh"):
            found = [line.stored.record for line in intake.find_open(nadia, words.removeprefix("0"))]
            assert found == [slip], words
        size = nadia.log.size
        for words in ("", " ", "?!"):
            assert intake.find_open(nadia, words) == []
        assert nadia.log.size == size


# Forms of an organisation: kept by admins as data, filled in in a case, readable whatever becomes of the form.
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


def kept_in(session: Session, case: CompartmentId) -> Stored[FilledOfQuestionnaires]:
    (record,) = story_records.list_in(session, case, (FilledOfQuestionnaires.KIND,))
    assert isinstance(record.value, FilledOfQuestionnaires)
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
        own_forms.change(
            mira, editing.Place(case, record, FilledOfQuestionnaires.KIND), "reception", {"children": "3", "told": ""}
        )
        assert {"children": "3", "told": "", "heard": "а друг"}.items() <= kept_in(mira, case).value.typed().items()
        assert len(editing.history(mira, editing.Place(case, record, FilledOfQuestionnaires.KIND))) == 2
        undoing.undo(mira, undoing.last(mira))
        assert kept_in(mira, case).value.typed()["children"] == "2"


def test_answers_stay_when_a_newer_form_asks_something_else(office: Office) -> None:
    with office.place.open() as mira:
        own_forms.add(mira, file())
        case, record = filled(mira)
        newer = b'code="reception"\ntitle="Welcome"\nversion=2\n[[questions]]\nname="bed"\nlabel="Bed"\nkind="text"\n'
        own_forms.add(mira, newer)
        refuses(UsageError, "version 2 already", own_forms.add, mira, newer)
        assert [(form.definition.title, form.definition.version) for form in own_forms.list_all(mira)] == [
            ("Welcome", 2)
        ]
        own_forms.change(mira, editing.Place(case, record, FilledOfQuestionnaires.KIND), "reception", {"bed": "4"})
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
            FilledOfQuestionnaires(
                "reception", "Reception", "2026-11-27", 9, {"sign": FormAnswer("Signed", "signature", "x")}
            )
        ),
        "weather": "grey",
    }
    newer["answers"]["sign"]["ink"] = "blue"  # type: ignore[index]  # as MessagePack gives it
    edited = to_fields(from_fields(FilledOfQuestionnaires, newer).answered(definition, {"bed": "4"}), known=newer)
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
        assert story_records.list_in(mira, case, (FilledOfQuestionnaires.KIND,)) == []


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
        refuses(NotFoundError, "no form with this code", own_forms.find, mira, "recept")
        case, record = filled(mira)
        place, before = editing.Place(case, record, FilledOfQuestionnaires.KIND), kept_in(mira, case).value
        refuses(UsageError, "filled in by another form", own_forms.change, mira, place, "leaving", {"bed": "4"})
        refuses(UsageError, "there is nothing to change", own_forms.change, mira, place, "reception", {})
        assert kept_in(mira, case).value == before


# Records with a version that cannot be read, with two that stand, or of one person: nothing is made up or lost.
def broken(session: Session, place: Place) -> None:
    """Follow a person by a version that another program wrote wrongly."""
    heads = [VersionId(head) for head in heads_of(up_to_date_index(session), place.case, place.record, Person.KIND)]
    with session.work(place.case) as work:
        work.write(place.case, place.record, Person.KIND, {"names": 7}, heads)
        work.commit(Entry(act="person.edit"))


def test_a_version_that_cannot_be_read_says_nothing_in_the_history_and_the_readable_one_goes_on(
    session: Session,
) -> None:
    case = cases.create(session, title="A title", kind="asylum").case
    place = Place(case, case_people.add(session, case, role="client", names=["Zarina Quill"]), Person.KIND)
    broken(session, place)
    told = {version.version: editing.fields_told(version) for version in editing.history(session, place)}
    (unread,) = [version for version, fields in told.items() if not fields]
    assert len(told) == 2
    versions = read_versions(session, case, place.record, frozenset({unread}))
    assert len(versions) == 1
    with pytest.raises(VerificationError, match="no version of this record can be read here"):
        editing.next_of(Person, versions, lambda person: person)
    case_people.change(session, place, PersonChange(born="1984"))
    person = case_people.show(session, place).value
    assert (person.display_name(), person.born) == ("Zarina Quill", "1984")


def test_an_edit_of_what_was_never_there_is_refused(session: Session) -> None:
    case = cases.create(session, title="A title", kind="asylum").case
    nowhere = Place(case, RecordId(bytes(16)), Person.KIND)
    refuses(NotFoundError, "no such record with this id", editing.edit, session, nowhere, Person, lambda person: person)
    refuses(NotFoundError, "no such record with this id", editing.next_of, Person, [], lambda person: person)


def test_what_has_two_versions_is_moved_nowhere_before_somebody_said_which_is_right(session: Session) -> None:
    case = cases.create(session, title="A title", kind="asylum").case
    section = sections.create(session, case, what="location", title="Where", members=[])
    note = notes.add(session, case, Note(NoteKind.CONTACT, "by phone"))
    with session.work(case) as work:
        work.keep(case, Note(NoteKind.CONTACT, "by letter"), note, [])
        work.commit(Entry(act="note.correct"))
    with pytest.raises(UsageError, match="it has two versions"):
        moving.move(session, moving.ask(session, Place(case, note, Note.KIND), section))
    assert sections.open_section(session, section).notes == ()
    assert len(heads_of(up_to_date_index(session), case, note, Note.KIND)) == 2


def test_two_who_were_joined_with_others_are_one_with_all_of_them(session: Session) -> None:
    found = []
    for title in ("one", "two", "three", "four"):
        case = cases.create(session, title=title, kind="asylum").case
        found.append(Place(case, case_people.add(session, case, role="client", names=["Zarina Quill"]), Person.KIND))
    first, second, third, fourth = found
    same_people.same(session, first, second)
    same_people.same(session, third, fourth)
    assert same_people.same(session, first, third).places == 4
    for place in found:
        assert {standing.case for standing in same_people.cases_of(session, place)} == {each.case for each in found}
