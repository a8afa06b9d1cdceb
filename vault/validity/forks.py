"""Two rosters of one number: which of them was written by somebody who still might (C4 of FORMAT.md 6).

Signatures alone cannot tell: whoever was ended keeps a key that was good for an earlier roster. What can tell is the
entry that lists it. A roster loses against another if each entry that lists it lies beyond what the other side lets
count of that log, or in a log that had named a later roster before, itself or in one that it goes on from, or in one
that goes on from nothing that was certified or that another key began. Where a proven entry (C1 to C3) lists the other
one alone, it loses too: whoever can write rows can lay a version at a place in another's log. To nobody loses what the
root signed, nor rivals from all of which a later roster goes on that does not lose itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cache, partial

from vault.errors import MalformedError
from vault.ids import Origin
from vault.log.header import Header
from vault.log.items import Item, ItemKind
from vault.log.rosters.roster import ROSTER_PURPOSE, Roster, RosterChain, check_chain, not_valid
from vault.log.rosters.roster_rules import Cutoff
from vault.log.signatures import signed_message
from vault.records.logs import genesis_of
from vault.seal.signing import is_signed_raw
from vault.store.rows import Rows
from vault.store.rowtypes import OperationRow
from vault.validity.authority import Proven, items_in, names_its_list
from vault.words.finding import Finding
from vault.words.message import Message

_LOST = Message("whoever listed this roster had been ended before, or knew a later one")


@dataclass(frozen=True, slots=True)
class Carried:
    """A roster, and the place at which its version stands, with the item by which the list there must name it."""

    roster: Roster
    origin: Origin
    seq: int
    item: Item


class _Late(IntEnum):
    """How much speaks against the places of a roster."""

    NOTHING = 0
    UNPROVEN = 1
    TOO_LATE = 2


def judge_rosters(
    rows: Rows, carried: Sequence[Carried], root_public: bytes, prove: Callable[[Origin], Proven]
) -> RosterChain:
    """Judge rosters from number 0 on, each true fork as `check_chain` does; a pure function of the rows.

    Args:
        rows: where the entries stand that list them.
        carried: all that are at hand, well-formed.
        root_public: the root key that this seat keeps in its own secrets.
        prove: how far a log is proven (C3); asked where rosters part alone.
    """
    judge = _Judge(rows, root_public, prove)
    chain = judge.chain(carried)
    lost: dict[bytes, Finding] = {}
    settled: set[int] = set()
    while (number := _next_fork(chain, settled)) is not None:
        rivals = [roster.root for roster in chain.accepted if roster.head.number == number]
        losing = set() if _go_on_together(chain, rivals) else judge.losing(carried, rivals)
        if not losing:
            settled.add(number)
            continue
        settled.clear()  # what went on from several may have gone with them
        lost |= {root: not_valid(number, root, _LOST) for root in losing}
        carried = [branch for branch in carried if branch.roster.root not in losing]
        chain = judge.chain(carried)
    return replace(chain, problems=(*chain.problems, *lost.values()))


def _next_fork(chain: RosterChain, settled: Collection[int]) -> int | None:
    counts = Counter(roster.head.number for roster in chain.accepted)
    return next((number for number, count in counts.items() if count > 1 and number not in settled), None)


def _go_on_together(chain: RosterChain, rivals: Collection[bytes]) -> bool:
    """Say whether a later roster goes on from all of them: whoever signed it knew them, and it is judged like them."""
    return any(all(chain.line.follows(roster.root, rival) for rival in rivals) for roster in chain.accepted)


class _Judge:
    """Asks each log and each signature once: one admin alone can make a thousand rosters of one number."""

    def __init__(self, rows: Rows, root_public: bytes, prove: Callable[[Origin], Proven]) -> None:
        self._rows = rows
        self._prove = cache(prove)
        self._listed = cache(self._find_listed)
        self._root_public = root_public
        self._is_signed = cache(is_signed_raw)
        self._genesis = cache(partial(genesis_of, rows))
        self._named: dict[tuple[bytes, bool], dict[bytes, int]] = {}

    def chain(self, carried: Iterable[Carried]) -> RosterChain:
        """Return what some of the rosters come to."""
        return check_chain([branch.roster for branch in carried], self._root_public, self._is_signed)

    def losing(self, carried: Sequence[Carried], rivals: Sequence[bytes]) -> set[bytes]:
        """Return the rivals that lose against another one which does not lose against them."""
        listed: dict[bytes, list[Carried]] = {root: [] for root in rivals}
        for claim in carried:
            if claim.roster.root in listed:
                listed[claim.roster.root].append(claim)
        common = [claim for claim in carried if claim.roster.root not in listed]
        late: dict[tuple[bytes, bytes], _Late] = {}
        for root in rivals:
            branch = self.chain([*common, *listed[root]])
            late |= {(rival, root): self._lateness(listed[rival], branch) for rival in rivals}
        return {two for two, seat in late if late[two, seat] > late[seat, two]}

    def _lateness(self, listing: Sequence[Carried], branch: RosterChain) -> _Late:
        roster = listing[0].roster
        keys = {self._root_public} | {roster.head.new_root for roster in branch.accepted}
        message = signed_message(ROSTER_PURPOSE, roster.root)
        signatures = {pair for carried in listing for pair in carried.roster.signatures if pair[0] in keys}
        if any(self._is_signed(public, signature, message) for public, signature in signatures):
            return _Late.NOTHING
        return min(self._lateness_of(carried, branch) for carried in listing)

    def _lateness_of(self, carried: Carried, branch: RosterChain) -> _Late:
        if self._is_too_late(carried, branch):
            return _Late.TOO_LATE
        return _Late.NOTHING if self._is_listed(carried) else _Late.UNPROVEN

    def _is_listed(self, branch: Carried) -> bool:
        """Say whether a proven entry lists the roster there, and not a version that was laid beside its list."""
        return bool(self._listing(branch))

    def _listing(self, branch: Carried) -> list[OperationRow]:
        """Return the proven entries that list a roster there; of a log that forked, perhaps one in each history."""
        item = (branch.item.digest, branch.item.tag)
        return [row for row, items in self._listed(branch.origin, branch.seq) if item in items]

    def _find_listed(self, origin: bytes, seq: int) -> list[tuple[OperationRow, set[tuple[bytes, bytes]]]]:
        found = (row for row in self._rows.operations(origin, seq, seq + 1) if self._prove(origin).covers(row))
        return [(row, items_in(row, ItemKind.VERSION)) for row in found if names_its_list(row)]

    def _is_too_late(self, carried: Carried, branch: RosterChain) -> bool:
        seat = self._certified_seat(carried.origin, branch)
        if seat is None:
            return True
        assert branch.effective is not None  # noqa: S101 - it has what the rivals go on from; for the type checker
        number = carried.roster.head.number
        cut = any(
            other.seat == seat and other.number >= number and not self._leaves(other, carried)
            for other in branch.effective.cutoffs
        )
        return cut or self._knew_later(carried, branch)

    def _leaves(self, cut: Cutoff, carried: Carried) -> bool:
        """Say whether a cut leaves an entry there, of a history that it means where the log has two."""
        listing = self._listing(carried)
        histories = [self._prove(carried.origin).roots_of(row) for row in listing] or [None]
        return any(cut.leaves(carried.origin, carried.seq, roots) for roots in histories)

    def _knew_later(self, carried: Carried, branch: RosterChain) -> bool:
        """Say whether the log had named a roster of this number or later of the branch: numbers never fall in it."""
        proven = self._prove(carried.origin)
        listing = self._listing(carried)
        of_other = bool(listing) and not any(proven.told_of(row) for row in listing)
        named, number = self._first_named(carried.origin, of_other=of_other), carried.roster.head.number
        later = (other.root for other in branch.accepted if other.head.number >= number)
        return any(root in named and named[root] <= carried.seq for root in later)

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

    def _certified_seat(self, origin: bytes, branch: RosterChain) -> bytes | None:
        """Return whose log this is: begun by a certified key, it goes on, in the end, from the seat's first log."""
        genesis = self._genesis(origin)
        if genesis is None:
            return None
        beginning = (origin, *self._before(origin))[-1]
        certified = (roster.certificates.get(genesis.seat) for roster in branch.accepted)
        firsts = {(certificate.genesis, certificate.identity) for certificate in certified if certificate is not None}
        return genesis.seat if (beginning, genesis.identity) in firsts else None
