"""Somebody at a terminal of their own with the real command: reads what it shows and types an answer."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import time

from tests.cli.desk import REPOSITORY, Desk

_PATIENCE_S = 60


class Typist:
    """Somebody at a terminal, which the command also finds under /dev/tty, who reads the screen and types."""

    def __init__(self, desk: Desk, *arguments: str) -> None:
        self.seen = ""
        self._read = 0
        self.pid, self._ours = pty.fork()
        if self.pid == 0:
            os.chdir(REPOSITORY)
            os.execve(desk.command()[0], desk.command(*arguments), desk.environment)

    def wait_for(self, pattern: str) -> re.Match[str]:
        """Return the first match behind what was read before."""
        deadline = time.monotonic() + _PATIENCE_S
        while (found := re.compile(pattern).search(self.seen, self._read)) is None:
            assert self._take(deadline), f"ended without {pattern!r}: {self.seen[-600:]!r}"
        self._read = found.end()
        return found

    def until(self, words: str) -> str:
        """Wait for these words, and return what came before them and was not read yet."""
        begins = self._read
        found = self.wait_for(re.escape(words))
        return self.seen[begins : found.start()]

    def answer(self, words: str, line: str) -> None:
        """Wait for these words, and type a line then."""
        self.until(words)
        self.type(line)

    def type(self, line: str) -> None:
        self.type_bytes(line.encode() + b"\n")

    def type_bytes(self, keys: bytes) -> None:
        os.write(self._ours, keys)

    def close(self) -> None:
        """Take the terminal away, as a window that is closed does."""
        os.close(self._ours)
        self._ours = -1

    def end(self, *, pressing: bytes = b"") -> int:
        """Return the exit code, after everything that was still said; `pressing` is pressed until the end.

        What is pressed between two questions goes with what was typed ahead: once is not enough.
        """
        if self._ours < 0:
            return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        deadline = time.monotonic() + _PATIENCE_S
        try:
            os.write(self._ours, pressing)
            while self._take(deadline, 0.5 if pressing else _PATIENCE_S):
                os.write(self._ours, pressing)
        except OSError:  # it ended while a key was pressed
            pass
        code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        os.close(self._ours)
        return code

    def _take(self, deadline: float, patience: float = _PATIENCE_S) -> bool:
        """Read what is shown next, or nothing for as long as patience lasts; say whether the command goes on."""
        if time.monotonic() > deadline:
            os.kill(self.pid, signal.SIGKILL)
            raise TimeoutError(self.seen[-600:])
        if not select.select([self._ours], [], [], min(patience, max(0.0, deadline - time.monotonic())))[0]:
            return True
        try:
            taken = os.read(self._ours, 65_536)
        except OSError:  # the other end was closed
            return False
        self.seen += taken.decode("utf-8", "replace")
        return bool(taken)
