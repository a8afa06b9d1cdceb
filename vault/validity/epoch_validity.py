"""Which epochs and grants of a compartment are valid, and whom they revoke (FORMAT.md 6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from vault.errors import VerificationError
from vault.ids import CompartmentKind, EpochId, Origin, SeatId
from vault.log.epoch_notice import EpochNotice
from vault.log.genesis import NamedHistory, Roots, is_left, seat_in
from vault.log.items import ItemKind
from vault.policy.rights import RIGHTS
from vault.policy.roles import Role
from vault.seal.keyring import epoch_id
from vault.seal.purposes import Purpose
from vault.seal.recipients import GrantContext, KemPrivate, grant_digest, open_from
from vault.store.rows import Rows
from vault.store.rowtypes import GrantRow
from vault.validity.authority import Entry, Listings

# Whom the epochs of a compartment revoke, and which revocations bind (FORMAT.md 6).
# Revocations are taken by the rank of their makers, so that two who revoke each other are settled alike on every
# device.

Given = Mapping[tuple[EpochId, SeatId], frozenset[SeatId]]
"""(epoch, to) -> from whom, where it is valid."""


class Left(dict[bytes, int]):
    """What a revocation leaves of the logs of a seat: log -> size, and which histories of them it means."""

    __slots__ = ("histories",)

    def __init__(self, histories: Collection[NamedHistory] = ()) -> None:
        super().__init__()
        self.histories = frozenset(histories)


Cutoffs = Mapping[SeatId, tuple[Left, ...]]
"""revoked seat -> the revocation in force on it, each as log -> size that is still valid."""


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """A notice of an epoch, and an entry that lists it by right; the same notice listed by two was made by both."""

    notice: EpochNotice
    entry: Entry


@dataclass(frozen=True, slots=True)
class ValidEpoch:
    """An epoch that is valid.

    Attributes:
        made: the notices of it that count. Any holder can name it in a notice of their own, or list that of another:
            each is the word of its author, and none stands for another's.
        replaced: the epochs in whose place it stands.
        granted: the seats that hold a valid grant of it.
    """

    made: tuple[Made, ...]
    replaced: frozenset[EpochId]
    granted: frozenset[SeatId]


@dataclass(frozen=True, slots=True, eq=False)
class Revocation:
    """One seat that one notice revokes.

    `sizes` is what is still valid of each log of the seat.
    """

    made: Made
    seat: SeatId
    sizes: Left

    @property
    def place(self) -> tuple[Origin, int]:
        """The entry that made it."""
        return self.made.entry.origin, self.made.entry.seq

    @property
    def epoch(self) -> EpochId:
        """The epoch from which on the seat is out."""
        return EpochId(self.made.notice.epoch)


def revocations_by_rank(epochs: Mapping[EpochId, ValidEpoch], given: Given) -> list[Revocation]:
    """Return every revocation: by supervisors first, then by whoever stands nearer to the founder, then by seat id."""
    dropping = [made for epoch in epochs.values() for made in epoch.made if made.notice.revocations]
    if not dropping:
        return []
    depths = _depths(next(iter(epochs.values())).made[0].entry.seat, given)

    def rank(made: Made) -> tuple[bool, int, SeatId, Origin, int, bytes]:
        entry = made.entry
        depth = depths.get(entry.seat, len(depths))
        return Role.SUPERVISOR not in entry.roles, depth, entry.seat, entry.origin, entry.seq, made.notice.digest()

    return [revocation for made in sorted(dropping, key=rank) for revocation in revocations_of(made)]


def left_of(notice: EpochNotice) -> dict[SeatId, Left]:
    """Return whom a notice revokes, by seat, and what it leaves of their logs."""
    sizes: dict[SeatId, Left] = {}
    for revocation in sorted(notice.revocations, key=lambda revocation: revocation.seat):
        sizes.setdefault(SeatId(revocation.seat), Left(notice.seen))[Origin(revocation.origin)] = revocation.size
    return sizes


def revocations_of(made: Made) -> list[Revocation]:
    """Return the revocations of a notice: of everybody that it names but its maker."""
    return [Revocation(made, seat, left) for seat, left in left_of(made.notice).items() if seat != made.entry.seat]


def binding(revocations: Iterable[Revocation], ended: Collection[Revocation]) -> list[Revocation]:
    """Return the revocations that bind: those not expired, made before an earlier one's cutoff of their maker."""
    found: list[Revocation] = []
    cutoffs: dict[SeatId, list[Left]] = {}
    for revocation in revocations:
        entry = revocation.made.entry
        if revocation not in ended and not beyond(cutoffs.get(entry.seat, ()), entry.origin, entry.seq, entry.roots):
            found.append(revocation)
            cutoffs.setdefault(revocation.seat, []).append(revocation.sizes)
    return found


