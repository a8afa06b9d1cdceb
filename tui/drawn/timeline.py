"""The timeline of a case: five lanes over one axis. A label that would touch another is left out, its sign stays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum
from itertools import zip_longest
from typing import Final

from rich.cells import cell_len

from tui.drawn.pieces import Line, Rows, finished, one_line
from tui.looks import signs
from tui.text.calendar import SHORT_MONTHS, days_from, monday_of, on_calendar, short_day
from vault.words.message import Message, Words

# Which part of a case's time is in view, how large a day is, and where the cursor stands.

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
        cells, days = self.zoom.value
        return days_from(on_calendar(self.first.toordinal() + x * days // cells), days)

    def days(self) -> tuple[date, ...]:
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


STAGE, DETAINED, COURT, DATES, NOTES = LANES = (
    Message("stage"),
    Message("detained"),
    Message("court"),
    Message("dates"),
    Message("notes"),
)
ROWS: Final = 1 + len(LANES)
_TODAY: Final = Message("today")
_MARGIN: Final = 2
_QUARTER: Final = 3


@dataclass(frozen=True, slots=True)
class Stage:
    """What a case came to, from a day on until the next stage."""

    day: date
    name: Words = field(repr=False)
    is_alarm: bool = False
    is_about: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """Days in detention. `last` is None where nobody knows the end."""

    day: date
    last: date | None = None
    is_about: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A day in court, or a date. `is_late`: it should be done and is not; `more` is told, and never drawn."""

    day: date
    label: Words = field(repr=False)
    is_late: bool = False
    is_about: bool = False
    more: Words = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class CaseTime:
    """What a timeline shows: for each lane what is in it, in any order; `notes` counts them by day."""

    stages: tuple[Stage, ...] = ()
    detained: tuple[Span, ...] = ()
    court: tuple[Mark, ...] = ()
    dates: tuple[Mark, ...] = ()
    notes: Mapping[date, int] = field(default_factory=dict)


def left_of_lanes() -> int:
    """Return the cell where the lanes begin: behind the longest of their names in the language of the app."""
    return _MARGIN + max(cell_len(one_line(name)) for name in LANES) + _MARGIN


def cells_of_lanes(width: int) -> int:
    """Return how many cells of time there are at this width."""
    return max(width - left_of_lanes() - _MARGIN, 0)


def timeline(case: CaseTime, today: date, view: View, width: int, *, has_cursor: bool = False) -> Rows:
    """Return `ROWS` rows: the axis, and the lanes stage, detained, court, dates and notes.

    Args:
        case: what is in them.
        today: where the rule stands between what was and what will be.
        view: which days, at which size; see `cells_of_lanes`.
        width: of the place, in cells.
        has_cursor: whether the cell of the view's cursor has the ground of a cursor; `told_at` says what is there.
    """
    left = left_of_lanes()
    view = view.resized(cells_of_lanes(width)) if view.cells != cells_of_lanes(width) else view
    lanes = [_Lane(view, today) for _ in range(ROWS)]
    axis, stage, detained, court, dates, notes = lanes
    axis.put_axis()
    stage.put_stages(case.stages)
    for lane in (detained, court, dates):
        lane.put_rule()
    detained.put_spans(case.detained)
    court.put_marks(case.court)
    dates.put_marks(case.dates)
    notes.put_counts(case.notes)
    at = view.x(view.cursor)
    lines = []
    names: list[Words] = ["", *LANES]
    for lane, name in zip(lanes, names, strict=True):
        if has_cursor and 0 <= at < view.cells:
            lane.lay(at, at + 1, "sel")
        line = Line(width)
        line.put(_MARGIN, name, "dim")
        line.paste(left, lane)
        lines.append(line)
    return finished(lines)


