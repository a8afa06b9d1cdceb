"""Days without work, as data: for each country the holidays of the years that were entered, and what is not among them.

Only days that are certain are listed. A missing holiday makes a date too early, which costs a day; a false holiday
makes it too late, which may cost the appeal. Holidays of a part of a country (Alsace-Moselle, single Laender) are not
listed for this reason.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from vault.errors import UsageError
from vault.words.message import Message

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


_YEARS = (2026, 2027, 2028)
# Month and day, each year the same. Left out because it is not certain that they are free in these years: KG 7 April,
# KZ 30 August.
_FIXED: Mapping[str, tuple[tuple[int, int], ...]] = {
    "DE": ((1, 1), (5, 1), (10, 3), (12, 25), (12, 26)),
    "FR": ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)),
    "KG": ((1, 1), (1, 7), (2, 23), (3, 8), (3, 21), (5, 1), (5, 5), (5, 9), (8, 31), (11, 7), (11, 8)),
    "KZ": (
        (1, 1), (1, 2), (1, 7), (3, 8), (3, 21), (3, 22), (3, 23), (5, 1), (5, 7), (5, 9), (7, 6), (10, 25), (12, 16),
    ),
    "RU": (
        (1, 1), (1, 2), (1, 3), (1, 4), (1, 5), (1, 6), (1, 7), (1, 8), (2, 23), (3, 8), (5, 1), (5, 9), (6, 12),
        (11, 4),
    ),
}  # fmt: skip
# Good Friday, Easter Monday, Ascension, Whit Monday.
_EASTER: Mapping[int, tuple[tuple[int, int], ...]] = {
    2026: ((4, 3), (4, 6), (5, 14), (5, 25)),
    2027: ((3, 26), (3, 29), (5, 6), (5, 17)),
    2028: ((4, 14), (4, 17), (5, 25), (6, 5)),
}
_FIRST_OF_EASTER = {"DE": 0, "FR": 1}  # Good Friday is a working day in France
_MOVED = Message("Days that the government moves each year, and holidays by the moon, are not in the list.")
_LACKS = {"KG": _MOVED, "KZ": _MOVED, "RU": Message("Days that the government moves each year are not in the list.")}


def _entered(country: str) -> Calendar:
    moving = {
        year: days[_FIRST_OF_EASTER[country] :] if country in _FIRST_OF_EASTER else () for year, days in _EASTER.items()
    }
    days = {datetime.date(year, *day) for year in _YEARS for day in (*_FIXED[country], *moving[year])}
    return Calendar(country, frozenset(_YEARS), frozenset(days), _LACKS.get(country))


CALENDARS: Mapping[str, Calendar] = MappingProxyType({country: _entered(country) for country in _FIXED})
"""The countries whose holidays are entered, 2026 to 2028."""
