"""Epochs, grants and revocations of one compartment: which count, who holds them, whom they cut (FORMAT.md 6).

A pure function of what entries list, step by step as the page has it: `judge`, `ranked`, `settle`, `state`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tests.vectors.independent.basis import RECOVERY

AUDIT = 7


@dataclass(frozen=True, slots=True)
class Author:
    """An entry that passes C1 to C4, as far as this compartment asks."""

    origin: bytes
    seq: int
    seat: bytes
    may_grant: bool
    is_supervisor: bool = False
    founds_vault: bool = False
    recovers: bool = False
    root_at: Callable[[int], bytes] | None = None  # of its history, where its log forked before it


class Sizes(dict[bytes, int]):
    """What is still valid of each log of a revoked seat, and which histories are meant: log, size, root."""

    def __init__(self, sizes: Mapping[bytes, int] | None = None, seen: Sequence[tuple[bytes, int, bytes]] = ()) -> None:
        super().__init__(sizes or {})
        self.seen = seen

    def cuts_off(self, entry: Author) -> bool:
        """Say whether an entry lies at or beyond a size, in a log that is not named or a history that is not."""
        if entry.seq >= self.get(entry.origin, 0):
            return True
        named = [(size, root) for log, size, root in self.seen if log == entry.origin and size > entry.seq]
        return entry.root_at is not None and not any(entry.root_at(size) == root for size, root in named)


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """A row of an epoch, and an entry that lists it."""

    epoch: bytes
    replaces: tuple[bytes, ...]
    revocations: Mapping[bytes, Mapping[bytes, int]]  # seat -> log -> size that still counts
    digest: bytes
    by: Author


@dataclass(frozen=True, slots=True)
class Given:
    """A grant of an epoch to a seat, and an entry that lists it."""

    epoch: bytes
    to: bytes
    by: Author


@dataclass(frozen=True, slots=True)
class Drop:
    """One seat that one row drops."""

    made: Made
    seat: bytes
    sizes: Sizes


Cutoffs = Mapping[bytes, Sequence[Sizes]]


@dataclass
class Judged:
    """What counts: rows by epoch, what each replaces, who was granted it, and who gave it."""

    made: dict[bytes, list[Made]]
    replaces: dict[bytes, set[bytes]]
    granted: dict[bytes, set[bytes]]
    givers: dict[tuple[bytes, bytes], set[bytes]]

    def rows(self) -> set[Made]:
        """Return the rows that count."""
        return {one for rows in self.made.values() for one in rows}


@dataclass
class State:
    """What the rows come to for one compartment."""

    judged: Judged
    cutoffs: Cutoffs

    @property
    def current(self) -> set[bytes]:
        """The epochs that no counted one replaces."""
        return self.judged.made.keys() - {one for old in self.judged.replaces.values() for one in old}

    @property
    def holders(self) -> set[bytes]:
        """The seats with a counted grant, less the dropped ones."""
        return {seat for seats in self.judged.granted.values() for seat in seats} - self.cutoffs.keys()

    def counts(self, by: Author) -> bool:
        """Say whether a version of this entry may count (C6)."""
        granted = any(by.seat in seats for seats in self.judged.granted.values())
        return granted and not is_cut_off(by, self.cutoffs)


def is_cut_off(by: Author, cutoffs: Cutoffs) -> bool:
    """Say whether a revocation of its seat cuts an entry off."""
    return any(sizes.cuts_off(by) for sizes in cutoffs.get(by.seat, ()))


@dataclass
class Compartment:
    """Everything that entries list for one compartment."""

    kind: int
    founding: Made
    made: Sequence[Made]
    grants: Sequence[Given]

    def judge(self, cutoffs: Cutoffs) -> Judged:
        """Return what counts where these cuts hold: round by round from the founding row on."""
        found = Judged({}, {}, {}, {})
        ready, waiting, held = [self.founding], [one for one in self.made if one.replaces], set[bytes]()
        while ready:
            reached = set(found.made)
            for made in ready:
                found.made.setdefault(made.epoch, []).append(made)
                found.granted.setdefault(made.epoch, set())
                if made.epoch not in reached:  # where it was reached first settles what it stands in the place of
                    found.replaces.setdefault(made.epoch, set()).update(made.replaces)
            self._give(found, cutoffs)
            held = {seat for seats in found.granted.values() for seat in seats}
            waiting = [one for one in waiting if one not in ready]
            ready = [one for one in waiting if self._may_replace(one, found, held, cutoffs)]
        return found

    def _may_replace(self, made: Made, found: Judged, held: set[bytes], cutoffs: Cutoffs) -> bool:
        by = made.by
        if is_cut_off(by, cutoffs) or not found.made.keys() >= set(made.replaces):
            return False
        return by.seat == self.founding.by.seat if self.kind == AUDIT else by.seat in held and by.may_grant

    def _give(self, found: Judged, cutoffs: Cutoffs) -> None:
        grows = True
        while grows:
            grows = False
            for grant in self.grants:
                by, granted = grant.by, found.granted.get(grant.epoch)
                if granted is None or is_cut_off(by, cutoffs):
                    continue
                has_it = by.seat in granted or any(by.seat == one.by.seat for one in found.made[grant.epoch])
                brings_back = by.recovers and grant.to == by.seat and RECOVERY in granted
                givers = found.givers.setdefault((grant.epoch, grant.to), set())
                if ((has_it and (by.may_grant or by.founds_vault)) or brings_back) and by.seat not in givers:
                    givers.add(by.seat)
                    granted.add(grant.to)
                    grows = True

    def ranked(self) -> list[Drop]:
        """Return all drops by the rank of their makers: supervisors, then nearness to the founder, then seat id."""
        judged = self.judge({})
        depths, reached = {self.founding.by.seat: 0}, [self.founding.by.seat]
        for giver in reached:
            for (_, to), givers in sorted(judged.givers.items()):
                if giver in givers and to not in depths:
                    depths[to] = depths[giver] + 1
                    reached.append(to)

        def rank(made: Made) -> tuple[bool, int, bytes, bytes, int, bytes]:
            by = made.by
            return not by.is_supervisor, depths.get(by.seat, len(depths)), by.seat, by.origin, by.seq, made.digest

        rows = sorted((one for one in judged.rows() if one.revocations), key=rank)
        return [
            Drop(made, seat, _as_sizes(made.revocations[seat]))
            for made in rows
            for seat in sorted(made.revocations)
            if seat != made.by.seat
        ]

    def settle(self, revocations: Sequence[Drop]) -> tuple[list[Drop], Cutoffs, Judged]:
        """Return the drops that bind, what they cut and what counts then; a grant by another ends a drop."""
        ended: list[Drop] = []
        while True:
            bound, cutoffs = list[Drop](), dict[bytes, list[Sizes]]()
            for drop in revocations:
                by = drop.made.by
                if drop not in ended and not is_cut_off(by, cutoffs):
                    bound.append(drop)
                    cutoffs.setdefault(drop.seat, []).append(drop.sizes)
            judged = self.judge(cutoffs)
            back = [drop for drop in bound if _is_given_back(drop, judged)]
            if not back:
                return bound, cutoffs, judged
            ended += back

    def _without_right(self, bound: Sequence[Drop], judged: Judged) -> list[Drop]:
        """Return the drops that bind and whose maker has no right to them, even without the drops of it behind."""
        counted, found = judged.rows(), []
        for place, drop in enumerate(bound):
            if drop.made in counted:
                continue
            cutoffs: dict[bytes, list[Sizes]] = {}
            for at, other in enumerate(bound):
                if at < place or other.seat != drop.made.by.seat:
                    cutoffs.setdefault(other.seat, []).append(other.sizes)
            if drop.made not in self.judge(cutoffs).rows():
                found.append(drop)
        return found

    def state(self) -> State:
        """Return what counts."""
        revocations = self.ranked()
        while True:
            bound, cutoffs, judged = self.settle(revocations)
            doubtful = self._without_right(bound, judged)
            void = []
            for entry in {(drop.made.by.origin, drop.made.by.seq) for drop in doubtful}:
                rest = [one for one in revocations if one not in doubtful or _entry_of(one) == entry]
                alone = self.settle(rest)
                void += [one for one in self._without_right(alone[0], alone[2]) if one in doubtful]
            if not void:
                return State(judged, cutoffs)
            revocations = [drop for drop in revocations if drop not in void]


def _as_sizes(sizes: Mapping[bytes, int]) -> Sizes:
    return sizes if isinstance(sizes, Sizes) else Sizes(sizes)


def _entry_of(drop: Drop) -> tuple[bytes, int]:
    return drop.made.by.origin, drop.made.by.seq


def _is_given_back(drop: Drop, judged: Judged) -> bool:
    """Say whether others granted the seat the epoch of a drop, or one that follows it."""
    given = [epoch for (epoch, to), givers in judged.givers.items() if to == drop.seat and givers - {to}]
    seen: set[bytes] = set()
    while given:
        epoch = given.pop()
        if epoch not in seen:
            seen.add(epoch)
            given += judged.replaces.get(epoch, ())
    return drop.made.epoch in seen
