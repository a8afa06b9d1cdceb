"""Which part of a case's time is in view, how large a day is, and where the cursor stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import Final

from tui.text.calendar import days_from, on_calendar

_TODAY_AT: Final = (5, 8)  # more lies behind a case than before it


class Zoom(Enum):
    """How much time a cell is: (cells, days), so that five cells are a day, or a cell is two days, or fifteen."""

    DAY = (5, 1)
    MONTH = (1, 2)
    YEAR = (1, 15)


_BY_SIZE: Final = (Zoom.DAY, Zoom.MONTH, Zoom.YEAR)


@dataclass(frozen=True, slots=True)
class View:
    """A part of time.

    Attributes:
        first: the day of the first cell.
        cells: how many there are.
        cursor: the day that the cursor stands on.
        zoom: how much time a cell is.
    """

    first: date
    cells: int
    cursor: date
    zoom: Zoom = Zoom.MONTH

    def x(self, day: date) -> int:
        """Return the cell of a day, which may be out of view."""
        cells, days = self.zoom.value
        return (day.toordinal() - self.first.toordinal()) * cells // days

    def days_at(self, x: int) -> tuple[date, ...]:
        """Return the days of a cell."""
        cells, days = self.zoom.value
        return days_from(on_calendar(self.first.toordinal() + x * days // cells), days)

    def days(self) -> tuple[date, ...]:
        """Return every day in view."""
        cells, days = self.zoom.value
        return days_from(self.first, -(-self.cells * days // cells))

    def moved(self, steps: int) -> View:
        """Return the view with the cursor so many cells further, or days where a day has several; it stays in view."""
        days = self.zoom.value[1]
        cursor = on_calendar(self.cursor.toordinal() + steps * days)
        at = self.x(cursor)
        if 0 <= at < self.cells:
            return replace(self, cursor=cursor)
        return replace(self, cursor=cursor, first=_first(cursor, self.zoom, self.cells // 2))

    def zoomed(self, by: int) -> View:
        """Return the view with days larger (1) or smaller (-1); the cursor stays in its cell."""
        place = max(0, min(_BY_SIZE.index(self.zoom) - by, len(_BY_SIZE) - 1))
        at = max(0, min(self.x(self.cursor), self.cells - 1))
        return replace(self, zoom=_BY_SIZE[place], first=_first(self.cursor, _BY_SIZE[place], at))

    def resized(self, cells: int) -> View:
        """Return the view for another width: its last day stays the last, and the cursor stays in view."""
        return replace(self, cells=cells, first=_first(self.first, self.zoom, cells - self.cells)).moved(0)


def view_at(today: date, cells: int, zoom: Zoom = Zoom.MONTH) -> View:
    """Return the view with which a case opens: the cursor on today, and more behind it than before it."""
    part, whole = _TODAY_AT
    return View(_first(today, zoom, cells * part // whole), cells, today, zoom)


def _first(day: date, zoom: Zoom, x: int) -> date:
    """Return the day of the first cell when a day stands in cell `x`."""
    cells, days = zoom.value
    return on_calendar(day.toordinal() - x * days // cells)
