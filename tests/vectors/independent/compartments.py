"""Keys, who made and who was given them, and who might write where (FORMAT.md 2, 5 and 6)."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property

from tests.vectors.independent.basis import ERASED, Reader, Refused, require, sha256, u32, u64
from tests.vectors.independent.case_rule import Case, CaseRule
from tests.vectors.independent.lines import Lines
from tests.vectors.independent.logs import Entry, Item, Log
from tests.vectors.independent.rights import (
    CASE,
    DIRECTORY,
    INTAKE,
    REGISTER,
    SECTION,
    SENDING,
    may_write_some,
)
from tests.vectors.independent.tables import EpochRow, Rows

_ERASERS = {"caseworker", "supervisor"}
_ERASABLE = {CASE, SECTION, REGISTER, INTAKE}


@dataclass(frozen=True, slots=True)
class Notice:
    """What the row of a key says."""

    compartment: bytes
    kind: int
    origin: bytes
    epoch: bytes
    digest: bytes


def read_notice(row: EpochRow, vault: bytes) -> Notice:
    reader = Reader(row.bytes)
    require(reader.take(2) == b"\2\1" and reader.take(16) == vault, "format, suite or vault")
    compartment, kind, origin, epoch = reader.take(16), reader.number(1), reader.take(32), reader.take(16)
    reader.end()
    require(1 <= kind <= 7, "kind")
    require(row.digest == sha256(row.bytes) and row.compartment == compartment, "digest or compartment of the row")
    return Notice(compartment, kind, origin, epoch, row.digest)


def key_id(notice: Notice, key: bytes) -> bytes:
    """Return the name that a key made in this log has."""
    return sha256(b"casevault/key", notice.compartment, notice.origin, key)[:16]


def tag_of(compartment: bytes, digest: bytes) -> bytes:
    """Return the tag under which a list names a thing of a compartment."""
    return sha256(compartment, digest)[:16]


def founded(entry: Entry, n: int) -> bytes:
    """Return the id of the compartment of which the key at this place is the first."""
    return sha256(b"casevault/compartment", entry.origin, u64(entry.seq), u32(n))[:16]


@dataclass(frozen=True, slots=True)
class State:
    """Who is in one compartment: of a case or a section by its lines, of what the organisation shares by role."""

    kind: int
    members: AbstractSet[bytes]
    case: Case | None = None

    def counts(self, entry: Entry) -> bool:
        """Say whether an entry that counts (C4) counts here too (C6)."""
        return self.case is None or self.case.counts(entry)


@dataclass
class Everything:
    """The rows that hold together, the proven entries, and who wrote them."""

    vault: bytes
    rows: Rows
    logs: dict[bytes, Log]
    lines: Lines
    notices: dict[bytes, Notice] = field(default_factory=dict)  # by digest
    listed: dict[tuple[int, bytes], list[tuple[Entry, int, Item]]] = field(default_factory=dict)
    states: dict[bytes, State | None] = field(default_factory=dict)
    _roles: dict[bytes, frozenset[str] | None] = field(default_factory=dict)  # by leaf

    def __post_init__(self) -> None:
        for row in self.rows.epochs:
            try:
                self.notices[row.digest] = read_notice(row, self.vault)
            except Refused:
                continue
        for entry in self.entries():
            for n, item in enumerate(entry.items):
                self.listed.setdefault((item.kind, item.digest), []).append((entry, n, item))

    def entries(self) -> Iterator[Entry]:
        """Yield all proven entries, log by log."""
        for origin in sorted(self.logs):
            yield from self.logs[origin].all_entries()

    def at(self, origin: bytes, seq: int) -> list[Entry]:
        """Return the proven entries at a place: two, where the log forked before it."""
        log = self.logs.get(origin)
        found = [one.entries[seq] for one in log.histories() if seq < one.size] if log is not None else []
        return list({one.leaf: one for one in found}.values())

    def roles_of(self, entry: Entry) -> frozenset[str] | None:
        """Return the roles of the author there, or None where the entry does not count (C4)."""
        if entry.leaf not in self._roles:
            self._roles[entry.leaf] = self.lines.roles(entry) if self.lines.counts(entry) else None
        return self._roles[entry.leaf]

    def seat_of(self, entry: Entry) -> bytes:
        return self.logs[entry.origin].genesis.seat

    def listings(self, kind: int, compartment: bytes, digest: bytes) -> Iterator[tuple[Entry, int]]:
        """Yield where a thing of this compartment is listed."""
        for entry, n, item in self.listed.get((kind, digest), ()):
            if item.tag == tag_of(compartment, digest):
                yield entry, n

    @cached_property
    def rule(self) -> CaseRule:
        """All cases and sections, by their lines."""
        return CaseRule(self.lines)

    @cached_property
    def shared(self) -> dict[bytes, int]:
        """What entry 0 of the vault founds, and of which kind it is."""
        first = self.at(self.lines.founder.origin, 0) if self.lines.founder is not None else []
        kinds = range(DIRECTORY, SENDING + 1)
        return {founded(entry, n): kind for entry in first for n, kind in enumerate(kinds)}

    def state(self, compartment: bytes) -> State | None:
        """Return who is in a compartment; None where nothing founds it, and of an audit."""
        if compartment not in self.states:
            self.states[compartment] = self._judged(compartment)
        return self.states[compartment]

    def _judged(self, compartment: bytes) -> State | None:
        people, kind = self.lines.people(), self.shared.get(compartment)
        if kind is not None:
            every = kind == DIRECTORY
            return State(kind, {one for one in people if every or may_write_some(self.lines.roles_of(one), kind)})
        case = self.rule.case(compartment)
        if case is None:
            return None
        return State(CASE if case.above is None else SECTION, {one for one in people if case.is_in(one)}, case)

    def kind_of(self, compartment: bytes) -> int:
        """Return the kind of a compartment, or 0 where nothing here says it."""
        state = self.state(compartment)
        notices = (one.kind for one in self.notices.values() if one.compartment == compartment)
        return next(notices, 0) if state is None else state.kind

    def is_entitled(self, entry: Entry, compartment: bytes) -> bool:
        """Say whether the author might list something there then (C4, C6)."""
        state = self.state(compartment)
        return self.roles_of(entry) is not None and (state is None or state.counts(entry))

    def may_write_there(self, entry: Entry, compartment: bytes) -> bool:
        """Say whether some version of the author's might count there: C4, C6, and C5 of some kind."""
        roles, state = self.roles_of(entry), self.state(compartment)
        if roles is None or not self.is_entitled(entry, compartment):
            return False
        return state is None or may_write_some(roles, state.kind)

    def erased(self) -> set[tuple[bytes, bytes]]:
        """Return id and tag of the versions that somebody who may listed as erased."""
        found = set()
        compartments = {row.compartment for row in self.rows.versions} | {
            one.compartment for one in self.notices.values()
        }
        for (kind, digest), places in self.listed.items():
            if kind != ERASED:
                continue
            for entry, _, item in places:
                of = next((one for one in compartments if tag_of(one, digest) == item.tag), None)
                roles = self.roles_of(entry)
                if of is None or roles is None or self.kind_of(of) not in _ERASABLE:
                    continue
                has_role = self.kind_of(of) in {REGISTER, INTAKE} or roles & _ERASERS
                if has_role and self.state(of) is not None and self.may_write_there(entry, of):
                    found.add((digest, item.tag))
        return found
