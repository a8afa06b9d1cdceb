"""A line asked at the terminal, and a text that is read a screenful at a time before it."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import termios
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from vault.errors import UsageError
from vault.platform.tty_line import read_tty_line, read_tty_pages

READ_ON = "-- Enter reads on --"


class Terminal:
    """A terminal of so many rows and columns; `seen` is what it showed."""

    def __init__(self, rows: int, columns: int) -> None:
        self.ours, self.theirs = pty.openpty()
        fcntl.ioctl(self.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.tty = Path(os.ttyname(self.theirs))
        self.seen = ""

    def answer(self, after: str, *lines: str) -> threading.Thread:
        """Type each line once the text has come again."""

        def type_lines() -> None:
            for line in lines:
                heard = ""
                while after not in heard and "reason: " not in heard:
                    more = os.read(self.ours, 4096).decode()
                    heard, self.seen = heard + more, self.seen + more
                os.write(self.ours, f"{line}\n".encode())

        typing = threading.Thread(target=type_lines, daemon=True)
        typing.start()
        return typing

    def close(self) -> None:
        os.close(self.ours)
        os.close(self.theirs)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    found = Terminal(10, 30)
    yield found
    found.close()


def test_a_line_comes_without_spaces_around(terminal: Terminal) -> None:
    typing = terminal.answer("reason: ", "  casework ")
    assert read_tty_line("reason: ", tty=terminal.tty) == "casework"
    typing.join(5)


def test_a_text_longer_than_the_screen_waits_for_enter_and_loses_no_line(terminal: Terminal) -> None:
    text = "\n".join([*(f"line {number}" for number in range(20)), "w" * 45, "reason: "])
    typing = terminal.answer(READ_ON, "", "", "casework")
    assert read_tty_pages(text, tty=terminal.tty) == "casework"
    typing.join(5)
    assert terminal.seen.count(READ_ON) == 2
    for number in range(20):
        assert f"line {number}\r\n" in terminal.seen
    assert "w" * 30 + "\r\n" + "w" * 15 in terminal.seen


def test_a_line_breaks_between_words_and_loses_none(terminal: Terminal) -> None:
    text = "    a line that is longer than one row of the terminal: subject-request, emergency): "
    typing = terminal.answer("emergency): ", "casework")
    assert read_tty_pages(text, tty=terminal.tty) == "casework"
    typing.join(5)
    shown = terminal.seen.partition("casework")[0].split("\r\n")
    assert max(map(len, shown)) <= 30
    assert shown[0] == "    a line that is longer than"
    assert " ".join(shown).split() == text.split()


def test_a_wide_letter_takes_two_columns(terminal: Terminal) -> None:
    typing = terminal.answer("reason: ", "casework")
    read_tty_pages("永" * 16 + "\nreason: ", tty=terminal.tty)
    typing.join(5)
    assert "永" * 15 + "\r\n永\r\n" in terminal.seen


def test_a_terminal_that_tells_no_size_shows_all_at_once() -> None:
    found = Terminal(0, 0)
    typing = found.answer("reason: ", "casework")
    assert read_tty_pages("a line\n" * 40 + "reason: ", tty=found.tty) == "casework"
    typing.join(5)
    assert READ_ON not in found.seen
    found.close()


def test_without_a_terminal_nobody_can_be_asked(tmp_path: Path) -> None:
    for ask in (read_tty_line, read_tty_pages):
        with pytest.raises(UsageError, match="no terminal to ask the second person"):
            ask("reason: ", tty=tmp_path / "none")
