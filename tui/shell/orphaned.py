"""The end of the launcher, seen by its child, which must not go on, unlocked, on a terminal that a shell has again."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import termios
import threading
import time
from typing import Any, Final

from tui.shell.terminal import RESET, SHOW_TITLE, has_title

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
