"""To whom a device writes, and which keys fit (FORMAT.md 6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from vault.ids import SeatId
from vault.policy.roles import Role
from vault.trust.case import Case, ListedOfCase
from vault.trust.trust_items import KeyGiven
from vault.trust.who_is_in import Organisation


def readers_of_case(organisation: Organisation, case: Case, now: int) -> frozenset[SeatId]:
    """Return the seats to which a device writes at `now` (ms UTC): in, of members of the case, until their day.

    The recovery key in effect reads too where the case has `with_recovery`.
    """
    return frozenset(
        seat
        for seat in seats_in(organisation, now)
        if (member := organisation.members[seat]) in case.members and case.until.get(member, now) >= now
    )


def readers_by_role(organisation: Organisation, roles: AbstractSet[Role], now: int) -> frozenset[SeatId]:
    """Return the seats of members with one of these roles: of directory, register, intake, sending and audit."""
    return frozenset(
        seat for seat in seats_in(organisation, now) if organisation.roles[organisation.members[seat]] & roles
    )


def seats_in(organisation: Organisation, now: int) -> frozenset[SeatId]:
    """Return the seats that are in, until their day."""
    return frozenset(
        seat for seat in organisation.members.keys() - organisation.out if organisation.until.get(seat, now) >= now
    )


def fits(key: bytes, maker: SeatId, listed: Iterable[ListedOfCase], readers: AbstractSet[bytes]) -> bool:
    """Say whether a key that this device holds may be written under.

    Its maker reads, and so do all to whom the lists of the maker, and of all who got it so, give it, counting or not.

    Args:
        key: the id of the key.
        maker: the seat that made it.
        listed: the items of the case.
        readers: who reads now; with the id of the recovery key, where it reads.
    """
    given = defaultdict[bytes, set[bytes]](set)
    for at, act in listed:
        if isinstance(act, KeyGiven) and act.key == key:
            given[at.log].add(act.reader)
    reached, more = set[bytes](), {bytes(maker)}
    while more:
        reached |= more
        more = {reader for giver in more for reader in given[giver]} - reached
    return reached <= readers
