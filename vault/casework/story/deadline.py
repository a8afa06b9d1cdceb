"""A date that has to be kept. One that a court set wins over one that a rule gave; the history keeps both."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import ClassVar

from vault.casework.form import Form, FormedRecord, FormField, Shape
from vault.words.message import Message


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


def given_by(record: FormedRecord) -> str | None:
    """Return the code of the rule that gave the date of a record; None where a court or a person set it."""
    if not isinstance(record, Deadline) or record.set_by is not SetBy.RULE:
        return None
    return record.rule or UNNAMED_RULE
