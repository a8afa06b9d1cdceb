"""Who is in a case or a section, and what counts there: items 24 to 27 (FORMAT.md 6, "The rule again" and "Keys")."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from typing_extensions import override

from tests.vectors.independent import basis
from tests.vectors.independent.basis import FOUND, LET_BACK, LET_IN, PUT_OUT, Refused, require, sha256, u32, u64
from tests.vectors.independent.lines import Heads, Id, Key, Lines, Number, Taking, read_act
from tests.vectors.independent.logs import Entry, Item

KEEPER, LEAD, MEMBER = 2, 1, 0
_NONE, _OF_CASE, _OF_ADMINS = -1, 3, 4  # ranks of what nobody of the case or section itself takes
_FOUNDING = {"caseworker", "supervisor"}
_FORMS: dict[int, Any] = {
    FOUND: tuple[Id, Id | None, Annotated[list[Id], msgspec.Meta(max_length=64)], bool, Id],
    LET_IN: tuple[Id, Id, Literal[0, 1, 2], Number | None, Id],
    PUT_OUT: tuple[Id, Id, bool, Heads, Id],
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
    """A put-out in effect, by the rank of somebody who lists it."""

    rank: int
    name: bytes
    member: bytes
    heads: Sequence[Sequence[Any]]
    cuts: bool  # whether it cuts put-outs of a lower rank
    is_leave: bool  # whether only its member lists it


class Still(Lines):
    """The organisation for what narrows: without stops by one admin, and lenient, but for what cuts: that is strict."""

    @override
    def is_within(self, entry: Entry, heads: Iterable[Sequence[Any]], *, lenient: bool = False) -> bool:
        """Say whether one of the heads may be the entry or follow it."""
        return super().is_within(entry, heads, lenient=not lenient)

    @override
    def counts(self, entry: Entry, *, lenient: bool = False) -> bool:
        """Say whether an entry counts, but for what one admin took."""
        genesis = self.logs[entry.origin].genesis
        if not self.is_of_its_seat(genesis) or genesis.origin not in self.valid:
            return False
        hitting = [one for one in self.takings if one.hits(genesis.seat, self.members[genesis.seat])]
        cutting = [one for one in hitting if not self.is_within(entry, one.heads, lenient=lenient)]
        by = {who for one in cutting for who in one.by}
        return len(by) < 2 and not any(one.by_sheets for one in cutting)

    @override
    def takings_of(self, seat: bytes) -> list[Taking]:
        """Return the takings about a seat by the sheets or by two admins."""
        return [one for one in super().takings_of(seat) if one.by_sheets or len(one.by) > 1]


class CaseRule:
    """All cases and sections that lines found, and who was given which key."""

    def __init__(self, lines: Lines) -> None:
        self.lines, self.still = lines, Still(lines.vault, lines.logs, lines.compared)
        self.said: dict[bytes, list[Said]] = {}
        self._cases: dict[bytes, Case | None] = {}
        self.all_entries = [entry for log in self.lines.logs.values() for entry in log.all_entries()]
        for entry in self.all_entries:
            for item in (one for one in entry.items if FOUND <= one.kind <= LET_BACK):
                with suppress(Refused):  # one of another form decides nothing
                    said = read_said(item, entry)
                    self.said.setdefault(said.fields[0], []).append(said)

    def case(self, compartment: bytes) -> Case | None:
        """Return a case or a section; nothing of what nobody founded who may."""
        if compartment not in self._cases:
            self._cases[compartment] = None  # whoever founds a section of itself founds nothing
            said = self.said.get(compartment, [])
            founding = min((one for one in said if self._founds(one)), key=lambda one: one.name, default=None)
            if founding is not None:
                above = self.case(founding.fields[1]) if founding.fields[1] else None
                if (above is not None and above.above is None) == (founding.fields[1] is not None):
                    self._cases[compartment] = Case(self, said, founding, above)
        return self._cases[compartment]

    def _founds(self, said: Said) -> bool:
        """Say whether an entry founds it: in a log of somebody let in who was given a role for it, counting or not."""
        if said.kind != FOUND or not self.lines.is_of_its_seat(self.lines.logs[said.entry.origin].genesis):
            return False
        entry, author = said.entry, self.lines.members[self.lines.seat_of(said.entry)]
        places = (place for place, item in enumerate(entry.items) if item.kind == basis.EPOCH)
        ids = {sha256(b"casevault/compartment", entry.origin, u64(entry.seq), u32(place))[:16] for place in places}
        given = {role for act in self.lines.admitted.values() if act.person == author for role in act.fields[1]}
        return said.fields[0] in ids and not given.isdisjoint(_FOUNDING)

    def has(self, key_id: bytes, maker: bytes) -> set[bytes]:
        """Return who has a key, from the seat that made it on; whether entries count is all the same."""
        items = [(self.lines.seat_of(entry), item) for entry in self.all_entries for item in entry.items]
        of_key = [(giver, item.digest) for giver, item in items if item.kind == basis.GRANT]
        given, found = [(giver, named[16:]) for giver, named in of_key if named[:16] == key_id], {maker}
        while new := {reader for giver, reader in given if giver in found} - found:
            found |= new
        return found

    def recovery(self) -> bytes:
        """Return as what seat the sheets in effect are given keys."""
        assert self.lines.begin is not None
        key, vault = self.lines.begin.fields[1], self.lines.vault
        signed = [one.fields for one in self.lines.acts.values() if one.kind == basis.SHEETS]
        acts = [(root, read_act(kind, content, vault)) for kind, content, root, _ in signed if kind == basis.REPLACE]
        own = {act.name: act for root, act in acts if act.fields[0] == root}
        for chosen in self.lines.compared:
            key = own[chosen].fields[1] if chosen in own else key
        return sha256(b"casevault/recovery", key)[:16]

    def day(self, seat: bytes) -> float:
        """Return until when a seat is given anything: the latest of its admissions, at most that of its first seat."""
        days: dict[bytes, list[float]] = {seat: [], self.lines.members[seat]: []}
        for act in self.lines.admitted.values():
            if act.certificate is not None and act.certificate.seat in days:
                days[act.certificate.seat].append(math.inf if act.fields[2] is None else act.fields[2])
        return min(max(found, default=math.inf) for found in days.values())


class Case:
    """One case or section: `ranks` by what widens; by `wide`, judged as what narrows, somebody puts out."""

    def __init__(self, rule: CaseRule, said: Sequence[Said], founding: Said, above: Case | None) -> None:
        self.rule, self.founding, self.above, self._lines = rule, founding, above, rule.lines
        kinds = LET_IN, PUT_OUT, LET_BACK
        self._gives, self._takes, self._backs = ([one for one in said if one.kind == kind] for kind in kinds)
        signed = self._lines.sheets.values()
        lifted = {act.fields[0] for act in signed if act.kind == basis.LIFT}
        recovered = [act.fields[0] for act in signed if act.kind == basis.RECOVER and act.name not in lifted]
        founder = self._lines.members[self._lines.seat_of(founding.entry)]
        keepers = {founder, *founding.fields[2], *(recovered if founding.fields[3] else ())}
        self.ranks, self.wide = dict.fromkeys(keepers, KEEPER), dict.fromkeys(keepers, KEEPER)
        self.outs: list[Out] = list(self._of_admins())
        if above is not None:
            others = {one.name for one in above.outs if not one.is_leave}
            self.outs += [one._replace(rank=_OF_CASE) for one in above.outs if one.name in others]
        for rank in (KEEPER, LEAD, MEMBER):
            for widely, found in enumerate((self.ranks, self.wide)):
                while new := {one.fields[1] for one in self._gifts(rank, widely=bool(widely))} - found.keys():
                    found.update(dict.fromkeys(new, rank))
            self.outs += list(self._of_rank(rank))
        self.days = self._days(keepers)

    def _stands_by(self, entry: Entry, *, widely: bool = False) -> int:
        """Return the rank by which an entry gives, or takes; less than any where a higher rank leaves it out."""
        lines, ranks = (self.rule.still, self.wide) if widely else (self._lines, self.ranks)
        author = lines.members.get(lines.seat_of(entry), b"")
        above = None if self.above is None else self.above.wide if widely else self.above.ranks
        if author not in ranks or not lines.counts(entry) or (above is not None and author not in above):
            return _NONE
        rank = ranks[author]
        over = (one for one in self.outs if one.member == author and one.rank > rank and (one.cuts or not widely))
        return rank if all(lines.is_within(entry, one.heads) for one in over) else _NONE

    def _gifts(self, rank: int, *, widely: bool = False) -> list[Said]:
        """Return the let-ins of a rank that count: by who has it, or a higher one."""
        found = [one for one in self._gives if one.fields[2] == rank]
        return [one for one in found if self._stands_by(one.entry, widely=widely) >= rank]

    def _of_admins(self) -> Iterator[Out]:
        took = [one for one in self._takes if one.fields[2] and self.rule.still._leads(one.entry)]
        gave = [one for one in self._backs if self._lines._leads(one.entry)]
        for name, (_, member, _, heads, _) in {one.name: one.fields for one in took}.items():
            back = {self._author(one) for one in gave if one.fields[1] == name}
            if len(back) < 2 and not {self._author(one) for one in took if one.name == name} <= back:
                yield Out(_OF_ADMINS, name, member, heads, cuts=False, is_leave=False)

    def _of_rank(self, rank: int) -> Iterator[Out]:
        back = {one.fields[1] for one in self._backs if self._stands_by(one.entry) >= rank}
        listed: dict[bytes, list[Said]] = {}
        for one in (one for one in self._takes if not one.fields[2] and one.name not in back):
            may = one.fields[1] not in self.ranks or one.fields[1] == self._author(one)
            if may and self._stands_by(one.entry, widely=True) == rank:
                listed.setdefault(one.name, []).append(one)
        for name, found in listed.items():
            member, heads = found[0].fields[1], found[0].fields[3]
            cuts = any(self._stands_by(one.entry) == rank for one in found)
            yield Out(rank, name, member, heads, cuts, all(self._author(one) == member for one in found))

    def _author(self, said: Said) -> bytes:
        return self.rule.still.members.get(self._lines.seat_of(said.entry), b"")

    def _days(self, keepers: Iterable[bytes]) -> dict[bytes, float]:
        days = dict.fromkeys(keepers, math.inf)
        gifts = [(self._author(one), *one.fields[1:4:2]) for rank in range(3) for one in self._gifts(rank)]
        for giver, member, until in gifts * len(gifts):
            if giver in days:
                days[member] = max(days.get(member, -1), days[giver] if until is None else min(until, days[giver]))
        return days

    def until(self, member: bytes) -> float:
        """Return until when a member of this case is given its keys."""
        return min(self.days.get(member, math.inf), math.inf if self.above is None else self.above.until(member))

    def is_in(self, member: bytes) -> bool:
        is_here = member in self.ranks.keys() - {one.member for one in self.outs}
        return is_here and (self.above is None or self.above.is_in(member))

    def counts(self, entry: Entry) -> bool:
        """Say whether an entry counts in this case or section (C6)."""
        if not self._lines.counts(entry) or (self.above is not None and not self.above.counts(entry)):
            return False
        author = self._lines.members[self._lines.seat_of(entry)]
        naming = [one.heads for one in self.outs if one.member == author]
        return author in self.ranks and all(self._lines.is_within(entry, heads) for heads in naming)

    def readers(self, clock: float) -> set[bytes]:
        """Return the seats to whom its keys may be given now."""
        inside = {seat: who for seat, who in self._lines.members.items() if self._lines.is_in(seat) and self.is_in(who)}
        found = {seat for seat, who in inside.items() if clock <= min(self.until(who), self.rule.day(seat))}
        return found | ({self.rule.recovery()} if self.founding.fields[3] else set())
