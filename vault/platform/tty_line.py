"""Ask for one line at the terminal itself, past any redirection, with echo: a word that is no secret."""

from __future__ import annotations

import os
import sys
import unicodedata
from pathlib import Path

from vault.errors import UsageError
from vault.platform.tty import NOT_UTF8, waiting_for_person
from vault.words.message import Message

_LONGEST_LINE = 4096  # a terminal in line mode delivers no more, termios(3)
_READ_ON = "-- Enter reads on --"
_FEWEST_ROWS, _FEWEST_COLUMNS = 8, 20


def read_tty_line(prompt: str, *, tty: Path = Path("/dev/tty")) -> str:
    """Write the prompt and return what was typed after it, without spaces around. What is no UTF-8 is asked for again.

    Raises:
        UsageError: there is no terminal, or it was closed before a line was typed.
    """
    if sys.platform == "win32":
        return _read_console(prompt)
    else:  # noqa: RET505 - mypy judges each system's branch on its own
        try:
            descriptor = os.open(tty, os.O_RDWR | os.O_NOCTTY)
        except OSError:
            raise _no_terminal() from None
        try:
            _write_all(descriptor, prompt.encode("utf-8", "replace"))
            while line := _read_line(descriptor):
                try:
                    return line.decode("utf-8").strip()
                except UnicodeDecodeError:
                    _write_all(descriptor, f"{NOT_UTF8} Then type it again: ".encode())
        finally:
            os.close(descriptor)
        raise _no_terminal()


def read_tty_pages(prompt: str, *, tty: Path = Path("/dev/tty")) -> str:
    """As `read_tty_line`, but a screenful at a time: Enter reads on, so that nothing scrolls by unread.

    Raises:
        UsageError: as `read_tty_line`.
    """
    rows, width = _size(tty)
    if not rows:
        return read_tty_line(prompt, tty=tty)
    lines = [piece for line in prompt.split("\n") for piece in _pieces(line, width)]
    while len(lines) >= rows:
        read_tty_line("\n".join([*lines[: rows - 1], _READ_ON]), tty=tty)
        del lines[: rows - 1]
    return read_tty_line("\n".join(lines), tty=tty)


def _size(tty: Path) -> tuple[int, int]:
    """Return rows and columns of the terminal; zeros where it does not tell, or has too few for reading."""
    if sys.platform == "win32":
        return 0, 0
    try:
        descriptor = os.open(tty, os.O_RDWR | os.O_NOCTTY)
    except OSError:
        return 0, 0
    try:
        size = os.get_terminal_size(descriptor)
    except OSError:
        return 0, 0
    finally:
        os.close(descriptor)
    return (size.lines, size.columns) if size.lines >= _FEWEST_ROWS and size.columns >= _FEWEST_COLUMNS else (0, 0)


def _pieces(line: str, width: int) -> list[str]:
    """Break a line between words, and a word longer than a row as the terminal does: no piece is longer than a row."""
    pieces, piece = list[str](), ""
    for letter in line:
        more = piece + letter
        if _cells(more) > width:
            blank = more.rfind(" ") + 1
            at = blank if more[:blank].strip() else len(piece)
            pieces.append(more[:at].rstrip())
            more = more[at:]
        piece = more
    return [*pieces, piece]


def _cells(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _write_all(descriptor: int, text: bytes) -> None:
    while text:
        text = text[os.write(descriptor, text) :]


def _read_line(descriptor: int) -> bytes:
    with waiting_for_person():
        return os.read(descriptor, _LONGEST_LINE)


def _no_terminal() -> UsageError:
    return UsageError(
        Message("no terminal to ask the second person"),
        next_step=Message("Run it in a terminal, or ask for the approval in a file (`--ask FILE`)."),
    )


if sys.platform == "win32":

    def _read_console(prompt: str) -> str:
        with open("CONOUT$", "w", encoding="utf-8") as out, open("CONIN$", encoding="utf-8") as console:  # noqa: PTH123 - devices, no paths
            out.write(prompt)
            out.flush()
            return console.readline().strip()
