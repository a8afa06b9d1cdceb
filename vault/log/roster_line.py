"""Which roster follows from which, and what holds where several go on from one (FORMAT.md 2).

Devices that act apart make sides of a roster's line, each as long as they stay apart. Where they meet, every ending of
each side counts, however far back it stands. What the root has settled, a side that comes to light later does not open
again: of it the endings count, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import and_
from typing import Generic, TypeVar

from vault.errors import VerificationError
from vault.log.roster_rules import EffectiveRoster, RosterParts, only_ends_or_lowers
from vault.words.message import Message

_Roster = TypeVar("_Roster", bound=RosterParts)
_Roots = tuple[bytes, ...]  # sorted, each once
# Rosters: the bit at the place of each, in the order in which they were added. Sets of them are asked for all the time.
_Set = int


@dataclass(frozen=True, slots=True)
class _Node(Generic[_Roster]):
    """One roster; `behind` are itself and all that it goes on from."""

    roster: _Roster
    effective: EffectiveRoster
    bit: _Set
    behind: _Set


@dataclass(frozen=True, slots=True)
class _Meeting:
    """What holds where several rosters meet.

    Attributes:
        effective: what holds.
        needed: the meetings that it was judged from.
        parted: those on sides that only the root settles, and what held before them.
    """

    effective: EffectiveRoster
    needed: tuple[_Roots, ...] = ()
    parted: tuple[_Set, EffectiveRoster] | None = None


class Line(Generic[_Roster]):
    """The rosters that are valid, each behind those that it names."""

    def __init__(self) -> None:
        self._nodes: dict[bytes, _Node[_Roster]] = {}
        self._placed: list[_Node[_Roster]] = []
        self._tips: set[bytes] = set()
        # By which root those settled others, and which root those replaced that name a new one.
        self._settling: dict[_Set, bytes] = {}
        self._replacing: dict[_Set, bytes] = {}
        self._only_taking: _Set = 0
        # Who signs alone can name many rosters in each of many: every meeting of the same ones is judged once.
        self._meetings: dict[_Roots, _Meeting] = {}
        self._told: set[_Roots] = set()
        # Of a parting that only the root can settle: roster on one of its sides -> what held before.
        self._parted: dict[bytes, EffectiveRoster] = {}
        # Of a roster on such a side: seat that the root let in with its settlement -> the roles that this gave.
        self._again: dict[bytes, dict[bytes, frozenset[str]]] = {}

    def add(
        self, roster: _Roster, before: EffectiveRoster | None, effective: EffectiveRoster, *, by_root: bool
    ) -> None:
        """Add a roster that follows from what is there. Signed by the root over several sides, it settles them."""
        self._tell(_sorted(roster.head.prev))
        self._tips = (self._tips - set(roster.head.prev)) | {roster.root}
        bit, behind = 1 << len(self._placed), self._behind(roster.head.prev)
        self._nodes[roster.root] = node = _Node(roster, effective, bit, behind | bit)
        self._placed.append(node)
        if before is not None and only_ends_or_lowers(before, roster):
            self._only_taking |= bit
        if before is not None and roster.head.new_root is not None:
            self._replacing[bit] = before.root_public
        if before is not None and by_root and len(roster.head.prev) > 1:
            self._settling[bit] = before.root_public
            self._vouch_again(effective, behind)

    def before(self, roster: _Roster) -> EffectiveRoster:
        """Return what held where a roster says that it goes on; of one that names nothing here, what holds now.

        Raises:
            VerificationError: it names a roster and one that this follows from, or there are two beginnings.
        """
        named = roster.head.prev
        if not named or not all(root in self._nodes for root in named):
            return self._together(_sorted(self._tips)).effective
        further = [before for root in named for before in self._nodes[root].roster.head.prev]
        if any(self._behind(further) & self._nodes[root].bit for root in named):
            raise VerificationError(
                Message("roster {number} names one and another that it follows from", number=roster.head.number)
            )
        return self._together(_sorted(named)).effective

    def now(self) -> EffectiveRoster:
        """Return what holds after all of them."""
        tips = _sorted(self._tips)
        self._tell(tips)
        return self._together(tips).effective

    def standing(self, root: bytes) -> EffectiveRoster:
        """Return what holds after one roster alone, as on a device that knows no other side."""
        return self._nodes[root].effective

    def undecided(self, roots: _Roots) -> _Roots:
        """Return those of several that the root's settlement left: of a side that is late the endings count alone."""
        while len(needed := self._needed_by(roots)) > 1:
            roots = needed[1]
        return roots

    def before_the_parting(self, root: bytes) -> EffectiveRoster | None:
        """Return what held before the sides parted of which one has this roster, if only the root can settle it."""
        return self._parted.get(root)

    def let_in(self, root: bytes) -> Mapping[bytes, frozenset[str]]:
        """Return whom the root let in of those whom a roster admitted on a side: seat -> the roles given with it."""
        return self._again.get(root, {})

    def follows(self, later: bytes, earlier: bytes) -> bool:
        """Say whether a roster is another one or goes on from it."""
        return earlier in self._nodes and bool(self._nodes[later].behind & self._nodes[earlier].bit)

    def joins(self, roots: Collection[bytes]) -> bool:
        """Say whether some roster goes on from all of these."""
        wanted = sum(self._nodes[root].bit for root in roots)
        return any(self._nodes[tip].behind & wanted == wanted for tip in self._tips)

    def _behind(self, roots: Iterable[bytes]) -> _Set:
        """Return rosters and all that they go on from."""
        found = 0
        for root in roots:
            found |= self._nodes[root].behind
        return found

    def _in(self, some: _Set) -> Iterator[_Node[_Roster]]:
        """Yield the rosters of a set, in the order in which they were added."""
        while some:
            lowest = some & -some
            yield self._placed[lowest.bit_length() - 1]
            some ^= lowest

    def _ends_of(self, some: _Set) -> _Roots:
        """Return those of a set from which no other one of it goes on; it has all that each of it goes on from."""
        ends = []
        while some:
            node = self._placed[some.bit_length() - 1]
            ends.append(node.roster.root)
            some &= ~node.behind
        return _sorted(ends)

    def _tell(self, roots: _Roots) -> None:
        """Keep what a meeting says of its sides, once, behind what those say that it was judged from."""
        if len(roots) < 2:
            return
        self._together(roots)
        for asked in _in_order(roots, lambda each: self._meetings[each].needed, self._told):
            self._told.add(asked)
            meeting = self._meetings[asked]
            if meeting.parted is not None:
                some, before = meeting.parted
                for node in self._in(some):
                    self._parted.setdefault(node.roster.root, before)

    def _vouch_again(self, settled: EffectiveRoster, behind: _Set) -> None:
        """Let whom the root certifies again have been in from the roster on that first admitted them."""
        for node in self._in(behind):
            before = self.before_the_parting(node.roster.root)
            if before is None:
                continue
            certified = node.effective.certificates.items()
            again = {seat: item for seat, item in certified if settled.certificates.get(seat) == item}
            most = self._again.setdefault(node.roster.root, {})
            for seat, item in again.items():
                if seat in most or seat not in before.certificates:
                    given_there = settled.members[item.member]
                    most[seat] = most.get(seat, given_there) & given_there
            roles = {
                member: given | settled.members.get(member, frozenset()) for member, given in before.members.items()
            }
            self._parted[node.roster.root] = replace(
                before, certificates={**before.certificates, **again}, members={**settled.members, **roles}
            )

    def _together(self, roots: _Roots) -> _Meeting:
        """Return what holds after several: every ending of each side, no admission of any."""
        for asked in _in_order(roots, self._needed_by, self._meetings):
            self._meetings[asked] = self._meet(asked)
        return self._meetings[roots]

    def _shared_by(self, roots: _Roots) -> _Set:
        """Return what all of them go on from.

        Raises:
            VerificationError: it is nothing.
        """
        common = reduce(and_, (self._nodes[root].behind for root in roots))
        if not common:
            raise VerificationError(Message("the rosters before have no beginning in common"))
        return common

    def _needed_by(self, roots: _Roots) -> tuple[_Roots, ...]:
        """Return the meetings that one is judged from: what was before it, and what settled it.

        It is settled by the first roster on a side by which the root settled others.
        """
        if len(roots) < 2:
            return ()
        common = self._shared_by(roots)
        before, settled = self._ends_of(common), self._settled_among(self._behind(roots), common)
        if not settled:
            return (before,)
        first = settled & -settled
        return before, tuple(root for root in roots if self._nodes[root].behind & first)

    def _settled_among(self, behind: _Set, common: _Set) -> _Set:
        """Return those of some rosters, but for what all go on from, by which the root settled others.

        None by a root that a side replaced from which they do not go on: else who has replaced sheets and two lists
        from before settles these, and the sheets are in effect again.
        """
        found = 0
        for bit, root in self._settling.items():
            late = behind & ~self._placed[bit.bit_length() - 1].behind
            replacing = (each for each, replaced in self._replacing.items() if replaced == root and each & late)
            if bit & behind & ~common and all(self._placed[each.bit_length() - 1].behind & bit for each in replacing):
                found |= bit
        return found

    def _meet(self, roots: _Roots) -> _Meeting:
        sides = [self._nodes[root].effective for root in roots]
        needed = self._needed_by(roots)
        if not needed:
            (alone,) = sides
            return _Meeting(alone)
        before = self._meetings[needed[0]].effective
        apart = self._behind(roots) & ~self._shared_by(roots)
        if len(needed) > 1:
            goes_on, late = self._meetings[needed[1]].effective, apart & ~self._behind(needed[1])
            held = _taken(goes_on, before, sides, roots, root_must_sign=goes_on.root_must_sign)
            return _Meeting(held, needed, (late, before))
        root_must_sign = bool(apart & ~self._only_taking)
        held = _taken(before, before, sides, roots, root_must_sign=root_must_sign)
        old = {before.root_public, *(root for bit, root in self._replacing.items() if bit & apart)}
        held = _by_the_new_root(held, [side for side in sides if side.root_public not in old])
        return _Meeting(held, needed, (apart, before) if root_must_sign else None)


