"""What is known of a deadline: when its clock started, stood still, was extended, and what a court set."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from vault.casework.dates import PartialDate
from vault.deadlines.rules import Period
from vault.errors import UsageError
from vault.words.message import Message

Moment: TypeAlias = datetime.date | datetime.datetime
"""A day of the place, or a time with a zone."""

# As `vault.casework.dates` has them: the longest periods added to them are still days of the calendar.
_EARLIEST_YEAR = 1850
_LATEST_YEAR = 2150
_MOST_EXTENSIONS = 24


@dataclass(frozen=True, slots=True)
class Place:
    """Where the clock runs.

    Attributes:
        zone: its time.
        country: whose holidays count for a rule that names no country, ISO 3166 alpha-2; None: not known.
    """

    zone: datetime.tzinfo
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Suspension:
    """The clock stands still.

    Attributes:
        start: the first day that does not count.
        end: the day on which it runs again, which counts; None: it still stands.
    """

    start: datetime.date = field(repr=False)
    end: datetime.date | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise UsageError(Message("{field} is before {other}", field="end", other="start"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known. Content never appears in a `repr`.

    Attributes:
        trigger: when the clock started, as exactly as it is known.
        posted: when the paper was put where it waits to be read, for rules that deem it served later.
        suspensions: when the clock stood still; they may overlap.
        extensions: periods added to the first, in order.
        court_set: dates that courts wrote, oldest order first; the last one applies.

    Raises:
        UsageError: a time without a zone, a date outside the years 1850 to 2150, or more than 24 extensions.
    """

    trigger: PartialDate | datetime.datetime | None = field(default=None, repr=False)
    posted: datetime.date | None = field(default=None, repr=False)
    suspensions: tuple[Suspension, ...] = field(default=(), repr=False)
    extensions: tuple[Period, ...] = field(default=(), repr=False)
    court_set: tuple[Moment, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        if len(self.extensions) > _MOST_EXTENSIONS:
            raise UsageError(Message("{field} must be at most {most}", field="extensions", most=_MOST_EXTENSIONS))
        for name, moment in self._moments():
            if isinstance(moment, datetime.datetime) and moment.utcoffset() is None:
                raise UsageError(Message("{field} must name its time zone", field=name))
            if not _EARLIEST_YEAR <= moment.year <= _LATEST_YEAR:
                raise UsageError(
                    Message(
                        "{field} is outside the years {earliest_year} to {latest_year}",
                        field=name,
                        earliest_year=_EARLIEST_YEAR,
                        latest_year=_LATEST_YEAR,
                    )
                )

    def _moments(self) -> Iterator[tuple[str, Moment]]:
        if isinstance(self.trigger, datetime.datetime):
            yield "trigger", self.trigger
        if self.posted is not None:
            yield "posted", self.posted
        for suspension in self.suspensions:
            yield "start", suspension.start
            if suspension.end is not None:
                yield "end", suspension.end
        for moment in self.court_set:
            yield "court_set", moment
