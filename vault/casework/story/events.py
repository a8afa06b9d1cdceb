"""What happens in a case and when: points of the timeline, hearings, detention, tasks, and deadlines."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import ClassVar

from vault.casework.form import Form, FormedRecord, FormField, Shape
from vault.words.message import Message

# A point of the timeline: something that happened, at a date that may be uncertain.


@dataclass(frozen=True, slots=True)
class Event(FormedRecord):
    """One event. `until` is the end of a stretch of time, or of the time in which it may have happened."""

    KIND: ClassVar[str] = "event"
    FORM: ClassVar[Form] = Form(
        Message("event"),
        (
            FormField("what", Message("What happened"), is_required=True),
            FormField("at", Message("On"), Shape.MOMENT),
            FormField("until", Message("Until, or at the latest"), Shape.DATE),
            FormField("as_said", Message("The date as it was said")),
            FormField("place", Message("Place")),
            FormField("source", Message("Who or what says so")),
            FormField("disputed", Message("Somebody says otherwise"), Shape.YES_NO),
            FormField("confirmed", Message("Confirmed by")),
            FormField("text", Message("Details"), Shape.TEXT),
        ),
        headline=("what", "place"),
        dated_by="at",
    )

    what: str = field(repr=False)
    at: str | None = None
    until: str | None = None
    as_said: str | None = field(default=None, repr=False)
    place: str | None = field(default=None, repr=False)
    source: str | None = field(default=None, repr=False)
    disputed: bool = False
    confirmed: str | None = field(default=None, repr=False)
    text: str | None = field(default=None, repr=False)


# Something that a member is to do.
@dataclass(frozen=True, slots=True)
class Task(FormedRecord):
    """One task. It is due until it is done."""

    KIND: ClassVar[str] = "task"
    FORM: ClassVar[Form] = Form(
        Message("task"),
        (
            FormField("what", Message("What is to be done"), is_required=True),
            FormField("due", Message("By"), Shape.MOMENT),
            FormField("by", Message("Who does it")),
            FormField("done", Message("Done on"), Shape.DAY),
            FormField("text", Message("Details"), Shape.TEXT),
        ),
        headline=("what",),
        dated_by="due",
        done_by="done",
    )

    what: str = field(repr=False)
    due: str | None = None
    by: str | None = field(default=None, repr=False)
    done: str | None = None
    text: str | None = field(default=None, repr=False)


# A hearing: when, before whom, what was ordered, and whether it was done.
@unique
class Fulfilled(StrEnum):
    """Whether what a court ordered was done."""

    NOT_YET = "not-yet"
    PARTLY = "partly"
    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Hearing(FormedRecord):
    """One hearing. It is due until its outcome is written."""

    KIND: ClassVar[str] = "hearing"
    FORM: ClassVar[Form] = Form(
        Message("hearing"),
        (
            FormField("at", Message("On"), Shape.MOMENT, is_required=True),
            FormField("about", Message("About")),
            FormField("court", Message("Court")),
            FormField("judge", Message("Judge")),
            FormField("outcome", Message("Outcome")),
            FormField("orders", Message("Orders of the court"), Shape.TEXT),
            FormField("fulfilled", Message("Were the orders fulfilled?"), Shape.WORD, Fulfilled),
            FormField("text", Message("Details"), Shape.TEXT),
        ),
        headline=("about", "court"),
        dated_by="at",
        done_by="outcome",
    )

    at: str
    about: str | None = field(default=None, repr=False)
    court: str | None = field(default=None, repr=False)
    judge: str | None = field(default=None, repr=False)
    outcome: str | None = field(default=None, repr=False)
    orders: str | None = field(default=None, repr=False)
    fulfilled: Fulfilled | None = None
    text: str | None = field(default=None, repr=False)


# That somebody is held: where, by which order, until when. An extension replaces the end; the history keeps it.
@unique
class DetentionEnd(StrEnum):
    """How it ended."""

    RELEASED = "released"
    BAIL = "bail"
    HOUSE_ARREST = "house-arrest"
    SURRENDERED = "surrendered"
    DEPORTED = "deported"
    DISAPPEARED = "disappeared"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Detention(FormedRecord):
    """One time in which somebody is held. `expires` is what the order says, not what a rule computes."""

    KIND: ClassVar[str] = "detention"
    FORM: ClassVar[Form] = Form(
        Message("detention"),
        (
            FormField("place", Message("Place")),
            FormField("taken", Message("Taken on"), Shape.MOMENT),
            FormField("order", Message("Order, with its number")),
            FormField("court", Message("Who ordered it")),
            FormField("expires", Message("Ends by the order on"), Shape.MOMENT),
            FormField("extended", Message("Extended on"), Shape.DAY),
            FormField("lawyer_seen", Message("Lawyer let in on"), Shape.MOMENT),
            FormField("devices", Message("Devices that were taken")),
            FormField("ill_treatment", Message("Ill-treatment is reported"), Shape.YES_NO),
            FormField("ended", Message("Ended on"), Shape.MOMENT),
            FormField("end", Message("How it ended"), Shape.WORD, DetentionEnd),
            FormField("confirmed", Message("Confirmed by")),
            FormField("text", Message("Details"), Shape.TEXT),
        ),
        headline=("place", "order"),
        dated_by="expires",
        done_by="ended",
    )

    place: str | None = field(default=None, repr=False)
    taken: str | None = None
    order: str | None = field(default=None, repr=False)
    court: str | None = field(default=None, repr=False)
    expires: str | None = None
    extended: str | None = None
    lawyer_seen: str | None = None
    devices: str | None = field(default=None, repr=False)
    ill_treatment: bool = False
    ended: str | None = None
    end: DetentionEnd | None = None
    confirmed: str | None = field(default=None, repr=False)
    text: str | None = field(default=None, repr=False)


# A date that has to be kept. One that a court set wins over one that a rule gave; the history keeps both.
@unique
class SetBy(StrEnum):
    """Who or what set a date."""

    COURT = "court"
    RULE = "rule"
    PERSON = "person"


@unique
class DeadlineEnd(StrEnum):
    """What became of it."""

    KEPT = "kept"
    MISSED = "missed"
    WAIVED = "waived"


UNNAMED_RULE = "-"
"""Instead of the code of a rule that a record does not name: no rule has it, so a lawyer must check the date."""


@dataclass(frozen=True, slots=True)
class Deadline(FormedRecord):
    """One deadline. `rule` and `trigger` say from what it was computed; `at` is the date that holds."""

    KIND: ClassVar[str] = "deadline"
    FORM: ClassVar[Form] = Form(
        Message("deadline"),
        (
            FormField("what", Message("What must be done"), is_required=True),
            FormField("at", Message("At the latest on"), Shape.MOMENT, is_required=True),
            FormField("set_by", Message("Set by"), Shape.WORD, SetBy, is_required=True),
            FormField("rule", Message("Rule")),
            FormField("trigger", Message("Counted from"), Shape.MOMENT),
            FormField("source", Message("Paper or law that says so")),
            FormField("irreversible", Message("Cannot be undone if missed"), Shape.YES_NO),
            FormField("done", Message("Over on"), Shape.DAY),
            FormField("end", Message("What became of it"), Shape.WORD, DeadlineEnd),
            FormField("text", Message("Details"), Shape.TEXT),
        ),
        headline=("what",),
        dated_by="at",
        done_by="done",
    )

    what: str = field(repr=False)
    at: str
    set_by: SetBy = SetBy.PERSON
    rule: str | None = None
    trigger: str | None = None
    source: str | None = field(default=None, repr=False)
    irreversible: bool = False
    done: str | None = None
    end: DeadlineEnd | None = None
    text: str | None = field(default=None, repr=False)


def deadline_given_by(record: FormedRecord) -> str | None:
    """Return the code of the rule that gave the date of a record; None where a court or a person set it."""
    if not isinstance(record, Deadline) or record.set_by is not SetBy.RULE:
        return None
    return record.rule or UNNAMED_RULE
