"""A device that was admitted in a member's own name: they hear of it, whoever signed for it.

A supervisor alone may admit one for a caseworker, whose own device may be lost. Whoever gives a case to that member
from then on gives it to that device too: so the member is the one who has to know.
"""

from __future__ import annotations

from collections.abc import Collection

from vault.access.alarms import Alarm
from vault.access.session import Session
from vault.services.noticing import notice


def new_devices(session: Session, known: Collection[bytes]) -> list[str]:
    """Return a line for each device of this member that is in now and is neither known nor this one."""
    certificates = session.directory.standing.certificates
    new = [seat for seat, one in certificates.items() if one.member == session.member and seat not in known]
    return [
        f"A device was admitted in your name: {seat.hex()[:8]}. If it is not yours, tell an admin at once; "
        f"`casevault device lost {seat.hex()[:8]}` ends it."
        for seat in sorted(new)
        if seat != session.seat
    ]


def devices_since(session: Session) -> list[str]:
    """Return the same of the devices that came since the newest roster that this account remembered at unlock."""
    seen = None if session.pins is None else session.directory.chain.by_root(session.pins.roster)
    return [] if seen is None else new_devices(session, seen.certificates)


def notice_devices(session: Session, known: Collection[bytes]) -> None:
    """Have a person hear of devices that just came with a bundle."""
    lines = new_devices(session, known)
    if lines:
        notice(session, Alarm("own-device", " ".join(lines), is_fault=False))
