"""What is known of a deadline: when its clock started, stood still and was extended; and how people type that."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from vault.casework.dates import PartialDate, checked_day, checked_moment
from vault.deadlines.rules import Period, Unit
from vault.errors import UsageError
from vault.words.message import Message

# What is known of a deadline: when its clock started, stood still, was extended, and what a court set.

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


# Facts as people type them: days as papers have them, times of the place, spans such as `10d` and `A..B`.
_PERIOD: Final = re.compile(r"(\d{1,4}) ?(d|wd|m|h)", re.ASCII | re.IGNORECASE)
_UNITS: Final = {"d": Unit.DAYS, "wd": Unit.WORKING_DAYS, "m": Unit.MONTHS, "h": Unit.HOURS}
_BETWEEN: Final = ".."


def facts_of(
    zone: datetime.tzinfo,
    *,
    trigger: str | None = None,
    posted: str | None = None,
    suspended: Sequence[str] = (),
    extended: Sequence[str] = (),
    court: Sequence[str] = (),
) -> Facts:
    """Return what was typed as facts.

    Args:
        zone: of the place, for times without one.
        trigger: a date, known in part or not, or a day with a time.
        posted: a day.
        suspended: `DAY..DAY`, or `DAY..` while the clock still stands.
        extended: periods such as `10d`, `5wd` (working days), `3m` or `24h`.
        court: days, or days with a time, oldest order first.

    Raises:
        UsageError: a text of another form.
    """
    return Facts(
        trigger=None if trigger is None else moment_of(trigger, zone),
        posted=None if posted is None else _day(posted, "posted"),
        suspensions=tuple(map(_suspension, suspended)),
        extensions=tuple(map(_period, extended)),
        court_set=tuple(_set(text, zone) for text in court),
    )


def moment_text(moment: Moment) -> str:
    """Return a day as YYYY-MM-DD and a time as YYYY-MM-DDTHH:MM of its own zone: the form that records keep."""
    return f"{moment:%Y-%m-%dT%H:%M}" if isinstance(moment, datetime.datetime) else moment.isoformat()


def moment_of(kept: str, zone: datetime.tzinfo) -> PartialDate | datetime.datetime:
    """Return what a record keeps, a time as one of this zone.

    Raises:
        UsageError: it has another form.
    """
    checked = checked_moment(kept, "trigger")
    if "T" in checked:
        return datetime.datetime.fromisoformat(checked).replace(tzinfo=zone)
    return PartialDate.parse(checked)


def exact_moment(kept: str, zone: datetime.tzinfo) -> Moment | None:
    """Return the day or the time that a record keeps; None where it keeps less than a day, or is only about."""
    moment = moment_of(kept, zone)
    if isinstance(moment, datetime.datetime):
        return moment
    return None if moment.day is None or moment.circa else datetime.date.fromisoformat(moment.iso())


def _set(text: str, zone: datetime.tzinfo) -> Moment:
    if "T" in text:
        return datetime.datetime.fromisoformat(checked_moment(text, "court")).replace(tzinfo=zone)
    return _day(text, "court")


def _day(text: str, field: str) -> datetime.date:
    return datetime.date.fromisoformat(checked_day(text, field))


def _suspension(text: str) -> Suspension:
    start, mark, end = text.partition(_BETWEEN)
    if not mark:
        raise UsageError(Message("the suspension must be written DAY..DAY, or DAY.. while it lasts"))
    return Suspension(_day(start, "suspended"), _day(end, "suspended") if end.strip() else None)


def _period(text: str) -> Period:
    match = _PERIOD.fullmatch(text.strip())
    if match is None:
        raise UsageError(Message("the extension must be a number with d, wd (working days), m or h, such as 10d"))
    return Period(int(match[1]), _UNITS[match[2].lower()])
