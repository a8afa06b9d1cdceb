"""That somebody says at a time that they are well; who looks for it, who takes over, and what is done if nothing comes.

30m: ring the sister        a step of the ladder: so long after the time, and what is done
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import ClassVar, Final

from typing_extensions import override

from vault.casework.dates import LATEST_YEAR
from vault.casework.form import Form, FormedRecord, FormField, Shape
from vault.errors import UsageError
from vault.words.message import Message

_STEP: Final = re.compile(r"(\d{1,3})\s?(m|h|d)\s*[:,]?\s+(\S.*)", re.ASCII)
_UNITS: Final = {
    "m": datetime.timedelta(minutes=1),
    "h": datetime.timedelta(hours=1),
    "d": datetime.timedelta(days=1),
}
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
        (
            FormField("who", Message("Who is heard, and how"), is_required=True),
            FormField("at", Message("Day and time"), Shape.MOMENT, is_required=True),
            FormField("first", Message("Who looks for it"), is_required=True),
            FormField("second", Message("Who takes over"), is_required=True),
            FormField("ladder", Message("If nothing comes (30m: ring her)"), Shape.LINES, of_line=_step),
            FormField("every", Message("Again every"), Shape.WORD, Every),
            FormField("code_word", Message("Word that says all is well")),
            FormField("heard", Message("Heard, or over, on"), Shape.MOMENT),
            FormField("end", Message("What came of it"), Shape.WORD, CheckInEnd),
            FormField("text", Message("Details"), Shape.TEXT),
        ),
        headline=("who", "first", "second"),
        dated_by="at",
        done_by="heard",
    )

    who: str = field(repr=False)
    at: str
    first: str = field(repr=False)
    second: str = field(repr=False)
    ladder: tuple[str, ...] = field(default=(), repr=False)
    every: Every | None = None
    code_word: str | None = field(default=None, repr=False)
    heard: str | None = None
    end: CheckInEnd | None = None
    text: str | None = field(default=None, repr=False)

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
