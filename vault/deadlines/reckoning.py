"""When something is due: (rule, facts, now, place) -> a date or a range, how sure it is, and why, in sentences."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

from vault.casework.dates import PartialDate
from vault.deadlines import sentences
from vault.deadlines.facts import Facts, Moment, Place
from vault.deadlines.rules import Certainty, Period, Rule, Unit
from vault.deadlines.working_days import CALENDARS, Calendar, Clock, in_order, months_after, without_holidays
from vault.errors import UsageError
from vault.words.message import Message

# What a rule and the facts give by themselves: a date or a range of dates, with the sentences that explain it.

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
    """Return the dates that a rule gives, whatever a court set: by the time and the holidays of the place.

    `today` is the day at the place: a clock that still stands is taken to run again on it.

    Raises:
        UsageError: hours extend days, or days extend hours.
    """
    if rule.certainty is Certainty.SUPERSEDED:
        return _none(sentences.superseded(rule))
    if rule.period is None:
        is_paper = rule.certainty is Certainty.CONFIRMED
        return _none(sentences.NO_DATE_BY_COURT if is_paper else sentences.no_text(rule))
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
        return _none(*explanation, sentences.not_in_force(rule))
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
        explanation.append(sentences.started(rule, at))
        if span is None:
            explanation.append(sentences.ABOUT)
    if served is not None and facts.posted is not None and rule.deemed_served_days is not None:
        explanation.append(sentences.deemed(served, facts.posted, rule.deemed_served_days))
        if trigger is None:
            return served, served
        return None if span is None else (min(span[0], served), min(span[1], served))
    if trigger is None:
        explanation.append(sentences.not_started(rule))
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
    period: Period, facts: Facts, span: tuple[datetime.date, datetime.date], place: Place, explanation: list[Message]
) -> Reckoning:
    periods = (period, *facts.extensions)
    explanation += [sentences.counted_hours(period), *map(sentences.extended, facts.extensions)]
    if isinstance(facts.trigger, datetime.datetime):
        at = _later(facts.trigger, periods, place.zone)
        return Reckoning(at, at, tuple(explanation), is_doubtful=False)
    first, last = (_later(_midnight(day, place.zone), periods, place.zone) for day in (span[0], span[1] + _DAY))
    return Reckoning(first, last, (*explanation, sentences.between(first, last)), is_doubtful=False)


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
    explanation += [sentences.counted(period, rule.counting), *map(sentences.extended, facts.extensions)]
    explanation += map(sentences.stood_still, gaps)
    if facts.suspensions and not rule.may_be_suspended:
        explanation.append(sentences.NOT_SUSPENDED)
    if len(starts) > 1:
        explanation.append(sentences.between(first, last))
    elif clock.last_day(span[0]) != first:
        explanation.append(sentences.rolled_over(clock.last_day(span[0]), first))
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
        return [sentences.NO_COUNTRY]
    doubts = [sentences.unknown_holidays(year, calendar.country) for year in calendar.unknown_years(first, last)]
    if calendar.lacks is not None:
        doubts.append(sentences.check_calendar(calendar.lacks))
    return doubts


# When something is due: (rule, facts, now, place) -> a date, how sure it is, and why, in sentences.
# A date that a court wrote always wins. Where anything is uncertain the answer is `check with a lawyer`, never `in
# time`.
SOON = datetime.timedelta(days=7)


class State(Enum):
    """Where a date stands against the present."""

    IN_TIME = "in-time"
    SOON = "soon"
    DUE_TODAY = "due-today"
    LATE = "late"
    CHECK = "check-with-a-lawyer"


STATES: Mapping[State, Message] = MappingProxyType({
    State.IN_TIME: Message("in time"),
    State.SOON: Message("soon"),
    State.DUE_TODAY: Message("due today"),
    State.LATE: Message("late"),
    State.CHECK: Message("check with a lawyer"),
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A date and what is to be known of it.

    Attributes:
        code: of the rule.
        at: the date; the earliest possible where the facts leave a range; None: nothing can be computed.
        latest: the latest possible date; None: nothing can be computed, or the clock stands still.
        state: where the date stands against the present.
        certainty: of the rule; a date that a court set is confirmed.
        explanation: how it was found, in order.
        is_set_by_court: the date is not the rule's.
        history: the dates that no longer apply: the computed one, then those of earlier orders.
    """

    code: str
    at: Moment | None = field(repr=False)
    latest: Moment | None = field(repr=False)
    state: State
    certainty: Certainty
    explanation: tuple[Message, ...] = field(repr=False)
    is_set_by_court: bool = False
    history: tuple[Moment, ...] = field(default=(), repr=False)


