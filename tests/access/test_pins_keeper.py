"""Pins behind the work: nobody waits for them, the last ones are written at the end, and what went wrong is told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.access.seats import SEAT, VAULT
from tests.access.test_pins import LOG, PINS
from vault.access.pins import pins as pins_module
from vault.access.pins.pins import PinFile, PinKeeper, Pinned, Pins
from vault.errors import InternalError, TryAgainError
from vault.words.message import Message

PATIENCE_S = 10  # for what happens at once; a test that holds never waits so long


@pytest.fixture
def file(tmp_path: Path) -> PinFile:
    return PinFile(tmp_path / "state" / "pins", VAULT, SEAT, b"k" * 32)


def at(size: int) -> Pins:
    return replace(PINS, logs={LOG: Pinned(size, bytes(32))})


def wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_pins_are_written_without_a_close_and_again_after_a_rest(file: PinFile) -> None:
    keeper = PinKeeper(file)
    for size in (1, 2):
        keeper.keep(at(size))
        wait_until(lambda size=size: file.load() == at(size))  # type: ignore[misc]  # a default keeps this round's
    keeper.close()


def test_the_last_pins_kept_are_on_the_disk_after_close_and_nothing_waits_for_a_rest(file: PinFile) -> None:
    keeper = PinKeeper(file)
    for size in range(1, 50):
        keeper.keep(at(size))
    keeper.close()
    assert file.load() == at(49)


def test_what_is_kept_within_one_rest_is_written_once(file: PinFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pins_module, "_REST_SECONDS", 1000.0)
    save, saved = PinFile.save, list[Pins]()

    def saving(file: PinFile, pins: Pins) -> None:
        saved.append(pins)
        save(file, pins)

    monkeypatch.setattr(PinFile, "save", saving)
    keeper = PinKeeper(file)
    for size in (1, 2):
        keeper.keep(at(size))
    keeper.close()
    assert saved == [at(2)]


def test_a_keeper_that_was_given_nothing_writes_nothing_and_holds_up_no_process_that_ends(file: PinFile) -> None:
    before = set(threading.enumerate())
    keeper = PinKeeper(file)
    (thread,) = set(threading.enumerate()) - before
    assert thread.daemon
    keeper.close()
    assert not thread.is_alive()
    assert not file.is_there()


FAULTS = [
    (TryAgainError(Message("no room, says the test")), TryAgainError, "^no room, says the test$"),
    (RuntimeError("secret"), InternalError, "^the pins could not be written: RuntimeError$"),
]


@pytest.mark.parametrize(("fault", "error", "words"), FAULTS)
def test_pins_that_could_not_be_written_at_last_are_told_at_close_and_later_ones_make_it_good(
    file: PinFile, monkeypatch: pytest.MonkeyPatch, fault: Exception, error: type[Exception], words: str
) -> None:
    tried = threading.Event()

    def failing(_: PinFile, pins: Pins) -> None:
        tried.set()
        raise fault

    keeper, healed = PinKeeper(file), PinKeeper(file)
    with monkeypatch.context() as broken:
        broken.setattr(PinFile, "save", failing)
        keeper.keep(at(1))
        with pytest.raises(error, match=words):
            keeper.close()
        tried.clear()
        healed.keep(at(1))
        assert tried.wait(PATIENCE_S)
    healed.keep(at(2))
    healed.close()
    assert file.load() == at(2)
