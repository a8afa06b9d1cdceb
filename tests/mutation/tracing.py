"""Which test runs which line of a room, and how long it takes: each of the room's tests runs once, and is watched."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

# A function called so often in one test without a new line is not watched further in it.
_CALLS_WITHOUT_NEWS = 1_000


@dataclass(slots=True)
class Ran:
    """What one test ran, with all that was built for it: line numbers by file; how long; whether it held."""

    lines: dict[str, set[int]] = field(default_factory=dict)
    seconds: float = 0.0
    held: bool = True

    def runs(self, file: str, lines: range) -> bool:
        """Tell whether one of these lines is among them."""
        return not self.lines.get(file, set()).isdisjoint(lines)


class Tracer:
    """The pytest plugin that watches; `ran` is what each test ran."""

    def __init__(self, root: Path, folder: str) -> None:
        self.ran: dict[str, Ran] = {}
        self._root, self._prefix = f"{root}/", f"{root / folder}/"
        self._files: dict[str, str | None] = {}
        self._running = Ran()
        self._quiet: dict[CodeType, int] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Watch a test from the first fixture that it needs to the last that it leaves."""
        self._running = self.ran[item.nodeid] = Ran()
        self._quiet = {}
        began = time.process_time()
        sys.settrace(self._call)
        threading.settrace(self._call)
        try:
            return (yield)
        finally:
            sys.settrace(None)
            threading.settrace(None)
            self._running.seconds = time.process_time() - began

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember which test does not hold without any change."""
        self.ran[report.nodeid].held &= report.passed

    def _call(self, frame: FrameType, _event: str, _argument: object) -> Any:
        code = frame.f_code
        path = code.co_filename
        if path not in self._files:
            self._files[path] = path.removeprefix(self._root) if path.startswith(self._prefix) else None
        name = self._files[path]
        if name is None or self._quiet.get(code, 0) > _CALLS_WITHOUT_NEWS:
            return None
        seen = self._running.lines.setdefault(name, set())
        self._quiet[code] = self._quiet.get(code, 0) + 1

        def line(frame: FrameType, _event: str, _argument: object) -> Any:
            if frame.f_lineno not in seen:
                seen.add(frame.f_lineno)
                self._quiet[code] = 0
            return line

        return line
