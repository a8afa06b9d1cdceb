"""Days and months in words, and how far away a date is: the one table that every screen takes them from."""

from __future__ import annotations

from datetime import date
from typing import Final

from vault.casework.dates import PartialDate
from vault.errors import UsageError
from vault.words.message import Message, Words, filled, plural

# Days and months in words: the one table that every screen takes them from.
# A day is said together with its month: languages bend the month there (`27 ноября`), and put them in their own
# order.

WEEKDAYS: Final = (
    Message("Monday"),
    Message("Tuesday"),
    Message("Wednesday"),
    Message("Thursday"),
    Message("Friday"),
    Message("Saturday"),
    Message("Sunday"),
)
SHORT_WEEKDAYS: Final = (
    Message("Mon"),
    Message("Tue"),
    Message("Wed"),
    Message("Thu"),
    Message("Fri"),
    Message("Sat"),
    Message("Sun"),
)
TWO_LETTERS: Final = (
    Message("Mo"),
    Message("Tu"),
    Message("We"),
    Message("Th"),
    Message("Fr"),
    Message("Sa"),
    Message("Su"),
)
"""For columns: two cells in every language."""
SHORT_MONTHS: Final = (
    Message("Jan"),
    Message("Feb"),
    Message("Mar"),
    Message("Apr"),
    Message("May"),
    Message("Jun"),
    Message("Jul"),
    Message("Aug"),
    Message("Sep"),
    Message("Oct"),
    Message("Nov"),
    Message("Dec"),
)
"""The month on its own, over a part of a drawing."""
_DAYS: Final = (
    Message("{day} January"),
    Message("{day} February"),
    Message("{day} March"),
    Message("{day} April"),
    Message("{day} May"),
    Message("{day} June"),
    Message("{day} July"),
    Message("{day} August"),
    Message("{day} September"),
    Message("{day} October"),
    Message("{day} November"),
    Message("{day} December"),
)
_SHORT_DAYS: Final = (
    Message("{day} Jan"),
    Message("{day} Feb"),
    Message("{day} Mar"),
    Message("{day} Apr"),
    Message("{day} May"),
    Message("{day} Jun"),
    Message("{day} Jul"),
    Message("{day} Aug"),
    Message("{day} Sep"),
    Message("{day} Oct"),
    Message("{day} Nov"),
    Message("{day} Dec"),
)


def day_and_month(day: date) -> Message:
    """Return `27 November`."""
    return filled(_DAYS[day.month - 1], day=day.day)


def short_day(day: date) -> Message:
    """Return `27 Nov`."""
    return filled(_SHORT_DAYS[day.month - 1], day=day.day)


def short_day_of_week(day: date) -> Message:
    """Return `Fri 27 Nov`."""
    return Message("{weekday} {day}", weekday=SHORT_WEEKDAYS[day.weekday()], day=short_day(day))


def long_day(day: date) -> Message:
    """Return `Friday 27 November`."""
    return Message("{weekday} {day}", weekday=WEEKDAYS[day.weekday()], day=day_and_month(day))


def day_and_year(day: date) -> Message:
    """Return `27 Nov 2026`."""
    return Message("{day} {year}", day=short_day(day), year=day.year)


def from_to(first: date, last: date) -> Message:
    """Return `14 November — 27 November`."""
    return Message("{first} — {last}", first=day_and_month(first), last=day_and_month(last))


def on_calendar(ordinal: int) -> date:
    """Return the day of this number, or the nearest that there is: dates of others are claims."""
    return date.fromordinal(max(1, min(ordinal, date.max.toordinal())))


def days_from(first: date, count: int) -> tuple[date, ...]:
    """Return so many days from the first on; fewer at the end of the calendar."""
    begin = first.toordinal()
    return tuple(map(date.fromordinal, range(begin, min(begin + max(count, 0), date.max.toordinal() + 1))))


def monday_of(day: date) -> date:
    """Return the Monday of this day's week."""
    return on_calendar(day.toordinal() - day.weekday())


# How far away a date is, in words: `1 day late`, `today 18:00`, `in 3 days`.
SOON_DAYS: Final = 3
"""From so many days on a date is near."""
FULL_DAY: Final = len("2026-11-27")


def day_said(when: str) -> tuple[date, bool] | None:
    """Return the day of a date as it is kept, the first of a month or a year, and whether it is about that day.

    None where nothing is said, or what is no date.
    """
    try:
        said = PartialDate.parse(when.partition("T")[0])
    except UsageError:
        return None
    return said.first_day(), said.circa or said.day is None


def time_said(when: str) -> str:
    """Return the time of a date as it is kept, `09:30`; empty where it has none."""
    return when.partition("T")[2]


def days_left(when: str, today: date) -> int | None:
    """Return how many days there are until a date as it is kept; None where it is no full day."""
    said = day_said(when) if len(when) >= FULL_DAY else None
    return None if said is None else (said[0] - today).days


def distance_words(left: int | None, when: str) -> Words:
    """Return how far away a day is, in words; with the time, where it is today and has one."""
    if left is None:
        return ""
    if left < 0:
        return plural("{count} day late", "{count} days late", count=-left)
    if left == 0:
        time = time_said(when)
        return Message("today {time}", time=time) if time else Message("today")
    return plural("in {count} day", "in {count} days", count=left)
