"""Forms of the organisation's own: their questions as data, the file of an admin, and what was answered."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum, unique
from typing import Any, ClassVar, Final

import msgspec
from typing_extensions import override

from vault.casework.checks import TEXT_CHARACTERS, checked_items, checked_name, checked_word
from vault.casework.form import Form, FormedRecord, FormField, Shape, asked
from vault.data_files import read_lines, sentence
from vault.display import one_line
from vault.errors import UsageError
from vault.ids import RecordId
from vault.words.message import Message, Words
from vault.words.next_step import NextStep

# Countries by the two letters of ISO 3166-1, with their English names: `countries.txt`.

COUNTRIES: Final[Mapping[str, Message]] = {
    code: sentence(name)
    for code, _, name in (line.partition(" ") for line in read_lines("vault.casework", "countries.txt"))
}
Country: Final = StrEnum("Country", {code: code for code in COUNTRIES})  # type: ignore[misc]  # the words are data
"""The words of a field that asks for a country."""


def country_of(typed: str, field: str) -> str:
    """Return the code of a country that was typed by its code or by its English name; empty for an empty text.

    Raises:
        UsageError: there is no such country.
    """
    text = typed.strip().casefold()
    for code, name in {"": Message(""), **COUNTRIES}.items():
        if text in {code.casefold(), name.template.casefold()}:
            return code
    raise UsageError(Message("{field} must be a country, by its English name or its two letters", field=field))


# Which questions a form asks: data of the organisation, each form with a version of its own.

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


# A form of the organisation's own as somebody filled it in, in a case.
# Each answer keeps the words of its question, so that it can be read where the form is not, or is another by now.
_MOST_ANSWERS: Final = 5 * MOST_QUESTIONS  # those of earlier versions stay


@dataclass(frozen=True, slots=True)
class FormAnswer:
    """An answer: the words and the kind of its question, and what was said, as typed; empty for nothing."""

    label: str = field(repr=False)
    kind: str
    value: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if not all(isinstance(text, str) for text in (self.label, self.kind, self.value)):
            raise UsageError(Message("an answer must be text"))
        if len(self.value) > TEXT_CHARACTERS:
            raise UsageError(Message("an answer is longer than {most} characters", most=TEXT_CHARACTERS))


@dataclass(frozen=True, slots=True)
class Filled(FormedRecord):
    """One filled form: its code and title then, the version that asked, the day, and the answers by their names."""

    KIND: ClassVar[str] = "filled"
    FORM: ClassVar[Form] = Form(
        Message("filled form"),
        headline=("title",),
        dated_by="on",
    )

    form: str = asked(Message("Code of the form"), is_required=True)
    title: str = asked(Message("Form"), is_required=True)
    on: str | None = asked(Message("Filled in on"), Shape.DATE)
    version: int = 1
    answers: Mapping[str, FormAnswer] = field(default_factory=dict, repr=False, hash=False)

    @override
    def __post_init__(self) -> None:
        FormedRecord.__post_init__(self)
        if type(self.version) is not int or self.version < 1:
            raise UsageError(Message("the version of a form must be a number from 1 on"))
        if len(self.answers) > _MOST_ANSWERS:
            raise UsageError(Message("a filled form has at most {most} answers", most=_MOST_ANSWERS))

    def answered(self, definition: FormDefinition, values: Mapping[str, str]) -> Filled:
        """Return it with these answers, by the names of their questions; all others stay as they were."""
        asked = {question.name: question for question in definition.questions}
        new = {
            name: FormAnswer(asked[name].label, asked[name].kind, value)
            for name, value in values.items()
            if value or name in self.answers
        }
        return replace(self, title=definition.title, version=definition.version, answers={**self.answers, **new})

    @override
    def words(self) -> str:
        said = (answer.value for answer in self.answers.values() if answer.kind != QuestionKind.PERSON)
        return "\n".join((self.title, *filter(None, said)))

    @override
    def plain(self) -> dict[str, object]:
        answers = {
            name: {"label": answer.label, "kind": answer.kind, "value": answer.value}
            for name, answer in self.answers.items()
        }
        return {**FormedRecord.plain(self), "version": self.version, "answers": answers}

    @override
    def typed(self) -> dict[str, str]:
        return {name: answer.value for name, answer in self.answers.items()}

    @override
    def told(self, names: Mapping[RecordId, str]) -> Sequence[tuple[Message, Words]]:
        """Return what was answered, each under the words of its question then; a person by their name."""
        called: Mapping[str, Words] = {**COUNTRIES, **{record.hex(): name for record, name in names.items()}}
        known = {QuestionKind.COUNTRY.value, QuestionKind.PERSON.value}
        return [
            (
                Message("{label}", label=one_line(answer.label)),
                called.get(answer.value, answer.value) if answer.kind in known else answer.value,
            )
            for answer in self.answers.values()
            if answer.value
        ]


# A form as an admin writes it down: a file in TOML, checked whole before anything is kept.
BEGIN_WITH_SAMPLE: Final = Message("{sample} prints a form to begin with.", sample=NextStep.SAMPLE_FORM)
LONGEST_FILE: Final = 256 * 1024
SAMPLE: Final = """\
# A form of the organisation. Change what you need, save it as a file, then: casevault form add FILE
code = "reception"                  # small letters, digits and hyphens; it stays when the form changes
title = "Reception"
version = 1                         # a changed form needs a higher number

