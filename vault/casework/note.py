"""A note: small and immutable. A mistake is amended by another note that points to it.

`FIELDS` says once how each field is asked for and shown: command line, app and JSON are made from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import ClassVar, Final, NamedTuple

from vault.casework.checks import checked_id, checked_text, checked_word
from vault.casework.dates import checked_moment, moment_text
from vault.casework.vocabulary import NoteKind
from vault.ids import short_id
from vault.words.message import Message, Words, filled


@dataclass(frozen=True, slots=True)
class Note:
    """One note. `occurred` is a partial date or a day with a time; `amends` is the record id of an earlier note."""

    KIND: ClassVar[str] = "note"

    kind: NoteKind
    text: str = field(repr=False)
    occurred: str | None = None
    amends: bytes | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", checked_word(NoteKind, self.kind, "kind of a note"))
        object.__setattr__(self, "text", checked_text(self.text, "text of a note"))
        if self.occurred is not None:
            object.__setattr__(self, "occurred", checked_moment(self.occurred, "date of a note"))
        if self.amends is not None:
            object.__setattr__(self, "amends", checked_id(self.amends, "amended note"))


class NoteField(NamedTuple):
    """A field that a person fills in beside the text.

    Attributes:
        name: in the record, and in what is typed.
        option: on the command line.
        label: before its place in the app.
        about: what it is, for help and question.
        hint: what stands in its empty place.
        shown: how the head of a note says it.
        words: its vocabulary; None where a text is typed.
        usual: what it is where nothing is said.
        read: returns what was typed as the record has it, or raises `UsageError`.
        said: returns what the record has as people read it.
    """

    name: str
    option: str
    label: Message
    about: Message
    hint: Message
    shown: Message
    words: type[StrEnum] | None = None
    usual: str = ""
    read: Callable[[str], str] = str
    said: Callable[[str], str] = str


FIELDS: Final = (
    NoteField(
        "kind",
        "--kind",
        Message("Kind"),
        Message("what it is about"),
        Message("what it is about"),
        Message("{value}"),
        words=NoteKind,
        usual=NoteKind.CONTACT,
    ),
    NoteField(
        "occurred",
        "--when",
        Message("Date"),
        Message("When it happened"),
        Message("empty: now"),
        Message("of {value}"),
        read=lambda typed: checked_moment(typed, "date of a note"),
        said=moment_text,
    ),
)
TEXT: Final = "text"
_CORRECTS: Final = Message("corrects {value}")


def note_of(typed: Mapping[str, str], amends: bytes | None = None) -> Note:
    """Return the note of what was typed, by field, `text` among them; what is blank is left out.

    Raises:
        UsageError: a field does not hold what it is for.
    """
    said = {entry.name: typed.get(entry.name, "").strip() or entry.usual for entry in FIELDS}
    values = {entry.name: entry.read(said[entry.name]) for entry in FIELDS if said[entry.name]}
    return Note(text=typed.get(TEXT, ""), amends=amends, **values)  # type: ignore[arg-type]  # it checks each of them


def typed_part(said: Mapping[str, str]) -> dict[str, str]:
    """Return what `note_of` takes of these texts, each field with what is usual where nothing is said."""
    return {entry.name: said.get(entry.name, entry.usual) for entry in FIELDS} | {TEXT: said.get(TEXT, "")}


def note_values(note: Note) -> dict[str, str | None]:
    """Return every field as text, ids in hexadecimal, None where nothing is said: for `--json`."""
    values = {entry.name: getattr(note, entry.name) for entry in fields(note)}
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in values.items()}


def note_head(note: Note, *, word: Callable[[str], Words] = str, earlier: Words | None = None) -> list[Words]:
    """Return what the head of a note says, its kind first.

    Args:
        note: the note.
        word: gives the word for a code, in the language of a face.
        earlier: what the note that it corrects is called; None for its id.
    """
    head: list[Words] = []
    for entry in FIELDS:
        value = getattr(note, entry.name)
        if value is not None:
            head.append(filled(entry.shown, value=entry.said(value) if entry.words is None else word(value)))
    if note.amends is not None:
        head.append(filled(_CORRECTS, value=short_id(note.amends) if earlier is None else earlier))
    return head
