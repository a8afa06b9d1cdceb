"""Whom the epochs of a compartment revoke, and which revocations bind (FORMAT.md 6).

Revocations are taken by the rank of their makers, so that two who revoke each other are settled alike on every device.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from vault.ids import EpochId, Origin, SeatId
from vault.log.epoch_notice import EpochNotice
from vault.log.named_history import NamedHistory, Roots, is_left
from vault.policy.roles import Role
from vault.validity.authority import Entry

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
    """Return what these revocations cut off."""
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
