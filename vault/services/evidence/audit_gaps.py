"""Payloads that an auditor should read and cannot: their key is on its way, or it was here and is gone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from vault.access.session import Session
from vault.ids import Origin, SeatId
from vault.policy.roles import Role
from vault.services.exchange.peers import peers_of
from vault.services.projection.absences import ON_ITS_WAY_MS, author_of
from vault.services.projection.missed import ITS_PAYLOAD, missed_since
from vault.services.projection.seats import seat_of_log
from vault.validity.named_rosters import NamedRosters
from vault.words.finding import Code, Finding, Severity
from vault.words.message import Message, plural

SOMEBODY_UNKNOWN = Message("somebody unknown")


def gaps(session: Session, owed: Mapping[Origin, Sequence[int]]) -> list[Finding]:
    """Judge what could not be opened, by log: the entries of each, rising. What may still come is news."""
    now_ms = session.log.now_ms()
    places = {(origin, entries[0], ITS_PAYLOAD) for origin, entries in owed.items()}
    since = missed_since(session, places, of_entries=ITS_PAYLOAD)
    late = {origin for (origin, _, _), first in since.items() if now_ms - first > ON_ITS_WAY_MS}
    return [_gap(session, origin, entries, is_late=origin in late) for origin, entries in owed.items()]


def was_auditor(session: Session, named: NamedRosters, origin: Origin, seq: int, digest: bytes) -> bool:
    """Say whether this seat should read an entry's payload: by the newest roster that its log had named up to there."""
    roster = named.newest_at(origin, seq, digest)
    certificate = None if roster is None else roster.certificates.get(session.seat)
    return roster is not None and certificate is not None and Role.AUDITOR in roster.members[certificate.member]


def of_unknown_lists(session: Session, named: NamedRosters, origins: Iterable[Origin]) -> list[Message]:
    """Return a sentence on each log of a device that is in whose headers name a roster that is not here or not valid.

    It may still come, and what they wrote is valid for nobody until it does.
    """
    live = session.directory.effective.certificates
    lines: list[Message] = []
    for origin in origins:
        seat, unknown = seat_of_log(session, origin), named.of(origin).unknown
        if unknown and (seat is None or seat in live):
            message = plural(
                "{count} entry names a list of members that is not here or not valid ({where}).",
                "{count} entries name a list of members that is not here or not valid ({where}).",
                count=len(unknown),
                where=_where(session, seat, unknown),
            )
            lines.append(message)
    return lines


def older_lists(named: NamedRosters, origins: Iterable[Origin]) -> Iterator[Finding]:
    """Yield the first entry of each log that goes back to an older roster."""
    for origin in origins:
        if older := named.of(origin).older:
            message = plural(
                "operation {seq}: it names an older list of members than an entry before it",
                "operation {seq}: it names an older list of members than an entry before it, the first of {count}",
                count=len(older),
                seq=older[0],
            )
            yield Finding(Code.OLDER_ROSTER, message, origin, older[0])


def came_whole(session: Session, origin: Origin, seq: int) -> bool:
    """Say whether an entry came from the seat that wrote it, and with it what it gives to auditors.

    It was written in this very folder, or its seat's own bundle reached beyond it.
    """
    seat = seat_of_log(session, origin)
    if seat is None or seat == session.seat or seat in session.here:
        return True
    peer = peers_of(session).get(seat)
    return peer is not None and peer.at is not None and seq < peer.have.get(origin, 0)


def _gap(session: Session, origin: Origin, entries: Sequence[int], *, is_late: bool) -> Finding:
    is_missing = is_late or came_whole(session, origin, entries[0])
    seat = seat_of_log(session, origin)
    where = _where(session, seat, entries)
    if is_missing:
        message = plural(
            "the details of {count} entry that you should be able to read cannot be opened ({where}): a key of that"
            " log is missing, or was not given to you",
            "the details of {count} entries that you should be able to read cannot be opened ({where}): a key of that"
            " log is missing, or was not given to you",
            count=len(entries),
            where=where,
        )
        # It stops nothing: only what auditors see hangs on it.
        return Finding(Code.PAYLOAD_KEY, message, origin, entries[0], severity=Severity.ABSENCE)
    message = plural(
        "The details of {count} entry that you should be able to read cannot be opened yet ({where}). A bundle from"
        " {who} brings the key.",
        "The details of {count} entries that you should be able to read cannot be opened yet ({where}). A bundle from"
        " {who} brings the key.",
        count=len(entries),
        where=where,
        who=author_of(session, seat) or SOMEBODY_UNKNOWN,
    )
    return Finding(Code.PAYLOAD_KEY, message, origin, entries[0], severity=Severity.NEWS)


def _where(session: Session, seat: SeatId | None, entries: Sequence[int]) -> Message:
    who = author_of(session, seat) or SOMEBODY_UNKNOWN
    return Message("{who}, entries {first} to {last}", who=who, first=entries[0], last=entries[-1])
