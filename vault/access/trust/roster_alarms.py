"""What this account hears of who is in: sheets used, own devices admitted, what a backup made valid again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from vault.access.pins.alarms import VALID_AGAIN, lasting, remembered
from vault.access.pins.pins import Endings, Pins
from vault.access.trust.directory import Directory
from vault.ids import SeatId
from vault.log.genesis import signed_message
from vault.log.roster import ROSTER_PURPOSE, RosterChain
from vault.log.roster_rules import signers_of
from vault.seal.signing import is_signed_raw
from vault.words.finding import Code, Finding

# When recovery sheets were joined: each later roster that the root signed alone, or settled sides with, tells it.


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


# A device that was admitted in a member's own name: they hear of it, whoever signed for it.
# A supervisor alone may admit one for a caseworker, whose own device may be lost. Whoever gives a case to that member
# from then on gives it to that device too: so the member is the one who has to know.
def judge_devices(directory: Directory, own: SeatId, seen_roster: bytes) -> tuple[Finding, ...]:
    """Tell of this member's devices that came since the roster that this account saw last, where that one counts.

    Pins keep each with the newer roster, so that a session which was cut off before it told leaves it to the next.
    """
    seen = directory.chain.by_root(seen_roster)
    if seen is None:
        return ()
    member = directory.member_of(own)
    live = directory.effective.certificates
    new = sorted(seat for seat, item in live.items() if item.member == member and seat not in {own, *seen.certificates})
    return tuple(lasting(Code.OWN_DEVICE, seat) for seat in new)


# What a restored backup makes valid again that this account saw end: devices, roles and recovery sheets (FORMAT.md
# 7).
# The pins of before a restore are set aside, but what they say of endings is kept: it is told, and devices and roles
# stop what leaves and what is granted, until they are ended again here, by a bundle or by hand. Old sheets stop
# nothing: who no longer has them cannot make new ones, and would wait for ever.
def judge_restored(directory: Directory, seen: Pins | None) -> tuple[Finding, ...]:
    """Report what is valid by the rosters of a restored backup and was not by the newest that this account saw."""
    if seen is None:
        return ()
    # What an earlier restore brought back, and nobody has ended since.
    found = [replace(old, is_remembered=False) for old in map(remembered, seen.alarms) if old.code in VALID_AGAIN]
    if directory.chain.by_root(seen.roster) is None:
        if seen.ended is None:
            return (*found, lasting(Code.ROSTER))
        found += [_finding(key, directory) for key in sorted(seen.ended) if _is_back(directory, seen.ended, key)]
    return tuple(dict.fromkeys(still_valid_again(found, directory, seen.ended)))


def still_valid_again(alarms: Iterable[Finding], directory: Directory, ended: Endings | None) -> tuple[Finding, ...]:
    """Return the alarms but those of what a restore made valid again and was ended since."""
    return tuple(
        alarm
        for alarm in alarms
        if alarm.code not in VALID_AGAIN
        or (alarm.subject is not None and _is_back(directory, ended or {}, alarm.subject))
    )


def endings(
    directory: Directory, anchor: bytes, before: Endings | None, alarms: Iterable[Finding]
) -> dict[bytes, frozenset[str] | None]:
    """Return what this account has seen end by now; `anchor` is the root key that signed roster 0.

    An ended seat never comes back, and who lost a role may get it again: the newest roster says which roles are left,
    but for those that a restore made valid again.
    """
    effective = directory.effective
    roots = {anchor, *(roster.head.new_root for roster in directory.chain.accepted if roster.head.new_root)}
    found: dict[bytes, frozenset[str] | None] = dict.fromkeys(roots - {effective.root_public})
    for cutoff in effective.cutoffs:
        found[cutoff.seat] = _roles(directory, cutoff.seat)
    kept = {alarm.subject for alarm in alarms if alarm.code in VALID_AGAIN}
    return found | {key: left for key, left in (before or {}).items() if left is None or key in kept}


def _is_back(directory: Directory, ended: Endings, key: bytes) -> bool:
    if key == directory.effective.root_public:
        return True
    roles, left = _roles(directory, key), ended.get(key)
    return roles is not None and (left is None or not roles <= left)


def _roles(directory: Directory, seat: bytes) -> frozenset[str] | None:
    certificate = directory.effective.certificates.get(seat)
    return None if certificate is None else directory.effective.members[certificate.member]


def _finding(key: bytes, directory: Directory) -> Finding:
    if key == directory.effective.root_public:
        return lasting(Code.OLD_SHEETS, key)
    return lasting(Code.VALID_AGAIN, key, seats=frozenset({SeatId(key)}))
