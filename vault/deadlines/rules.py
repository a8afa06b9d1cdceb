"""A deadline rule as frozen data: what starts the clock, how long it runs, by which law, and how sure we are."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from types import MappingProxyType

from vault.errors import UsageError
from vault.words.message import Message, filled, plural

_CODE = re.compile(r"[A-Z][A-Z0-9_]{2,39}", re.ASCII)
_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
_LONGEST = 1_000  # of any unit: no rule is longer, and what is added to a known year stays in the calendar


@unique
class Certainty(StrEnum):
    """How far a rule may be trusted."""

    CONFIRMED = "confirmed"  # the text was read, and it is in force
    UNCONFIRMED = "unconfirmed"  # a lawyer must check it: it never says that something is in time
    SUPERSEDED = "superseded"  # no date is counted by it


@unique
class Unit(StrEnum):
    """In what a period is counted."""

    DAYS = "days"
    WORKING_DAYS = "working-days"
    MONTHS = "months"
    HOURS = "hours"


@unique
class Counting(StrEnum):
    """Which day is the first of the period."""

    DAY_AFTER = "day-after"
    SAME_DAY = "same-day"


@unique
class Trigger(StrEnum):
    """What starts the clock."""

    ACT_IMMINENT = "act-imminent"
    ADMISSIBLE = "admissible"
    APPEAL_LODGED = "appeal-lodged"
    APPLICATION_ACCEPTED = "application-accepted"
    APPLICATION_MADE = "application-made"
    ARREST = "arrest"
    ARREST_NOTICE = "arrest-notice"
    ARRIVAL = "arrival"
    BREACH_KNOWN = "breach-known"
    CERTIFICATE_ISSUED = "certificate-issued"
    CONSENT_GIVEN = "consent-given"
    COURT_ORDER = "court-order"
    CUSTODY = "custody"
    DISAPPEARANCE = "disappearance"
    EXTRADITION_DECIDED = "extradition-decided"
    EXTRADITION_PERMITTED = "extradition-permitted"
    FINAL_DECISION = "final-decision"
    REFUSAL_NOTIFIED = "refusal-notified"
    REGISTRATION = "registration"
    REQUEST_RECEIVED = "request-received"
    TAKE_CHARGE_ASKED = "take-charge-asked"
    WISH_EXPRESSED = "wish-expressed"


TRIGGERS: Mapping[Trigger, Message] = MappingProxyType({
    Trigger.ACT_IMMINENT: Message("news of an act that cannot be undone"),
    Trigger.ADMISSIBLE: Message("request found admissible"),
    Trigger.APPEAL_LODGED: Message("appeal lodged"),
    Trigger.APPLICATION_ACCEPTED: Message("application accepted"),
    Trigger.APPLICATION_MADE: Message("application made"),
    Trigger.ARREST: Message("arrest"),
    Trigger.ARREST_NOTICE: Message("notice of the arrest"),
    Trigger.ARRIVAL: Message("arrival"),
    Trigger.BREACH_KNOWN: Message("breach became known"),
    Trigger.CERTIFICATE_ISSUED: Message("certificate issued"),
    Trigger.CONSENT_GIVEN: Message("consent given"),
    Trigger.COURT_ORDER: Message("order of a court"),
    Trigger.CUSTODY: Message("taken into custody"),
    Trigger.DISAPPEARANCE: Message("disappearance"),
    Trigger.EXTRADITION_DECIDED: Message("extradition decided"),
    Trigger.EXTRADITION_PERMITTED: Message("permission to extradite received"),
    Trigger.FINAL_DECISION: Message("final decision in the country"),
    Trigger.REFUSAL_NOTIFIED: Message("refusal notified"),
    Trigger.REGISTRATION: Message("registration"),
    Trigger.REQUEST_RECEIVED: Message("request received"),
    Trigger.TAKE_CHARGE_ASKED: Message("take-charge request made"),
    Trigger.WISH_EXPRESSED: Message("wish for asylum expressed"),
})  # fmt: skip

_LENGTHS: Mapping[Unit, Message] = MappingProxyType({
    Unit.DAYS: plural("{count} day", "{count} days", count=0),
    Unit.WORKING_DAYS: plural("{count} working day", "{count} working days", count=0),
    Unit.MONTHS: plural("{count} month", "{count} months", count=0),
    Unit.HOURS: plural("{count} hour", "{count} hours", count=0),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time; 0 hours is `at once`.

    Raises:
        UsageError: the count is negative or too large, or zero in another unit than hours.
    """

    count: int
    unit: Unit

    def __post_init__(self) -> None:
        least = 0 if self.unit is Unit.HOURS else 1
        if not least <= self.count <= _LONGEST:
            raise UsageError(Message("{field} must be {least} to {most}", field="period", least=least, most=_LONGEST))

    def words(self) -> Message:
        return filled(_LENGTHS[self.unit], count=self.count) if self.count else Message("at once")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule of law, or of the house, that gives a date.

    Attributes:
        code: its stable name.
        title: what is due.
        trigger: what starts the clock.
        period: how long it runs; None where no text says it, or only a court does.
        source: the law or the paper that says it.
        certainty: whether its date may be relied on.
        counting: the first day of the period.
        is_rolled_over: whether a last day that is no working day moves to the next working day.
        may_be_suspended: whether the clock stops, as for legal aid.
        country: whose holidays count, ISO 3166 alpha-2; None: those of the place.
        deemed_served_days: after so many days a posted paper counts as served, read or not; None: never.
        valid_from: the first day of a trigger that the rule is for.
        valid_to: the last day of a trigger that the rule is for.
        is_irreversible: what is done or lost after the date cannot be brought back.
        caution: what the date does not say.

    Raises:
        UsageError: a field has another form, or two contradict each other.
    """

    code: str
    title: Message
    trigger: Trigger
    period: Period | None
    source: Message
    certainty: Certainty
    counting: Counting = Counting.DAY_AFTER
    is_rolled_over: bool = False
    may_be_suspended: bool = False
    country: str | None = None
    deemed_served_days: int | None = None
    valid_from: datetime.date | None = None
    valid_to: datetime.date | None = None
    is_irreversible: bool = False
    caution: Message | None = None

    def __post_init__(self) -> None:
        if _CODE.fullmatch(self.code) is None:
            raise UsageError(Message("{field} must be capitals, digits and _", field="code"))
        if self.country is not None and _COUNTRY.fullmatch(self.country) is None:
            raise UsageError(Message("{field} must be two capitals", field="country"))
        counts_days = self.is_rolled_over or self.may_be_suspended or self.deemed_served_days is not None
        if counts_days and self.period is not None and self.period.unit is Unit.HOURS:
            raise UsageError(Message("a rule in hours has no rollover, suspension or posting"))
        if self.deemed_served_days is not None and not 0 <= self.deemed_served_days <= _LONGEST:
            raise UsageError(Message("a posted paper counts as served after 0 to {most} days", most=_LONGEST))
        if self.valid_from is not None and self.valid_to is not None and self.valid_to < self.valid_from:
            raise UsageError(Message("the rule ends before it begins"))

    @property
    def is_enabled(self) -> bool:
        """Whether it is offered without asking; the others can be shown, and say what a lawyer must check."""
        return self.certainty is Certainty.CONFIRMED
