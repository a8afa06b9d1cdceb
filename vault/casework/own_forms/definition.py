"""Which questions a form asks: data of the organisation, each form with a version of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import ClassVar, Final

from vault.casework.checks import checked_items, checked_name
from vault.casework.form import Form, FormField, Shape
from vault.casework.own_forms.countries import COUNTRIES, Country
from vault.errors import UsageError
from vault.words.message import Message

MOST_QUESTIONS: Final = 200
MOST_CHOICES: Final = 300
_LAST_VERSION: Final = 1_000_000
_CODE: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")


@unique
class QuestionKind(StrEnum):
    """What a question asks for."""

    TEXT = "text"
    LONG_TEXT = "long-text"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    YES_NO_UNKNOWN = "yes-no-unknown"
    PERSON = "person"
    COUNTRY = "country"


@unique
class YesNoUnknown(StrEnum):
    """An answer of which nothing said and not known are two things."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


_SHAPES: Final = {
    QuestionKind.TEXT: Shape.LINE,
    QuestionKind.LONG_TEXT: Shape.TEXT,
    QuestionKind.NUMBER: Shape.NUMBER,
    QuestionKind.DATE: Shape.DATE,
    QuestionKind.PERSON: Shape.RECORD,
}
_WORDS: Final = {QuestionKind.YES_NO_UNKNOWN: YesNoUnknown, QuestionKind.COUNTRY: Country}


@dataclass(frozen=True, slots=True)
class Question:
    """One question: its name in the record, what a person reads, and what it asks for.

    `kind` is a word of `QuestionKind`; one of a newer program is kept, and asked of nobody here.
    """

    name: str
    label: str
    kind: str
    required: bool = False
    choices: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise UsageError(Message("the name of a question must be small letters, digits and _, at most 40"))
        object.__setattr__(self, "label", checked_name(self.label, "label of a question"))
        object.__setattr__(self, "kind", checked_name(self.kind, "kind of a question"))
        if not isinstance(self.required, bool):
            raise UsageError(Message("whether a question is required must be true or false"))
        choices = tuple(checked_name(choice, "choice") for choice in checked_items(self.choices, str, "choices"))
        object.__setattr__(self, "choices", choices)
        if len(choices) > MOST_CHOICES or len(set(choices)) != len(choices):
            raise UsageError(
                Message("the choices of a question must all be different, at most {most}", most=MOST_CHOICES)
            )
        if bool(choices) is not (self.kind == QuestionKind.CHOICE) and self.is_known:
            raise UsageError(Message("only a question of kind choice has choices, and it must have some"))

    @property
    def is_known(self) -> bool:
        """Whether this program can ask it."""
        return self.kind in set(QuestionKind)

    def as_field(self) -> FormField:
        """Return it as a field of a form."""
        kind = QuestionKind(self.kind)
        given = {f"C{place}": choice for place, choice in enumerate(self.choices)}
        own: type[StrEnum] = StrEnum("Choice", given)  # type: ignore[misc]  # the words are data
        words = own if kind is QuestionKind.CHOICE else _WORDS.get(kind)
        label = Message("{label}", label=self.label)
        at_length = COUNTRIES if kind is QuestionKind.COUNTRY else {}
        return FormField(
            self.name, label, _SHAPES.get(kind, Shape.WORD), words, is_required=self.required, at_length=at_length
        )


@dataclass(frozen=True, slots=True)
class FormDefinition:
    """A form. `version` grows with each change, so that a filled form says by which one it was asked."""

    KIND: ClassVar[str] = "form"

    code: str
    title: str
    version: int
    questions: tuple[Question, ...] = field(repr=False)

    def __post_init__(self) -> None:
        if not _CODE.fullmatch(self.code):
            raise UsageError(Message("the code of a form must be small letters, digits and hyphens, at most 40"))
        object.__setattr__(self, "title", checked_name(self.title, "title of a form"))
        if type(self.version) is not int or not 1 <= self.version <= _LAST_VERSION:
            raise UsageError(Message("the version of a form must be a number from 1 on"))
        questions = checked_items(self.questions, Question, "questions")
        object.__setattr__(self, "questions", questions)
        if not 1 <= len(questions) <= MOST_QUESTIONS:
            raise UsageError(Message("a form must have 1 to {most} questions", most=MOST_QUESTIONS))
        if len({question.name for question in questions}) != len(questions):
            raise UsageError(Message("two questions of a form have the same name"))

    def as_form(self) -> Form:
        """Return it as the form that a screen and a command are made from: what this program can ask."""
        fields = tuple(question.as_field() for question in self.questions if question.is_known)
        return Form(Message("{title}", title=self.title), fields, headline=())
