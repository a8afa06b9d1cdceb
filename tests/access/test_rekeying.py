"""A new key for the database: who keeps a way in, who does not, and a power cut at every step."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.access.power import PowerCutError, at_flush, cut_at_commit, cut_at_flush
from tests.access.test_keychange import read_keys, replace_step
from tests.services.colleague import admit
from tests.services.founded import Filled
from vault.access.membership.new_root import change_root
from vault.access.membership.next_roster import Change, propose
from vault.access.membership.roster_commit import commit_roster
from vault.access.recovery_session import open_door
from vault.access.seat_keys import rekeying
from vault.access.seat_keys.rekeying import close_doors, doors_here, rekey, remember_slot, seats_here, slots_here
from vault.access.seat_keys.root_secret import kept_secret
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import TryAgainError, VerificationError, WrongPassphraseError
from vault.ids import SeatId
from vault.records.work import Entry, Work
from vault.seal.entrance.doors import DoorKeys
from vault.seal.purposes import Purpose
from vault.services.cases import cases, notes
from vault.services.evidence import log_checking
from vault.store.engine import Database, open_database
from vault.store.rowtypes import LocalRow
from vault.store.schema import open_in_memory
from vault.words.finding import Code, Finding
from vault.words.message import Message

GONE = SeatId(b"\x07" * 16)


def doors(session: Session) -> DoorKeys:
    return doors_here(session, read_keys(session.folder.path))


def require_whole(filled: Filled, *, old: bytes) -> bytes:
    """Check that everything opens, that the key is a new one and that nothing was left half done; return the key."""
    with filled.open() as session:
        assert session.faults() == []  # news of new sheets may be told here
        found = doors(session)
        assert found.old is None
        assert found.new != old
        assert len(cases.open_case(session, filled.cases[0]).notes) == 6
        notes.add(session, filled.cases[0], Note(NoteKind.CONTACT, "work goes on"))
        assert log_checking.verify(session).verified
    with filled.open() as session:
        assert session.warnings == ()
        assert doors(session) == found
    with pytest.raises(WrongPassphraseError):
        open_database(filled.path / "vault.db", old, create=False)
    assert not (filled.path / "keys.new").exists()
    return found.new


def test_after_a_new_key_the_old_one_opens_nothing_and_work_goes_on(filled: Filled) -> None:
    with filled.open() as session:
        old = doors(session).new
        rekey(session)
        notes.add(session, filled.cases[1], Note(NoteKind.CONTACT, "in the same session"))
    require_whole(filled, old=old)


def test_the_copies_of_the_database_under_the_old_key_go(filled: Filled) -> None:
    (filled.path / "vault.db.schema-0001").write_bytes(b"a copy from before a migration")
    with filled.open() as session:
        rekey(session)
    assert not list(filled.path.glob("vault.db.schema-*"))


def test_a_seat_that_ended_has_neither_slot_nor_door_afterwards(filled: Filled) -> None:
    with filled.open() as session:
        file = read_keys(filled.path)
        # A slot of another seat, as far as this folder knows.
        put_slot(session, GONE, 5)
        assert slots_here_of(session) == {session.seat: 0, GONE: 5}
        # Not in the roster any more: it keeps no way in by default.
        assert seats_here(session) == {session.seat}
        rekey(session)
        after = read_keys(filled.path)
        assert slots_here_of(session) == {session.seat: 0}
    assert after.slots[0] == file.slots[0]
    assert all(old != new for old, new in zip(file.slots[1:], after.slots[1:], strict=True))
    assert not set(file.doors) & set(after.doors)


def test_whoever_stays_keeps_a_way_in_and_this_seat_whatever_the_rows_say(filled: Filled) -> None:
    with filled.open() as session:
        oren = admit(session)
        assert seats_here(session) == {session.seat, oren.seat}
        with session.database.transaction() as rows:
            rows.delete_local(session.seat, Purpose.SLOT)
        assert seats_here(session) == {session.seat, oren.seat}
        put_slot(session, session.seat, 0)
        rekey(session)
    filled.open().close()
    oren.open(filled.place).close()


def test_a_seat_that_no_roster_names_and_none_ended_keeps_its_slot(filled: Filled) -> None:
    """Its admission may be on one side of a fork, and come back with the roster that joins both."""
    with filled.open() as session:
        put_slot(session, GONE, 5)
        close_doors(session)
    before = read_keys(filled.path)
    with filled.open() as session:
        assert slots_here_of(session) == {session.seat: 0, GONE: 5}
    assert read_keys(filled.path) == before


def test_an_unlock_makes_the_key_that_is_owed_since_a_seat_ended(filled: Filled) -> None:
    with filled.open() as session:
        oren, old = admit(session), doors(session).new
        commit_roster(session, propose(session, Change(ended=frozenset({oren.seat}))))
    require_whole(filled, old=old)


def put_slot(session: Session, seat: SeatId, number: int) -> None:
    with session.database.transaction() as rows:
        rows.put_local(LocalRow(seat, Purpose.SLOT, number, b""))


def slots_here_of(session: Session) -> dict[SeatId, int]:
    with session.database.reading() as rows:
        return slots_here(rows)


def test_while_the_logs_are_in_doubt_the_key_stays(filled: Filled) -> None:
    before = read_keys(filled.path)
    with filled.open() as session:
        session.alarms = (Finding(Code.ROLLBACK, Message("This vault is an older copy.")),)
        with pytest.raises(VerificationError, match="waits until the log is sound"):
            rekey(session)
    assert read_keys(filled.path) == before


def test_a_power_cut_at_any_step_leaves_a_vault_that_opens_under_the_old_key_or_the_new_one(
    filled: Filled, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with Filled(filled.place.copied_to(tmp_path / "counted"), filled.cases, filled.refs).open() as session:
        old = doors(session).new
        with at_flush(monkeypatch, 0, lambda: None) as flushed:
            rekey(session)
    # Each of the two changes of the `keys` file is written beside, listed in the log, and takes the name.
    first, second = (
        [cut_at_flush(monkeypatch, number) for number in numbers]
        for numbers in (range(1, len(flushed) // 2 + 1), range(len(flushed) // 2 + 1, len(flushed) + 1))
    )
    listed = [
        cut_at_commit(monkeypatch, after=after, act="keys.change", number=number)
        for number in (1, 2)
        for after in (False, True)
    ]
    begun = []
    for number, cut in enumerate((*first, *listed[:2], *second, *listed[2:])):
        place = filled.place.copied_to(tmp_path / str(number))
        with place.open() as session, cut:
            rekey(session)
        with place.open() as session:
            begun.append(doors(session) != DoorKeys(old))
            assert session.warnings == ()
            assert log_checking.verify(session).verified
        assert not (place.path / "keys.new").exists()
        if begun[-1]:
            require_whole(Filled(place, filled.cases, filled.refs), old=old)
    written, named = [False] * (len(first) - 1), [True]
    assert begun == [*written, *named, False, True, *[True] * (len(second) + 2)]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_power_cut_around_the_encryption_leaves_a_vault_that_opens(
    filled: Filled, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    with filled.open() as session:
        old = doors(session).new
    with filled.open() as session, monkeypatch.context() as cutting:
        replace_step(cutting, Database, "rekey", when)
        with pytest.raises(PowerCutError):
            rekey(session)
    require_whole(filled, old=old)


@contextmanager
def no_room(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let there be no room for the pages under another key."""

    def full(*args: object) -> None:
        raise TryAgainError(Message("no room, says the test"))

    with patch.context() as filling:
        filling.setattr(Database, "rekey", full)
        yield


