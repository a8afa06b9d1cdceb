"""Which epochs of a compartment count, who holds them and whom they revoke (FORMAT.md 6): a pure function of the rows.

Nothing here opens anything. What is decided is who was entitled: a key that somebody else planted is no epoch, and a
grant by somebody who held nothing is no grant, whatever it opens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial

from vault.ids import CompartmentId, CompartmentKind, EpochId, Origin, SeatId
from vault.log.epoch_notice import EpochNotice
from vault.log.genesis import Roots
from vault.log.items import Item, ItemKind
from vault.policy.rights import RIGHTS
from vault.policy.roles import Role
from vault.records.epochs import KeyRows
from vault.seal.recipients import grant_digest
from vault.validity.authority import Authority, Entry, Listings
from vault.validity.epoch_validity import (
    Cutoffs,
    EpochResolution,
    Grants,
    IsCutOff,
    Made,
    ResolvedEpochs,
    Revocation,
    ValidEpoch,
    beyond,
    binding,
    cutoffs_of,
    ended_by_grants,
    is_cut_off,
    revocations_by_rank,
)

_ADMITTED_BY_ENTRY_0 = frozenset(
    {CompartmentKind.DIRECTORY, CompartmentKind.REGISTER, CompartmentKind.INTAKE, CompartmentKind.SENDING}
)
ERASERS = frozenset({Role.CASEWORKER, Role.SUPERVISOR})
# Of what kind an erased version was, nobody can say any more: of recipients and package keys none is erased.
_ERASABLE = frozenset({CompartmentKind.CASE, CompartmentKind.SECTION, CompartmentKind.REGISTER, CompartmentKind.INTAKE})
# What every caller leaves behind: who writes there erases there.
_OF_CALLS = frozenset({CompartmentKind.REGISTER, CompartmentKind.INTAKE})
_FEW = 16
_READ_AT_ONCE = 512


@dataclass(frozen=True)
class CompartmentState:
    """What the rows at hand come to for one compartment.

    The founding epoch is the first of those that are valid; of a revoked seat there is what is left of each log.
    """

    compartment: CompartmentId
    kind: CompartmentKind
    epochs: Mapping[EpochId, ValidEpoch]
    cutoffs: Cutoffs

    @property
    def founding(self) -> Entry:
        return next(iter(self.epochs.values())).made[0].entry

    @property
    def beginnings(self) -> list[Entry]:
        """The entry that founded it, or of a log that forked there each that did."""
        made = (row for epoch in self.epochs.values() for row in epoch.made if row.notice.is_founding)
        return [row.entry for row in made]

    @cached_property
    def current(self) -> tuple[EpochId, ...]:
        """The epochs that no other replaces; several after two people replaced one at once."""
        replaced = {made for epoch in self.epochs.values() for made in epoch.replaced}
        return tuple(sorted(self.epochs.keys() - replaced))

    @cached_property
    def ever_granted(self) -> frozenset[SeatId]:
        """The seats that hold a valid grant of any epoch."""
        return frozenset(seat for epoch in self.epochs.values() for seat in epoch.granted)

    @cached_property
    def holders(self) -> frozenset[SeatId]:
        """The seats that were granted an epoch and that nobody revoked, recovery among them where it does."""
        return self.ever_granted - self.cutoffs.keys()

    @cached_property
    def knowing(self) -> frozenset[SeatId]:
        """The seats that have a current key, recovery among them where it does: each that was granted or made it."""
        current = [self.epochs[epoch] for epoch in self.current]
        makers = {made.entry.seat for epoch in current for made in epoch.made}
        return frozenset(makers).union(*(epoch.granted for epoch in current))

    @cached_property
    def behind(self) -> frozenset[SeatId]:
        """The holders who lack a current epoch: it was made by somebody who did not know of them."""
        granted = [self.epochs[epoch].granted for epoch in self.current]
        return self.holders - frozenset.intersection(*granted)

    def who_dropped(self, seat: SeatId) -> frozenset[SeatId]:
        """Return whose epochs drop a seat; nobody where no drop of it is in force."""
        if seat not in self.cutoffs:
            return frozenset()
        made = (row for epoch in self.epochs.values() for row in epoch.made)
        return frozenset(row.entry.seat for row in made if seat in {drop.seat for drop in row.notice.revocations})

    def is_valid(self, seat: SeatId, origin: bytes, seq: int, roots: Roots | None = None) -> bool:
        """Say whether a version that this seat wrote there may count (C6): it was granted, and not cut off before.

        `roots` are those of the history that the entry is of, where its log has two there.
        """
        return self.was_granted(seat) and not self.cuts_off(seat, origin, seq, roots)

    def was_granted(self, seat: SeatId) -> bool:
        """Say whether the seat holds a valid grant of any epoch."""
        return seat in self.ever_granted

    def may_give(self, entry: Entry) -> bool:
        """Say whether the author of an entry might list epochs and grants there: its founder then, or a holder."""
        if (entry.origin, entry.seq) == (self.founding.origin, self.founding.seq):
            return True
        is_valid = self.is_valid(entry.seat, entry.origin, entry.seq, entry.roots)
        return is_valid and RIGHTS.may_grant(entry.roles, self.kind)

    def may_erase(self, entry: Entry) -> bool:
        """Say whether the author of an entry might erase what stands there: by role, and where they may write."""
        may = self.kind in _ERASABLE and (self.kind in _OF_CALLS or bool(entry.roles & ERASERS))
        return may and self.may_write(entry)

    def may_write(self, entry: Entry) -> bool:
        """Say whether the author of an entry might write something there then, of whatever kind (C5, C6)."""
        may = RIGHTS.may_write_some(entry.roles, self.kind)
        return may and self.is_valid(entry.seat, entry.origin, entry.seq, entry.roots)

    def cuts_off(self, seat: SeatId, origin: bytes, seq: int, roots: Roots | None = None) -> bool:
        """Say whether a revocation in force leaves this entry of the seat out."""
        return beyond(self.cutoffs.get(seat, ()), Origin(origin), seq, roots)


@dataclass(slots=True)
class AccessResolver:
    """Judges compartments as one moment of the rows shows them."""

    authority: Authority
    listings: Listings = field(default_factory=Listings)
    _places: dict[ItemKind, Mapping[bytes, list[tuple[bytes, int]]]] = field(default_factory=dict)
    key_rows: KeyRows = field(init=False)

    def __post_init__(self) -> None:
        self.key_rows = KeyRows(self.authority.rows)

    def states(self, compartments: Sequence[CompartmentId]) -> dict[CompartmentId, CompartmentState | None]:
        """Judge many compartments as `state` does; where they are more than a few, their rows are read together."""
        found: dict[CompartmentId, CompartmentState | None] = {}
        for start in range(0, len(compartments), _READ_AT_ONCE):
            some = compartments[start : start + _READ_AT_ONCE]
            if len(some) > _FEW:
                self.key_rows.look_ahead(some)
            found |= {compartment: self.state(compartment) for compartment in some}
        return found

    def state(self, compartment: CompartmentId) -> CompartmentState | None:
        """Return what is valid in a compartment; None where not even its founding is.

        What a revoked seat listed beyond its cutoff is no epoch and no grant, and what hangs on it falls with it, drops
        too. Where its own cut, or one that stands without it, takes from a maker the right to it, a drop binds nobody;
        what a revocation of later rank cuts off of the maker's own takes none.
        """
        found = _Candidates(self, compartment)
        everything = found.judge(lambda _: False)
        if everything is None:
            return None
        ranked = revocations_by_rank(everything.epochs, everything.given)
        revocations = [revocation for revocation in ranked if self.authority.is_certified(revocation.seat)]
        if not revocations:
            return CompartmentState(compartment, everything.kind, everything.epochs, {})
        settled = found.settle(revocations)
        while void := found.without_right(revocations, settled):
            revocations = [revocation for revocation in revocations if revocation not in void]
            settled = found.settle(revocations)
        return CompartmentState(compartment, everything.kind, settled.judged.epochs, settled.cutoffs)

    def beginning(self, compartment: CompartmentId) -> Entry | None:
        """Return the entry that founds the compartment if its first record stands there too, as it nearly always does.

        Its place gives the compartment its name, so that no other entry can pass for it.
        """
        first = self.key_rows.first_place(compartment)
        found = () if first is None else self.authority.entries_at(*first)
        return found[0] if len(found) == 1 and compartment in found[0].founds else None

    def listed_in(
        self, digest: bytes, kind: ItemKind, compartment: CompartmentId, beginning: Entry | None
    ) -> list[Entry]:
        """Return the entries of entitled authors that list this very thing for this compartment."""
        item = Item.in_compartment(kind, compartment, digest)
        if beginning is not None and item in beginning.listed:
            return [beginning]  # no log is read for it
        if kind not in self._places:
            self._places[kind] = self.listings.of(self.authority.rows, kind)
        places = dict.fromkeys(self._places[kind].get(digest, ()))
        return [entry for place in places for entry in self.authority.entries_at(*place) if item in entry.listed]


@dataclass(frozen=True, slots=True)
class _Settled:
    """The revocations that bind, what they cut off, and what is valid then."""

    revocations: list[Revocation]
    cutoffs: Cutoffs
    judged: ResolvedEpochs


class _Candidates:
    """Every notice and grant row of one compartment that some entry lists, with these entries."""

    def __init__(self, holding: AccessResolver, compartment: CompartmentId) -> None:
        self.compartment = compartment
        self._recovery = holding.authority.directory.recovery_seats
        rows, beginning = holding.key_rows, holding.beginning(compartment)
        # Each stands here once, and the passes tell them apart by identity.
        self.made = [
            Made(notice, entry)
            for notice in rows.notices(compartment)
            for entry in holding.listed_in(notice.digest(), ItemKind.EPOCH, compartment, beginning)
        ]
        self.grants: Grants = {
            epoch: [
                (grant, holding.listed_in(grant.digest, ItemKind.GRANT, compartment, beginning))
                for grant in rows.grants(epoch)
                if holding.authority.is_certified(grant.seat)
                and grant.digest == grant_digest(grant.epoch, grant.seat, grant.sealed)
            ]
            for epoch in {made.notice.epoch for made in self.made}
        }
        # In each history of a log that forked one may stand, of one seat.
        self.founding = [made for made in self.made if self._founds(made.notice, made.entry)]

    def judge(self, is_cut_off: IsCutOff) -> ResolvedEpochs | None:
        """Return what is valid, less the entries that are cut off: founding first, then what hangs on it."""
        return self._resolution(is_cut_off).run() if self.founding else None

    def _resolution(self, is_cut_off: IsCutOff) -> EpochResolution:
        return EpochResolution(self.founding, self.made, self.grants, is_cut_off, self._recovery)

    def settle(self, revocations: Sequence[Revocation]) -> _Settled:
        """Return what is valid under these drops: all of them bind until a grant that stands nevertheless ends one."""
        ended: set[Revocation] = set()
        while True:
            bound = binding(revocations, ended)
            cutoffs = cutoffs_of(bound)
            judged = self._judge_under(cutoffs)
            more = ended_by_grants(bound, judged.epochs, judged.given)
            if not more:
                return _Settled(bound, cutoffs, judged)
            ended |= more

    def without_right(self, revocations: Sequence[Revocation], settled: _Settled) -> set[Revocation]:
        """Return the drops whose maker had no right to them without the other drops in doubt, or by their own cut."""
        doubtful = self._unfounded(settled)
        void: set[Revocation] = set()
        for place in {revocation.place for revocation in doubtful}:
            # In their order, which is their rank.
            alone = self.settle(
                [revocation for revocation in revocations if revocation not in doubtful or revocation.place == place]
            )
            void.update(self._unfounded(alone))
        return void.intersection(doubtful)

    def _unfounded(self, settled: _Settled) -> set[Revocation]:
        """Return the revocations that bind although their makers have no right to them.

        A revocation of the maker that ranks behind is set aside: it takes no right from an earlier one, and both bind.
        """
        counted, unfounded = settled.judged.made(), set[Revocation]()
        before = Counter[SeatId]()
        # What is left of the revocations of a maker decides, and few makers are revoked often.
        judged: dict[tuple[SeatId, int], set[Made]] = {}
        for rank, revocation in enumerate(settled.revocations):
            maker = revocation.made.entry.seat
            if revocation.made not in counted:
                left = maker, before[maker]
                if left not in judged:
                    judged[left] = self._made_but_for(maker, settled, rank)
                if revocation.made not in judged[left]:
                    unfounded.add(revocation)
            before[revocation.seat] += 1
        return unfounded

    def _made_but_for(self, maker: SeatId, settled: _Settled, rank: int) -> set[Made]:
        """Return what is valid where no revocation behind this rank revokes the maker."""
        others = [
            revocation for at, revocation in enumerate(settled.revocations) if at < rank or revocation.seat != maker
        ]
        return self._judge_under(cutoffs_of(others)).made()

    def _judge_under(self, cutoffs: Cutoffs) -> ResolvedEpochs:
        judged = self.judge(partial(is_cut_off, cutoffs))
        assert judged is not None  # noqa: S101 - the founding entry is cut by nobody; for the type checker
        return judged

    def _founds(self, notice: EpochNotice, entry: Entry) -> bool:
        """Say whether the entry founds this compartment, at its own place, by somebody who may."""
        if notice.kind in _ADMITTED_BY_ENTRY_0:
            allowed = entry.founds_vault
        else:
            allowed = RIGHTS.may_found(entry.roles, notice.kind)
        item = Item.in_compartment(ItemKind.EPOCH, self.compartment, notice.digest())
        return notice.is_founding and allowed and item == entry.founds.get(self.compartment)
