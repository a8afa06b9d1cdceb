"""What this account hears of who is in: sheets used, own devices admitted, what a backup made valid again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from vault.access.pins.alarms import VALID_AGAIN, lasting, remembered
from vault.access.pins.pins import Endings, Pins
from vault.ids import Digest, SeatId
from vault.trust.trust_items import Admit, BySheets, End, Lower, Replace
from vault.validity.directory import Directory
from vault.words.finding import Code, Finding


@dataclass(frozen=True, slots=True)
class SheetsUsed:
    """One entry that lists acts of the sheets, but for that of the founding: who lists them, and what they change."""

    seat: SeatId
    digests: frozenset[Digest]
    admitted: int
    taken: int

    @property
    def finding(self) -> Finding:
        """What a member must hear of it."""
        return lasting(Code.SHEETS, min(self.digests), admitted=self.admitted, ended=self.taken)


def sheets_used(directory: Directory) -> tuple[SheetsUsed, ...]:
    """Return each entry in which the sheets in effect did something, in the order of the logs; an act only once."""
    of_sheets = {act.digest for act in directory.by_sheets()}
    found, told = list[SheetsUsed](), set[Digest]()
    for line in directory.lines.lines:
        acts = [
            act
            for act in line.acts(directory.vault)
            if isinstance(act, BySheets)
            and act.digest in of_sheets - told
            and not isinstance(act.act, Replace)  # of new ones another sentence tells
        ]
        told.update(act.digest for act in acts)
        seat = directory.places.seat_of(line.origin)
        if acts and seat is not None and (line.origin, line.seq) != (directory.founding_log, 0):
            admitted = sum(isinstance(act.act, Admit) for act in acts)
            taken = sum(isinstance(act.act, End | Lower) for act in acts)
            found.append(SheetsUsed(seat, frozenset(act.digest for act in acts), admitted, taken))
    return tuple(found)


def news_of(directory: Directory, own: SeatId, seen: frozenset[bytes]) -> tuple[Finding, ...]:
    """Tell of sheets that others used, new ones to compare, and further devices of this member, that were not told yet.

    A supervisor and a colleague may admit one in a caseworker's name, and whoever gives a case to that member from
    then on gives it to that device too: so the member is the one who has to know.
    """
    used = (use.finding for use in sheets_used(directory) if use.seat != own and use.digests.isdisjoint(seen))
    replaced = (lasting(Code.NEW_SHEETS, act.digest) for act in directory.replacements())
    devices = (lasting(Code.OWN_DEVICE, seat) for seat in sorted(_further(directory, own)) if seat not in seen)
    return (*used, *replaced, *devices)


def told_of(directory: Directory, own: SeatId) -> frozenset[bytes]:
    """Return what `news_of` has told by now, for the pins."""
    digests = (digest for use in sheets_used(directory) for digest in use.digests)
    return frozenset((*digests, *_further(directory, own)))


def _further(directory: Directory, own: SeatId) -> set[SeatId]:
    member = directory.organisation.members.get(own)
    return {seat for seat, item in directory.certificates.items() if item.member == member and seat != own}


# What is valid again that this account saw end, devices and roles: by a restored backup, or by a row that is gone.
# The pins of before a restore are set aside, but what they say of endings is kept: it is told, and stops what leaves
# and what is granted, until it is ended again here, by a bundle or by hand.
def judge_restored(directory: Directory, seen: Pins | None, *, restored: bool = True) -> tuple[Finding, ...]:
    """Report what is valid by the logs at hand and was not by what this account saw.

    In a vault that was not restored a taking stays in some log, lifted or not: without one its row is gone.
    """
    if seen is None:
        return ()
    found = [
        lasting(Code.VALID_AGAIN, key, seats=frozenset({SeatId(key)}))
        for key in sorted(seen.ended)
        if _is_back(directory, seen.ended, key) and (restored or not _is_told(directory, key))
    ]
    if restored:  # and what an earlier restore brought back, and nobody has ended since
        kept = [replace(old, is_remembered=False) for old in map(remembered, seen.alarms) if old.code in VALID_AGAIN]
        found = [*kept, *found]
    return tuple(dict.fromkeys(still_valid_again(found, directory, seen.ended)))


def still_valid_again(alarms: Iterable[Finding], directory: Directory, ended: Endings) -> tuple[Finding, ...]:
    """Return the alarms but those of what a restore made valid again and was ended since."""
    return tuple(
        alarm
        for alarm in alarms
        if alarm.code not in VALID_AGAIN or (alarm.subject is not None and _is_back(directory, ended, alarm.subject))
    )


def endings(directory: Directory, before: Endings, alarms: Iterable[Finding]) -> dict[bytes, frozenset[str] | None]:
    """Return what this account has seen taken by now; what a restore made valid again stays among it."""
    found: dict[bytes, frozenset[str] | None] = {}
    for seat in directory.known:
        if seat not in directory.certificates:
            found[seat] = None
        elif directory.organisation.takings_of(seat):
            found[seat] = _roles(directory, seat)
    kept = {alarm.subject for alarm in alarms if alarm.code in VALID_AGAIN}
    return found | {key: left for key, left in before.items() if key in kept}


def _is_told(directory: Directory, seat: bytes) -> bool:
    """Say whether some log lists a taking of this seat or its member, lifted or not."""
    acts = (act.act if isinstance(act, BySheets) else act for _, act in directory.acts)
    member = directory.known[SeatId(seat)].member
    return any(
        act.seat == seat if isinstance(act, End) else isinstance(act, Lower) and act.member == member for act in acts
    )


def _is_back(directory: Directory, ended: Endings, key: bytes) -> bool:
    roles, left = _roles(directory, key), ended.get(key)
    return roles is not None and (left is None or not roles <= left)


def _roles(directory: Directory, seat: bytes) -> frozenset[str] | None:
    certificate = directory.certificates.get(SeatId(seat))
    return None if certificate is None else frozenset(role.value for role in directory.roles_at(certificate))
