"""Who is in danger: why, what is agreed, when they say that they are well, and the form that asks all of it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum, unique
from typing import Any, ClassVar, Final

from typing_extensions import override

from vault.casework.dates import LATEST_YEAR
from vault.casework.form import Form, FormedRecord, FormField, Shape, asked
from vault.casework.note import Note
from vault.casework.story.events import Task
from vault.casework.vocabulary import NoteKind, Risk
from vault.errors import UsageError
from vault.words.message import Message

# A reason why somebody of a case is in danger: what it is, since when, who says so, and when to look at it again.


@unique
class RiskFactor(StrEnum):
    """What makes the danger."""

    WANTED_ENTRY = "wanted-entry"
    PRIOR_ARREST = "prior-arrest"
    EXTRADITION_REFUSED = "extradition-refused"
    TRAVEL_BOOKED = "travel-booked"
    PUBLIC_PROFILE = "public-profile"
    CO_ACCUSED_SURRENDERED = "co-accused-surrendered"
    DEVICE_SEIZED = "device-seized"
    FAMILY_PRESSURED = "family-pressured"
    WATCHED = "watched"
    ILLNESS = "illness"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class RiskReason(FormedRecord):
    """One factor. It is due on the day of its review, until it is over; without such a day it is never due."""

    KIND: ClassVar[str] = "risk"
    FORM: ClassVar[Form] = Form(
        Message("risk"),
        headline=("factor", "level"),
        dated_by="review",
        done_by="over",
        is_due_without_date=False,
    )

    factor: RiskFactor = asked(Message("What makes the danger"), Shape.WORD, RiskFactor, is_required=True)
    level: Risk | None = asked(Message("How near the harm is"), Shape.WORD, Risk)
    since: str | None = asked(Message("Since"), Shape.DATE)
    source: str | None = asked(Message("Who or which paper says so"))
    review: str | None = asked(Message("Look at it again on"), Shape.DAY)
    over: str | None = asked(Message("Over since"), Shape.DAY)
    text: str | None = asked(Message("Details"), Shape.TEXT)


# What a person of a case and the office agreed to do when danger comes.
@dataclass(frozen=True, slots=True)
class SafetyPlan(FormedRecord):
    """One plan. It is due on the day of its review, until it is over; without such a day it is never due."""

    KIND: ClassVar[str] = "safety-plan"
    FORM: ClassVar[Form] = Form(
        Message("safety plan"),
        headline=("what",),
        dated_by="review",
        done_by="over",
        is_due_without_date=False,
    )

    what: str = asked(Message("Plan for what"), is_required=True)
    steps: tuple[str, ...] = asked(Message("Steps, in their order"), Shape.LINES)
    code_words: tuple[str, ...] = asked(Message("Code words and what they mean"), Shape.LINES)
    trusted: tuple[str, ...] = asked(Message("Trusted people, and how to reach them"), Shape.LINES)
    never: tuple[str, ...] = asked(Message("What nobody may do"), Shape.LINES)
    agreed: str | None = asked(Message("Agreed on"), Shape.DAY)
    review: str | None = asked(Message("Look at it again on"), Shape.DAY)
    over: str | None = asked(Message("Over since"), Shape.DAY)
    text: str | None = asked(Message("Details"), Shape.TEXT)


# That somebody says at a time that they are well; who looks for it, who takes over, and what is done if nothing
# comes.
# 30m: ring the sister a step of the ladder: so long after the time, and what is done
_STEP: Final = re.compile(r"(\d{1,3})\s?(m|h|d)\s*[:,]?\s+(\S.*)", re.ASCII)
_UNITS: Final = {"m": datetime.timedelta(minutes=1), "h": datetime.timedelta(hours=1), "d": datetime.timedelta(days=1)}
MOST_STEPS: Final = 8


@unique
class Every(StrEnum):
    """After how long the next one is due."""

    SIX_HOURS = "6-hours"
    TWELVE_HOURS = "12-hours"
    DAY = "day"
    TWO_DAYS = "2-days"
    WEEK = "week"


_APART: Final = {
    Every.SIX_HOURS: datetime.timedelta(hours=6),
    Every.TWELVE_HOURS: datetime.timedelta(hours=12),
    Every.DAY: datetime.timedelta(days=1),
    Every.TWO_DAYS: datetime.timedelta(days=2),
    Every.WEEK: datetime.timedelta(days=7),
}


@unique
class CheckInEnd(StrEnum):
    """What came of it."""

    WELL = "well"
    LATE = "late"
    WRONG_WORD = "wrong-word"
    NOT_HEARD = "not-heard"


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the ladder: so long after the time, and what is done then."""

    after: datetime.timedelta
    what: str = field(repr=False)


def _step(line: str) -> Step:
    found = _STEP.fullmatch(line.strip())
    if found is None:
        raise UsageError(
            Message(
                "{field} must have a time before each step: m for minutes, h for hours, d for days", field="ladder"
            ),
            next_step=Message("Write it as `30m: ring the sister`, `2h: the lawyer`, `1d: the prosecutor`."),
        )
    return Step(int(found[1]) * _UNITS[found[2]], found[3])


