"""The record of the last runs, what it lacks, and the reasons why some mutants survive."""

from __future__ import annotations

import json
import tomllib
from hashlib import sha256
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
RESULT = Path(__file__).with_name("result.json")
REASONS = Path(__file__).with_name("reasons.toml")
ROOMS = ("seal", "policy", "log", "records", "validity", "trust", "redaction")


def modules() -> list[str]:
    """Return the modules of the rooms, most important first."""
    paths = [
        path for room in ROOMS for path in sorted((ROOT / "vault" / room).rglob("*.py")) if path.stem != "__init__"
    ]
    return [path.relative_to(ROOT).as_posix() for path in paths]


def digest_of(file: str) -> str:
    """Return what a recorded result is about."""
    return sha256((ROOT / file).read_bytes()).hexdigest()


class Record:
    """result.json and reasons.toml, side by side."""

    def __init__(self) -> None:
        self._results: dict[str, Any] = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.exists() else {}
        self._reasons: dict[str, dict[str, str]] = (
            tomllib.loads(REASONS.read_text(encoding="utf-8")) if REASONS.exists() else {}
        )

    def put(
        self, file: str, digest: str, mutants: int, survivors: list[str], left_out: list[str], *, whole: bool
    ) -> None:
        """Write down what became of a module's mutants; unless all were tried, those with a reason stay."""
        if not whole:
            explained = set(self._results[file]["survivors"]) & self._reasons.get(file, {}).keys()
            survivors = [*survivors, *explained]
        entry = {"digest": digest, "mutants": mutants, "survivors": sorted(survivors)}
        self._results[file] = entry | ({"tests_left_out": left_out} if left_out else {})
        kept = {name: self._results[name] for name in modules() if name in self._results}
        RESULT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")

    def changed(self) -> list[str]:
        """Return the modules that are not as they were when their mutants ran."""
        return [file for file in modules() if self._results.get(file, {}).get("digest") != digest_of(file)]

    def unexplained(self, file: str) -> frozenset[str]:
        """Return the survivors of a module that have no reason yet."""
        return frozenset(self._results.get(file, {}).get("survivors", ())) - self._reasons.get(file, {}).keys()

    def without_reason(self) -> list[str]:
        """Return the survivors that nobody has explained."""
        return [f"{file}: {name}" for file in modules() for name in sorted(self.unexplained(file))]

    def idle_reasons(self) -> list[str]:
        """Return the reasons for mutants that no longer survive."""
        return [
            f"{file}: {name}"
            for file, given in self._reasons.items()
            for name in given
            if name not in self._results.get(file, {}).get("survivors", ())
        ]

    def in_one_line(self) -> str:
        """Say how far the record goes and what it lacks."""
        here = [self._results[file] for file in modules() if file in self._results]
        count, left = sum(result["mutants"] for result in here), sum(len(result["survivors"]) for result in here)
        return (
            f"mutants: {count - left} of {count} noticed in {len(here)} of {len(modules())} modules; "
            f"{left - len(self.without_reason())} survive with a written reason, {len(self.without_reason())} without; "
            f"changed since: {len(self.changed())}"
        )
