"""When something is due: (rule, facts, now, place) -> a date, how sure it is, and why, in sentences.

A date that a court wrote always wins. Where anything is uncertain the answer is `check with a lawyer`, never `in time`.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

from vault.casework.dates import PartialDate
from vault.deadlines import wording
from vault.deadlines.facts import Facts, Moment, Place
from vault.deadlines.holidays import CALENDARS, Calendar
from vault.deadlines.reckoning import Reckoning, days_of, reckon
from vault.deadlines.rules import Certainty, Rule
from vault.errors import UsageError
from vault.words.message import Message

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
    rule: Rule,
    facts: Facts,
    now: datetime.datetime,
    place: Place,
    *,
    calendars: Mapping[str, Calendar] = CALENDARS,
) -> Due:
    """Return when a rule makes something due.

    Args:
        rule: the rule.
        facts: what is known.
        now: the present, with a zone.
        place: whose time and holidays count.
        calendars: the holidays that are known, by country.

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
    kept: PartialDate | datetime.datetime,
    now: datetime.datetime,
    zone: datetime.tzinfo,
    *,
    rule: Rule | None = None,
) -> State:
    """Return where a date that somebody kept stands against the present.

    Args:
        kept: the date, known in part or not.
        now: the present, with a zone.
        zone: the time of the place.
        rule: that gave it; None where a court or a person did.
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
    explanation = [wording.COURT_DATE, *map(wording.replaced, earlier)]
    if rule.period is not None:
        explanation.append(wording.NO_COMPUTED_DATE if found.first is None else wording.by_rule(found.first))
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
        cautions.append(wording.to_check(rule))
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
        return (wording.PASSED,)
    return (wording.PERHAPS_PASSED,) if found.first is not None and _is_past(found.first, here) else ()
