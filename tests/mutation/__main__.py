"""`python -m tests.mutation [modules]`: run the mutants of modules that changed, and record what their tests notice.

All mutants of what changed since its last run, and the unexplained survivors of what did not; of all rooms, or of the
paths given. `--all` runs again what did not change, `--check` runs nothing and tells what the record lacks.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.mutation.operators import Mutant, mutants_of
from tests.mutation.planting import ROOT, trace, try_mutant, warm_up
from tests.mutation.record import ROOMS, Record, digest_of, modules
from tests.mutation.tracing import Ran
from tests.mutation.trying import Try, run_all

# At most so many tests for one mutant, and at most so many seconds of them after the first three.
TESTS, SECONDS = 150, 20.0
# What the room of the records refuses is seen from what is built on it, too.
_ATTACKING = """approvals claims erasing every_act false_entries forked_logs joining
    logs records_of_others recovery shared_keys tamper two_person without_a_grant"""
TESTED_IN = {room: (room,) for room in ROOMS} | {
    "records": (
        "records",
        *(f"services/test_{name}.py" for name in ("cases", "notes", "sections")),
        *(f"attacks/test_{name}.py" for name in _ATTACKING.split()),
    )
}
# What is valid is tried where the rows are made.
TESTED_IN["validity"] = TESTED_IN["records"]

Wanted = Mapping[str, frozenset[str] | None]
"""Module -> the names of the mutants that are to be tried; None for all."""


def tests_for(file: str, mutant: Mutant, ran: Mapping[str, Ran]) -> list[str]:
    """Return the tests that may notice: those that run its line, or else those that run or name its module.

    A module's own tests come first, then the quickest.
    """
    room, stem = file.split("/")[1], Path(file).stem
    sound = [name for name, test in ran.items() if test.held]
    own = [name for name in sound if f"/test_{stem}" in name]
    able = [name for name in sound if mutant.in_body and ran[name].runs(file, mutant.lines)]
    if not able:
        words = "|".join(map(re.escape, mutant.defines)) or re.escape(stem)
        naming = re.compile(rf"\b({words}|{room}[.](?:[a-z_]+[.])?{stem}|{room} import {stem})\b")
        texts = {name: (ROOT / name).read_text(encoding="utf-8") for name in {name.split("::")[0] for name in sound}}
        able = [name for name in sound if file in ran[name].lines or naming.search(texts[name.split("::")[0]])]
    # What a module of tests makes when it is loaded, no test is seen to run: its own tests are asked in any case.
    prices = dict.fromkeys(able, 1.0) | dict.fromkeys(own, 0.02)
    chosen, seconds = list[str](), 0.0
    for name in sorted(prices, key=lambda name: (ran[name].seconds + 0.001) * prices[name]):
        seconds += ran[name].seconds
        if len(chosen) == TESTS or (len(chosen) >= 3 and seconds > SECONDS):
            break
        chosen.append(name)
    return chosen


def run(wanted: Wanted, jobs: int, record: Record) -> None:
    """Run the mutants of these modules and write down what became of each."""
    warm_up()
    for room in ROOMS:
        of_room = {file: names for file, names in wanted.items() if file.startswith(f"vault/{room}/")}
        ran = trace(room, TESTED_IN[room]) if of_room else {}
        for file, names in of_room.items():
            _run_module(file, names, ran, jobs, record)


def _run_module(file: str, names: frozenset[str] | None, ran: Mapping[str, Ran], jobs: int, record: Record) -> None:
    digest = digest_of(file)
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    mutants = mutants_of(tree)
    chosen = [mutant for mutant in mutants if names is None or mutant.name in names]
    tried: list[Mutant] = []
    survivors: list[Mutant] = []

    def begin(mutant: Mutant) -> Try | None:
        tests = tests_for(file, mutant, ran)
        if not tests:
            survivors.append(mutant)
            return None
        tried.append(mutant)
        return try_mutant(file, tree, mutant, tests, sum(ran[name].seconds for name in tests))

    def ended(number: int, outcome: str) -> None:
        if outcome == "survived":
            survivors.append(tried[number])

    run_all(jobs, [lambda mutant=mutant: begin(mutant) for mutant in reversed(chosen)], ended)  # type: ignore[misc]
    if digest_of(file) != digest:
        print(f"{file}: changed while it ran, not recorded", flush=True)
        return
    left_out = sorted(
        name for name, test in ran.items() if name.startswith(f"tests/{file.split('/')[1]}/") and not test.held
    )
    record.put(file, digest, len(mutants), [mutant.name for mutant in survivors], left_out, whole=names is None)
    print(f"{file}: {len(survivors)} of {len(chosen)} survive", flush=True)
    for mutant in sorted(survivors, key=lambda mutant: mutant.line):
        print(f"  {file}:{mutant.line}: {mutant.name}", flush=True)


def main(arguments: list[str]) -> int:
    """Return 0 unless a survivor has no reason; `--check` only tells."""
    jobs = int(arguments.pop(0).removeprefix("-j")) if arguments and arguments[0].startswith("-j") else 2
    only_check = "--check" in arguments
    named = [argument for argument in arguments if not argument.startswith("--")]
    record = Record()
    if not only_check:
        wanted = {
            file: None if file in record.changed() or "--all" in arguments else record.unexplained(file)
            for file in modules()
            if not named or any(file.startswith(name) for name in named)
        }
        run({file: names for file, names in wanted.items() if names is None or names}, jobs, record)
    print(record.in_one_line())
    for file in record.changed():
        print(f"  not run since it changed: {file}")
    for survivor in record.without_reason():
        print(f"  no reason: {survivor}")
    for reason in record.idle_reasons():
        print(f"  a reason for nothing: {reason}")
    return 0 if only_check else int(bool(record.without_reason()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
