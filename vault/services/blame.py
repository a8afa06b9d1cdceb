"""In whose logs something is wrong: what stops an act by others does not stop the end of those (`access.alarms`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from vault.access.session import Session
from vault.ids import Origin, SeatId
from vault.records.logs import genesis_of


class _Placed(Protocol):
    @property
    def origin(self) -> Origin | None:
        """In which log."""


_Found = TypeVar("_Found", bound=_Placed)


def seats_of(session: Session, logs: Iterable[Origin | None]) -> frozenset[SeatId]:
    """Return whose logs these are; nobody's where one of them is not known, or something lies in no log."""
    found: set[SeatId] = set()
    for origin in set(logs):
        seat = None if origin is None else _seat_of(session, origin)
        if seat is None:
            return frozenset()
        found.add(seat)
    return frozenset(found)


def without_ended(session: Session, found: Sequence[_Found]) -> list[_Found]:
    """Return what does not lie in the log of a device that was ended."""
    live = session.directory.standing.certificates
    seats = {origin: _seat_of(session, origin) for origin in {one.origin for one in found} if origin is not None}
    ended = {origin for origin, seat in seats.items() if seat is not None and seat not in live}
    return [one for one in found if one.origin not in ended]


def _seat_of(session: Session, origin: Origin) -> SeatId | None:
    with session.database.reading() as rows:
        genesis = genesis_of(rows, origin)
    certificate = None if genesis is None else session.directory.certificate_of(genesis.seat)
    if genesis is None or certificate is None or certificate.identity != genesis.identity:
        return None
    return SeatId(genesis.seat)
