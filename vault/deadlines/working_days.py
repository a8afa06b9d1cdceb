"""The arithmetic of dates and days without work: a period counted from a day, so many working days from today."""

from __future__ import annotations

import calendar as gregorian
import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from vault.casework.typed_dates import plain
from vault.data_files import ReadWhenAsked, as_table, damaged, read_text, sentence
from vault.deadlines.rules import Counting, Period, Unit
from vault.deadlines.sentences import unknown_holidays
from vault.errors import UsageError
from vault.words.message import Message, Words

# Days without work: for each country the holidays of the years that were entered, from `holidays.toml`.

_FILE: Final = "holidays.toml"
_DAY = datetime.timedelta(days=1)
_SATURDAY_AND_SUNDAY = frozenset({5, 6})
_WEEK = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days without work of one country.

    Attributes:
        country: ISO 3166 alpha-2.
        years: those whose holidays were entered.
        holidays: the days.
        lacks: which days are not among them, where these may move a date either way; None: nothing of the kind.
        weekend: days of the week without work, Monday is 0.

    Raises:
        UsageError: a holiday lies in a year that is not covered, or the weekend is no part of the week.
    """

    country: str
    years: frozenset[int]
    holidays: frozenset[datetime.date]
    lacks: Message | None = None
    weekend: frozenset[int] = _SATURDAY_AND_SUNDAY

    def __post_init__(self) -> None:
        if not self.weekend < _WEEK:
            raise UsageError(Message("{field} must leave at least one day of the week to work", field="weekend"))
        if any(day.year not in self.years for day in self.holidays):
            raise UsageError(Message("{field} lies in a year that is not covered", field="holiday"))

    def is_working(self, day: datetime.date) -> bool:
        """Say whether a day is neither weekend nor a holiday that is listed."""
        return day.weekday() not in self.weekend and day not in self.holidays

    def working_day_from(self, day: datetime.date) -> datetime.date:
        """Return the day, or the first working day behind it."""
        while not self.is_working(day):
            day += _DAY
        return day

    def unknown_years(self, first: datetime.date, last: datetime.date) -> list[int]:
        """Return the years from one day to another whose holidays were not entered."""
        return [year for year in range(first.year, last.year + 1) if year not in self.years]


def without_holidays(country: str) -> Calendar:
    """Return a calendar that covers no year: weekends alone are known."""
    return Calendar(country, frozenset(), frozenset())


class _Country(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Days of each year as `MM-DD`, single days, and what is not among them."""

    every_year: tuple[str, ...]
    moving: tuple[datetime.date, ...] = ()
    lacks: str | None = None