def cutoffs_of(revocations: Iterable[Revocation]) -> Cutoffs:
    cutoffs: dict[SeatId, tuple[Left, ...]] = {}
    for revocation in revocations:
        cutoffs[revocation.seat] = (*cutoffs.get(revocation.seat, ()), revocation.sizes)
    return cutoffs


def beyond(sizes: Iterable[Left], origin: bytes, seq: int, roots: Roots | None) -> bool:
    """Say whether an entry lies beyond what one of these leaves valid, or is of a history that it does not mean."""
    return any(not is_left(left, left.histories, (origin, seq), roots) for left in sizes)


def is_cut_off(cutoffs: Cutoffs, entry: Entry) -> bool:
    """Say whether a revocation that binds its author leaves an entry out."""
    return beyond(cutoffs.get(entry.seat, ()), entry.origin, entry.seq, entry.roots)


def ended_by_grants(
    revocations: Iterable[Revocation], epochs: Mapping[EpochId, ValidEpoch], given: Given
) -> set[Revocation]:
    """Return the revocations of which the seat was granted the epoch, or one that follows it, by somebody else."""
    revoked = list(revocations)
    by_others: dict[SeatId, list[EpochId]] = {}
    for (epoch, to), givers in given.items():
        if givers != {to}:
            by_others.setdefault(to, []).append(epoch)
    seats = {revocation.seat for revocation in revoked}
    back = {seat: _given_back(by_others.get(seat, ()), epochs) for seat in seats}
    return {revocation for revocation in revoked if revocation.epoch in back[revocation.seat]}


def _given_back(given: Iterable[EpochId], epochs: Mapping[EpochId, ValidEpoch]) -> set[EpochId]:
    """Return the epochs that others granted to a seat, and all that these stand in the place of."""
    found: set[EpochId] = set()
    waiting = list(given)
    while waiting:
        epoch = waiting.pop()
        if epoch not in found and epoch in epochs:
            found.add(epoch)
            waiting += epochs[epoch].replaced
    return found


def _depths(founder: SeatId, given: Given) -> dict[SeatId, int]:
    """Return how many grants lie between the founder and each seat."""
    gave: dict[SeatId, set[SeatId]] = {}
    for (_, to), givers in given.items():
        for giver in givers:
            gave.setdefault(giver, set()).add(to)
    depths = {founder: 0}
    reached = [founder]
    while reached:
        following = {to for giver in reached for to in gave.get(giver, ())} - depths.keys()
        depths |= dict.fromkeys(following, depths[reached[0]] + 1)
        reached = sorted(following)
    return depths


# Which epochs and grants of a compartment are valid, in one pass from its founding epoch on (FORMAT.md 6).
IsCutOff = Callable[[Entry], bool]
Grants = Mapping[bytes, Sequence[tuple[GrantRow, Sequence[Entry]]]]
"""Epoch -> every grant of it, with the entries that list it."""


@dataclass(frozen=True, slots=True)
class ResolvedEpochs:
    """What a pass comes to."""

    kind: CompartmentKind
    epochs: Mapping[EpochId, ValidEpoch]
    given: Given

    def made(self) -> set[Made]:
        """Return the notices that are valid."""
        return {made for epoch in self.epochs.values() for made in epoch.made}


