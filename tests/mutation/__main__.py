"""`python -m tests.mutation [modules]`: run the mutants of modules that changed, and record what their tests notice.

Without arguments all modules of the rooms below are looked at. `--check` runs nothing and tells what the record lacks.
"""

from __future__ import annotations

import ast
import json
import sys
import time
import tomllib
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.mutation.operators import Mutant, mutants_of
from tests.mutation.running import Child, warm_up

ROOT = Path(__file__).parents[2]
RESULT = Path(__file__).with_name("result.json")
REASONS = Path(__file__).with_name("reasons.toml")
ROOMS = ("policy", "seal", "log", "records", "access")
_FACTOR, _AT_LEAST_S, _LONGEST_S = 5, 15, 600


def modules() -> list[Path]:
    return [path for room in ROOMS for path in sorted((ROOT / "vault" / room).glob("*.py")) if path.stem != "__init__"]


def tests_for(path: Path) -> tuple[list[Path], list[Path]]:
    """Return the tests of a module's room: those of its own name with the vectors, which notice most, and the rest."""
    every = sorted((ROOT / "tests" / path.parent.name).glob("test_*.py"))
    own = [test for test in every if test.stem.startswith(f"test_{path.stem}") or "vector" in test.stem]
    return own, [test for test in every if test not in own]


def digest_of(path: Path) -> str:
    """Return what a recorded result is about."""
    return sha256(path.read_bytes()).hexdigest()


def run(path: Path, jobs: int) -> dict[str, Any] | None:
    """Run all mutants of one module; None where its tests fail without any change."""
    digest, tree = digest_of(path), ast.parse(path.read_text(encoding="utf-8"))
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    stages, left_out, limits = list[list[Path]](), list[str](), list[float]()
    for stage in tests_for(path):
        good, seconds = _good_of(stage, lambda tests: _wait(Child(name, path, tree, None, tests), _LONGEST_S))
        left_out += [test.name for test in stage if test not in good]
        if good:
            stages.append(good)
            limits.append(seconds * _FACTOR + _AT_LEAST_S)
    if not stages:
        return None
    waiting = [(mutant, 0) for mutant in reversed(mutants_of(tree))]
    count, timeouts = len(waiting), 0
    running, survivors = list[tuple[Child, int]](), list[Mutant]()
    while waiting or running:
        while waiting and len(running) < jobs:
            mutant, stage_number = waiting.pop()
            running.append((Child(name, path, tree, mutant, stages[stage_number]), stage_number))
        time.sleep(0.01)
        for child, stage_number in list(running):
            if (outcome := child.poll(limits[stage_number])) is None or child.mutant is None:
                continue
            running.remove((child, stage_number))
            timeouts += outcome == "timeout"
            if outcome == "survived" and stage_number + 1 < len(stages):
                waiting.append((child.mutant, stage_number + 1))
            elif outcome == "survived":
                survivors.append(child.mutant)
                print(f"  line {child.mutant.line}: {child.mutant.name}", flush=True)
    return {
        "digest": digest,
        "mutants": count,
        "killed": count - len(survivors),
        "of_these_by_timeout": timeouts,
        "tests_left_out": left_out,
        "survivors": sorted(mutant.name for mutant in survivors),
    }


def _good_of(tests: list[Path], wait: Callable[[list[Path]], tuple[str, float]]) -> tuple[list[Path], float]:
    """Return those tests that pass without any change, and how long they take."""
    outcome, seconds = wait(tests) if tests else ("killed", 0.0)
    if outcome == "survived" or not tests:
        return tests, seconds
    alone = {test: wait([test]) for test in tests}
    good = [test for test in tests if alone[test][0] == "survived"]
    return good, sum(alone[test][1] for test in good)


def _wait(child: Child, limit: float) -> tuple[str, float]:
    while (outcome := child.poll(limit)) is None:
        time.sleep(0.01)
    return outcome, time.monotonic() - child.began


def main(arguments: list[str]) -> int:
    """Return 0 unless modules that were named could not be run, or a survivor has no reason."""
    recorded: dict[str, Any] = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.exists() else {}
    reasons: dict[str, dict[str, str]] = tomllib.loads(REASONS.read_text(encoding="utf-8")) if REASONS.exists() else {}
    jobs = int(arguments.pop(0).removeprefix("-j")) if arguments and arguments[0].startswith("-j") else 2
    only_check = "--check" in arguments
    named = [ROOT / argument for argument in arguments if argument != "--check"]
    changed = [path for path in modules() if recorded.get(_key(path), {}).get("digest") != digest_of(path)]
    failed = False
    if not only_check:
        warm_up()
        for path in named or changed:
            print(_key(path), flush=True)
            found = run(path, jobs)
            if found is None:
                failed = True
                print("  not run: its tests fail without any change", flush=True)
                continue
            recorded[_key(path)] = found
            RESULT.write_text(json.dumps(recorded, indent=1, sort_keys=True) + "\n", encoding="utf-8")
            print(f"  {found['killed']} of {found['mutants']} noticed", flush=True)
        changed = [path for path in modules() if recorded.get(_key(path), {}).get("digest") != digest_of(path)]
    here = {_key(path) for path in modules()}
    open_ones = {
        key: left
        for key, entry in recorded.items()
        if key in here and (left := [name for name in entry["survivors"] if name not in reasons.get(key, {})])
    }
    total = sum(entry["mutants"] for key, entry in recorded.items() if key in here)
    killed = sum(entry["killed"] for key, entry in recorded.items() if key in here)
    print(f"mutants: {killed} of {total} noticed in {len(recorded.keys() & here)} of {len(here)} modules;", end=" ")
    print(f"{sum(map(len, open_ones.values()))} survivors without a written reason; changed since: {len(changed)}")
    for path in changed if only_check else ():
        print(f"  not run since it changed: {_key(path)}")
    for key, names in open_ones.items():
        for name in names:
            print(f"  no reason: {key}: {name}")
    return 0 if only_check else int(failed or bool(open_ones))


def _key(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