def due(
    rule: Rule, facts: Facts, now: datetime.datetime, place: Place, *, calendars: Mapping[str, Calendar] = CALENDARS
) -> Due:
    """Return when a rule makes something due, by the time and the holidays of the place.

    Raises:
        UsageError: the present has no zone.
    """
    if now.utcoffset() is None:
        raise UsageError(Message("{field} must name its time zone", field="now"))
    here = now.astimezone(place.zone)
    found = reckon(rule, facts, here.date(), place, calendars)
    if facts.court_set:
        return _set_by_court(rule, facts, found, here)
    state = _state_of(found.first, found.last, here)
    explanation = [*found.explanation, *_cautions(rule)]
    if rule.certainty is not Certainty.CONFIRMED or found.is_doubtful:
        state = State.CHECK
    if state is State.CHECK:
        explanation += _passed(found, here)
    return Due(
        code=rule.code,
        at=found.first,
        latest=found.last,
        state=state,
        certainty=rule.certainty,
        explanation=tuple(explanation),
    )


def standing(
    kept: PartialDate | datetime.datetime, now: datetime.datetime, zone: datetime.tzinfo, *, rule: Rule | None = None
) -> State:
    """Return where a date that somebody kept, known in part or not, stands against the present, which has a zone.

    `zone` is the time of the place, `rule` the one that gave it; None where a court or a person did.
    """
    here = now.astimezone(zone)
    if rule is not None and rule.certainty is not Certainty.CONFIRMED:
        return State.CHECK
    if isinstance(kept, datetime.datetime):
        return _state(kept.astimezone(zone), here)
    span = days_of(kept)
    return State.CHECK if span is None else _state_of(*span, here)


def _set_by_court(rule: Rule, facts: Facts, found: Reckoning, here: datetime.datetime) -> Due:
    *earlier, moment = facts.court_set
    at = moment.astimezone(here.tzinfo) if isinstance(moment, datetime.datetime) else moment
    explanation = [sentences.COURT_DATE, *map(sentences.replaced, earlier)]
    if rule.period is not None:
        explanation.append(sentences.NO_COMPUTED_DATE if found.first is None else sentences.by_rule(found.first))
    if rule.caution is not None:
        explanation.append(rule.caution)
    return Due(
        code=rule.code,
        at=at,
        latest=at,
        state=_state(at, here),
        certainty=Certainty.CONFIRMED,
        explanation=tuple(explanation),
        is_set_by_court=True,
        history=(*([] if found.first is None else [found.first]), *earlier),
    )


def _cautions(rule: Rule) -> list[Message]:
    cautions = [] if rule.caution is None else [rule.caution]
    if rule.certainty is Certainty.UNCONFIRMED and rule.period is not None:
        cautions.append(sentences.to_check(rule))
    return cautions


def _state_of(first: Moment | None, last: Moment | None, here: datetime.datetime) -> State:
    """Return the state of the earliest date that is possible; where it has passed and the latest has not, none."""
    if first is None or last is None or (_is_past(first, here) and not _is_past(last, here)):
        return State.CHECK
    return _state(first, here)


def _state(at: Moment, here: datetime.datetime) -> State:
    if _is_past(at, here):
        return State.LATE
    if isinstance(at, datetime.datetime):
        day, left = at.date(), datetime.timedelta(seconds=at.timestamp() - here.timestamp())
    else:
        day, left = at, at - here.date()
    if day == here.date():
        return State.DUE_TODAY
    return State.SOON if left <= SOON else State.IN_TIME


def _is_past(at: Moment, here: datetime.datetime) -> bool:
    # Two times of one zone are compared as its clocks show them, and one hour of a year they show twice.
    return at.timestamp() < here.timestamp() if isinstance(at, datetime.datetime) else at < here.date()


def _passed(found: Reckoning, here: datetime.datetime) -> tuple[Message, ...]:
    """Say that an uncertain date has passed: `check with a lawyer` alone would not tell how urgent it is."""
    if found.last is not None and _is_past(found.last, here):
        return (sentences.PASSED,)
    return (sentences.PERHAPS_PASSED,) if found.first is not None and _is_past(found.first, here) else ()