class EpochResolution:
    """One pass from the founding epoch on, in rounds: what hangs on an epoch is asked again when that one changes.

    Where an epoch was first reached settles what it stands in the place of: a later notice of it adds its maker's
    drops and grants and turns nothing around, so that epochs never stand in a circle.
    """

    def __init__(
        self,
        founding: Sequence[Made],
        others: Iterable[Made],
        grants: Grants,
        is_cut_off: IsCutOff,
        recovery: frozenset[SeatId],
    ) -> None:
        self._is_cut_off, self._recovery = is_cut_off, recovery
        # None is cut off but by one that stands beside it, in a history that is meant.
        self._founding = [made for made in founding if not is_cut_off(made.entry)] or list(founding)
        self._kinds = {made.notice.kind for made in self._founding}
        self._grants = grants
        self._made: dict[EpochId, list[Made]] = {}
        self._replaced: dict[EpochId, set[EpochId]] = {}
        self._granted: dict[EpochId, set[SeatId]] = {}
        self._given: dict[tuple[EpochId, SeatId], set[SeatId]] = {}
        self._held_by: set[SeatId] = set()
        self._done: set[Made] = set()
        # What waits for an epoch, or for a seat to hold one.
        self._waiting: dict[bytes, list[Made]] = {}
        for made in others:
            if not made.notice.is_founding and made.notice.kind in self._kinds and not is_cut_off(made.entry):
                for needed in (*made.notice.replaced, made.entry.seat):
                    self._waiting.setdefault(needed, []).append(made)

    def run(self) -> ResolvedEpochs:
        ready = self._founding
        while ready:
            changed = {EpochId(made.notice.epoch) for made in ready}
            new = changed - self._made.keys()
            for made in ready:
                self._add(made, is_new=EpochId(made.notice.epoch) in new)
            holding = {seat for epoch in changed for seat in self._grow(epoch)}
            ready = self._ready({*changed, *holding})
        epochs = {
            epoch: ValidEpoch(tuple(made), frozenset(self._replaced[epoch]), frozenset(self._granted[epoch]))
            for epoch, made in self._made.items()
        }
        return ResolvedEpochs(self._kind(), epochs, {key: frozenset(givers) for key, givers in self._given.items()})

    def _kind(self) -> CompartmentKind:
        """Return what the compartment is for: where two histories found it as two kinds, as what most took it."""
        seats: dict[CompartmentKind, set[SeatId]] = {}
        for made in (made for rows in self._made.values() for made in rows):
            seats.setdefault(made.notice.kind, set()).add(made.entry.seat)
        return min(seats, key=lambda kind: (-len(seats[kind]), kind))

    def _add(self, made: Made, *, is_new: bool) -> None:
        epoch = EpochId(made.notice.epoch)
        self._made.setdefault(epoch, []).append(made)
        self._granted.setdefault(epoch, set())
        replaced = self._replaced.setdefault(epoch, set())
        if is_new:
            replaced |= {EpochId(epoch) for epoch in made.notice.replaced}

    def _ready(self, changed: Collection[bytes]) -> list[Made]:
        """Return what is valid now, of that which waited for one of these."""
        candidates = {made for needed in changed for made in self._waiting.get(needed, ())} - self._done
        ready = [made for made in candidates if self._may_replace(made)]
        self._done.update(ready)
        return ready

    def _may_replace(self, made: Made) -> bool:
        """Say whether the author, who holds the compartment, may put this epoch in the place of those it names."""
        notice, entry = made.notice, made.entry
        if any(epoch not in self._made for epoch in notice.replaced):
            return False
        if notice.kind is CompartmentKind.AUDIT:
            return entry.seat == self._founding[0].entry.seat
        return entry.seat in self._held_by and RIGHTS.may_grant(entry.roles, notice.kind)

    def _grow(self, epoch: EpochId) -> set[SeatId]:
        """Count the grants of an epoch by its makers and by who holds it already; return who held nothing before."""
        makers = {made.entry.seat for made in self._made[epoch]}
        places = {made.notice.kind for made in self._made[epoch]}
        holders = self._granted[epoch]
        grows = True
        while grows:
            grows = False
            for grant, listed in self._grants.get(epoch, ()):
                to = SeatId(grant.seat)
                givers = self._givers(grant, listed, makers | holders, holders, places)
                if not givers <= self._given.get((epoch, to), set()):
                    self._given.setdefault((epoch, to), set()).update(givers)
                    holders.add(to)
                    grows = True
        new = holders - self._held_by
        self._held_by |= new
        return new

    def _givers(
        self,
        grant: GrantRow,
        listed: Iterable[Entry],
        may_give: set[SeatId],
        holders: set[SeatId],
        places: set[CompartmentKind],
    ) -> set[SeatId]:
        """Return who gave it of those who list it; which of them sealed it, the row does not prove."""
        givers = set()
        for entry in listed:
            may = entry.founds_vault or any(RIGHTS.may_grant(entry.roles, place) for place in places)
            brought_back = entry.recovers and grant.seat == entry.seat and not self._recovery.isdisjoint(holders)
            if ((may and entry.seat in may_give) or brought_back) and not self._is_cut_off(entry):
                givers.add(entry.seat)
        return givers