class _Holidays(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the file has: the years that were entered, and countries by their two letters."""

    years: frozenset[int]
    countries: dict[str, _Country]


def calendars_of(text: str) -> Mapping[str, Calendar]:
    """Return the calendars that a file has, by country.

    Raises:
        DependencyMissingError: it has another form, or a day that is none.
    """
    table = as_table(text, _FILE, _Holidays)
    try:
        return {country: _entered(country, days, table.years) for country, days in table.countries.items()}
    except (UsageError, ValueError):
        raise damaged(_FILE, Message("a day in it is none, or lies in another year")) from None


def _entered(country: str, days: _Country, years: frozenset[int]) -> Calendar:
    each_year = {datetime.date.fromisoformat(f"{year}-{day}") for year in years for day in days.every_year}
    lacks = None if days.lacks is None else sentence(days.lacks)
    return Calendar(country, years, frozenset({*each_year, *days.moving}), lacks)


CALENDARS: Mapping[str, Calendar] = ReadWhenAsked(lambda: calendars_of(read_text("vault.deadlines", _FILE)))
"""The countries whose holidays are entered, 2026 to 2028."""


# The arithmetic of dates: a period counted from a day, over the time that the clock stood still, to its last day.
_MONTHS = 12

Still = tuple[datetime.date, datetime.date]
"""The first day on which the clock stands still, and the day on which it runs again."""


@dataclass(frozen=True, slots=True)
class Clock:
    """How the last day is found.

    Attributes:
        periods: the period and its extensions, one behind another; in days, working days or months.
        counting: the first day of the first period.
        still: when the clock stands still, in order, none touching another (`in_order`).
        calendar: the days without work.
        is_rolled_over: whether the last day moves to a working day.
    """

    periods: Sequence[Period]
    counting: Counting
    still: Sequence[Still]
    calendar: Calendar
    is_rolled_over: bool

    def last_day(self, trigger: datetime.date) -> datetime.date:
        """Return the last day, before it moves to a working day."""
        # A day before where the trigger's own day counts; months then still end beside the number of that day.
        early = _DAY if self.counting is Counting.SAME_DAY else 0 * _DAY
        day = trigger - early
        for period in self.periods:
            day = (
                self._working(day, period.count)
                if period.unit is Unit.WORKING_DAYS
                else self._running(day, period, early)
            )
            early = 0 * _DAY
        return day

    def due_day(self, trigger: datetime.date) -> datetime.date:
        """Return the last day, moved to a working day where the rule says so."""
        day = self.last_day(trigger)
        return self.calendar.working_day_from(day) if self.is_rolled_over else day

    def _running(self, before: datetime.date, period: Period, early: datetime.timedelta) -> datetime.date:
        if period.unit is Unit.MONTHS:
            last = months_after(before + early, period.count) - early
        else:
            last = before + period.count * _DAY
        for start, end in self.still:
            first_still = max(start, before + _DAY)
            if first_still > last:
                break
            last += max(end - first_still, 0 * _DAY)
        return last

    def _working(self, day: datetime.date, count: int) -> datetime.date:
        while count:
            day += _DAY
            is_still = any(start <= day < end for start, end in self.still)
            count -= self.calendar.is_working(day) and not is_still
        return day


def months_after(day: datetime.date, count: int) -> datetime.date:
    """Return the day of the same number so many months later, or the last day of a month that has no such day."""
    years, month = divmod(day.month - 1 + count, _MONTHS)
    year = day.year + years
    return datetime.date(year, month + 1, min(day.day, gregorian.monthrange(year, month + 1)[1]))


def in_order(still: Sequence[Still]) -> list[Still]:
    """Return the same times in order, those that overlap or touch as one."""
    whole: list[Still] = []
    for start, end in sorted(still):
        if whole and start <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(whole[-1][1], end))
        elif start < end:
            whole.append((start, end))
    return whole


# So many working days from today, as somebody types it: `+10wd FR`, `10 jours ouvrés FR`, `10 рабочих дней KG`.
# A case does not say whose holidays count, so the country is typed behind. Without one, and for a year whose holidays
# are not listed, nothing is counted: a guess would be a date too early or too late.
_LONGEST: Final = 64
_WRITTEN: Final = re.compile(
    r"(?:\+ ?|in |dans |через )?(\d{1,3}) ?"
    r"(?:wd|working days?|business days?|jours? ouvres?|рабоч(?:их|ии|ая|ее|его) (?:днеи|дня|день))"
    r"(?: \(?([a-z]{2})\)?)?"
)


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """A date so many working days after a day, and the holidays between that are not counted, beside weekends."""

    day: datetime.date
    count: int
    country: str
    skipped: tuple[datetime.date, ...]
    lacks: Message | None = None

    def told(self) -> Message:
        """Return it in words, for who is about to keep the date."""
        skipped: Words = ", ".join(map(str, self.skipped)) or Message("none")
        said = Message(
            "{day} is {count} working days from today ({country}). Holidays left out: {skipped}.",
            day=self.day.isoformat(),
            count=self.count,
            country=self.country,
            skipped=skipped,
        )
        return said if self.lacks is None else Message("{said} {lacks}", said=said, lacks=self.lacks)


class NotCountedError(UsageError):
    """It is not known whose holidays count, or which they are."""


def working_days(text: str, today: datetime.date, field: str) -> WorkingDays | None:
    """Return the date that a text counts in working days from today; None where it is written in another way.

    Raises:
        NotCountedError: no country is said, its holidays are not known, or those of a year between.
    """
    said = " ".join(plain(text).split()) if len(text) <= _LONGEST else ""
    found = _WRITTEN.fullmatch(said)
    if found is None:
        return None
    country, count = (found[2] or "").upper(), int(found[1])
    calendar = CALENDARS.get(country)
    if calendar is None:
        raise NotCountedError(
            Message("{field}: it is not known whose holidays count", field=field),
            next_step=Message(
                "Type the country behind, such as `+{count}wd FR`; known are {countries}.",
                count=count,
                countries=", ".join(sorted(CALENDARS)),
            ),
        )
    try:
        clock = Clock((Period(count, Unit.WORKING_DAYS),), Counting.DAY_AFTER, (), calendar, is_rolled_over=False)
        day = clock.last_day(today)
    except OverflowError:
        raise UsageError(Message("{field} is not a day of the calendar", field=field)) from None
    for year in calendar.unknown_years(today, day):
        raise NotCountedError(unknown_holidays(year, country), next_step=Message("Count by hand, and type the date."))
    return WorkingDays(day, count, country, tuple(_skipped(calendar, today, day)), calendar.lacks)


def _skipped(calendar: Calendar, today: datetime.date, day: datetime.date) -> Iterator[datetime.date]:
    """Yield the holidays between that are no weekend."""
    while (today := today + _DAY) < day:
        if today in calendar.holidays and today.weekday() not in calendar.weekend:
            yield today
