"""Who is in a case, and to whom a device writes: the rule of the organisation again, on the items of the case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from vault.errors import NotFoundError
from vault.ids import Digest, MemberId, SeatId
from vault.policy.roles import Role
from vault.trust.log_trees import Logs, Place
from vault.trust.trust_items import Found, Head, LetBack, LetIn, OfCase, PutOut, Rank
from vault.trust.who_is_in import Organisation
from vault.words.message import Message

_FOR_EVER = 1 << 63


class ListedOfCase(NamedTuple):
    """An item of a case, and the entry that lists it."""

    at: Place
    act: OfCase


class _Cuts:
    """What takings leave in, each entry asked once: how many there are of both, is up to whoever lists them."""

    def __init__(self, logs: Logs, takings: Mapping[PutOut, Rank], *, lenient: bool) -> None:
        self._logs, self._lenient = logs, lenient
        self._heads = defaultdict[MemberId, defaultdict[int, list[frozenset[Head]]]](lambda: defaultdict(list))
        for act, rank in takings.items():
            self._heads[act.member][rank].append(act.heads)
        self._known: dict[tuple[Place, MemberId, int], bool] = {}

    def leave_in(self, at: Place, member: MemberId, rank: int) -> bool:
        """Say whether an entry of a member lies within all takings above that rank that name them."""
        asked = at, member, rank
        if asked not in self._known:
            above = [each for taken, each in self._heads.get(member, {}).items() if taken > rank]
            self._known[asked] = all(
                self._logs.is_within(at, heads, lenient=self._lenient) for each in above for heads in each
            )
        return self._known[asked]


class Case:
    """Who is in a case by what is here. Made once, never changed.

    Attributes:
        rank: the highest rank that gifts which count give each member, put out since or not.
        wide: the same, judged as takings are.
        takings: put-outs that stand, by the rank of who took.
        firm: those of them that would count as gifts do, by the highest rank of who lists them so. They alone cut
            takings.
        leaves: those of them that only who left lists. In sections they take nobody's gifts.
        members: who is in: has a rank, and no put-out that stands names them.
        until: until when (ms UTC) a member is written to; one without a day is not in it.
        with_recovery: whether the recovery key reads too.
    """

    def __init__(
        self,
        logs: Logs,
        listed: Sequence[ListedOfCase],
        strict: Organisation,
        lenient: Organisation,
        whole: Case | None = None,
    ) -> None:
        """Judge the items of one case.

        Args:
            logs: what is here.
            listed: the items of this case alone.
            strict: the organisation as it stands.
            lenient: the organisation without stops, judged leniently.
            whole: for a section, its case: only who is let in there lists, and only its members read.

        Raises:
            NotFoundError: nothing here founds it.
        """
        self._logs, self._strict, self._lenient, self._whole = logs, strict, lenient, whole
        founding = [(at, act) for at, act in listed if isinstance(act, Found) and at.log in lenient.members]
        if not founding:
            raise NotFoundError(Message("nothing here founds this case"))
        at, found = min(founding, key=lambda each: each[1].digest)  # of a log that forked there each history may
        self.with_recovery = found.with_recovery
        self._keepers = {lenient.members[at.log], *found.keepers}
        if found.with_recovery:
            self._keepers |= strict.recovered
        self._gifts = [(at, act) for at, act in listed if isinstance(act, LetIn)]
        changes = [(at, act) for at, act in listed if isinstance(act, PutOut | LetBack)]

        self.takings: dict[PutOut, Rank] = {}
        self.firm, self._by_others = dict[PutOut, Rank](), set[PutOut]()
        if whole is not None:
            self.takings |= {
                act: max(rank, Rank.CASE) for act, rank in whole.takings.items() if act not in whole.leaves
            }
            self.firm |= dict.fromkeys(whole.firm.keys() & self.takings.keys(), Rank.CASE)
        for level in (Rank.ADMIN, Rank.KEEPER, Rank.LEAD, Rank.MEMBER) if changes else ():
            taken, firm = self._taken(level, changes)
            self.firm = dict.fromkeys(firm, level) | self.firm  # who lists it again takes nothing off it
            self.takings = taken | self.takings
        self.rank: dict[MemberId, Rank] = self._ranks(strict, self._standing())
        self.wide = self._ranks(lenient, self._cutting())
        self.leaves: set[PutOut] = self.takings.keys() - self._by_others
        self._all = _Cuts(logs, self.takings, lenient=False)
        out = {act.member for act in self.takings}
        self.members: set[MemberId] = {
            who for who in self.rank if who not in out and (whole is None or who in whole.members)
        }
        self.until = self._until()

    def counts(self, at: Place) -> bool:
        """Say whether an entry that counts, counts here too: its author was let in, and no put-out leaves it out."""
        member = self._strict.members.get(at.log)
        if member not in self.rank or (self._whole is not None and not self._whole.counts(at)):
            return False
        return self._all.leave_in(at, member, -1)

    def took(self, member: MemberId) -> list[PutOut]:
        """Return the put-outs in effect that name a member."""
        return [act for act in self.takings if act.member == member]

    def _taken(
        self, level: Rank, changes: Sequence[tuple[Place, PutOut | LetBack]]
    ) -> tuple[dict[PutOut, Rank], set[PutOut]]:
        """Return what is taken with a rank, and which of it counts as gifts do.

        What narrows, a taking, is judged without stops and admins' put-outs. What widens (a gift, a let-back, a rank
        that shields, a taking that cuts a taking) only with them: so neither one admin nor a stopped seat brings
        anybody back whom another put out.
        """
        lenient, strict = self._lenient, self._strict
        cutting, standing = self._cutting(), self._standing()
        wide, now = self._ranks(lenient, cutting), self._ranks(strict, standing)
        taken, firm, back = dict[PutOut, Rank](), set[PutOut](), set[Digest]()
        took, lifting = defaultdict[Digest, set[MemberId]](set), defaultdict[Digest, set[MemberId]](set)
        for at, act in changes:
            if not lenient.counts(at):
                continue
            member = lenient.members[at.log]
            if isinstance(act, LetBack):
                if level < Rank.ADMIN and self._gives(at, strict, now, standing, level):
                    back.add(act.taking)
                if strict.counts(at) and strict.counts_as_admin(at):
                    lifting[act.taking].add(member)
            elif act.as_admin:
                if level == Rank.ADMIN and lenient.counts_as_admin(at):
                    taken[act] = level
                    took[act.digest].add(member)
                    self._by_others.add(act)
            elif wide.get(member) == level and (now.get(act.member, -1) < level or act.member == member):
                if self._gives(at, lenient, wide, cutting, level):
                    taken[act] = level
                    if act.member != member:
                        self._by_others.add(act)
                if self._gives(at, strict, now, standing, level):
                    firm.add(act)
        if level == Rank.ADMIN:  # two admins let back, or all who took
            back = {each for each, who in took.items() if len(lifting[each]) >= 2 or who <= lifting[each]}
        taken = {act: rank for act, rank in taken.items() if act.digest not in back}
        return taken, firm & taken.keys()

    def _standing(self) -> _Cuts:
        """Return the takings so far, which cut what widens."""
        return _Cuts(self._logs, self.takings, lenient=False)

    def _cutting(self) -> _Cuts:
        """Return the takings that cut takings."""
        firm = {act: rank for act, rank in (self.takings | self.firm).items() if rank < Rank.ADMIN and act in self.firm}
        return _Cuts(self._logs, firm, lenient=True)

    def _ranks(self, organisation: Organisation, by: _Cuts) -> dict[MemberId, Rank]:
        """Return who was given which rank, from above down, under these takings."""
        rank = dict.fromkeys(self._keepers, Rank.KEEPER)
        for level in (Rank.KEEPER, Rank.LEAD, Rank.MEMBER):
            gifts = [(at, act.member) for at, act in self._gifts if act.rank == level]
            while more := {
                who for at, who in gifts if who not in rank and self._gives(at, organisation, rank, by, level)
            }:
                rank |= dict.fromkeys(more, level)
        return rank

    def _gives(
        self,
        at: Place,
        organisation: Organisation,
        ranks: Mapping[MemberId, Rank],
        by: _Cuts,
        level: Rank,
    ) -> bool:
        """Say whether an entry counts as one of somebody of that rank or more, whom no higher rank cuts off before."""
        member = organisation.members.get(at.log)
        if member is None or (rank := ranks.get(member, -1)) < level or not organisation.counts(at):
            return False
        is_wide = organisation is self._lenient
        if self._whole is not None and member not in (self._whole.wide if is_wide else self._whole.rank):
            return False
        return by.leave_in(at, member, rank)

    def _until(self) -> dict[MemberId, int]:
        """Return the day of each who has one: of several gifts the latest, each at most its giver's and the case's."""
        whole = {} if self._whole is None else self._whole.until
        if not whole and all(act.until is None for _, act in self._gifts):
            return {}
        standing = self._standing()
        gifts = [
            (self._strict.members[at.log], act.member, _FOR_EVER if act.until is None else act.until)
            for at, act in self._gifts
            if self._gives(at, self._strict, self.rank, standing, act.rank)
        ]
        days = dict.fromkeys(self._keepers, _FOR_EVER)
        is_later = True
        while is_later:
            is_later = False
            for giver, member, until in gifts:
                if (day := min(until, days.get(giver, 0))) > days.get(member, 0):
                    days[member], is_later = day, True
        days = {member: min(day, whole.get(member, _FOR_EVER)) for member, day in days.items()}
        return {member: day for member, day in days.items() if day < _FOR_EVER}


# To whom a device writes, and which keys fit.


def readers_of_case(organisation: Organisation, case: Case, now: int) -> frozenset[SeatId]:
    """Return the seats to which a device writes at `now` (ms UTC): in, of members of the case, until their day.

    The recovery key in effect reads too where the case has `with_recovery`.
    """
    return frozenset(
        seat
        for seat in seats_in(organisation, now)
        if (member := organisation.members[seat]) in case.members and case.until.get(member, now) >= now
    )


def readers_by_role(organisation: Organisation, roles: AbstractSet[Role], now: int) -> frozenset[SeatId]:
    """Return the seats of members with one of these roles: of directory, register, intake, sending and audit."""
    return frozenset(
        seat for seat in seats_in(organisation, now) if organisation.roles[organisation.members[seat]] & roles
    )


def seats_in(organisation: Organisation, now: int) -> frozenset[SeatId]:
    """Return the seats that are in, until their day."""
    return frozenset(
        seat for seat in organisation.members.keys() - organisation.out if organisation.until.get(seat, now) >= now
    )


def who_has(maker: bytes, given: Mapping[bytes, AbstractSet[bytes]]) -> set[bytes]:
    """Return who has a key: its maker, and all to whom the lists of the maker, and of all who got it so, give it.

    Counting or not: who gave a key away did so, whatever their entry is worth. A key may be written under where all of
    these read.

    Args:
        maker: the seat that made it.
        given: to whom each seat lists that it gave the key.
    """
    found, more = set[bytes](), {maker}
    while more:
        found |= more
        more = {reader for giver in more for reader in given.get(giver, ())} - found
    return found
