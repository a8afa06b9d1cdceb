"""`python -m tests.mutation [modules]`: run the mutants of modules that changed, and record what their tests notice.

All mutants of what changed since its last run, and the unexplained survivors of what did not; of all rooms, or of the
paths given. `--all` runs again what did not change, `--check` runs nothing and tells what the record lacks.
"""

from __future__ import annotations

import ast
import importlib
import json
import os
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, TextIO

import pytest
from typing_extensions import override

from tests.mutation.fresh import OPTIONS, try_fresh, warm_up
from tests.mutation.loaded import NOT_PLANTED, ROOT, Loaded
from tests.mutation.operators import Mutant, mutants_of
from tests.mutation.record import ROOMS, Record, digest_of, modules
from tests.mutation.tracing import Kept
from tests.mutation.trying import FOLDER, Try, run_all

KEPT = ROOT / ".mutants"
_RECORDING = tuple(f"services/test_{name}.py" for name in ("cases", "notes", "sections"))
# Attacks in one process: what these rooms refuse is tried there.
_ATTACKING = tuple(
    f"attacks/test_{name}.py"
    for name in (
        *("apart", "arrest", "erasing", "every_act", "fresh_acted_apart", "fresh_approvals", "fresh_epoch_names"),
        *(
            "fresh_false_sizes",
            "fresh_junk_wraps",
            "fresh_kinds",
            "fresh_many_logs",
            "fresh_many_rosters",
            "fresh_planted_rosters",
        ),
        *("fresh_spoiled_logs", "grown_logs", "hidden_heads", "joining", "missing_rows", "planted_rows"),
        *("predecessors", "recovery", "revoked_copy", "rosters", "salts", "sections", "shared_keys", "tamper"),
        *("two_person", "withheld_roster", "without_a_grant"),
    )
)
# A room's own tests, and those of what is built on it: much of records and access is seen only from there.
TESTED_IN = {
    "seal": ("seal",),
    "policy": ("policy",),
    "log": ("log",),
    "records": ("records", *_RECORDING, *_ATTACKING),
    "access": ("access", "services", *_ATTACKING),
}


Wanted = dict[str, frozenset[str] | None]
"""Module -> the names of the mutants that are to be tried; None for all."""


def cheapen() -> None:
    """Let Argon2 cost as little as it can, in this process: how a passphrase is stretched is tried in seal alone."""
    stretching = importlib.import_module("vault.seal.passphrase")
    real = stretching.hash_secret_raw

    def cheap(secret: bytes, salt: bytes, **costs: Any) -> Any:
        return real(secret, salt, **costs | {"time_cost": 1, "memory_cost": 8 * costs["parallelism"]})

    stretching.hash_secret_raw = cheap  # type: ignore[attr-defined]


class Serving(Loaded):
    """Tries the mutants inside functions, and tells the first process which ones it has to try."""

    def __init__(self, jobs: int, wanted: Wanted, orders: TextIO, answers: TextIO, *more: Any) -> None:
        super().__init__(*more)
        self._jobs, self._wanted, self._orders, self._answers = jobs, wanted, orders, answers

    @override
    def loaded(self) -> None:
        if not next(iter(self._wanted)).startswith("vault/seal/"):
            cheapen()

    @override
    def serve(self) -> None:
        for file, names in self._wanted.items():
            self._one(file, names)
            left_out = self.left_out(file.split("/")[1])
            print(json.dumps({"file": file, "left_out": left_out}), file=self._answers, flush=True)
            self._orders.readline()

    def _one(self, file: str, names: frozenset[str] | None) -> None:
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        mutants = mutants_of(tree)
        begun: list[tuple[int, int, list[str]]] = []
        waiting: list[Callable[[], Try | None]] = []

        def tell(index: int, outcome: str, tests: list[str]) -> None:
            seconds = sum(self.ran[name].seconds for name in tests)
            answer = {"index": index, "outcome": outcome, "tests": tests, "seconds": seconds}
            print(json.dumps(answer), file=self._answers, flush=True)

        def begin(index: int, stage: int) -> Try | None:
            found = self.begin(file, tree, mutants[index], stage) if stage < 2 and mutants[index].in_body else None
            if found is not None:
                begun.append((index, stage, found[1]))
                return found[0]
            if stage < 2 and mutants[index].in_body:
                waiting.append(lambda: begin(index, stage + 1))
            elif self.at_import(file, mutants[index]):
                tell(index, "fresh", self.for_import(file, mutants[index]))
            else:
                tell(index, "survived", [])
            return None

        def ended(number: int, outcome: str) -> None:
            index, stage, tests = begun[number]
            if outcome == str(NOT_PLANTED):
                tell(index, "fresh", tests)
            elif outcome == "survived":
                waiting.append(lambda: begin(index, stage + 1))
            else:
                if outcome.isdigit() and int(outcome) <= len(tests):
                    self.noticed(file, mutants[index], tests[int(outcome) - 1])
                tell(index, "noticed", [])

        chosen = [index for index, mutant in enumerate(mutants) if names is None or mutant.name in names]
        waiting += [lambda index=index: begin(index, 0) for index in reversed(chosen)]  # type: ignore[misc]
        run_all(self._jobs, waiting, ended)


