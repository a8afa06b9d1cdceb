"""What happens in a case and when: points of the timeline, hearings, detention, tasks, and deadlines."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import ClassVar

from vault.casework.form import Form, FormedRecord, Shape, asked
from vault.words.message import Message

# A point of the timeline: something that happened, at a date that may be uncertain.


@dataclass(frozen=True, slots=True)
class Event(FormedRecord):
    """One event. `until` is the end of a stretch of time, or of the time in which it may have happened."""

    KIND: ClassVar[str] = "event"
    FORM: ClassVar[Form] = Form(
        Message("event"),
        headline=("what", "place"),
        dated_by="at",
    )

    what: str = asked(Message("What happened"), is_required=True)
    at: str | None = asked(Message("On"), Shape.MOMENT)
    until: str | None = asked(Message("Until, or at the latest"), Shape.DATE)
    as_said: str | None = asked(Message("The date as it was said"))
    place: str | None = asked(Message("Place"))
    source: str | None = asked(Message("Who or what says so"))
    disputed: bool = asked(Message("Somebody says otherwise"), Shape.YES_NO)
    confirmed: str | None = asked(Message("Confirmed by"))
    text: str | None = asked(Message("Details"), Shape.TEXT)


# Something that a member is to do.
@dataclass(frozen=True, slots=True)
class Task(FormedRecord):
    """One task. It is due until it is done."""

    KIND: ClassVar[str] = "task"
    FORM: ClassVar[Form] = Form(
        Message("task"),
        headline=("what",),
        dated_by="due",
        done_by="done",
    )

    what: str = asked(Message("What is to be done"), is_required=True)
    due: str | None = asked(Message("By"), Shape.MOMENT)
    by: str | None = asked(Message("Who does it"))
    done: str | None = asked(Message("Done on"), Shape.DAY)
    text: str | None = asked(Message("Details"), Shape.TEXT)


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
        headline=("about", "court"),
        dated_by="at",
        done_by="outcome",
    )

    at: str = asked(Message("On"), Shape.MOMENT, is_required=True)
    about: str | None = asked(Message("About"))
    court: str | None = asked(Message("Court"))
    judge: str | None = asked(Message("Judge"))
    outcome: str | None = asked(Message("Outcome"))
    orders: str | None = asked(Message("Orders of the court"), Shape.TEXT)
    fulfilled: Fulfilled | None = asked(Message("Were the orders fulfilled?"), Shape.WORD, Fulfilled)
    text: str | None = asked(Message("Details"), Shape.TEXT)


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
        headline=("place", "order"),
        dated_by="expires",
        done_by="ended",
    )

    place: str | None = asked(Message("Place"))
    taken: str | None = asked(Message("Taken on"), Shape.MOMENT)
    order: str | None = asked(Message("Order, with its number"))
    court: str | None = asked(Message("Who ordered it"))
    expires: str | None = asked(Message("Ends by the order on"), Shape.MOMENT)
    extended: str | None = asked(Message("Extended on"), Shape.DAY)
    lawyer_seen: str | None = asked(Message("Lawyer let in on"), Shape.MOMENT)
    devices: str | None = asked(Message("Devices that were taken"))
    ill_treatment: bool = asked(Message("Ill-treatment is reported"), Shape.YES_NO)
    ended: str | None = asked(Message("Ended on"), Shape.MOMENT)
    end: DetentionEnd | None = asked(Message("How it ended"), Shape.WORD, DetentionEnd)
    confirmed: str | None = asked(Message("Confirmed by"))
    text: str | None = asked(Message("Details"), Shape.TEXT)


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
        headline=("what",),
        dated_by="at",
        done_by="done",
    )

    what: str = asked(Message("What must be done"), is_required=True)
    at: str = asked(Message("At the latest on"), Shape.MOMENT, is_required=True)
    set_by: SetBy = asked(Message("Set by"), Shape.WORD, SetBy, is_required=True, default=SetBy.PERSON)
    rule: str | None = asked(Message("Rule"))
    trigger: str | None = asked(Message("Counted from"), Shape.MOMENT)
    source: str | None = asked(Message("Paper or law that says so"))
    irreversible: bool = asked(Message("Cannot be undone if missed"), Shape.YES_NO)
    done: str | None = asked(Message("Over on"), Shape.DAY)
    end: DeadlineEnd | None = asked(Message("What became of it"), Shape.WORD, DeadlineEnd)
    text: str | None = asked(Message("Details"), Shape.TEXT)


def deadline_given_by(record: FormedRecord) -> str | None:
    """Return the code of the rule that gave the date of a record; None where a court or a person set it."""
    if not isinstance(record, Deadline) or record.set_by is not SetBy.RULE:
        return None
    return record.rule or UNNAMED_RULE
