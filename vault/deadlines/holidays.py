"""Days without work: for each country the holidays of the years that were entered, from `holidays.toml`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from vault.data_files import ReadWhenAsked, as_table, damaged, read_text, sentence
from vault.errors import UsageError
from vault.words.message import Message

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
