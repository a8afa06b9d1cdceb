"""What is written of people: how they are connected, who searches for them, what they ask, other cases."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import ClassVar

from vault.casework.form import Form, FormedRecord, Shape, asked
from vault.ids import RecordId
from vault.words.message import Message

# How two people of a case stand to each other, as `from_person` is it to `to_person`.


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
        headline=("relation", "text"),
    )

    from_person: bytes = asked(Message("Person"), Shape.RECORD, is_required=True)
    relation: Relationship = asked(Message("Is to the other person"), Shape.WORD, Relationship, is_required=True)
    to_person: bytes = asked(Message("The other person"), Shape.RECORD, is_required=True)
    exposed: bool = asked(Message("It puts them in danger"), Shape.YES_NO)
    text: str | None = asked(Message("Details"), Shape.TEXT)


# That another case belongs to this one: by the words of who wrote it, so that nobody learns what they do not hold.
@dataclass(frozen=True, slots=True)
class Link(FormedRecord):
    """A linked case. `to_case` is its reference or its id, as text: it may be a case of another office."""

    KIND: ClassVar[str] = "link"
    FORM: ClassVar[Form] = Form(
        Message("linked case"),
        headline=("to_case", "reason"),
    )

    to_case: str = asked(Message("Reference of the other case"), is_required=True)
    reason: str | None = asked(Message("Why they belong together"))


# That a system has somebody among those it searches for: which system, seen how and when. Never a yes or no.
@unique
class WantedSystem(StrEnum):
    """A list or system that names people who are searched for."""

    CIS_INTERSTATE = "cis-interstate"
    NATIONAL = "national"
    INTERPOL_RED = "interpol-red"
    INTERPOL_BLUE = "interpol-blue"
    INTERPOL_OTHER = "interpol-other"
    DIFFUSION = "diffusion"
    EXTREMIST_REGISTER = "extremist-register"
    TERRORIST_REGISTER = "terrorist-register"
    DEBTOR = "debtor"
    MISSING = "missing"
    OTHER = "other"


@unique
class SeenHow(StrEnum):
    """How it became known. A query can itself be an alert."""

    PUBLIC_SITE = "public-site"
    COURT_PAPER = "court-paper"
    OFFICIAL_WORD = "official-word"
    PRESS = "press"
    LAWYER_QUERY = "lawyer-query"
    ARREST = "arrest"
    FACE_RECOGNITION = "face-recognition"
    BORDER_SEARCH = "border-search"
    SHARED_DATABASE = "shared-database"


@dataclass(frozen=True, slots=True)
class Wanted(FormedRecord):
    """An entry of a person in such a system; of an older one nobody said which `person` of the case it is."""

    KIND: ClassVar[str] = "wanted"
    FORM: ClassVar[Form] = Form(
        Message("wanted"),
        headline=("system", "category", "state"),
        dated_by="seen",
    )

    system: WantedSystem = asked(Message("System"), Shape.WORD, WantedSystem, is_required=True)
    person: RecordId | None = asked(Message("Who is searched for"), Shape.RECORD)
    category: str | None = asked(Message("Category of the search"))
    state: str | None = asked(Message("State that searches"))
    charge: str | None = asked(Message("Charge, with the article"))
    seen: str | None = asked(Message("Seen on"), Shape.DATE)
    seen_how: SeenHow | None = asked(Message("Seen how"), Shape.WORD, SeenHow)
    seen_words: str | None = asked(Message("Seen how, in your own words"))
    seen_by: str | None = asked(Message("Seen by"))
    lifted: str | None = asked(Message("Lifted on"), Shape.DATE)
    confirmed: str | None = asked(Message("Confirmed by"))
    text: str | None = asked(Message("Details"), Shape.TEXT)


# What a person asks of the office about their own data, and when it was answered.
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
        headline=("what",),
        dated_by="due",
        done_by="answered",
        asked_at_end=("handed",),
    )

    what: AskedFor = asked(Message("What they ask for"), Shape.WORD, AskedFor, is_required=True)
    person: RecordId | None = asked(Message("Who asks"), Shape.RECORD)
    received: str | None = asked(Message("Received"), Shape.DAY)
    known_by: str | None = asked(Message("How you know who they are"))
    language: str | None = asked(Message("Language of the answer"))
    due: str | None = asked(Message("Answer by"), Shape.DAY)
    answered: str | None = asked(Message("Answered on"), Shape.DAY)
    handed: str | None = asked(Message("What was handed over, and to whom"))
    text: str | None = asked(Message("Details"), Shape.TEXT)
