"""A kind of record as a form: what its fields are called, what may stand in each, and what it is dated by.

The record's own checks, its verb on the command line, its screen and its row in the index are made from the form, so
that a new kind of record is one small file.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from enum import StrEnum, unique
from types import MappingProxyType
from typing import Any, ClassVar, Final, cast

from typing_extensions import override

from vault.casework.checks import checked_id, checked_line, checked_lines, checked_number, checked_text, checked_word
from vault.casework.dates import checked_date, checked_day, checked_moment
from vault.errors import UsageError
from vault.ids import RecordId
from vault.words.codes import word_of
from vault.words.message import Message, Words


@unique
class Shape(StrEnum):
    """What may stand in a field."""

    LINE = "line"
    TEXT = "text"
    LINES = "lines"
    WORD = "word"
    DATE = "date"  # a year, a month or a day, perhaps about
    DAY = "day"
    MOMENT = "moment"  # a date, or a day with a time
    YES_NO = "yes-no"
    RECORD = "record"  # the id of another record of the case
    RECIPIENT = "recipient"  # the id of a recipient of the organisation
    NUMBER = "number"  # as it is written


_CHECKS: Mapping[Shape, Callable[[Any, str], object]] = {
    Shape.LINE: checked_line,
    Shape.TEXT: checked_text,
    Shape.LINES: checked_lines,
    Shape.DATE: checked_date,
    Shape.DAY: checked_day,
    Shape.MOMENT: checked_moment,
    Shape.RECORD: checked_id,
    Shape.RECIPIENT: checked_id,
    Shape.NUMBER: checked_number,
}
_NO_NAMES: Mapping[RecordId, str] = MappingProxyType({})
_OF_TIME = frozenset({Shape.DATE, Shape.DAY, Shape.MOMENT})
_GONE: Final = Message("somebody whose record is not here (it may be erased)")
_SHOWN: Final = Message("{label}: {value}")
_NEVER_NONE: Final = frozenset({Shape.LINES, Shape.YES_NO})
YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of a form.

    `label` is what people read beside it; `words` are those of a `WORD`; `shown` is how a head of one line says it;
    `at_length` is what a word says where there is room for a sentence; `of_line` reads each of `LINES`, and
    refuses what cannot be.
    """

    name: str
    label: Message
    shape: Shape = Shape.LINE
    words: type[StrEnum] | None = None
    is_required: bool = False
    shown: Message = _SHOWN
    at_length: Mapping[str, Message] = dataclass_field(default_factory=dict)
    of_line: Callable[[str], object] | None = None

    @property
    def usual(self) -> str:
        """Return what is typed where nothing is said: the first word, where one must stand."""
        return "" if self.words is None or not self.is_required else next(iter(self.words)).value

    @property
    def is_written(self) -> bool:
        """Say whether a person writes words of their own into it: it is asked, never typed as an option."""
        return self.shape in {Shape.LINE, Shape.TEXT, Shape.LINES}

    @property
    def is_of_time(self) -> bool:
        """Say whether a date stands in it."""
        return self.shape in _OF_TIME

    def checked(self, value: object) -> object:
        """Return a value as a record keeps it; None where nothing was said.

        Raises:
            UsageError: nothing where something must stand, or something of another shape.
        """
        if self.words is not None and isinstance(value, self.words):
            return value
        if self.shape is Shape.YES_NO:
            if not isinstance(value, bool):
                raise UsageError(Message("{field} must be yes or no", field=self.in_words))
            return value
        if not value and (value is None or value in ("", ())):
            if self.is_required:
                raise UsageError(Message("{field} is empty", field=self.in_words))
            return () if self.shape is Shape.LINES else None
        if self.words is not None:
            return checked_word(self.words, str(value), self.in_words)
        checked = _CHECKS[self.shape](value, self.in_words)
        if self.of_line is not None:
            for line in cast("tuple[str, ...]", checked):
                self.of_line(line)
        return checked

    def from_typed(self, typed: str) -> object:
        """Return what a person typed as a record keeps it; see `checked`."""
        text = typed.strip()
        if self.shape is Shape.YES_NO:
            if text not in {YES, NO, ""}:
                raise UsageError(Message("{field} must be yes or no", field=self.in_words))
            return text == YES
        if self.shape is Shape.LINES:
            return self.checked(tuple(line for line in typed.splitlines() if line.strip()))
        if self.shape in {Shape.RECORD, Shape.RECIPIENT} and text:
            try:
                return self.checked(bytes.fromhex(text))
            except ValueError:
                raise UsageError(Message("{field} must be an id", field=self.in_words)) from None
        return self.checked(text or None if self.shape is not Shape.TEXT else typed or None)

    def to_typed(self, value: object) -> str:
        """Return a kept value as a person would type it: `from_typed` gives it back."""
        if isinstance(value, bool):
            return YES if value else NO
        if isinstance(value, tuple):
            return "\n".join(value)
        return value.hex() if isinstance(value, bytes) else "" if value is None else str(value)

    def said(self, typed: str) -> Words:
        """Return a kept value, as `to_typed` gives it, as people read it: a code in words, at length where it can."""
        return typed if self.words is None else self.at_length.get(typed) or word_of(typed)

    @property
    def in_words(self) -> str:
        """Return how a refusal names it."""
        return self.name.replace("_", " ") if "_" in self.name else self.name


