"""Which versions of a log count (FORMAT.md 6): C1 and C2 for each version, C4 to C6 with the directory and the keys.

C3, that the signed tree holds these headers, is the caller's to have checked for the range. What fails C4 to C6 is
quarantined, what fails C7 waits, and what is listed for this seat and not here is missing: computed anew each time,
stored nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from vault.errors import BrokenSealError, MalformedError
from vault.ids import CompartmentId, Origin, SeatId, VaultId
from vault.log.genesis import Genesis
from vault.log.header import Header
from vault.log.items import ITEM_SIZE, Item, ItemKind, compartment_tag, decode_items, items_digest
from vault.log.roster import Roster, RosterChain
from vault.policy.rights import Place, rights_table
from vault.policy.roles import Role
from vault.records.epochs import notices_of
from vault.records.logs import genesis_of
from vault.records.versions import OpenedVersion, open_all
from vault.seal.keyring import Keyring
from vault.store.rows import Rows
from vault.store.rowtypes import OperationRow, SealedVersion

_ERASERS = frozenset({Role.CASEWORKER.value, Role.SUPERVISOR.value})


@dataclass(frozen=True, slots=True)
class Quarantined:
    """What does not count, and the first check that it failed; `missing` is listed for this seat and not here.

    `n` is None where the list itself is not here: what the entry holds, nobody can say.
    """

    origin: Origin
    seq: int
    n: int | None
    check: str

    @property
    def waits(self) -> bool:
        """Whether it may come to count with what arrives later, and is no contradiction."""
        return self.check == "C7"


@dataclass(frozen=True, slots=True)
class Proven:
    """How far a log is proven (C3).

    Attributes:
        size: up to where.
        rejected: rows up to there that are not the signed ones: (seq, digest).
        lost: positions up to there, rising, whose signed row is not here.
    """

    size: int
    rejected: frozenset[tuple[int, bytes]] = frozenset()
    lost: tuple[int, ...] = ()


@dataclass(slots=True)
class Learned:
    """What counting found in the rows and no later row takes back: one for a session, so that no log is read twice.

    Attributes:
        places: compartment -> what kind of place it is.
        holders: (seat, compartment) of which some operation lists a grant.
        listed: kind -> digest -> (log, position) of an operation that lists it, of all operations read so far.
        read: (kind, log) -> how many of its operations went into `listed`.
    """

    places: dict[bytes, Place] = field(default_factory=dict)
    holders: set[tuple[bytes, bytes]] = field(default_factory=set)
    listed: dict[ItemKind, dict[bytes, list[tuple[bytes, int]]]] = field(default_factory=dict)
    read: dict[tuple[ItemKind, bytes], int] = field(default_factory=dict)


@dataclass(slots=True)
class Counter:
    """Judges the versions of logs for one seat, as one moment of the rows shows them.

    `proves` says whether an entry is proven (C3); it is asked about entries that erase something missing.
    """

    rows: Rows
    vault: VaultId
    keyring: Keyring
    chain: RosterChain
    learned: Learned = field(default_factory=Learned)
    proves: Callable[[Origin, int], bool] = lambda origin, seq: False
    _refused: set[tuple[bytes, bytes]] = field(default_factory=set)

    def judge(self, origin: Origin, start: int, proven: Proven) -> Iterator[OpenedVersion | Quarantined]:
        """Yield each version listed in the proven entries from `start` on, opened if it counts, in order of place.

        Versions of compartments that this seat does not hold are passed over: they are not for it.
        """
        genesis = genesis_of(self.rows, origin)
        sealed = _Ahead(self.rows.versions_from(origin, start))
        for seq, found in groupby(self.rows.operations(origin, start, proven.size), key=lambda row: row.seq):
            signed = [row for row in found if (seq, row.digest) not in proven.rejected]
            groups = sealed.of(seq)
            if not signed:
                continue  # `proven.lost` has it
            # Of two rows of one header, the list of the true one is the one that the header names.
            row = next((row for row in signed if _names_its_list(row)), None)
            if row is None:
                yield from self._without_list(origin, seq, groups)
            elif groups or ItemKind.VERSION in row.list[::ITEM_SIZE]:
                yield from self._judge_entry(row, groups, genesis)

    def _without_list(
        self, origin: Origin, seq: int, groups: dict[int, list[SealedVersion]]
    ) -> Iterator[OpenedVersion | Quarantined]:
        """Yield what stands at an entry whose list is not the one that its header names."""
        ours: list[int | None] = [
            n for n, group in groups.items() if any(self.keyring.epochs_of(one.compartment) for one in group)
        ]
        for n in ours or [None]:
            yield Quarantined(origin, seq, n, "C2")

    def _judge_entry(
        self, row: OperationRow, groups: dict[int, list[SealedVersion]], genesis: Genesis | None
    ) -> Iterator[OpenedVersion | Quarantined]:
        origin = Origin(row.origin)
        try:
            header, items = Header.decode(row.header), decode_items(row.list)
        except MalformedError:
            yield from self._without_list(origin, row.seq, groups)
            return
        listed_at = {n: item for n, item in enumerate(items) if item.kind == ItemKind.VERSION}
        for n in sorted(listed_at.keys() | groups.keys()):
            group, item = groups.get(n, []), listed_at.get(n)
            # A false row can stand beside the true one; the list says which is which.
            listed = [] if item is None else [sealed for sealed in group if _is(item, sealed)]
            if listed:
                if self.keyring.epochs_of(listed[0].compartment):
                    yield self._judge_one(row, header, listed, genesis)
            elif item is None:
                if any(self.keyring.epochs_of(sealed.compartment) for sealed in group):
                    yield Quarantined(origin, row.seq, n, "C2")
            elif self._is_ours(item) and not self._is_erased(item):
                yield Quarantined(origin, row.seq, n, "C2" if group else "missing")

    def _judge_one(
        self, row: OperationRow, header: Header, listed: list[SealedVersion], genesis: Genesis | None
    ) -> OpenedVersion | Quarantined:
        try:
            version = next(iter(open_all(listed, vault=self.vault, keyring=self.keyring)), None)
        except (BrokenSealError, MalformedError):
            version = None
        failed = "C6" if version is None else self._failed_check(version, header, row, genesis)
        if version is None or failed is not None:
            return Quarantined(Origin(row.origin), row.seq, listed[0].n, failed or "C6")
        return version

    def _is_ours(self, item: Item) -> bool:
        """Say whether a listed thing that is not here belongs to a compartment that this seat holds."""
        return any(compartment_tag(one, item.digest) == item.tag for one in self.keyring.compartments())

    def _is_erased(self, item: Item) -> bool:
        """Say whether a proven entry of somebody who might erase it lists the version as erased."""
        places = self._all_listed(ItemKind.ERASED).get(item.digest, ())
        return any(self._may_erase(origin, seq, item) for origin, seq in places)

    def _may_erase(self, origin: bytes, seq: int, item: Item) -> bool:
        genesis, row = genesis_of(self.rows, origin), self.rows.operation(origin, seq)
        if genesis is None or row is None or not self.proves(Origin(origin), seq):
            return False
        named = _roster_of(row, self.chain)
        if named is None or not _names_its_list(row) or not self._is_in(genesis, row, named):
            return False
        roles = named.members[named.certificates[genesis.seat].member]
        return bool(_ERASERS.intersection(roles)) and item._replace(kind=ItemKind.ERASED) in decode_items(row.list)

    def _failed_check(
        self, version: OpenedVersion, header: Header, row: OperationRow, genesis: Genesis | None
    ) -> str | None:
        roster = self.chain.by_root(header.roster)
        if genesis is None or roster is None or not self._is_in(genesis, row, roster):
            return "C4"
        seat = SeatId(genesis.seat)
        if not self._may_write(roster, seat, version):
            return "C5"
        if not self._holds_listed_grant(seat, version.compartment, row):
            return "C6"
        if not all(self._is_listed(parent, version) for parent in version.content.parents):
            return "C7"
        return None

    def _is_in(self, genesis: Genesis, row: OperationRow, roster: Roster) -> bool:
        """Say whether the log's seat was in when it wrote this entry (C4)."""
        return _is_log_of_its_seat(row.origin, genesis, roster) and self.chain.allows(
            genesis.seat, row.origin, row.seq, roster.root
        )

    def _is_listed(self, parent: bytes, version: OpenedVersion) -> bool:
        """Say whether some list names a parent: that of its row, if it is here, or else any."""
        for sealed in self.rows.versions(version.compartment, version.record):
            if sealed.id == parent:
                operation = self.rows.operation(sealed.origin, sealed.seq)
                if operation is not None and parent in _digests_in(operation, ItemKind.VERSION):
                    return True
        return parent in self._all_listed(ItemKind.VERSION)

    def _may_write(self, roster: Roster, seat: SeatId, version: OpenedVersion) -> bool:
        place = self._place_of(version.compartment)
        if place is None:
            return False
        words = roster.members[roster.certificates[seat].member]
        roles = frozenset(role for role in Role if role.value in words)
        return rights_table(roster.head.rights).may_write(roles, place, version.content.kind)

    def _place_of(self, compartment: CompartmentId) -> Place | None:
        if compartment not in self.learned.places:
            founding = [notice for notice in notices_of(self.rows, compartment) if notice.is_founding]
            if len(founding) > 1:
                founding = [one for one in founding if one.digest() in self._all_listed(ItemKind.EPOCH)]
            if not founding:
                return None
            self.learned.places[compartment] = Place(founding[0].kind.name.lower())
        return self.learned.places[compartment]

    def _holds_listed_grant(self, seat: SeatId, compartment: CompartmentId, row: OperationRow) -> bool:
        """Say whether some operation lists a grant of an epoch of this compartment to the seat."""
        key = (seat, compartment)
        if key not in self.learned.holders and key not in self._refused:
            epochs = [notice.epoch for notice in notices_of(self.rows, compartment)]
            digests = {g.digest for epoch in epochs for g in self.rows.grants_of(epoch) if g.seat == seat}
            known = self.learned.holders if self._some_operation_lists(digests, compartment, row) else self._refused
            known.add(key)
        return key in self.learned.holders

    def _some_operation_lists(self, grants: set[bytes], compartment: CompartmentId, row: OperationRow) -> bool:
        """Look into this operation, then into the one that founded the compartment, and only then into all."""
        if not grants.isdisjoint(_digests_in(row, ItemKind.GRANT)):
            return True
        place = self.rows.first_place(compartment)
        founding = None if place is None else self.rows.operation(*place)
        if founding is not None and not grants.isdisjoint(_digests_in(founding, ItemKind.GRANT)):
            return True
        return not grants.isdisjoint(self._all_listed(ItemKind.GRANT).keys())

    def _all_listed(self, kind: ItemKind) -> dict[bytes, list[tuple[bytes, int]]]:
        """Return where things of a kind are listed; each log is read once for each kind, and then only what is new."""
        listed = self.learned.listed.setdefault(kind, {})
        for origin in {genesis.origin for genesis in self.rows.geneses()}:
            for row in self.rows.operations(origin, self.learned.read.get((kind, origin), 0)):
                for digest in _digests_in(row, kind):
                    listed.setdefault(digest, []).append((origin, row.seq))
            self.learned.read[kind, origin] = self.rows.size(origin)
        return listed


