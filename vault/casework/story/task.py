"""Something that a member is to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from vault.casework.form import Form, FormedRecord, FormField, Shape
from vault.words.message import Message


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
