"""How long the screen stays empty after the app was started in a terminal."""

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
from tests.services.founded import found
from tui.shell.start import Start, write_start

_ROUNDS = 20
_PATIENCE_SECONDS = 30.0
_SEEN_FIRST = b"assphrase"  # what every first screen asks for
_ENVIRONMENT = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"}


def run(setting: Setting) -> Iterator[Figure]:
    """Start the launcher in a terminal of its own, wait for the first words of its screen, end it."""
    place = found(setting.folder)
    series = Series()
    for _ in range(min(_ROUNDS, setting.scale.rounds)):
        series.wall.append(_seconds_to_first_paint(Start(place.path, None), setting.folder))
        series.cpu.append(0.0)
    wall, _cpu = series.percentile(50)
    yield Figure("app: from the command to the first paint: p50", "ms", wall * 1e3, goal=Goal(400, Against.ITSELF))


def _seconds_to_first_paint(start: Start, home: Path) -> float:
    from_us, to_child = os.pipe()
    os.set_inheritable(from_us, True)
    began = time.perf_counter()
    child, terminal = pty.fork()
    if child == 0:
        environment = {**_ENVIRONMENT, "HOME": str(home), "PATH": os.environ.get("PATH", "")}
        os.execve(sys.executable, [sys.executable, "-I", "-m", "tui", str(from_us)], environment)
    os.close(from_us)
    write_start(to_child, start)
    try:
        _read_until_painted(terminal)
        return time.perf_counter() - began
    finally:
        os.kill(child, signal.SIGTERM)
        _drain(terminal)
        os.waitpid(child, 0)
        os.close(terminal)


def _read_until_painted(terminal: int) -> None:
    seen = b""
    until = time.monotonic() + _PATIENCE_SECONDS
    while _SEEN_FIRST not in seen:
        readable, _, _ = select.select([terminal], [], [], max(0.0, until - time.monotonic()))
        if not readable:
            raise TimeoutError("the app painted nothing")
        seen += os.read(terminal, 65_536)


def _drain(terminal: int) -> None:
    """Read to the end, so that the child never waits for room in the terminal."""
    try:
        while os.read(terminal, 65_536):
            pass
    except OSError:
        return


BENCHES = (Bench("paint", run),)
