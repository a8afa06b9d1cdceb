"""Ask for a passphrase at the terminal itself, past any redirection, and for how long to wait for somebody."""

from __future__ import annotations

import os
import signal
import sys
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Final

from vault.errors import UsageError
from vault.words.message import Message

# How long this process waits for somebody who is asked at its terminal.

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

        with suppress(OSError, ValueError, termios.error):
            termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)


# Ask for a passphrase at the terminal itself, past any redirection, with echo off, into memory that can be wiped.
NOT_UTF8: Final = "This terminal does not send UTF-8. Set it to UTF-8."
"""What is said where bytes came that are no UTF-8: letters typed in KOI8-R or Latin-1, as a rule."""

_AGAIN: Final = f"{NOT_UTF8} Then type it again."
_LONGEST_LINE = 4096  # a terminal in line mode delivers no more, termios(3)


def read_tty_passphrase(
    prompt: str, *, tty: Path = Path("/dev/tty"), meanwhile: Callable[[], object] | None = None
) -> bytearray:
    """Ask at the terminal and return what was typed, without the end of line; the caller wipes it.

    The bytes go from the terminal straight into the bytearray: no `str` and no `bytes` of it are made (on Windows the
    console gives one-character strings). What is no UTF-8 is asked for again.

    `meanwhile` runs once, behind the prompt: what is typed by then waits in the terminal, unseen, and Ctrl+C ends it.
    What it raises is raised, with the terminal as it was.

    Raises:
        UsageError: there is no terminal, or it was closed before a line was typed.
    """
    if sys.platform == "win32":
        return _read_console(prompt, meanwhile)
    else:  # noqa: RET505 - mypy judges each system's branch on its own
        try:
            descriptor = os.open(tty, os.O_RDWR | os.O_NOCTTY)
        except OSError:
            raise _no_terminal() from None
        try:
            return _read_hidden(descriptor, prompt, meanwhile)
        finally:
            os.close(descriptor)


def _no_terminal() -> UsageError:
    return UsageError(
        Message("no terminal to ask for the passphrase"),
        next_step=Message("Run it in a terminal, or give `--passphrase-fd N` or `--passphrase-file FILE`."),
    )


if sys.platform != "win32":
    import termios

    def _read_hidden(descriptor: int, prompt: str, meanwhile: Callable[[], object] | None) -> bytearray:
        try:
            before = termios.tcgetattr(descriptor)
        except termios.error:
            raise _no_terminal() from None
        hidden = [*before]
        hidden[3] = (before[3] & ~termios.ECHO) | termios.ICANON | termios.ISIG
        hidden[0] = before[0] | termios.ICRNL
        try:
            # Echo goes off, and what was typed ahead is dropped, before the prompt says that it is time to type.
            termios.tcsetattr(descriptor, termios.TCSAFLUSH, hidden)
            os.write(descriptor, prompt.encode("utf-8", "replace"))
            if meanwhile is not None:
                meanwhile()
            while not _is_utf8(line := _read_line(descriptor)):
                line[:] = bytes(len(line))
                os.write(descriptor, f"\n{_AGAIN}\n{prompt}".encode("utf-8", "replace"))
            return line
        finally:
            termios.tcsetattr(descriptor, termios.TCSANOW, before)
            os.write(descriptor, b"\n")

    def _is_utf8(line: bytearray) -> bool:
        decoder = getincrementaldecoder("utf-8")()
        try:
            for at in range(len(line)):  # a letter at a time: no string of it is made
                decoder.decode(line[at : at + 1])
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
        return True

    def _read_line(descriptor: int) -> bytearray:
        # In line mode one read gives one line, so nothing is ever copied while a buffer grows.
        buffer = bytearray(_LONGEST_LINE + 1)
        with waiting_for_person():
            size = os.readv(descriptor, [buffer])
        line = buffer[:size]
        buffer[:] = bytes(len(buffer))
        if size == 0:
            raise _no_terminal()
        if line.endswith(b"\n"):
            del line[-1:]
        return line

else:

    def _read_console(prompt: str, meanwhile: Callable[[], object] | None) -> bytearray:
        import msvcrt  # noqa: PLC0415 - Windows alone

        line = bytearray()
        for letter in prompt:
            msvcrt.putwch(letter)
        if meanwhile is not None:
            meanwhile()
        while (letter := msvcrt.getwch()) not in "\r\n":
            if letter == "\x03":
                raise KeyboardInterrupt
            if letter == "\b":
                while line and line.pop() & 0xC0 == 0x80:  # a letter of several bytes goes as a whole
                    pass
            elif letter in "\x00\xe0":
                msvcrt.getwch()  # a function key comes as two
            else:
                line += letter.encode("utf-8", "surrogatepass")
        msvcrt.putwch("\r")
        msvcrt.putwch("\n")
        return line
