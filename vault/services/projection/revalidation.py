"""What was valid may become invalid: a roster that ends somebody, an epoch that revokes them, another history of a log.

What is valid depends on the rows held, not on their order (FORMAT.md 6), so an index that took the work in has to ask
again: else two honest devices would show two different cases for ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from vault.access.session import Session
from vault.ids import CompartmentId, Origin, SeatId
from vault.index.apply import apply
from vault.index.entries import RemovedCompartment
from vault.index.file import Index
from vault.log.named_history import NamedHistory
from vault.records.epochs import read_notice
from vault.records.logs import genesis_of
from vault.store.rows import Rows


def is_judged_otherwise(session: Session, index: Index) -> bool:
    """Say whether the index judged by a roster, or an admission, that is not valid any more: it has to be made anew.

    What is valid now is kept with it, for the next session to ask.
    """
    chain = session.directory.chain
    if index.judged_by is chain:
        return False
    now, kept = chain.marks, index.rosters()
    if kept - now:
        return True
    index.judged_by = chain
    if now - kept:
        index.keep_rosters(now)
    return False


def recount(session: Session, index: Index) -> None:
    """Have the index ask again for every case in which it holds work that a cut has left out since."""
    known, cursor = index.cutoffs(), index.cursor()
    cutoffs: set[bytes] = set()
    touched: set[CompartmentId] = set()
    with session.database.reading() as rows:
        rosters = [roster for roster in session.directory.chain.accepted if roster.endings and roster.root not in known]
        notices = [read_notice(row) for row in rows.epochs_with_revocations() if row.digest not in known]
        revocations = [
            notice for notice in notices if notice is not None and session.holds(CompartmentId(notice.compartment))
        ]
        logs = _logs(rows) if cursor and (rosters or revocations) else {}
        for roster in rosters:
            cutoffs.add(roster.root)
            for seat, sizes in roster.endings.items():
                for origin in logs.get(SeatId(seat), ()):
                    parted = session.prover.parted(rows, origin)
                    first = min([sizes.get(origin, 0), *([] if parted is None else [parted.undisputed])])
                    touched |= set(_written(rows, origin, first, cursor))
        states = session.states_of(CompartmentId(drop.compartment) for drop in revocations)
        for notice in revocations:
            compartment = CompartmentId(notice.compartment)
            state, seats = states[compartment], {SeatId(revocation.seat) for revocation in notice.revocations}
            if state is None or not seats <= state.cutoffs.keys():
                continue  # it binds nobody, or not any more: that may change
            cutoffs.add(notice.digest())
            for seat, origin in ((ended, origin) for ended in seats for origin in logs.get(ended, ())):
                first = min(sizes.get(origin, 0) for sizes in state.cutoffs[seat])
                first = min(first, session.prover.undisputed(rows, origin))
                if compartment in _written(rows, origin, first, cursor):
                    touched.add(compartment)
        for displaced in _displaced(session, rows, cursor) - known:
            cutoffs.add(displaced)
            touched |= set(_written(rows, Origin(displaced), 0, cursor))
        for origin in map(Origin, cursor):
            parted = session.prover.parted(rows, origin)
            if parted is not None and (mark := _mark(session.prover.seen(rows, origin))) not in known:
                cutoffs.add(mark)
                touched |= set(_written(rows, origin, parted.undisputed, cursor))
        held = sorted(compartment for compartment in touched if session.holds(compartment))
        places = rows.places_in(held)
    if cutoffs:
        apply(index, map(RemovedCompartment, held), {}, pending=places, cutoffs=cutoffs)


def _mark(seen: Sequence[NamedHistory]) -> bytes:
    """Return what names both histories of a log as far as they are here: when one goes on, it is another."""
    return b"".join(end.origin + end.size.to_bytes(8, "big") + end.root for end in sorted(seen))


def _displaced(session: Session, rows: Rows, cursor: Mapping[bytes, int]) -> set[bytes]:
    """Return the logs in the index that are none of the first of their seat any more."""
    authority, found = session.authority(rows), set[bytes]()
    for origin in cursor:
        genesis = authority.genesis(origin)
        certificate = None if genesis is None else session.directory.certificate_of(genesis.seat)
        if genesis is not None and certificate is not None and not genesis.is_first:
            found |= set() if authority.is_log_of(certificate, origin, genesis) else {origin}
    return found


def _logs(rows: Rows) -> Mapping[SeatId, list[Origin]]:
    """Return the logs of each seat."""
    logs: dict[SeatId, list[Origin]] = {}
    for name in dict.fromkeys(Origin(row.origin) for row in rows.geneses()):
        genesis = genesis_of(rows, name)
        if genesis is not None:
            logs.setdefault(SeatId(genesis.seat), []).append(name)
    return logs


def _written(rows: Rows, origin: Origin, first: int, cursor: Mapping[bytes, int]) -> Iterator[CompartmentId]:
    """Yield where the entries of a log from `first` on wrote, as far as the index has them."""
    if first < cursor.get(origin, 0):
        for row in rows.version_rows(origin, first, cursor[origin]):
            yield CompartmentId(row.compartment)
