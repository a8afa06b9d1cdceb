"""Another log beside that of a session, as whoever has its keys can begin one."""

from __future__ import annotations

from vault.access.session import Session
from vault.ids import SeatId
from vault.records.seatlog import Predecessor, SealedPlace, SeatLog, begin


def begin_beside(
    session: Session,
    *,
    seat: SeatId | None = None,
    identity: bytes | None = None,
    goes_on: bool = False,
    claimed_more: int = 0,
) -> SeatLog:
    """Begin a log with nothing in it yet.

    Args:
        seat, identity: whose, and by which signing seed; the session's own where nothing is said.
        goes_on: whether it names the session's log as the one before.
        claimed_more: how many entries more than it has that one is then said to have had.
    """
    log = session.log
    return begin(
        database=session.database,
        place=SealedPlace(log.place.vault, seat or log.place.seat, log.place.keyring_key),
        identity_seed=identity or session._secrets.identity_seed,
        roster=log.roster,
        auditors=log.auditors,
        keyring=session.keyring,
        predecessor=Predecessor(log.origin, log.size + claimed_more, log.frontier.root()) if goes_on else None,
    )
