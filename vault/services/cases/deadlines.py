"""Deadlines that a rule of `vault.deadlines` gives: as a record of a case, and with its reasons when it is read."""

from __future__ import annotations

import datetime
import zoneinfo
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vault.casework.story.events import Deadline, SetBy, deadline_given_by
from vault.clock import now_ms
from vault.deadlines.facts import Place, facts_of, moment_of, moment_text
from vault.deadlines.reckoning import Due, State, due, standing
from vault.deadlines.rules import Certainty, Rule, Unit
from vault.deadlines.sentences import counted, counted_hours, superseded, to_check
from vault.deadlines.shipped import RULES
from vault.display import here
from vault.errors import UsageError
from vault.words.message import Message, joined


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a kept deadline stands, and what a lawyer must check of the rule that gave it."""

    state: State
    check: Message | None = None


def now() -> datetime.datetime:
    """Return the present, in the zone of this computer."""
    return here(now_ms())


def zone(name: str | None) -> datetime.tzinfo:
    """Return a time zone by its name; without one, what the clock of this computer is ahead of UTC now."""
    if name is None:
        local = now().astimezone().tzinfo
        assert local is not None  # noqa: S101 - `astimezone` sets it; this line is for the type checker
        return local
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(
            Message("there is no such time zone here"), next_step=Message("Write it like Asia/Bishkek.")
        ) from None


def found_by(rule: Rule, typed: Mapping[str, Sequence[str]]) -> Due:
    """Return what date a rule gives, as it stands now, and why.

    `typed` is from what it counts, as people type it: `trigger`, `posted`, `suspended`, `extended` and `court`, as
    `facts_of` takes them; `zone` and `country` of the place.
    """
    one = {name: next(iter(texts), None) for name, texts in typed.items()}
    country = one.get("country")
    place = Place(zone(one.get("zone")), None if country is None else country.strip().upper())
    facts = facts_of(
        place.zone,
        trigger=one.get("trigger"),
        posted=one.get("posted"),
        **{name: typed.get(name, ()) for name in ("suspended", "extended", "court")},
    )
    return due(rule, facts, now(), place)


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
    """Return where a deadline stands now at the place; a rule that this program does not know is to be checked."""
    return standing_at(deadline.at, deadline_given_by(deadline), now, zone)


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
