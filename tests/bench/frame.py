"""What a bench is: acts of ours and of a peer, taken in turn, and figures held against a goal.

Wall time is what a person waits, CPU time is what other programs on the machine cannot disturb: both are kept. No
figure is compared across runs, and none fails a test.
"""

from __future__ import annotations

import gc
import resource
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TypeVar

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Scale:
    """How much the benches build. The goals are stated for the full scale."""

    notes: int
    cases: int
    rounds: int
    part: int = 1_000  # of a national organisation: one of so many


FULL = Scale(notes=100_000, cases=1_000_000, rounds=1_000, part=1)
QUICK = Scale(notes=3_000, cases=10_000, rounds=60, part=200)


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a bench may write, and how much. The folder is its own and is removed after it."""

    folder: Path
    scale: Scale
    kept: Path | None = None  # stays after it, and serves the next run of `national`


class Against(StrEnum):
    """How a limit is meant."""

    ITSELF = "absolute"  # ours <= limit
    PEER = "times the peer"  # ours / peer <= limit
    PEER_CPU = "times the peer's CPU"
    BEYOND_PEER = "beyond the peer"  # ours - peer <= limit


@dataclass(frozen=True, slots=True)
class Goal:
    """The most that is allowed, in the unit of the figure or as a ratio."""

    limit: float
    against: Against


@dataclass(slots=True)
class Series:
    """Repeated runs of one act, in seconds."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def percentile(self, percent: float) -> tuple[float, float]:
        """Return the wall and the CPU time that so many percent of the runs do not exceed."""
        return _percentile(self.wall, percent), _percentile(self.cpu, percent)

    def add(self, more: Series) -> None:
        """Add the runs of another series."""
        self.wall += more.wall
        self.cpu += more.cpu

    def total(self) -> tuple[float, float]:
        """Return the wall and the CPU time of all runs together."""
        return sum(self.wall), sum(self.cpu)


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table."""

    name: str
    unit: str
    ours: float
    ours_cpu: float | None = None
    peer_name: str = ""
    peer: float | None = None
    peer_cpu: float | None = None
    goal: Goal | None = None

    def compared(self) -> float | None:
        """Return the value that the goal limits, or None where the goal or what it needs is missing."""
        if self.goal is None:
            return None
        match self.goal.against:
            case Against.ITSELF:
                return self.ours
            case Against.PEER:
                return _ratio(self.ours, self.peer)
            case Against.PEER_CPU:
                return _ratio(self.ours_cpu, self.peer_cpu)
            case Against.BEYOND_PEER:
                return None if self.peer is None else self.ours - self.peer

    def is_met(self) -> bool | None:
        """Tell whether the goal holds; None where there is none to hold."""
        value = self.compared()
        return None if value is None or self.goal is None else value <= self.goal.limit


BROKE = "broke"
"""How the reason begins where a bench came to no end of its own."""


class NotRunError(Exception):
    """A bench cannot run here; the words say why."""


@dataclass(frozen=True, slots=True)
class Bench:
    """A name to choose it by, and the run that yields its figures."""

    name: str
    run: Callable[[Setting], Iterator[Figure]]


def run_alone(bench: Bench, setting: Setting) -> tuple[list[Figure], str]:
    """Return what was measured, and why it went no further; nothing where it came to its end."""
    figures: list[Figure] = []
    try:
        figures.extend(bench.run(setting))
    except NotRunError as reason:
        return figures, str(reason)
    except Exception as fault:  # shown whole below; the other benches still count
        traceback.print_exc()
        return figures, f"{BROKE} ({type(fault).__name__})"
    return figures, ""


def interleave(rounds: int, *acts: Callable[[int], object]) -> list[Series]:
    """Run every act once a round, in alternating order, so that a slow moment of the machine meets them all.

    An act gets the number of its round; what it starts as child processes counts as its CPU time.
    """
    series = [Series() for _ in acts]
    gc.collect()
    for number in range(rounds):
        order = range(len(acts)) if number % 2 == 0 else reversed(range(len(acts)))
        for place in order:
            measure(series[place], partial(acts[place], number))
    return series


def measure(series: Series, act: Callable[[], _Answer]) -> _Answer:
    """Run the act once and add its times to the series."""
    cpu, wall = _cpu_seconds(), time.perf_counter()
    answer = act()
    series.wall.append(time.perf_counter() - wall)
    series.cpu.append(_cpu_seconds() - cpu)
    return answer


def timed(
    name: str, unit: str, times: Sequence[tuple[float, float]], *, peer_name: str = "", goal: Goal | None = None
) -> Figure:
    """Make a figure of the (wall, CPU) seconds of ours and, if there is one, of the peer.

    Args:
        unit: `s`, `ms` or `us`.
    """
    factor = {"s": 1, "ms": 1e3, "us": 1e6}[unit]
    (ours, ours_cpu), *rest = times
    peer, peer_cpu = rest[0] if rest else (None, None)
    return Figure(
        name,
        unit,
        ours * factor,
        ours_cpu * factor,
        peer_name,
        None if peer is None else peer * factor,
        None if peer_cpu is None else peer_cpu * factor,
        goal,
    )


def most_memory() -> float:
    """Return the most memory that this process ever had, in megabytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def _percentile(values: Sequence[float], percent: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def _ratio(ours: float | None, peer: float | None) -> float | None:
    return ours / peer if ours is not None and peer else None


def _cpu_seconds() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime
