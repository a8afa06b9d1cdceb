"""Notes: durable when acknowledged, never changed, found by their id."""

from __future__ import annotations

import pytest

from tests.services.founded import Filled
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import NotFoundError, RefusedError, UsageError, VaultError
from vault.ids import CompartmentId, make_id
from vault.policy.roles import Role
from vault.records.work import VERSIONS_PER_WORK
from vault.services import cases, notes

TEXTS = ["", "one line", "two\nlines\r\n", "Рустам ушёл", "نص عربي", "\u202eturned", "a" * 100_000, "nul \0 inside"]


@pytest.mark.parametrize("text", [pytest.param(text, id=f"text {n}") for n, text in enumerate(TEXTS)])
def test_a_note_comes_back_as_it_was_written_or_is_refused_before_it_is(
    filled: Filled, filled_session: Session, text: str
) -> None:
    size = filled_session.log.size
    try:
        note = notes.add(filled_session, filled.cases[0], kind="medical", text=text, occurred="2024-05-06")
    except UsageError:
        assert filled_session.log.size == size
        return
    stored = notes.show(filled_session, note.hex())
    assert (stored.value.text, stored.value.kind, stored.value.occurred) == (text, NoteKind.MEDICAL, "2024-05-06")


def test_a_note_is_there_in_the_next_session(filled: Filled) -> None:
    with filled.open() as session:
        note = notes.add(session, filled.cases[1], kind="contact", text="kept")
    with filled.open() as session:
        assert notes.show(session, note.hex()).value.text == "kept"
        assert notes.locate(session, f" {note.hex().upper()} ") == (filled.cases[1], note)


def test_a_note_is_found_by_as_much_of_its_id_as_no_other_has(filled: Filled, filled_session: Session) -> None:
    note = notes.add(filled_session, filled.cases[0], kind="contact", text="Short to type.")
    assert notes.show(filled_session, note.hex()[:8]).record == note
    for typed in ("", "zz", note.hex()[:3], f"{note.hex()}00", "%"):
        with pytest.raises(NotFoundError):
            notes.show(filled_session, typed)


def test_an_import_makes_one_entry_for_each_256_notes_and_says_how_far_it_is(
    filled: Filled, filled_session: Session
) -> None:
    size = filled_session.log.size
    heard: list[tuple[int, int]] = []
    count = 2 * VERSIONS_PER_WORK + 3
    made = [Note(kind=NoteKind.ADMINISTRATION, text=f"imported {number}") for number in range(count)]
    records = notes.add_many(
        filled_session, filled.cases[0], made, progress=lambda done, total: heard.append((done, total))
    )
    assert filled_session.log.size == size + 3
    assert heard == [(VERSIONS_PER_WORK, count), (2 * VERSIONS_PER_WORK, count), (count, count)]
    assert len(set(records)) == count
    stored = {note.record: note.value.text for note in cases.open_case(filled_session, filled.cases[0]).notes}
    assert [stored[record] for record in records] == [note.text for note in made]


def test_importing_nothing_writes_nothing(filled: Filled, filled_session: Session) -> None:
    size = filled_session.log.size
    assert notes.add_many(filled_session, filled.cases[0], []) == []
    assert filled_session.log.size == size


def test_an_amendment_stands_beside_the_note_that_it_corrects(filled: Filled, filled_session: Session) -> None:
    wrong = notes.add(filled_session, filled.cases[0], kind="interview", text="on Monday", occurred="2024-01-02")
    right = notes.amend(filled_session, wrong.hex(), text="on Tuesday")
    amended = notes.show(filled_session, right.hex()).value
    assert (amended.text, amended.amends, amended.kind) == ("on Tuesday", wrong, NoteKind.INTERVIEW)
    assert notes.show(filled_session, wrong.hex()).value.text == "on Monday"


@pytest.mark.parametrize("text", ["", "nope", "zz", "7b" * 16, "00" * 15, "é"])
def test_what_names_no_note_is_not_found(filled_session: Session, text: str) -> None:
    with pytest.raises(NotFoundError, match="no such note among yours"):
        notes.show(filled_session, text)


def test_the_id_of_another_record_is_no_note(filled: Filled, filled_session: Session) -> None:
    person = cases.open_case(filled_session, filled.cases[0]).persons[0]
    with pytest.raises(NotFoundError, match="no such note among yours"):
        notes.show(filled_session, person.record.hex())


@pytest.mark.parametrize(
    ("case", "kind", "error"),
    [
        pytest.param(CompartmentId(make_id()), "contact", RefusedError, id="a case that is not ours"),
        pytest.param(None, "gossip", UsageError, id="an unknown kind"),
    ],
)
def test_a_note_that_has_no_place_is_refused(
    filled: Filled, filled_session: Session, case: CompartmentId | None, kind: str, error: type[VaultError]
) -> None:
    size = filled_session.log.size
    with pytest.raises(error):
        notes.add(filled_session, case or filled.cases[0], kind=kind, text="text")
    assert filled_session.log.size == size


def test_an_auditor_writes_no_note(filled: Filled, filled_session: Session) -> None:
    filled_session.roles = frozenset({Role.AUDITOR})
    with pytest.raises(RefusedError, match="your role does not allow it"):
        notes.add(filled_session, filled.cases[0], kind="contact", text="text")
