"""When recovery sheets were joined: each later roster that the root alone signed says so to every member."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from vault.access.pins.alarms import lasting
from vault.access.trust.directory import Directory
from vault.log.rosters.roster import ROSTER_PURPOSE, Roster, RosterChain
from vault.log.rosters.roster_rules import signers_of
from vault.log.signatures import signed_message
from vault.seal.signing import is_signed_raw
from vault.words.finding import Code, Finding


@dataclass(frozen=True, slots=True)
class SheetsUsed:
    """One time that the root signed alone: the number of the roster, and what it changed."""

    roster: int
    admitted: int
    ended: int
    new_sheets: bool

    @property
    def finding(self) -> Finding:
        """What a member must hear of it."""
        which = self.roster.to_bytes(8)
        if self.new_sheets:
            return lasting(Code.NEW_SHEETS, which, number=self.roster)
        return lasting(Code.SHEETS, which, number=self.roster, admitted=self.admitted, ended=self.ended)


def sheets_used(chain: RosterChain, anchor: bytes, *, after: int = 0) -> tuple[SheetsUsed, ...]:
    """Return each roster with a number above `after` that the root of its time signed alone, oldest first.

    `anchor` is the root key that signed roster 0.
    """
    found = []
    root = anchor
    for before, roster in pairwise(chain.accepted):
        root = before.head.new_root or root
        if roster.head.number > after and _signed_by_root_alone(roster, root, before):
            admitted = roster.certificates.keys() - before.certificates.keys()
            ended = before.certificates.keys() - roster.certificates.keys()
            has_new_sheets = roster.head.new_root is not None
            found.append(SheetsUsed(roster.head.number, len(admitted), len(ended), has_new_sheets))
    return tuple(found)


def judge_sheets(directory: Directory, anchor: bytes, seen_roster: bytes) -> tuple[Finding, ...]:
    """Tell of sheets that were joined since the roster that this account saw last, where that one counts."""
    seen = directory.chain.by_root(seen_roster)
    if seen is None:
        return ()
    return tuple(use.finding for use in sheets_used(directory.chain, anchor, after=seen.head.number))


def _signed_by_root_alone(roster: Roster, root: bytes, before: Roster) -> bool:
    """Say whether the root signed and no seat did: a seat that signs with the root has its secret at hand."""
    keys = {root, *(certificate.identity for certificate in before.certificates.values())}
    message = signed_message(ROSTER_PURPOSE, roster.root)
    return signers_of(message, roster.signatures, keys, is_signed_raw) == {root}
