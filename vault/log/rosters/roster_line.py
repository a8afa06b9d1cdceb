"""Which roster follows from which, and what holds where several go on from one (FORMAT.md 2).

Devices that act apart make sides of a roster's line, each as long as they stay apart. Where they meet, every ending of
each side counts, however far back it stands. What the root has settled, a side that comes to light later does not open
again: of it the endings count, and nothing else. What supervisors alone signed (a helping roster) takes nobody out; and
what it admits is valid beside the others, as long as these supervisors are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from vault.errors import VerificationError
from vault.log.rosters.roster_entries import Certificate
from vault.log.rosters.roster_rules import (
    HELPERS,
    SUPERVISOR,
    EffectiveRoster,
    RosterParts,
    only_ends_or_lowers,
    with_role,
)
from vault.words.message import Message

_Roster = TypeVar("_Roster", bound=RosterParts)
_NO_HELPER = frozenset({""})


@dataclass(frozen=True, slots=True)
class _Node(Generic[_Roster]):
    roster: _Roster
    before: EffectiveRoster | None
    effective: EffectiveRoster
    settles: bool
    admitted_by: frozenset[bytes]

    @property
    def only_takes(self) -> bool:
        """Whether it ends and lowers, and does nothing else."""
        return self.before is not None and only_ends_or_lowers(self.before, self.roster)


class Line(Generic[_Roster]):
    """The rosters that are valid, each behind those that it names."""

    def __init__(self) -> None:
        self._nodes: dict[bytes, _Node[_Roster]] = {}
        self._tips: set[bytes] = set()
        self._is_straight = True
        self._known: dict[tuple[bytes, bytes], bool] = {}
        # Of a parting that only the root can settle: roster on one of its sides -> what held before.
        self._parted: dict[bytes, EffectiveRoster] = {}

    def add(
        self,
        roster: _Roster,
        before: EffectiveRoster | None,
        effective: EffectiveRoster,
        *,
        by_root: bool,
        admitted_by: frozenset[bytes] = frozenset(),
    ) -> None:
        """Add a roster that follows from what is there. Signed by the root over several sides, it settles them.

        `admitted_by`: the supervisors of whom one could sign it alone, where nobody else did.
        """
        self._is_straight &= set(roster.head.prev) == self._tips
        self._tips = (self._tips - set(roster.head.prev)) | {roster.root}
        settles = by_root and len(roster.head.prev) > 1
        self._nodes[roster.root] = _Node(roster, before, effective, settles, admitted_by)
        if settles:
            self._vouch_again(effective, self._behind(roster.head.prev))

    def before(self, roster: _Roster) -> EffectiveRoster:
        """Return what held where a roster says that it goes on; of one that names nothing here, what holds now.

        Raises:
            VerificationError: it names a roster and one that this follows from, or there are two beginnings.
        """
        named = roster.head.prev
        if not named or not all(root in self._nodes for root in named):
            return self.now()
        further = (before for root in named for before in self._nodes[root].roster.head.prev)
        if len(named) > 1 and not self._behind(further).isdisjoint(named):
            raise VerificationError(
                Message("roster {number} names one and another that it follows from", number=roster.head.number)
            )
        return self._together(named)

    def now(self) -> EffectiveRoster:
        """Return what holds after all of them."""
        return self._together(sorted(self._tips))

    def before_the_parting(self, root: bytes) -> EffectiveRoster | None:
        """Return what held before the sides parted of which one has this roster, if only the root can settle it."""
        return self._parted.get(root)

    def follows(self, later: bytes, earlier: bytes) -> bool:
        """Say whether a roster is another one or goes on from it."""
        if self._is_straight:
            return self._number(earlier) <= self._number(later)
        if (later, earlier) not in self._known:
            self._known[later, earlier] = earlier in self._behind([later])
        return self._known[later, earlier]

    def _number(self, root: bytes) -> int:
        return self._nodes[root].roster.head.number

    def _behind(self, roots: Iterable[bytes]) -> set[bytes]:
        """Return rosters and all that they go on from."""
        found: set[bytes] = set()
        waiting = list(roots)
        while waiting:
            root = waiting.pop()
            if root not in found:
                found.add(root)
                waiting += self._nodes[root].roster.head.prev
        return found

    def _vouch_again(self, settled: EffectiveRoster, behind: set[bytes]) -> None:
        """Let whom the root certifies again have been in from the roster on that first admitted them."""
        for root in behind & self._parted.keys():
            before, admitted = self._parted[root], self._nodes[root].effective
            again = {
                seat: item for seat, item in admitted.certificates.items() if settled.certificates.get(seat) == item
            }
            roles = {
                member: given | settled.members.get(member, frozenset()) for member, given in before.members.items()
            }
            self._parted[root] = replace(
                before, certificates={**before.certificates, **again}, members={**settled.members, **roles}
            )

    def _together(self, roots: Sequence[bytes]) -> EffectiveRoster:
        """Return what holds after several: every ending of each side, and what may be admitted beside the others."""
        if len(roots) == 1:
            return self._nodes[roots[0]].effective
        rest, helping = self._without_helping(roots)
        kept = self._apart(rest) if len(rest) > 1 else self._nodes[rest[0]].effective
        return self._helped(kept, helping, roots) if helping else kept

    def _without_helping(self, roots: Sequence[bytes]) -> tuple[list[bytes], list[bytes]]:
        """Take from the ends of all sides what supervisors alone signed; return the ends then, and what was taken."""
        tips, helping = set(roots), set[bytes]()
        while len(tips) > 1 and (last := {root for root in tips if self._nodes[root].admitted_by}):
            helping |= last
            ends = tips - last | self._before_each(last)
            tips = ends - self._behind(self._before_each(ends))
        return sorted(tips), sorted(helping)

    def _before_each(self, roots: Iterable[bytes]) -> set[bytes]:
        return {before for root in roots for before in self._nodes[root].roster.head.prev}

    def _helped(self, kept: EffectiveRoster, helping: Sequence[bytes], roots: Sequence[bytes]) -> EffectiveRoster:
        """Return what is kept with what supervisors in it added: nothing that two give differently."""
        given: dict[bytes, set[Certificate]] = {}
        new: dict[bytes, frozenset[str]] = {}
        supervisors = with_role(kept, SUPERVISOR)
        for node in map(self._nodes.__getitem__, helping):
            if node.before is not None and node.admitted_by & supervisors:
                for member in node.effective.members.keys() - node.before.members.keys() - kept.members.keys():
                    new[member] = new.get(member, HELPERS) & node.effective.members[member]
                for seat in node.effective.certificates.keys() - node.before.certificates.keys():
                    given.setdefault(seat, set()).add(node.effective.certificates[seat])
        members = {**kept.members, **new}
        taken = kept.certificates.keys() | {cutoff.seat for cutoff in kept.cutoffs}
        added = {
            seat: item
            for seat, (item, *differing) in given.items()
            if not differing and seat not in taken and members.get(item.member, _NO_HELPER) <= HELPERS
        }
        helped = replace(
            kept,
            head=replace(kept.head, number=max(self._number(root) for root in roots)),
            tips=tuple(sorted(roots)),
            members=members,
            certificates={**kept.certificates, **added},
        )
        self._parted |= {root: self._vouched(root, helped, helping) for root in helping}
        return helped

    def _vouched(self, root: bytes, helped: EffectiveRoster, helping: Sequence[bytes]) -> EffectiveRoster:
        """Return a roster that supervisors alone signed without what such rosters add in vain."""
        effective = self._nodes[root].effective
        added = {
            (seat, item)
            for node in map(self._nodes.__getitem__, helping)
            for seat, item in node.effective.certificates.items()
            if node.before is not None and seat not in node.before.certificates
        }
        return replace(
            effective,
            certificates={
                seat: item
                for seat, item in effective.certificates.items()
                if (seat, item) not in added or helped.certificates.get(seat) == item
            },
        )

    def _apart(self, roots: Sequence[bytes]) -> EffectiveRoster:
        """Return what holds after sides of which at least one does more than admit helpers."""
        behind = [self._behind([root]) for root in roots]
        common = set.intersection(*behind)
        if not common:
            raise VerificationError(Message("the rosters before have no beginning in common"))
        before = self._together(sorted(common - self._before_each(common)))
        sides = [self._nodes[root].effective for root in roots]
        apart = set.union(*behind) - common
        settled = min((root for root in apart if self._nodes[root].settles), key=self._number, default=None)
        if settled is not None:
            kept = [root for root, all_of_it in zip(roots, behind, strict=True) if settled in all_of_it]
            opened_late = apart - self._behind(kept)
            self._parted |= dict.fromkeys(opened_late - self._parted.keys(), before)
            goes_on = self._together(kept)
            return _taken(goes_on, before, sides, roots, root_must_sign=goes_on.root_must_sign)
        root_must_sign = not all(self._nodes[root].only_takes for root in apart)
        if root_must_sign:
            self._parted |= dict.fromkeys(apart - self._parted.keys(), before)
        return _taken(before, before, sides, roots, root_must_sign=root_must_sign)


def _taken(
    kept: EffectiveRoster,
    before: EffectiveRoster,
    sides: Sequence[EffectiveRoster],
    roots: Sequence[bytes],
    *,
    root_must_sign: bool,
) -> EffectiveRoster:
    """Return what is left of a standing when each side takes from it what it took from what held before."""
    ended = {seat for side in sides for seat in before.certificates.keys() - side.certificates.keys()}
    left = {member for side in sides for member in before.members.keys() - side.members.keys()}
    lost: dict[bytes, set[str]] = {}
    for side in sides:
        for member, roles in before.members.items():
            lost.setdefault(member, set()).update(roles - side.members.get(member, frozenset()))
    members: Mapping[bytes, frozenset[str]] = {
        member: roles - lost.get(member, set()) for member, roles in kept.members.items() if member not in left
    }
    return EffectiveRoster(
        head=replace(kept.head, number=max(side.head.number for side in sides)),
        tips=tuple(sorted(roots)),
        root_public=kept.root_public,
        members=members,
        certificates={
            seat: item for seat, item in kept.certificates.items() if seat not in ended and item.member not in left
        },
        cutoffs=tuple({(cutoff.seat, cutoff.roster): cutoff for side in sides for cutoff in side.cutoffs}.values()),
        root_must_sign=root_must_sign,
    )
