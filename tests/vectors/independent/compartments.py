"""Who wrote each entry with which rights, and what counts in each compartment (FORMAT.md 2, 5 and 6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.vectors.independent.basis import EPOCH, ERASED, GRANT, RECOVERY, Reader, Refused, require, sha256, u32, u64
from tests.vectors.independent.holding import Author, Compartment, Given, Made, State
from tests.vectors.independent.logs import Entry, Item, Log
from tests.vectors.independent.rights import CASE, FOUNDERS, GRANTERS, INTAKE, REGISTER, SECTION, may_write_some
from tests.vectors.independent.rosters import Line, Roster
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
    digest: bytes


def read_notice(row: EpochRow, vault: bytes) -> Notice:
    """Read a row of an epoch."""
    reader = Reader(row.bytes)
    layout = reader.take(2)
    require(layout in {b"\1\1", b"\2\1"} and reader.take(16) == vault, "format, suite or vault")
    compartment, kind, epoch = reader.take(16), reader.number(1), reader.take(16)
    replaces = tuple(reader.take(16) for _ in range(reader.number(1)))
    revocations = tuple((reader.take(16), reader.take(32), reader.number(8)) for _ in range(reader.number(1)))
    if layout[:1] == b"\2":
        count = reader.number(1)
        seen = [(reader.take(32), reader.number(8), reader.take(32)) for _ in range(count)]
        require(0 < count <= 128 and {log for log, _, _ in seen} <= {log for _, log, _ in revocations}, "histories")
    reader.end()
    require(1 <= kind <= 7 and len({epoch, *replaces}) == 1 + len(replaces), "kind or replaced epochs")
    require(
        len({log for _, log, _ in revocations}) == len(revocations) and (replaces or not revocations) is not False,
        "drops",
    )
    require(row.digest == sha256(row.bytes) and row.compartment == compartment, "digest or compartment of the row")
    return Notice(vault, compartment, kind, epoch, replaces, revocations, row.digest)


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
    line: Line
    notices: dict[bytes, Notice] = field(default_factory=dict)  # by digest
    grants: dict[bytes, Grant] = field(default_factory=dict)  # by digest
    listed: dict[tuple[int, bytes], list[tuple[Entry, int, Item]]] = field(default_factory=dict)
    states: dict[bytes, State | None] = field(default_factory=dict)
    _rosters: dict[tuple[bytes, int], Roster | None] = field(default_factory=dict)

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
            yield from self.logs[origin].entries

    def roster_of(self, entry: Entry) -> Roster | None:
        """Return the roster by which the author was in then (C4), or None."""
        place = entry.origin, entry.seq
        if place not in self._rosters:
            geneses = {origin: log.genesis for origin, log in self.logs.items()}
            self._rosters[place] = self.line.is_in(self.logs[entry.origin].genesis, entry, geneses)
        return self._rosters[place]

    def seat_of(self, entry: Entry) -> bytes:
        """Return whose log it is."""
        return self.logs[entry.origin].genesis.seat

    def is_certified(self, seat: bytes) -> bool:
        """Say whether some roster that counts certifies the seat, or it is recovery."""
        return seat == RECOVERY or any(seat in one.certificates for one in self.line.rosters)

    def founds_vault(self, entry: Entry) -> bool:
        """Say whether it is entry 0 of the vault: of the log that a seat of roster 0 began with, naming roster 0."""
        first = self.line.by_root_alone.get(entry.origin)
        return entry.seq == 0 and first == entry.header.roster == self.line.rosters[0].root

    def author(self, entry: Entry, kind: int) -> Author | None:
        """Return who wrote an entry, as a compartment of this kind asks; None who was not in."""
        roster = self.roster_of(entry)
        if roster is None:
            return None
        seat = self.seat_of(entry)
        roles = roster.roles_of(seat)
        return Author(
            entry.origin,
            entry.seq,
            seat,
            bool(roles & GRANTERS[roster.head["rights"]][kind]),
            "supervisor" in roles,
            self.founds_vault(entry),
            self.recovers(entry),
        )

    def recovers(self, entry: Entry) -> bool:
        """Say whether it is of the first session of a seat that came by recovery, and names its roster."""
        roster = self.roster_of(entry)
        if roster is None or roster.number == 0 or self.line.by_root_alone.get(entry.origin) != roster.root:
            return False
        return sum(bool(one.header.key) for one in self.logs[entry.origin].entries[: entry.seq + 1]) < 2

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
                revocations: dict[bytes, dict[bytes, int]] = {}
                for seat, log, size in notice.revocations:
                    if self.is_certified(seat):
                        revocations.setdefault(seat, {})[log] = size
                one = Made(notice.epoch, notice.replaces, revocations, notice.digest, by)
                made.append(one)
                if not notice.replaces and founded(entry, n) == compartment and self._may_found(notice, entry):
                    founding = one, notice.kind
        if founding is None:
            return None
        first, kind = founding
        of_kind = {one.digest for one in notices if one.kind == kind}
        epochs = {one.epoch for one in made}
        grants = [
            Given(grant.epoch, grant.seat, by)
            for grant in self.grants.values()
            if grant.epoch in epochs and self.is_certified(grant.seat)
            for entry, _ in self.listings(GRANT, compartment, grant.digest)
            if (by := self.author(entry, kind)) is not None
        ]
        return Compartment(kind, first, [one for one in made if one.digest in of_kind], grants)

    def _may_found(self, notice: Notice, entry: Entry) -> bool:
        roster = self.roster_of(entry)
        if notice.kind not in FOUNDERS:
            return self.founds_vault(entry)
        return roster is not None and bool(roster.roles_of(self.seat_of(entry)) & FOUNDERS[notice.kind])

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
        """Say whether the author might list something there then (C4; C6 as far as grants and drops say it)."""
        state = self.state(compartment)
        if self.roster_of(entry) is None:
            return False
        return state is None or state.counts(self.seat_of(entry), entry.origin, entry.seq)

    def may_write_there(self, entry: Entry, compartment: bytes) -> bool:
        """Say whether some version of the author's might count there: C4, C6, and C5 of some kind."""
        roster, kind = self.roster_of(entry), self.kind_of(compartment)
        if roster is None or not self.is_entitled(entry, compartment):
            return False
        return kind == 0 or may_write_some(roster.head["rights"], roster.roles_of(self.seat_of(entry)), kind)

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
                roster = self.roster_of(entry)
                if of is None or roster is None:
                    continue
                of_calls = self.kind_of(of) in {REGISTER, INTAKE}
                if not (of_calls or roster.roles_of(self.seat_of(entry)) & _ERASERS):
                    continue
                if self.kind_of(of) not in _ERASABLE or not self.may_write_there(entry, of):
                    continue
                state = self.state(of)
                if state is not None and state.counts(self.seat_of(entry), entry.origin, entry.seq):
                    found.add((digest, item.tag))
        return found
