"""Notes: durable when acknowledged, found by their id, corrected with their history and withdrawn with a reason."""

from __future__ import annotations

import pytest

from tests.services.bulk_notes import add_many
from tests.services.founded import Filled
from tests.tables import each
from vault.access.session import Session
from vault.casework.note import Note, contact_day, note_of
from vault.casework.vocabulary import NoteKind
from vault.durations import DAY_MS
from vault.errors import NotFoundError, RefusedError, UsageError
from vault.ids import CompartmentId, make_id
from vault.services.cases import cases, editing, notes

TEXTS = ["", "one line", "two\nlines\r\n", "Рустам ушёл", "نص عربي", "\u202eturned", "a" * 100_000, "nul \0 inside"]


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


@each(
    {"the date was right": (None, "2024-01-02"), "another date": ("2024-01-03", "2024-01-03"), "no date": ("", None)},
)
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
    with pytest.raises(UsageError, match="a reason is needed"):
        notes.withdraw(session, note.hex(), reason=" ")
    notes.withdraw(session, note.hex(), reason="of another case")
    found = notes.show(session, note.hex())
    assert (found.value.text, found.value.withdrawn) == ("He called.", "of another case")
    assert contact_day(found.value, found.written_ms) is None
    with pytest.raises(UsageError, match="withdrawn already"):
        notes.withdraw(session, note.hex(), reason="again")


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
        with pytest.raises(NotFoundError, match="you have no note with this id"):
            notes.show(filled_session, text)
    size = filled_session.log.size
    with pytest.raises(RefusedError):
        notes.add(filled_session, CompartmentId(make_id()), Note(NoteKind.CONTACT, "text"))
    with pytest.raises(UsageError):
        notes.add(filled_session, filled.cases[0], note_of({"kind": "gossip", "text": "text"}))
    assert filled_session.log.size == size
