"""Who wrote each entry with which rights, and what counts in each compartment (FORMAT.md 2, 5 and 6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.vectors.independent.basis import (
    BEGIN,
    EPOCH,
    ERASED,
    GRANT,
    RECOVERY,
    Reader,
    Refused,
    require,
    sha256,
    u32,
    u64,
)
from tests.vectors.independent.holding import Author, Compartment, Given, Made, Sizes, State
from tests.vectors.independent.lines import Lines
from tests.vectors.independent.logs import Entry, Item, Log
from tests.vectors.independent.rights import (
    AUDIT,
    CASE,
    DIRECTORY,
    FOUNDERS,
    INTAKE,
    REGISTER,
    SECTION,
    may_grant,
    may_write_some,
)
from tests.vectors.independent.tables import EpochRow, Grant, Rows

_ERASERS = {"caseworker", "supervisor"}
_ERASABLE = {CASE, SECTION, REGISTER, INTAKE}


@dataclass(frozen=True, slots=True)
class Notice:
    """What a row of an epoch says."""

    vault: bytes
    compartment: bytes
    kind: int
    epoch: bytes
    replaces: tuple[bytes, ...]
    revocations: tuple[tuple[bytes, bytes, int], ...]
    seen: tuple[tuple[bytes, int, bytes], ...]
    digest: bytes


def read_notice(row: EpochRow, vault: bytes) -> Notice:
    """Read a row of an epoch."""
    reader = Reader(row.bytes)
    layout = reader.take(2)
    require(layout in {b"\1\1", b"\2\1"} and reader.take(16) == vault, "format, suite or vault")
    compartment, kind, epoch = reader.take(16), reader.number(1), reader.take(16)
    replaces = tuple(reader.take(16) for _ in range(reader.number(1)))
    revocations = tuple((reader.take(16), reader.take(32), reader.number(8)) for _ in range(reader.number(1)))
    logs, count = [log for _, log, _ in revocations], reader.number(1) if layout[:1] == b"\2" else 0
    seen = tuple((reader.take(32), reader.number(8), reader.take(32)) for _ in range(count))
    reader.end()
    require((0 < count <= 128) == (layout[:1] == b"\2") and {log for log, _, _ in seen} <= set(logs), "histories")
    require([log for log, _, _ in seen] == sorted((log for log, _, _ in seen), key=logs.index), "order of histories")
    require(1 <= kind <= 7 and len({epoch, *replaces}) == 1 + len(replaces), "kind or replaced epochs")
    require(len(set(logs)) == len(logs) and bool(replaces or not revocations), "revocations")
    require(row.digest == sha256(row.bytes) and row.compartment == compartment, "digest or compartment of the row")
    return Notice(vault, compartment, kind, epoch, replaces, revocations, seen, row.digest)


def tag_of(compartment: bytes, digest: bytes) -> bytes:
    """Return the tag under which a list names a thing of a compartment."""
    return sha256(compartment, digest)[:16]


def grant_digest(row: Grant) -> bytes:
    """Return what a list names of a grant."""
    return sha256(row.epoch, row.seat, row.sealed)


def founded(entry: Entry, n: int) -> bytes:
    """Return the id of the compartment that a founding epoch at this place has."""
    return sha256(b"casevault/compartment", entry.origin, u64(entry.seq), u32(n))[:16]


@dataclass
class Everything:
    """The rows that hold together, the proven entries, and who wrote them."""

    vault: bytes
    rows: Rows
    logs: dict[bytes, Log]
    lines: Lines
    notices: dict[bytes, Notice] = field(default_factory=dict)  # by digest
    grants: dict[bytes, Grant] = field(default_factory=dict)  # by digest
    listed: dict[tuple[int, bytes], list[tuple[Entry, int, Item]]] = field(default_factory=dict)
    states: dict[bytes, State | None] = field(default_factory=dict)
    _roles: dict[bytes, frozenset[str] | None] = field(default_factory=dict)  # by leaf

    def __post_init__(self) -> None:
        for row in self.rows.epochs:
            try:
                self.notices[row.digest] = read_notice(row, self.vault)
            except Refused:
                continue
        for grant in self.rows.grants:
            if grant.digest == grant_digest(grant):
                self.grants[grant.digest] = grant
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
        """Return whose log it is."""
        return self.logs[entry.origin].genesis.seat

    def was_let_in(self, seat: bytes) -> bool:
        """Say whether a seat was ever let in, or it is the sheets."""
        return seat in self.lines.members or seat in self.lines.recovery

    def founds_vault(self, entry: Entry) -> bool:
        """Say whether it is entry 0 of the vault, the one with its beginning."""
        founder = self.lines.founder
        begins = any(item.kind == BEGIN for item in entry.items)
        return founder is not None and (entry.origin, entry.seq) == (founder.origin, 0) and begins

    def author(self, entry: Entry, kind: int) -> Author | None:
        """Return who wrote an entry, as a compartment of this kind asks; None where it does not count."""
        roles, log = self.roles_of(entry), self.logs[entry.origin]
        if roles is None:
            return None
        is_beyond = log.parting is not None and entry.seq >= log.parting
        return Author(
            entry.origin,
            entry.seq,
            self.seat_of(entry),
            may_grant(roles, kind),
            "supervisor" in roles,
            self.founds_vault(entry),
            self.recovers(entry),
            next(one.root for one in log.histories() if entry in one.entries) if is_beyond else None,
        )

    def recovers(self, entry: Entry) -> bool:
        """Say whether it is of the first session of a seat whose entry 0 lists that the sheets admit it."""
        log = self.logs[entry.origin]
        if not log.genesis.is_first or self.founds_vault(log.entries[0]):
            return False
        admissions = map(self.lines.admitted_by_sheets, log.entries[0].items)
        named = any(one is not None and one.certificate == log.genesis for one in admissions)
        return named and sum(bool(one.header.key) for one in log.entries[: entry.seq + 1]) < 2

    def listings(self, kind: int, compartment: bytes, digest: bytes) -> Iterator[tuple[Entry, int]]:
        """Yield where a thing of this compartment is listed."""
        for entry, n, item in self.listed.get((kind, digest), ()):
            if item.tag == tag_of(compartment, digest):
                yield entry, n

    def compartment_of(self, compartment: bytes) -> Compartment | None:
        """Gather what is listed for a compartment; None where nothing founds it."""
        notices = [one for one in self.notices.values() if one.compartment == compartment]
        made: list[Made] = []
        founding: tuple[Made, int] | None = None
        for notice in sorted(notices, key=lambda one: one.digest):
            for entry, n in self.listings(EPOCH, compartment, notice.digest):
                by = self.author(entry, notice.kind)
                if by is None:
                    continue
                revocations: dict[bytes, Sizes] = {}
                for seat, log, size in notice.revocations:
                    if self.was_let_in(seat):
                        revocations.setdefault(seat, Sizes(seen=notice.seen))[log] = size
                one = Made(notice.epoch, notice.replaces, revocations, notice.digest, by)
                made.append(one)
                if not notice.replaces and founded(entry, n) == compartment and self._may_found(notice, entry, n):
                    founding = one, notice.kind
        if founding is None:
            return None
        first, kind = founding
        of_kind = {one.digest for one in notices if one.kind == kind}
        epochs = {one.epoch for one in made}
        grants = [
            Given(grant.epoch, RECOVERY if grant.seat in self.lines.recovery else grant.seat, by)
            for grant in self.grants.values()
            if grant.epoch in epochs and self.was_let_in(grant.seat)
            for entry, _ in self.listings(GRANT, compartment, grant.digest)
            if (by := self.author(entry, kind)) is not None
        ]
        return Compartment(kind, first, [one for one in made if one.digest in of_kind], grants)

    def _may_found(self, notice: Notice, entry: Entry, n: int) -> bool:
        if notice.kind in FOUNDERS:
            return bool((self.roles_of(entry) or set()) & FOUNDERS[notice.kind])
        return notice.kind == AUDIT or (self.founds_vault(entry) and n == notice.kind - DIRECTORY)

    def state(self, compartment: bytes) -> State | None:
        """Return what counts in a compartment."""
        if compartment not in self.states:
            found = self.compartment_of(compartment)
            self.states[compartment] = None if found is None else found.state()
        return self.states[compartment]

    def kind_of(self, compartment: bytes) -> int:
        """Return the kind of a compartment of which a row is here, or 0."""
        return next((one.kind for one in self.notices.values() if one.compartment == compartment), 0)

    def is_entitled(self, entry: Entry, compartment: bytes) -> bool:
        """Say whether the author might list something there then (C4; C6 as far as grants and revocations say it)."""
        state, kind = self.state(compartment), self.kind_of(compartment)
        by = self.author(entry, kind) if kind else None
        return self.roles_of(entry) is not None and (state is None or (by is not None and state.counts(by)))

    def may_write_there(self, entry: Entry, compartment: bytes) -> bool:
        """Say whether some version of the author's might count there: C4, C6, and C5 of some kind."""
        roles, kind = self.roles_of(entry), self.kind_of(compartment)
        if roles is None or not self.is_entitled(entry, compartment):
            return False
        return kind == 0 or may_write_some(roles, kind)

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
