"""Facts as people type them: days as papers have them, times of the place, spans such as `10d` and `A..B`."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from typing import Final

from vault.casework.dates import PartialDate, checked_day, checked_moment
from vault.deadlines.facts import Facts, Moment, Suspension
from vault.deadlines.rules import Period, Unit
from vault.errors import UsageError
from vault.words.message import Message

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
        trigger=None if trigger is None else _started(trigger, zone),
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
    return _started(kept, zone)


def exact_moment(kept: str, zone: datetime.tzinfo) -> Moment | None:
    """Return the day or the time that a record keeps; None where it keeps less than a day, or is only about."""
    moment = moment_of(kept, zone)
    if isinstance(moment, datetime.datetime):
        return moment
    return None if moment.day is None or moment.circa else datetime.date.fromisoformat(moment.iso())


def _started(text: str, zone: datetime.tzinfo) -> PartialDate | datetime.datetime:
    checked = checked_moment(text, "trigger")
    if "T" in checked:
        return datetime.datetime.fromisoformat(checked).replace(tzinfo=zone)
    return PartialDate.parse(checked)


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
