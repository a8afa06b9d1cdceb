"""What a person of a case and the office agreed to do when danger comes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from vault.casework.form import Form, FormedRecord, FormField, Shape
from vault.words.message import Message


@dataclass(frozen=True, slots=True)
class SafetyPlan(FormedRecord):
    """One plan. It is due on the day of its review, until it is over; without such a day it is never due."""

    KIND: ClassVar[str] = "safety-plan"
    FORM: ClassVar[Form] = Form(
        Message("safety plan"),
        (
            FormField("what", Message("Plan for what"), is_required=True),
            FormField("steps", Message("Steps, in their order"), Shape.LINES),
            FormField("code_words", Message("Code words and what they mean"), Shape.LINES),
            FormField("trusted", Message("Trusted people, and how to reach them"), Shape.LINES),
            FormField("never", Message("What nobody may do"), Shape.LINES),
            FormField("agreed", Message("Agreed on"), Shape.DAY),
            FormField("review", Message("Look at it again on"), Shape.DAY),
            FormField("over", Message("Over since"), Shape.DAY),
            FormField("text", Message("Details"), Shape.TEXT),
        ),
        headline=("what",),
        dated_by="review",
        done_by="over",
        is_due_without_date=False,
    )

    what: str = field(repr=False)
    steps: tuple[str, ...] = field(default=(), repr=False)
    code_words: tuple[str, ...] = field(default=(), repr=False)
    trusted: tuple[str, ...] = field(default=(), repr=False)
    never: tuple[str, ...] = field(default=(), repr=False)
    agreed: str | None = None
    review: str | None = None
    over: str | None = None
    text: str | None = field(default=None, repr=False)
