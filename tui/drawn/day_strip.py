"""The strip of days: this week and the next, with a square for each date that falls on a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from rich.cells import cell_len

from tui.drawn.pieces import Line, Rows, finished, one_line
from tui.looks.signs import MORE, NO_DATE, ONE_DATE, TODAY_LEFT
from tui.text.calendar import TWO_LETTERS, days_from, monday_of

LEFT: Final = 4
"""The cell where the first day begins."""
DAYS_OF_WEEK: Final = 7
_WIDEST: Final = 5
_NUMBER: Final = 2
_SATURDAY: Final = 5
_BY_NEED: Final = ("alarm", "warn", "fg", "dim", "ok")


def day_strip(dates: Mapping[date, Sequence[str]], today: date, width: int, *, weeks: int = 2) -> Rows:
    """Return three rows: names of days, their numbers, and squares.

    Args:
        dates: day -> a token for each date on it: `alarm` for a late one, `warn` for one that comes soon, else `fg`.
        today: is marked, and its week is the first.
        width: of the place, in cells. Days that do not fit whole are left out from the end.
        weeks: how many; with more of them a day takes fewer cells.
    """
    names = [one_line(name) for name in TWO_LETTERS]
    least = max(_NUMBER, *map(cell_len, names)) + 1
    room = max(width - LEFT, 0)
    cell = max(least, min(_WIDEST, room // max(weeks * DAYS_OF_WEEK, 1)))
    lines = named, numbered, squared = Line(width), Line(width), Line(width)
    for place, day in enumerate(days_from(monday_of(today), min(weeks * DAYS_OF_WEEK, room // cell))):
        x = LEFT + place * cell
        is_today = day == today
        quiet = "dim" if day.weekday() >= _SATURDAY else "fg"
        named.put(x, names[day.weekday()], "acc" if is_today else "dim", bold=is_today)
        end = numbered.put(x, f"{day.day:>{_NUMBER}}", "acc" if is_today else quiet, bold=is_today)
        if is_today:
            numbered.put(end, TODAY_LEFT, "acc", bold=True)
        _put_squares(squared, x, dates.get(day, ()), cell)
    return finished(lines)


def _put_squares(line: Line, x: int, tokens: Sequence[str], cell: int) -> None:
    """Put a square for each date, the most urgent first; of more than fit, how many at least, in the same cells."""
    by_need = sorted(tokens, key=lambda token: _BY_NEED.index(token) if token in _BY_NEED else len(_BY_NEED))
    if not by_need:
        line.put(x, NO_DATE, "ghost")
    elif len(by_need) < cell:
        for place, token in enumerate(by_need):
            line.put(x + place, ONE_DATE, token)
    else:
        line.put(x, f"{cell}{MORE}", by_need[0], bold=True)