def digest_of_all() -> str:
    """Return what the remembered run of all tests is about."""
    every = [path for top in ("vault", "tests", "migrations") for path in sorted((ROOT / top).rglob("*.py"))]
    every = [path for path in every if path.parent != Path(__file__).parent or path.stem == "tracing"]
    return sha256(b"".join(sha256(path.read_bytes()).digest() for path in every)).hexdigest()


def run(wanted: Wanted, jobs: int, record: Record) -> None:
    """Run the mutants of these modules and write down what became of each."""
    warm_up()
    for room in ROOMS:
        if of_room := {file: names for file, names in wanted.items() if file.startswith(f"vault/{room}/")}:
            _run_room(room, of_room, jobs, record)


def _run_room(room: str, wanted: Wanted, jobs: int, record: Record) -> None:
    digests = {file: digest_of(file) for file in wanted}
    digest, kept = digest_of_all(), Kept(KEPT / f"{room}.json")

    def serving(orders: int, answers: int) -> Serving:
        pipes = os.fdopen(orders), os.fdopen(answers, "w")
        return Serving(jobs, wanted, *pipes, (f"vault/{room}",), kept, digest)

    if kept.read(digest) is None:
        nowhere = os.open(os.devnull, os.O_RDWR)
        os.waitpid(_start(room, lambda: serving(nowhere, nowhere)), 0)
    orders_out, orders_in = os.pipe()
    answers_out, answers_in = os.pipe()
    _start(room, lambda: serving(orders_out, answers_in))
    os.close(orders_out)
    os.close(answers_in)
    with os.fdopen(answers_out) as answers, os.fdopen(orders_in, "w") as orders:
        answered = list[dict[str, Any]]()
        for line in answers:
            answer = json.loads(line)
            answered.append(answer)
            if (file := answer.get("file")) is None:
                continue
            _finish(file, digests[file], answered, jobs, record, whole=wanted[file] is None)
            answered = []
            print("next", file=orders, flush=True)


def _start(room: str, serving: Callable[[], Serving]) -> int:
    """Start the process that loads a room's tests: it traces them where nothing is kept, and serves where it is."""
    process = os.fork()
    if process:
        return process
    temp = [f"--basetemp={FOLDER}/mutants-{os.getpid()}"] if FOLDER else []
    options = [option for option in OPTIONS if option != "-x"]
    tests = [str(ROOT / "tests" / one) for one in TESTED_IN[room]]
    sys.stdout = sys.stderr
    pytest.main([*options, *temp, "--capture=no", *tests], plugins=[serving()])
    os._exit(1)


def _finish(file: str, digest: str, answered: list[dict[str, Any]], jobs: int, record: Record, *, whole: bool) -> None:
    """Try what needs a process without our modules, and record the module."""
    text = (ROOT / file).read_text(encoding="utf-8")
    if digest_of(file) != digest:
        print(f"{file}: changed while it ran, not recorded", flush=True)
        return
    tree = ast.parse(text)
    mutants = mutants_of(tree)
    survivors = [mutants[one["index"]] for one in answered if one.get("outcome") == "survived"]
    fresh = [one for one in answered if one.get("outcome") == "fresh"]
    survivors += [mutants[one["index"]] for one in fresh if not one["tests"]]
    begun: list[Mutant] = []

    def begin(one: dict[str, Any]) -> Try:
        begun.append(mutants[one["index"]])
        return try_fresh(file, tree, begun[-1], one["tests"], one["seconds"])

    def ended(number: int, outcome: str) -> None:
        if outcome == "survived":
            survivors.append(begun[number])

    run_all(jobs, [lambda one=one: begin(one) for one in fresh if one["tests"]], ended)  # type: ignore[misc]
    names = [one.name for one in survivors]
    record.put(file, digest, len(mutants), names, answered[-1]["left_out"], whole=whole)
    print(f"{file}: {len(survivors)} of {len(mutants) if whole else len(answered) - 1} survive", flush=True)
    for one in sorted(survivors, key=lambda one: one.line):
        print(f"  {file}:{one.line}: {one.name}", flush=True)


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
            if not named or any(file.startswith(one) for one in named)
        }
        wanted = {file: names for file, names in wanted.items() if names is None or names}
        run(wanted, jobs, record)
    print(record.in_one_line())
    for file in record.changed():
        print(f"  not run since it changed: {file}")
    for one in record.without_reason():
        print(f"  no reason: {one}")
    for one in record.idle_reasons():
        print(f"  a reason for nothing: {one}")
    return 0 if only_check else int(bool(record.without_reason()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
