"""Where versions of a record differ: what one changed, and two beside one another, with what comes of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from enum import StrEnum, unique
from itertools import zip_longest
from typing import Any, Final

from vault.errors import UsageError
from vault.ids import short_id
from vault.words.codes import word_of
from vault.words.message import Message, Words

# Two versions of one record beside one another: where they differ, and the record that comes of the answers.

_TEXT: Final = "text"
_WITHIN: Final = "."
_NAMED: Final = "{name}: {line}"


@unique
class Part(StrEnum):
    """What a piece is of its field."""

    LINES = "lines"  # lines of a text
    ITEMS = "items"  # all of a list
    VALUE = "value"


@unique
class Answer(StrEnum):
    """What shall stand."""

    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"
    WRITTEN = "written"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a field in both versions, by the name of the field. A side on which nothing stands is empty."""

    name: str
    part: Part
    left: tuple[Any, ...] = field(repr=False)
    right: tuple[Any, ...] = field(repr=False)

    @property
    def is_open(self) -> bool:
        """Whether somebody has to say what shall stand; of ids that no person reads, the first stands."""
        return self.left != self.right and not any(isinstance(value, bytes) for value in (*self.left, *self.right))

    @property
    def answers(self) -> frozenset[Answer]:
        """What can be answered: of two values only one can stand, and a list is not written here."""
        both = {Answer.LEFT, Answer.RIGHT, Answer.BOTH, Answer.WRITTEN}
        return frozenset(both - {Part.VALUE: {Answer.BOTH}, Part.ITEMS: {Answer.WRITTEN}}.get(self.part, set()))


@dataclass(frozen=True, slots=True)
class Chosen:
    """An answer to a piece, with the text where it was written."""

    answer: Answer
    text: str = field(default="", repr=False)


def compare(left: Mapping[str, object], right: Mapping[str, object]) -> list[Piece]:
    """Return the pieces of two versions of a record, from its fields, in their order."""
    ours, theirs = _flat(left), _flat(right)
    pieces: list[Piece] = []
    for name in dict.fromkeys((*ours, *theirs)):
        one, other = ours.get(name), theirs.get(name)
        if name.rpartition(_WITHIN)[2] == _TEXT and isinstance(one, str) and isinstance(other, str):
            pieces += _of_text(name, one.split("\n"), other.split("\n"))
        elif isinstance(one or other, list | tuple):
            pieces.append(Piece(name, Part.ITEMS, _items(one), _items(other)))
        else:
            sides = [() if value is None else (value,) for value in (one, other)]
            pieces.append(Piece(name, Part.VALUE, sides[0], sides[1]))
    return pieces


def chosen_fields(
    pieces: Sequence[Piece], answers: Mapping[int, Chosen], names: tuple[str, str] = ("", "")
) -> dict[str, object]:
    """Return the fields of the record that comes of the answers, by the places of the pieces.

    `names` is who wrote each side: where both stand in a text, each begins with it.

    Raises:
        UsageError: something is not answered, or cannot be answered so.
    """
    found: dict[str, Any] = {}
    for place, piece in enumerate(pieces):
        values = _standing(piece, answers.get(place), names)
        if piece.part is Part.VALUE:
            found |= {piece.name: values[0]} if values else {}
        else:
            found[piece.name] = [*found.get(piece.name, ()), *values]
    texts = {piece.name for piece in pieces if piece.part is Part.LINES}
    return _nested({name: "\n".join(value) if name in texts else value for name, value in found.items()})


def _standing(piece: Piece, chosen: Chosen | None, names: tuple[str, str]) -> tuple[Any, ...]:
    if not piece.is_open:
        return piece.left or piece.right
    if chosen is None:
        raise UsageError(Message("a difference is not answered yet"))
    if chosen.answer not in piece.answers:
        raise UsageError(Message("only one value is possible here"))
    match chosen.answer:
        case Answer.LEFT:
            return piece.left
        case Answer.RIGHT:
            return piece.right
        case Answer.WRITTEN:
            return tuple(chosen.text.split("\n")) if piece.part is Part.LINES else (chosen.text,)
        case Answer.BOTH if piece.part is Part.LINES:
            return (*_said_by(names[0], piece.left), *_said_by(names[1], piece.right))
        case Answer.BOTH:
            return (*piece.left, *(item for item in piece.right if item not in piece.left))


