"""Two weeks: as a strip of days with a square for each date, and as seven columns for each week."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Final, NamedTuple

from rich.cells import cell_len

from tui.drawn.pieces import Line, Rows, finished, in_lines, one_line
from tui.looks import signs
from tui.looks.signs import MORE, NO_DATE, ONE_DATE, TODAY_LEFT
from tui.text.calendar import SHORT_WEEKDAYS, TWO_LETTERS, days_from, from_to, monday_of, on_calendar
from vault.words.message import Message, Words

# The week on a wide screen: seven columns for each of two weeks.

DAYS: Final = 7
_LEFT: Final = 4
_MARGIN: Final = 2
_SATURDAY: Final = 5
_TODAY: Final = Message("today")


class State(Enum):
    """How an entry stands: (sign, token)."""

    DONE = (signs.DONE, "ok")
    LATE = (signs.LATE, "alarm")
    SOON = (signs.SOON, "warn")
    LATER = ("", "fg")
    TO_DO = (signs.TO_DO, "fg")


@dataclass(frozen=True, slots=True)
class WeekEntry:
    """A date or a task of a day. `time` is empty where it has the whole day."""

    day: date
    what: Words = field(repr=False)
    who: Words = field(default="", repr=False)
    ref: str = ""
    time: str = ""
    state: State = State.LATER


def week_name(monday: date) -> Message:
    """Return `Week 48`, by the numbers of ISO 8601."""
    return Message("Week {number}", number=monday.isocalendar().week)


def days_of_week(monday: date) -> Message:
    """Return `23 November — 29 November`."""
    return from_to(monday, days_from(monday, DAYS)[-1])


def week_columns(
    entries: Sequence[WeekEntry],
    today: date,
    first: date,
    width: int,
    *,
    most: int = 3,
    cursor: int | None = None,
    lines: int = 1,
) -> Rows:
    """Return two weeks of seven columns, each entry in three rows or more: what, who, time and reference.

    Args:
        entries: in any order.
        today: its column has the ground `raised`.
        first: a day of the first week.
        width: of the place, in cells.
        most: entries of a day that are shown; more are counted.
        cursor: the place of the entry that has the ground `sel`.
        lines: that a text may take before it is cut.
    """
    monday = monday_of(first)
    second = on_calendar(monday.toordinal() + DAYS)
    by_day = {day: [entries[place] for place in places] for day, places in _by_day(entries).items()}
    weeks = _Weeks(by_day, today, width, most, None if cursor is None else entries[cursor], lines)
    drawn = [*_columns(weeks, monday), Line(width), _week_heading(second, width, x=_LEFT), Line(width)]
    return finished(drawn + _columns(weeks, second))


class _Weeks(NamedTuple):
    """What is drawn: entries by day, how wide, how many of a day, the one under the cursor, and lines of a text."""

    by_day: Mapping[date, Sequence[WeekEntry]]
    today: date
    width: int
    most: int
    cursor: WeekEntry | None
    lines: int


def in_order(entries: Sequence[WeekEntry]) -> list[int]:
    """Return the places of the entries by day, and of a day as they are shown."""
    by_day = _by_day(entries)
    return [place for day in sorted(by_day) for place in by_day[day]]


def rows_of_weeks(entries: Sequence[WeekEntry], first: date, width: int, lines: int) -> int:
    """Return how many rows the columns of both weeks take when no entry is left out."""
    return len(week_columns(entries, first, first, width, most=len(entries), lines=lines))


def _columns(weeks: _Weeks, monday: date) -> list[Line]:
    step = max((weeks.width - _LEFT) // DAYS, 1)
    days = days_from(monday, DAYS)
    columns = [_column(day, weeks.by_day.get(day, ()), weeks, step) for day in days]
    lines = [Line(weeks.width) for _ in range(max(map(len, columns)))]
    for place, (day, column) in enumerate(zip(days, columns, strict=True)):
        x = _LEFT + place * step
        if day == weeks.today:
            for line in lines:
                line.lay(x - 1, x + step - 2, "raised")
        begin = 1
        for entry in weeks.by_day.get(day, ()):
            rows = len(_lines_of(entry, _room(step), weeks.lines))
            if entry is weeks.cursor:
                for line in lines[begin : begin + rows]:
                    line.lay(x - 1, x + step - 2, "sel")
            begin += rows + 1
        for line, part in zip(lines, column, strict=False):
            line.paste_over(x, part)
    return lines


def _room(step: int) -> int:
    """Return the cells of a column: two are air."""
    return max(step - 2, 1)


def _column(day: date, found: Sequence[WeekEntry], weeks: _Weeks, step: int) -> list[Line]:
    room = _room(step)
    heading = Line(room)
    is_today = day == weeks.today
    quiet = "dim" if day.weekday() >= _SATURDAY else "fg"
    name = one_line(Message("{weekday} {number}", weekday=SHORT_WEEKDAYS[day.weekday()], number=day.day))
    end = heading.put_cut(0, name, room, "acc" if is_today else quiet, bold=quiet == "fg" or is_today)
    if is_today:
        words = f"{signs.TODAY_LEFT} {one_line(_TODAY)}"
        heading.put(end + 1, words if end + 1 + cell_len(words) <= room else signs.TODAY_LEFT, "acc", bold=True)
    lines = [heading]
    for entry in found[: weeks.most]:
        lines += [*_lines_of(entry, room, weeks.lines), Line(room)]
    if len(found) > weeks.most:
        more = Line(room)
        more.put_cut(0, Message("{count} more", count=len(found) - weeks.most), room, "dim")
        lines.append(more)
    if not found:
        nothing = Line(room)
        nothing.put(0, signs.NO_DATE, "ghost")
        lines.append(nothing)
    return lines


def _lines_of(entry: WeekEntry, room: int, most: int) -> list[Line]:
    """Return what, who, time and reference, each in as many lines as it needs, at most so many."""
    sign, token = entry.state.value
    presses = entry.state in {State.LATE, State.SOON}
    what = f"{sign} {one_line(entry.what)}".lstrip(" ")
    parts = ((what, token, presses), (one_line(entry.who), "fg", False), (f"{entry.time} {entry.ref}", "dim", False))
    lines = []
    for words, meaning, bold in parts:
        for text in in_lines(words.strip(), room, most) if words.strip() else ():
            line = Line(room)
            line.put(0, text, meaning, bold=bold)
            lines.append(line)
    return lines


def _week_heading(monday: date, width: int, x: int = _MARGIN) -> Line:
    line = Line(width)
    end = line.put_cut(x, week_name(monday), width - x, "acc", bold=True)
    line.put_cut(end + 2, days_of_week(monday), width - end - 2 - _MARGIN, "fg", bold=True)
    return line


def _by_day(entries: Sequence[WeekEntry]) -> Mapping[date, Sequence[int]]:
    """Return the places of the entries of each day, in the order in which they are shown."""
    found: dict[date, list[int]] = defaultdict(list)

    def order(place: int) -> tuple[bool, str, int]:
        return entries[place].state is State.TO_DO, entries[place].time, place

    for place in sorted(range(len(entries)), key=order):
        found[entries[place].day].append(place)
    return found


# The strip of days: this week and the next, with a square for each date that falls on a day.
STRIP_LEFT: Final = 4
"""The cell where the first day begins."""
DAYS_OF_WEEK: Final = 7
_WIDEST: Final = 5
_NUMBER: Final = 2
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
    room = max(width - STRIP_LEFT, 0)
    cell = max(least, min(_WIDEST, room // max(weeks * DAYS_OF_WEEK, 1)))
    lines = named, numbered, squared = Line(width), Line(width), Line(width)
    for place, day in enumerate(days_from(monday_of(today), min(weeks * DAYS_OF_WEEK, room // cell))):
        x = STRIP_LEFT + place * cell
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
