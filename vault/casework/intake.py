"""The first minutes of a call, and the register that says whether somebody is known already."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum, unique
from typing import ClassVar, Final

from vault.casework.checks import (
    TEXT_CHARACTERS,
    checked_bytes,
    checked_id,
    checked_line,
    checked_moment_ms,
    checked_text,
    checked_word,
)
from vault.casework.dates import LATEST_YEAR
from vault.casework.note import Note
from vault.casework.person import FEWEST_PHONE_DIGITS, Person, PersonName
from vault.casework.story.events import Task
from vault.casework.typed_dates import Lean, typed_moment
from vault.casework.vocabulary import NoteKind, PersonRole
from vault.display import time_data
from vault.errors import UsageError
from vault.ids import DIGEST_SIZE
from vault.words.message import Message

KEY_SIZE = 32
_MOST_HASHES = 256
_FIRST: Final = "A call."
_LABELS: Final = ("Name as heard", "Number", "Language")
_BACK: Final = "They wait for a call back"
# The lines that `said_by` writes, up to where the words of a caller begin.
_OWN_WORDS: Final = re.compile(
    rf"^(?:{re.escape(_FIRST)}$|{re.escape(_BACK)}(?:\.$|:(?= ))|(?:{'|'.join(map(re.escape, _LABELS))}):(?= ))",
    re.MULTILINE,
)
_LINES = (("name", "name"), ("number", "number"), ("language", "language"), ("when", "time of the call back"))


@unique
class SlipState(StrEnum):
    """What became of a call slip."""

    OPEN = "open"
    MOVED = "moved"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Slip:
    """A call slip. No field is mandatory. Only an open one holds words.

    `received` is in ms UTC, `name` as heard, `when` the words for when to call back.
    """

    KIND: ClassVar[str] = "slip"

    received: int
    name: str = field(default="", repr=False)
    number: str = field(default="", repr=False)
    language: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    call_back: bool = False
    state: SlipState = SlipState.OPEN
    case: bytes | None = None
    when: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "received", checked_moment_ms(self.received, "time of a slip"))
        for name, called in _LINES:
            object.__setattr__(self, name, checked_line(getattr(self, name), f"{called} of a slip", optional=True))
        object.__setattr__(self, "text", checked_text(self.text, "text of a slip", optional=True))
        object.__setattr__(self, "state", checked_word(SlipState, self.state, "state of a slip"))
        if self.case is not None:
            object.__setattr__(self, "case", checked_id(self.case, "case of a slip"))
        if self.state is not SlipState.OPEN and any((self.name, self.number, self.language, self.text, self.when)):
            raise UsageError(Message("a slip that is moved or closed holds no words"))

    def joined(self, beside: Sequence[Slip]) -> Slip:
        """Return this slip, open where any of the versions beside it, oldest first, is: its words are still to be read.

        Of several open ones the newest stands; what the others say otherwise comes behind its text, as far as it fits.
        """
        heard = [slip for slip in (self, *reversed(beside)) if slip.state is SlipState.OPEN]
        if not heard:
            return self
        newest = heard[0]
        known, text, room = set(_words(newest)), [newest.text], TEXT_CHARACTERS - len(newest.text)
        for words in (words for slip in heard[1:] for words in _words(slip)):
            if words not in known and len(words) < room:
                known.add(words)
                text.append(words)
                room -= len(words) + 1
        return replace(newest, text="\n".join(filter(None, text)), call_back=any(slip.call_back for slip in heard))


def _words(slip: Slip) -> tuple[str, ...]:
    """Return what was heard in a call, each by itself."""
    return tuple(filter(None, (slip.name, slip.number, slip.language, slip.when, slip.text)))


def said_by(slip: Slip, role: PersonRole) -> list[Note | Person | Task]:
    """Return what an open slip says as records of a case: a note with all of its words, and who called, as heard.

    The person is left out where neither a name nor a number was heard. A call back that was promised is a task.
    """
    heard = zip(_LABELS, (slip.name, slip.number, slip.language), strict=True)
    lines = [_FIRST, *(f"{label}: {words}" for label, words in heard if words)]
    if slip.call_back:
        lines.append(f"{_BACK}: {slip.when}" if slip.when else f"{_BACK}.")
    text = "\n".join([*([slip.text, ""] if slip.text else []), *lines])  # a list shows its first words
    # As notes have it, the time of the place where it happened, which is where slips are read.
    occurred = time_data(slip.received, "%Y-%m-%dT%H:%M", zone=None)
    if occurred is not None and int(occurred[:4]) > LATEST_YEAR:  # a claim of another's clock, and no note's time
        occurred = None
    found: list[Note | Person | Task] = [Note(NoteKind.CONTACT, text, occurred=occurred)]
    if slip.name or slip.number:
        names = (PersonName.written(slip.name),) if slip.name else ()
        phones = (slip.number,) if sum(letter.isdigit() for letter in slip.number) >= FEWEST_PHONE_DIGITS else ()
        found.append(Person(role, names, phones=phones))
    if slip.call_back:
        what = " ".join(filter(None, ("call back", slip.name or slip.number, slip.when)))
        found.append(Task(what, due=_call_back_at(slip.when, occurred)))
    return found


def own_words_in(text: str) -> list[tuple[int, int]]:
    """Return where a text has the lines and labels that `said_by` writes, without what a caller said behind them."""
    return [found.span() for found in _OWN_WORDS.finditer(text)]


def _call_back_at(said: str, received: str | None) -> str | None:
    """Return when to call back, where the words say a day or a time as seen on the day of the call; else None."""
    if not said or received is None:
        return None
    try:
        return typed_moment(said, datetime.date.fromisoformat(received[:10]), "when", Lean.COMING)
    except (UsageError, ValueError):
        return None


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """That somebody is known, without who: keyed hashes of the forms of a name, and the seat of whom to ask."""

    KIND: ClassVar[str] = "register-entry"

    key: bytes = field(repr=False)
    hashes: tuple[bytes, ...] = field(repr=False)
    contact: bytes

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", checked_bytes(self.key, "key of a register entry", KEY_SIZE))
        object.__setattr__(self, "hashes", _checked_hashes(self.hashes))
        object.__setattr__(self, "contact", checked_id(self.contact, "contact seat of a register entry"))


def _checked_hashes(values: Iterable[bytes]) -> tuple[bytes, ...]:
    hashes = tuple(sorted({checked_bytes(value, "hash of a register entry", DIGEST_SIZE) for value in values}))
    if not 0 < len(hashes) <= _MOST_HASHES:
        raise UsageError(Message("a register entry has 1 to {most_hashes} hashes", most_hashes=_MOST_HASHES))
    return hashes
