"""Two rosters of one number: which of them was written by somebody who still might (C4 of FORMAT.md 6).

Signatures alone cannot tell: whoever was ended keeps a key that was good for an earlier roster. What can tell is the
entry that lists it. A roster loses against another if each entry that lists it lies beyond what the other side lets
count of that log, or in a log that had named a later roster before, itself or in one that it goes on from, or in one
that goes on from nothing that was certified or that another key began. A roster that the root signed loses to nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache, partial

from vault.errors import MalformedError
from vault.log.header import Header
from vault.log.roster import ROSTER_PURPOSE, Roster, RosterChain, RosterProblem, check_chain
from vault.log.signatures import signed_message
from vault.records.logs import genesis_of
from vault.seal.signing import is_signed_raw
from vault.store.rows import Rows

_LOST = "whoever listed this roster had been ended before, or knew a later one"


@dataclass(frozen=True, slots=True)
class Carried:
    """A roster, and an entry that lists it."""

    roster: Roster
    origin: bytes
    seq: int


def judge_rosters(rows: Rows, carried: Sequence[Carried], root_public: bytes) -> RosterChain:
    """Judge rosters from number 0 on, each true fork as `check_chain` does; a pure function of the rows.

    Args:
        rows: where the entries stand that list them.
        carried: all that are at hand, well-formed.
        root_public: the root key that this seat keeps in its own secrets.
    """
    judge = _Judge(rows, root_public)
    chain = judge.chain(carried)
    lost: dict[bytes, RosterProblem] = {}
    settled: set[int] = set()
    while (number := _next_fork(chain, settled)) is not None:
        rivals = [one.root for one in chain.accepted if one.head.number == number]
        losing = judge.losing(carried, rivals)
        if not losing:
            settled.add(number)
            continue
        lost |= {root: RosterProblem(number, root, _LOST) for root in losing}
        carried = [one for one in carried if one.roster.root not in losing]
        chain = judge.chain(carried)
    return replace(chain, problems=(*chain.problems, *lost.values()))


def _next_fork(chain: RosterChain, settled: Collection[int]) -> int | None:
    counts = Counter(one.head.number for one in chain.accepted)
    return next((number for number, count in counts.items() if count > 1 and number not in settled), None)


class _Judge:
    """Asks each log and each signature once: one admin alone can make a thousand rosters of one number."""

    def __init__(self, rows: Rows, root_public: bytes) -> None:
        self._rows = rows
        self._root_public = root_public
        self._is_signed = cache(is_signed_raw)
        self._genesis = cache(partial(genesis_of, rows))
        self._named: dict[bytes, dict[bytes, int]] = {}

    def chain(self, carried: Iterable[Carried]) -> RosterChain:
        """Return what some of the rosters come to."""
        return check_chain([one.roster for one in carried], self._root_public, self._is_signed)

    def losing(self, carried: Sequence[Carried], rivals: Sequence[bytes]) -> set[bytes]:
        """Return the rivals that lose against another one which does not lose against them."""
        listed: dict[bytes, list[Carried]] = {root: [] for root in rivals}
        for one in carried:
            if one.roster.root in listed:
                listed[one.roster.root].append(one)
        common = [one for one in carried if one.roster.root not in listed]
        forbids: dict[bytes, set[bytes]] = {}
        for root in rivals:
            branch = self.chain([*common, *listed[root]])
            forbids[root] = {one for one in rivals if one != root and self._is_forbidden(listed[one], branch)}
        return {two for one in rivals for two in forbids[one] if one not in forbids[two]}

    def _is_forbidden(self, listing: Sequence[Carried], branch: RosterChain) -> bool:
        roster = listing[0].roster
        keys = {self._root_public} | {one.head.new_root for one in branch.accepted}
        message = signed_message(ROSTER_PURPOSE, roster.root)
        signatures = {pair for one in listing for pair in one.roster.signatures if pair[0] in keys}
        if any(self._is_signed(public, signature, message) for public, signature in signatures):
            return False
        return all(self._is_too_late(one, branch) for one in listing)

    def _is_too_late(self, one: Carried, branch: RosterChain) -> bool:
        seat = self._certified_seat(one.origin, branch)
        if seat is None:
            return True
        assert branch.standing is not None  # noqa: S101 - it has what the rivals go on from; for the type checker
        number = one.roster.head.number
        cut = any(
            other.seat == seat and other.number >= number and one.seq >= other.sizes.get(one.origin, 0)
            for other in branch.standing.cuts
        )
        return cut or self._knew_later(one, branch)

    def _knew_later(self, one: Carried, branch: RosterChain) -> bool:
        """Say whether the log had named a roster of this number or later of the branch: numbers never fall in it."""
        named, number = self._first_named(one.origin), one.roster.head.number
        later = (other.root for other in branch.accepted if other.head.number >= number)
        return any(root in named and named[root] <= one.seq for root in later)

    def _first_named(self, origin: bytes) -> Mapping[bytes, int]:
        """Return the rosters that a log names, and where first; what logs before it named was known from its start."""
        if origin not in self._named:
            named = dict.fromkeys((root for earlier in self._before(origin) for root, _ in self._names(earlier)), 0)
            for root, seq in self._names(origin):
                named.setdefault(root, seq)
            self._named[origin] = named
        return self._named[origin]

    def _names(self, origin: bytes) -> Iterator[tuple[bytes, int]]:
        for row in self._rows.operations(origin):
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
        certified = (one.certificates.get(genesis.seat) for one in branch.accepted)
        firsts = {(one.genesis, one.identity) for one in certified if one is not None}
        return genesis.seat if (beginning, genesis.identity) in firsts else None