@dataclass(frozen=True, slots=True)
class CheckIn(FormedRecord):
    """One check-in. It is due at its time, until somebody was heard or it is over. Two people look for it."""

    KIND: ClassVar[str] = "check-in"
    FORM: ClassVar[Form] = Form(
        Message("check-in"),
        headline=("who", "first", "second"),
        dated_by="at",
        done_by="heard",
    )

    who: str = asked(Message("Who is heard, and how"), is_required=True)
    at: str = asked(Message("Day and time"), Shape.MOMENT, is_required=True)
    first: str = asked(Message("Who looks for it"), is_required=True)
    second: str = asked(Message("Who takes over"), is_required=True)
    ladder: tuple[str, ...] = asked(Message("If nothing comes (30m: ring her)"), Shape.LINES, of_line=_step)
    every: Every | None = asked(Message("Again every"), Shape.WORD, Every)
    code_word: str | None = asked(Message("Word that says all is well"))
    heard: str | None = asked(Message("Heard, or over, on"), Shape.MOMENT)
    end: CheckInEnd | None = asked(Message("What came of it"), Shape.WORD, CheckInEnd)
    text: str | None = asked(Message("Details"), Shape.TEXT)

    @override
    def __post_init__(self) -> None:
        FormedRecord.__post_init__(self)
        if "T" not in self.at:
            raise UsageError(
                Message("{field} must be a day with a time", field="at"),
                next_step=Message("Write it as 2026-11-30T22:00."),
            )
        if self.first.casefold() == self.second.casefold():
            raise UsageError(
                Message("{field} must not be the same person as the first", field="second"),
                next_step=Message("Name the person who takes over when the first cannot."),
            )
        if len(self.ladder) > MOST_STEPS:
            raise UsageError(Message("{field} has at most {count} steps", field="ladder", count=MOST_STEPS))

    def steps(self) -> tuple[Step, ...]:
        """Return the steps of the ladder, the first to be done first."""
        return tuple(sorted(map(_step, self.ladder), key=lambda step: step.after))

    @override
    def later(self) -> tuple[str, ...]:
        """Return when the steps are to be done, as `at` is written."""
        at = datetime.datetime.fromisoformat(self.at)
        return tuple((at + step.after).isoformat(timespec="minutes") for step in self.steps())

    def next_at(self, now: datetime.datetime) -> str | None:
        """Return when the next one is due, after this one and after now; None where it is said once alone."""
        if self.every is None:
            return None
        at, apart = datetime.datetime.fromisoformat(self.at), _APART[self.every]
        passed = max((now.replace(tzinfo=None) - at) // apart, 0)
        found = at + (passed + 1) * apart
        return found.isoformat(timespec="minutes") if found.year <= LATEST_YEAR else None


def missed_for(kind: str, when: str | None, now: datetime.datetime) -> datetime.timedelta | None:
    """Return for how long nothing was heard after the time of a record that is due; None where it is not missed.

    `now` is the time of the place. Records of other kinds are never missed: theirs are dates, and late.
    """
    if kind != CheckIn.KIND or when is None:
        return None
    late = now.replace(tzinfo=None) - datetime.datetime.fromisoformat(when)
    return late if late > datetime.timedelta() else None


# What is agreed when an extradition was refused, asked in one form: where they are, check-ins, a plan, whom to tell.
# It is no record of its own: what was typed becomes records of several kinds.
AT_RISK_WARNING: Final = Message("Refused at risk: this is the most dangerous time. The risk is at least high now.")
AT_RISK_SEALED: Final = Message("Where they are")
"""The title of a restricted section for it."""
_WHERE, _STEPS, _TELL = "where", "steps", "tell"
_CHECK_IN: Final = ("who", "at", "first", "second", "every")
AT_RISK_FORM: Final = Form(
    Message("refused at risk"),
    (
        FormField(_WHERE, Message("Where they are (restricted)")),
        *(replace(field, is_required=False) for field in CheckIn.FORM.fields if field.name in _CHECK_IN),
        FormField(_STEPS, Message("Safety plan, step by step"), Shape.LINES),
        FormField(_TELL, Message("Whom to tell today"), Shape.LINES),
    ),
    headline=(),
)


def where_of(typed: Mapping[str, str]) -> Note | None:
    """Return what was typed of where they are; it belongs into a restricted section."""
    text = typed.get(_WHERE, "").strip()
    return Note(NoteKind.SAFETY, text) if text else None


def records_of(typed: Mapping[str, str], today: str) -> tuple[FormedRecord, ...]:
    """Return the records of what was typed: a check-in, a safety plan, and a task for each who is told.

    Raises:
        UsageError: a check-in that was begun lacks who, when, or one of the two who look for it.
    """
    found: list[FormedRecord] = []
    check_in = {name: typed[name] for name in _CHECK_IN if typed.get(name, "").strip()}
    if check_in:
        every: dict[str, Any] = CheckIn.FORM.from_typed(dict.fromkeys(_CHECK_IN, "") | check_in)
        found.append(CheckIn(**every))
    said: dict[str, Any] = AT_RISK_FORM.from_typed({name: typed.get(name, "") for name in (_STEPS, _TELL)})
    if said[_STEPS]:
        found.append(SafetyPlan(str(Message("if they come after the refusal")), steps=said[_STEPS], agreed=today))
    found += [Task(str(Message("tell {name}: extradition refused, still at risk", name=who)), due=today)
              for who in said[_TELL]]  # fmt: skip
    return tuple(found)
