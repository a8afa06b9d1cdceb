"""Which rosters the logs name, and which of two of one number was written by who still might (FORMAT.md 5, 6)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import cache, partial
from itertools import groupby

from vault.errors import MalformedError
from vault.ids import Origin
from vault.log.genesis import Genesis, signed_message
from vault.log.items import Item, ItemKind
from vault.log.operation import Header
from vault.log.parting import Parting
from vault.log.roster import ROSTER_PURPOSE, Roster, RosterChain, check_chain, not_valid
from vault.log.roster_line import Line
from vault.log.roster_rules import Cutoff
from vault.records.logs import genesis_of
from vault.seal.signing import is_signed_raw
from vault.store.rows import Rows
from vault.store.rowtypes import OperationRow
from vault.validity.authority import Authority, Proven, items_in, names_its_list
from vault.words.finding import Finding
from vault.words.message import Message

# Which rosters the headers of a log name, one after the other: none older than one named before (FORMAT.md 5).


@dataclass(frozen=True, slots=True)
class Named:
    """What the proven headers of one log name.

    Attributes:
        steps: (position, the newest roster named up to there, in the logs that it goes on from too), rising.
        older: positions of those that name a roster which one named before, in this log, goes on from.
        unknown: positions of those that name none that is here and valid.
    """

    steps: Sequence[tuple[int, Roster]] = ()
    older: Sequence[int] = ()
    unknown: Sequence[int] = ()

    def newest_at(self, seq: int) -> Roster | None:
        """Return the newest roster that the log named up to an entry, that one included; None before the first."""
        found = bisect_right(self.steps, seq, key=lambda step: step[0])
        return self.steps[found - 1][1] if found else None


@dataclass(slots=True)
class NamedRosters:
    """What logs name, each read once; `authority` proves whole logs."""

    rows: Rows
    authority: Authority
    _read: dict[bytes, Named] = field(default_factory=dict)
    _others: dict[bytes, tuple[Parting, Named]] = field(default_factory=dict)

    def of(self, origin: bytes) -> Named:
        """Return what a log names; those that it goes on from are read first."""
        waiting: list[bytes] = []
        following: bytes | None = origin
        while following is not None and following not in self._read:
            waiting.append(following)
            following = self._before(following)
        for root in reversed(waiting):
            self._read[root] = self._named_in(root)
        return self._read[origin]

    def newest_at(self, origin: bytes, seq: int, digest: bytes) -> Roster | None:
        """Return the newest roster that a log named up to an entry, that one included, in the history that it is of."""
        named = self.of(origin)
        if origin in self._others and (seq, digest) in self._others[origin][0].other:
            named = self._others[origin][1]
        return named.newest_at(seq)

    def _named_before(self, genesis: Genesis) -> Named:
        """Return what the log names that another one goes on from, in the history that its genesis means."""
        before = genesis.predecessor
        if before in self._others:
            parting, other = self._others[before]
            if parting.roots.get(genesis.predecessor_size) == genesis.predecessor_root:
                return other
        return self._read[before]

    def _before(self, origin: bytes) -> bytes | None:
        """Return the log of the same seat that one goes on from, if it is here."""
        genesis = self.authority.genesis(origin)
        if genesis is None or genesis.is_first:
            return None
        before = self.authority.genesis(genesis.predecessor)
        return genesis.predecessor if before is not None and before.identity == genesis.identity else None

    def _named_in(self, origin: bytes) -> Named:
        genesis, before = self.authority.genesis(origin), self._before(origin)
        if genesis is None:
            return Named()
        newest = None if before is None else self._named_before(genesis).newest_at(genesis.predecessor_size - 1)
        proven = self.authority.prove(Origin(origin), 0)
        one = self._named_by(Origin(origin), newest, proven, is_other=False)
        if proven.parting is None:
            return one
        other = self._named_by(Origin(origin), newest, proven, is_other=True)
        self._others[origin] = proven.parting, other
        older, unknown = ({*one.older, *other.older}, {*one.unknown, *other.unknown})
        return Named(one.steps, sorted(older), sorted(unknown))

    def _named_by(self, origin: Origin, newest: Roster | None, proven: Proven, *, is_other: bool) -> Named:
        reading = _Reading(self.authority.chain.line, [] if newest is None else [(0, newest)])
        accepted = {roster.root: roster for roster in self.authority.chain.accepted}
        spelled = b""
        for row in self.rows.operations(origin, 0, proven.size):
            if not proven.is_of(row, is_other=is_other):
                continue
            # A proven header has one spelling: only where it names another than the one before it is it parsed.
            if not spelled or spelled not in row.header:
                try:
                    root = Header.decode(row.header).roster
                except MalformedError:
                    continue
                spelled = f'"g":"{root.hex()}"'.encode()
                reading.change(row.seq, accepted.get(root))
            reading.note(row.seq)
        return Named(reading.steps, reading.older, reading.unknown)


@dataclass(slots=True)
class _Reading:
    """One log while it is read."""

    line: Line[Roster]
    steps: list[tuple[int, Roster]]
    older: list[int] = field(default_factory=list)
    unknown: list[int] = field(default_factory=list)
    _names: dict[bytes, Roster] = field(default_factory=dict)
    _behind: set[bytes] = field(default_factory=set)
    _now: Roster | None = None

    def change(self, seq: int, roster: Roster | None) -> None:
        """Take in that headers name another roster from an entry on."""
        self._now = roster
        if roster is None or self._is_behind(roster.root):
            return
        self._names[roster.root] = roster
        # The other side of a fork may have a lower number: it is no way back, and never the newest.
        if not self.steps or roster.head.number >= self.steps[-1][1].head.number:
            self.steps.append((seq, roster))

    def note(self, seq: int) -> None:
        """Keep the position of an entry that names what it should not."""
        if self._now is None:
            self.unknown.append(seq)
        elif self._now.root in self._behind:
            self.older.append(seq)

    def _is_behind(self, root: bytes) -> bool:
        if any(name != root and self.line.follows(name, root) for name in self._names):
            self._behind.add(root)
        return root in self._behind


# Two rosters of one number: which of them was written by somebody who still might (C4 of FORMAT.md 6).
# Signatures alone cannot tell: whoever was ended keeps a key that was good for an earlier roster. What can tell is
# the entry that lists it. A roster loses against another if each entry that lists it lies beyond what the other side
# lets count of that log, or in a log that had named a later roster before, itself or in one that it goes on from, or
# in one that goes on from nothing that was certified or that another key began. Where a proven entry (C1 to C3) lists
# the other one alone, it loses too: whoever can write rows can lay a version at a place in another's log. To nobody
# loses what the root signed, nor rivals from all of which a later roster goes on that does not lose itself.
_LOST = Message("the members who listed this list of members were removed before, or knew a later one")


@dataclass(frozen=True, slots=True)
class Carried:
    """A roster, and the place at which its version stands, with the item by which the list there must name it."""

    roster: Roster
    origin: Origin
    seq: int
    item: Item


# Which keys of the root signed a roster; log, position and rows of each entry that lists it.
_Places = tuple[frozenset[bytes], frozenset[tuple[bytes, int, tuple[bytes, ...]]]]


class _Late(IntEnum):
    """How much speaks against the places of a roster."""

    NOTHING = 0
    UNPROVEN = 1
    TOO_LATE = 2


def judge_rosters(
    rows: Rows, carried: Sequence[Carried], root_public: bytes, prove: Callable[[Origin], Proven]
) -> RosterChain:
    """Judge rosters from number 0 on, each true fork as `check_chain` does; a pure function of the rows.

    `prove` says how far a log is proven (C3); it is asked where rosters part alone.
    """
    judge = _Judge(rows, root_public, prove, _root_keys(root_public, (branch.roster for branch in carried)))
    chain = judge.chain(carried)
    lost: dict[bytes, Finding] = {}
    # From the first fork on each time: what went on from several rivals may have gone with them.
    while losing := next(filter(None, (judge.losing(carried, rivals) for rivals in _forks(chain))), None):
        lost |= {roster.root: not_valid(roster.head.number, roster.root, _LOST) for roster in losing}
        carried = [branch for branch in carried if branch.roster.root not in lost]
        chain = judge.chain(carried)
    return replace(chain, problems=(*chain.problems, *lost.values()))


def _forks(chain: RosterChain) -> Iterator[list[Roster]]:
    """Yield the rosters of each number that several have, where no later one goes on from all of them.

    Whoever signed such a later one knew them, and it is judged like them.
    """
    for _, same in groupby(chain.accepted, key=lambda roster: roster.head.number):
        rivals = list(same)
        if len(rivals) > 1 and not chain.line.joins([roster.root for roster in rivals]):
            yield rivals


def _root_keys(root_public: bytes, rosters: Iterable[Roster]) -> frozenset[bytes]:
    return frozenset({root_public}.union(filter(None, (roster.head.new_root for roster in rosters))))


class _Branch:
    """What one rival comes to with all that is no rival, as the lateness of others asks for it."""

    def __init__(self, chain: RosterChain, number: int, root_public: bytes) -> None:
        assert chain.effective is not None  # noqa: S101 - it has what the rivals go on from; for the type checker
        self.root_keys = _root_keys(root_public, chain.accepted)
        self.later = [roster.root for roster in chain.accepted if roster.head.number >= number]
        self.cutoffs: dict[bytes, list[Cutoff]] = {}
        for cutoff in chain.effective.cutoffs:
            if cutoff.number >= number:
                self.cutoffs.setdefault(cutoff.seat, []).append(cutoff)
        self.first_logs: dict[bytes, set[tuple[bytes, bytes]]] = {}
        for roster in chain.accepted:
            for seat, certificate in roster.certificates.items():
                self.first_logs.setdefault(seat, set()).add((certificate.genesis, certificate.identity))


class _Judge:
    """Asks each log and each signature once: one admin alone can make a thousand rosters of one number."""

    def __init__(
        self, rows: Rows, root_public: bytes, prove: Callable[[Origin], Proven], root_keys: Collection[bytes]
    ) -> None:
        self._rows, self._root_keys = rows, root_keys
        self._prove = cache(prove)
        self._listed = cache(self._find_listed)
        self._root_public = root_public
        self._is_signed = cache(is_signed_raw)
        self._genesis = cache(partial(genesis_of, rows))
        self._named: dict[tuple[bytes, bool], dict[bytes, int]] = {}

    def chain(self, carried: Iterable[Carried]) -> RosterChain:
        """Return what some of the rosters come to."""
        return check_chain([branch.roster for branch in carried], self._root_public, self._is_signed)

    def losing(self, carried: Sequence[Carried], rivals: Sequence[Roster]) -> list[Roster]:
        """Return the rivals that lose against another one which does not lose against them."""
        listed: dict[bytes, list[Carried]] = {roster.root: [] for roster in rivals}
        for claim in carried:
            if claim.roster.root in listed:
                listed[claim.roster.root].append(claim)
        common = [claim for claim in carried if claim.roster.root not in listed]
        # Those that stand at the same places are late alike, and those that take the same place are won over alike.
        alike: dict[_Places, list[Carried]] = {}
        standing = {root: self._places(claims) for root, claims in listed.items()}
        for root, claims in listed.items():
            alike.setdefault(standing[root], claims)
        kinds: dict[tuple[_Places, tuple[_Late, ...]], list[Roster]] = {}
        for roster in rivals:
            chain = self.chain([*common, *listed[roster.root]])
            branch = _Branch(chain, roster.head.number, self._root_public)
            late = tuple(self._lateness(signed, claims, branch) for (signed, _), claims in alike.items())
            kinds.setdefault((standing[roster.root], late), []).append(roster)
        at = {places: n for n, places in enumerate(alike)}
        losing = (
            rosters
            for (places, late), rosters in kinds.items()
            if any(won[at[places]] > late[at[others]] for others, won in kinds)
        )
        return [roster for rosters in losing for roster in rosters]

    def _places(self, listing: Sequence[Carried]) -> _Places:
        """Return all by which rivals can differ in how late they are."""
        message = signed_message(ROSTER_PURPOSE, listing[0].roster.root)
        pairs = {pair for carried in listing for pair in carried.roster.signatures if pair[0] in self._root_keys}
        signed = frozenset(public for public, signature in pairs if self._is_signed(public, signature, message))
        rows = ((each.origin, each.seq, tuple(row.digest for row in self._listing(each))) for each in listing)
        return signed, frozenset(rows)

    def _lateness(self, signed: frozenset[bytes], listing: Sequence[Carried], branch: _Branch) -> _Late:
        if not branch.root_keys.isdisjoint(signed):
            return _Late.NOTHING
        return min(self._lateness_of(carried, branch) for carried in listing)

    def _lateness_of(self, carried: Carried, branch: _Branch) -> _Late:
        if self._is_too_late(carried, branch):
            return _Late.TOO_LATE
        # A version may have been laid beside a list that does not name it.
        return _Late.NOTHING if self._listing(carried) else _Late.UNPROVEN

    def _listing(self, branch: Carried) -> list[OperationRow]:
        """Return the proven entries that list a roster there; of a log that forked, perhaps one in each history."""
        item = (branch.item.digest, branch.item.tag)
        return [row for row, items in self._listed(branch.origin, branch.seq) if item in items]

    def _find_listed(self, origin: bytes, seq: int) -> list[tuple[OperationRow, set[tuple[bytes, bytes]]]]:
        found = (row for row in self._rows.operations(origin, seq, seq + 1) if self._prove(origin).covers(row))
        return [(row, items_in(row, ItemKind.VERSION)) for row in found if names_its_list(row)]

    def _is_too_late(self, carried: Carried, branch: _Branch) -> bool:
        seat = self._certified_seat(carried.origin, branch)
        if seat is None:
            return True
        cut = any(not self._leaves(other, carried) for other in branch.cutoffs.get(seat, ()))
        return cut or self._knew_later(carried, branch)

    def _leaves(self, cut: Cutoff, carried: Carried) -> bool:
        """Say whether a cut leaves an entry there, of a history that it means where the log has two."""
        listing = self._listing(carried)
        histories = [self._prove(carried.origin).roots_of(row) for row in listing] or [None]
        return any(cut.leaves(carried.origin, carried.seq, roots) for roots in histories)

    def _knew_later(self, carried: Carried, branch: _Branch) -> bool:
        """Say whether the log had named a roster of this number or later of the branch: numbers never fall in it."""
        proven = self._prove(carried.origin)
        listing = self._listing(carried)
        of_other = bool(listing) and not any(proven.told_of(row) for row in listing)
        named = self._first_named(carried.origin, of_other=of_other)
        return any(root in named and named[root] <= carried.seq for root in branch.later)

    def _first_named(self, origin: bytes, *, of_other: bool = False) -> Mapping[bytes, int]:
        """Return the rosters that a log names, and where first; what logs before it named was known from its start."""
        if (origin, of_other) not in self._named:
            named = dict.fromkeys((root for earlier in self._before(origin) for root, _ in self._names(earlier)), 0)
            for root, seq in self._names(origin, of_other=of_other):
                named.setdefault(root, seq)
            self._named[origin, of_other] = named
        return self._named[origin, of_other]

    def _names(self, origin: bytes, *, of_other: bool = False) -> Iterator[tuple[bytes, int]]:
        proven = self._prove(origin)
        for row in self._rows.operations(origin):
            is_behind = proven.parting is not None and row.seq >= proven.parting.at
            if proven.covers(row) and (not is_behind or proven.told_of(row) is not of_other):
                with suppress(MalformedError):
                    yield Header.decode(row.header).roster, row.seq

    def _before(self, origin: bytes) -> list[bytes]:
        """Return the logs that a log goes on from, the nearest one first; a name is a hash, so they end."""
        found: list[bytes] = []
        genesis = self._genesis(origin)
        while genesis is not None and not genesis.is_first:
            found.append(genesis.predecessor)
            genesis = self._genesis(genesis.predecessor)
        return found

    def _certified_seat(self, origin: bytes, branch: _Branch) -> bytes | None:
        """Return whose log this is: begun by a certified key, it goes on, in the end, from the seat's first log."""
        genesis = self._genesis(origin)
        if genesis is None:
            return None
        beginning = (origin, *self._before(origin))[-1]
        firsts = branch.first_logs.get(genesis.seat, ())
        return genesis.seat if (beginning, genesis.identity) in firsts else None
