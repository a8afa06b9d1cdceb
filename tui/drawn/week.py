"""The week: at 80 columns an agenda by day, at 120 seven columns for each of two weeks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Final, NamedTuple

from rich.cells import cell_len

from tui.drawn.pieces import Line, Row, Rows, finished, one_line
from tui.looks import signs
from tui.text.calendar import SHORT_WEEKDAYS, days_from, from_to, long_day, monday_of, on_calendar
from vault.words.message import Message, Words

DAYS: Final = 7
_LEFT: Final = 4
_MARGIN: Final = 2
_SATURDAY: Final = 5
_REF: Final = 11
_TIME: Final = 6
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


class AgendaRow(NamedTuple):
    """A row of the agenda: the entry's place in what was given, or None for a heading."""

    row: Row
    entry: int | None = None


def week_name(monday: date) -> Message:
    """Return `Week 48`, by the numbers of ISO 8601."""
    return Message("Week {number}", number=monday.isocalendar().week)


def days_of_week(monday: date) -> Message:
    """Return `23 November — 29 November`."""
    return from_to(monday, days_from(monday, DAYS)[-1])


def agenda(
    entries: Sequence[WeekEntry], today: date, first: date, width: int, *, has_signs: bool = True, weeks: int = 2
) -> tuple[AgendaRow, ...]:
    """Return a heading for each day that has something, its entries below it, and a heading for each further week.

    Args:
        entries: in any order; of a day first those of the whole day, then by time, tasks last.
        today: its heading says so, and stands there also when the day is empty.
        first: a day of the first week.
        width: of the place, in cells.
        has_signs: whether the terminal shows more than ASCII.
        weeks: how many, from the first on.
    """
    by_day = _by_day(entries)
    rows: list[AgendaRow] = []
    for number in range(max(weeks, 0)):
        monday = on_calendar(monday_of(first).toordinal() + number * DAYS)
        days = [day for day in days_from(monday, DAYS) if by_day.get(day) or day == today]
        if number:
            rows += [
                AgendaRow(row) for row in finished([Line(width), _week_heading(monday, width)], has_signs=has_signs)
            ]
        for day in days:
            rows.append(AgendaRow(finished([_day_heading(day, today, width)], has_signs=has_signs)[0]))
            for place in by_day.get(day, ()):
                rows.append(AgendaRow(finished([_agenda_line(entries[place], width)], has_signs=has_signs)[0], place))
            if not by_day.get(day):
                rows.append(AgendaRow(finished([_nothing(width)], has_signs=has_signs)[0]))
    return tuple(rows)


def week_columns(
    entries: Sequence[WeekEntry], today: date, first: date, width: int, *, has_signs: bool = True, most: int = 3
) -> Rows:
    """Return two weeks of seven columns, each entry in three rows: what, who, time and reference.

    Args:
        entries: in any order.
        today: its column has the ground `raised`.
        first: a day of the first week.
        width: of the place, in cells.
        has_signs: whether the terminal shows more than ASCII.
        most: entries of a day that are shown; more are counted.
    """
    monday = monday_of(first)
    second = on_calendar(monday.toordinal() + DAYS)
    found = {day: [entries[place] for place in places] for day, places in _by_day(entries).items()}
    lines = _columns(found, today, monday, width, most)
    lines += [Line(width), _week_heading(second, width, x=_LEFT), Line(width)]
    return finished(lines + _columns(found, today, second, width, most), has_signs=has_signs)


