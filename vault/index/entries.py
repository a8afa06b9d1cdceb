"""What comes into the index: valid versions, opened and checked (FORMAT.md 6), and what has to leave it."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
from typing_extensions import override

from vault.errors import InternalError
from vault.ids import DIGEST_SIZE, ID_SIZE
from vault.words.message import Message

_SIZES = {DIGEST_SIZE}


@dataclass(frozen=True, slots=True)
class CaseColumns:
    """What the list of cases shows of a case record. Dates are ISO (`2026-11-25`), sorted as text.

    `owner` is a member's id in hex.
    """

    title: str = field(repr=False)
    ref: str
    status: str
    kind: str = ""
    risk: str = ""
    owner: str = field(default="", repr=False)
    opened: str | None = None
    closed: str | None = None


@dataclass(frozen=True, slots=True)
class PersonColumns:
    """What the list of cases, the look-up by phone and the warning of a number need of a person record.

    `is_client` gives the case its name in the list; `name_key` is where that name is sorted (`fold.sort_key`).
    `names` are all written names, of whatever use. `contact` is the safe contact as JSON, shown beside the list.
    """

    name: str = field(repr=False)
    name_key: str = field(repr=False)
    is_client: bool
    phones: tuple[str, ...] = field(default=(), repr=False)
    never_use: tuple[str, ...] = field(default=(), repr=False)
    who: bytes | None = field(default=None, repr=False)
    contact: str = field(default="", repr=False)
    names: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class DatedColumns:
    """What lists of dates show of a record with a form: `headline` tells it from others.

    `when` is an ISO date, perhaps with a time; `is_due` says that somebody has to keep it; `rule` is the code of
    the rule that gave the date, empty where none did. `later` are times at which something more is to be done of it.
    """

    when: str | None
    is_due: bool
    headline: str = field(repr=False)
    rule: str = ""
    later: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RegisterColumns:
    """What a question to the register needs of an entry: the key of its hashes, and the hashes one behind the other.

    `origin` is the log that the entry stands in.
    """

    key: bytes = field(repr=False)
    hashes: bytes = field(repr=False)
    origin: bytes


# One for each version that comes in: a dataclass takes nine times as long, and nothing in it leads back to it.
class IndexedRecord(msgspec.Struct, frozen=True, gc=False):
    """One version of a record that is valid. Versions may come in any order and any number of times.

    Args:
        compartment, record, case: 16 bytes; `case` is what hits and rows of the list are grouped by.
        version: 32 bytes; `parents` are the versions of this record that it replaces.
        kind: the word of the record codec (`case`, `person`, `note`...).
        at_ms, counter: the version's hybrid clock: what is newest is shown first, whenever it arrived.
        names: what the filter of the case list looks through: titles, references, names.
        text: everything else that a search finds.
        columns: exactly what the kind has: a case its CaseColumns, a person its PersonColumns, one with a form its
            DatedColumns, an entry of the register its RegisterColumns, others none.
        corrects: the record of the earlier note that a note corrects.
        contact: the day of the contact that a note is about, YYYY-MM-DD.
        reference: what a recipient quotes of a report that left.
        traits: what others may have in common with it (`casework.traits`).
    """

    compartment: bytes
    record: bytes
    version: bytes
    parents: tuple[bytes, ...]
    case: bytes
    kind: str
    at_ms: int
    counter: int = 0
    names: str = ""
    text: str = ""
    columns: CaseColumns | PersonColumns | DatedColumns | RegisterColumns | None = None
    corrects: bytes | None = None
    contact: str | None = None
    reference: str | None = None
    traits: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        is_sized = len(self.compartment) == len(self.record) == len(self.case) == ID_SIZE
        if not is_sized or len(self.version) != DIGEST_SIZE or (self.parents and {*map(len, self.parents)} != _SIZES):
            raise InternalError(Message("an index entry has ids of the wrong size"))

    @override
    def __repr__(self) -> str:
        """Return its kind alone: its words are of somebody."""
        return f"IndexedRecord(kind={self.kind!r})"


@dataclass(frozen=True, slots=True)
class RemovedRecord:
    """The record was erased or moved away: nothing of it stays in the index."""

    compartment: bytes
    record: bytes


@dataclass(frozen=True, slots=True)
class RemovedCompartment:
    """This member may no longer read the compartment: nothing of it stays in the index."""

    compartment: bytes


Entry = IndexedRecord | RemovedRecord | RemovedCompartment
