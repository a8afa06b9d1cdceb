"""Which epochs of a compartment count, who holds them and whom they drop (FORMAT.md 6): a pure function of the rows.

Nothing here opens anything. What is decided is who was entitled: a key that somebody else planted is no epoch, and a
grant by somebody who held nothing is no grant, whatever it opens.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from vault.ids import CompartmentId, EpochId, Origin, SeatId
from vault.log.epochs import CompartmentKind, EpochNotice, founded_compartment
from vault.log.items import Item, ItemKind
from vault.policy.rights import Place
from vault.policy.roles import Role
from vault.records.authority import Authority, Entry, Listings
from vault.records.epochs import notices_of
from vault.seal.recipients import RECOVERY_SEAT, grant_digest
from vault.store.rowtypes import GrantRow

_ADMITTED_BY_ENTRY_0 = frozenset(
    {CompartmentKind.DIRECTORY, CompartmentKind.REGISTER, CompartmentKind.INTAKE, CompartmentKind.SENDING}
)
_RECOVERY = SeatId(RECOVERY_SEAT)


@dataclass(frozen=True, slots=True)
class CountedEpoch:
    """An epoch that counts: its notice, the entry that lists it, and the seats that hold a counted grant of it."""

    notice: EpochNotice
    made_in: Entry
    granted: frozenset[SeatId]

    @property
    def id(self) -> EpochId:
        """The epoch's id."""
        return EpochId(self.notice.epoch)


@dataclass(frozen=True)
class CompartmentState:
    """What the rows at hand come to for one compartment.

    Attributes:
        compartment: its id.
        kind: what it is for.
        epochs: those that count.
        cuts: dropped seat -> the drops in force on it, each as log -> size that still counts.
    """

    compartment: CompartmentId
    kind: CompartmentKind
    epochs: Mapping[EpochId, CountedEpoch]
    cuts: Mapping[SeatId, tuple[Mapping[Origin, int], ...]]

    @property
    def place(self) -> Place:
        """The kind of compartment, as rights tables name it."""
        return Place(self.kind.name.lower())

    @cached_property
    def current(self) -> tuple[EpochId, ...]:
        """The epochs that no other replaces; several after two people replaced one at once."""
        replaced = {one for epoch in self.epochs.values() for one in epoch.notice.replaced}
        return tuple(sorted(epoch for epoch in self.epochs if epoch not in replaced))

    @cached_property
    def holders(self) -> frozenset[SeatId]:
        """The seats that hold a current epoch and that nobody dropped, recovery among them where it does."""
        granted = {seat for epoch in self.current for seat in self.epochs[epoch].granted}
        return frozenset(granted - self.cuts.keys())

    @cached_property
    def founder(self) -> SeatId:
        """The seat that founded the compartment."""
        return next(epoch.made_in.seat for epoch in self.epochs.values() if epoch.notice.is_founding)

    def counts(self, seat: SeatId, origin: bytes, seq: int) -> bool:
        """Say whether a version that this seat wrote there may count (C6): it was granted, and not cut before."""
        if not any(seat in epoch.granted for epoch in self.epochs.values()):
            return False
        return not self.cuts_off(seat, origin, seq)

    def cuts_off(self, seat: SeatId, origin: bytes, seq: int) -> bool:
        """Say whether a drop in force leaves this entry of the seat out."""
        return any(seq >= sizes.get(Origin(origin), 0) for sizes in self.cuts.get(seat, ()))


