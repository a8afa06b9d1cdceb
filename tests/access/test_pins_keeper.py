"""Pins behind the work: nobody waits for them, the last ones are written at the end, and what went wrong is told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import pytest

from tests.access.seats import SEAT, VAULT
from tests.access.test_pins import LOG, PINS
from vault.access import pins as pins_module
from vault.access.pins import PinFile, PinKeeper, Pinned, Pins
from vault.errors import InternalError, TryAgainError

PATIENCE_S = 10  # for what happens at once; a test that holds never waits so long


@dataclass
class Written:
    """Stands for `PinFile`: what was written, and by and by the fault of each time."""

    faults: Sequence[Exception | None] = ()
    sizes: list[int] = field(default_factory=list)
    times: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    may_go_on: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.may_go_on.set()

    def save(self, pins: Pins) -> None:
        assert self.may_go_on.wait(PATIENCE_S)
        self.sizes.append(pins.logs[LOG].size)
        self.times.release()
        fault = dict(enumerate(self.faults)).get(len(self.sizes) - 1)
        if fault is not None:
            raise fault


class Keeper:
    """A keeper that is asked from another thread: a test fails where the real one never answers."""

    def __init__(self, file: Written | PinFile) -> None:
        self._real = PinKeeper(cast("PinFile", file))

    def keep(self, pins: Pins) -> None:
        self._in_time(lambda: self._real.keep(pins))

    def close(self) -> None:
        self._in_time(self._real.close)

    def _in_time(self, act: Callable[[], None]) -> None:
        faults: list[Exception] = []

        def acting() -> None:
            try:
                act()
            except Exception as fault:  # to be raised where it is waited for
                faults.append(fault)

        thread = threading.Thread(target=acting, daemon=True)
        thread.start()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()
        for fault in faults:
            raise fault


def at(size: int) -> Pins:
    return replace(PINS, logs={LOG: Pinned(size, bytes(32))})


def test_pins_are_written_without_anybody_waiting_and_again_after_a_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pins_module, "_REST_SECONDS", 0.01)
    written = Written()
    keeper = Keeper(written)
    for size in (1, 2, 3):
        keeper.keep(at(size))
        assert written.times.acquire(timeout=PATIENCE_S)
    keeper.close()
    assert written.sizes == [1, 2, 3]


def test_the_keeper_rests_before_each_time_and_then_writes_the_last_pins_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pins_module, "_REST_SECONDS", 1000.0)
    written = Written()
    keeper = Keeper(written)
    keeper.keep(at(1))
    assert not written.times.acquire(timeout=0.05)
    keeper.keep(at(2))
    keeper.close()
    assert written.sizes == [2]


def test_a_close_returns_when_the_last_pins_are_written() -> None:
    written = Written()
    written.may_go_on.clear()
    keeper = Keeper(written)
    keeper.keep(at(1))
    threading.Timer(0.05, written.may_go_on.set).start()
    keeper.close()
    assert written.sizes == [1]


def test_a_keeper_that_was_given_nothing_writes_nothing() -> None:
    written = Written()
    Keeper(written).close()
    assert written.sizes == []


def test_a_process_that_ends_does_not_wait_for_the_thread_of_the_pins() -> None:
    before = set(threading.enumerate())
    keeper = Keeper(Written())
    (thread,) = set(threading.enumerate()) - before
    assert (thread.name, thread.daemon) == ("pins", True)
    keeper.close()
    assert not thread.is_alive()


def test_the_last_pins_kept_are_on_the_disk_after_close(tmp_path: Path) -> None:
    file = PinFile(tmp_path / "pins", VAULT, SEAT, b"k" * 32)
    keeper = Keeper(file)
    for size in range(1, 50):
        keeper.keep(at(size))
    keeper.close()
    loaded = file.load()
    assert loaded is not None
    assert loaded.logs[LOG].size == 49


FULL_DISK = TryAgainError("no room, says the test")


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        pytest.param(FULL_DISK, TryAgainError, "no room, says the test", id="of the disk"),
        pytest.param(RuntimeError("secret"), InternalError, "the pins could not be written: RuntimeError", id="ours"),
    ],
)
def test_pins_that_could_not_be_written_at_last_are_told_at_close(
    fault: Exception, error: type[Exception], words: str
) -> None:
    keeper = Keeper(Written([fault]))
    keeper.keep(at(1))
    with pytest.raises(error, match=f"^{words}$"):
        keeper.close()


def test_a_fault_that_later_pins_made_good_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pins_module, "_REST_SECONDS", 0.01)
    written = Written([FULL_DISK, RuntimeError("of ours")])
    keeper = Keeper(written)
    for size in (1, 2, 3):
        keeper.keep(at(size))
        assert written.times.acquire(timeout=PATIENCE_S)
    keeper.close()
    assert written.sizes == [1, 2, 3]
