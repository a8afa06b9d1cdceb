"""Which epochs of a compartment count, who holds them and whom they drop (FORMAT.md 6): a pure function of the rows.

Nothing here opens anything. What is decided is who was entitled: a key that somebody else planted is no epoch, and a
grant by somebody who held nothing is no grant, whatever it opens.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial

from vault.ids import CompartmentId, EpochId, Origin, SeatId
from vault.log.epochs import CompartmentKind, EpochNotice, founded_compartment
from vault.log.items import Item, ItemKind
from vault.policy.rights import Place
from vault.records.authority import Authority, Entry, Listings
from vault.records.drops import (
    CountedEpoch,
    Cuts,
    Drop,
    Given,
    Made,
    beyond,
    binding,
    cuts_of,
    drops_by_rank,
    ended_by_grants,
    is_cut,
)
from vault.records.epochs import notices_of
from vault.seal.recipients import RECOVERY_SEAT, grant_digest
from vault.store.rowtypes import GrantRow

_ADMITTED_BY_ENTRY_0 = frozenset(
    {CompartmentKind.DIRECTORY, CompartmentKind.REGISTER, CompartmentKind.INTAKE, CompartmentKind.SENDING}
)
_RECOVERY = SeatId(RECOVERY_SEAT)
_IsCut = Callable[[Entry], bool]


@dataclass(frozen=True)
class CompartmentState:
    """What the rows at hand come to for one compartment.

    Attributes:
        compartment: its id.
        kind: what it is for.
        epochs: those that count, the founding one first.
        cuts: dropped seat -> the drops in force on it, each as log -> size that still counts.
    """

    compartment: CompartmentId
    kind: CompartmentKind
    epochs: Mapping[EpochId, CountedEpoch]
    cuts: Cuts

    @property
    def place(self) -> Place:
        """The kind of compartment, as rights tables name it."""
        return Place(self.kind.name.lower())

    @cached_property
    def current(self) -> tuple[EpochId, ...]:
        """The epochs that no other replaces; several after two people replaced one at once."""
        replaced = {one for epoch in self.epochs.values() for one in epoch.replaced}
        return tuple(sorted(self.epochs.keys() - replaced))

    @cached_property
    def holders(self) -> frozenset[SeatId]:
        """The seats that were granted an epoch and that nobody dropped, recovery among them where it does."""
        granted = {seat for epoch in self.epochs.values() for seat in epoch.granted}
        return frozenset(granted - self.cuts.keys())

    @cached_property
    def behind(self) -> frozenset[SeatId]:
        """The holders who lack a current epoch: it was made by somebody who did not know of them."""
        granted = [self.epochs[epoch].granted for epoch in self.current]
        return self.holders - frozenset.intersection(*granted)

    def counts(self, seat: SeatId, origin: bytes, seq: int) -> bool:
        """Say whether a version that this seat wrote there may count (C6): it was granted, and not cut before."""
        return self.was_granted(seat) and not self.cuts_off(seat, origin, seq)

    def was_granted(self, seat: SeatId) -> bool:
        """Say whether the seat holds a counted grant of any epoch."""
        return any(seat in epoch.granted for epoch in self.epochs.values())

    def may_give(self, entry: Entry) -> bool:
        """Say whether the author of an entry might list epochs and grants there: its founder then, or a holder."""
        founding = next(iter(self.epochs.values())).made[0].entry
        if (entry.origin, entry.seq) == (founding.origin, founding.seq):
            return True
        return entry.rights.may_grant(entry.roles, self.place) and self.counts(entry.seat, entry.origin, entry.seq)

    def cuts_off(self, seat: SeatId, origin: bytes, seq: int) -> bool:
        """Say whether a drop in force leaves this entry of the seat out."""
        return beyond(self.cuts.get(seat, ()), Origin(origin), seq)


@dataclass(slots=True)
class Holding:
    """Judges compartments as one moment of the rows shows them."""

    authority: Authority
    listings: Listings = field(default_factory=Listings)
    _places: dict[ItemKind, Mapping[bytes, list[tuple[bytes, int]]]] = field(default_factory=dict)

    def state(self, compartment: CompartmentId) -> CompartmentState | None:
        """Return what counts in a compartment; None where not even its founding does.

        What a dropped seat listed beyond its cut is no epoch and no grant, and what hangs on it falls with it, drops
        too. Where its own cut, or one that stands without it, takes from a maker the right to it, a drop binds nobody;
        what a drop of later rank cuts of the maker's own takes none.
        """
        found = _Candidates(self, compartment)
        everything = found.judge(_nothing)
        if everything is None:
            return None
        drops = drops_by_rank(everything.epochs, everything.given)
        if not drops:
            return CompartmentState(compartment, everything.kind, everything.epochs, {})
        settled = found.settle(drops)
        while void := found.without_right(drops, settled):
            drops = [drop for drop in drops if drop not in void]
            settled = found.settle(drops)
        return CompartmentState(compartment, everything.kind, settled.judged.epochs, settled.cuts)

    def beginning(self, compartment: CompartmentId) -> Entry | None:
        """Return the entry that founds the compartment if its first record stands there too, as it nearly always does.

        Its place gives the compartment its name, so that no other entry can pass for it.
        """
        first = self.authority.rows.first_place(compartment)
        entry = None if first is None else self.authority.entry(*first)
        return entry if entry is not None and _founding_item(entry, compartment) is not None else None

    def listed_in(
        self, digest: bytes, kind: ItemKind, compartment: CompartmentId, beginning: Entry | None
    ) -> list[Entry]:
        """Return the entries of entitled authors that list this very thing for this compartment."""
        item = Item.in_compartment(kind, compartment, digest)
        if beginning is not None and item in beginning.items:
            return [beginning]  # no log is read for it
        if kind not in self._places:
            self._places[kind] = self.listings.of(self.authority.rows, kind)
        entries = (self.authority.entry(origin, seq) for origin, seq in self._places[kind].get(digest, ()))
        return [entry for entry in entries if entry is not None and item in entry.items]


@dataclass(frozen=True, slots=True)
class _Judged:
    kind: CompartmentKind
    epochs: Mapping[EpochId, CountedEpoch]
    given: Given

    def made(self) -> set[tuple[bytes, Origin, int]]:
        """Return what tells the notices that count from every other."""
        return {one.key for epoch in self.epochs.values() for one in epoch.made}


@dataclass(frozen=True, slots=True)
class _Settled:
    """The drops that bind, what they cut, and what counts then."""

    drops: list[Drop]
    cuts: Cuts
    judged: _Judged


class _Candidates:
    """Every notice and grant row of one compartment, with the entries that list it."""

    def __init__(self, holding: Holding, compartment: CompartmentId) -> None:
        self.compartment = compartment
        rows = holding.authority.rows
        beginning = holding.beginning(compartment)
        self.notices = [
            (notice, holding.listed_in(notice.digest(), ItemKind.EPOCH, compartment, beginning))
            for notice in notices_of(rows, compartment)
        ]
        self.grants: dict[bytes, list[tuple[GrantRow, list[Entry]]]] = {
            epoch: [
                (grant, holding.listed_in(grant.digest, ItemKind.GRANT, compartment, beginning))
                for grant in rows.grants_of(epoch)
                if grant.digest == grant_digest(grant.epoch, grant.seat, grant.sealed)
            ]
            for epoch in {notice.epoch for notice, listed in self.notices if listed}
        }

    def judge(self, is_cut: _IsCut) -> _Judged | None:
        """Return what counts, less the entries that are cut: founding first, then what hangs on it."""
        founding = next((Made(n, e) for n, listed in self.notices for e in listed if self._founds(n, e)), None)
        return None if founding is None else _Judgement(self, founding, is_cut).run()

    def settle(self, drops: Sequence[Drop]) -> _Settled:
        """Return what counts under these drops: all of them bind until a grant that stands nevertheless ends one."""
        ended: set[Drop] = set()
        while True:
            bound = binding(drops, ended)
            cuts = cuts_of(bound)
            judged = self._judge_under(cuts)
            more = ended_by_grants(bound, judged.epochs, judged.given)
            if not more:
                return _Settled(bound, cuts, judged)
            ended |= more

    def without_right(self, drops: Sequence[Drop], settled: _Settled) -> set[Drop]:
        """Return the drops whose maker had no right to them without the other drops in doubt, or by their own cut."""
        doubtful = self._unfounded(settled)
        void: set[Drop] = set()
        for place in {drop.place for drop in doubtful}:
            # In their order, which is their rank.
            alone = self.settle([drop for drop in drops if drop not in doubtful or drop.place == place])
            void.update(self._unfounded(alone))
        return void.intersection(doubtful)

    def _unfounded(self, settled: _Settled) -> set[Drop]:
        """Return the drops that bind although their makers have no right to them.

        A drop of the maker that ranks behind is set aside: it takes no right from an earlier one, and both bind.
        """
        counted, unfounded = settled.judged.made(), set[Drop]()
        judged: dict[tuple[Origin, int], set[tuple[bytes, Origin, int]]] = {}
        for rank, drop in enumerate(settled.drops):
            if drop.made.key in counted:
                continue
            if drop.place not in judged:  # the drops of one entry follow each other, and none of them drops its maker
                judged[drop.place] = self._made_but_for(drop.made.entry.seat, settled, rank)
            if drop.made.key not in judged[drop.place]:
                unfounded.add(drop)
        return unfounded

    def _made_but_for(self, maker: SeatId, settled: _Settled, rank: int) -> set[tuple[bytes, Origin, int]]:
        """Return what counts where no drop behind this rank drops the maker."""
        others = [drop for at, drop in enumerate(settled.drops) if at < rank or drop.seat != maker]
        return self._judge_under(cuts_of(others)).made()

    def _judge_under(self, cuts: Cuts) -> _Judged:
        judged = self.judge(partial(is_cut, cuts))
        assert judged is not None  # noqa: S101 - the founding entry is cut by nobody; for the type checker
        return judged

    def _founds(self, notice: EpochNotice, entry: Entry) -> bool:
        """Say whether the entry founds this compartment, at its own place, by somebody who may."""
        if notice.kind in _ADMITTED_BY_ENTRY_0:
            allowed = entry.founds_vault
        else:
            allowed = entry.rights.may_found(entry.roles, Place(notice.kind.name.lower()))
        item = Item.in_compartment(ItemKind.EPOCH, self.compartment, notice.digest())
        return notice.is_founding and allowed and item == _founding_item(entry, self.compartment)


class _Judgement:
    """One pass from the founding epoch on, in rounds: what hangs on an epoch is asked again when that one changes.

    Where an epoch was first reached settles what it stands in the place of: a later notice of it adds its maker's
    drops and grants and turns nothing around, so that epochs never stand in a circle.
    """

    def __init__(self, found: _Candidates, founding: Made, is_cut: _IsCut) -> None:
        self._is_cut = is_cut
        self._founding = founding
        self._kind = founding.notice.kind
        self._place = Place(self._kind.name.lower())
        self._grants = found.grants
        self._made: dict[EpochId, list[Made]] = {}
        self._replaced: dict[EpochId, set[EpochId]] = {}
        self._granted: dict[EpochId, set[SeatId]] = {}
        self._given: dict[tuple[EpochId, SeatId], set[SeatId]] = {}
        self._held_by: set[SeatId] = set()
        self._done: set[Made] = set()
        # What waits for an epoch, or for a seat to hold one.
        self._waiting: dict[bytes, list[Made]] = {}
        for notice, listed in found.notices:
            if not notice.is_founding and notice.kind is self._kind:
                for made in (Made(notice, entry) for entry in listed if not is_cut(entry)):
                    for needed in (*notice.replaced, made.entry.seat):
                        self._waiting.setdefault(needed, []).append(made)

    def run(self) -> _Judged:
        """Return what comes of it."""
        ready = [self._founding]
        while ready:
            reached = set(self._made)
            for made in ready:
                self._add(made, is_new=EpochId(made.notice.epoch) not in reached)
            changed = {EpochId(made.notice.epoch) for made in ready}
            holding = {seat for epoch in changed for seat in self._grow(epoch)}
            ready = self._ready({*changed, *holding})
        epochs = {
            epoch: CountedEpoch(tuple(made), frozenset(self._replaced[epoch]), frozenset(self._granted[epoch]))
            for epoch, made in self._made.items()
        }
        return _Judged(self._kind, epochs, {key: frozenset(givers) for key, givers in self._given.items()})

    def _add(self, made: Made, *, is_new: bool) -> None:
        epoch = EpochId(made.notice.epoch)
        self._made.setdefault(epoch, []).append(made)
        self._granted.setdefault(epoch, set())
        replaced = self._replaced.setdefault(epoch, set())
        if is_new:
            replaced |= {EpochId(one) for one in made.notice.replaced}

    def _ready(self, changed: Collection[bytes]) -> list[Made]:
        """Return what counts now, of that which waited for one of these."""
        candidates = {made for needed in changed for made in self._waiting.get(needed, ())} - self._done
        ready = [made for made in candidates if self._may_replace(made)]
        self._done.update(ready)
        return ready

    def _may_replace(self, made: Made) -> bool:
        """Say whether the author, who holds the compartment, may put this epoch in the place of those it names."""
        notice, entry = made.notice, made.entry
        if any(one not in self._made for one in notice.replaced):
            return False
        if notice.kind is CompartmentKind.AUDIT:
            return entry.seat == self._founding.entry.seat
        return entry.seat in self._held_by and entry.rights.may_grant(entry.roles, self._place)

    def _grow(self, epoch: EpochId) -> set[SeatId]:
        """Count the grants of an epoch by its makers and by who holds it already; return who held nothing before."""
        makers = {made.entry.seat for made in self._made[epoch]}
        holders = self._granted[epoch]
        before = set(self._held_by)
        grows = True
        while grows:
            grows = False
            for grant, listed in self._grants.get(epoch, ()):
                to = SeatId(grant.seat)
                givers = self._givers(grant, listed, makers | holders, holders)
                if not givers <= self._given.get((epoch, to), set()):
                    self._given.setdefault((epoch, to), set()).update(givers)
                    holders.add(to)
                    grows = True
        self._held_by |= holders
        return holders - before

    def _givers(
        self, grant: GrantRow, listed: Iterable[Entry], may_give: set[SeatId], holders: set[SeatId]
    ) -> set[SeatId]:
        """Return who gave it of those who list it; which of them sealed it, the row does not prove."""
        givers = set()
        for entry in listed:
            may = entry.founds_vault or entry.rights.may_grant(entry.roles, self._place)
            brought_back = entry.recovers and grant.seat == entry.seat and _RECOVERY in holders
            if ((may and entry.seat in may_give) or brought_back) and not self._is_cut(entry):
                givers.add(entry.seat)
        return givers


def _nothing(entry: Entry) -> bool:
    """Cut nothing."""
    del entry
    return False


def _founding_item(entry: Entry, compartment: CompartmentId) -> Item | None:
    """Return the item of the entry whose place gives the compartment its name."""
    places = ((n, item) for n, item in enumerate(entry.items) if item.kind == ItemKind.EPOCH)
    return next((one for n, one in places if founded_compartment(entry.origin, entry.seq, n) == compartment), None)
