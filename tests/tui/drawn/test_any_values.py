"""Whatever the values: no part raises, is wider than its place, or shows a sign that is not in the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.tui.drawn import values
from tests.tui.drawn.values import TODAY, check
from tui.drawn.bars import DayCount, bars, legend
from tui.drawn.case_time import read_as_list, told_at
from tui.drawn.days_and_weeks import WeekEntry, day_strip, week_columns
from tui.drawn.timeline import CaseTime, Zoom, cells_of_lanes, timeline, view_at

MARK = "\u00b7"  # what the gate of stored text puts in the place of a hostile character
FEW = settings(max_examples=40, deadline=None)


@FEW
@given(values.loads, values.days, values.widths, st.integers(0, 4))
def test_a_day_strip(dates: Mapping[date, Sequence[str]], today: date, width: int, weeks: int) -> None:
    check(day_strip(dates, today, width, weeks=weeks), width)


@FEW
@given(values.counts, values.days, values.widths)
def test_bars(days: Mapping[date, DayCount], last: date, width: int) -> None:
    check((*bars(days, last, width), *legend(width, right="reading is folded")), width)


@FEW
@given(values.cases, values.days, st.sampled_from(Zoom), values.widths, st.lists(st.integers(-40, 40), max_size=4))
def test_a_timeline_wherever_its_cursor_goes(
    case: CaseTime, today: date, zoom: Zoom, width: int, steps: Sequence[int]
) -> None:
    view = view_at(today, cells_of_lanes(width), zoom)
    for step in steps:
        view = view.moved(step).zoomed(step % 3 - 1)
    check(timeline(case, today, view, width, has_cursor=True), width, shown=f"{case}{_labels(case)}")
    assert str(told_at(case, view)) != ""
    assert len(read_as_list(case, today)) > 0


@FEW
@given(values.entries, values.days, values.widths)
def test_weeks(entries: list[WeekEntry], first: date, width: int) -> None:
    shown = " ".join(f"{entry.what}{entry.who}" for entry in entries) + MARK
    check(week_columns(entries, TODAY, first, width), width, shown=shown)


def _labels(case: CaseTime) -> str:
    return " ".join(f"{mark.label}" for mark in (*case.court, *case.dates)) + " ".join(
        f"{stage.name}" for stage in case.stages
    )


def test_letters_of_two_cells_and_of_none_keep_the_columns() -> None:
    entries = [WeekEntry(TODAY, name, name, "K7QM-3XPD") for name in values.NAMES]
    for row in week_columns(entries, TODAY, TODAY, 120, most=9):
        assert sum(cell_len(piece.text) for piece in row) == 120