def _columns(found: Mapping[date, Sequence[WeekEntry]], today: date, monday: date, width: int, most: int) -> list[Line]:
    step = max((width - _LEFT) // DAYS, 1)
    days = days_from(monday, DAYS)
    columns = [_column(day, found.get(day, ()), today, step, most) for day in days]
    lines = [Line(width) for _ in range(max(map(len, columns)))]
    for place, (day, column) in enumerate(zip(days, columns, strict=True)):
        x = _LEFT + place * step
        if day == today:
            for line in lines:
                line.lay(x - 1, x + step - 2, "raised")
        for line, part in zip(lines, column, strict=False):
            line.paste_over(x, part)
    return lines


def _column(day: date, found: Sequence[WeekEntry], today: date, step: int, most: int) -> list[Line]:
    """Return the rows of one day, each a blank narrower than its column."""
    room = max(step - 2, 1)
    heading = Line(room)
    is_today = day == today
    quiet = "dim" if day.weekday() >= _SATURDAY else "fg"
    name = one_line(Message("{weekday} {number}", weekday=SHORT_WEEKDAYS[day.weekday()], number=day.day))
    end = heading.put_cut(0, name, room, "acc" if is_today else quiet, bold=quiet == "fg" or is_today)
    if is_today:
        words = f"{signs.TODAY_LEFT} {one_line(_TODAY)}"
        heading.put(end + 1, words if end + 1 + cell_len(words) <= room else signs.TODAY_LEFT, "acc", bold=True)
    lines = [heading]
    for entry in found[:most]:
        sign, token = entry.state.value
        lines += [line for line in _three_lines(entry, sign, token, room) if line is not None]
        lines.append(Line(room))
    if len(found) > most:
        more = Line(room)
        more.put_cut(0, Message("{count} more", count=len(found) - most), room, "dim")
        lines.append(more)
    if not found:
        nothing = Line(room)
        nothing.put(0, signs.NO_DATE, "ghost")
        lines.append(nothing)
    return lines


def _three_lines(entry: WeekEntry, sign: str, token: str, room: int) -> Iterable[Line | None]:
    first = Line(room)
    presses = entry.state in {State.LATE, State.SOON}
    first.put_cut(0, f"{sign} {one_line(entry.what)}".lstrip(" "), room, token, bold=presses)
    yield first
    for words, quiet in ((one_line(entry.who), "fg"), (f"{entry.time} {entry.ref}".strip(), "dim")):
        line = Line(room)
        line.put_cut(0, words, room, quiet)
        yield line if words else None


def _agenda_line(entry: WeekEntry, width: int) -> Line:
    """Return one row: sign, time, reference, who, what."""
    line = Line(width)
    sign, token = entry.state.value
    presses = entry.state in {State.LATE, State.SOON}
    line.put(_MARGIN, sign, token, bold=presses)
    x = _MARGIN + len(signs.LATE) + 1
    line.put_cut(x, entry.time, _TIME - 1, "fg")
    x += _TIME
    line.put_cut(x, entry.ref, _REF - 2, "dim")
    x += _REF
    room = max(width - x - _MARGIN, 0)
    who = room * 2 // 5
    line.put_cut(x, entry.who, who)
    what = "dim" if entry.state is State.DONE else token
    line.put_cut(x + who + 2, entry.what, room - who - 2, what, bold=presses)
    return line


def _day_heading(day: date, today: date, width: int) -> Line:
    line = Line(width)
    is_today = day == today
    words = Message("{day} {sign} {today}", day=long_day(day), sign=signs.TODAY_LEFT, today=_TODAY)
    weekend = day.weekday() >= _SATURDAY
    line.put_cut(
        _MARGIN, words if is_today else long_day(day), width - 2 * _MARGIN,
        "acc" if is_today else "dim" if weekend else "fg", bold=not weekend or is_today,
    )  # fmt: skip
    return line


def _week_heading(monday: date, width: int, x: int = _MARGIN) -> Line:
    line = Line(width)
    end = line.put_cut(x, week_name(monday), width - x, "acc", bold=True)
    line.put_cut(end + 2, days_of_week(monday), width - end - 2 - _MARGIN, "fg", bold=True)
    return line


def _nothing(width: int) -> Line:
    line = Line(width)
    line.put_cut(_MARGIN + len(signs.LATE) + 1, Message("nothing"), width, "dim")
    return line


def _by_day(entries: Sequence[WeekEntry]) -> Mapping[date, Sequence[int]]:
    """Return the places of the entries of each day, in the order in which they are shown."""
    found: dict[date, list[int]] = defaultdict(list)

    def order(place: int) -> tuple[bool, str, int]:
        return entries[place].state is State.TO_DO, entries[place].time, place

    for place in sorted(range(len(entries)), key=order):
        found[entries[place].day].append(place)
    return found
