"""The table and the JSON of one run, with the machine and the date. Written by the command, never by hand."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import sqlcipher3.dbapi2 as driver  # type: ignore[import-untyped]  # sqlcipher3 ships no types

from tests.bench.frame import Against, Figure

_LIBRARIES = ("sqlcipher3", "sqlalchemy", "cryptography", "textual")
SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the command: what was measured, and where."""

    date: str
    machine: dict[str, str]
    scale: str
    figures: tuple[Figure, ...]
    not_run: tuple[tuple[str, str], ...]  # bench, reason


def today() -> str:
    """Return the date of the run, UTC."""
    return datetime.now(UTC).date().isoformat()


def describe_machine() -> dict[str, str]:
    """Return what a reader needs to judge the figures; no host name, no user."""
    connection = driver.connect(":memory:")
    cipher = connection.execute("PRAGMA cipher_version").fetchone()[0]
    connection.close()
    load = os.getloadavg()
    return {
        "system": f"{platform.system()} {platform.release().partition('-')[0]} {platform.machine()}",
        "processor": _field("/proc/cpuinfo", "model name") or platform.processor() or "unknown",
        "cores": str(os.cpu_count()),
        "memory": _field("/proc/meminfo", "MemTotal") or "unknown",
        "load at the start": f"{load[0]:.1f}",
        "python": platform.python_version(),
        "sqlite of the peers": sqlite3.sqlite_version,
        "sqlcipher": f"{cipher} on SQLite {driver.sqlite_version}",
    } | {library: version(library) for library in _LIBRARIES}


def as_json(run: Run) -> str:
    """Return the run as JSON, with what each goal limits and whether it holds."""
    figures = [asdict(f) | {"compared": f.compared(), "met": f.is_met()} for f in run.figures]
    return json.dumps({"schema": SCHEMA} | asdict(run) | {"figures": figures}, indent=1, ensure_ascii=False) + "\n"


def as_markdown(run: Run) -> str:
    """Return the run as a page: machine, table, what was not run."""
    lines = [
        "# Measurements",
        "",
        f"Written by `make bench` on {run.date}; {run.scale}. Ours and the peer ran in turn in the same run, on the",
        "same disk. `CPU` is the processor time of both; `p50`, `p99`: half, 99 of 100 runs took no longer.",
        "",
        *(f"- {name}: {value}" for name, value in run.machine.items()),
        "",
        "| measured | goal | ours | peer | ratio | CPU ours / peer | held |",
        "|---|---|---|---|---|---|---|",
        *map(_line, run.figures),
    ]
    if run.not_run:
        lines += ["", "Not run:", "", *(f"- {name}: {reason}" for name, reason in run.not_run)]
    return "\n".join(lines) + "\n"


def write(run: Run, folder: Path) -> None:
    """Write `bench.md` and `bench.json` into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bench.md").write_text(as_markdown(run), encoding="utf-8")
    (folder / "bench.json").write_text(as_json(run), encoding="utf-8")


def _line(figure: Figure) -> str:
    met = figure.is_met()
    peer = "" if figure.peer is None else f"{_number(figure.peer)} {figure.unit} ({figure.peer_name})"
    ratio = f"{figure.ours / figure.peer:.2f}" if figure.peer else ""
    cpu = " / ".join(_number(value) for value in (figure.ours_cpu, figure.peer_cpu) if value is not None)
    held = "" if met is None else ("yes" if met else "**no**")
    cells = (figure.name, goal_in_words(figure), f"{_number(figure.ours)} {figure.unit}", peer, ratio, cpu, held)
    return f"| {' | '.join(cells)} |"


def goal_in_words(figure: Figure) -> str:
    """Return the most that is allowed, with what it is held against, or nothing."""
    if figure.goal is None:
        return ""
    limit = f"≤ {figure.goal.limit:g}"
    match figure.goal.against:
        case Against.ITSELF:
            return f"{limit} {figure.unit}"
        case Against.PEER:
            return f"{limit} × peer"
        case Against.PEER_CPU:
            return f"{limit} × peer, CPU"
        case Against.BEYOND_PEER:
            return f"{limit} {figure.unit} beyond peer"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _field(path: str, name: str) -> str | None:
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:  # not Linux
        return None
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), None)
