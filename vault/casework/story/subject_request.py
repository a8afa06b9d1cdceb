"""What a person asks of the office about their own data, and when it was answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import ClassVar

from vault.casework.form import Form, FormedRecord, FormField, Shape
from vault.ids import RecordId
from vault.words.message import Message


@unique
class AskedFor(StrEnum):
    """What a person may ask for."""

    COPY = "copy"
    CORRECTION = "correction"
    ERASURE = "erasure"
    STOP = "stop-sharing"


@dataclass(frozen=True, slots=True)
class SubjectRequest(FormedRecord):
    """One request. It is due until it is answered; whoever hands something over says what, and to whom."""

    KIND: ClassVar[str] = "subject-request"
    FORM: ClassVar[Form] = Form(
        Message("request of a person"),
        (
            FormField("what", Message("What they ask for"), Shape.WORD, AskedFor, is_required=True),
            FormField("person", Message("Who asks"), Shape.RECORD),
            FormField("received", Message("Received"), Shape.DAY),
            FormField("known_by", Message("How you know who they are")),
            FormField("language", Message("Language of the answer")),
            FormField("due", Message("Answer by"), Shape.DAY),
            FormField("answered", Message("Answered on"), Shape.DAY),
            FormField("handed", Message("What was handed over, and to whom")),
            FormField("text", Message("Details"), Shape.TEXT),
        ),
        headline=("what",),
        dated_by="due",
        done_by="answered",
        asked_at_end=("handed",),
    )

    what: AskedFor
    person: RecordId | None = None
    received: str | None = None
    known_by: str | None = field(default=None, repr=False)
    language: str | None = field(default=None, repr=False)
    due: str | None = None
    answered: str | None = None
    handed: str | None = field(default=None, repr=False)
    text: str | None = field(default=None, repr=False)
