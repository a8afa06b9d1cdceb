"""Which test runs which line, found by running every test once; kept beside the checkout as long as nothing changes.

A line counts for the test that runs it, for the fixture that outlives one test (a vault that is founded once), or for
the import of the module: each of the three needs another way to try a mutant.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

IMPORT = "import"
# A function called so often in one test without a new line is not watched further in it.
_CALLS_WITHOUT_NEWS = 1_000


@dataclass(slots=True)
class Ran:
    """What one test, one fixture or the import ran: line numbers by file; how long; whether it held."""

    lines: dict[str, set[int]] = field(default_factory=dict)
    seconds: float = 0.0
    held: bool = True
    fixtures: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        lines = {file: f"{sum(1 << line for line in found):x}" for file, found in self.lines.items() if found}
        return {"lines": lines, "seconds": round(self.seconds, 4), "held": self.held, "fixtures": self.fixtures}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Ran:
        lines = {}
        for file, digits in value["lines"].items():
            bits = int(digits, 16)
            lines[file] = {line for line in range(bits.bit_length()) if bits >> line & 1}
        return cls(lines, value["seconds"], value["held"], value["fixtures"])


class Tracer:
    """Counts lines of the files under `folders` for whoever is running."""

    def __init__(self, root: Path, folders: tuple[str, ...]) -> None:
        self._prefixes = tuple(f"{root / folder}/" for folder in folders)
        self._root = f"{root}/"
        self._files: dict[str, str | None] = {}
        self._into: list[Ran] = []
        self._quiet: dict[CodeType, int] = {}

    @contextmanager
    def counting(self, ran: Ran) -> Iterator[None]:
        """Count for `ran`, and for nobody else until it ends."""
        self._into.append(ran)
        before, self._quiet = self._quiet, {}
        sys.settrace(self._call)
        threading.settrace(self._call)
        try:
            yield
        finally:
            self._into.pop()
            self._quiet = before
            if not self._into:
                sys.settrace(None)
                threading.settrace(None)

    def _call(self, frame: FrameType, _event: str, _argument: object) -> Any:
        code = frame.f_code
        name = self._files.get(code.co_filename, "")
        if name == "":
            found = code.co_filename
            name = self._files[found] = found.removeprefix(self._root) if found.startswith(self._prefixes) else None
        if name is None or not self._into or self._quiet.get(code, 0) > _CALLS_WITHOUT_NEWS:
            return None
        seen = self._into[-1].lines.setdefault(name, set())
        self._quiet[code] = self._quiet.get(code, 0) + 1

        def line(frame: FrameType, _event: str, _argument: object) -> Any:
            number = frame.f_lineno
            if number not in seen:
                seen.add(number)
                self._quiet[code] = 0
            return line

        return line


class Kept:
    """The file that remembers earlier runs, good for as long as the digests of code and tests are the same."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, digest: str) -> dict[str, Ran] | None:
        """Return what ran what, or None where something changed since."""
        if not self._path.exists():
            return None
        value = json.loads(self._path.read_text(encoding="utf-8"))
        if value["digest"] != digest:
            return None
        return {name: Ran.from_json(one) for name, one in value["ran"].items()}

    def write(self, digest: str, ran: dict[str, Ran]) -> None:
        self._path.parent.mkdir(exist_ok=True)
        value = {"digest": digest, "ran": {name: one.as_json() for name, one in ran.items()}}
        self._path.write_text(json.dumps(value), encoding="utf-8")
