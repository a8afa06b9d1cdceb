"""Ask for one line at the terminal itself, past any redirection, with echo: a word that is no secret."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from vault.errors import UsageError

_LONGEST_LINE = 4096  # a terminal in line mode delivers no more, termios(3)


def read_tty_line(prompt: str, *, tty: Path = Path("/dev/tty")) -> str:
    """Write the prompt and return what was typed after it, without spaces around.

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
            line = os.read(descriptor, _LONGEST_LINE)
        finally:
            os.close(descriptor)
        if not line:
            raise _no_terminal()
        return line.decode("utf-8", "replace").strip()


def _write_all(descriptor: int, text: bytes) -> None:
    while text:
        text = text[os.write(descriptor, text) :]


def _no_terminal() -> UsageError:
    return UsageError("no terminal to ask the second person", advice="Run it in a terminal, or use `approval ask`.")


if sys.platform == "win32":

    def _read_console(prompt: str) -> str:
        with open("CONOUT$", "w", encoding="utf-8") as out, open("CONIN$", encoding="utf-8") as console:  # noqa: PTH123 - devices, no paths
            out.write(prompt)
            out.flush()
            return console.readline().strip()
