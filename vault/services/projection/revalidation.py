"""What was valid may become invalid: a taking of somebody, an epoch that revokes them, another history of a log.

What is valid depends on the rows held, not on their order (FORMAT.md 6), so an index that took the work in has to ask
again: else two honest devices would show two different cases for ever.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from vault.access.session import Session
from vault.errors import MalformedError
from vault.ids import ID_SIZE, CompartmentId, Origin, SeatId
from vault.index.entries import RemovedCompartment
from vault.index.file import Index
from vault.index.indexing import apply
from vault.log.epoch_notice import EpochNotice
from vault.log.genesis import NamedHistory
from vault.log.items import Item, ItemKind, decode_items, kinds_in
from vault.records.epochs import notices_of_keys, read_notice
from vault.records.logs import genesis_of
from vault.store.rows import Rows
from vault.store.rowtypes import EpochRow, OperationRow
from vault.validity.compartment_access import CompartmentState
from vault.validity.epoch_validity import Left, left_of

_OF_A_SEAT = b"seat"


class _Cut(NamedTuple):
    """From which entry on a log may count no more: everywhere, or in one compartment."""

    origin: Origin
    first: int
    compartment: CompartmentId | None = None


def recount(session: Session, index: Index) -> None:
    """Have the index ask again for every case in which it holds work that a cut has left out since.

    So does work of others under a key that the cut takes away: whoever it was given to may have had no other.
    """
    known, cursor = index.cutoffs(), index.cursor()
    cutoffs: set[bytes] = set()
    ended: set[bytes] = set()
    with session.database.reading() as rows:
        judged = {_mark_of_seat(session, seat): seat for seat in session.directory.known}
        changed = {mark: seat for mark, seat in judged.items() if mark not in known}
        revocations = _to_look_at(session, rows.epochs_with_revocations(), known)
        logs = _logs(rows) if cursor and (changed or revocations) else {}
        cutoffs.update(changed)
        before = {mark[len(_OF_A_SEAT) :][:ID_SIZE] for mark in known if mark.startswith(_OF_A_SEAT)}
        changed = {mark: seat for mark, seat in changed.items() if seat in before}
        ended |= {mark for mark in known if mark.startswith(_OF_A_SEAT)} - judged.keys()
        cuts = [_Cut(origin, 0) for seat in changed.values() for origin in logs.get(seat, ())]
        states = session.states_of(CompartmentId(drop.compartment) for drop in revocations)
        for notice in revocations:
            compartment = CompartmentId(notice.compartment)
            named, in_force = left_of(notice), _in_force(notice, states[compartment])
            marks = {_mark_of(notice, seat) for seat in in_force}
            marks |= {notice.digest()} if len(in_force) == len(named) else set()
            cutoffs |= marks - known
            # What binds a seat no more may do so again, by a grant that comes later: then it is followed anew.
            ended |= known & {notice.digest(), *(_mark_of(notice, seat) for seat in named)} - marks
            followed = notice.digest() in known
            for seat, left in in_force.items():
                for origin in () if followed or _mark_of(notice, seat) in known else logs.get(seat, ()):
                    first = min(left.get(origin, 0), session.prover.undisputed(rows, origin))
                    cuts.append(_Cut(origin, first, compartment))
        for displaced in _displaced(session, rows, {*cursor, *index.passed}) - known:
            cutoffs.add(displaced)
            cuts.append(_Cut(Origin(displaced), 0))
        for origin in map(Origin, {*cursor, *index.passed}):  # a log without a version moves no cursor
            parted = session.prover.parted(rows, origin)
            if parted is not None and (mark := _mark(session.prover.seen(rows, origin))) not in known:
                cutoffs.add(mark)
                cuts.append(_Cut(origin, parted.undisputed))
        held = sorted(compartment for compartment in _touched(rows, cuts, cursor) if session.holds(compartment))
        places = rows.places_in(held)
    if cutoffs or ended:
        apply(index, map(RemovedCompartment, held), {}, pending=places, cutoffs=cutoffs, ended=ended)


def _to_look_at(session: Session, rows: Sequence[EpochRow], known: Collection[bytes]) -> list[EpochNotice]:
    """Return the notices that revoke somebody in what is held and are not followed yet, and all others beside them.

    A revocation that comes can take from another one that it binds.
    """
    where = {
        row.compartment for row in rows if row.digest not in known and session.holds(CompartmentId(row.compartment))
    }
    notices = (read_notice(row) for row in rows if row.compartment in where)
    return [notice for notice in notices if notice is not None and notice.revocations]


def _in_force(notice: EpochNotice, state: CompartmentState | None) -> dict[SeatId, Left]:
    """Return the seats that a notice revokes and that are bound by it, and what it leaves of their logs."""
    cutoffs = {} if state is None else state.cutoffs
    return {
        seat: left
        for seat, left in left_of(notice).items()
        if any((left, left.histories) == (each, each.histories) for each in cutoffs.get(seat, ()))
    }


def _mark_of(notice: EpochNotice, seat: SeatId) -> bytes:
    """Return what names that a seat is bound by a notice."""
    return notice.digest() + seat


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
    return {
        compartment
        for cut in cuts
        for compartment, seq in last[cut.origin].items()
        if seq >= cut.first and cut.compartment in {None, compartment}
    }


def _last_in(rows: Rows, origin: Origin, start: int, stop: int) -> dict[CompartmentId, int]:
    """Return compartment -> the last entry from `start` on that wrote there, up to where the index is, or gave a key.

    Behind that it may have given keys: an entry that lists no version moves no index on.
    """
    last: dict[CompartmentId, int] = {}
    if start < stop:
        last = {CompartmentId(row.compartment): row.seq for row in rows.version_rows(origin, start, stop)}
    gave = [(item, row.seq) for row in rows.operations(origin, start) for item in _keys_in(row)]
    notices = notices_of_keys(rows, [item for item, _ in gave])
    for item, seq in gave:
        for notice in notices.get(item.digest, ()):
            compartment = CompartmentId(notice.compartment)
            last[compartment] = max(seq, last.get(compartment, 0))
    return last


def _keys_in(row: OperationRow) -> Iterator[Item]:
    if not kinds_in(row.list).isdisjoint({ItemKind.EPOCH, ItemKind.GRANT}):
        with suppress(MalformedError):
            yield from (item for item in decode_items(row.list) if item.kind in {ItemKind.EPOCH, ItemKind.GRANT})