@dataclass(frozen=True, slots=True)
class Form:
    """The form of a kind of record.

    Attributes:
        title: what a person calls such a record.
        fields: in the order in which they are asked.
        headline: the fields that tell one such record from another in a line of a list.
        dated_by: the field that says when; None for a kind that has no date.
        done_by: the field that says that it is over; None for what only happened: it is never due.
        is_due_without_date: whether it is due where nothing is said of its date.
        asked_at_end: the fields that are asked for when somebody says that it is over.
        past: the fields that say when something was: none of them lies in the future.
    """

    title: Message
    fields: tuple[FormField, ...] = ()
    headline: tuple[str, ...] = ()
    dated_by: str | None = None
    done_by: str | None = None
    is_due_without_date: bool = True
    asked_at_end: tuple[str, ...] = ()
    past: tuple[str, ...] = ()
    checks: tuple[tuple[str, type[StrEnum] | None, bool, FormField], ...] = dataclasses.field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Note once what a record asks of each field: its name, its words, and whether it may be None."""
        may_be_none = (not each.is_required and each.shape not in _NEVER_NONE for each in self.fields)
        checks = tuple((each.name, each.words, none, each) for each, none in zip(self.fields, may_be_none, strict=True))
        object.__setattr__(self, "checks", checks)

    @property
    def names_recipient(self) -> bool:
        """Say whether a recipient of the organisation stands in it."""
        return any(field.shape is Shape.RECIPIENT for field in self.fields)

    def is_past(self, field: FormField) -> bool | None:
        """Say where a date lies: what has to be kept is to come, what happened or is over is past; None for either."""
        if field.name == self.done_by or field.name in self.past:
            return True
        return self.done_by is None if field.name == self.dated_by else None

    def from_typed(self, typed: Mapping[str, str]) -> dict[str, object]:
        """Return the values of the fields that were typed.

        Raises:
            UsageError: a field that this form has not, or a value of another shape.
        """
        known = {field.name: field for field in self.fields}
        if not typed.keys() <= known.keys():
            raise UsageError(Message("there is no such field; there are: {names}", names=", ".join(known)))
        return {name: known[name].from_typed(text) for name, text in typed.items()}


_EMPTY: Final = {Shape.LINES: (), Shape.YES_NO: False}


def asked(label: Message, shape: Shape = Shape.LINE, words: type[StrEnum] | None = None, **more: Any) -> Any:
    """Return a field of a record that its form asks for, as a `FormField` of its name has it.

    What people write is not shown in a traceback. `default` is what stands there where nothing is said and something
    has to.
    """
    default = more.pop("default", dataclasses.MISSING if more.get("is_required") else _EMPTY.get(shape))
    made = FormField("", label, shape, words, **more)
    return dataclass_field(default=default, repr=not made.is_written, metadata={"asked": made})


@dataclass(frozen=True, slots=True)
class FormedRecord:
    """A record that is checked by its form. A kind adds `KIND`, `FORM` and its fields; those `asked` join the form."""

    KIND: ClassVar[str]
    FORM: ClassVar[Form]

    @override
    def __init_subclass__(cls) -> None:
        fields = ((name, each) for name, each in vars(cls).items() if isinstance(each, dataclasses.Field))
        found = tuple(dataclasses.replace(each.metadata["asked"], name=name) for name, each in fields if each.metadata)
        if found:  # a class with slots is made a second time, where they stand in its form already
            cls.FORM = dataclasses.replace(cls.FORM, fields=found)

    def __post_init__(self) -> None:
        # Each record that is read comes through here, and most of its fields are empty.
        for name, words, may_be_none, field in self.FORM.checks:
            value = getattr(self, name)
            if type(value) is words or (value is None and may_be_none):
                continue
            checked = field.checked(value)
            if checked is not value:
                object.__setattr__(self, name, checked)

    def headline(self) -> str:
        """Return what tells it from others, in a line of its own words."""
        values = (getattr(self, name) for name in self.FORM.headline)
        return ", ".join(str(value).split("\n", 1)[0] for value in values if value)

    def when(self) -> str | None:
        """Return the date that it stands under, with its time if it has one, as written; None where none is known."""
        when = None if self.FORM.dated_by is None else getattr(self, self.FORM.dated_by)
        return None if when is None else str(when)

    def is_due(self) -> bool:
        """Say whether somebody still has to keep its date."""
        if self.FORM.done_by is None or getattr(self, self.FORM.done_by):
            return False
        return self.FORM.is_due_without_date or self.when() is not None

    def is_confirmed(self) -> bool:
        """Say whether it tells a fact: somebody said how it is confirmed, and nobody said otherwise."""
        return bool(getattr(self, "confirmed", None)) and not getattr(self, "disputed", False)

    def later(self) -> tuple[str, ...]:
        """Return the times at which something more is to be done of it while it is due."""
        return ()

    def words(self) -> str:
        """Return all that people wrote in it, for the search."""
        parts: list[str] = []
        for field in self.FORM.fields:
            value = getattr(self, field.name)
            if field.is_written and value:
                parts += [value] if isinstance(value, str) else value
        return "\n".join(parts)

    def plain(self) -> dict[str, object]:
        """Return every field as JSON has it: ids in hexadecimal, None where nothing is said."""
        return {field.name: _plain(getattr(self, field.name)) for field in self.FORM.fields}

    def typed(self) -> dict[str, str]:
        """Return every field as a person would type it."""
        return {field.name: field.to_typed(getattr(self, field.name)) for field in self.FORM.fields}

    def told(self, names: Mapping[RecordId, str]) -> Sequence[tuple[Message, Words]]:
        """Return what stands in it, as `labelled` does."""
        values = ((field, getattr(self, field.name)) for field in self.FORM.fields)
        told = [
            (field, _called(field, value, names) if isinstance(value, bytes) else field.to_typed(value))
            for field, value in values
        ]
        return [
            (field.label, field.said(text) if isinstance(text, str) else text)
            for field, text in told
            if text and not (field.shape is Shape.YES_NO and text == NO)
        ]


def _called(field: FormField, value: bytes, names: Mapping[RecordId, str]) -> Words:
    is_gone = field.name == "person" and names is not _NO_NAMES
    return names.get(RecordId(value)) or (_GONE if is_gone else field.to_typed(value))


def _plain(value: object) -> object:
    return value.hex() if isinstance(value, bytes) else list(value) if isinstance(value, tuple) else value


def labelled(record: FormedRecord, names: Mapping[RecordId, str] = _NO_NAMES) -> Sequence[tuple[Message, Words]]:
    """Return what stands in a record, each with the label of its field; empty fields are left out.

    `names` is what other records of the case are called.
    """
    return record.told(names)
