"""Whom the epochs of a compartment drop, and which drops bind (FORMAT.md 6).

The drops are taken by the rank of their makers, so that two who drop each other are settled alike on every device.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from vault.ids import EpochId, Origin, SeatId
from vault.log.epochs import EpochNotice
from vault.policy.roles import Role
from vault.records.authority import Entry

Given = Mapping[tuple[EpochId, SeatId], frozenset[SeatId]]
"""(epoch, to) -> from whom, where it counts."""
Cuts = Mapping[SeatId, tuple[Mapping[Origin, int], ...]]
"""Dropped seat -> the drops in force on it, each as log -> size that still counts."""


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """A notice of an epoch, and an entry that lists it by right; the same notice listed by two was made by both."""

    notice: EpochNotice
    entry: Entry


@dataclass(frozen=True, slots=True)
class CountedEpoch:
    """An epoch that counts.

    Attributes:
        made: the notices of it that count. Any holder can name it in a notice of their own, or list that of another:
            each is the word of its author, and none stands for another's.
        replaced: the epochs in whose place it stands.
        granted: the seats that hold a counted grant of it.
    """

    made: tuple[Made, ...]
    replaced: frozenset[EpochId]
    granted: frozenset[SeatId]


@dataclass(frozen=True, slots=True, eq=False)
class Drop:
    """One seat that one notice drops.

    Attributes:
        made: the notice, and who lists it.
        seat: whom it drops.
        sizes: what still counts of each log of the seat.
    """

    made: Made
    seat: SeatId
    sizes: Mapping[Origin, int]

    @property
    def place(self) -> tuple[Origin, int]:
        """The entry that made it."""
        return self.made.entry.origin, self.made.entry.seq

    @property
    def epoch(self) -> EpochId:
        """The epoch from which on the seat is out."""
        return EpochId(self.made.notice.epoch)


def drops_by_rank(epochs: Mapping[EpochId, CountedEpoch], given: Given) -> list[Drop]:
    """Return every drop: by supervisors first, then by whoever stands nearer to the founder, then by seat id."""
    dropping = [made for epoch in epochs.values() for made in epoch.made if made.notice.drops]
    if not dropping:
        return []
    depths = _depths(next(iter(epochs.values())).made[0].entry.seat, given)

    def rank(made: Made) -> tuple[bool, int, SeatId, Origin, int, bytes]:
        entry = made.entry
        depth = depths.get(entry.seat, len(depths))
        return Role.SUPERVISOR not in entry.roles, depth, entry.seat, entry.origin, entry.seq, made.notice.digest()

    return [drop for made in sorted(dropping, key=rank) for drop in drops_of(made)]


def drops_of(made: Made) -> list[Drop]:
    """Return whom a notice drops, by seat: everybody that it names but its maker."""
    sizes: dict[bytes, dict[Origin, int]] = {}
    for drop in made.notice.drops:
        sizes.setdefault(drop.seat, {})[Origin(drop.origin)] = drop.size
    return [Drop(made, SeatId(seat), sizes[seat]) for seat in sorted(sizes) if seat != made.entry.seat]


def binding(drops: Iterable[Drop], ended: Collection[Drop]) -> list[Drop]:
    """Return the drops that bind: those that are not over, made before an earlier one's cut of their maker."""
    found: list[Drop] = []
    cuts: dict[SeatId, list[Mapping[Origin, int]]] = {}
    for drop in drops:
        entry = drop.made.entry
        if drop not in ended and not beyond(cuts.get(entry.seat, ()), entry.origin, entry.seq):
            found.append(drop)
            cuts.setdefault(drop.seat, []).append(drop.sizes)
    return found


def cuts_of(drops: Iterable[Drop]) -> Cuts:
    """Return what these drops cut."""
    cuts: dict[SeatId, tuple[Mapping[Origin, int], ...]] = {}
    for drop in drops:
        cuts[drop.seat] = (*cuts.get(drop.seat, ()), drop.sizes)
    return cuts


def beyond(sizes: Iterable[Mapping[Origin, int]], origin: Origin, seq: int) -> bool:
    """Say whether an entry lies beyond what one of these lets count."""
    return any(seq >= counted.get(origin, 0) for counted in sizes)


def is_cut(cuts: Cuts, entry: Entry) -> bool:
    """Say whether a drop that binds its author leaves an entry out."""
    return beyond(cuts.get(entry.seat, ()), entry.origin, entry.seq)


def ended_by_grants(drops: Iterable[Drop], epochs: Mapping[EpochId, CountedEpoch], given: Given) -> set[Drop]:
    """Return the drops of which the seat was granted the epoch, or one that follows it, by somebody else."""
    dropped = list(drops)
    back = {seat: _given_back(seat, epochs, given) for seat in {drop.seat for drop in dropped}}
    return {drop for drop in dropped if drop.epoch in back[drop.seat]}


def _given_back(seat: SeatId, epochs: Mapping[EpochId, CountedEpoch], given: Given) -> set[EpochId]:
    """Return the epochs that others granted to a seat, and all that these stand in the place of."""
    found: set[EpochId] = set()
    waiting = [epoch for (epoch, to), givers in given.items() if to == seat and givers != {seat}]
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
