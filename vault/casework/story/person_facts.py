"""What is written of people: how they are connected, who searches for them, what they ask, other cases."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import ClassVar

from vault.casework.form import Form, FormedRecord, FormField, Shape
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


# That another case belongs to this one: by the words of who wrote it, so that nobody learns what they do not hold.
@dataclass(frozen=True, slots=True)
class Link(FormedRecord):
    """A linked case. `to_case` is its reference or its id, as text: it may be a case of another office."""

    KIND: ClassVar[str] = "link"
    FORM: ClassVar[Form] = Form(
        Message("linked case"),
        (
            FormField("to_case", Message("Reference of the other case"), is_required=True),
            FormField("reason", Message("Why they belong together")),
        ),
        headline=("to_case", "reason"),
    )

    to_case: str
    reason: str | None = field(default=None, repr=False)


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
        (
            FormField("system", Message("System"), Shape.WORD, WantedSystem, is_required=True),
            FormField("person", Message("Who is searched for"), Shape.RECORD),
            FormField("category", Message("Category of the search")),
            FormField("state", Message("State that searches")),
            FormField("charge", Message("Charge, with the article")),
            FormField("seen", Message("Seen on"), Shape.DATE),
            FormField("seen_how", Message("Seen how"), Shape.WORD, SeenHow),
            FormField("seen_words", Message("Seen how, in your own words")),
            FormField("seen_by", Message("Seen by")),
            FormField("lifted", Message("Lifted on"), Shape.DATE),
            FormField("confirmed", Message("Confirmed by")),
            FormField("text", Message("Details"), Shape.TEXT),
        ),
        headline=("system", "category", "state"),
        dated_by="seen",
    )

    system: WantedSystem
    person: RecordId | None = None
    category: str | None = field(default=None, repr=False)
    state: str | None = field(default=None, repr=False)
    charge: str | None = field(default=None, repr=False)
    seen: str | None = None
    seen_how: SeenHow | None = None
    seen_words: str | None = field(default=None, repr=False)
    seen_by: str | None = field(default=None, repr=False)
    lifted: str | None = None
    confirmed: str | None = field(default=None, repr=False)
    text: str | None = field(default=None, repr=False)


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