@dataclass(slots=True)
class Holding:
    """Judges compartments as one moment of the rows shows them."""

    authority: Authority
    listings: Listings = field(default_factory=Listings)

    def state(self, compartment: CompartmentId) -> CompartmentState | None:
        """Return what counts in a compartment; None where not even its founding does."""
        found = _Candidates(self, compartment)
        everything = found.judge(lambda entry: False)
        if everything is None:
            return None
        cuts = _cuts_in_force(everything)
        if not cuts:
            return CompartmentState(compartment, everything.kind, everything.epochs, {})
        # What a dropped seat listed beyond its cut is no epoch and no grant, and what hangs on it falls with it.
        before = CompartmentState(compartment, everything.kind, everything.epochs, cuts)
        rest = found.judge(lambda entry: before.cuts_off(entry.seat, entry.origin, entry.seq))
        if rest is None:
            return None
        return CompartmentState(compartment, rest.kind, rest.epochs, cuts)

    def beginning(self, compartment: CompartmentId) -> Entry | None:
        """Return the entry that founds the compartment if its first record stands there too, as it nearly always does.

        Its place gives the compartment its name, so that no other entry can pass for it.
        """
        first = self.authority.rows.first_place(compartment)
        entry = None if first is None else self.authority.entry(*first)
        return entry if entry is not None and _founds(entry, compartment) else None

    def listed_in(
        self, digest: bytes, kind: ItemKind, compartment: CompartmentId, beginning: Entry | None
    ) -> list[Entry]:
        """Return the entries of entitled authors that list this very thing for this compartment."""
        item = Item.in_compartment(kind, compartment, digest)
        if beginning is not None and item in beginning.items:
            return [beginning]  # no log is read for it
        places = self.listings.of(self.authority.rows, kind).get(digest, ())
        entries = (self.authority.entry(origin, seq) for origin, seq in places)
        return [entry for entry in entries if entry is not None and item in entry.items]


@dataclass(frozen=True, slots=True)
class _Judged:
    kind: CompartmentKind
    epochs: Mapping[EpochId, CountedEpoch]
    given: Mapping[tuple[EpochId, SeatId], frozenset[SeatId]]  # (epoch, to) -> from whom, where it counts


class _Candidates:
    """Every notice and grant row of one compartment, with the entries that list it."""

    def __init__(self, holding: Holding, compartment: CompartmentId) -> None:
        self._compartment = compartment
        rows = holding.authority.rows
        beginning = holding.beginning(compartment)
        self._notices = [
            (notice, holding.listed_in(notice.digest(), ItemKind.EPOCH, compartment, beginning))
            for notice in notices_of(rows, compartment)
        ]
        self._grants: dict[bytes, list[tuple[GrantRow, list[Entry]]]] = {}
        for notice, listed in self._notices:
            if listed and notice.epoch not in self._grants:
                self._grants[notice.epoch] = [
                    (grant, holding.listed_in(grant.digest, ItemKind.GRANT, compartment, beginning))
                    for grant in rows.grants_of(notice.epoch)
                    if grant.digest == grant_digest(grant.epoch, grant.seat, grant.sealed)
                ]

    def judge(self, is_cut: Callable[[Entry], bool]) -> _Judged | None:
        """Return what counts, less the entries that are cut: founding first, then what hangs on it."""
        founding = next(
            ((n, entry) for n, listed in self._notices for entry in listed if n.is_founding and self._founds(n, entry)),
            None,
        )
        if founding is None:
            return None
        kind = founding[0].kind
        epochs: dict[EpochId, CountedEpoch] = {}
        given: dict[tuple[EpochId, SeatId], set[SeatId]] = {}
        waiting = [(n, listed) for n, listed in self._notices if not n.is_founding and n.kind is kind]
        ready = [founding]
        while ready:
            for notice, entry in ready:
                epoch = EpochId(notice.epoch)
                granted = self._granted(notice, entry, kind, is_cut, given)
                epochs.setdefault(epoch, CountedEpoch(notice, entry, granted))
            ready = []
            for notice, listed in list(waiting):
                maker = next((e for e in listed if not is_cut(e) and _replaces(notice, e, epochs, founding[1])), None)
                if maker is not None:
                    ready.append((notice, maker))
                    waiting.remove((notice, listed))
        return _Judged(kind, epochs, {key: frozenset(givers) for key, givers in given.items()})

    def _founds(self, notice: EpochNotice, entry: Entry) -> bool:
        """Say whether the entry founds this compartment, at its own place, by somebody who may."""
        if notice.kind in _ADMITTED_BY_ENTRY_0:
            allowed = entry.founds_vault
        else:
            allowed = entry.rights.may_found(entry.roles, Place(notice.kind.name.lower()))
        item = Item.in_compartment(ItemKind.EPOCH, self._compartment, notice.digest())
        return allowed and item in entry.items and _founds(entry, self._compartment)

    def _granted(
        self,
        notice: EpochNotice,
        maker: Entry,
        kind: CompartmentKind,
        is_cut: Callable[[Entry], bool],
        given: dict[tuple[EpochId, SeatId], set[SeatId]],
    ) -> frozenset[SeatId]:
        """Return the seats whose grant of an epoch counts: given by its maker, or by one who holds it already."""
        place = Place(kind.name.lower())
        epoch = EpochId(notice.epoch)
        holders: set[SeatId] = set()
        waiting = self._grants.get(notice.epoch, [])
        grows = True
        while grows:
            grows = False
            for grant, listed in waiting:
                for entry in listed:
                    if entry.seat != grant.giver or is_cut(entry):
                        continue
                    holds = entry.seat == maker.seat or entry.seat in holders
                    may = entry.founds_vault or entry.rights.may_grant(entry.roles, place)
                    brought_back = entry.recovers and grant.seat == entry.seat and _RECOVERY in holders
                    if (holds and may) or brought_back:
                        givers = given.setdefault((epoch, SeatId(grant.seat)), set())
                        grows |= entry.seat not in givers
                        givers.add(entry.seat)
                        holders.add(SeatId(grant.seat))
        return frozenset(holders)


