"""Another log beside that of a session, as whoever has its keys can begin one."""

from __future__ import annotations

from vault.access.session import Session
from vault.ids import SeatId
from vault.records.seatlog import Predecessor, SealedPlace, SeatLog, begin, first_log


def begin_beside(
    session: Session,
    *,
    seat: SeatId | None = None,
    identity: bytes | None = None,
    goes_on: bool = False,
    claimed_more: int = 0,
) -> SeatLog:
    """Begin a log with nothing in it yet: that of a new seat which nobody admitted, or one that goes on from another.

    Args:
        seat, identity: whose, and by which signing seed; the session's own where nothing is said.
        goes_on: whether it names the session's log as the one before; it does where it names a seat.
        claimed_more: how many entries more than it has that one is then said to have had.
    """
    log = session.log
    signed_by = identity or session._secrets.identity_seed
    if seat is None and not goes_on:
        first = first_log(session.vault, signed_by, bytes(1_216))
        place = SealedPlace(session.vault, first.seat, log.place.keyring_key)
        return first.opened(session.database, place, auditors=log.auditors, keyring=session.keyring)
    return begin(
        database=session.database,
        place=SealedPlace(session.vault, seat or session.seat, log.place.keyring_key),
        identity_seed=signed_by,
        auditors=log.auditors,
        keyring=session.keyring,
        predecessor=Predecessor(log.origin, log.size + claimed_more, log.frontier.root()),
    )
