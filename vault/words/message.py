"""A sentence for people that is not yet in any language: an English template and named values."""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, Final, TypeAlias

from typing_extensions import override

from vault.words.next_step import NextStep

Value: TypeAlias = "str | float | PurePath | Message | NextStep"
Translate: TypeAlias = Callable[[str], str]
NameStep: TypeAlias = Callable[[NextStep], str]


@dataclass(frozen=True, slots=True, init=False)
class Message:
    """A template with `{name}` for each value. The template is a literal of the program, so that catalogues hold it.

    Attributes:
        template: English, the key of the catalogue.
        values: what stands in the places; the text of a person is not translated, a `Message` is.
    """

    template: str
    # Names of people and cases may stand here: no traceback shows them.
    values: tuple[tuple[str, Value], ...] = field(repr=False)

    def __init__(self, template: str, /, **values: Value) -> None:
        object.__setattr__(self, "template", template)
        object.__setattr__(self, "values", tuple(values.items()))

    @override
    def __str__(self) -> str:
        return english(self)


def rendered(message: Message, translate: Translate, name_step: NameStep) -> str:
    """Return the sentence in the language of `translate`, its next steps in the words of a face.

    Raises:
        KeyError: a translated template names a value that the message does not have.
    """
    texts = {name: _text(value, translate, name_step) for name, value in message.values}
    return _FORMATTER.vformat(translate(message.template), (), texts)


def english(message: Message) -> str:
    """Return the sentence in English, each next step by its code: for scripts, tests and the text of an exception."""
    return rendered(message, lambda template: template, lambda step: step.value)


def joined(messages: Sequence[Message]) -> Message | None:
    """Return sentences one behind another; None where there is none."""
    if not messages:
        return None
    template = " ".join(f"{{part_{n}}}" for n in range(len(messages)))
    return Message(template, **{f"part_{n}": message for n, message in enumerate(messages)})


def _text(value: Value, translate: Translate, name_step: NameStep) -> str | float | PurePath:
    if isinstance(value, Message):
        return rendered(value, translate, name_step)
    return name_step(value) if isinstance(value, NextStep) else value


class _Formatter(string.Formatter):
    """Takes names alone: a catalogue reaches no attribute and no item of a value."""

    @override
    def get_field(self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        return kwargs[field_name], field_name


_FORMATTER: Final = _Formatter()
