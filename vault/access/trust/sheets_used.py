"""When recovery sheets were joined: each later roster that the root signed alone, or settled sides with, tells it."""

from __future__ import annotations

from dataclasses import dataclass

from vault.access.pins.alarms import lasting
from vault.access.trust.directory import Directory
from vault.log.rosters.roster import ROSTER_PURPOSE, RosterChain
from vault.log.rosters.roster_rules import signers_of
from vault.log.signatures import signed_message
from vault.seal.signing import is_signed_raw
from vault.words.finding import Code, Finding


@dataclass(frozen=True, slots=True)
class SheetsUsed:
    """One time that sheets were joined: the number of the roster, and what it changed."""

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


def sheets_used(chain: RosterChain, *, seen: bytes = b"") -> tuple[SheetsUsed, ...]:
    """Return each roster for which the sheets were joined, oldest first; none from which the one `seen` goes on.

    The root of its time signed it alone, or settled sides with it: who has its secret at hand signs with a seat too.
    """
    found = []
    for roster in chain.accepted:
        is_known = seen != b"" and chain.line.follows(seen, roster.root)
        if is_known or roster.head.number == 0:  # the founding
            continue
        before = chain.line.before(roster)
        keys = {before.root_public, *(certificate.identity for certificate in before.certificates.values())}
        message = signed_message(ROSTER_PURPOSE, roster.root)
        signers = signers_of(message, roster.signatures, keys, is_signed_raw)
        if signers == {before.root_public} or (before.root_must_sign and before.root_public in signers):
            admitted = roster.certificates.keys() - before.certificates.keys()
            ended = before.certificates.keys() - roster.certificates.keys()
            has_new_sheets = roster.head.new_root is not None
            found.append(SheetsUsed(roster.head.number, len(admitted), len(ended), has_new_sheets))
    return tuple(found)


def judge_sheets(directory: Directory, seen_roster: bytes) -> tuple[Finding, ...]:
    """Tell of sheets that were joined since the roster that this account saw last, where that one counts."""
    if directory.chain.by_root(seen_roster) is None:
        return ()
    return tuple(use.finding for use in sheets_used(directory.chain, seen=seen_roster))
