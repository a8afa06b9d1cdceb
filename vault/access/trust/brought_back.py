"""What a restored backup makes valid again that this account saw end: devices, roles and recovery sheets (FORMAT.md 7).

The pins of before a restore are set aside, but what they say of endings is kept: it is told, and devices and roles stop
what leaves and what is granted, until they are ended again here, by a bundle or by hand. Old sheets stop nothing: who
no longer has them cannot make new ones, and would wait for ever.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from vault.access.pins.alarms import VALID_AGAIN, lasting, remembered
from vault.access.pins.pins import Endings, Pins
from vault.access.trust.directory import Directory
from vault.ids import SeatId
from vault.words.finding import Code, Finding


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
