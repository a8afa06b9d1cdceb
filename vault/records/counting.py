"""Which versions of a log count (FORMAT.md 6): C1 and C2 for each version, C4 to C6 with the directory and the keys.

C3, that the signed tree holds these headers, is the caller's to have checked for the range. C7 is the index's: it
knows which parents it has met. What fails is quarantined, computed anew each time, stored nowhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from vault.errors import BrokenSealError, MalformedError
from vault.ids import CompartmentId, Origin, SeatId, VaultId
from vault.log.genesis import Genesis
from vault.log.header import Header
from vault.log.items import Item, ItemKind, decode_items, items_digest
from vault.log.roster import Roster, RosterChain
from vault.policy.rights import Place, rights_table
from vault.policy.roles import Role
from vault.records.epochs import notices_of
from vault.records.logs import genesis_of
from vault.records.versions import OpenedVersion, open_all
from vault.seal.keyring import Keyring
from vault.store.rows import OperationRow, Rows, SealedVersion

_Entry = tuple[Header, tuple[Item, ...]]


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A version that does not count, and the first check that it failed."""

    origin: Origin
    seq: int
    n: int
    check: str


@dataclass(frozen=True, slots=True)
class Proven:
    """How far a log is proven (C3), and which rows up to there are not the signed ones: (seq, digest)."""

    size: int
    rejected: frozenset[tuple[int, bytes]] = frozenset()


@dataclass(slots=True)
class Learned:
    """What counting found in the rows and no later row takes back: one for a session, so that no log is read twice.

    Attributes:
        places: compartment -> what kind of place it is.
        holders: (seat, compartment) of which some operation lists a grant.
        listed: what all operations read so far list, by kind.
        read: log -> how many of its operations went into `listed`.
    """

    places: dict[bytes, Place] = field(default_factory=dict)
    holders: set[tuple[bytes, bytes]] = field(default_factory=set)
    listed: dict[ItemKind, set[bytes]] = field(default_factory=lambda: {ItemKind.EPOCH: set(), ItemKind.GRANT: set()})
    read: dict[bytes, int] = field(default_factory=dict)


@dataclass(slots=True)
class Counter:
    """Judges the versions of logs for one seat, as one moment of the rows shows them."""

    rows: Rows
    vault: VaultId
    keyring: Keyring
    chain: RosterChain
    learned: Learned = field(default_factory=Learned)
    _refused: set[tuple[bytes, bytes]] = field(default_factory=set)

    def judge(self, origin: Origin, start: int, proven: Proven) -> Iterator[OpenedVersion | Quarantined]:
        """Yield each version listed in the proven entries from `start` on, opened if it counts, in order of place.

        Versions of compartments that this seat does not hold are passed over: they are not for it.
        """
        genesis = genesis_of(self.rows, origin)
        sealed = _Ahead(self.rows.versions_from(origin, start))
        for row in self.rows.operations(origin, start, proven.size):
            if (row.seq, row.digest) in proven.rejected:
                continue
            groups = sealed.of(row.seq)
            entry = _read(row) if groups else None
            for group in groups:
                if self.keyring.epochs_of(group[0].compartment):
                    yield self._judge_one(row, entry, group, genesis)

    def _judge_one(
        self, row: OperationRow, entry: _Entry | None, group: list[SealedVersion], genesis: Genesis | None
    ) -> OpenedVersion | Quarantined:
        place = Quarantined(Origin(row.origin), row.seq, group[0].n, "C2")
        if entry is None:
            return place
        header, items = entry
        # A false row can stand beside the true one; the list says which is which.
        listed = [sealed for sealed in group if _lists(items, sealed)]
        if not listed:
            return place
        try:
            version = next(iter(open_all(listed, vault=self.vault, keyring=self.keyring)), None)
        except (BrokenSealError, MalformedError):
            version = None
        failed = "C6" if version is None else self._failed_check(version, header, row, genesis)
        if version is None or failed is not None:
            return Quarantined(place.origin, place.seq, place.n, failed or "C6")
        return version

    def _failed_check(
        self, version: OpenedVersion, header: Header, row: OperationRow, genesis: Genesis | None
    ) -> str | None:
        roster = self.chain.by_root(header.roster)
        if genesis is None or roster is None or not _is_log_of_its_seat(row.origin, genesis, roster):
            return "C4"
        seat = SeatId(genesis.seat)
        if not self.chain.allows(seat, row.origin, row.seq, header.roster):
            return "C4"
        if not self._may_write(roster, seat, version):
            return "C5"
        if not self._holds_listed_grant(seat, version.compartment, row):
            return "C6"
        return None

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
        return not grants.isdisjoint(self._all_listed(ItemKind.GRANT))

    def _all_listed(self, kind: ItemKind) -> set[bytes]:
        learned = self.learned
        for origin in {genesis.origin for genesis in self.rows.geneses()}:
            for row in self.rows.operations(origin, learned.read.get(origin, 0)):
                for listed, digests in learned.listed.items():
                    digests.update(_digests_in(row, listed))
            learned.read[origin] = self.rows.size(origin)
        return learned.listed[kind]


def _is_log_of_its_seat(origin: bytes, genesis: Genesis, roster: Roster) -> bool:
    """Say whether the seat's certified key made this log, and it is the seat's first or names the one before it."""
    certificate = roster.certificates.get(genesis.seat)
    if certificate is None or certificate.identity != genesis.identity:
        return False
    return not genesis.is_first or certificate.genesis == origin


def _read(row: OperationRow) -> _Entry | None:
    """Return header and items of an operation, or None where they are malformed or do not belong together."""
    try:
        header, items = Header.decode(row.header), decode_items(row.list)
    except MalformedError:
        return None
    return (header, items) if header.list_digest == items_digest(row.list) else None


def _lists(items: tuple[Item, ...], sealed: SealedVersion) -> bool:
    expected = Item.in_compartment(ItemKind.VERSION, sealed.compartment, sealed.id)
    return sealed.n < len(items) and items[sealed.n] == expected


def _digests_in(row: OperationRow, kind: ItemKind) -> set[bytes]:
    try:
        return {item.digest for item in decode_items(row.list) if item.kind == kind} if row.list else set()
    except MalformedError:
        return set()


class _Ahead:
    """A stream of sealed versions, handed out by position and place."""

    def __init__(self, stream: Iterator[SealedVersion]) -> None:
        self._stream = stream
        self._next = next(stream, None)

    def of(self, seq: int) -> list[list[SealedVersion]]:
        """Return what stands at this position, one list for each place."""
        groups: dict[int, list[SealedVersion]] = {}
        while self._next is not None and self._next.seq <= seq:
            if self._next.seq == seq:
                groups.setdefault(self._next.n, []).append(self._next)
            self._next = next(self._stream, None)
        return [groups[n] for n in sorted(groups)]
