"""What this seat knows of its peers, and what it may send to whom: the wiring between a session and `vault.sync`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress

from vault.access.session import Session
from vault.access.trust.key_lists import waits_for
from vault.errors import VaultError
from vault.ids import CompartmentId, Origin, SeatId
from vault.log.epoch_notice import EpochNotice
from vault.log.genesis import Genesis
from vault.records.epochs import read_notice
from vault.records.logs import genesis_of
from vault.seal.purposes import Purpose
from vault.store.rows import Rows
from vault.sync.peers import Peer, decode_peers, encode_peers
from vault.sync.selecting import Extent
from vault.validity.authority import Proven

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
        row = rows.local(session.seat, Purpose.PEERS)
    return {} if row is None else decode_peers(session.log.place.open_row(row))


def keep_peers(session: Session, peers: Mapping[bytes, Peer]) -> None:
    """Store what this seat knows of others; of seats that left nothing is kept."""
    live = session.directory.effective.certificates
    kept = {seat: peer for seat, peer in peers.items() if seat in live}
    with session.database.transaction() as rows:
        rows.put_local(session.log.place.seal_row(Purpose.PEERS, encode_peers(kept)))


def certified_identity(session: Session, seat: bytes) -> bytes | None:
    """Return the identity key that a counted roster certifies for a seat, also for one that left, or None."""
    certificate = session.directory.certificate_of(seat)
    return None if certificate is None else certificate.identity


def knows(session: Session, origin: bytes, genesis: Genesis) -> bool:
    """Say whether a log is of a seat that a counted roster certifies with its key: its first one, or one after it."""
    certificate = session.directory.certificate_of(genesis.seat)
    if certificate is None or certificate.identity != genesis.identity:
        return False
    return not genesis.is_first or certificate.genesis == origin


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
        genesis = genesis_of(rows, origin)
        certificate = None if genesis is None else session.directory.certificate_of(genesis.seat)
        if genesis is None or certificate is None or not authority.is_log_of(certificate, origin, genesis):
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


def compartments_for(
    session: Session, rows: Rows, seats: Collection[SeatId]
) -> tuple[set[CompartmentId], set[CompartmentId]]:
    """Return the compartments that these seats may hold, and those that they were revoked from (FORMAT.md 8)."""
    granted = {epoch for seat in seats for epoch in rows.epochs_granted_to(seat)}
    asked = {notice.compartment for notice in _notices(rows) if notice.epoch in granted}
    found, withdrawn = {session.directory.compartment}, set()
    for compartment, state in session.states_of(map(CompartmentId, asked)).items():
        if state is None:
            continue
        held = {seat for epoch in state.epochs.values() for seat in epoch.granted}
        if any(seat in held and seat not in state.cutoffs for seat in seats):
            # Without a key that a list names nobody can say who holds it, nor therefore what may be sent.
            if not waits_for(session, compartment, keys_only=True):
                found.add(compartment)
        elif not held.isdisjoint(seats):
            withdrawn.add(compartment)
    if waits_for(session, session.directory.compartment, keys_only=True):
        return set(), withdrawn
    return found, withdrawn


def not_whole(session: Session) -> set[CompartmentId]:
    """Return the compartments of which a listed version is missing here: they cannot be called sent."""
    return {finding.compartment for finding in session.quarantine if finding.compartment and not finding.says_nothing}


def _notices(rows: Rows) -> Iterable[EpochNotice]:
    for row in rows.epochs():
        notice = read_notice(row)
        if notice is not None:
            yield notice
