"""When recovery sheets were joined: each later roster that the root alone signed says so to every member."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from vault.access.pins.alarms import SHEETS_ALARM, Alarm
from vault.access.trust.directory import Directory
from vault.display import counted
from vault.log.rosters.roster import ROSTER_PURPOSE, Roster, RosterChain
from vault.log.rosters.roster_rules import signers_of
from vault.log.signatures import signed_message
from vault.seal.signing import is_signed_raw


@dataclass(frozen=True, slots=True)
class SheetsUsed:
    """One time that the root signed alone: the number of the roster, and what it changed."""

    roster: int
    admitted: int
    ended: int
    new_sheets: bool

    @property
    def words(self) -> str:
        """What a member must hear of it."""
        if self.new_sheets:
            return f"New recovery sheets were made (roster {self.roster}): the old ones open nothing new."
        admitted = counted(self.admitted, "device was", "devices were")
        return (
            f"Recovery sheets were joined (roster {self.roster}): {admitted} admitted and {self.ended} ended. "
            "Ask who did it, and whether you knew."
        )


def sheets_used(chain: RosterChain, anchor: bytes, *, after: int = 0) -> tuple[SheetsUsed, ...]:
    """Return each roster with a number above `after` that the root of its time signed alone, oldest first.

    Args:
        chain: rosters that are valid.
        anchor: the root key that signed roster 0.
        after: number of the last roster that is known already.
    """
    found = []
    root = anchor
    for before, roster in pairwise(chain.accepted):
        root = before.head.new_root or root
        if roster.head.number > after and _signed_by_root_alone(roster, root, before):
            admitted = roster.certificates.keys() - before.certificates.keys()
            ended = before.certificates.keys() - roster.certificates.keys()
            found.append(SheetsUsed(roster.head.number, len(admitted), len(ended), roster.head.new_root is not None))
    return tuple(found)


def judge_sheets(directory: Directory, anchor: bytes, seen_roster: bytes) -> tuple[Alarm, ...]:
    """Tell of sheets that were joined since the roster that this account saw last, where that one counts."""
    seen = directory.chain.by_root(seen_roster)
    if seen is None:
        return ()
    used = sheets_used(directory.chain, anchor, after=seen.head.number)
    return tuple(Alarm(f"{SHEETS_ALARM}:{use.roster}", use.words, is_fault=False, lasts=True) for use in used)


def _signed_by_root_alone(roster: Roster, root: bytes, before: Roster) -> bool:
    """Say whether the root signed and no seat did: a seat that signs with the root has its secret at hand."""
    keys = {root, *(certificate.identity for certificate in before.certificates.values())}
    message = signed_message(ROSTER_PURPOSE, roster.root)
    return signers_of(message, roster.signatures, keys, is_signed_raw) == {root}
