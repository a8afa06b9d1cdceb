"""One operation that makes a roster count: the roster, the keys that its seats are due, and the doors of this folder.

What this seat has no right to give or does not hold waits for one who does: `settle` looks for it at any later time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from vault.access.compartments import drops_of, fitting
from vault.access.directory import RECOVERY
from vault.access.refresh import refresh
from vault.access.rosters import require_signed
from vault.access.session import Session
from vault.errors import RefusedError
from vault.ids import CompartmentId, EpochId, MemberId, RecordId, SeatId, make_id
from vault.log.epochs import KIND_AT, CompartmentKind, Drop
from vault.log.roster import ROSTER_RECORD, Roster, check_chain
from vault.log.roster_rules import Standing, only_ends_or_lowers
from vault.policy.rights import Place, RightsTable
from vault.policy.roles import Role
from vault.records.holding import CompartmentState
from vault.records.seatlog import Holder
from vault.records.work import ITEMS_IN_ONE_ENTRY, Entry, Receipt, Work
from vault.seal.keyfile import KeyFile
from vault.seal.purposes import Purpose
from vault.seal.signing import is_signed_raw
from vault.store.files import promote, write_aside
from vault.store.rowtypes import LocalRow

# What every seat of the organisation, or of a role, holds: their places in the rights tables.
SHARED = (CompartmentKind.DIRECTORY, CompartmentKind.SENDING, CompartmentKind.REGISTER, CompartmentKind.INTAKE)


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """What the directory says of a member beside the roster: a version of kind `member`.

    Attributes:
        member: whose.
        name: as the organisation calls them.
        until_ms: from when on the member may do nothing any more, ms UTC; None for no end.
    """

    member: MemberId
    name: str
    until_ms: int | None = None

    KIND = "member"

    def fields(self) -> dict[str, object]:
        """Return the fields of the version."""
        fields: dict[str, object] = {"member": self.member, "name": self.name}
        return fields if self.until_ms is None else fields | {"until": self.until_ms}


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
    members: Sequence[MemberRecord] = (),
    keys: KeyFile | None = None,
    rows: Sequence[LocalRow] = (),
    act: str = "roster.change",
) -> Receipt:
    """Make a roster count, once and for all, and give and replace the keys of what the organisation shares.

    Args:
        session: of a member who may write rosters.
        roster: the next one, signed by all who must.
        members: what the directory is to say of members whom it admits.
        keys: this folder's next `keys` file, where a seat of this folder comes or goes.
        rows: local rows to be stored before, such as those of a seat of this folder that begins.
        act: the act that the log names.

    Raises:
        RefusedError: signatures are missing, or this member may not write rosters, or lowered itself too long ago.
        VerificationError: the roster does not follow from what stands, or the log is in doubt.
    """
    directory = session.directory
    session.require_sound_log(directory.compartment, taken_from=only_loses(directory.standing, roster))
    require_signed(directory.standing, roster)
    _require_right(session, roster)
    after = check_chain([*directory.chain.accepted, roster], session.root_public, is_signed_raw).standing
    assert after is not None  # noqa: S101 - roster 0 is among them; for the type checker
    session.settle_keys(directory.compartment)
    due = dues(session, after)
    drops = _drops(session, due, after)
    if keys is not None:
        write_aside(session.folder.keys, keys.encode())
    with _stored(session, rows), session.work() as work:
        _give(session, work, due, drops)
        work.write(directory.compartment, RecordId(ROSTER_RECORD), "roster", roster.fields())
        for one in members:
            work.write(directory.compartment, RecordId(make_id()), MemberRecord.KIND, one.fields())
        if keys is not None:
            work.list_keys_file(keys.header.folder, keys.digest())
        receipt = work.commit(Entry(act=act, covers=_covers(directory.standing, after)))
    if keys is not None:
        promote(session.folder.keys)
    session.here |= {SeatId(row.seat) for row in rows if row.purpose == Purpose.SLOT}
    refresh(session)
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
    due = dues(session, session.directory.standing)
    for act, chosen in (("grant.remove", [d for d in due if d.gone]), ("grant.add", [d for d in due if not d.gone])):
        if chosen:
            drops = _drops(session, chosen, session.directory.standing)
            with session.work() as work:
                _give(session, work, chosen, drops)
                work.commit(Entry(act=act, covers={"compartments": len(chosen)}))
    if due:
        refresh(session)
    return tuple(one.state.kind for one in due)


def dues(session: Session, after: Standing) -> list[Due]:
    """Return what this seat can and may do so that the shared compartments are held by those who shall hold them."""
    found = []
    for state in _shared(session):
        if session.directory.rights.may_grant(session.roles, state.place):
            one = _due(session, state, after)
            if one.lacking or one.gone:
                found.append(one)
    return found


def shared_compartments(session: Session) -> dict[CompartmentKind, CompartmentId]:
    """Return the shared compartments that this seat holds."""
    return {state.kind: state.compartment for state in _shared(session)}


def _shared(session: Session) -> list[CompartmentState]:
    with session.database.reading() as rows:
        notices = rows.epochs_holding([bytes((kind,)) for kind in SHARED], at=KIND_AT)
    # A notice is a claim; what counts is judged.
    claimed = (CompartmentId(one.compartment) for one in notices)
    states = session.states_of(one for one in claimed if session.holds(one)).values()
    return [state for state in states if state is not None and state.kind in SHARED]


def entitled(standing: Standing, rights: RightsTable, state: CompartmentState) -> dict[SeatId, Holder]:
    """Return the seats that shall hold a shared compartment: all the directory, and whoever writes there the others."""
    writers = frozenset[Role]().union(*rights.writers[state.place].values())
    return {
        SeatId(seat): Holder(SeatId(seat), certificate.kem)
        for seat, certificate in standing.certificates.items()
        if state.kind is CompartmentKind.DIRECTORY or not writers.isdisjoint(standing.members[certificate.member])
    }


def _due(session: Session, state: CompartmentState, after: Standing) -> Due:
    shall = entitled(after, session.directory.rights, state)
    recovery = [Holder(RECOVERY, after.head.recovery)] if RECOVERY in state.holders else []
    return Due(
        state,
        lacking=tuple(holder for seat, holder in shall.items() if seat not in state.holders - state.behind),
        keeping=(*shall.values(), *recovery),
        gone=state.holders - shall.keys() - {RECOVERY},
        is_apart=len(state.current) > 1 or session.keyring.get(state.current[0]) is None,
    )


def _drops(session: Session, due: Sequence[Due], after: Standing) -> Mapping[CompartmentId, tuple[Drop, ...]]:
    """Return for each compartment what still counts of the logs of those who go: as the rosters say, or all so far."""
    cuts = {SeatId(cut.seat): cut.sizes for cut in after.cuts}  # of several the newest
    with session.database.reading() as rows:
        found = {}
        for one in due:
            drops: list[Drop] = []
            for seat in one.gone:
                if seat in cuts:
                    drops += [Drop(seat, *pair) for pair in cuts[seat].items()]
                else:
                    drops += drops_of(rows, session.prover, session.directory, [seat])
            found[one.state.compartment] = fitting(drops)
        return found


def _give(session: Session, work: Work, due: Sequence[Due], drops: Mapping[CompartmentId, tuple[Drop, ...]]) -> None:
    most = _keys_that_fit(due)
    for one in due:
        compartment, current = one.state.compartment, one.state.current
        if one.gone or one.is_apart:
            work.replace_epoch(compartment, one.state.kind, one.keeping, replaced=current, drops=drops[compartment])
        # Of what is not wrapped anew yet, the keys before go along, the newest first: a new seat reads from the
        # beginning. Whoever makes keys without end pushes none out that is needed: all is wrapped anew afterwards.
        held = map(EpochId, reversed(session.keyring.epochs_of(compartment)))
        for epoch in sorted(held, key=lambda epoch: epoch not in current)[:most]:
            work.grant(compartment, epoch, one.lacking)


def _keys_that_fit(due: Sequence[Due]) -> int:
    """Return how many keys of each compartment go to everybody who lacks it, so that all fit into one list."""
    kept = sum(len(one.keeping) for one in due if one.gone or one.is_apart)
    return max(1, (ITEMS_IN_ONE_ENTRY - kept) // max(1, sum(len(one.lacking) for one in due)))


def _require_right(session: Session, roster: Roster) -> None:
    if not session.directory.rights.may_write(session.roles, Place.DIRECTORY, "roster"):
        raise RefusedError("your role may not write rosters", advice="Give the proposal to an admin.")
    own = roster.endings.get(session.seat)
    if own is not None and session.log.size >= own.get(session.log.origin, 0):
        raise RefusedError(
            "this proposal ends or lowers your own seat, and you wrote more since than it lets count",
            advice="Let another member commit it, or propose it anew.",
        )


def only_loses(before: Standing, roster: Roster) -> frozenset[SeatId]:
    """Return the seats that a roster ends or lowers, where it does nothing else."""
    return frozenset(map(SeatId, roster.endings)) if only_ends_or_lowers(before, roster) else frozenset()


def _covers(before: Standing, after: Standing) -> dict[str, int]:
    counts = {
        "admitted": len(after.certificates.keys() - before.certificates.keys()),
        "ended": len(before.certificates.keys() - after.certificates.keys()),
    }
    return {what: count for what, count in counts.items() if count}
