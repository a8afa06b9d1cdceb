"""Which epochs and grants of a compartment are valid, in one pass from its founding epoch on (FORMAT.md 6)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from vault.ids import RECOVERY_SEAT, CompartmentKind, EpochId, SeatId
from vault.store.rowtypes import GrantRow
from vault.validity.authority import Entry
from vault.validity.revocations import Given, Made, ValidEpoch

IsCutOff = Callable[[Entry], bool]
Grants = Mapping[bytes, Sequence[tuple[GrantRow, Sequence[Entry]]]]
"""Epoch -> every grant of it, with the entries that list it."""
_RECOVERY = SeatId(RECOVERY_SEAT)


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

    def __init__(self, founding: Sequence[Made], others: Iterable[Made], grants: Grants, is_cut_off: IsCutOff) -> None:
        self._is_cut_off = is_cut_off
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
        """Return what comes of it."""
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
        return entry.seat in self._held_by and entry.rights.may_grant(entry.roles, notice.kind)

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
            may = entry.founds_vault or any(entry.rights.may_grant(entry.roles, place) for place in places)
            brought_back = entry.recovers and grant.seat == entry.seat and _RECOVERY in holders
            if ((may and entry.seat in may_give) or brought_back) and not self._is_cut_off(entry):
                givers.add(entry.seat)
        return givers
