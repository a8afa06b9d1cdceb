"""A device that was admitted in a member's own name: they hear of it, whoever signed for it.

A supervisor alone may admit one for a caseworker, whose own device may be lost. Whoever gives a case to that member
from then on gives it to that device too: so the member is the one who has to know.
"""

from __future__ import annotations

from vault.access.pins.alarms import lasting
from vault.access.trust.directory import Directory
from vault.ids import SeatId
from vault.words.finding import Code, Finding


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
