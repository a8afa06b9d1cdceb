"""A slot below the present cost is sealed anew at unlock, in steps of which each can be the last before a power cut."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.access.power import PowerCutError, at_flush, cut_at_commit, cut_at_flush, no_room
from tests.seal.costs import with_costs
from tests.services.founded import Filled, Place
from vault.access.seat_keys.rekeying import change_keys as change_valid_keys
from vault.access.seat_keys.rekeying import settle_new_keys
from vault.access.session import Session
from vault.errors import RefusedError
from vault.ids import SeatId
from vault.records.work import Entry
from vault.seal.entrance.keyfile import KEY_FILE_SIZE, KeyFile
from vault.seal.entrance.passphrase import FLOOR, KdfParameters
from vault.seal.purposes import Purpose
from vault.services.evidence import log_checking
from vault.store.files import promote, read_limited, write_aside
from vault.words.finding import Code, Finding, Severity
from vault.words.message import Message

STRONGER, TWICE = (KdfParameters(FLOOR.memory_kib, FLOOR.iterations + more, FLOOR.lanes) for more in (1, 2))
FORK = Finding(Code.FORK, Message("A fault."))


__all__ = ["PowerCutError"]  # for those who cut here too


def read_keys(path: Path) -> KeyFile:
    return KeyFile.decode(read_limited(path / "keys", KEY_FILE_SIZE))


def change_keys(session: Session, change: Callable[[KeyFile], KeyFile], *, last: str = "promote") -> KeyFile:
    """Make the next generation, up to a step."""
    changed = change(read_keys(session.folder.path))
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
    file = read_keys(place.path)
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
    before = read_keys(filled.path)
    with filled.open() as session:
        assert session.warnings == ()
        after = read_keys(filled.path)
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
        new = change_valid_keys(session, read_keys(filled.path).with_slot(3, bytes(1024)))
        assert (read_keys(filled.path), session.keys_now) == (new, known)


def test_a_header_that_asks_for_less_does_not_weaken_a_slot(filled: Filled) -> None:
    """Whoever can write the folder could name a low cost as the present one and the true one as the previous."""
    with filled.open() as session:
        change_keys(session, lambda file: with_costs(file, FLOOR, STRONGER))
    with pytest.raises(RefusedError, match="previous passphrase cost is higher than the present one"):
        filled.open()


def test_an_altered_header_makes_no_new_slot(filled: Filled) -> None:
    file = with_costs(read_keys(filled.path), STRONGER, FLOOR)
    (filled.path / "keys").write_bytes(file.encode())
    with filled.open() as session:
        assert "old-keys" in {alarm.code for alarm in session.alarms}
    assert read_keys(filled.path) == file


def junk(path: Path) -> None:
    path.write_bytes(b"junk")


def fifo(path: Path) -> None:
    os.mkfifo(path)


def link(path: Path) -> None:
    path.symlink_to("keys")


def settled(session: Session, *alarms: Finding) -> KeyFile:
    with session.database.reading() as rows:
        return settle_new_keys(rows, session.folder, read_keys(session.folder.path), session.directory, alarms)


def test_whatever_is_not_the_next_generation_that_a_log_lists_is_discarded(filled: Filled, tmp_path: Path) -> None:
    with filled.open() as session:
        path, file = session.folder.keys_new, read_keys(filled.path)

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
        wrong: list[Callable[[Path], object]] = [junk, fifo, link, lambda path: path.write_bytes(unlisted)]
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
        before = read_keys(filled.path)
        changed = change_keys(session, lambda file: file.with_slot(3, bytes(1024)), last="commit")
        with at_flush(monkeypatch, 1, no_room):
            assert settled(session) == before
        assert settled(session) == changed


def test_nothing_is_touched_while_a_fault_of_a_seat_that_is_in_leaves_doubt(filled: Filled) -> None:
    with filled.open() as session:
        before = read_keys(filled.path)
        changed = change_keys(session, lambda file: file.with_slot(3, bytes(1024)), last="commit")
        own, gone = frozenset({session.seat}), frozenset({SeatId(b"g" * 16)})
        for doubt in (FORK, replace(FORK, seats=own)):
            assert settled(session, doubt) == before
            assert session.folder.keys_new.exists()
        news = (replace(FORK, seats=gone), Finding(Code.NO_PINS, Message("News."), severity=Severity.NEWS))
        assert settled(session, *news) == changed == read_keys(filled.path)


def test_a_slot_is_renewed_in_the_file_that_it_was_opened_in_and_one_that_came_since_waits(filled: Filled) -> None:
    raise_the_cost(filled.place)
    with filled.open() as session:  # which renews it
        change_keys(session, lambda file: with_costs(file, TWICE, STRONGER))
        changed = change_keys(session, lambda file: file.with_slot(3, bytes(1024)), last="commit")
    for generation in (changed.header.generation, changed.header.generation + 1):
        with filled.open() as session:
            assert session.warnings == ()
        assert read_keys(filled.path).header.generation == generation


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
