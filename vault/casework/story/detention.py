"""That somebody is held: where, by which order, until when. An extension replaces the end; the history keeps it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import ClassVar

from vault.casework.form import Form, FormedRecord, FormField, Shape
from vault.words.message import Message


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