class _Lane(Line):
    """One row of the lanes, without its name."""

    def __init__(self, view: View, today: date) -> None:
        super().__init__(view.cells)
        self._view, self._today = view, today
        self._now = view.x(today)

    def put_rule(self) -> None:
        self.put(self._now, signs.LINE, "acc")

    def put_axis(self) -> None:
        """Put today, and as many names of months, days or years as do not touch."""
        self.put(self._now, signs.TODAY_DOWN, "acc", bold=True)
        if 0 <= self._now < self.width:
            self._put_beside(self._now, self._now + 1, _TODAY, "acc", bold=True, left_first=True)
        for x, words in sorted(self._axis(), key=lambda label: label[0]):
            end = x + cell_len(one_line(words))
            if self._has_air(x, end):
                self.put(x, words, "dim")

    def _axis(self) -> Iterable[tuple[int, Words]]:
        """Return the labels under which the days stand, those that matter more first at the same cell."""
        days, zoom = self._view.days(), self._view.zoom
        for place, day in enumerate(days):
            x, starts = self._view.x(day), day.day == 1
            if zoom is Zoom.DAY:
                yield (x, short_day(day)) if starts or not place else (x + (day.day < 10), f"{day.day}")
            elif starts and zoom is Zoom.MONTH:
                yield x, SHORT_MONTHS[day.month - 1]
            elif starts and day.month % _QUARTER == 1:
                yield x, f"{day.year}" if day.month == 1 else SHORT_MONTHS[day.month - 1]

    def put_stages(self, stages: Iterable[Stage]) -> None:
        """Put the names of stages, from the newest back, and a line from each to the next."""
        limit, is_last = self.width, True
        for stage in sorted(stages, key=lambda stage: stage.day)[::-1]:  # of one day, too, the later one first
            name = f"{signs.ABOUT}{one_line(stage.name)}" if stage.is_about else one_line(stage.name)
            x, long = self._view.x(stage.day), cell_len(name)
            if x >= limit:  # not in view, or a later one began in the same cell
                continue
            x = max(min(x, limit - long), 0) if is_last and limit == self.width else max(x, 0)
            token = "alarm" if stage.is_alarm else "fg"
            gap = 0 if limit == self.width else 1
            if x + long + gap <= limit:
                end = self.put(x, name, token, bold=is_last)
            else:
                end = self.put(x, signs.HAPPENED, token, bold=is_last)
            if not is_last:
                self.put(end + 1, signs.RULE * max(limit - gap - end - 1, 0), "mark")
            limit, is_last = x, False
            if self._view.x(stage.day) < 0:
                return

    def put_spans(self, spans: Iterable[Span]) -> None:
        """Put days in detention: full up to today, light behind it, and the last day in words."""
        for span in sorted(spans, key=lambda span: span.day):
            first = self._view.x(span.day)
            last = self._now if span.last is None else self._view.x(span.last)
            for x in range(max(first, 0), min(last + 1, self.width)):
                if x != self._now:
                    self.put(x, signs.LASTED if x < self._now else signs.WILL_LAST, "mark")
            if span.is_about and self.is_free(first - 1, first):
                self.put(first - 1, signs.ABOUT)
            if span.last is None and self.is_free(last + 1, last + 2):
                self.put(last + 1, signs.NOT_KNOWN)
            elif span.last is not None and 0 <= last < self.width:
                end = last + 1 + (last == self._now - 1)
                self._put_label(end, end + 1, short_day(span.last), "dim")

    def put_marks(self, marks: Iterable[Mark]) -> None:
        """Put the signs of marks, then the labels that do not touch: late ones first, then by how near they are."""
        near = sorted(marks, key=lambda mark: (not mark.is_late, abs((mark.day - self._today).days)))
        placed = [(mark, ends) for mark in near if (ends := self._put_sign(mark)) is not None]
        for mark, (begin, end) in placed:
            token = "alarm" if mark.is_late else "fg"
            self._put_beside(begin, end, mark.label, token, bold=mark.is_late, left_first=mark.is_late)

    def _put_sign(self, mark: Mark) -> tuple[int, int] | None:
        """Put a mark in its cell, and return where it begins and ends; None out of view, or where another stands."""
        x = self._view.x(mark.day)
        if not 0 <= x < self.width:
            return None
        if mark.is_late:
            sign, end = signs.LATE, min(x + 1, self._now) if x <= self._now else x + 1
        else:
            sign, end = signs.HAPPENED if mark.day <= self._today else signs.TO_COME, x + 1
        begin = end - len(sign)
        is_rule = begin == self._now and end - begin == 1
        if begin < 0 or not (is_rule or self.is_free(begin, end)):
            return None
        self.put(begin, sign, "alarm" if mark.is_late else "fg", bold=mark.is_late)
        if mark.is_about and self.is_free(begin - 1, begin):
            begin -= 1
            self.put(begin, signs.ABOUT)
        elif mark.is_about:
            self.put(begin, signs.ABOUT)
        return begin, end

    def put_counts(self, notes: Mapping[date, int]) -> None:
        """Put how many notes there are: by day, by week or by month, as large as a day is."""
        counts: Counter[date] = Counter()
        for day, count in notes.items():
            counts[self._bucket(day)] += max(count, 0)
        now = self._bucket(self._today)
        begins = sorted({self._bucket(day) for day in self._view.days()})
        for begin, following in zip_longest(begins, begins[1:]):
            x, said = max(self._view.x(begin), 0), f"{counts[begin]}"
            end = self.width if following is None else self._view.x(following)
            if not counts[begin]:
                continue
            text = said if x + len(said) < end or (following is None and x + len(said) <= end) else signs.MORE
            if self.is_free(x, x + len(text)):
                self.put(x, text, "acc" if begin == now else "fg", bold=begin == now)

    def _bucket(self, day: date) -> date:
        match self._view.zoom:
            case Zoom.DAY:
                return day
            case Zoom.MONTH:
                return monday_of(day)
            case Zoom.YEAR:
                return day.replace(day=1)

    def _put_beside(
        self, begin: int, end: int, words: Words, token: str, *, bold: bool = False, left_first: bool = False
    ) -> None:
        """Put a label beside a sign, on the side where it touches nothing; on neither it is left out."""
        long = cell_len(one_line(words))
        sides = [(end, end + 1), (begin - 1 - long, begin - 1 - long)]
        for edge, x in reversed(sides) if left_first else sides:
            is_right = edge == end
            if self._put_label(edge if is_right else x, x, words, token, bold=bold, before=not is_right):
                return

    def _put_label(
        self, edge: int, x: int, words: Words, token: str, *, bold: bool = False, before: bool = False
    ) -> bool:
        """Put a label at `x` if a blank is left between it and all others; say whether it was put."""
        long = cell_len(one_line(words))
        first, end = (x - 1, x + long + 1) if before else (edge, x + long + 1)
        if not long or x < 0 or x + long > self.width or not self.is_free(max(first, 0), min(end, self.width)):
            return False
        self.put(x, words, token, bold=bold)
        return True

    def _has_air(self, first: int, end: int) -> bool:
        """Say whether these cells are free, and the one on either side of them."""
        return first >= 0 and end <= self.width and self.is_free(max(first - 1, 0), min(end + 1, self.width))