def _said_by(name: str, lines: tuple[str, ...]) -> tuple[str, ...]:
    return (_NAMED.format(name=name, line=lines[0]), *lines[1:]) if name and lines else lines


def _of_text(name: str, left: list[str], right: list[str]) -> Iterator[Piece]:
    for what, one, end, other, stop in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        ours, theirs = left[one:end], right[other:stop]
        if what == "equal":
            yield Piece(name, Part.LINES, tuple(ours), tuple(theirs))
            continue
        for line, beside in zip_longest(ours, theirs):
            sides = [() if text is None else (text,) for text in (line, beside)]
            yield Piece(name, Part.LINES, sides[0], sides[1])


def _items(value: object) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list | tuple) else ()


def _flat(fields: Mapping[str, object], before: str = "") -> dict[str, object]:
    flat: dict[str, object] = {}
    for name, value in fields.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{before}{name}{_WITHIN}")
        else:
            flat[f"{before}{name}"] = value
    return flat


def _nested(flat: Mapping[str, object]) -> dict[str, object]:
    nested: dict[str, Any] = {}
    for name, value in flat.items():
        *above, last = name.split(_WITHIN)
        inner = nested
        for part in above:
            inner = inner.setdefault(part, {})
        inner[last] = value
    return nested


# What a version changed of a record, field by field and in words: what it said before, and what it says now.
NOT_TOLD: Final = frozenset({"audit", "who", "body", "extracted"})
"""What a history leaves out: random ids, for the log and other cases, and the keys of a paper's contents."""

_LONG: Final = 60
_AROUND: Final = 3  # words that stay on either side of what changed in a text
_SCRIPT: Final = "script"  # of a name: its letters say it
_LEFT_OUT: Final = "…"


@dataclass(frozen=True, slots=True)
class Change:
    """A field that is different. `old` is empty where nothing stood there; of a long text both are what changed."""

    name: str
    old: Words = field(repr=False)
    new: Words = field(repr=False)

    @property
    def said(self) -> Words:
        """Return it in one line, without the name of the field."""
        return Message("{old} -> {new}", old=self.old, new=self.new) if self.old else self.new


def changes(before: Mapping[str, Any], after: Mapping[str, Any], names: Mapping[bytes, str]) -> Iterator[Change]:
    """Yield what differs. `names` has the people and members whose ids stand in fields."""
    known = {who.hex(): name for who, name in names.items()}
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        is_id = name in NOT_TOLD and not (isinstance(old, str) or isinstance(new, str))
        if old == new or is_id or not (old or new):
            continue
        if isinstance(old, str) and isinstance(new, str) and max(len(old), len(new)) > _LONG:
            yield Change(name, *_apart(old, new))
        elif isinstance(old, bool) or isinstance(new, bool):
            if name == "unregistered":  # as the form asks it
                yield Change("register", Message("left out") if old else "", Message("left out" if new else "in"))
                continue
            yield Change(name, _yes_or_no(old) if old else "", _yes_or_no(new))
        else:
            yield Change(name, _told(old, known) if old else "", _told(new, known))


def _apart(old: str, new: str) -> tuple[str, str]:
    """Return of two texts the words from the first that differs to the last, and some around them."""
    left, right = old.split(), new.split()
    if left == right:  # blanks and lines alone
        return old, new
    shorter = min(len(left), len(right))
    start = next((at for at in range(shorter) if left[at] != right[at]), shorter)
    end = next((at for at in range(shorter - start) if left[-1 - at] != right[-1 - at]), shorter - start)
    start, end = max(0, start - _AROUND), max(0, end - _AROUND)
    return _between(left, start, end), _between(right, start, end)


def _between(words: list[str], start: int, end: int) -> str:
    shown = words[start : len(words) - end]
    return " ".join((*([_LEFT_OUT] if start else []), *shown, *([_LEFT_OUT] if end else [])))


def _yes_or_no(value: object) -> Message:
    return Message("yes") if value else Message("no")


def _told(value: object, names: Mapping[str, str]) -> Words:
    match value:
        case None | "" | [] | ():
            return Message("nothing")
        case bytes():
            return names.get(value.hex(), short_id(value))
        case str():
            return names.get(value) or word_of(value)
        case dict():
            said = (part for name, part in value.items() if part and name != _SCRIPT)
            return ", ".join(str(_told(part, names)) for part in said)
        case list() | tuple():
            return "; ".join(str(_told(part, names)) for part in value)
        case _:
            return str(value)
