"""A date that was typed, in words: what was understood is said beside the field."""

from __future__ import annotations

from datetime import date
from typing import Final

from tui.text.calendar import SHORT_MONTHS, long_day, short_day_of_week
from vault.casework.dates import PartialDate
from vault.words.message import Message, Words, plural

_NEAR_DAYS: Final = 60
_NAMED: Final = {-1: Message("yesterday"), 0: Message("today"), 1: Message("tomorrow")}


def moment_in_words(written: str, today: date) -> tuple[Words, ...]:
    """Return a kept date as `Thursday 26 November 2026, 2 days ago`, or what is known of it, and the same ever shorter.

    The shortest, `Thu 26 Nov, at 10:15`, has no year: it is there for near days alone.
    """
    day, _, time = written.partition("T")
    known = PartialDate.parse(day)
    said: tuple[Words, ...]
    if known.month is None:
        said = (Message("the year {year}", year=known.year),) * 2
    elif known.day is None:
        said = (Message("{month} {year}, no day", month=SHORT_MONTHS[known.month - 1], year=known.year),) * 2
    else:
        whole = date(known.year, known.month, known.day)
        short = Message("{day} {year}", day=short_day_of_week(whole), year=known.year)
        is_near = abs((whole - today).days) <= _NEAR_DAYS
        said = (_day_in_words(whole, today), short, *([short_day_of_week(whole)] if is_near else []))
    return tuple(_with_more(words, time, is_about=known.circa) for words in said)


def _with_more(said: Words, time: str, *, is_about: bool) -> Words:
    if is_about:
        return Message("about {date}", date=said)
    return Message("{date}, at {time}", date=said, time=time) if time else said


def _day_in_words(day: date, today: date) -> Words:
    whole = Message("{day} {year}", day=long_day(day), year=day.year)
    away = (day - today).days
    if abs(away) > _NEAR_DAYS:
        return whole
    near = _NAMED.get(away)
    if near is None and away < 0:
        near = plural("{count} day ago", "{count} days ago", count=-away)
    elif near is None:
        near = plural("in {count} day", "in {count} days", count=away)
    return Message("{date}, {near}", date=whole, near=near)
