"""How two people of a case stand to each other, as `from_person` is it to `to_person`."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import ClassVar

from vault.casework.form import Form, FormedRecord, FormField, Shape
from vault.words.message import Message


@unique
class Relationship(StrEnum):
    """What one person is to another."""

    SPOUSE = "spouse"
    PARENT = "parent"
    CHILD = "child"
    SIBLING = "sibling"
    GUARDIAN = "guardian"
    FRIEND = "friend"
    COLLEAGUE = "colleague"
    SAME_CHARGE = "same-charge"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Relation(FormedRecord):
    """One relation. `exposed`: who is near the client can be found, pressed or taken because of it."""

    KIND: ClassVar[str] = "relation"
    FORM: ClassVar[Form] = Form(
        Message("relation"),
        (
            FormField("from_person", Message("Person"), Shape.RECORD, is_required=True),
            FormField("relation", Message("Is to the other person"), Shape.WORD, Relationship, is_required=True),
            FormField("to_person", Message("The other person"), Shape.RECORD, is_required=True),
            FormField("exposed", Message("It puts them in danger"), Shape.YES_NO),
            FormField("text", Message("Details"), Shape.TEXT),
        ),
        headline=("relation", "text"),
    )

    from_person: bytes
    relation: Relationship
    to_person: bytes
    exposed: bool = False
    text: str | None = field(default=None, repr=False)
