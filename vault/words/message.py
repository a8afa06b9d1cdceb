"""A sentence for people that is not yet in any language: an English template and named values."""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, Final, Protocol, TypeAlias

from vault.words.next_step import NextStep

Value: TypeAlias = "str | float | PurePath | Message | NextStep"
NameStep: TypeAlias = Callable[[NextStep], str]
_PLACE: Final = re.compile(r"\{(\w+)\}")  # a name alone: a catalogue reaches no attribute and no item of a value


class Catalogue(Protocol):
    """The templates in one language, as `gettext.GNUTranslations` holds them."""

    def gettext(self, message: str, /) -> str:
        """Return the template in this language, or as it is."""

    def ngettext(self, msgid1: str, msgid2: str, n: int, /) -> str:
        """Return the form of a template that this language takes for a number."""


ENGLISH: Final[Catalogue] = gettext.NullTranslations()


@dataclass(frozen=True, slots=True, init=False)
class Message:
    """A template with `{name}` for each value. The template is a literal of the program, so that catalogues hold it.

    Attributes:
        template: English, the key of the catalogue.
        values: what stands in the places; the text of a person is not translated, a `Message` is.
        many: for a message of `plural`, the template for all numbers but 1; else empty.
    """

    template: str
    # Names of people and cases may stand here: no traceback shows them.
    values: tuple[tuple[str, Value], ...] = field(repr=False)
    many: str

    def __init__(self, template: str, /, **values: Value) -> None:
        object.__setattr__(self, "template", template)
        object.__setattr__(self, "values", tuple(values.items()))
        object.__setattr__(self, "many", "")

    def __str__(self) -> str:  # type: ignore[explicit-override]  # typing_extensions costs start-up time
        return english(self)


Words: TypeAlias = "str | Message"
"""What a face shows: a sentence of ours, or a text that is finished, such as a name."""


def plural(one: str, many: str, /, *, count: int, **values: Value) -> Message:
    """Return a message that has another template for one than for many; `{count}` stands for the number in both."""
    message = Message(one, count=count, **values)
    object.__setattr__(message, "many", many)
    return message


def filled(sentence: Message, **values: Value) -> Message:
    """Return a sentence of a table, which has no values there, with those of these that it names."""
    named = {place[1] for place in _PLACE.finditer(sentence.template + sentence.many)}
    named |= {"count"} if sentence.many else set()  # it chooses the template, named there or not
    message = Message(sentence.template, **{name: value for name, value in values.items() if name in named})
    object.__setattr__(message, "many", sentence.many)
    return message


def replace_values(message: Message, values: Mapping[str, Value]) -> Message:
    """Return the same sentence with these values in the place of its own."""
    other = Message(message.template, **values)
    object.__setattr__(other, "many", message.many)
    return other


def rendered(message: Message, catalogue: Catalogue, name_step: NameStep) -> str:
    """Return the sentence in the language of a catalogue, its next steps in the words of a face.

    Raises:
        KeyError: a translated template names a value that the message does not have.
    """
    values: dict[str, Any] = dict(message.values)
    texts = {name: _text(value, catalogue, name_step) for name, value in values.items()}
    if message.many:
        template = catalogue.ngettext(message.template, message.many, values["count"])
    else:
        template = catalogue.gettext(message.template)
    return _PLACE.sub(lambda place: str(texts[place[1]]), template)


def english(message: Message) -> str:
    """Return the sentence in English, each next step by its code: for scripts, tests and the text of an exception."""
    return rendered(message, ENGLISH, lambda step: step.value)


def listed(parts: Sequence[Value]) -> Value:
    """Return names or messages with commas between; an empty text for none."""
    if len(parts) < 2:
        return parts[0] if parts else ""
    half = (len(parts) + 1) // 2  # by halves: one in the other, a few hundred would lie too deep to be rendered
    return Message("{first}, {second}", first=listed(parts[:half]), second=listed(parts[half:]))


def enumerated(parts: Sequence[Value]) -> Value:
    """Return names or messages as a list that ends in a sentence: `a`, `a and b`, `a, b and c`."""
    if len(parts) < 2:
        return listed(parts)
    return Message("{first} and {second}", first=listed(parts[:-1]), second=parts[-1])


def joined(messages: Sequence[Words], between: str = " ") -> Message | None:
    """Return sentences one behind another; None where there is none."""
    if not messages:
        return None
    template = between.join(f"{{part_{n}}}" for n in range(len(messages)))
    return Message(template, **{f"part_{n}": message for n, message in enumerate(messages)})


def _text(value: Value, catalogue: Catalogue, name_step: NameStep) -> str | float | PurePath:
    if isinstance(value, Message):
        return rendered(value, catalogue, name_step)
    return name_step(value) if isinstance(value, NextStep) else value
