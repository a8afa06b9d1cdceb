"""A reason why somebody of a case is in danger: what it is, since when, who says so, and when to look at it again."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import ClassVar

from vault.casework.form import Form, FormedRecord, FormField, Shape
from vault.casework.vocabulary import Risk
from vault.words.message import Message


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
        (
            FormField("factor", Message("What makes the danger"), Shape.WORD, RiskFactor, is_required=True),
            FormField("level", Message("How near the harm is"), Shape.WORD, Risk),
            FormField("since", Message("Since"), Shape.DATE),
            FormField("source", Message("Who or which paper says so")),
            FormField("review", Message("Look at it again on"), Shape.DAY),
            FormField("over", Message("Over since"), Shape.DAY),
            FormField("text", Message("Details"), Shape.TEXT),
        ),
        headline=("factor", "level"),
        dated_by="review",
        done_by="over",
        is_due_without_date=False,
    )

    factor: RiskFactor
    level: Risk | None = None
    since: str | None = None
    source: str | None = field(default=None, repr=False)
    review: str | None = None
    over: str | None = None
    text: str | None = field(default=None, repr=False)
