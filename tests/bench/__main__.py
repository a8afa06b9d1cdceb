"""`python -m tests.bench`: run the benches and write docs/bench.md, bench.json and cost.md."""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from tests.bench import (
    asking,
    bulk_import,
    commands,
    cost,
    exchanging,
    exports,
    first_paint,
    full_text,
    in_and_out,
    key_presses,
    leaving,
    list_of_cases,
    log_hashes,
    national,
    one_case,
    one_note,
    refusals,
    report,
    sharing_keys,
    start_up,
    unlocking,
)
from tests.bench.frame import BROKE, FULL, QUICK, Bench, Figure, Scale, Setting, run_alone

BENCHES: tuple[Bench, ...] = (
    *bulk_import.BENCHES,
    *one_note.BENCHES,
    *one_case.BENCHES,
    *national.BENCHES,
    *unlocking.BENCHES,
    *refusals.BENCHES,
    *sharing_keys.BENCHES,
    *full_text.BENCHES,
    *list_of_cases.BENCHES,
    *log_hashes.BENCHES,
    *start_up.BENCHES,
    *commands.BENCHES,
    *first_paint.BENCHES,
    *leaving.BENCHES,
    *key_presses.BENCHES,
    *in_and_out.BENCHES,
    *exchanging.BENCHES,
    *exports.BENCHES,
    *asking.BENCHES,
)
_DOCS = Path(__file__).parents[2] / "docs"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was chosen. Returns 1 when a bench broke; a goal that does not hold is a figure like any other."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small amounts, to see that it works; writes no page")
    parser.add_argument("--only", choices=[bench.name for bench in BENCHES], help="one bench alone; writes no page")
    parser.add_argument("--out", type=Path, help="write the page and the JSON into this folder")
    parser.add_argument("--kept", type=Path, help="what `national` makes stays in this folder and serves again")
    chosen = parser.parse_args(arguments)
    benches = [bench for bench in BENCHES if chosen.only in (None, bench.name)]
    scale = QUICK if chosen.quick else FULL
    run = run_all(benches, scale, "small amounts" if chosen.quick else "full amounts", chosen.kept)
    out = chosen.out or (None if chosen.quick or chosen.only else _DOCS)
    if out is not None:
        report.write(run, out)
        (out / "cost.md").write_text(cost.page(run), encoding="utf-8")
    sys.stdout.write(report.as_markdown(run))
    return 1 if any(reason.startswith(BROKE) for _, reason in run.not_run) else 0


def run_all(benches: Sequence[Bench], scale: Scale, scale_name: str, kept: Path | None = None) -> report.Run:
    """Run each bench in a folder and a process of its own; one that breaks does not stop the others.

    A process takes the most memory of the one that started it for its own, so the one that starts them stays small.
    """
    machine = report.describe_machine()
    figures: list[Figure] = []
    broken: list[tuple[str, str]] = []
    started = multiprocessing.get_context("spawn")
    for bench in benches:
        sys.stderr.write(f"{bench.name} ...\n")
        with tempfile.TemporaryDirectory(prefix="casevault-bench-") as folder, ProcessPoolExecutor(1, started) as own:
            try:
                measured, reason = own.submit(run_alone, bench, Setting(Path(folder), scale, kept)).result()
            except BrokenProcessPool:
                measured, reason = [], f"{BROKE} (its process ended)"
        figures += measured
        if reason:
            broken.append((bench.name, reason))
    return report.Run(report.today(), machine, scale_name, tuple(figures), tuple(broken))


if __name__ == "__main__":
    sys.exit(main())
