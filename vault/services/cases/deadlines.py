"""Deadlines that a rule of `vault.deadlines` gives: as a record of a case, and with its reasons when it is read."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from vault.casework.story.deadline import Deadline, SetBy, given_by
from vault.deadlines.engine import Due, State, standing
from vault.deadlines.rules import Certainty, Rule, Unit
from vault.deadlines.shipped import RULES
from vault.deadlines.typed import moment_of, moment_text
from vault.deadlines.wording import counted, counted_hours, superseded, to_check
from vault.errors import UsageError
from vault.words.message import Message, joined


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a kept deadline stands, and what a lawyer must check of the rule that gave it."""

    state: State
    check: Message | None = None


def drafted(rule: Rule, found: Due, *, what: str, trigger: str | None) -> Deadline:
    """Return the record of a date that was found: the earliest of a range, and what a court set before the rule's.

    Raises:
        UsageError: there is no date; the reasons are its advice.
    """
    if found.at is None:
        raise UsageError(Message("this rule gives no date here"), next_step=joined(found.explanation))
    return Deadline(
        what=what,
        at=moment_text(found.at),
        set_by=SetBy.COURT if found.is_set_by_court else SetBy.RULE,
        rule=rule.code,
        trigger=trigger,
        irreversible=rule.is_irreversible,
    )


def standing_of(deadline: Deadline, now: datetime.datetime, zone: datetime.tzinfo) -> Standing:
    """Return where a deadline stands now; a rule that this program does not know is to be checked.

    Args:
        deadline: as it is kept.
        now: the present, with a zone.
        zone: the time of the place.
    """
    return standing_at(deadline.at, given_by(deadline), now, zone)


def standing_at(at: str, code: str | None, now: datetime.datetime, zone: datetime.tzinfo) -> Standing:
    """Return where a date stands that the rule with this code gave; None where no rule did."""
    kept = moment_of(at, zone)
    if code is None:
        return Standing(standing(kept, now, zone))
    check, rule = check_of(code), RULES.get(code)
    return Standing(State.CHECK, check) if rule is None else Standing(standing(kept, now, zone, rule=rule), check)


def check_of(code: str) -> Message | None:
    """Return what a lawyer must check of the rule with this code, which gave a date; None where nothing."""
    rule = RULES.get(code)
    if rule is None:
        return Message("The rule is not known to this program: a lawyer must check it.")
    return {Certainty.UNCONFIRMED: to_check(rule), Certainty.SUPERSEDED: superseded(rule)}.get(rule.certainty)


def counted_by(code: str) -> Message | None:
    """Return how the rule with this code counts, and by which law; None where no rule of this program does."""
    rule = RULES.get(code)
    if rule is None or rule.period is None:
        return None
    is_hours = rule.period.unit is Unit.HOURS
    how = counted_hours(rule.period) if is_hours else counted(rule.period, rule.counting)
    return how if rule.certainty is Certainty.UNCONFIRMED else Message("{how} {law}", how=how, law=rule.source)
