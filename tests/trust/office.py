"""An office on paper: logs of entries by seat, such as `Kim.1`, and what the rule of trust makes of them."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from hashlib import sha256

from vault.ids import ZERO_ID, CompartmentId, Digest, MemberId, Origin, SeatId
from vault.policy.roles import Role
from vault.trust.case import Case, ListedOfCase, readers_of_case
from vault.trust.log_trees import Branch, Listed, Logs, Place, Root
from vault.trust.trust_items import (
    Act,
    Admit,
    BySheets,
    Certificate,
    End,
    Found,
    Head,
    LetBack,
    LetIn,
    Lift,
    Lower,
    OfCase,
    PutOut,
    Rank,
    Recover,
)
from vault.trust.who_is_in import Organisation

ROOT = b"root"
CASE, SECTION = CompartmentId(b"X" * 16), CompartmentId(b"S" * 16)


def certificate(seat: str) -> Certificate:
    """Return that of a seat such as `Kim.2`; the first of a member names nobody."""
    name, _, number = seat.partition(".")
    return Certificate(Origin(_digest("seat", seat)), MemberId(ZERO_ID) if number == "1" else member(name))


def member(name: str) -> MemberId:
    """Return the id of somebody: the first 16 bytes of the certificate of their first seat."""
    return MemberId(_digest("seat", f"{name}.1")[:16])


def _digest(*what: object) -> Digest:
    return Digest(sha256(repr(what).encode()).digest())


@dataclass(frozen=True)
class Entry:
    """One entry of a log; `before` is the one that it follows."""

    seat: str
    before: int | None
    acts: tuple[Act, ...]


class Office:
    """Ann founded it. Entries are numbered as they are written; without a word each follows its log's last."""

    def __init__(
        self,
        admins: Iterable[str] = ("Ben",),
        others: Iterable[str] = ("Kim", "Lea", "Eve", "Mo"),
        *,
        helpers: bool = False,
    ) -> None:
        self.root, self._helpers = Root(ROOT), helpers
        self.entries: list[Entry] = []
        self.last: dict[str, int] = {}
        self._numbers = itertools.count()
        self.write(
            "Ann.1",
            *(self.by_sheets(self.admit(f"{name}.1", Role.ADMIN, Role.CASEWORKER)) for name in admins),
            *(self.by_sheets(self.admit(f"{name}.1")) for name in others),
        )

    def write(self, seat: str, *acts: Act, after: int | None = None) -> int:
        """Write an entry, at the end of the log or, where the log forks, behind another entry of it."""
        before = self.last.get(seat) if after is None else after
        self.entries.append(Entry(seat, before, acts))
        number = len(self.entries) - 1
        if after is None:
            self.last[seat] = number
        return number

    # ---- acts: each call makes one of its own ----------------------------------------------------------------------

    def _new(self) -> Digest:
        return _digest("act", next(self._numbers))

    def by_sheets(self, act: Admit | End | Lower | Lift | Recover, root: bytes = ROOT) -> BySheets:
        return BySheets(self._new(), root, act)

    def admit(self, seat: str, *roles: Role, until: int | None = None) -> Admit:
        given = roles or ((Role.CASEWORKER,) if seat.endswith(".1") else ())
        return Admit(self._new(), certificate(seat), frozenset(given), until)

    def end(self, seat: str, *at: int) -> End:
        return End(self._new(), certificate(seat).seat, self._heads(at))

    def lower(self, name: str, role: str, *at: int) -> Lower:
        """Make a lowering; of nobody (an empty name) where it ends the rule for helpers."""
        return Lower(self._new(), member(name) if name else MemberId(ZERO_ID), role, self._heads(at))

    def lift(self, taking: End | Lower) -> Lift:
        return Lift(self._new(), taking.digest)

    def recover(self, name: str) -> Recover:
        return Recover(self._new(), member(name))

    def found(self, *keepers: str, case: CompartmentId = CASE, with_recovery: bool = False) -> Found:
        return Found(self._new(), case, frozenset(map(member, keepers)), with_recovery)

    def let_in(
        self, name: str, rank: Rank = Rank.MEMBER, *, case: CompartmentId = CASE, until: int | None = None
    ) -> LetIn:
        return LetIn(self._new(), case, member(name), rank, until)

    def put_out(self, name: str, *at: int, as_admin: bool = False, case: CompartmentId = CASE) -> PutOut:
        return PutOut(self._new(), case, member(name), self._heads(at), as_admin)

    def let_back(self, taking: PutOut) -> LetBack:
        return LetBack(self._new(), taking.case, taking.digest)

    def _heads(self, at: Iterable[int]) -> frozenset[Head]:
        return frozenset(map(self._head, at))

    def _head(self, number: int) -> Head:
        return Head(certificate(self.entries[number].seat).seat, self._size(number), _digest("root", number))

    def _size(self, number: int) -> int:
        before = self.entries[number].before
        return 1 if before is None else self._size(before) + 1

    # ---- what a device that has all of it, or not yet all, makes of it ----------------------------------------------

    def organisation(self, without: Collection[int] = ()) -> Organisation:
        """Return who is in, for a device that lacks some entries."""
        return Organisation(self._logs(without)[0])

    def reads(self, without: Collection[int] = (), *, case: CompartmentId = CASE, now: int = 0) -> set[str]:
        """Return the seats to which a device writes in the case, or in the section of it."""
        organisation, judged = self._judge(without, case)
        readers = readers_of_case(organisation, judged, now)
        return {seat for seat in self._seats() if certificate(seat).seat in readers}

    def ranks(self) -> dict[str, Rank]:
        """Return the rank of each in the case, put out or not."""
        _, case = self._judge((), CASE)
        return {seat[:-2]: case.rank[member(seat[:-2])] for seat in self._seats() if member(seat[:-2]) in case.rank}

    def counts(self, number: int, case: CompartmentId = CASE) -> bool:
        """Say whether an entry counts in the case, or in the section of it."""
        strict, judged = self._judge((), case)
        place = self._logs(())[0].here[self._head(number)]
        return strict.counts(place) and judged.counts(place)

    def is_in(self, seat: str) -> bool:
        """Say whether a seat was let in, and is not out."""
        organisation = self.organisation()
        return certificate(seat).seat in organisation.members.keys() - organisation.out

    def roles(self, name: str) -> frozenset[Role]:
        return self.organisation().roles[member(name)]

    def _seats(self) -> set[str]:
        names = {each.seat for each in self.entries}
        return names | {f"{name}.{number}" for name in {each[:-2] for each in names} | set(_NAMES) for number in (1, 2)}

    def listed(self, case: CompartmentId = CASE) -> list[ListedOfCase]:
        """Return the items of a case."""
        return [each for each in self._logs(())[1] if each.act.case == case]

    def _judge(self, without: Collection[int], case: CompartmentId) -> tuple[Organisation, Case]:
        logs, listed = self._logs(without)
        strict, lenient = Organisation(logs), Organisation(logs, stops=False, lenient=True)
        items = {each: [item for item in listed if item.act.case == each] for each in (CASE, SECTION)}
        whole = Case(logs, items[CASE], strict, lenient)
        return strict, whole if case == CASE else Case(logs, items[case], strict, lenient, whole)

    def _logs(self, without: Collection[int]) -> tuple[Logs, list[ListedOfCase]]:
        places: dict[int, Place] = {}
        branches = defaultdict[SeatId, list[Branch]](list)
        followed = set[tuple[SeatId, int | None]]()
        for number, entry in enumerate(self.entries):
            seat = certificate(entry.seat).seat
            before = places.get(-1 if entry.before is None else entry.before, Place(seat, 0, 0))
            branch = before.branch
            if (seat, entry.before) in followed:
                branches[seat].append(Branch(before.branch, before.size))
                branch = len(branches[seat])
            followed.add((seat, entry.before))
            places[number] = Place(seat, branch, before.size + 1)
        here = {number: place for number, place in places.items() if number not in without}
        listed = [Listed(place, act) for number, place in here.items() for act in self.entries[number].acts]
        logs = Logs(
            founder=certificate("Ann.1"),
            certificates={certificate(each.seat).seat: certificate(each.seat) for each in self.entries},
            root=self.root,
            listed=[each for each in listed if not isinstance(each.act, OfCase)],
            branches=branches,
            here={self._head(number): place for number, place in here.items()},
            helpers=self._helpers,
        )
        return logs, [ListedOfCase(at, act) for at, act in listed if isinstance(act, OfCase)]


_NAMES = ("Ann", "Ben", "Cy", "Kim", "Lea", "Eve", "Mo", "Abe")
