"""An older keyring under today's rows: what was granted to the seat is opened again, aloud; no case vanishes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.services.founded import Filled, Place
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import VerificationError
from vault.ids import ZERO_ID, CompartmentId, CompartmentKind
from vault.log.epoch_notice import EpochNotice
from vault.seal.purposes import Purpose
from vault.services.cases import cases, notes
from vault.services.evidence import log_checking
from vault.store.rowtypes import EpochRow, GrantRow, LocalRow

LATE = "Late case"


def keyring_row(place: Place) -> LocalRow:
    with place.open() as session, session.database.reading() as rows:
        row = rows.local(session.seat, Purpose.KEYRING)
    assert row is not None
    return row


def put_back(place: Place, row: LocalRow) -> None:
    with place.open() as session, session.database.transaction() as rows:
        rows.put_local(row)


def alter(place: Place, row: LocalRow) -> None:
    put_back(place, row._replace(blob=bytes(300)))


def remove(place: Place, row: LocalRow) -> None:
    with place.open() as session, session.database.transaction() as rows:
        rows.delete_local(row.seat, Purpose.KEYRING)


def drop_index(place: Place) -> None:
    for file in (place.path / "index").glob("*"):
        file.unlink()


def keep_index(place: Place) -> None:
    """Leave the index, whose cursor is past the late case."""


def make_late_case(filled: Filled) -> None:
    with filled.open() as session:
        made = cases.create(session, title=LATE, kind="asylum")
        notes.add(session, made.case, Note(NoteKind.CONTACT, "a late note"))


def titles(session: Session) -> set[str]:
    return {row.title for row in cases.list_all(session)}


def late_notes(session: Session) -> list[str]:
    (late,) = [row for row in cases.list_all(session) if row.title == LATE]
    return [note.value.text for note in cases.open_case(session, CompartmentId(late.case)).notes]


@pytest.mark.parametrize(
    ("replace", "index"), [(put_back, keep_index), (put_back, drop_index), (alter, drop_index), (remove, keep_index)]
)
def test_a_keyring_that_lacks_what_was_granted_is_completed_aloud(
    filled: Filled, replace: Callable[[Place, LocalRow], None], index: Callable[[Place], None]
) -> None:
    older = keyring_row(filled.place)
    make_late_case(filled)
    replace(filled.place, older)
    index(filled.place)
    with filled.open() as session:
        assert [(alarm.code, not alarm.is_news) for alarm in session.alarms] == [("keyring", True)]
        assert LATE in titles(session)
        assert len(titles(session)) == 3
        assert late_notes(session) == ["a late note"]
        with pytest.raises(VerificationError, match="waits until the log is sound") as refused:
            session.require_sound_log()
        assert "keyring" in str(refused.value.next_step)
        assert not log_checking.verify(session).verified
    # It is whole again on the disk, and what was noticed waits for a clean verification.
    with filled.open() as session:
        assert [alarm.code for alarm in session.alarms] == ["keyring"]
        assert session.alarms[0].is_remembered
        assert log_checking.verify(session).verified
    with filled.open() as session:
        assert session.warnings == ()
        assert late_notes(session) == ["a late note"]


def test_a_false_notice_that_calls_the_key_an_audit_key_does_not_hide_it(filled: Filled) -> None:
    older = keyring_row(filled.place)
    make_late_case(filled)
    with filled.open() as session:
        (late,) = set(session.keyring.compartments()) - {*filled.cases, *compartments_of(filled, session)}
        (epoch,) = session.keyring.epochs_of(late)
        false = EpochNotice(1, session.vault, ZERO_ID, CompartmentKind.AUDIT, epoch)
        with session.database.transaction() as rows:
            rows.put_local(older)
            rows.add_epochs([EpochRow(false.digest(), false.compartment, false.encode())])
    with filled.open() as session:
        assert [alarm.code for alarm in session.alarms] == ["keyring"]
        assert LATE in titles(session)


def compartments_of(filled: Filled, session: Session) -> set[bytes]:
    """Return the compartments that entry 0 founded."""
    with session.database.reading() as rows:
        first = [row for row in rows.epochs() if EpochNotice.decode(row.bytes).kind is not CompartmentKind.CASE]
    return {row.compartment for row in first}


def test_a_grant_that_no_operation_lists_is_not_opened(filled: Filled) -> None:
    """Anybody can seal a key to a seat; what counts is that a log lists it."""
    with filled.open() as session, session.database.transaction() as rows:
        rows.add_grants([GrantRow(b"d" * 32, b"e" * 16, session.seat, session.seat, bytes(1168))])
        before = session.keyring.encode()
    with filled.open() as session:
        assert session.keyring.encode() == before
        assert session.warnings == ()
        assert not log_checking.verify(session).verified


def test_a_listed_grant_that_does_not_open_is_a_fault(filled: Filled) -> None:
    older = keyring_row(filled.place)
    make_late_case(filled)
    with filled.open() as session:
        (late,) = set(session.keyring.compartments()) - {*filled.cases, *compartments_of(filled, session)}
        (epoch,) = session.keyring.epochs_of(late)
        with session.database.transaction() as rows:
            rows.put_local(older)
            rows.connection.exec_driver_sql("UPDATE granted SET sealed = zeroblob(1168) WHERE epoch = ?", (epoch,))
    for _ in range(2):
        with filled.open() as session:
            assert ("keyring-lost", True) in [(alarm.code, not alarm.is_news) for alarm in session.alarms]
            assert "keyring" in {fault.code for fault in log_checking.verify(session).faults}


def test_audit_keys_are_not_opened_at_unlock(filled: Filled) -> None:
    """The seat must not be able to look back: what it was granted as an auditor stays out of its keyring."""
    with filled.open() as session, session.database.reading() as rows:
        audit = {EpochNotice.decode(row.bytes).epoch for row in rows.epochs() if row.bytes[34] == CompartmentKind.AUDIT}
        assert audit
        assert audit <= set(rows.epochs_granted_to(session.seat))
        assert not [epoch for epoch in audit if session.keyring.get(epoch) is not None]
