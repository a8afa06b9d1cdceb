"""One mutant, one process, and what becomes of it."""

from __future__ import annotations

import math
import os
import resource
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

_GIB = 1 << 30
_MEMORY_GIB = 6
_SLOWER, _AT_LEAST_S, _WALL_S = 3, 4, 120
# Where vaults are copied and made durable for each test, memory is many times quicker than a disk.
FOLDER = "/dev/shm" if Path("/dev/shm").is_dir() else None
HELD = 0
# The attempt itself failed: nothing was noticed, and it shows up as a survivor that somebody looks at.
_BROKEN = 255


class Try:
    """A forked process that does `work(folder)` and ends with what it returned: 0 where every test held."""

    def __init__(self, work: Callable[[Path], int], expected_s: float) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="mutant-", dir=FOLDER))
        self._began = time.monotonic()
        self._process = os.fork()
        if self._process == 0:
            self._become(work, math.ceil(expected_s * _SLOWER) + _AT_LEAST_S)

    def _become(self, work: Callable[[Path], int], limit_s: int) -> None:
        try:
            os.setsid()
            silence = os.open(os.devnull, os.O_RDWR)
            for stream in range(3):
                os.dup2(silence, stream)
            os.environ["TMPDIR"] = tempfile.tempdir = str(self._folder)
            # Time of the processor, so that what else runs on the machine decides nothing.
            resource.setrlimit(resource.RLIMIT_CPU, (limit_s, limit_s + 1))
            resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_GIB * _GIB, _MEMORY_GIB * _GIB))
            code = work(self._folder)
        except BaseException:  # whatever it is, it must not come back into the parent
            code = _BROKEN
        os._exit(code)

    def poll(self) -> str | None:
        """Return `survived`, `timeout` or the number of the test that noticed, or None while it runs."""
        done, status = os.waitpid(self._process, os.WNOHANG)
        late = time.monotonic() - self._began > _WALL_S
        if done == 0 and not late:
            return None
        if done == 0:
            os.killpg(self._process, signal.SIGKILL)
            os.waitpid(self._process, 0)
        shutil.rmtree(self._folder, ignore_errors=True)
        code = -signal.SIGKILL if done == 0 else os.waitstatus_to_exitcode(status)
        if code in (-signal.SIGKILL, -signal.SIGXCPU, -signal.SIGVTALRM):
            return "timeout"
        return "survived" if code in {HELD, _BROKEN} else str(code)


def run_all(jobs: int, waiting: list[Callable[[], Try | None]], ended: Callable[[int, str], None]) -> None:
    """Start what waits, the last first, never more than `jobs` at once; None means that nothing had to be run.

    `ended` is told the number of each and its outcome, and may append to `waiting`.
    """
    running: dict[int, Try] = {}
    started = 0
    while waiting or running:
        while waiting and len(running) < jobs:
            begun = waiting.pop()()
            if begun is not None:
                running[started] = begun
                started += 1
        time.sleep(0.002)
        for number, begun in list(running.items()):
            if (outcome := begun.poll()) is not None:
                del running[number]
                ended(number, outcome)
