"""A form of the organisation's own as somebody filled it in, in a case.

Each answer keeps the words of its question, so that it can be read where the form is not, or is another by now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Final

from typing_extensions import override

from vault.casework.checks import TEXT_CHARACTERS
from vault.casework.form import Form, FormedRecord, FormField, Shape
from vault.casework.own_forms.countries import COUNTRIES
from vault.casework.own_forms.definition import MOST_QUESTIONS, FormDefinition, QuestionKind
from vault.display import one_line
from vault.errors import UsageError
from vault.ids import RecordId
from vault.words.message import Message, Words

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
        (
            FormField("form", Message("Code of the form"), is_required=True),
            FormField("title", Message("Form"), is_required=True),
            FormField("on", Message("Filled in on"), Shape.DATE),
        ),
        headline=("title",),
        dated_by="on",
    )

    form: str
    title: str = field(repr=False)
    on: str | None = None
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
