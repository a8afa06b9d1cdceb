"""Who is in a case: let in with a rank, put out, let back. The keys follow (`access.trust.writing_keys`)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import NamedTuple

from vault.access.membership.act_listing import heads_of
from vault.access.session import Session
from vault.access.trust.writing_keys import holders, lacking, readers_of
from vault.errors import NotFoundError, RefusedError, UsageError
from vault.ids import CompartmentId, CompartmentKind, MemberId, SeatId
from vault.log.act_bytes import NONCE_SIZE, MadeAct, let_back, let_in, put_out
from vault.log.payload import OBJECTS_LIMIT
from vault.policy.clocks import has_expired
from vault.policy.roles import ALLOWED, Action
from vault.records.work import ITEMS_IN_ONE_ENTRY, Entry, Work
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.projection import audit_of
from vault.services.projection.seats import seats_of
from vault.trust.case import Case
from vault.trust.trust_items import PutOut, Rank
from vault.validity.compartment_access import CompartmentState
from vault.words.message import Message
from vault.words.next_step import NextStep

_NO_BEGINNING = Message("Import a bundle from somebody who shares it, or restore a backup.")
WHAT_MAY_BE_KEPT = Message(
    "What a member could open until now may have been copied, photographed or kept in an older copy of the"
    " vault. From now on they can open nothing new that is written."
)
Also = Callable[[Work, Entry], Entry]
RANKS = {"member": Rank.MEMBER, "lead": Rank.LEAD, "keeper": Rank.KEEPER}


@dataclass(frozen=True, slots=True)
class Holders:
    """The members who can open a compartment, and whether the recovery sheets open it too."""

    members: frozenset[MemberId]
    with_recovery: bool


def readers(session: Session) -> frozenset[MemberId]:
    """Return the members with a device and a role that opens cases."""
    session.require(Action.MEMBER_LIST)
    directory = session.directory
    with_device = {MemberId(each.member) for each in directory.certificates.values()}
    return frozenset(each for each in with_device if directory.roles_of(each) & ALLOWED[Action.CASE_READ])


def holders_of(session: Session, case: CompartmentId) -> Holders:
    """Return who can open a case or a section that this member holds, with a device and until their day.

    Where the log that founded it is damaged nobody can say: then this member alone is named, and nothing is claimed.
    """
    session.require(Action.CASE_READ, case)
    state = session.state_of(case)
    if state is None:
        return Holders(frozenset({session.member}), with_recovery=False)
    return Holders(members_in(session, state), state.with_recovery)


def members_in(session: Session, state: CompartmentState) -> frozenset[MemberId]:
    """Return the members to whose devices a compartment is written now."""
    return frozenset(map(session.directory.member_of, state.seats(session.clock().trusted_ms)))


def ranks_of(session: Session, case: CompartmentId) -> dict[MemberId, Rank]:
    """Return the rank of each member who is in a case or a section that this member holds."""
    session.require(Action.CASE_READ, case)
    state = session.state_of(case)
    judged = None if state is None else state.case
    return {} if judged is None else {member: judged.rank[member] for member in judged.members}


def grant(
    session: Session,
    case: CompartmentId,
    members: Sequence[MemberId],
    *,
    rank: Rank = Rank.MEMBER,
    until_ms: int | None = None,
    also: Also = lambda work, entry: entry,
) -> frozenset[MemberId]:
    """Let members into a case, with all that was written so far; return who is new. `also`: see `add_members`.

    Raises:
        RefusedError: not this member's to give, or one of them has no role that opens cases.
        NotFoundError: one of them has no device.
        VerificationError: the log is in doubt.
    """
    rule = require_gift(session, case, members, rank=rank, until_ms=until_ms)
    return add_members(session, case, members, rank=rank, until_ms=until_ms, act="grant.add", rule=rule, also=also)


def require_gift(
    session: Session, case: CompartmentId, members: Sequence[MemberId], *, rank: Rank, until_ms: int | None
) -> str:
    """Refuse what `grant` would, before anything is written, and return the rule by which the member may give.

    A day that would not hold is refused too: of several let-ins the latest counts, also for who was put out. Whether
    an admin alone gives back what admins took is known once that is listed.

    Raises:
        UsageError: the day has passed already.
        RefusedError, NotFoundError, VerificationError: as `grant`.
    """
    rule = session.require(Action.CASE_SHARE, case)
    session.require_sound_log(case)
    if has_expired(until_ms, session.clock().trusted_ms):
        raise UsageError(Message("that day has passed"), next_step=Message("Give a later day."))
    _require_readers(session, members)
    _, judged = _judged(session, case)
    for member in members:
        list(_letting_in(session, _Terms(case, judged, rank, until_ms), member, is_ahead=True))
        if until_ms is not None and member in judged.rank and judged.until.get(member, until_ms + 1) > until_ms:
            raise RefusedError(
                Message(
                    "{name} was let into this case without a day or until a later one, and that cannot be shortened",
                    name=_name(session, member),
                ),
                next_step=Message("Leave out `--until`, and take the case from them when the time is over."),
            )
    return rule


def add_members(
    session: Session,
    case: CompartmentId,
    members: Sequence[MemberId],
    *,
    rank: Rank = Rank.MEMBER,
    until_ms: int | None = None,
    act: str,
    rule: str,
    also: Also = lambda work, entry: entry,
) -> frozenset[MemberId]:
    """List what lets members in, with the keys that their devices lack, and return who was not in; see `grant`.

    The caller has asked policy. `also` may add to the same entry, and to what the log says of it.
    """
    _let_back_as_admin(session, case, members, rule)
    with session.work(case) as work:
        state, judged = _judged(session, case)
        new = frozenset(members) - members_in(session, state)
        terms = _Terms(case, judged, rank, until_ms)
        acts = [made for member in members for made in _letting_in(session, terms, member)]
        if not acts:
            return frozenset()
        for made in acts:
            work.list_act(made)
        theirs = session.directory.holders(seats_of(session, members), with_recovery=False)
        for epoch, holder in list(lacking(session, case, theirs))[:ITEMS_IN_ONE_ENTRY]:
            work.grant(case, epoch, [holder])
        entry = Entry(act=act, obj=_audit(session, case, state), covers={"seat": len(theirs)}, pol=rule)
        work.commit(also(work, replace(entry, objs=_in_log(members))))
    session.settle_keys(case)  # keys that found no room in that entry
    session.index().was_asked = False  # what they wrote before may count now
    return new


def _let_back_as_admin(session: Session, case: CompartmentId, members: Sequence[MemberId], rule: str) -> None:
    """List as an admin what takes back what admins took: it counts by all who took, or by two."""
    if session.seat not in session.directory.organisation.above:
        return
    state, judged = _judged(session, case)
    took = [taking for member in members for taking in judged.took(member) if judged.takings[taking] is Rank.ADMIN]
    acts = [let_back(case, taking.digest, _nonce()) for taking in took if taking.case == case]
    if acts:
        with session.work() as work:
            for made in acts:
                work.list_act(made)
            work.commit(Entry(act="grant.add", obj=_audit(session, case, state), pol=rule))


class _Terms(NamedTuple):
    """As what members are let in, into which case."""

    case: CompartmentId
    judged: Case
    rank: Rank
    until_ms: int | None


def _letting_in(session: Session, terms: _Terms, member: MemberId, *, is_ahead: bool = False) -> Iterator[MadeAct]:
    case, judged, rank, until_ms = terms
    gives_back = is_ahead and session.seat in session.directory.organisation.above
    own = judged.rank.get(session.member, -1)
    if rank > own:
        raise RefusedError(
            Message("you cannot give a higher standing in a case than your own"),
            next_step=Message("Leave out `--rank`, or ask somebody who keeps the case."),
        )
    for taking in judged.took(member):
        if judged.takings[taking] > own and not (gives_back and judged.takings[taking] is Rank.ADMIN):
            raise _stands_above(session, member, judged.takings[taking])
        yield let_back(case, taking.digest, _nonce())
    known, day = judged.rank.get(member, -1), judged.until.get(member)
    is_longer = day is not None and (until_ms is None or until_ms > day)
    if known < rank or is_longer:
        yield let_in(case, member, rank, until_ms, _nonce())


def _stands_above(session: Session, member: MemberId, by: Rank) -> RefusedError:
    name = _name(session, member)
    if by is Rank.CASE:
        return RefusedError(
            Message("{name} is not in the case of this section any more", name=name),
            next_step=Message("Grant them the case first."),
        )
    if by is Rank.ADMIN:
        return RefusedError(
            Message("an admin took this case from {name}", name=name),
            next_step=Message("The same admin, or two admins, can give it back."),
        )
    return RefusedError(
        Message("somebody who stands above you in this case took it from {name}", name=name),
        next_step=Message("Ask a keeper of the case."),
    )


def revoke(session: Session, case: CompartmentId, members: Sequence[MemberId]) -> frozenset[MemberId]:
    """Put members out of a case: what they wrote so far stays, and nothing new is written for them. Return whom.

    Raises:
        RefusedError: not this member's to take, or it would take it from itself, or from somebody of the same standing.
        NotFoundError: none of them holds it.
    """
    rule = session.require(Action.CASE_SHARE, case)
    session.require_sound_log(case, taken_from=_seats_ever_of(session, members))
    if session.member in members:
        raise RefusedError(
            Message("members cannot revoke a case from themselves"), next_step=Message("Ask another holder.")
        )
    state, judged = _judged(session, case)
    gone = judged.members & frozenset(members)
    if not gone:
        raise NotFoundError(Message("none of these members can open the case"))
    acts = [_putting_out(session, case, judged, member) for member in sorted(gone)]
    left = readers_of(session, state) - frozenset(_seats_ever_of(session, gone))
    with session.work() as work:
        for made in acts:
            work.list_act(made)
        work.add_key(case, state.kind, holders(session.directory, left))
        entry = Entry(act="grant.remove", obj=_audit(session, case, state), covers={"seat": len(gone)}, pol=rule)
        work.commit(replace(entry, objs=_in_log(gone)))
    forget_indexes_of_others(session)
    return frozenset(gone)


def _putting_out(session: Session, case: CompartmentId, judged: Case, member: MemberId) -> MadeAct:
    as_admin = judged.rank[member] >= judged.rank.get(session.member, -1)
    if as_admin and session.seat not in session.directory.organisation.above:
        raise RefusedError(
            Message("{name} has the same standing in this case as you, or a higher one", name=_name(session, member)),
            next_step=Message("Somebody who stands above them in the case, or an admin, can take it from them."),
        )
    with session.database.reading() as rows:
        heads = heads_of(session.directory, session.prover, rows, _seats_ever_of(session, [member]))
    return put_out(case, member, heads, _nonce(), as_admin=as_admin)


def putting_out_others(session: Session, case: CompartmentId) -> list[MadeAct]:
    """Return what puts everybody out of a case or section who stands below this member there: it goes whole."""
    state = session.state_of(case)
    if state is None or state.case is None:
        return []
    own = state.case.rank.get(session.member, -1)
    below = [member for member in sorted(state.case.members) if state.case.rank[member] < own]
    return [_putting_out(session, case, state.case, member) for member in below]


def takings_of(session: Session, case: CompartmentId) -> list[PutOut]:
    """Return the put-outs in effect in a case or a section."""
    session.require(Action.CASE_READ, case)
    state = session.state_of(case)
    return [] if state is None or state.case is None else list(state.case.takings)


def _seats_ever_of(session: Session, members: Iterable[MemberId]) -> list[SeatId]:
    wanted = frozenset(members)
    return sorted(seat for seat, each in session.directory.known.items() if each.member in wanted)


def _nonce() -> bytes:
    return secrets.token_bytes(NONCE_SIZE)


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


def _judged(session: Session, compartment: CompartmentId) -> tuple[CompartmentState, Case]:
    state = session.state_of(compartment)
    if state is None or state.case is None:
        raise NotFoundError(Message("its founding entry is missing or invalid"), next_step=_NO_BEGINNING)
    if session.member not in state.members:
        raise RefusedError(
            Message("you are not in this case any more"),
            next_step=Message("Ask a member who has it to grant it to you again."),
        )
    return state, state.case


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
