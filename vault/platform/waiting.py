"""How long this process waits for somebody who is asked at its terminal."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

_NO_LIMIT: Final = 0
_longest_s = _NO_LIMIT


class NobodyTypedError(KeyboardInterrupt):
    """Nobody typed for too long: ends a command that asks as Ctrl+C does."""


@contextmanager
def limit_waits(seconds: int) -> Iterator[None]:
    """Let each wait for a person within the block end after so many seconds; 0 is no limit.

    The block is the main thread's: no other one hears the alarm.
    """
    global _longest_s  # noqa: PLW0603 - a process has one terminal, and all that read it wait alike
    before, _longest_s = _longest_s, seconds
    try:
        yield
    finally:
        _longest_s = before


def longest_wait() -> int:
    """Return after how many seconds a wait ends; 0 is never."""
    return _longest_s


@contextmanager
def waiting_for_person() -> Iterator[None]:
    """Wait within the block for one line of somebody; on Windows without a limit.

    Raises:
        NobodyTypedError: it did not come in time.
    """
    if _longest_s == _NO_LIMIT or sys.platform == "win32":
        yield
        return

    def wake(number: int, frame: FrameType | None) -> None:
        raise NobodyTypedError

    before = signal.signal(signal.SIGALRM, wake)
    signal.setitimer(signal.ITIMER_REAL, _longest_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def drop_typed() -> None:
    """Drop what was typed and not read: else the next program at this terminal gets it, and its history keeps it."""
    if sys.platform != "win32":
        import termios  # noqa: PLC0415 - does not exist on Windows

        try:
            termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)
        except (OSError, ValueError, termios.error):
            return
