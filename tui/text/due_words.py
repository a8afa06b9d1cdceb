"""How far away a date is, in words: `1 day late`, `today 18:00`, `in 3 days`."""

from __future__ import annotations

from datetime import date
from typing import Final

from vault.casework.dates import PartialDate
from vault.errors import UsageError
from vault.words.message import Message, Words, plural

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
