"""The driver's own promises: no strings to the terminal, and no waiting for a line that is dead."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message
from typing_extensions import override

from tests.tables import each
from tui.shell import driver as driver_module
from tui.shell.driver import SafeDriver
from tui.shell.safe import EXIT_LOCKED, SafeApp
from tui.shell.terminal_reset import CLEAR


class EndedError(Exception):
    """Stands for the end of the process."""


class DeadLine:
    """A writer whose terminal takes nothing: its queue stays as it is."""

    def __init__(self, room: int) -> None:
        self._queue: Queue[str | None] = Queue(room)


def _driver(app: SafeApp, room: int) -> SafeDriver:
    async def build() -> SafeDriver:
        return SafeDriver(app)

    driver = asyncio.run(build())
    driver._writer_thread = DeadLine(room)  # type: ignore[assignment]  # only its queue is looked at
    return driver


@pytest.fixture(autouse=True)
def _keep_signals_and_have_an_input(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("textual.drivers.linux_driver.signal.signal", lambda *_: None)
    with Path(os.devnull).open() as nothing:
        monkeypatch.setattr("sys.__stdin__", nothing)
        yield


def _written(driver: SafeDriver) -> list[str | None]:
    assert driver._writer_thread is not None
    return list(driver._writer_thread._queue.queue)


def test_strings_are_taken_out_of_everything_that_is_written() -> None:
    driver = _driver(SafeApp(), 9)
    driver.write("\x1b[1mplain\x1b]52;c;QUJD\x07\x1bPq\x1b\\")
    assert _written(driver) == ["\x1b[1mplain"]


def test_a_line_that_takes_nothing_locks_and_saves_the_draft(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[Any] = []

    class Saving(SafeApp):
        @override
        def before_end(self) -> None:
            ended.append("draft saved")

    def exit_now(code: int) -> None:
        ended.append(code)
        raise EndedError

    monkeypatch.setattr("os._exit", exit_now)
    monkeypatch.setattr(driver_module, "STALL_SECONDS", 0.01)
    driver = _driver(Saving(), 1)
    driver.write("first")
    with pytest.raises(EndedError):
        driver.write("second")
    assert ended == ["draft saved", EXIT_LOCKED]


def test_blanking_never_waits_for_the_line() -> None:
    driver = _driver(SafeApp(), 1)
    driver.blank_now()
    driver.blank_now()
    assert _written(driver) == [CLEAR]


def test_a_driver_that_has_stopped_writes_nothing() -> None:
    driver = _driver(SafeApp(), 1)
    driver._writer_thread = None
    driver.write("late")
    driver.blank_now()


def test_stopping_wipes_both_sides_of_the_alternate_screen() -> None:
    driver = _driver(SafeApp(), 99)
    driver.stop_application_mode()
    written = _written(driver)
    assert (written[0], written[-1]) == (CLEAR, CLEAR)
    assert "\x1b[?1049l" in written[1:-1]


def test_stopping_does_not_wait_for_the_thread_that_reads_keys() -> None:
    class Reading:
        def join(self) -> None:
            raise AssertionError("waited")

    driver = _driver(SafeApp(), 99)
    driver._key_thread = Reading()  # type: ignore[assignment]  # only its join is looked at
    driver.disable_input()
    sent = len(_written(driver))
    driver.disable_input()
    assert driver.exit_event.is_set()
    assert len(_written(driver)) == sent


def test_a_key_typed_after_the_end_goes_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    passed: list[Message] = []
    monkeypatch.setattr(LinuxDriver, "process_message", lambda _self, message: passed.append(message))
    driver = _driver(SafeApp(), 99)
    driver.process_message(Message())
    driver.disable_input()
    driver.process_message(Message())
    assert len(passed) == 1


@each(["_sigtstp_application", "_sigcont_application"])
def test_being_stopped_and_going_on_both_lock(handler: str) -> None:
    locked: list[str] = []

    class Locking(SafeApp):
        @override
        def lock(self) -> None:
            locked.append("locked")

    async def session() -> None:
        getattr(SafeDriver(Locking()), handler)()
        await asyncio.sleep(0)

    asyncio.run(session())
    assert locked == ["locked"]
