"""How long a case stays on screen after the key that locks, or that leaves at once, in a terminal of its own."""

from __future__ import annotations

import os
import pty
import select
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.frame import Against, Bench, Figure, Goal, Series, Setting
from tests.services.founded import MEMBER, PASSPHRASE, Place, fill, found
from tui.shell.start import Start, write_start

_ROUNDS = 10
_PATIENCE_SECONDS = 60.0
_LOCK, _LEAVE = b"\x0c", b"\x1c"  # Ctrl+L, Ctrl+\
_WIPED = b"\x1b[3J"  # the launcher's last act: screen and scrollback
_ENVIRONMENT = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"}


def run(setting: Setting) -> Iterator[Figure]:
    """Unlock, open a case, press the key; wait until the terminal is wiped and, after leaving, no process is left."""
    place = found(setting.folder)
    fill(place)
    place.proposed_today()
    (setting.folder / "casevault").symlink_to(place.state)
    rounds = min(_ROUNDS, max(2, setting.scale.rounds // 3))
    locked = [_seconds_after(place, setting.folder, _LOCK)[0] for _ in range(rounds)]
    left = [_seconds_after(place, setting.folder, _LEAVE) for _ in range(rounds)]
    yield _figure("lock: from the key to a wiped terminal", locked, 50)
    yield _figure("leave at once: from the key to a wiped terminal", [wiped for wiped, _ in left], 150)
    yield _figure("leave at once: from the key until no process is left", [ended for _, ended in left], 150)


def _figure(name: str, seconds: list[float], limit: int) -> Figure:
    wall, _cpu = Series(seconds, [0.0] * len(seconds)).percentile(50)
    return Figure(f"app, {name}: p50", "ms", wall * 1e3, goal=Goal(limit, Against.ITSELF))


def _seconds_after(place: Place, home: Path, key: bytes) -> tuple[float, float]:
    """Return the seconds until the terminal was wiped, and until nobody had it open any more; 0 after a lock."""
    from_us, to_child = os.pipe()
    os.set_inheritable(from_us, True)
    child, terminal = pty.fork()
    if child == 0:
        environment = {**_ENVIRONMENT, "HOME": str(home), "XDG_STATE_HOME": str(home), "PATH": os.environ["PATH"]}
        os.execve(sys.executable, [sys.executable, "-I", "-m", "tui", str(from_us)], environment)
    os.close(from_us)
    write_start(to_child, Start(place.path, MEMBER))
    try:
        _read_until(terminal, b"assphrase")
        os.write(terminal, PASSPHRASE + b"\r")
        # A lock leads back to the case that was open.
        if _read_until(terminal, b"Home", b"People") == b"Home":
            os.write(terminal, b"c")
            _read_until(terminal, b"2 cases")
            os.write(terminal, b"\r")
            _read_until(terminal, b"People")
        _read_until_quiet(terminal)
        began = time.perf_counter()
        os.write(terminal, key)
        _read_until(terminal, _WIPED)
        wiped = time.perf_counter() - began
        if key == _LOCK:
            return wiped, 0.0
        _drain(terminal)
        return wiped, time.perf_counter() - began
    finally:
        os.kill(child, signal.SIGTERM)
        _drain(terminal)
        os.waitpid(child, 0)
        os.close(terminal)


def _read_until(terminal: int, *words: bytes) -> bytes:
    """Return the first of these that the app wrote."""
    seen = b""
    until = time.monotonic() + _PATIENCE_SECONDS
    while (found := next((word for word in words if word in seen), None)) is None:
        readable, _, _ = select.select([terminal], [], [], max(0.0, until - time.monotonic()))
        if not readable:
            raise TimeoutError(f"the app never wrote {words!r}")
        seen += os.read(terminal, 65_536)
    return found


def _read_until_quiet(terminal: int) -> None:
    while select.select([terminal], [], [], 0.5)[0]:
        os.read(terminal, 65_536)


def _drain(terminal: int) -> None:
    """Read to the end, so that the child never waits for room in the terminal."""
    try:
        while os.read(terminal, 65_536):
            pass
    except OSError:
        return


BENCHES = (Bench("leave", run),)
