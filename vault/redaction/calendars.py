"""Dates by the solar and the lunar calendar, and feasts: what they are, and the days of our calendar that they mean."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator

import msgspec

from vault.data_files import read_table
from vault.names.normal import normal

Day = tuple[int, int, int | None]
FIRST_YEAR, LAST_YEAR = 1200, 1500
"""Between these a year is one of the solar or the lunar calendar."""


class _Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    solar: tuple[str, ...]
    lunar: tuple[str, ...]
    feasts: tuple[str, ...]
    feasts_of_a_year: str


_WORDS = read_table("vault.redaction", "calendars.toml", _Words)


def _months(lines: tuple[str, ...]) -> dict[str, int]:
    return {normal(word).replace("-", " "): month for line in lines for month, word in enumerate(line.split(), start=1)}


_SOLAR, _LUNAR = _months(_WORDS.solar), _months(_WORDS.lunar)
_ANY_MONTH = "|".join(
    re.escape(month).replace(r"\ ", "[ -]") for month in sorted(_SOLAR.keys() | _LUNAR.keys(), key=len, reverse=True)
)
_ALONE = tuple(normal(feast) for feast in _WORDS.feasts)
_OF_A_YEAR = tuple(normal(feast) for feast in _WORDS.feasts_of_a_year.split())
_DATE = re.compile(
    rf"(?<!\w)(\d{{1,2}})(?:st|nd|rd|th|er|-?го)?[ ](?:of[ ]|de[ ])?({_ANY_MONTH})[ ,]{{1,2}}(1[2-5]\d\d)(?!\w)"
)
_FEAST = re.compile(
    rf"(?<!\w)(?:(?:{'|'.join(map(re.escape, _ALONE))})(?:,?[ ](?:of[ ]|de[ ])?\d{{4}})?"
    rf"|(?:{'|'.join(map(re.escape, _OF_A_YEAR))}),?[ ](?:of[ ]|de[ ])?\d{{4}})(?!\w)"
)


def find_other_dates(plain: str) -> Iterator[tuple[int, int, tuple[Day, ...]]]:
    """Yield dates and feasts of a plain text, with the days that a date may mean."""
    for match in _DATE.finditer(plain):
        month = match[2].replace("-", " ")
        days = [
            read(int(match[3]), months[month], int(match[1]))
            for months, read in ((_SOLAR, _solar), (_LUNAR, _lunar))
            if month in months
        ]
        yield *match.span(), tuple(day for found in days for day in found)
    if any(feast in plain for feast in (*_ALONE, *_OF_A_YEAR)):
        for match in _FEAST.finditer(plain):
            yield *match.span(), ()


def days_of(year: int, month: int, day: int) -> Iterator[Day]:
    """Yield the days of our calendar that a date by the solar or the lunar one may be."""
    if FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12 and 1 <= day <= 31:
        yield from _solar(year, month, day)
        yield from _lunar(year, month, day)


def _solar(year: int, month: int, day: int) -> tuple[Day, ...]:
    """Return the day, by the 33 years' cycle, which holds from 1178 to 1633."""
    past = year + 1595
    in_year = (month - 1) * 31 if month < 7 else (month - 7) * 30 + 186
    return _real(365 * past + past // 33 * 8 + (past % 33 + 3) // 4 + in_year + day - 355_668 - 365)


def _lunar(year: int, month: int, day: int) -> tuple[Day, ...]:
    """Return three days: a month begins with the moon that is seen, a day before or behind what is reckoned."""
    reckoned = (11 * year + 3) // 30 + 354 * year + 30 * month - (month - 1) // 2 + day + 1_948_440 - 385 - 1_721_425
    return tuple(day for number in (reckoned, reckoned - 1, reckoned + 1) for day in _real(number))


def _real(number: int) -> tuple[Day, ...]:
    day = datetime.date.fromordinal(number)
    return ((day.year, day.month, day.day),)
