"""In whose logs something is wrong: what stops an act by others does not stop the end of those (`pins.alarms`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from vault.access.session import Session
from vault.ids import Origin, SeatId
from vault.log.genesis import Genesis
from vault.records.logs import genesis_of
from vault.store.rows import Rows


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
    """Return what lies neither in the log of a device that was ended nor in one that is not valid."""
    live = session.directory.effective.certificates
    origins = {finding.origin for finding in found if finding.origin is not None}
    over = {origin for origin in origins if (seat := _seat_of(session, origin)) is not None and seat not in live}
    with session.database.reading() as rows:
        authority = session.authority(rows)
        for origin in origins - over:
            genesis = genesis_of(rows, origin)
            certificate = None if genesis is None else session.directory.certificate_of(genesis.seat)
            if genesis is not None and certificate is not None and certificate.identity == genesis.identity:
                over |= set() if authority.is_log_of(certificate, origin, genesis) else {origin}
    return [finding for finding in found if finding.origin not in over]


def _seat_of(session: Session, origin: Origin) -> SeatId | None:
    """Return whose log this is, by its own beginning or, where nobody ever saw that, by the one that names it."""
    with session.database.reading() as rows:
        genesis = genesis_of(rows, origin)
        if genesis is None and origin not in session.prover.verified:
            return _who_goes_on(session, rows, origin)
    return None if genesis is None else _certified(session, genesis)


def _who_goes_on(session: Session, rows: Rows, origin: Origin) -> SeatId | None:
    """Return the one seat whose logs go on from a log that is not here; None where there are several, or none."""
    geneses = (genesis_of(rows, name) for name in {row.origin for row in rows.geneses()})
    naming = {_certified(session, genese) for genese in geneses if genese is not None and genese.predecessor == origin}
    return naming.pop() if len(naming) == 1 else None


def _certified(session: Session, genesis: Genesis) -> SeatId | None:
    certificate = session.directory.certificate_of(genesis.seat)
    return None if certificate is None or certificate.identity != genesis.identity else SeatId(genesis.seat)
