"""How a terminal is given back clean: the sequences, and the end of a launcher, seen by its child. No Textual here."""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import termios
import threading
import time
from typing import Any, Final

# The sequences that give a terminal back clean. No Textual here: the launcher, which holds no secret, uses them.

CLEAR: Final = "\x1b[0m\x1b[2J\x1b[3J\x1b[H"
"""Wipe the visible screen and the lines that scrolled out of it."""

CLICKS: Final = "\x1b[?1000h\x1b[?1006h"
"""Have clicks and the wheel reported, with places beyond column 223, and no movement."""

_MODES_OFF: Final = "".join(f"\x1b[?{mode}l" for mode in (1000, 1002, 1003, 1006, 1015, 1016, 1004, 2004, 2026, 2048))

RESET: Final = _MODES_OFF + "\x1b[<u\x1b[?1049l\x1b[?7h\x1b[?25h" + CLEAR
"""Mouse, focus reports, paste brackets, synchronised output and extended keys off; main screen; cursor; wiped."""

HIDE_TITLE: Final = "\x1b[22;0t\x1b]0;\x07"
"""Put the window title on the terminal's stack and show an empty one: a shell may have put the command line there."""

SHOW_TITLE: Final = "\x1b[23;0t"
"""Bring back the title that `HIDE_TITLE` put away."""

_STRING_SEQUENCE: Final = re.compile("\x1b[]PX^_].*?(?:\x07|\x1b\\\\|\\Z)|[\x07\x80-\x9f]", re.DOTALL)


def has_title(term: str) -> bool:
    """Say whether a terminal of this kind (the TERM variable) has a title that can be set without harm."""
    return term not in {"", "dumb", "linux"} and not term.startswith("vt")


def without_strings(untrusted_output: str) -> str:
    """Return terminal output without OSC, DCS, APC, PM and SOS strings, bells and C1 controls.

    The app needs none of them; clipboard, title, links and pointer shapes all travel this way.
    """
    return _STRING_SEQUENCE.sub("", untrusted_output)


# The end of the launcher, seen by its child, which must not go on, unlocked, on a terminal that a shell has again.
IN_ORDER_SECONDS: Final = 0.7
"""How long the app may take to save the draft and clear the screen by itself; a process without a parent then ends."""


class Orphanage:
    """Watches the launcher, and does its last acts on the terminal where it is gone.

    Args:
        descriptor: the pipe to the launcher. That nobody holds its other end any more is told by every Unix.
        terminal: the terminal of both, as it was found.
    """

    def __init__(self, descriptor: int, terminal: int) -> None:
        self._descriptor, self._terminal = descriptor, terminal
        self._attributes: list[Any] = termios.tcgetattr(terminal)
        self._is_orphan = False

    def watch(self) -> None:
        """Begin, in a thread of its own."""
        threading.Thread(target=self._watch, daemon=True, name="casevault-orphaned").start()

    def leave(self) -> None:
        """Bring back the title of the window, which the launcher put away and cannot bring back any more."""
        if self._is_orphan and has_title(os.environ.get("TERM", "")):
            self._write(SHOW_TITLE)

    def _watch(self) -> None:
        watched = select.poll()
        watched.register(self._descriptor, 0)
        watched.poll()
        self._is_orphan = True
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(IN_ORDER_SECONDS)
        # It hangs. What is on the screen goes, and the keys go with the process.
        if is_in_front(self._terminal):
            with contextlib.suppress(termios.error):
                termios.tcsetattr(self._terminal, termios.TCSANOW, self._attributes)
        self._write(RESET)
        self.leave()
        os._exit(128 + signal.SIGTERM)

    def _write(self, text: str) -> None:
        with contextlib.suppress(OSError):
            os.write(self._terminal, text.encode("ascii"))


def is_in_front(terminal: int) -> bool:
    """Say whether the modes of the terminal are this process's to set: a shell that has it again has set its own."""
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
