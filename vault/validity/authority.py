"""Who wrote an entry, and with which rights: C1 to C4 of FORMAT.md 6, asked of one entry at a time.

Whoever validates versions, epochs, grants or erasures asks here first, so that they cannot disagree about an author.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from vault.errors import MalformedError
from vault.ids import RECOVERY_SEAT, CompartmentKind, Origin, SeatId
from vault.log.epoch_notice import founded_compartment
from vault.log.genesis import Genesis, Roots, first_logs, logs_of
from vault.log.items import ITEM_SIZE, Item, ItemKind, decode_items, encode_items, items_digest
from vault.log.operation import Header
from vault.log.parting import Key, Parting, parting_in
from vault.log.roster import Roster, RosterChain
from vault.log.roster_entries import Certificate
from vault.policy.rights import RightsTable, rights_table
from vault.policy.roles import Role
from vault.records.logs import genesis_bytes_of, genesis_of
from vault.records.versions import OpenedVersion
from vault.seal.signing import is_signed_raw
from vault.store.rows import Rows
from vault.store.rowtypes import OperationRow

Place = tuple[bytes, int]  # origin, seq
# Versions are nearly all that is listed: where they stand is asked seldom.
_RARE = frozenset(ItemKind) - {ItemKind.VERSION}


@dataclass(frozen=True, slots=True)
class Proven:
    """How far a log is proven (C3).

    Attributes:
        size: up to where.
        rejected: rows up to there that are not the signed ones: (seq, digest).
        lost: positions up to there, rising, whose signed row is not here.
        parting: where another signed history begins whose rows are among the signed ones too, or None.
    """

    size: int
    rejected: frozenset[tuple[int, bytes]] = frozenset()
    lost: tuple[int, ...] = ()
    parting: Parting | None = None

    def covers(self, row: OperationRow) -> bool:
        """Say whether this row is one of the signed ones."""
        return row.seq < self.size and (row.seq, row.digest) not in self.rejected

    def roots_of(self, row: OperationRow) -> Roots | None:
        """Return the roots of the history that an entry is of, where the log has two there."""
        return None if self.parting is None else self.parting.roots_of(row)

    def is_of(self, row: OperationRow, *, is_other: bool) -> bool:
        """Say whether this row is a signed one of one history: of the one told of, or of the other; of both before."""
        if self.parting is None or row.seq < self.parting.at:
            return self.covers(row)
        return self.covers(row) and ((row.seq, row.digest) in self.parting.other) is is_other

    def told_of(self, row: OperationRow) -> bool:
        """Say whether this row is a signed one of the one history that is told of."""
        return row.seq < self.size and (row.seq, row.digest) not in self.beside

    @property
    def beside(self) -> frozenset[tuple[int, bytes]]:
        """The rows that are none of the one history that is told of: (seq, digest)."""
        return self.rejected if self.parting is None else self.rejected | self.parting.other


@dataclass(frozen=True)
class Entry:
    """One entry of somebody who was in when they wrote it.

    Attributes:
        roles: which roles the roster that it names gives the seat.
        rights: the rights table of that roster.
        founds_vault: it is entry 0 of the vault.
        recovers: it is of the first session of a seat that the root key admitted later (FORMAT.md 6, recovery).
        roots: those of the history that it is of, where the log has two there.
    """

    origin: Origin
    seq: int
    items: tuple[Item, ...]
    seat: SeatId
    roles: frozenset[Role]
    rights: RightsTable
    founds_vault: bool
    recovers: bool
    digest: bytes = b""
    roots: Roots | None = field(default=None, repr=False)

    @cached_property
    def listed(self) -> frozenset[Item]:
        """What it lists, to be asked for one thing: an entry may list hundreds, and is asked for each."""
        return frozenset(self.items)

    @cached_property
    def names(self) -> frozenset[tuple[int, bytes]]:
        """Kind and digest of what it lists."""
        return frozenset(item[:2] for item in self.items)

    @cached_property
    def erased(self) -> Mapping[bytes, frozenset[bytes]]:
        """Version that it lists as erased -> the tags under which it does."""
        found: dict[bytes, frozenset[bytes]] = {}
        for kind, digest, tag in self.items:
            if kind == ItemKind.ERASED:
                found[digest] = found.get(digest, frozenset()) | {tag}
        return found

    @cached_property
    def list_digest(self) -> bytes:
        """The digest of its list, by which its header names it."""
        return items_digest(encode_items(self.items))

    @cached_property
    def founds(self) -> Mapping[bytes, Item]:
        """Compartment -> the item whose place gives it its name."""
        epochs = ((n, item) for n, item in enumerate(self.items) if item.kind == ItemKind.EPOCH)
        return {founded_compartment(self.origin, self.seq, n): item for n, item in epochs}


@dataclass(slots=True)
class Listings:
    """Where lists name things, of all operations read so far; no later row takes that back.

    Attributes:
        places: kind -> digest -> (log, position) of each operation that lists it.
        tags: kind -> digest -> the tags under which they do; of versions, none.
        grants: digest -> (log, tag) of each log that lists this grant.
        read: (kind, log) -> how many of its operations were looked at.
        parents: versions that lists were found to name, when they were asked for as parents.
    """

    places: dict[ItemKind, dict[bytes, list[Place]]] = field(default_factory=dict)
    tags: dict[ItemKind, dict[bytes, set[bytes]]] = field(default_factory=dict)
    grants: dict[bytes, set[tuple[bytes, bytes]]] = field(default_factory=dict)
    read: dict[tuple[ItemKind, bytes], int] = field(default_factory=dict)
    parents: set[bytes] = field(default_factory=set)

    def of(self, rows: Rows, kind: ItemKind) -> dict[bytes, list[Place]]:
        """Return where things of a kind are listed; each log is read once, for versions once more, then what is new."""
        kinds = frozenset({kind}) if kind is ItemKind.VERSION else _RARE
        for item_kind in kinds:
            self.places.setdefault(item_kind, {})
        for origin in {genesis.origin for genesis in rows.geneses()}:
            for row in rows.operations(origin, self.read.get((kind, origin), 0)):
                for item_kind in kinds:
                    for digest, tag in items_in(row, item_kind):
                        self.places[item_kind].setdefault(digest, []).append((origin, row.seq))
                        if item_kind in _RARE:
                            self.tags.setdefault(item_kind, {}).setdefault(digest, set()).add(tag)
                        if item_kind is ItemKind.GRANT:
                            self.grants.setdefault(digest, set()).add((origin, tag))
            size = rows.size(origin)
            self.read.update({(item_kind, origin): size for item_kind in kinds})
        return self.places[kind]

    def tagged(self, rows: Rows, kind: ItemKind) -> dict[bytes, set[bytes]]:
        """Return under which tags things of a kind are listed; versions are not asked for."""
        self.of(rows, kind)
        return self.tags.get(kind, {})


@dataclass(slots=True)
class Authority:
    """Judges authors as one moment of the rows shows them.

    Attributes:
        prove: (log, position) -> how far the log is proven around it.
        known: logs of which the caller has proven a stretch already.
    """

    rows: Rows
    chain: RosterChain
    prove: Callable[[Origin, int], Proven]
    known: dict[Origin, Proven] = field(default_factory=dict)
    _geneses: dict[bytes, Genesis | None] = field(default_factory=dict)
    _entries: dict[Place, tuple[Entry, ...]] = field(default_factory=dict)
    _first_sessions: dict[tuple[bytes, bool], int] = field(default_factory=dict)
    _valid_logs: dict[tuple[bytes, bytes], frozenset[bytes]] = field(default_factory=dict)
    _certified: frozenset[bytes] = frozenset()

    def entries_at(self, origin: bytes, seq: int) -> tuple[Entry, ...]:
        """Return the entry there if it is proven and its author was in (C1 to C4); of a log that forked, each."""
        place = (origin, seq)
        if place not in self._entries:
            self._entries[place] = tuple(self._find(Origin(origin), seq))
        return self._entries[place]

    def entry(self, origin: bytes, seq: int, listing: tuple[ItemKind, bytes] | None = None) -> Entry | None:
        """Return the one of the entries there that lists a thing, by its digest, or the first; None: there is none."""
        found = self.entries_at(origin, seq)
        if listing is not None:
            found = tuple(entry for entry in found if listing in entry.names)
        return next(iter(found), None)

    def may_have_written(self, version: OpenedVersion, place: CompartmentKind) -> bool:
        """Say whether an entry of somebody who may write this kind in such a compartment lists a version."""
        entry = self.entry(version.origin, version.seq, (ItemKind.VERSION, version.id))
        item = Item.in_compartment(ItemKind.VERSION, version.compartment, version.id)
        return (
            entry is not None
            and item in entry.listed
            and entry.rights.may_write(entry.roles, place, version.content.kind)
        )

    def is_certified(self, seat: bytes) -> bool:
        """Say whether some valid roster certifies the seat, of either side of a fork, or it is recovery."""
        if not self._certified:
            self._certified = frozenset({RECOVERY_SEAT}).union(*(each.certificates for each in self.chain.accepted))
        return seat in self._certified

    def genesis(self, origin: bytes) -> Genesis | None:
        """Return the signed genesis of a log, or None."""
        if origin not in self._geneses:
            self._geneses[origin] = genesis_of(self.rows, origin)
        return self._geneses[origin]

    def roots_of(self, row: OperationRow) -> Roots | None:
        """Return the roots of the history that a proven entry is of, where its log has two there."""
        return self._proven(Origin(row.origin), row.seq).roots_of(row)

    def roster_named(self, row: OperationRow) -> bytes:
        """Return the root of the roster that a proven entry names (C1 to C3), whether its author was in or not."""
        is_proven = self._proven(Origin(row.origin), row.seq).covers(row) and names_its_list(row)
        return Header.decode(row.header).roster if is_proven else b""

    def _proven(self, origin: Origin, seq: int) -> Proven:
        known = self.known.get(origin)
        return self.prove(origin, seq) if known is None or known.size <= seq else known

    def is_in(self, genesis: Genesis, row: OperationRow, roster: Roster, roots: Roots | None = None) -> bool:
        """Say whether the log is one of its seat's own that count and the seat was in when it wrote this entry (C4).

        `roots` are those of the history that the entry is of, where the log has two there.
        """
        certificate = roster.certificates.get(genesis.seat)
        if certificate is None or not self.is_log_of(certificate, row.origin, genesis):
            return False
        return self.chain.allows(genesis.seat, row.origin, row.seq, roster.root, roots)

    def is_log_of(self, certificate: Certificate, origin: bytes, genesis: Genesis) -> bool:
        """Say whether a log is of a certificate of its seat and counts: the first one, or one of the first after it."""
        if certificate.identity != genesis.identity:
            return False
        if genesis.is_first:
            return certificate.genesis == origin
        return origin in self._first_logs(genesis.seat, certificate)

    def _first_logs(self, seat: bytes, certificate: Certificate) -> frozenset[bytes]:
        key = (seat, certificate.genesis)
        if key not in self._valid_logs:
            logs = logs_of(self.rows.geneses(), seat, certificate.identity, is_signed_raw)
            self._valid_logs[key] = first_logs(logs, certificate.genesis)
        return self._valid_logs[key]

    def _find(self, origin: Origin, seq: int) -> Iterator[Entry]:
        genesis = self.genesis(origin)
        if genesis is None:
            return
        known = self._proven(origin, seq)
        for row in self.rows.operations(origin, seq, seq + 1):
            if not known.covers(row) or not names_its_list(row):
                continue
            try:
                header, items = Header.decode(row.header), decode_items(row.list)
            except MalformedError:
                continue
            roster = self.chain.by_root(header.roster)
            if roster is not None and self.is_in(genesis, row, roster, known.roots_of(row)):
                yield self._entry(row, items, SeatId(genesis.seat), roster, known)

    def _entry(self, row: OperationRow, items: tuple[Item, ...], seat: SeatId, roster: Roster, known: Proven) -> Entry:
        first = self.chain.first_certified.get(row.origin)
        by_root_key = first is not None and first[1] == roster.root
        is_other = known.parting is not None and (row.seq, row.digest) in known.parting.other
        return Entry(
            origin=Origin(row.origin),
            seq=row.seq,
            items=items,
            seat=seat,
            roles=roles_in(roster, seat),
            rights=rights_table(roster.head.rights),
            founds_vault=by_root_key and roster.head.number == 0 and row.seq == 0,
            recovers=by_root_key
            and roster.head.number > 0
            and row.seq < self._first_session_of(Origin(row.origin), is_other=is_other),
            digest=row.digest,
            roots=known.roots_of(row),
        )

    def _first_session_of(self, origin: Origin, *, is_other: bool) -> int:
        """Return at which size of one history of a log its second session began; the log's own size before it."""
        if (origin, is_other) not in self._first_sessions:
            size = self.rows.size(origin)
            later = (seq for seq in range(1, size) if self._begins_session(origin, seq, is_other=is_other))
            self._first_sessions[origin, is_other] = next(later, size)
        return self._first_sessions[origin, is_other]

    def _begins_session(self, origin: Origin, seq: int, *, is_other: bool) -> bool:
        known = self.prove(origin, seq)
        rows = self.rows.operations(origin, seq, seq + 1)
        return any(names_session_key(row) for row in rows if known.is_of(row, is_other=is_other))


