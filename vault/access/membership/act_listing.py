"""One entry that lists acts which decide who is in, with the keys that this is due, and the doors of this folder.

What this seat has no right to give or does not hold waits for one who does: `settle` looks for it at any later time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from vault.access.seat_keys.refresh import refresh
from vault.access.session import Session
from vault.access.trust.new_epochs import may_give, recovery_of, revocations_of
from vault.access.trust.prover import Prover
from vault.casework.organisation_records import Member
from vault.ids import CompartmentId, CompartmentKind, EpochId, SeatId
from vault.log.act_bytes import MOST_HEADS, MadeAct
from vault.log.epoch_notice import KIND_AT, RevokedLog
from vault.policy.rights import RIGHTS
from vault.policy.roles import Role
from vault.records.seatlog import Holder
from vault.records.work import ITEMS_IN_ONE_ENTRY, Entry, Work
from vault.seal.entrance.keyfile import KeyFile
from vault.seal.purposes import Purpose
from vault.store.files import promote, write_aside
from vault.store.rows import Rows
from vault.store.rowtypes import LocalRow
from vault.trust.trust_items import Head
from vault.validity.compartment_access import CompartmentState
from vault.validity.directory import Directory

# What every seat of the organisation, or of a role, holds: their places in the rights tables.
SHARED = (CompartmentKind.DIRECTORY, CompartmentKind.SENDING, CompartmentKind.REGISTER, CompartmentKind.INTAKE)


@dataclass(frozen=True, slots=True)
class Due:
    """What one shared compartment needs so that exactly those hold it who shall.

    Attributes:
        state: the compartment as it is.
        lacking: seats that are to get its keys.
        keeping: everybody who is to hold the next epoch, recovery among them where it holds this one.
        gone: seats that must not get the next epoch.
        is_apart: several epochs are current, or one that others made without this seat.
    """

    state: CompartmentState
    lacking: tuple[Holder, ...]
    keeping: tuple[Holder, ...]
    gone: frozenset[SeatId]
    is_apart: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """What came of listing acts: who is in now that was not, and who is out now that was in."""

    admitted: tuple[SeatId, ...]
    ended: tuple[SeatId, ...]


def list_acts(
    session: Session,
    acts: Sequence[MadeAct],
    *,
    members: Sequence[Member] = (),
    keys: KeyFile | None = None,
    rows: Sequence[LocalRow] = (),
    act: str = "member.change",
    taken_from: Collection[SeatId] = (),
) -> Listed:
    """List acts in one entry, and give and replace in it the keys of what the organisation shares.

    An act that needs a second person waits for theirs; until then it gives and takes nothing.

    Args:
        session: of a member who may do so.
        acts: what decides.
        members: what the directory is to say of members whom they admit.
        keys: this folder's next `keys` file, where a seat of this folder comes or goes.
        rows: local rows to be stored before, such as those of a seat of this folder that begins.
        act: the act that the log names.
        taken_from: seats from which they take something: what these did to their own logs does not stop it.

    Raises:
        VerificationError: the log is in doubt.
        TryAgainError: no room.
    """
    before = session.directory
    session.require_sound_log(before.compartment, taken_from=taken_from)
    session.settle_keys(before.compartment)
    with session.database.reading() as reading:
        after = session.read_directory(reading, *acts)
    due = dues(session, after)
    revocations = _revocations(session, due, after)
    if keys is not None:
        write_aside(session.folder.keys, keys.encode())
    admitted, ended = _difference(before, after)
    with _stored(session, rows), session.work() as work:
        _give(session, work, due, revocations)
        for member in members:
            work.keep(before.compartment, member)
        if keys is not None:
            work.list_keys_file(keys.header.folder, keys.digest())
        for made in acts:
            work.list_act(made)
        covers = {"admitted": len(admitted), "ended": len(ended)}
        work.commit(Entry(act=act, covers={what: count for what, count in covers.items() if count}))
    if keys is not None:
        promote(session.folder.keys)
    session.here |= {SeatId(row.seat) for row in rows if row.purpose == Purpose.SLOT}
    refresh(session)
    return Listed(*_difference(before, session.directory))


def heads_of(directory: Directory, prover: Prover, rows: Rows, seats: Iterable[SeatId]) -> list[Head]:
    """Return up to where the logs of these seats count when they are taken now: all that is here and proven."""
    heads = [
        directory.places.head(origin, history.size, history.root)
        for seat in seats
        for origin in directory.places.logs_of(seat)
        for history in prover.heads(rows, origin)
    ]
    return sorted(heads, key=lambda head: -head.size)[:MOST_HEADS]


def _difference(before: Directory, after: Directory) -> tuple[tuple[SeatId, ...], tuple[SeatId, ...]]:
    one, other = before.certificates.keys(), after.certificates.keys()
    return tuple(sorted(other - one)), tuple(sorted(one - other))


@contextmanager
def _stored(session: Session, rows: Sequence[LocalRow]) -> Iterator[None]:
    """Store local rows, and bring back what stood there if what they are for does not become durable."""
    with session.database.transaction() as transaction:
        before = [(row, transaction.local(row.seat, row.purpose)) for row in rows]
        for row in rows:
            transaction.put_local(row)
    try:
        yield
    except BaseException:
        with session.database.transaction() as transaction:
            for row, old in before:
                if old is None:
                    transaction.delete_local(row.seat, row.purpose)
                else:
                    transaction.put_local(old)
        raise


def settle(session: Session) -> tuple[CompartmentKind, ...]:
    """Give and replace what others had no right to when they changed who is in; return of which compartments."""
    due = dues(session, session.directory)
    for act, chosen in (("grant.remove", [d for d in due if d.gone]), ("grant.add", [d for d in due if not d.gone])):
        if chosen:
            revocations = _revocations(session, chosen, session.directory)
            with session.work() as work:
                _give(session, work, chosen, revocations)
                work.commit(Entry(act=act, covers={"compartments": len(chosen)}))
    if due:
        refresh(session)
    return tuple(share.state.kind for share in due)


def dues(session: Session, after: Directory) -> list[Due]:
    """Return what this seat can and may do so that the shared compartments are held by those who shall hold them."""
    found = []
    for state in _shared(session):
        if may_give(session.seat, session.directory, session.roles, state):
            due = _due(session, state, after)
            if due.lacking or due.gone:
                found.append(due)
    return found


def shared_compartments(session: Session) -> dict[CompartmentKind, CompartmentId]:
    """Return the shared compartments that this seat holds."""
    return {state.kind: state.compartment for state in _shared(session)}


def _shared(session: Session) -> list[CompartmentState]:
    with session.database.reading() as rows:
        notices = rows.epochs_holding([bytes((kind,)) for kind in SHARED], at=KIND_AT)
    # A notice is a claim; what is valid is judged.
    claimed = (CompartmentId(notice.compartment) for notice in notices)
    states = session.states_of(compartment for compartment in claimed if session.holds(compartment)).values()
    return [state for state in states if state is not None and state.kind in SHARED]


def entitled(directory: Directory, state: CompartmentState) -> dict[SeatId, Holder]:
    """Return the seats that shall hold a shared compartment: all the directory, and whoever writes there the others."""
    writers = frozenset[Role]().union(*RIGHTS.writers[state.kind].values())
    return {
        seat: Holder(seat, certificate.kem)
        for seat, certificate in directory.certificates.items()
        if state.kind is CompartmentKind.DIRECTORY or directory.roles_at(certificate) & writers
    }


def _due(session: Session, state: CompartmentState, after: Directory) -> Due:
    shall = entitled(after, state)
    recovery = recovery_of(after, state)
    return Due(
        state,
        lacking=tuple(holder for seat, holder in shall.items() if seat not in state.holders - state.behind),
        keeping=(*shall.values(), *recovery),
        gone=state.holders - shall.keys() - after.recovery_seats,
        is_apart=len(state.current) > 1 or session.keyring.get(state.current[0]) is None,
    )


def _revocations(
    session: Session, due: Sequence[Due], after: Directory
) -> Mapping[CompartmentId, tuple[RevokedLog, ...]]:
    """Return for each compartment what still counts there of the logs of those who go: all that is here."""
    with session.database.reading() as rows:
        return {
            share.state.compartment: revocations_of(rows, session.prover, after, sorted(share.gone)) for share in due
        }


def _give(
    session: Session, work: Work, due: Sequence[Due], revocations: Mapping[CompartmentId, tuple[RevokedLog, ...]]
) -> None:
    most = _keys_that_fit(due)
    for share in due:
        compartment, current = share.state.compartment, share.state.current
        if share.gone or share.is_apart:
            work.replace_epoch(
                compartment, share.state.kind, share.keeping, replaced=current, revocations=revocations[compartment]
            )
        # Of what is not wrapped anew yet, the keys before go along, the newest first: a new seat reads from the
        # beginning. Whoever makes keys without end pushes none out that is needed: all is wrapped anew afterwards.
        held = map(EpochId, reversed(session.keyring.epochs_of(compartment)))
        for epoch in sorted(held, key=lambda epoch: epoch not in current)[:most]:
            work.grant(compartment, epoch, share.lacking)


def _keys_that_fit(due: Sequence[Due]) -> int:
    """Return how many keys of each compartment go to everybody who lacks it, so that all fit into one list."""
    kept = sum(len(share.keeping) for share in due if share.gone or share.is_apart)
    return max(1, (ITEMS_IN_ONE_ENTRY - kept) // max(1, sum(len(share.lacking) for share in due)))
