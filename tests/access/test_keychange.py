"""A slot below the present cost is sealed anew at unlock, in steps of which each can be the last before a power cut."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.access.planted import a_fifo, a_file
from tests.access.power import PowerCutError, at_flush, cut_at_commit, cut_at_flush, no_room
from tests.seal.costs import with_costs
from tests.services.colleague import admit, end_seats
from tests.services.founded import Filled, Place
from tests.tables import refuses
from vault.access.membership.sheets import change_sheets
from vault.access.recovery_session import open_door
from vault.access.seat_keys import rekeying
from vault.access.seat_keys.rekeying import change_keys as change_valid_keys
from vault.access.seat_keys.rekeying import (
    close_doors,
    doors_here,
    read_key_file,
    rekey,
    remember_slot,
    seats_here,
    settle_new_keys,
    slots_here,
)
from vault.access.seat_keys.root_secret import kept_secret
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import RefusedError, TryAgainError, VerificationError, WrongPassphraseError
from vault.ids import SeatId
from vault.records.work import Entry, Work
from vault.seal.entrance.doors import DoorKeys
from vault.seal.entrance.keyfile import KeyFile
from vault.seal.entrance.passphrase import FLOOR, KdfParameters
from vault.seal.purposes import Purpose
from vault.services.cases import cases, notes
from vault.services.evidence import log_checking
from vault.store.engine import Database, open_database
from vault.store.files import promote, write_aside
from vault.store.rowtypes import LocalRow
from vault.store.schema import open_in_memory
from vault.words.finding import Code, Finding, Severity
from vault.words.message import Message

STRONGER, TWICE = (KdfParameters(FLOOR.memory_kib, FLOOR.iterations + more, FLOOR.lanes) for more in (1, 2))
FORK = Finding(Code.FORK, Message("A fault."))


def change_keys(session: Session, change: Callable[[KeyFile], KeyFile], *, last: str = "promote") -> KeyFile:
    """Make the next generation, up to a step."""
    changed = change(read_key_file(session.folder.keys))
    write_aside(session.folder.keys, changed.encode())
    if last != "write":
        with session.work() as work:
            work.list_keys_file(changed.header.folder, changed.digest())
            work.commit(Entry(act="keys.change"))
    if last == "promote":
        promote(session.folder.keys)
    return changed


def raise_the_cost(place: Place) -> None:
    with place.open() as session:
        change_keys(session, lambda file: with_costs(file, STRONGER, FLOOR))


def require_renewed(place: Place) -> None:
    """Check that the slot opens at the present cost alone, and that nobody noticed anything."""
    file = read_key_file(place.path / "keys")
    assert file.header.generation == 2
    assert not (place.path / "keys.new").exists()
    with place.open() as session:
        assert session.warnings == ()
        assert log_checking.verify(session).verified
        change_keys(session, lambda file: with_costs(file, STRONGER, None))
    with place.open() as session:
        assert session.warnings == ()


def test_a_slot_below_the_present_cost_is_sealed_anew_once(filled: Filled) -> None:
    raise_the_cost(filled.place)
    before = read_key_file(filled.path / "keys")
    with filled.open() as session:
        assert session.warnings == ()
        after = read_key_file(filled.path / "keys")
        size = session.log.size
    assert after.slots[0] != before.slots[0]
    assert after.slots[1:] == before.slots[1:]
    with filled.open() as session:
        assert session.log.size == size + 1  # its `unlock.ok` alone
    require_renewed(filled.place)


def test_a_power_cut_at_any_step_leaves_a_way_in_and_the_next_unlock_ends_it(
    filled: Filled, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    raise_the_cost(filled.place)
    with at_flush(monkeypatch, 0, no_room) as flushed:
        session = filled.place.copied_to(tmp_path / "counted").open()
    session.close()
    cutoffs: list[AbstractContextManager[object]] = [
        cut_at_flush(monkeypatch, number) for number in range(1, len(flushed) + 1)
    ]
    cutoffs += [cut_at_commit(monkeypatch, after=after, act="keys.change") for after in (False, True)]
    for number, cut in enumerate(cutoffs):
        place = filled.place.copied_to(tmp_path / str(number))
        with cut:
            place.open()
        with place.open() as session:
            assert session.warnings == ()
        require_renewed(place)


def replace_step(cutting: pytest.MonkeyPatch, owner: object, name: str, when: str) -> None:
    real = getattr(owner, name)

    def ending(*args: object) -> object:
        if when == "after":
            real(*args)
        raise PowerCutError

    cutting.setattr(owner, name, ending)


def test_a_slot_that_cannot_be_written_now_keeps_nobody_out(
    filled: Filled, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    raise_the_cost(filled.place)
    for step in (1, 3):  # beside, and under its name
        place = filled.place.copied_to(tmp_path / str(step))
        with at_flush(monkeypatch, step, no_room):
            session = place.open()
        session.close()
        with place.open() as session:
            assert session.warnings == ()
        require_renewed(place)


def test_a_session_that_does_not_know_its_slot_changes_the_file_and_remembers_the_one_before(filled: Filled) -> None:
    with filled.open() as session:
        with session.database.transaction() as rows:
            rows.delete_local(session.seat, Purpose.SLOT)
        known = session.keys_now
        new = change_valid_keys(session, read_key_file(filled.path / "keys").with_slot(3, bytes(1024)))
        assert (read_key_file(filled.path / "keys"), session.keys_now) == (new, known)


def test_a_header_that_asks_for_less_does_not_weaken_a_slot(filled: Filled) -> None:
    """Whoever can write the folder could name a low cost as the present one and the true one as the previous."""
    with filled.open() as session:
        change_keys(session, lambda file: with_costs(file, FLOOR, STRONGER))
    refuses(RefusedError, "previous passphrase cost is higher than the present one", filled.open)


def test_an_altered_header_makes_no_new_slot(filled: Filled) -> None:
    file = with_costs(read_key_file(filled.path / "keys"), STRONGER, FLOOR)
    (filled.path / "keys").write_bytes(file.encode())
    with filled.open() as session:
        assert "old-keys" in {alarm.code for alarm in session.alarms}
    assert read_key_file(filled.path / "keys") == file


def settled(session: Session, *alarms: Finding) -> KeyFile:
    with session.database.reading() as rows:
        return settle_new_keys(rows, session.folder, read_key_file(session.folder.keys), session.directory, alarms)


def test_whatever_is_not_the_next_generation_that_a_log_lists_is_discarded(filled: Filled, tmp_path: Path) -> None:
    with filled.open() as session:
        path, file = session.folder.keys_new, read_key_file(filled.path / "keys")

        def leaves(plant: Callable[[Path], object]) -> bool:
            plant(path)
            return settled(session) != file or os.path.lexists(path)

        def altered(**header: Any) -> Callable[[Path], object]:
            other = replace(
                file, header=replace(file.header, **({"generation": 1} | header)), attempts_public=b"a" * 1216
            )
            for folder in {file.header.folder, other.header.folder}:
                with session.work() as work:
                    work.list_keys_file(folder, other.digest())
                    work.commit(Entry(act="keys.change"))
            return lambda path: path.write_bytes(other.encode())

        unlisted = file.with_slot(3, bytes(1024)).encode()
        wrong: list[Callable[[Path], object]] = [
            a_file,
            a_fifo,
            lambda path: path.symlink_to("keys"),
            lambda path: path.write_bytes(unlisted),
        ]
        wrong += [
            altered(generation=0),
            altered(vault=b"w" * 16),
            altered(folder=b"g" * 16),
            altered(vault_salt=b"t" * 32),
        ]
        assert [number for number, plant in enumerate(wrong) if leaves(plant)] == []
        # Nor is a link followed to one that would be.
        altered()(tmp_path / "elsewhere")
        before = (tmp_path / "elsewhere").read_bytes()
        assert not leaves(lambda path: path.symlink_to(tmp_path / "elsewhere"))
        assert (tmp_path / "elsewhere").read_bytes() == before
        path.mkdir()
        assert settled(session) == file  # what cannot be discarded keeps nobody out


def test_what_cannot_take_the_name_for_good_now_is_the_file_of_the_next_unlock(
    filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    with filled.open() as session:
        before = read_key_file(filled.path / "keys")
        changed = change_keys(session, lambda file: file.with_slot(3, bytes(1024)), last="commit")
        with at_flush(monkeypatch, 1, no_room):
            assert settled(session) == before
        assert settled(session) == changed


def test_nothing_is_touched_while_a_fault_of_a_seat_that_is_in_leaves_doubt(filled: Filled) -> None:
    with filled.open() as session:
        before = read_key_file(filled.path / "keys")
        changed = change_keys(session, lambda file: file.with_slot(3, bytes(1024)), last="commit")
        own, gone = frozenset({session.seat}), frozenset({SeatId(b"g" * 16)})
        for doubt in (FORK, replace(FORK, seats=own)):
            assert settled(session, doubt) == before
            assert session.folder.keys_new.exists()
        news = (replace(FORK, seats=gone), Finding(Code.NO_PINS, Message("News."), severity=Severity.NEWS))
        assert settled(session, *news) == changed == read_key_file(filled.path / "keys")


def test_a_slot_is_renewed_in_the_file_that_it_was_opened_in_and_one_that_came_since_waits(filled: Filled) -> None:
    raise_the_cost(filled.place)
    with filled.open() as session:  # which renews it
        change_keys(session, lambda file: with_costs(file, TWICE, STRONGER))
        changed = change_keys(session, lambda file: file.with_slot(3, bytes(1024)), last="commit")
    for generation in (changed.header.generation, changed.header.generation + 1):
        with filled.open() as session:
            assert session.warnings == ()
        assert read_key_file(filled.path / "keys").header.generation == generation


def test_while_the_logs_are_in_doubt_a_new_file_stays_as_it_is(filled: Filled) -> None:
    with filled.open() as session:
        change_keys(session, lambda file: with_costs(file, FLOOR, None), last="commit")
        with session.database.transaction() as rows:
            rows.connection.exec_driver_sql("DELETE FROM local WHERE purpose = 5")
    with filled.open() as session:
        assert "session-key" in {alarm.code for alarm in session.alarms}
    assert (filled.path / "keys.new").exists()
    with filled.open() as session:
        assert not (filled.path / "keys.new").exists()
        assert log_checking.verify(session).verified


# A new key for the database: who keeps a way in, who does not, and a power cut at every step.
GONE = SeatId(b"\x07" * 16)


def doors(session: Session) -> DoorKeys:
    return doors_here(session, read_key_file(session.folder.keys))


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
        file = read_key_file(filled.path / "keys")
        # A slot of another seat, as far as this folder knows.
        put_slot(session, GONE, 5)
        assert slots_here_of(session) == {session.seat: 0, GONE: 5}
        # Nobody admits it: it keeps no way in by default.
        assert seats_here(session) == {session.seat}
        rekey(session)
        after = read_key_file(filled.path / "keys")
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


def test_a_seat_that_nobody_admits_and_none_ended_keeps_its_slot(filled: Filled) -> None:
    """Its admission may not be here yet."""
    with filled.open() as session:
        put_slot(session, GONE, 5)
        close_doors(session)
    before = read_key_file(filled.path / "keys")
    with filled.open() as session:
        assert slots_here_of(session) == {session.seat: 0, GONE: 5}
    assert read_key_file(filled.path / "keys") == before


def test_an_unlock_makes_the_key_that_is_owed_since_a_seat_ended(filled: Filled) -> None:
    with filled.open() as session:
        oren, old = admit(session), doors(session).new
        end_seats(session, oren.seat)
    require_whole(filled, old=old)


def put_slot(session: Session, seat: SeatId, number: int) -> None:
    with session.database.transaction() as rows:
        rows.put_local(LocalRow(seat, Purpose.SLOT, number, b""))


def slots_here_of(session: Session) -> dict[SeatId, int]:
    with session.database.reading() as rows:
        return slots_here(rows)


def test_while_the_logs_are_in_doubt_the_key_stays(filled: Filled) -> None:
    before = read_key_file(filled.path / "keys")
    with filled.open() as session:
        session.alarms = (Finding(Code.ROLLBACK, Message("This vault is an older copy.")),)
        refuses(VerificationError, "waits until the log is sound", rekey, session)
    assert read_key_file(filled.path / "keys") == before


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
def no_room_for_pages(patch: pytest.MonkeyPatch) -> Iterator[None]:
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
    with no_room_for_pages(monkeypatch):
        require_whole(filled, old=old)


def test_no_room_on_the_way_is_said_and_the_next_unlock_finishes(
    filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    with filled.open() as session:
        old = doors(session).new
        with no_room_for_pages(monkeypatch), pytest.raises(TryAgainError, match="no room"):
            rekey(session)
    with no_room_for_pages(monkeypatch), filled.open() as session:
        # It still opens, and work goes on.
        assert doors(session).old == old
        notes.add(session, filled.cases[1], Note(NoteKind.CONTACT, "meanwhile"))
    require_whole(filled, old=old)


def admits(session: Session) -> None:
    admit(session)


def changes_again(session: Session) -> None:
    refuses(TryAgainError, "no room", rekey, session)


def new_sheets(session: Session) -> None:
    change_sheets(session, kept_secret(session))


@pytest.mark.parametrize("act", [admits, changes_again, new_sheets])
def test_while_a_change_waits_for_room_no_other_change_of_the_doors_forgets_the_key_that_still_opens(
    filled: Filled, monkeypatch: pytest.MonkeyPatch, act: Callable[[Session], None]
) -> None:
    with filled.open() as session:
        old = doors(session).new
        with no_room_for_pages(monkeypatch), pytest.raises(TryAgainError, match="no room"):
            rekey(session)
    with no_room_for_pages(monkeypatch), filled.open() as session:
        act(session)
        secret = kept_secret(session)
        assert secret is not None
    assert open_door(read_key_file(filled.path / "keys"), secret).old == old
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
    refuses(VerificationError, "do not belong together", filled.open)


def test_which_slot_is_a_seats_is_kept_beside_those_of_the_others() -> None:
    database, seat = open_in_memory(), SeatId(b"\x08" * 16)
    for number in (3, 3, 7):
        assert remember_slot(database, seat, number) == {seat}
        with database.reading() as rows:
            assert slots_here(rows) == {seat: number}
    assert remember_slot(database, GONE, 3) == {seat, GONE}
    with database.reading() as rows:
        assert slots_here(rows) == {seat: 7, GONE: 3}


def cut_change(cutting: pytest.MonkeyPatch, step: str, when: str) -> None:
    """Cut the power at a step of the next change of the `keys` file."""
    owner, name = (Work, "commit") if step == "commit" else (rekeying, step)
    real = getattr(owner, name)

    def ending(*args: object) -> object:
        if step == "commit" and not (isinstance(args[-1], Entry) and args[-1].act == "keys.change"):
            return real(*args)
        if when == "after":
            real(*args)
        raise PowerCutError

    cutting.setattr(owner, name, ending)
