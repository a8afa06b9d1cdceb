"""A slot below the present cost is sealed anew at unlock, in steps of which each can be the last before a power cut."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.services.founded import Filled, Place
from vault.access import keychange
from vault.access.keychange import costs_at_least
from vault.access.session import Session
from vault.errors import TryAgainError
from vault.records.work import Entry, Work
from vault.seal.keyfile import KEY_FILE_SIZE, KeyFile
from vault.seal.passphrase import FLOOR, KdfParameters
from vault.services import checking
from vault.store.files import promote, read_limited, write_aside

STRONGER = KdfParameters(FLOOR.memory_kib, FLOOR.iterations + 1, FLOOR.lanes)


class PowerCutError(Exception):
    """The process ends here."""


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
        change_keys(session, lambda file: file.with_parameters(STRONGER, FLOOR))


def require_renewed(place: Place) -> None:
    """Check that the slot opens at the present cost alone, and that nobody noticed anything."""
    file = read_keys(place.path)
    assert file.header.generation == 2
    assert not (place.path / "keys.new").exists()
    with place.open() as session:
        assert session.warnings == ()
        assert checking.verify(session).verified
        change_keys(session, lambda file: file.with_parameters(STRONGER, None))
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


CUTS = ["write_aside", "commit", "promote", "pins"]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", CUTS)
def test_a_power_cut_at_any_step_leaves_a_way_in_and_the_next_unlock_ends_it(
    filled: Filled, monkeypatch: pytest.MonkeyPatch, step: str, when: str
) -> None:
    raise_the_cost(filled.place)
    with monkeypatch.context() as cutting:
        cut(cutting, step, when)
        with pytest.raises(PowerCutError):
            filled.open()
    with filled.open() as session:
        assert session.warnings == ()
    require_renewed(filled.place)


def cut(cutting: pytest.MonkeyPatch, step: str, when: str) -> None:
    if step == "pins":
        replace_step(cutting, Session, "keep_pins", when)
    elif step == "commit":
        commit = Work.commit

        def only_the_change(self: Work, entry: Entry) -> object:
            if entry.act != "keys.change":
                return commit(self, entry)
            if when == "after":
                commit(self, entry)
            raise PowerCutError

        cutting.setattr(Work, "commit", only_the_change)
    else:
        replace_step(cutting, keychange, step, when)


def replace_step(cutting: pytest.MonkeyPatch, owner: object, name: str, when: str) -> None:
    real = getattr(owner, name)

    def ending(*args: object) -> object:
        if when == "after":
            real(*args)
        raise PowerCutError

    cutting.setattr(owner, name, ending)


@pytest.mark.parametrize("step", ["write_aside", "promote"])
def test_a_slot_that_cannot_be_written_now_keeps_nobody_out(
    filled: Filled, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    raise_the_cost(filled.place)

    def full(*args: object) -> None:
        raise TryAgainError("no room, says the test")

    with monkeypatch.context() as filling:
        filling.setattr(keychange, step, full)
        filled.open().close()
    with filled.open() as session:
        assert session.warnings == ()
    require_renewed(filled.place)


def test_a_header_that_asks_for_less_does_not_weaken_a_slot(filled: Filled) -> None:
    """Whoever can write the folder could name a low cost as the present one and the true one as the previous."""
    raise_the_cost(filled.place)
    filled.open().close()  # at the higher cost from here on
    with filled.open() as session:
        change_keys(session, lambda file: file.with_parameters(FLOOR, STRONGER))
    slot = read_keys(filled.path).slots[0]
    for _ in range(2):
        filled.open().close()
    assert read_keys(filled.path).slots[0] == slot


def test_an_altered_header_makes_no_new_slot(filled: Filled) -> None:
    file = read_keys(filled.path).with_parameters(STRONGER, FLOOR)
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


@pytest.mark.parametrize("plant", [junk, fifo, link])
def test_what_the_log_does_not_name_is_discarded(filled: Filled, plant: Callable[[Path], None]) -> None:
    plant(filled.path / "keys.new")
    before = read_keys(filled.path)
    with filled.open() as session:
        assert session.warnings == ()
    assert not os.path.lexists(filled.path / "keys.new")
    assert read_keys(filled.path) == before


@pytest.mark.parametrize("last", ["write", "commit"])
def test_a_change_that_was_cut_off_counts_from_its_operation_on(filled: Filled, last: str) -> None:
    with filled.open() as session:
        before = read_keys(filled.path)
        changed = change_keys(session, lambda file: file.with_parameters(FLOOR, None), last=last)
    with filled.open() as session:
        assert session.warnings == ()
        assert checking.verify(session).verified
    assert read_keys(filled.path) == (changed if last == "commit" else before)
    assert not (filled.path / "keys.new").exists()


def test_while_the_logs_are_in_doubt_a_new_file_stays_as_it_is(filled: Filled) -> None:
    with filled.open() as session:
        change_keys(session, lambda file: file.with_parameters(FLOOR, None), last="commit")
        with session.database.transaction() as rows:
            rows.connection.exec_driver_sql("DELETE FROM local WHERE purpose = 5")
    with filled.open() as session:
        assert "session-key" in {alarm.code for alarm in session.alarms}
    assert (filled.path / "keys.new").exists()
    with filled.open() as session:
        assert not (filled.path / "keys.new").exists()
        assert checking.verify(session).verified


@pytest.mark.parametrize(
    ("cost", "other", "holds"),
    [
        (KdfParameters(2, 3, 1), KdfParameters(2, 3, 1), True),
        (KdfParameters(4, 3, 1), KdfParameters(2, 3, 4), True),
        (KdfParameters(4, 2, 1), KdfParameters(2, 3, 1), True),
        (KdfParameters(1, 9, 1), KdfParameters(2, 3, 1), False),
        (KdfParameters(2, 2, 1), KdfParameters(2, 3, 1), False),
    ],
)
def test_a_cost_is_as_high_as_another_in_memory_and_in_work(
    cost: KdfParameters, other: KdfParameters, holds: bool
) -> None:
    assert costs_at_least(cost, other) is holds
