"""That a system has somebody among those it searches for: which system, seen how and when. Never a yes or no."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import ClassVar

from vault.casework.form import Form, FormedRecord, FormField, Shape
from vault.ids import RecordId
from vault.words.message import Message


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
