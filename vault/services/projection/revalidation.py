"""What was valid may become invalid: a taking of somebody, here or in a case, or another history of a log.

What is valid depends on the rows held, not on their order (FORMAT.md 6), so an index that took the work in has to ask
again: else two honest devices would show two different cases for ever.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from vault.access.session import Session
from vault.access.trust.case_lines import put_out_of, told_by
from vault.ids import ID_SIZE, CompartmentId, Origin, SeatId
from vault.index.entries import RemovedCompartment
from vault.index.file import Index
from vault.index.indexing import apply
from vault.log.genesis import NamedHistory
from vault.log.tree import bytes_digest
from vault.records.logs import genesis_of
from vault.store.rows import Rows

_OF_A_SEAT = b"seat"
_OF_A_CASE = b"case"


class _Cut(NamedTuple):
    """From which entry on a log may count no more."""

    origin: Origin
    first: int


def recount(session: Session, index: Index) -> None:
    """Have the index ask again for every case in which it holds work that a cut has left out since."""
    known, cursor = index.cutoffs(), index.cursor()
    cutoffs: set[bytes] = set()
    ended: set[bytes] = set()
    with session.database.reading() as rows:
        judged = {_mark_of_seat(session, seat): seat for seat in session.directory.known}
        changed = {mark: seat for mark, seat in judged.items() if mark not in known}
        cutoffs.update(changed)
        before = {mark[len(_OF_A_SEAT) :][:ID_SIZE] for mark in known if mark.startswith(_OF_A_SEAT)}
        changed = {mark: seat for mark, seat in changed.items() if seat in before}
        ended |= {mark for mark in known if mark.startswith(_OF_A_SEAT)} - judged.keys()
        logs = _logs(rows) if cursor and changed else {}
        cuts = [_Cut(origin, 0) for seat in changed.values() for origin in logs.get(seat, ())]
        in_doubt = told_by(session, {cut.origin for cut in cuts}, _held(session))  # whom these let in
        taken = _marks_of_cases(session)
        anew = {case for mark, case in taken.items() if mark not in known}
        cutoffs |= taken.keys() - known
        gone = {mark for mark in known if mark.startswith(_OF_A_CASE)} - taken.keys()
        ended |= gone
        anew |= {CompartmentId(mark[len(_OF_A_CASE) :][:ID_SIZE]) for mark in gone}
        for displaced in _displaced(session, rows, {*cursor, *index.passed}) - known:
            cutoffs.add(displaced)
            cuts.append(_Cut(Origin(displaced), 0))
        for origin in map(Origin, {*cursor, *index.passed}):  # a log without a version moves no cursor
            parted = session.prover.parted(rows, origin)
            if parted is not None and (mark := _mark(session.prover.seen(rows, origin))) not in known:
                cutoffs.add(mark)
                cuts.append(_Cut(origin, parted.undisputed))
        touched = {*_touched(rows, cuts, cursor), *in_doubt, *anew}
        held = sorted(compartment for compartment in touched if session.holds(compartment))
        places = rows.places_in(held)
    if cutoffs or ended:
        apply(index, map(RemovedCompartment, held), {}, pending=places, cutoffs=cutoffs, ended=ended)


def _marks_of_cases(session: Session) -> dict[bytes, CompartmentId]:
    """Return what names the put-outs in effect in each case held here that has any: another where that changes."""
    cases = put_out_of(session, _held(session))
    found = dict[bytes, CompartmentId]()
    for case, state in session.states_of(cases).items():
        if state is not None and state.case is not None:
            takings = sorted(act.digest for act in state.case.takings)
            found[_OF_A_CASE + case + bytes_digest(takings)] = case
    return found


def _held(session: Session) -> list[CompartmentId]:
    return [CompartmentId(compartment) for compartment in session.keyring.compartments()]


def _mark_of_seat(session: Session, seat: SeatId) -> bytes:
    """Return what names how far the entries of a seat count, and with which roles: another where that changes."""
    organisation = session.directory.organisation
    given = organisation.given_to(organisation.members[seat])
    acts = sorted(act.digest for act in (*organisation.takings_of(seat), *given))
    return _OF_A_SEAT + seat + b"".join(acts)


def _mark(seen: Sequence[NamedHistory]) -> bytes:
    """Return what names both histories of a log as far as they are here: when one goes on, it is another."""
    return b"".join(end.origin + end.size.to_bytes(8, "big") + end.root for end in sorted(seen))


def _displaced(session: Session, rows: Rows, origins: Collection[bytes]) -> set[bytes]:
    """Return which of the logs that the index has read are none of the first of their seat any more."""
    authority = session.authority(rows)
    return {origin for origin in origins if not authority.is_log_that_counts(origin)}


def _logs(rows: Rows) -> Mapping[SeatId, list[Origin]]:
    logs: dict[SeatId, list[Origin]] = {}
    for name in dict.fromkeys(Origin(row.origin) for row in rows.geneses()):
        genesis = genesis_of(rows, name)
        if genesis is not None:
            logs.setdefault(SeatId(genesis.seat), []).append(name)
    return logs


def _touched(rows: Rows, cuts: Sequence[_Cut], cursor: Mapping[bytes, int]) -> set[CompartmentId]:
    """Return in which compartments something lies beyond one of these cuts; each log is read once."""
    first: dict[Origin, int] = {}
    for cut in cuts:
        first[cut.origin] = min(cut.first, first.get(cut.origin, cut.first))
    last = {origin: _last_in(rows, origin, start, cursor.get(origin, 0)) for origin, start in first.items()}
    return {compartment for cut in cuts for compartment, seq in last[cut.origin].items() if seq >= cut.first}


def _last_in(rows: Rows, origin: Origin, start: int, stop: int) -> dict[CompartmentId, int]:
    """Return compartment -> the last entry from `start` on that wrote there, up to where the index is."""
    written = rows.version_rows(origin, start, stop) if start < stop else ()
    return {CompartmentId(row.compartment): row.seq for row in written}
