"""A hearing: when, before whom, what was ordered, and whether it was done."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import ClassVar

from vault.casework.form import Form, FormedRecord, FormField, Shape
from vault.words.message import Message


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