# Who gave a grant, and what opens it (FORMAT.md 6): each seat whose log lists it says that it did, and HPKE binds
# one.
# The giver in a row is a hint. Whoever holds a compartment has the grants of all others, can list one as their own
# and pass it on before the log of its giver comes.

# Of one giver so many may fail to open before a reader leaves the others alone: those of an honest seat open.
# Recovery changes its key, and what was sealed to the one before is nobody's fault.
MOST_FAILURES = 16


@dataclass(frozen=True, slots=True)
class GrantReader:
    """Opens the grants that were sealed to one key.

    Attributes:
        failed: giver -> how many grants as from it did not open.
    """

    rows: Rows
    listings: Listings
    vault: bytes
    private: KemPrivate = field(repr=False)
    failed: Counter[bytes] = field(default_factory=Counter)

    def open(self, compartment: bytes, grant: GrantRow) -> bytes | None:
        """Return the key of the epoch that a grant is of, or None: it holds none for this reader."""
        return self.open_as_from(compartment, grant, self._givers(grant))

    def open_as_from(self, compartment: bytes, grant: GrantRow, givers: Iterable[bytes]) -> bytes | None:
        """Return that key where one of these gave it, and did not waste this reader's work before; no row is read."""
        for giver in givers:
            if self.failed[giver] >= MOST_FAILURES:
                continue
            context = GrantContext(Purpose.GRANT, self.vault, compartment, grant.epoch, giver, grant.seat)
            with suppress(VerificationError):
                key = open_from(self.private, grant.sealed, context)
                if epoch_id(self.vault, compartment, key) == grant.epoch:
                    return key
            self.failed[giver] += 1
        return None

    def _givers(self, grant: GrantRow) -> Iterator[bytes]:
        yield grant.giver
        origins = {origin for origin, _ in self.listings.of(self.rows, ItemKind.GRANT).get(grant.digest, ())}
        seats = {seat_in(row.bytes) for row in self.rows.geneses() if row.origin in origins}
        yield from seats - {grant.giver}


@dataclass(frozen=True, slots=True)
class GivenGrants:
    """The grants here that hold together: those that a log of their named giver lists, and all others by that giver."""

    listed: frozenset[bytes]
    by_giver: Mapping[bytes, Collection[bytes]]

    def of(self, seat: bytes) -> frozenset[bytes]:
        """Return the digests of those that name as giver this seat, or another that lists them."""
        return self.listed.union(self.by_giver.get(seat, ()))


def given_grants(rows: Rows, listings: Listings) -> GivenGrants:
    """Return what is here of grants, looked at once for all logs."""
    places = listings.of(rows, ItemKind.GRANT)
    seats = {row.origin: seat_in(row.bytes) for row in rows.geneses()}
    whole = [row for row in rows.grants() if row.digest == grant_digest(row.epoch, row.seat, row.sealed)]
    by_giver: dict[bytes, list[bytes]] = {}
    for row in whole:
        by_giver.setdefault(row.giver, []).append(row.digest)
    return GivenGrants(
        frozenset(
            row.digest for row in whole if row.giver in {seats.get(origin) for origin, _ in places.get(row.digest, ())}
        ),
        by_giver,
    )
