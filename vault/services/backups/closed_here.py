"""Which cases a device has keys of and cannot open for good: said when a backup is made, and after one was restored."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from vault.access.session import Session
from vault.casework.case import Case
from vault.ids import CompartmentId, CompartmentKind, SeatId
from vault.records.epochs import given_to, read_notice
from vault.records.versions import open_each
from vault.services.projection.absences import all_pending
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.places import name_of
from vault.services.projection.projection import up_to_date_index
from vault.services.projection.reading import stored_of_kind
from vault.services.projection.seats import member_of_seat
from vault.words.message import Message, Value, enumerated, listed, plural

_CASES = frozenset({CompartmentKind.CASE, CompartmentKind.SECTION})


def broken_cases(session: Session) -> tuple[Message, ...]:
    """Return a sentence on each case or section of which something is not here, or of which no key of this seat counts.

    A backup has it as it is: what is not here is in no backup made now.
    """
    up_to_date_index(session)
    said = {each.compartment: each.message for each in all_pending(session)}
    with session.database.reading() as rows:
        notices = [read_notice(row) for row in rows.epochs_of(session.keyring.compartments())]
    held = {CompartmentId(notice.compartment) for notice in notices if notice is not None and notice.kind in _CASES}
    without = {
        case: Message(
            "{where} cannot be used here: no key of it that this device was given counts. {ask}",
            where=_called(session, case),
            ask=_whom_to_ask(session, [case]),
        )
        for case, state in session.states_of(sorted(held)).items()
        if state is None or not state.was_granted(session.seat)
    }
    return tuple(message for _, message in sorted({**said, **without}.items()))


def closed_cases(session: Session, seats: Collection[SeatId]) -> tuple[Message, ...]:
    """Return how many cases other devices were given that this one cannot open, and whom to ask; nothing where none.

    Their references are written inside them, so that only somebody who opens a case knows its reference.
    """
    with session.database.reading() as rows:
        given = given_to(rows, seats, CompartmentKind.CASE)
    # What is held here and does not count, `broken_cases` says by its reference.
    closed = sorted(case for case in given if not session.holds(case))
    if not closed:
        return ()
    said = plural(
        "{count} case of the old device cannot be opened here. Its reference is inside it. {ask}",
        "{count} cases of the old device cannot be opened here. Their references are inside them. {ask}",
        count=len(closed),
        ask=_whom_to_ask(session, closed),
    )
    return (said,)


def _called(session: Session, case: CompartmentId) -> Value:
    """Return the reference of a case as it stands inside: of one in which nothing counts the index has none."""
    with session.database.reading() as rows:
        opened, _ = open_each(rows.versions(case), vault=session.vault, keyring=session.keyring)
    said = stored_of_kind(opened, Case)
    return said[0].value.ref if said else name_of(session, case)


def _whom_to_ask(session: Session, cases: Iterable[CompartmentId]) -> Value:
    """Return who was ever given a key of these cases: those who are in, or else those who left."""
    effective, names = session.directory.effective, names_of_members(session)
    with session.database.reading() as rows:
        epochs = {notice.epoch for case in cases for row in rows.epochs(case) if (notice := read_notice(row))}
        seats = {SeatId(grant.seat) for grant in rows.grants_of_all(epochs)}
    members = {member for seat in seats if (member := member_of_seat(session, seat)) not in {None, session.member}}
    here = sorted(name_in(names, member) for member in members if member in effective.members)
    left = sorted(name_in(names, member) for member in members if member not in effective.members)
    if here:
        return Message("Ask for a grant of it: {names}.", names=enumerated(here))
    if left:
        return Message("Only those who left had its key: {names}. Ask an admin.", names=listed(left))
    return Message("Ask an admin.")
