"""Days in the words of a report: one form for each language, whatever precision the date has."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vault.redaction.months import ENGLISH, FRENCH, OF_RUSSIAN, RUSSIAN

_WRITTEN = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}:\d{2}))?)?)?(~?)", re.ASCII)
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class _Calendar:
    """Months alone and after a day, `about`, and how the first of a month is written."""

    months: Sequence[str]
    of_months: Sequence[str]
    about: str
    first: str = "1"


_CALENDARS: Mapping[str, _Calendar] = {
    "en": _Calendar(ENGLISH, ENGLISH, "about"),
    "fr": _Calendar(FRENCH, FRENCH, "vers", first="1er"),
    "ru": _Calendar(RUSSIAN, OF_RUSSIAN, "около"),
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
