"""A point of the timeline: something that happened, at a date that may be uncertain."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from vault.casework.form import Form, FormedRecord, FormField, Shape
from vault.words.message import Message


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
