"""So many working days from today, as somebody types it: `+10wd FR`, `10 jours ouvrés FR`, `10 рабочих дней KG`.

A case does not say whose holidays count, so the country is typed behind. Without one, and for a year whose holidays
are not listed, nothing is counted: a guess would be a date too early or too late.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from vault.casework.date_words import plain
from vault.deadlines.counting import Clock
from vault.deadlines.holidays import CALENDARS, Calendar
from vault.deadlines.rules import Counting, Period, Unit
from vault.deadlines.wording import unknown_holidays
from vault.errors import UsageError
from vault.words.message import Message, Words

_LONGEST: Final = 64
_DAY: Final = datetime.timedelta(days=1)
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
