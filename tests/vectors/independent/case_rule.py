"""Who is in a case or a section, and what counts there: items 24 to 27 (FORMAT.md 6, "The rule again" and "Keys").

From above down: admins' put-outs, what the case takes of its section, then keepers, leads and members.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, NamedTuple

import msgspec

from tests.vectors.independent.basis import (
    EPOCH,
    FOUND,
    GRANT,
    LET_BACK,
    LET_IN,
    LOWER,
    PUT_OUT,
    RECOVER,
    REPLACE,
    SHEETS,
    Fault,
    Refused,
    require,
    sha256,
    u32,
    u64,
)
from tests.vectors.independent.lines import Head, Id, Key, Lines, Taking, read_act
from tests.vectors.independent.logs import Entry, Item

KEEPER, LEAD, MEMBER = 2, 1, 0
_OF_CASE, _OF_ADMINS = 3, 4  # ranks of what nobody of the case or section itself takes
_FOUNDING = {"caseworker", "supervisor"}
Rank = Annotated[int, msgspec.Meta(ge=MEMBER, le=KEEPER)]
Day = Annotated[int, msgspec.Meta(ge=0, lt=1 << 64)]
_FORMS: dict[int, Any] = {
    FOUND: tuple[Id, Id | None, list[Id], bool, Id],
    LET_IN: tuple[Id, Id, Rank, Day | None, Id],
    PUT_OUT: tuple[Id, Id, bool, list[Head], Id],
    LET_BACK: tuple[Id, Key, Id],
}


class Said(NamedTuple):
    """An item of a case in an entry that lists it."""

    kind: int
    name: bytes
    fields: tuple[Any, ...]
    entry: Entry


def read_said(item: Item, entry: Entry) -> Said:
    """Read an item that decides of a case."""
    try:
        found = msgspec.msgpack.decode(item.content, type=_FORMS[item.kind])
    except (msgspec.DecodeError, KeyError):
        raise Refused("not of the form of an item") from None
    require(msgspec.msgpack.encode(found) == item.content, "not in its one encoding")
    require(all(one == sorted(set(one)) for one in found if isinstance(one, list)), "the order of an item")
    return Said(item.kind, sha256(bytes((item.kind,)), item.content), found, entry)


class Out(NamedTuple):
    """A put-out in effect, as somebody of one rank lists it."""

    rank: int
    name: bytes
    member: bytes
    heads: Sequence[Head]
    cuts: bool  # whether it cuts put-outs of a lower rank
    is_leave: bool  # whether only its member lists it


@dataclass
class CaseRule:
    """All cases and sections that lines found, and who was given which key."""

    lines: Lines
    faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.said: dict[bytes, list[Said]] = {}
        self._cases: dict[bytes, Case | None] = {}
        self.all_entries = [entry for log in self.lines.logs.values() for entry in log.all_entries()]
        for entry in self.all_entries:
            for item in (one for one in entry.items if FOUND <= one.kind <= LET_BACK):
                try:
                    said = read_said(item, entry)
                except Refused as refusal:
                    self.faults.append(Fault("an item that decides nothing", f"{entry.seq}: {refusal}"))
                else:
                    self.said.setdefault(said.fields[0], []).append(said)

    def case(self, compartment: bytes) -> Case | None:
        """Return a case or a section; nothing of what nobody founded in an entry that counts."""
        if compartment not in self._cases:
            self._cases[compartment] = None  # whoever founds a section of itself founds nothing
            said = self.said.get(compartment, [])
            for one in said:
                above = self.case(one.fields[1]) if one.kind == FOUND and one.fields[1] else None
                if one.kind == FOUND and self._founds(one, above):
                    self._cases[compartment] = Case(self, said, one, above)
                    break
        return self._cases[compartment]

    def _founds(self, said: Said, above: Case | None) -> bool:
        entry, is_section = said.entry, said.fields[1] is not None
        places = (place for place, item in enumerate(entry.items) if item.kind == EPOCH)
        ids = {sha256(b"casevault/compartment", entry.origin, u64(entry.seq), u32(place))[:16] for place in places}
        return (
            said.fields[0] in ids
            and self.lines.counts(entry)
            and bool(self.lines.roles(entry) & _FOUNDING)
            and is_section == (above is not None)
            and (above is None or (above.above is None and self.author(entry) in above.ranks))
        )

    # ---- what section 2 says of an entry ----

    def author(self, entry: Entry) -> bytes:
        """Return the member whose entry it is; nothing of a seat that was never let in."""
        return self.lines.members.get(self.lines.seat_of(entry), b"")

    def still_counts(self, entry: Entry) -> bool:
        """Say whether an entry counts for what narrows: without stops by one admin, and with heads that are not here."""
        lines, genesis = self.lines, self.lines.logs[entry.origin].genesis
        if not lines.is_of_its_seat(genesis) or genesis.origin not in lines.valid:
            return False
        hitting = (one for one in lines.takings if one.hits(genesis.seat, lines.members[genesis.seat]))
        return all(self._is_stop(one) or lines.is_within(entry, one.heads, lenient=True) for one in hitting)

    def _is_stop(self, taking: Taking) -> bool:
        entries = self.lines.listed.get(taking.act.name, ())
        return not taking.by_sheets and len({self.author(one) for one in entries if self.leads(one, lenient=True)}) < 2

    def leads(self, entry: Entry, *, lenient: bool) -> bool:
        """Say whether it is an entry of an admin."""
        lines, seat = self.lines, self.lines.seat_of(entry)
        if seat not in lines.once_leading or not lines.counts(entry, lenient=lenient):
            return False
        lowering = (one for one in lines.takings if one.by_sheets and one.lowers(lines.members[seat], "admin"))
        return all(lines.is_within(entry, one.heads, lenient=lenient) for one in lowering)

    # ---- keys ----

    def has(self, key_id: bytes, maker: bytes) -> set[bytes]:
        """Return who has a key, from the seat that made it on; whether entries count is all the same."""
        given: dict[bytes, set[bytes]] = {}
        for entry in self.all_entries:
            for item in entry.items:
                if item.kind == GRANT and item.digest[:16] == key_id:
                    given.setdefault(self.lines.seat_of(entry), set()).add(item.digest[16:])
        found, new = set[bytes](), {maker}
        while new:
            found |= new
            new = {reader for seat in new for reader in given.get(seat, ())} - found
        return found

    def recovery(self) -> bytes:
        """Return as what seat the sheets in effect are given keys."""
        assert self.lines.begin is not None
        key, vault = self.lines.begin.fields[1], self.lines.vault
        signed = [one for one in self.lines.acts.values() if one.kind == SHEETS and one.fields[0] == REPLACE]
        acts = [(one.fields[2], read_act(REPLACE, one.fields[1], vault)) for one in signed]
        own = {act.name: act for root, act in acts if act.fields[0] == root}
        for chosen in self.lines.compared:
            key = own[chosen].fields[1] if chosen in own else key
        return sha256(b"casevault/recovery", key)[:16]

    def day(self, seat: bytes) -> float:
        """Return until when a seat is given anything: the latest of its admissions, at most that of its first seat."""
        member = self.lines.members[seat]
        days = {seat: math.inf, member: math.inf}
        for one in days:
            found = [act for act in self.lines.admitted.values() if act.certificate and act.certificate.seat == one]
            days[one] = max((_day(act.fields[2]) for act in found), default=math.inf)
        return min(days.values())


class Case:
    """One case or section."""

    def __init__(self, rule: CaseRule, said: Iterable[Said], founding: Said, above: Case | None) -> None:
        self.rule, self.founding, self.above, self._lines = rule, founding, above, rule.lines
        self._said = list(said)
        recovered = [act.fields[0] for act in self._lines.sheets.values() if act.kind == RECOVER]
        keepers = {rule.author(founding.entry), *founding.fields[2], *(recovered if founding.fields[3] else ())}
        self.ranks: dict[bytes, int] = dict.fromkeys(keepers, KEEPER)
        self.outs: list[Out] = list(self._of_admins())
        if above is not None:
            self.outs += [one._replace(rank=_OF_CASE) for one in above.outs if not one.is_leave]
        for rank in (KEEPER, LEAD, MEMBER):
            while new := {one.fields[1] for one in self._gifts() if one.fields[2] == rank} - self.ranks.keys():
                self.ranks |= dict.fromkeys(new, rank)
            self.outs += list(self._of_rank(rank))
        self.days = self._days(keepers)

    def _own(self, kind: int) -> Iterator[Said]:
        """Return items of members of whom some rank is known; of a section those of members let into its case."""
        for one in self._said:
            author = self.rule.author(one.entry)
            if one.kind == kind and author in self.ranks and (self.above is None or author in self.above.ranks):
                yield one

    def _rank(self, said: Said) -> int:
        return self.ranks[self.rule.author(said.entry)]

    def _widens(self, said: Said) -> bool:
        """Say whether an entry counts for what widens: no put-out of a higher rank than its author's leaves it out."""
        author, rank = self.rule.author(said.entry), self._rank(said)
        over = (one for one in self.outs if one.rank > rank and one.member == author)
        return self._lines.counts(said.entry) and all(self._lines.is_within(said.entry, one.heads) for one in over)

    def _narrows(self, said: Said) -> bool:
        author, rank = self.rule.author(said.entry), self._rank(said)
        over = (one for one in self.outs if one.rank > rank and one.member == author and one.cuts)
        within = (self._lines.is_within(said.entry, one.heads, lenient=True) for one in over)
        return self.rule.still_counts(said.entry) and all(within)

    def _gifts(self) -> list[Said]:
        """Return the let-ins that count, by who gives what they have, or less."""
        return [one for one in self._own(LET_IN) if one.fields[2] <= self._rank(one) and self._widens(one)]

    def _of_admins(self) -> Iterator[Out]:
        def by(kind: int, *, lenient: bool) -> dict[bytes, set[bytes]]:
            found: dict[bytes, set[bytes]] = {}
            for one in self._said:
                if one.kind == kind and self.rule.leads(one.entry, lenient=lenient):
                    key = one.name if kind == PUT_OUT else one.fields[1]
                    found.setdefault(key, set()).add(self.rule.author(one.entry))
            return found

        back, acts = by(LET_BACK, lenient=False), {one.name: one for one in self._said if one.kind == PUT_OUT}
        for name, admins in by(PUT_OUT, lenient=True).items():
            _, member, as_admin, heads, _ = acts[name].fields
            if as_admin and len(back.get(name, ())) < 2 and not admins <= back.get(name, set()):
                yield Out(_OF_ADMINS, name, member, heads, cuts=False, is_leave=False)

    def _of_rank(self, rank: int) -> Iterator[Out]:
        back = {one.fields[1] for one in self._own(LET_BACK) if self._rank(one) >= rank and self._widens(one)}
        listed: dict[bytes, list[Said]] = {}
        for one in self._own(PUT_OUT):
            _, member, as_admin, _, _ = one.fields
            may = member not in self.ranks or self.ranks[member] < rank or member == self.rule.author(one.entry)
            if self._rank(one) == rank and may and not as_admin and one.name not in back and self._narrows(one):
                listed.setdefault(one.name, []).append(one)
        for name, found in listed.items():
            _, member, _, heads, _ = found[0].fields
            is_leave = all(self.rule.author(one.entry) == member for one in found)
            yield Out(rank, name, member, heads, any(self._widens(one) for one in found), is_leave)

    def _days(self, keepers: Iterable[bytes]) -> dict[bytes, float]:
        days: dict[bytes, float] = dict.fromkeys(keepers, math.inf)
        gifts = [(self.rule.author(one.entry), one.fields[1], _day(one.fields[3])) for one in self._gifts()]
        for _ in range(len(gifts) + 1):
            for giver, member, until in gifts:
                if giver in days:
                    days[member] = max(days.get(member, -1), min(until, days[giver]))
        return days

    # ---- answers ----

    def until(self, member: bytes) -> float:
        """Return until when a member of this case is given its keys."""
        return min(self.days[member], math.inf if self.above is None else self.above.until(member))

    def is_in(self, member: bytes) -> bool:
        """Say whether a member is in."""
        is_here = member in self.ranks and all(one.member != member for one in self.outs)
        return is_here and (self.above is None or self.above.is_in(member))

    def counts(self, entry: Entry) -> bool:
        """Say whether an entry counts in this case or section (C6)."""
        author = self.rule.author(entry)
        naming = (one for one in self.outs if one.member == author)
        return (
            self._lines.counts(entry)
            and author in self.ranks
            and all(self._lines.is_within(entry, one.heads) for one in naming)
            and (self.above is None or self.above.counts(entry))
        )

    def readers(self, clock: float) -> set[bytes]:
        """Return the seats to whom its keys may be given now."""
        found = {
            seat
            for seat, member in self._lines.members.items()
            if self.is_in(member) and self._lines.is_in(seat)
            if clock <= self.until(member) and clock <= self.rule.day(seat)
        }
        return found | ({self.rule.recovery()} if self.founding.fields[3] else set())


def _day(until: int | None) -> float:
    return math.inf if until is None else until
