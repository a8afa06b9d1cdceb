"""Somebody at a terminal beside the real command: reads what it shows and types an answer."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import time

from tests.cli.desk import REPOSITORY, Desk


class Typist:
    """Somebody at a terminal, who reads the screen and types."""

    def __init__(self, desk: Desk, *arguments: str) -> None:
        self._ours, theirs = pty.openpty()
        self.seen = ""
        self._read = 0
        self.process = subprocess.Popen(
            desk.command(*arguments), stdin=theirs, stdout=theirs, stderr=theirs, env=desk.environment, cwd=REPOSITORY
        )
        os.close(theirs)
        os.set_blocking(self._ours, False)

    def wait_for(self, pattern: str) -> re.Match[str]:
        """Return the first match behind what was read before."""
        deadline = time.monotonic() + 60
        while (found := re.compile(pattern).search(self.seen, self._read)) is None:
            assert time.monotonic() < deadline, self.seen[-600:]
            self._take()
        self._read = found.end()
        return found

    def type(self, line: str) -> None:
        self.type_bytes(line.encode() + b"\n")

    def type_bytes(self, keys: bytes) -> None:
        os.write(self._ours, keys)

    def end(self) -> int:
        """Return the exit code, after everything that was still said."""
        code = self.process.wait(timeout=60)
        self._take()
        os.close(self._ours)
        return code

    def _take(self) -> None:
        try:
            self.seen += os.read(self._ours, 65_536).decode("utf-8", "replace")
        except BlockingIOError:
            time.sleep(0.02)
        except OSError:  # the other end was closed
            time.sleep(0.02)