def roles_in(roster: Roster, seat: bytes) -> frozenset[Role]:
    """Return the roles that a roster gives to a seat that it certifies; words of a newer program give none here."""
    words = roster.members[roster.certificates[seat].member]
    return frozenset(role for role in Role if role.value in words)


def names_its_list(row: OperationRow) -> bool:
    """Say whether the header of a row names its list. A proven header has one spelling: no parsing is needed."""
    return f'"r":"{items_digest(row.list).hex()}"'.encode() in row.header


def names_session_key(row: OperationRow) -> bool:
    """Say whether the header of a row names the key of the next session, as the first of each session does."""
    return b'"k":"' in row.header


def digests_in(row: OperationRow, kind: ItemKind) -> set[bytes]:
    """Return the digests of one kind in a list; of a malformed list, none."""
    return {digest for digest, _ in items_in(row, kind)}


def items_in(row: OperationRow, kind: ItemKind) -> set[tuple[bytes, bytes]]:
    """Return digest and tag of each item of one kind in a list; of a malformed list, none."""
    if kind not in row.list[::ITEM_SIZE]:
        return set()
    try:
        return {(item.digest, item.tag) for item in decode_items(row.list) if item.kind == kind}
    except MalformedError:
        return set()


# Where two signed histories of a stored log part.
def parting_of(rows: Rows, origin: Origin, rejected: Collection[Key]) -> Parting | None:
    """Return where another signed history parts from the one that leaves these rows out; None: nowhere."""
    if not rejected:
        return None
    genesis = genesis_bytes_of(rows, origin) or b""
    return parting_in(genesis, list(rows.operations(origin)), rows.checkpoints(origin), is_signed_raw, rejected)
