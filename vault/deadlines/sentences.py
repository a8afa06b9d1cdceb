"""The sentences of an explanation: what was counted, from where, over which days, and what a person must check."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from types import MappingProxyType

from vault.casework.dates import PartialDate
from vault.deadlines.facts import Moment, Suspension
from vault.deadlines.rules import TRIGGERS, Certainty, Counting, Period, Rule
from vault.words.message import Message, plural

CERTAINTIES: Mapping[Certainty, Message] = MappingProxyType({
    Certainty.CONFIRMED: Message("confirmed"),
    Certainty.UNCONFIRMED: Message("not confirmed"),
    Certainty.SUPERSEDED: Message("superseded"),
})  # fmt: skip

COURT_DATE = Message("A court set this date, and it applies.")
NO_DATE_BY_COURT = Message("The date is in the paper of the court: enter it.")
NO_COMPUTED_DATE = Message("The rule alone gives no date.")
ABOUT = Message("The day is only approximate, so no date is computed.")
NOT_SUSPENDED = Message("This clock does not stop: the suspension changes nothing.")
PASSED = Message("By this count the date has passed.")
PERHAPS_PASSED = Message("The date may have passed.")
NO_COUNTRY = Message("The country is not known, so only Saturdays and Sundays count as days without work: check.")


def written(moment: Moment | PartialDate) -> str:
    """Return a day or a time as ISO 8601 has it."""
    if isinstance(moment, PartialDate):
        return moment.iso()
    return moment.isoformat(" ", "minutes") if isinstance(moment, datetime.datetime) else moment.isoformat()


def started(rule: Rule, moment: Moment | PartialDate) -> Message:
    """Say what started the clock, and when."""
    return Message("The clock started: {trigger}, {day}.", trigger=TRIGGERS[rule.trigger], day=written(moment))


def not_started(rule: Rule) -> Message:
    return Message("It is not known when the clock started: {trigger}.", trigger=TRIGGERS[rule.trigger])


def deemed(day: datetime.date, posted: datetime.date, count: int) -> Message:
    """Say since when a posted paper counts as served at the latest."""
    return plural(
        "It was posted on {posted} and counts as served on {day}, {count} day later, read or not.",
        "It was posted on {posted} and counts as served on {day}, {count} days later, read or not.",
        count=count,
        posted=written(posted),
        day=written(day),
    )


def counted(period: Period, counting: Counting) -> Message:
    """Say how long it runs, and from which day."""
    if counting is Counting.SAME_DAY:
        return Message("It runs {period}, that day included.", period=period.words())
    return Message("It runs {period}, counted from the day after.", period=period.words())


def counted_hours(period: Period) -> Message:
    """Say how many hours it runs; nights, holidays and weekends are hours like others."""
    if not period.count:
        return Message("It is due at once.")
    return Message("It runs {period}, also at night and on holidays.", period=period.words())


def extended(period: Period) -> Message:
    """Say how much was added."""
    return Message("It was extended by {period}.", period=period.words())


def stood_still(suspension: Suspension) -> Message:
    """Say when the clock stood still."""
    if suspension.end is None:
        return Message(
            "The clock has been stopped since {start}. This is the earliest date: it assumes that the clock runs"
            " again today.",
            start=written(suspension.start),
        )
    return Message(
        "The clock was stopped from {start} and ran again on {end}.",
        start=written(suspension.start),
        end=written(suspension.end),
    )


def rolled_over(last: datetime.date, day: datetime.date) -> Message:
    """Say why the last day moved."""
    return Message(
        "The last day would be {last}, which is no working day: it moves to {day}.",
        last=written(last),
        day=written(day),
    )


def between(first: Moment, last: Moment) -> Message:
    """Say between which dates it lies."""
    return Message(
        "The start is not known exactly: the date lies between {first} and {last}.",
        first=written(first),
        last=written(last),
    )


def unknown_holidays(year: int, country: str) -> Message:
    """Say that the holidays of a year were not entered."""
    return Message("Holidays of {year} are not known for {country}: check.", year=str(year), country=country)


def check_calendar(lacks: Message) -> Message:
    """Say which days may move the date."""
    return Message("{lacks} Check the calendar of that year.", lacks=lacks)


def to_check(rule: Rule) -> Message:
    """Say which source a lawyer must check."""
    return Message("This rule is not confirmed. A lawyer must check: {source}", source=rule.source)


def no_text(rule: Rule) -> Message:
    """Say that the length is in a text that nobody of us read."""
    return Message("The length of this period is not known to us. A lawyer must check: {source}", source=rule.source)


def superseded(rule: Rule) -> Message:
    """Say that no date is counted by this rule."""
    return Message("This rule is superseded, and no date is computed by it: {source}", source=rule.source)


def not_in_force(rule: Rule) -> Message:
    """Say that the rule is for other days."""
    return Message("This rule does not apply to that day. A lawyer must check: {source}", source=rule.source)


def by_rule(day: Moment) -> Message:
    """Say what the rule alone would give."""
    return Message("By the rule alone the date would be {day}.", day=written(day))


def replaced(moment: Moment) -> Message:
    """Say which date an earlier order had."""
    return Message("An earlier order had the date {day}.", day=written(moment))