def _founds(entry: Entry, compartment: CompartmentId) -> bool:
    return any(
        item.kind == ItemKind.EPOCH and founded_compartment(entry.origin, entry.seq, n) == compartment
        for n, item in enumerate(entry.items)
    )


def _replaces(notice: EpochNotice, entry: Entry, epochs: Mapping[EpochId, CountedEpoch], founding: Entry) -> bool:
    """Say whether the author may put this epoch in the place of those that it names, of which it holds one."""
    replaced = [epochs.get(EpochId(one)) for one in notice.replaced]
    if any(one is None for one in replaced):
        return False
    if notice.kind is CompartmentKind.AUDIT:
        return entry.seat == founding.seat
    holds = any(one is not None and entry.seat in one.granted for one in replaced)
    return holds and entry.rights.may_grant(entry.roles, Place(notice.kind.name.lower()))


def _cuts_in_force(judged: _Judged) -> dict[SeatId, tuple[Mapping[Origin, int], ...]]:
    """Return the drops that bind.

    A drop ends where somebody who held that epoch, or one that follows it, granted it to the seat again. Of two makers
    who drop each other the one binds who ranks first: supervisors, then whoever stands nearer to the founder in the
    chain of grants, then the smaller seat id. The other's drop binds only as far as it was made before the cut.
    """
    cuts: dict[SeatId, tuple[Mapping[Origin, int], ...]] = {}
    dropping = [epoch for epoch in judged.epochs.values() if epoch.notice.drops]
    if not dropping:
        return cuts
    depths = _depths(judged)
    dropping.sort(key=lambda one: (_rank(one, depths), one.made_in.origin, one.made_in.seq))
    for epoch in dropping:
        maker = epoch.made_in
        if any(maker.seq >= sizes.get(maker.origin, 0) for sizes in cuts.get(maker.seat, ())):
            continue
        after = _following(epoch.id, judged.epochs)
        for seat in {SeatId(drop.seat) for drop in epoch.notice.drops}:
            again = any(seat != giver for one in after for giver in judged.given.get((one, seat), ()))
            if seat != maker.seat and not again:
                sizes = {Origin(drop.origin): drop.size for drop in epoch.notice.drops if drop.seat == seat}
                cuts[seat] = (*cuts.get(seat, ()), sizes)
    return cuts


def _rank(epoch: CountedEpoch, depths: Mapping[SeatId, int]) -> tuple[bool, int, SeatId]:
    maker = epoch.made_in
    return Role.SUPERVISOR not in maker.roles, depths.get(maker.seat, len(depths)), maker.seat


def _depths(judged: _Judged) -> dict[SeatId, int]:
    """Return how many grants lie between the founder and each seat."""
    founder = next(one.made_in.seat for one in judged.epochs.values() if one.notice.is_founding)
    depths = {founder: 0}
    reached = [founder]
    while reached:
        following = []
        for (_, to), givers in judged.given.items():
            if to not in depths and not givers.isdisjoint(reached):
                following.append(to)
        for seat in following:
            depths[seat] = depths[reached[0]] + 1
        reached = following
    return depths


def _following(epoch: EpochId, epochs: Mapping[EpochId, CountedEpoch]) -> set[EpochId]:
    """Return an epoch and all that replace it, one after another."""
    found = {epoch}
    grows = True
    while grows:
        more = {one.id for one in epochs.values() if not found.isdisjoint(map(EpochId, one.notice.replaced))} - found
        grows = bool(more)
        found |= more
    return found