def _is_log_of_its_seat(origin: bytes, genesis: Genesis, roster: Roster) -> bool:
    """Say whether the seat's certified key made this log, and it is the seat's first or names the one before it."""
    certificate = roster.certificates.get(genesis.seat)
    if certificate is None or certificate.identity != genesis.identity:
        return False
    return not genesis.is_first or certificate.genesis == origin


def _roster_of(row: OperationRow, chain: RosterChain) -> Roster | None:
    try:
        return chain.by_root(Header.decode(row.header).roster)
    except MalformedError:
        return None


def _names_its_list(row: OperationRow) -> bool:
    """Say whether the header of a row names its list. A proven header has one spelling: no parsing is needed."""
    return f'"r":"{items_digest(row.list).hex()}"'.encode() in row.header


def _is(item: Item, sealed: SealedVersion) -> bool:
    return item == Item.in_compartment(ItemKind.VERSION, sealed.compartment, sealed.id)


def _digests_in(row: OperationRow, kind: ItemKind) -> set[bytes]:
    if kind not in row.list[::ITEM_SIZE]:
        return set()
    try:
        return {item.digest for item in decode_items(row.list) if item.kind == kind}
    except MalformedError:
        return set()


class _Ahead:
    """A stream of sealed versions, handed out by position and place."""

    def __init__(self, stream: Iterator[SealedVersion]) -> None:
        self._stream = stream
        self._next = next(stream, None)

    def of(self, seq: int) -> dict[int, list[SealedVersion]]:
        """Return what stands at this position, by place."""
        groups: dict[int, list[SealedVersion]] = {}
        while self._next is not None and self._next.seq <= seq:
            if self._next.seq == seq:
                groups.setdefault(self._next.n, []).append(self._next)
            self._next = next(self._stream, None)
        return groups
