"""What a rule and the facts give by themselves: a date or a range of dates, with the sentences that explain it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

from vault.casework.dates import PartialDate
from vault.deadlines import wording
from vault.deadlines.counting import Clock, in_order, months_after
from vault.deadlines.facts import Facts, Moment, Place
from vault.deadlines.holidays import Calendar, without_holidays
from vault.deadlines.rules import Certainty, Period, Rule, Unit
from vault.errors import UsageError
from vault.words.message import Message

_DAY = datetime.timedelta(days=1)
_YEAR = 12


@dataclass(frozen=True, slots=True)
class Reckoning:
    """The dates that are possible.

    Attributes:
        first: the earliest; None: no date can be computed.
        last: the latest; None: none is known.
        explanation: how they were found, in order.
        is_doubtful: something that a date needs is not known.
    """

    first: Moment | None = field(repr=False)
    last: Moment | None = field(repr=False)
    explanation: tuple[Message, ...] = field(repr=False)
    is_doubtful: bool


def reckon(
    rule: Rule, facts: Facts, today: datetime.date, place: Place, calendars: Mapping[str, Calendar]
) -> Reckoning:
    """Return the dates that a rule gives, whatever a court set.

    Args:
        rule: the rule.
        facts: what is known.
        today: the day at the place: a clock that still stands is taken to run again on it.
        place: whose time and holidays count.
        calendars: the holidays that are known, by country.

    Raises:
        UsageError: hours extend days, or days extend hours.
    """
    if rule.certainty is Certainty.SUPERSEDED:
        return _none(wording.superseded(rule))
    if rule.period is None:
        is_paper = rule.certainty is Certainty.CONFIRMED
        return _none(wording.NO_DATE_BY_COURT if is_paper else wording.no_text(rule))
    if any((period.unit is Unit.HOURS) != (rule.period.unit is Unit.HOURS) for period in facts.extensions):
        raise UsageError(Message("{field} must be in hours if the rule is in hours, and only then", field="extensions"))
    explanation: list[Message] = []
    span = _span(rule, facts, place, explanation)
    if span is None:
        return _none(*explanation)
    first, last = span
    if (rule.valid_from is not None and first < rule.valid_from) or (
        rule.valid_to is not None and last > rule.valid_to
    ):
        return _none(*explanation, wording.not_in_force(rule))
    if rule.period.unit is Unit.HOURS:
        return _in_hours(rule.period, facts, span, place, explanation)
    calendar = _calendar(rule, place, calendars)
    return _in_days(rule, rule.period, facts, span, today=today, calendar=calendar, explanation=explanation)


def _none(*explanation: Message) -> Reckoning:
    return Reckoning(None, None, explanation, is_doubtful=True)


def _span(
    rule: Rule, facts: Facts, place: Place, explanation: list[Message]
) -> tuple[datetime.date, datetime.date] | None:
    """Return the first and the last day on which the clock may have started; None where it is not known."""
    span = None
    trigger = facts.trigger
    if isinstance(trigger, datetime.datetime):
        day = trigger.astimezone(place.zone).date()
        span = day, day
    elif trigger is not None:
        span = days_of(trigger)
    served = None
    if rule.deemed_served_days is not None and facts.posted is not None:
        served = facts.posted + rule.deemed_served_days * _DAY
    if trigger is not None:
        at = trigger.astimezone(place.zone) if isinstance(trigger, datetime.datetime) else trigger
        explanation.append(wording.started(rule, at))
        if span is None:
            explanation.append(wording.ABOUT)
    if served is not None and facts.posted is not None and rule.deemed_served_days is not None:
        explanation.append(wording.deemed(served, facts.posted, rule.deemed_served_days))
        if trigger is None:
            return served, served
        return None if span is None else (min(span[0], served), min(span[1], served))
    if trigger is None:
        explanation.append(wording.not_started(rule))
    return span


def days_of(date: PartialDate) -> tuple[datetime.date, datetime.date] | None:
    """Return the first and the last day that a date may be; None where it is known only about."""
    if date.circa:
        return None
    first = date.first_day()
    if date.day is not None:
        return first, first
    return first, months_after(first, _YEAR if date.month is None else 1) - _DAY


def _in_hours(
    period: Period,
    facts: Facts,
    span: tuple[datetime.date, datetime.date],
    place: Place,
    explanation: list[Message],
) -> Reckoning:
    periods = (period, *facts.extensions)
    explanation += [wording.counted_hours(period), *map(wording.extended, facts.extensions)]
    if isinstance(facts.trigger, datetime.datetime):
        at = _later(facts.trigger, periods, place.zone)
        return Reckoning(at, at, tuple(explanation), is_doubtful=False)
    first, last = (_later(_midnight(day, place.zone), periods, place.zone) for day in (span[0], span[1] + _DAY))
    return Reckoning(first, last, (*explanation, wording.between(first, last)), is_doubtful=False)


def _midnight(day: datetime.date, zone: datetime.tzinfo) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time.min, zone)


def _later(start: datetime.datetime, periods: tuple[Period, ...], zone: datetime.tzinfo) -> datetime.datetime:
    """Return the time at the place after so many hours that passed, whatever its clocks did."""
    hours = datetime.timedelta(hours=sum(period.count for period in periods))
    return (start.astimezone(datetime.UTC) + hours).astimezone(zone)


def _calendar(rule: Rule, place: Place, calendars: Mapping[str, Calendar]) -> Calendar:
    country = rule.country or place.country or ""
    return calendars.get(country) or without_holidays(country)


def _in_days(
    rule: Rule,
    period: Period,
    facts: Facts,
    span: tuple[datetime.date, datetime.date],
    *,
    today: datetime.date,
    calendar: Calendar,
    explanation: list[Message],
) -> Reckoning:
    periods = (period, *facts.extensions)
    possible = facts.suspensions if rule.may_be_suspended else ()
    still = in_order([(gap.start, max(gap.start, today) if gap.end is None else gap.end) for gap in possible])
    clock = Clock(periods, rule.counting, still, calendar, rule.is_rolled_over)
    starts = [span[0] + n * _DAY for n in range((span[1] - span[0]).days + 1)]
    # Each start is counted: months are not all of one length, so the last start need not give the last date.
    dates = [clock.due_day(start) for start in starts]
    first, last = min(dates), max(dates)
    gaps = [gap for gap in possible if gap.start <= last and (gap.end is None or gap.end > span[0])]
    is_open = any(gap.end is None for gap in gaps)
    explanation += [wording.counted(period, rule.counting), *map(wording.extended, facts.extensions)]
    explanation += map(wording.stood_still, gaps)
    if facts.suspensions and not rule.may_be_suspended:
        explanation.append(wording.NOT_SUSPENDED)
    if len(starts) > 1:
        explanation.append(wording.between(first, last))
    elif clock.last_day(span[0]) != first:
        explanation.append(wording.rolled_over(clock.last_day(span[0]), first))
    doubts = _doubts(clock, span[0], last)
    return Reckoning(first, None if is_open else last, (*explanation, *doubts), is_doubtful=is_open or bool(doubts))


def _doubts(clock: Clock, start: datetime.date, last: datetime.date) -> list[Message]:
    """Return what is not known of the holidays that may move the date."""
    calendar = clock.calendar
    if any(period.unit is Unit.WORKING_DAYS for period in clock.periods):
        first = start
    elif clock.is_rolled_over:
        first = clock.last_day(start)
    else:
        return []
    if not calendar.country:
        return [wording.NO_COUNTRY]
    doubts = [wording.unknown_holidays(year, calendar.country) for year in calendar.unknown_years(first, last)]
    if calendar.lacks is not None:
        doubts.append(wording.check_calendar(calendar.lacks))
    return doubts
