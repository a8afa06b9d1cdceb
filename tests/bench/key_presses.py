"""How many bytes the app sends to the terminal for a key: a slow line, or a reader of the screen, pays for each."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.bench.frame import Against, Bench, Figure, Goal, Setting
from tests.services.founded import MEMBER, PASSPHRASE, Place, found
from vault.services.demo_national import NATIONAL, fill

_CASES: Final = 200  # one part of so many: 60 cases
_ROUNDS: Final = 10
_REST_S: Final = 0.6
_PAUSE_S: Final = 0.08
_IDLE_S: Final = 5.0
_PATIENCE_S: Final = 60.0
_DOWN, _ESCAPE = b"\x1b[B", b"\x1b"
_SIZES: Final = {(80, 24): 9, (120, 40): 19}
"""Columns and rows, and the most kB that another screen may cost."""


def run(setting: Setting) -> Iterator[Figure]:
    """Drive the app in a terminal of 24-bit colours at two sizes."""
    place = found(setting.folder)
    with place.open() as session:
        fill(session, NATIONAL.part(_CASES))
    place.proposed_today()
    for size, most in _SIZES.items():
        terminal = _Terminal(place, setting.folder, size)
        try:
            yield from _presses(terminal, f"app, {size[0]} x {size[1]}", most)
        finally:
            terminal.close()


def _presses(terminal: _Terminal, at: str, most: int) -> Iterator[Figure]:
    terminal.wait_for(b"assphrase")
    terminal.press(PASSPHRASE + b"\r", until=b"Home")
    terminal.press(b"c")
    steps = [terminal.press(_DOWN) for _ in range(_ROUNDS)]
    screens = [sum(terminal.press(key)) for key in (b"\r", _ESCAPE) * 3]
    idle = terminal.listen(_IDLE_S)
    terminal.press(b"\r")
    idle += terminal.listen(_IDLE_S)
    terminal.press(b"n")
    letters = [sum(terminal.press(letter.to_bytes(1, "big"))) for letter in b"he was taken"]
    yield _kilobytes(f"{at}: a step of the cursor", [bursts[0] for bursts in steps], 0.8)
    yield _kilobytes(f"{at}: what stands beside it, once it rests", [sum(bursts[1:]) for bursts in steps], 2.5)
    yield _kilobytes(f"{at}: a letter", letters, 1.2)
    yield _kilobytes(f"{at}: another screen", screens, most)
    yield _kilobytes(f"{at}: nothing for {2 * _IDLE_S:.0f} s", [idle], 0)


def _kilobytes(name: str, sent: list[int], most: float) -> Figure:
    return Figure(f"{name}: most bytes sent", "kB", max(sent) / 1000, goal=Goal(most, Against.ITSELF))


class _Terminal:
    """The app in a terminal that answers nothing and counts."""

    def __init__(self, place: Place, home: Path, size: tuple[int, int]) -> None:
        state = home / "casevault"
        if not state.is_symlink():
            state.symlink_to(place.state)
        self._child, self._terminal = pty.fork()
        if self._child == 0:
            environment = {
                "TERM": "xterm-256color",
                "COLORTERM": "truecolor",
                "LC_ALL": "C.UTF-8",
                "HOME": str(home),
                "XDG_STATE_HOME": str(home),
                "PATH": os.environ.get("PATH", ""),
            }
            command = [sys.executable, "-m", "vault", "--vault", str(place.path), "--member", MEMBER]
            time.sleep(0.2)  # until the size is set
            os.execve(sys.executable, command, environment)
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))

    def press(self, keys: bytes, until: bytes = b"") -> list[int]:
        """Press keys and return how many bytes came, in bursts with a pause between them."""
        os.write(self._terminal, keys)
        return self.wait_for(until)

    def wait_for(self, seen: bytes) -> list[int]:
        """Wait until this came and then nothing for a while; return how many bytes came in each burst."""
        bursts, came, at = [0], b"", time.monotonic()
        deadline = at + _PATIENCE_S
        while True:
            more = self._read(_REST_S)
            now = time.monotonic()
            if more:
                if bursts[-1] and now - at > _PAUSE_S:
                    bursts.append(0)
                bursts[-1] += len(more)
                came, at = came + more, now
            elif came and seen in came:
                return bursts
            elif now > deadline:
                raise TimeoutError(f"{seen!r} did not come")

    def listen(self, seconds: float) -> int:
        """Return how many bytes come within this time."""
        end, count = time.monotonic() + seconds, 0
        while (left := end - time.monotonic()) > 0:
            count += len(self._read(left))
        return count

    def _read(self, seconds: float) -> bytes:
        readable, _, _ = select.select([self._terminal], [], [], seconds)
        return os.read(self._terminal, 65_536) if readable else b""

    def close(self) -> None:
        """End the app."""
        os.kill(self._child, signal.SIGTERM)
        try:
            while os.read(self._terminal, 65_536):
                pass
        except OSError:
            pass
        os.waitpid(self._child, 0)
        os.close(self._terminal)


BENCHES = (Bench("keys", run),)