def test_once_every_page_is_under_the_new_key_the_doors_close_without_encrypting_again(
    filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    with filled.open() as session:
        old = doors(session).new
    with filled.open() as session, cut_at_commit(monkeypatch, after=False, act="keys.change", number=2):
        rekey(session)
    with no_room(monkeypatch):
        require_whole(filled, old=old)


def test_no_room_on_the_way_is_said_and_the_next_unlock_finishes(
    filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    with filled.open() as session:
        old = doors(session).new
        with no_room(monkeypatch), pytest.raises(TryAgainError, match="no room"):
            rekey(session)
    with no_room(monkeypatch), filled.open() as session:
        # It still opens, and work goes on.
        assert doors(session).old == old
        notes.add(session, filled.cases[1], Note(NoteKind.CONTACT, "meanwhile"))
    require_whole(filled, old=old)


def admits(session: Session) -> None:
    admit(session)


def changes_again(session: Session) -> None:
    with pytest.raises(TryAgainError, match="no room"):
        rekey(session)


def new_sheets(session: Session) -> None:
    secret = kept_secret(session)
    assert secret is not None
    change_root(session, secret)


@pytest.mark.parametrize("act", [admits, changes_again, new_sheets])
def test_while_a_change_waits_for_room_no_other_change_of_the_doors_forgets_the_key_that_still_opens(
    filled: Filled, monkeypatch: pytest.MonkeyPatch, act: Callable[[Session], None]
) -> None:
    with filled.open() as session:
        old = doors(session).new
        with no_room(monkeypatch), pytest.raises(TryAgainError, match="no room"):
            rekey(session)
    with no_room(monkeypatch), filled.open() as session:
        act(session)
        secret = kept_secret(session)
        assert secret is not None
    assert open_door(read_keys(filled.path), secret).old == old
    filled.open().close()  # finishes it, and is told of new sheets
    require_whole(filled, old=old)


def test_a_copy_from_before_still_opens_as_it_did(filled: Filled, tmp_path: Path) -> None:
    """SECURITY.md says so: a new key closes this folder, no copy."""
    earlier = filled.place.copied_to(tmp_path / "earlier")
    with filled.open() as session:
        rekey(session)
    earlier.open().close()


def test_old_keys_beside_the_new_database_open_nothing(filled: Filled, tmp_path: Path) -> None:
    shutil.copy(filled.path / "keys", tmp_path / "keys")
    with filled.open() as session:
        rekey(session)
    shutil.copy(tmp_path / "keys", filled.path / "keys")
    with pytest.raises(VerificationError, match="do not belong together"):
        filled.open()


def test_which_slot_is_a_seats_is_kept_beside_those_of_the_others() -> None:
    database, seat = open_in_memory(), SeatId(b"\x08" * 16)
    for number in (3, 3, 7):
        assert remember_slot(database, seat, number) == {seat}
        with database.reading() as rows:
            assert slots_here(rows) == {seat: number}
    assert remember_slot(database, GONE, 3) == {seat, GONE}
    with database.reading() as rows:
        assert slots_here(rows) == {seat: 7, GONE: 3}


def cut_change(cutting: pytest.MonkeyPatch, step: str, when: str, change: int) -> None:
    """Cut the power at a step of the first or the second change of the `keys` file."""
    owner, name = (Work, "commit") if step == "commit" else (rekeying, step)
    real = getattr(owner, name)
    seen = 0

    def ending(*args: object) -> object:
        nonlocal seen
        if step == "commit" and not (isinstance(args[-1], Entry) and args[-1].act == "keys.change"):
            return real(*args)
        seen += 1
        if seen < change:
            return real(*args)
        if when == "after":
            real(*args)
        raise PowerCutError

    cutting.setattr(owner, name, ending)
