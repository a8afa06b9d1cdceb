"""How far this device and the others know of each other: what came from whom, what went to whom, and what waits."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from vault.access.session import Session
from vault.errors import MalformedError
from vault.ids import MemberId, Origin
from vault.log.items import ItemKind, decode_items
from vault.records.versions import open_each
from vault.services.exchange.peers import peers_of
from vault.services.members import members
from vault.store.rows import Rows
from vault.sync.peers import Peer

_LOOKED_AT = 128
_AT_ONCE = 8
_MOST_COUNTED = 5_000
"""Entries of the own log that are looked at; whoever was not met for longer has at least so much to come."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One other member.

    Attributes:
        member, name: who.
        came: a bundle of theirs was imported here; `came_ms` is the time of the newest that this seat can read in it.
        sent: a bundle was made for them here; `sent_ms` is the time of the newest that this seat wrote in it.
        waiting: how much this seat wrote since: new versions of records. What they got otherwise is counted too.
    """

    member: MemberId
    name: str = field(repr=False)
    came: bool
    came_ms: int | None
    sent: bool
    sent_ms: int | None
    waiting: int


def with_whom(session: Session, *, counts: bool = True) -> list[Standing]:
    """Return all members with a device other than this one, as the roster lists them.

    Without `counts`, nobody counts what waits: that reads much of the log.
    """
    known = peers_of(session)
    found = []
    with session.database.reading() as rows:
        time_at = partial(_time_at, session, rows)
        for member in members.list_all(session):
            peers = [known.get(seat, Peer()) for seat in member.seats if seat != session.seat]
            if not peers:
                continue
            came = [peer.at for peer in peers if peer.at is not None]
            sent = [peer.sent[-1].position for peer in peers if peer.sent]
            came_ms = [ms for at in came if (ms := time_at(Origin(at.origin), at.size)) is not None]
            reached = max((at.size for at in sent if at.origin == session.log.origin), default=0)
            found.append(
                Standing(
                    member=member.member,
                    name=member.name,
                    came=bool(came),
                    came_ms=max(came_ms, default=None),
                    sent=bool(sent),
                    sent_ms=time_at(session.log.origin, reached) if reached else None,
                    waiting=_written_since(session, rows, reached) if counts else 0,
                )
            )
    return found


def _time_at(session: Session, rows: Rows, origin: Origin, size: int) -> int | None:
    """Return when the newest version was written that this seat can open among the last of so many entries of a log."""
    for end in range(size, max(size - _LOOKED_AT, 0), -_AT_ONCE):  # a log is written in the order of its clock
        sealed = rows.versions_from(origin, max(end - _AT_ONCE, 0), end)
        opened, _ = open_each(sealed, vault=session.vault, keyring=session.keyring)
        if opened:
            return max(version.content.clock[0] for version in opened)
    return None


def _written_since(session: Session, rows: Rows, start: int) -> int:
    first = max(start, session.log.size - _MOST_COUNTED)
    return sum(_versions_in(row.list) for row in rows.operations(session.log.origin, first))


def _versions_in(listed: bytes) -> int:
    try:
        return sum(item.kind == ItemKind.VERSION for item in decode_items(listed))
    except MalformedError:
        return 0
