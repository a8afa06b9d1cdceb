"""A date in the text of a note that may change what has to be kept: `the hearing was moved to 09:30`.

It only proposes: a person says yes. So a text that means something else costs a glance, never a date.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from vault.casework import typed_dates as words
from vault.casework.story.events import Deadline, Detention, Hearing
from vault.casework.typed_dates import Lean, typed_moment
from vault.errors import UsageError

_FULL_DAY: Final = len("2026-11-27")
_FEWEST_LETTERS: Final = 5
_LONGEST: Final = 4_000
"""Letters that are read, the last ones: what was typed just now stands there."""
_NAMED: Final = {
    Hearing.KIND: ("hearing", "audience", "заседани", "слушани", "суд"),
    Deadline.KIND: ("deadline", "delai", "echeance", "срок"),
    Detention.KIND: ("detention", "retention", "custody", "содержани"),
}
"""How a text names what has to be kept, beside its own words."""


class Dated(NamedTuple):
    """What has to be kept: its record, its kind, its date as kept, and what it is about."""

    record: str
    kind: str
    when: str
    about: str


class Moved(NamedTuple):
    """A date that a text seems to change: what, and to when (ISO, with a time where there is one)."""

    what: Dated
    now: str


def moved_date(text: str, kept: Iterable[Dated], today: datetime.date) -> Moved | None:
    """Return what a text seems to change, the last that it says; None where it changes nothing.

    `kept` are the dates of the case that are due. Without a full day nothing can be told from it.
    """
    dated = [what for what in kept if len(what.when) >= _FULL_DAY]
    found = None
    for sentence in re.split(r"(?<=[.!?;])\s+|\n+", text[-_LONGEST:]) if dated else ():
        found = _moved_in(sentence, dated, today) or found
    return found


def days_in(text: str, written: datetime.date) -> frozenset[str]:
    """Return the days (ISO) that a text names which was written on this day."""
    return frozenset(day[:_FULL_DAY] for day in _days(words.plain(text[-_LONGEST:]), written))


def _moved_in(sentence: str, dated: Sequence[Dated], today: datetime.date) -> Moved | None:
    said = words.plain(sentence)
    days = [day for day in _days(said, today) if day >= today.isoformat()]
    clocks = [f"{int(found[1]):02}:{found[2] or '00'}" for found in re.finditer(_CLOCK, said)]
    if not days and not clocks:
        return None
    what = _meant(said, dated, days, today)
    if what is None:
        return None
    was_day, _, was_time = what.when.partition("T")
    others = [day for day in days if day != was_day]
    day, time = (others or [was_day])[-1], (clocks or [was_time])[-1]
    now = f"{day}T{time}" if time else day
    return Moved(what, now) if now != what.when else None


def _meant(said: str, dated: Sequence[Dated], days: Sequence[str], today: datetime.date) -> Dated | None:
    """Return which date a sentence is about: it is named there, and that day too where several are."""
    named = [what for what in dated if _is_named(what, said)]
    on_the_day = [what for what in named or dated if what.when[:_FULL_DAY] in days and (named or "T" in what.when)]
    coming = [what for what in named if what.when[:_FULL_DAY] >= today.isoformat()]
    return next(iter((*on_the_day, *sorted(coming, key=lambda what: what.when), *named)), None)


def _is_named(what: Dated, said: str) -> bool:
    about = [word for word in re.findall(r"\w+", words.plain(what.about)) if len(word) >= _FEWEST_LETTERS]
    return any(re.search(rf"\b{re.escape(word)}", said) for word in (*_NAMED.get(what.kind, ()), *about))


def _days(said: str, today: datetime.date) -> Iterator[str]:
    for found in re.finditer(_DAY, said):
        try:
            day = typed_moment(found[0].strip(), today, "date", Lean.COMING)
        except UsageError:
            continue
        yield day


def _any_of(table: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, table), key=len, reverse=True))


_NAMES: Final = [word for word in (*words.WEEKDAYS, *words.DAYS) if len(word) >= _FEWEST_LETTERS]
_DAY: Final = (
    rf"\b\d{{1,2}}(?:st|nd|rd|th|er|-го)?(?: of)? (?:{_any_of(words.MONTHS)})\b\.?(?: \d{{4}})?"
    rf"|\b(?:{_any_of(words.MONTHS)}) \d{{1,2}}\b(?!:)|\b\d{{4}}-\d\d-\d\d\b"
    rf"|\b\d{{1,2}}\.\d{{1,2}}\.(?:\d{{4}}|\d{{2}})?|\b\d{{1,2}}\.\d{{1,2}}\b|\b(?:{_any_of(_NAMES)})\b"
)
_CLOCK: Final = r"(?<![\d:.])([01]?\d|2[0-3])[:h]([0-5]\d)?(?![\d:])"
