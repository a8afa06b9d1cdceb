"""Something that was done to people of a case, or to those who help them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import ClassVar

from vault.casework.form import Form, FormedRecord, FormField, Shape
from vault.words.message import Message


@unique
class IncidentKind(StrEnum):
    """What was done."""

    ARREST = "arrest"
    RAID = "raid"
    THREAT = "threat"
    ABDUCTION = "abduction"
    DISAPPEARANCE = "disappearance"
    SURVEILLANCE = "surveillance"
    DEVICE_SEIZED = "device-seized"
    DATA_BREACH = "data-breach"
    COERCED_UNLOCK = "coerced-unlock"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Incident(FormedRecord):
    """One incident, as it was told."""

    KIND: ClassVar[str] = "incident"
    FORM: ClassVar[Form] = Form(
        Message("incident"),
        (
            FormField("what", Message("What"), Shape.WORD, IncidentKind, is_required=True),
            FormField("at", Message("On"), Shape.MOMENT),
            FormField("place", Message("Place")),
            FormField("by_whom", Message("By whom")),
            FormField("affected", Message("Who and which devices"), Shape.LINES),
            FormField("told_by", Message("Told by")),
            FormField("confirmed", Message("Confirmed by")),
            FormField("text", Message("What happened"), Shape.TEXT),
        ),
        headline=("what", "place"),
        dated_by="at",
    )

    what: IncidentKind
    at: str | None = None
    place: str | None = field(default=None, repr=False)
    by_whom: str | None = field(default=None, repr=False)
    affected: tuple[str, ...] = field(default=(), repr=False)
    told_by: str | None = field(default=None, repr=False)
    confirmed: str | None = field(default=None, repr=False)
    text: str | None = field(default=None, repr=False)
