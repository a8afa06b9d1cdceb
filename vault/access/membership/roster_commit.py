"""One operation that makes a roster valid: the roster, the keys that its seats are due, and the doors of this folder.

What this seat has no right to give or does not hold waits for one who does: `settle` looks for it at any later time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from vault.access.membership.next_roster import ground_of, require_signed
from vault.access.seat_keys.refresh import refresh
from vault.access.session import Session
from vault.access.trust.directory import RECOVERY
from vault.access.trust.new_epochs import fitting, may_give, revocations_of, revoked_log
from vault.casework.organisation_records import Member
from vault.errors import RefusedError
from vault.ids import CompartmentId, CompartmentKind, EpochId, RecordId, SeatId
from vault.log.epoch_notice import KIND_AT, RevokedLog
from vault.log.roster import ROSTER_RECORD, Roster, check_chain
from vault.log.roster_rules import EffectiveRoster, only_ends_or_lowers
from vault.policy.rights import RightsTable
from vault.policy.roles import Role
from vault.records.seatlog import Holder
from vault.records.work import ITEMS_IN_ONE_ENTRY, Entry, Receipt, Work
from vault.seal.entrance.keyfile import KeyFile
from vault.seal.purposes import Purpose
from vault.seal.signing import is_signed_raw
from vault.store.files import promote, write_aside
from vault.store.rowtypes import LocalRow
from vault.validity.compartment_access import CompartmentState
from vault.words.message import Message

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


def commit_roster(
    session: Session,
    roster: Roster,
    *,
    members: Sequence[Member] = (),
    keys: KeyFile | None = None,
    rows: Sequence[LocalRow] = (),
    act: str = "roster.change",
) -> Receipt:
    """Make a roster valid, once and for all, and give and replace the keys of what the organisation shares.

    Args:
        session: of a member who may write rosters.
        roster: the next one, signed by all who must.
        members: what the directory is to say of members whom it admits.
        keys: this folder's next `keys` file, where a seat of this folder comes or goes.
        rows: local rows to be stored before, such as those of a seat of this folder that begins.
        act: the act that the log names.

    Raises:
        RefusedError: signatures are missing, or this member may not write rosters, or lowered itself too long ago; or,
            behind the write, it is not in effect.
        VerificationError: the roster does not follow from what stands, or the log is in doubt.
    """
    directory = session.directory
    ground = ground_of(directory, roster)
    session.require_sound_log(directory.compartment, taken_from=only_loses(ground, roster))
    require_signed(ground, roster)
    _require_right(session, roster)
    after = check_chain([*directory.chain.accepted, roster], session.root_public, is_signed_raw).effective
    assert after is not None  # noqa: S101 - roster 0 is among them; for the type checker
    session.settle_keys(directory.compartment)
    due = dues(session, after)
    revocations = _revocations(session, due, after)
    if keys is not None:
        write_aside(session.folder.keys, keys.encode())
    with _stored(session, rows), session.work() as work:
        _give(session, work, due, revocations)
        work.write(directory.compartment, RecordId(ROSTER_RECORD), Roster.KIND, roster.fields())
        for member in members:
            work.keep(directory.compartment, member)
        if keys is not None:
            work.list_keys_file(keys.header.folder, keys.digest())
        receipt = work.commit(Entry(act=act, covers=_covers(directory.effective, after)))
    if keys is not None:
        promote(session.folder.keys)
    session.here |= {SeatId(row.seat) for row in rows if row.purpose == Purpose.SLOT}
    refresh(session)
    if session.directory.chain.by_root(roster.root) is None:
        raise RefusedError(
            Message("this change was written, but it is not in effect: another list of members is newer"),
            next_step=Message("Do it again. If others signed it, make a new proposal."),
        )
    return receipt


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
    """Give and replace what others had no right to when they changed the roster; return of which compartments."""
    due = dues(session, session.directory.effective)
    for act, chosen in (("grant.remove", [d for d in due if d.gone]), ("grant.add", [d for d in due if not d.gone])):
        if chosen:
            revocations = _revocations(session, chosen, session.directory.effective)
            with session.work() as work:
                _give(session, work, chosen, revocations)
                work.commit(Entry(act=act, covers={"compartments": len(chosen)}))
    if due:
        refresh(session)
    return tuple(share.state.kind for share in due)


def dues(session: Session, after: EffectiveRoster) -> list[Due]:
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


def entitled(effective: EffectiveRoster, rights: RightsTable, state: CompartmentState) -> dict[SeatId, Holder]:
    """Return the seats that shall hold a shared compartment: all the directory, and whoever writes there the others."""
    writers = frozenset[Role]().union(*rights.writers[state.kind].values())
    return {
        SeatId(seat): Holder(SeatId(seat), certificate.kem)
        for seat, certificate in effective.certificates.items()
        if state.kind is CompartmentKind.DIRECTORY or not writers.isdisjoint(effective.members[certificate.member])
    }


def _due(session: Session, state: CompartmentState, after: EffectiveRoster) -> Due:
    shall = entitled(after, session.directory.rights, state)
    recovery = [Holder(RECOVERY, after.head.recovery)] if RECOVERY in state.holders else []
    return Due(
        state,
        lacking=tuple(holder for seat, holder in shall.items() if seat not in state.holders - state.behind),
        keeping=(*shall.values(), *recovery),
        gone=state.holders - shall.keys() - {RECOVERY},
        is_apart=len(state.current) > 1 or session.keyring.get(state.current[0]) is None,
    )


def _revocations(
    session: Session, due: Sequence[Due], after: EffectiveRoster
) -> Mapping[CompartmentId, tuple[RevokedLog, ...]]:
    """Return for each compartment what still counts of the logs of those who go: as the rosters say, or all so far."""
    cutoffs = {SeatId(cutoff.seat): cutoff for cutoff in after.cutoffs}  # of several the newest
    with session.database.reading() as rows:
        found = {}
        for share in due:
            revocations: list[RevokedLog] = []
            for seat in share.gone:
                if seat in cutoffs:
                    cut = cutoffs[seat]
                    revocations += [revoked_log(seat, *pair, cut.histories) for pair in cut.sizes.items()]
                else:
                    revocations += revocations_of(rows, session.prover, session.directory, [seat])
            found[share.state.compartment] = fitting(revocations)
        return found


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


def _require_right(session: Session, roster: Roster) -> None:
    if not session.directory.rights.may_write(session.roles, CompartmentKind.DIRECTORY, Roster.KIND):
        raise RefusedError(
            Message("your role may not change the list of members"), next_step=Message("Give the proposal to an admin.")
        )
    own = roster.endings.get(session.seat)
    if own is not None and session.log.size >= own.get(session.log.origin, 0):
        raise RefusedError(
            Message(
                "this proposal removes or demotes your own device, and you have since written more than it keeps valid"
            ),
            next_step=Message("Let another member commit it, or make a new proposal."),
        )


def only_loses(before: EffectiveRoster, roster: Roster) -> frozenset[SeatId]:
    """Return the seats that a roster ends or lowers, where it does nothing else."""
    return frozenset(map(SeatId, roster.endings)) if only_ends_or_lowers(before, roster) else frozenset()


def _covers(before: EffectiveRoster, after: EffectiveRoster) -> dict[str, int]:
    counts = {
        "admitted": len(after.certificates.keys() - before.certificates.keys()),
        "ended": len(before.certificates.keys() - after.certificates.keys()),
    }
    return {what: count for what, count in counts.items() if count}
