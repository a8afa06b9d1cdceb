"""Days in the words of a report: one form for each language, whatever precision the date has."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_WRITTEN = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}:\d{2}))?)?)?(~?)", re.ASCII)
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class _Calendar:
    """Months alone and after a day, `about`, and how the first of a month is written."""

    months: Sequence[str]
    of_months: Sequence[str]
    about: str
    first: str = "1"


_ENGLISH = "January February March April May June July August September October November December"
_FRENCH = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
_RUSSIAN = "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь"
_OF_RUSSIAN = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря"

_CALENDARS: Mapping[str, _Calendar] = {
    "en": _Calendar(_ENGLISH.split(), _ENGLISH.split(), "about"),
    "fr": _Calendar(_FRENCH.split(), _FRENCH.split(), "vers", first="1er"),
    "ru": _Calendar(_RUSSIAN.split(), _OF_RUSSIAN.split(), "около"),
}


def in_days(text: str, language: str) -> str:
    """Return a date of casework (`vault.casework.dates`) in words; any other text stays as it is."""
    match = _WRITTEN.fullmatch(text)
    if match is None or not 1 <= int(match[2] or 1) <= _MONTHS:
        return text
    calendar = _CALENDARS[language]
    year, month, day, time, about = match.groups()
    words = year
    if month is not None and day is None:
        words = f"{calendar.months[int(month) - 1]} {year}"
    elif month is not None:
        number = calendar.first if int(day) == 1 else str(int(day))
        words = f"{number} {calendar.of_months[int(month) - 1]} {year}"
    words = f"{words}, {time}" if time else words
    return f"{calendar.about} {words}" if about else words