[[questions]]
name = "heard"                      # small letters, digits and _; nobody sees it
label = "Heard of us through"       # what people read
kind = "choice"                     # or: text, long-text, number, date, yes-no-unknown, person, country
choices = ["a friend", "a lawyer", "the internet"]
required = true

[[questions]]
name = "arrived"
label = "Arrived in the country"
kind = "date"                       # also 2026, 2026-03, or 2026-03~ for about

[[questions]]
name = "needs"
label = "What the person needs first"
kind = "long-text"
"""
_OF_FORM: Final = frozenset(part.name for part in fields(FormDefinition))
_OF_QUESTION: Final = frozenset(part.name for part in fields(Question))


def read_form(raw: bytes) -> FormDefinition:
    """Return the form that a file describes.

    Raises:
        UsageError: it is too long, no TOML, or no form; what is wrong is named, and in which question.
    """
    try:
        return _read(raw)
    except UsageError as fault:
        raise UsageError(fault.message, next_step=BEGIN_WITH_SAMPLE) from None


def _read(raw: bytes) -> FormDefinition:
    if len(raw) > LONGEST_FILE:
        raise UsageError(Message("the file of a form is longer than {most} bytes", most=LONGEST_FILE))
    try:
        found = tomllib.loads(raw.decode("utf-8"))
    except UnicodeDecodeError:
        raise UsageError(Message("the file of a form is not UTF-8 text")) from None
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        raise UsageError(Message("the file of a form is not TOML")) from None
    _require_known(found, _OF_FORM)
    questions = found.get("questions")
    if not isinstance(questions, list):
        raise UsageError(Message("a form needs questions, each under [[questions]]"))
    made = tuple(_question(place, question) for place, question in enumerate(questions[:_MOST_READ], start=1))
    try:
        return msgspec.convert({**found, "questions": made}, type=FormDefinition)
    except msgspec.ValidationError:
        raise UsageError(
            Message("a form needs a code, a title, a version (a number) and questions, and nothing else")
        ) from None


_MOST_READ: Final = 1_000
"""Questions of a file that are looked at: enough to tell that there are too many."""


def _question(place: int, given: Any) -> Question:
    try:
        _require_known(given, _OF_QUESTION)
        question = msgspec.convert(given, type=Question)
        checked_word(QuestionKind, question.kind, "kind of a question")
    except msgspec.ValidationError:
        raise UsageError(Message("question {place} needs a name, a label and a kind, as text", place=place)) from None
    except UsageError as fault:
        raise UsageError(Message("question {place}: {fault}", place=place, fault=fault.message)) from None
    return question


def _require_known(given: Any, known: frozenset[str]) -> None:
    if not isinstance(given, Mapping) or not given.keys() <= known:
        raise UsageError(Message("only these are allowed there: {names}", names=", ".join(sorted(known))))
