"""Payloads that an auditor should read and cannot: their key is on its way, or it was here and is gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from vault.access.session import Session
from vault.display import counted
from vault.ids import Origin, SeatId
from vault.index.keys import missed_since
from vault.policy.roles import Role
from vault.records.logs import genesis_of
from vault.services.exchange.peers import peers_of
from vault.services.projection.absences import ON_ITS_WAY_MS, author_of
from vault.validity.named_rosters import NamedRosters

_WHOLE_ENTRY = -1


class Gap(NamedTuple):
    """What of one log cannot be read: from which entry on, in a sentence, and whether it may still come."""

    origin: Origin
    seq: int
    text: str
    is_on_its_way: bool


def gaps(session: Session, owed: Mapping[Origin, Sequence[int]]) -> list[Gap]:
    """Judge what could not be opened, by log: the entries of each, rising."""
    now_ms = session.log.now_ms()
    places = {(origin, entries[0], _WHOLE_ENTRY) for origin, entries in owed.items()}
    since = missed_since(session.index(), places, now_ms, of_entries=True)
    late = {origin for (origin, _, _), first in since.items() if now_ms - first > ON_ITS_WAY_MS}
    return [_gap(session, origin, entries, is_late=origin in late) for origin, entries in owed.items()]


def was_auditor(session: Session, named: NamedRosters, origin: Origin, seq: int) -> bool:
    """Say whether this seat should read an entry's payload: by the newest roster that its log had named up to there."""
    roster = named.newest_at(origin, seq)
    certificate = None if roster is None else roster.certificates.get(session.seat)
    return roster is not None and certificate is not None and Role.AUDITOR in roster.members[certificate.member]


def of_unknown_lists(session: Session, named: NamedRosters, origins: Iterable[Origin]) -> list[str]:
    """Return a sentence on each log of a device that is in whose headers name a roster that is not here or not valid.

    It may still come, and what they wrote is valid for nobody until it does.
    """
    live = session.directory.effective.certificates
    lines = []
    for origin in origins:
        seat, unknown = _seat_of(session, origin), named.of(origin).unknown
        if unknown and (seat is None or seat in live):
            who = author_of(session, seat) or "somebody unknown"
            does = "entry names" if len(unknown) == 1 else "entries name"
            where = f"{who}, entries {unknown[0]} to {unknown[-1]}"
            lines.append(f"{len(unknown)} {does} a list of members that is not here or does not count ({where}).")
    return lines


def came_whole(session: Session, origin: Origin, seq: int) -> bool:
    """Say whether an entry came from the seat that wrote it, and with it what it gives to auditors.

    It was written in this very folder, or its seat's own bundle reached beyond it.
    """
    seat = _seat_of(session, origin)
    if seat is None or seat == session.seat or seat in session.here:
        return True
    peer = peers_of(session).get(seat)
    return peer is not None and peer.at is not None and seq < peer.have.get(origin, 0)


def _gap(session: Session, origin: Origin, entries: Sequence[int], *, is_late: bool) -> Gap:
    is_missing = is_late or came_whole(session, origin, entries[0])
    seat = _seat_of(session, origin)
    who = author_of(session, seat) or "somebody unknown"
    what = f"{counted(len(entries), 'payload')} that you should be able to read cannot be opened"
    where = f"({who}, entries {entries[0]} to {entries[-1]})"
    if is_missing:
        text = f"{what} {where}: a key of that log is missing, or was not given to you"
    else:
        text = f"{what} yet {where}. A bundle from {who} brings the key."
    return Gap(origin, entries[0], text, not is_missing)


def _seat_of(session: Session, origin: Origin) -> SeatId | None:
    with session.database.reading() as rows:
        genesis = genesis_of(rows, origin)
    return None if genesis is None else SeatId(genesis.seat)
