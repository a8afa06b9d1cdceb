"""What this seat knows of its peers: how far each is, what it may send to whom, and what a person sees of that."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from vault.access.session import Session
from vault.errors import MalformedError, VaultError
from vault.ids import CompartmentId, CompartmentKind, MemberId, Origin, SeatId
from vault.log.epoch_notice import EpochNotice
from vault.log.genesis import Genesis
from vault.log.items import ItemKind, decode_items
from vault.records.epochs import read_notice
from vault.records.versions import open_each
from vault.seal.purposes import Purpose
from vault.services.members import members
from vault.store.rows import Rows
from vault.sync.peers import Peer, decode_peers, encode_peers
from vault.sync.selecting import Extent
from vault.validity.proven import Proven

# What this seat knows of its peers, and what it may send to whom: the wiring between a session and `vault.sync`.

# Where nobody can tell which entries belong to which of two histories, no more positions are sent than show it.
MOST_BEYOND = 10_000


def peers_of(session: Session) -> dict[bytes, Peer]:
    """Return what this seat knows of others; nothing where the row is missing or was altered: then it sends more."""
    with suppress(VaultError):
        return stored_peers(session)
    return {}


def stored_peers(session: Session) -> dict[bytes, Peer]:
    """Return what the row says.

    Raises:
        VerificationError: it was altered.
    """
    with session.database.reading() as rows:
        content = session.log.place.content(rows, Purpose.PEERS)
    return {} if content is None else decode_peers(content)


def keep_peers(session: Session, peers: Mapping[bytes, Peer]) -> None:
    """Store what this seat knows of others; of seats that left nothing is kept."""
    live = session.directory.certificates
    kept = {seat: peer for seat, peer in peers.items() if seat in live}
    with session.database.transaction() as rows:
        rows.put_local(session.log.place.seal_row(Purpose.PEERS, encode_peers(kept)))


def certified_identity(session: Session, seat: bytes) -> bytes | None:
    """Return the identity key of a seat that was let in, also of one that left, or None."""
    certificate = session.directory.certificate_of(seat)
    return None if certificate is None else certificate.identity


def knows(session: Session, origin: bytes, genesis: Genesis) -> bool:
    """Say whether a log is of a seat that was let in, begun by its key: its first one, or one after it."""
    certificate = session.directory.certificate_of(genesis.seat)
    if certificate is None or certificate.identity != genesis.identity:
        return False
    return not genesis.is_first or certificate.origin == origin


def pins_of(session: Session) -> dict[bytes, tuple[int, bytes]]:
    """Return what this account has verified of each log as it is here: size and root."""
    pins: dict[bytes, tuple[int, bytes]] = {
        origin: (pinned.size, pinned.root) for origin, pinned in session.prover.here().items()
    }
    pins[session.log.origin] = (session.log.size, session.log.frontier.root())
    return pins


def extents(session: Session, rows: Rows, starts: Mapping[bytes, int]) -> dict[bytes, Extent]:
    """Return how much of each log that is valid this device can prove; what lies before `starts` is passed by."""
    found: dict[bytes, Extent] = {}
    authority = session.authority(rows)
    for origin in {Origin(row.origin) for row in rows.geneses()}:
        if not authority.is_log_that_counts(origin):
            continue
        size = rows.size(origin)
        known = session.prover.proven(rows, origin, min(starts.get(origin, 0), size), size)
        found[origin] = _extent(session, rows, origin, known)
    return {origin: extent for origin, extent in found.items() if extent.size or extent.one}


def _extent(session: Session, rows: Rows, origin: Origin, known: Proven) -> Extent:
    """Return how much of a log is signed in one form, and what is here of two signed histories from there on."""
    stored = rows.size(origin)
    if known.parting is not None:
        at = known.parting.at
        signed = [row for row in rows.operations(origin, at, known.size) if known.covers(row)]
        one = frozenset((row.seq, row.digest) for row in signed if known.told_of(row))
        return Extent(at, known.rejected, frozenset((row.seq, row.digest) for row in signed), one)
    size = min((known.size, *known.lost))
    if not known.rejected and size == stored:
        return Extent(size)
    rest = [(row.seq, row.digest) for row in rows.operations(origin, size, min(stored, size + MOST_BEYOND))]
    is_doubled = len({seq for seq, _ in rest}) < len(rest) and not known.lost
    return Extent(size, known.rejected, frozenset(rest) if is_doubled else frozenset())


def compartments_for(session: Session, rows: Rows, seats: Collection[SeatId]) -> set[CompartmentId]:
    """Return the compartments that these seats may hold (FORMAT.md 8)."""
    granted = {epoch for seat in seats for epoch in rows.epochs_granted_to(seat)}
    notices = [notice for notice in _notices(rows) if notice.epoch in granted]
    is_audit = any(auditor.seat in seats for auditor in session.directory.auditors())
    audits = {CompartmentId(each.compartment) for each in notices if each.kind is CompartmentKind.AUDIT and is_audit}
    asked = {CompartmentId(each.compartment) for each in notices if each.kind is not CompartmentKind.AUDIT}
    now_ms = session.clock().trusted_ms
    return {session.directory.compartment, *audits} | {
        compartment
        for compartment, state in session.states_of(asked).items()
        if state is not None and not state.seats(now_ms).isdisjoint(seats)
    }


def not_whole(session: Session) -> set[CompartmentId]:
    """Return the compartments of which a listed version is missing here: they cannot be called sent."""
    return {finding.compartment for finding in session.quarantine if finding.compartment and not finding.says_nothing}


def _notices(rows: Rows) -> Iterable[EpochNotice]:
    for row in rows.epochs():
        notice = read_notice(row)
        if notice is not None:
            yield notice


# How far this device and the others know of each other: what came from whom, what went to whom, and what waits.
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
    """Return all members with a device other than this one.

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