def _sorted(roots: Iterable[bytes]) -> _Roots:
    return tuple(sorted(set(roots)))


def _in_order(
    asked: _Roots, needed_by: Callable[[_Roots], Iterable[_Roots]], done: Container[_Roots]
) -> Iterator[_Roots]:
    """Yield a meeting and all that it needs and that is not done, each behind what it needs; the caller does it.

    Not by recursion: how deep they lie, whoever makes rosters decides.
    """
    waiting = [asked]
    while waiting:
        if waiting[-1] in done:
            waiting.pop()
            continue
        lacking = [needed for needed in needed_by(waiting[-1]) if needed not in done]
        waiting += lacking
        if not lacking:
            yield waiting[-1]


def _by_the_new_root(held: EffectiveRoster, renewed: Sequence[EffectiveRoster]) -> EffectiveRoster:
    """Return a standing with the root and the recovery key that sides put in the place of those before.

    The root before was ended there: else whoever has sheets that were replaced could settle the sides. Of several new
    ones the smallest key is in effect. `renewed` are the sides with a root that none of them replaced.
    """
    if not renewed:
        return held
    root_public, recovery = min((side.root_public, side.head.recovery) for side in renewed)
    return replace(held, head=replace(held.head, recovery=recovery), root_public=root_public)


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
