"""The page of what it costs: docs/cost.md, with the figures of one run in the places of its template."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.bench.frame import Against, Figure, Goal
from tests.bench.report import Run, goal_in_words

_TEMPLATE = Path(__file__).with_name("cost.md")
_PLACE = re.compile(r"\{\{(?:(?P<what>peer|beyond|held): )?(?P<name>[^{}]+)\}\}")
_NOT_MEASURED = "not measured"
_SHORTER = {"us": ("ms", 1000), "ms": ("s", 1000)}


def page(run: Run) -> str:
    """Return the page with the figures of this run, rounded.

    A place of the template names a figure. Before the name stands what is told of it: nothing for ours, `peer`,
    `beyond` for ours without the peer's, `held` for whether its goal is. `date` and what the machine is called by are
    places too.
    """
    figures = {figure.name: figure for figure in run.figures}
    facts = {"date": run.date} | run.machine

    def told(place: re.Match[str]) -> str:
        name = place["name"]
        if name in facts:
            return facts[name]
        return _told(place["what"], figures[name]) if name in figures else _NOT_MEASURED

    return _PLACE.sub(told, _TEMPLATE.read_text(encoding="utf-8"))


def named() -> set[str]:
    """Return the figures and facts that the template has a place for."""
    return {place["name"] for place in _PLACE.finditer(_TEMPLATE.read_text(encoding="utf-8"))}


def _told(what: str | None, figure: Figure) -> str:
    if what == "held":
        met = figure.is_met()
        return _NOT_MEASURED if met is None else "yes" if met else f"no ({goal_in_words(figure)})"
    if what is None:
        return rounded(figure.ours, figure.unit)
    if figure.peer is None:
        return _NOT_MEASURED
    return rounded(figure.peer if what == "peer" else figure.ours - figure.peer, figure.unit)


def rounded(value: float, unit: str) -> str:
    """Return a figure with two digits that count, in a unit that keeps it below a thousand."""
    value = float(f"{value:.2g}")
    while value >= 1000 and unit in _SHORTER:
        unit, by = _SHORTER[unit]
        value /= by
    return f"{value:,.0f} {unit}" if value >= 10 else f"{value:g} {unit}"  # fmt: skip


def figure_of(stored: Mapping[str, Any]) -> Figure:
    """Return a figure as `bench.json` keeps it."""
    fields = {name: stored[name] for name in Figure.__dataclass_fields__}
    goal = fields["goal"]
    if isinstance(goal, dict):
        fields["goal"] = Goal(goal["limit"], Against(goal["against"]))
    return Figure(**fields)
