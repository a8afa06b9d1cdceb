"""Who can open a case: give it, take it back, change its key. Each is done by a key, none by a flag."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from vault.access.session import Session
from vault.access.trust.key_lists import require_here, waits_for
from vault.access.trust.new_epochs import may_give, next_holders, revocations_of
from vault.errors import NotFoundError, RefusedError
from vault.ids import CompartmentId, CompartmentKind, EpochId, MemberId, SeatId
from vault.log.payload import OBJECTS_LIMIT
from vault.policy.roles import ALLOWED, Action
from vault.progress import Progress
from vault.records.epochs import Rewrapped, pending, rewrap
from vault.records.seatlog import Holder
from vault.records.work import ITEMS_IN_ONE_ENTRY, Entry, Work
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.places import going_on, is_pending
from vault.services.projection.projection import audit_of
from vault.services.projection.seats import member_of_seat, seats_of
from vault.validity.compartment_access import CompartmentState
from vault.words.finding import Code
from vault.words.message import Message
from vault.words.next_step import NextStep

_CASES = frozenset({CompartmentKind.CASE, CompartmentKind.SECTION})
_NO_BEGINNING = Message("Import a bundle from somebody who shares it, or restore a backup.")
WHAT_MAY_BE_KEPT = Message(
    "What a member could open until now may have been copied, photographed or kept in an older copy of the"
    " vault. From now on they can open nothing new that is written."
)


@dataclass(frozen=True, slots=True)
class Holders:
    """The members who can open a compartment, and whether the recovery sheets open it too."""

    members: frozenset[MemberId]
    with_recovery: bool


@dataclass(frozen=True, slots=True)
class KeyChanged:
    """A new key of a case: who lost it, and how many versions were wrapped anew."""

    dropped: frozenset[MemberId]
    versions: int
    left: int


@dataclass(frozen=True, slots=True)
class EndedIn:
    """The cases and sections that got a new key without seats that were ended, and those whose new key waits."""

    done: tuple[CompartmentId, ...] = ()
    pending: tuple[CompartmentId, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeCost:
    """What a new key costs: keys of versions to wrap anew, seats to seal it to, and whether the sheets get it too."""

    versions: int
    seats: int
    with_recovery: bool


def readers(session: Session) -> frozenset[MemberId]:
    """Return the members with a device and a role that opens cases."""
    session.require(Action.MEMBER_LIST)
    directory = session.directory
    with_device = {MemberId(each.member) for each in directory.certificates.values()}
    return frozenset(each for each in with_device if directory.roles_of(each) & ALLOWED[Action.CASE_READ])


def holders_of(session: Session, case: CompartmentId) -> Holders:
    """Return who can open a case or a section that this member holds.

    Where the log that founded it is damaged nobody can say: then this member alone is named, and nothing is claimed.
    """
    session.require(Action.CASE_READ, case)
    state = session.state_of(case)
    if state is None:
        return Holders(frozenset({session.member}), with_recovery=False)
    live = session.directory.certificates
    members = frozenset(
        member for seat in state.holders if seat in live and (member := member_of_seat(session, seat)) is not None
    )
    return Holders(members, not state.holders.isdisjoint(session.directory.recovery_seats))


def grant(session: Session, case: CompartmentId, members: Sequence[MemberId]) -> frozenset[MemberId]:
    """Give a case, with all that was written so far, to every device of these members; return who is new.

    Raises:
        RefusedError: not this member's to give, or one of them has no role that opens cases.
        NotFoundError: one of them has no device.
        VerificationError: the log is in doubt.
    """
    rule = session.require(Action.CASE_SHARE, case)
    session.require_sound_log(case)
    _require_readers(session, members)
    seats = add_seats(session, case, seats_of(session, members), act="grant.add", rule=rule)
    return frozenset(member for seat in seats if (member := member_of_seat(session, seat)) is not None)


def revoke(
    session: Session, case: CompartmentId, members: Sequence[MemberId], *, progress: Progress = lambda done, total: None
) -> KeyChanged:
    """Make a new key of a case without these members, and wrap all versions under it.

    Raises:
        RefusedError: not this member's to take, or it would take it from itself.
        NotFoundError: none of them holds it.
    """
    rule = session.require(Action.CASE_SHARE, case)
    session.require_sound_log(case, taken_from=seats_of(session, members))
    if session.member in members:
        raise RefusedError(
            Message("members cannot revoke a case from themselves"), next_step=Message("Ask another holder.")
        )
    gone = _state(session, case).holders & frozenset(seats_of(session, members))
    if not gone:
        raise NotFoundError(Message("none of these members can open the case"))
    return replace_key(session, case, without=gone, act="grant.remove", rule=rule, progress=progress)


def rotate(session: Session, case: CompartmentId, *, progress: Progress = lambda done, total: None) -> KeyChanged:
    """Make a new key of a case for the same members, and wrap all versions under it."""
    rule = session.require(Action.CASE_SHARE, case)
    session.require_sound_log(case)
    return replace_key(session, case, act="key.rotate", rule=rule, progress=progress)


def cost_of_change(session: Session, case: CompartmentId, *, without: Sequence[MemberId] = ()) -> ChangeCost:
    """Return what `rotate` of a case, or `revoke` from these members, will do, without doing it."""
    session.require(Action.CASE_SHARE, case)
    with session.database.reading() as rows:
        versions = rows.versions(case)
    gone = seats_of(session, without)
    sealed_to = {holder.seat for holder in next_holders(session.directory, _state(session, case), without=gone)}
    sheets = session.directory.recovery_seats
    return ChangeCost(pending(versions, EpochId(b"")), len(sealed_to - sheets), bool(sealed_to & sheets))


def end_seats(session: Session, seats: Collection[SeatId], *, progress: Progress = lambda done, total: None) -> EndedIn:
    """Make a new key of every case and section of which this seat and one of these have the key, and return where.

    The seats are ended. Whoever holds a case that this seat does not, does the same on their own device. What
    fails in one case takes the new key from no other: it waits, and a person hears of it.
    """
    rule = session.require(Action.SYNC)
    with session.database.reading() as rows:
        epochs = [epoch for seat in seats for epoch in rows.epochs_granted_to(seat)]
    shared = {where for epoch in epochs if (where := session.keyring.compartment_of(epoch)) is not None}
    ended: list[CompartmentId] = []
    pending: list[CompartmentId] = []
    for done, compartment in enumerate(map(CompartmentId, sorted(shared)), 1):
        with going_on(session, compartment, Code.ENDED_KEY_WAITS):
            if _end_in(session, compartment, seats, rule):
                ended.append(compartment)
        if is_pending(session, compartment, Code.ENDED_KEY_WAITS):
            pending.append(compartment)
        progress(done, len(shared))
    return EndedIn(tuple(ended), tuple(pending))


def _end_in(session: Session, compartment: CompartmentId, seats: Collection[SeatId], rule: str) -> bool:
    """Make a new key of one compartment without these seats, if it is a case or a section of which one has the key."""
    state = _state(session, compartment)
    may = may_give(session.seat, session.directory, session.roles, state)
    if state.kind not in _CASES or not may or state.knowing.isdisjoint(seats):
        return False
    replace_key(session, compartment, without=state.holders & frozenset(seats), act="grant.remove", rule=rule)
    return True


def replace_key(
    session: Session,
    compartment: CompartmentId,
    *,
    without: Collection[SeatId] = (),
    act: str,
    rule: str,
    progress: Progress = lambda done, total: None,
) -> KeyChanged:
    """Put a new epoch in the place of all current ones, and wrap the versions under it; the caller has asked policy."""
    require_here(session, compartment, keys_only=True, taken_from=without)
    state = _state_to_give(session, compartment)
    with session.database.reading() as rows:
        revocations = revocations_of(rows, session.prover, session.directory, without)
    holders = next_holders(session.directory, state, without=without)
    with session.work() as work:
        epoch = work.replace_epoch(compartment, state.kind, holders, replaced=state.current, revocations=revocations)
        dropped = _members_of(session, without)
        entry = Entry(act=act, obj=_audit(session, compartment, state), covers={"seat": len(without)}, pol=rule)
        work.commit(replace(entry, objs=_in_log(dropped)))
    if without:
        forget_indexes_of_others(session)
    done = rewrap(session.database, session.vault, session.keyring, compartment, epoch, progress=progress)
    return KeyChanged(dropped, done.done, done.left)


def rewrap_all(
    session: Session, compartments: Collection[CompartmentId], *, progress: Progress = lambda done, total: None
) -> Rewrapped:
    """Wrap anew what came under an older key of these compartments, where one key is current and held."""
    done = left = 0
    for number, compartment in enumerate(sorted(compartments), 1):
        state = session.state_of(compartment)
        waits = waits_for(session, compartment, keys_only=True)  # the key that is current may be an older one
        if state is not None and len(state.current) == 1 and not waits:
            found = rewrap(session.database, session.vault, session.keyring, compartment, state.current[0])
            done, left = done + found.done, left + found.left
        progress(number, len(compartments))
    return Rewrapped(done, left)


def rewrap_left(session: Session, compartments: Collection[CompartmentId]) -> None:
    """Wrap anew what still lies under another key than the newest of these compartments, if anything does.

    One look at which keys are in use tells whether there is anything: no version is read for it. It goes over all
    wrapped keys, so it is taken where a key was replaced, and again when there are more such keys or others' entries.
    """
    older = {epoch for compartment in compartments for epoch in session.keyring.epochs_of(compartment)[:-1]}
    if not older:
        return
    with session.database.reading() as rows:
        sizes = {row.origin: rows.size(row.origin) for row in rows.geneses() if row.origin != session.log.origin}
        looked = (frozenset(older), tuple(sorted(sizes.items())))
        if session.learned.wrapped_newly == looked:
            return
        older &= rows.epochs_in_use()
    if not older:
        session.learned.wrapped_newly = looked
    left = {CompartmentId(where) for epoch in older if (where := session.keyring.compartment_of(epoch)) is not None}
    rewrap_all(session, left.intersection(compartments))


def add_seats(
    session: Session,
    compartment: CompartmentId,
    seats: Collection[SeatId],
    *,
    act: str,
    rule: str,
    also: Callable[[Work, Entry], Entry] = lambda work, entry: entry,
) -> frozenset[SeatId]:
    """Grant a compartment to seats that do not hold it, and return those; the caller has asked policy.

    Of what is not wrapped under the current key yet, the keys before go along. `also` may add to the same operation,
    and to what the log says of it.
    """
    require_here(session, compartment, keys_only=True)
    session.settle_keys(compartment)
    rewrap_left(session, [compartment])
    with session.work(compartment) as work:
        state = _state_to_give(session, compartment)
        live = session.directory.certificates
        new = [Holder(seat, live[seat].kem) for seat in sorted(set(seats) - state.holders)]
        if not new:
            return frozenset()
        with session.database.reading() as rows:
            in_use = {version.epoch for version in rows.versions(compartment)}
        held = map(EpochId, reversed(session.keyring.epochs_of(compartment)))
        # What this seat could wrap anew lies under the current key: of keys with junk under them not all need go along.
        keys = list(dict.fromkeys((*state.current, *(epoch for epoch in held if epoch in in_use))))
        for epoch in keys[: max(1, ITEMS_IN_ONE_ENTRY // len(new))]:
            work.grant(compartment, epoch, new)
        entry = Entry(act=act, obj=_audit(session, compartment, state), covers={"seat": len(new)}, pol=rule)
        entry = replace(entry, objs=_in_log(_members_of(session, [holder.seat for holder in new])))
        work.commit(also(work, entry))
    if state.cutoffs or any(finding.is_unentitled for finding in session.quarantine):
        session.index().was_asked = (
            False  # what they wrote without the right may count now; a cut that ends binds nobody
        )
    return frozenset(holder.seat for holder in new)


def _members_of(session: Session, seats: Iterable[SeatId]) -> frozenset[MemberId]:
    return frozenset(member for seat in seats if (member := member_of_seat(session, seat)) is not None)


def _in_log(members: Iterable[MemberId]) -> tuple[bytes, ...]:
    """Return whom an entry names, for its auditors: as many as an entry has room for (FORMAT.md 5)."""
    return tuple(sorted(members))[:OBJECTS_LIMIT]


def readers_advice() -> Message:
    """Say with which roles somebody may be given a case."""
    roles = ", ".join(sorted(ALLOWED[Action.CASE_READ]))
    return Message(
        "These roles can: {roles}; {change_roles} gives them.", roles=roles, change_roles=NextStep.CHANGE_ROLES
    )


def _require_readers(session: Session, members: Sequence[MemberId]) -> None:
    directory = session.directory
    for member in members:
        if not directory.roles_of(member) & ALLOWED[Action.CASE_READ]:
            raise RefusedError(
                Message("{name} has no role that can open cases", name=_name(session, member)),
                next_step=readers_advice(),
            )
        if not seats_of(session, [member]):
            raise NotFoundError(
                Message("{name} has no device yet", name=_name(session, member)),
                next_step=Message("They must join first."),
            )


def _name(session: Session, member: MemberId) -> str:
    return name_in(names_of_members(session), member)


def _state(session: Session, compartment: CompartmentId) -> CompartmentState:
    state = session.state_of(compartment)
    if state is None:
        raise NotFoundError(Message("its founding entry is missing or invalid"), next_step=_NO_BEGINNING)
    return state


def _state_to_give(session: Session, compartment: CompartmentId) -> CompartmentState:
    """Return the state of a compartment whose keys this seat may give and replace still: nobody revoked it there."""
    state = _state(session, compartment)
    if session.seat in state.cutoffs:
        raise RefusedError(
            Message("this device was revoked there: nobody would accept keys from it"),
            next_step=Message("Ask a member who has it to grant it to you again."),
        )
    return state


def _audit(session: Session, compartment: CompartmentId, state: CompartmentState) -> bytes | None:
    """Return the audit pseudonym of a case; a section's own is not in the index."""
    if state.kind is CompartmentKind.CASE:
        with suppress(NotFoundError):
            return audit_of(session, compartment)
    return None


def forget_indexes_of_others(session: Session) -> None:
    """Remove the index files of the other members of this device, who rebuild: theirs may hold what was taken back."""
    own = session.own_index.parts()
    for path in session.folder.index_dir.glob("*"):
        if path not in own:
            path.unlink(missing_ok=True)
