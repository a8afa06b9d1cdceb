"""Two rosters of one number: which of them was written by somebody who still might (C4 of FORMAT.md 6).

Signatures alone cannot tell: whoever was ended keeps a key that was good for an earlier roster. What can tell is the
entry that lists it. A roster loses against another if each entry that lists it lies beyond what the other side lets
count of that log, or in a log that had named a later roster before. A roster that the root signed loses to nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

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
    chain = _chain(carried, root_public)
    lost: dict[bytes, RosterProblem] = {}
    settled: set[int] = set()
    while (number := _next_fork(chain, settled)) is not None:
        rivals = [one.root for one in chain.accepted if one.head.number == number]
        losing = _losing(rows, carried, rivals, root_public)
        if not losing:
            settled.add(number)
            continue
        lost |= {root: RosterProblem(number, root, _LOST) for root in losing}
        carried = [one for one in carried if one.roster.root not in losing]
        chain = _chain(carried, root_public)
    return replace(chain, problems=(*chain.problems, *lost.values())) if lost else chain


def _chain(carried: Iterable[Carried], root_public: bytes) -> RosterChain:
    return check_chain([one.roster for one in carried], root_public, is_signed_raw)


def _next_fork(chain: RosterChain, settled: Collection[int]) -> int | None:
    numbers = [one.head.number for one in chain.accepted]
    return next((one for one in sorted(set(numbers)) if numbers.count(one) > 1 and one not in settled), None)


def _losing(rows: Rows, carried: Sequence[Carried], rivals: Sequence[bytes], root_public: bytes) -> set[bytes]:
    """Return the rivals that lose against another one which does not lose against them."""
    forbids: dict[bytes, set[bytes]] = {}
    for root in rivals:
        others = set(rivals) - {root}
        branch = _chain([one for one in carried if one.roster.root not in others], root_public)
        forbids[root] = {one for one in others if _is_forbidden(rows, carried, one, branch, root_public)}
    return {two for one in rivals for two in forbids[one] if one not in forbids[two]}


def _is_forbidden(rows: Rows, carried: Sequence[Carried], root: bytes, branch: RosterChain, root_public: bytes) -> bool:
    listing = [one for one in carried if one.roster.root == root]
    keys = {root_public} | {one.head.new_root for one in branch.accepted}
    message = signed_message(ROSTER_PURPOSE, root)
    signatures = {pair for one in listing for pair in one.roster.signatures if pair[0] in keys}
    if any(is_signed_raw(public, signature, message) for public, signature in signatures):
        return False
    return all(_is_too_late(rows, one, branch) for one in listing)


def _is_too_late(rows: Rows, one: Carried, branch: RosterChain) -> bool:
    genesis = genesis_of(rows, one.origin)
    if genesis is None or branch.standing is None:
        return True
    number = one.roster.head.number
    cut = any(
        other.seat == genesis.seat and other.number >= number and one.seq >= other.sizes.get(one.origin, 0)
        for other in branch.standing.cuts
    )
    return cut or _knew_later(rows, one, branch)


def _knew_later(rows: Rows, one: Carried, branch: RosterChain) -> bool:
    """Say whether the log had named a roster of this number or later of the branch before: numbers never fall in it."""
    later = {other.root for other in branch.accepted if other.head.number >= one.roster.head.number}
    for row in rows.operations(one.origin, 0, one.seq + 1):
        try:
            if Header.decode(row.header).roster in later:
                return True
        except MalformedError:
            continue
    return False
