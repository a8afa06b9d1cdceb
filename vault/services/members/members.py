"""The members of the organisation: who is in, with which roles; how that changes, and what a change takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from vault.access.membership.sheets import by_the_sheets
from vault.access.seat_keys.rekeying import seats_here
from vault.access.seat_keys.root_secret import kept_secret
from vault.access.session import Session
from vault.casework.checks import LINE_CHARACTERS
from vault.casework.organisation_records import Member
from vault.casework.person import Person, PersonName
from vault.casework.vocabulary import PersonRole
from vault.errors import RefusedError, UsageError
from vault.ids import MemberId, SeatId
from vault.log.act_bytes import MadeAct, admit, lift
from vault.policy.clocks import has_expired
from vault.policy.roles import Action, Role, includes
from vault.records.versions import of_kind
from vault.services.grants.successors import said_before_end
from vault.services.members.admissions import admitters, certificate_bytes, taken_by
from vault.services.members.changes import (
    Outcome,
    carry_out,
    end_devices,
    lower_member,
    remove_member,
    seats_by_member,
    seats_ever_of,
)
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.projection import read_valid
from vault.services.projection.seats import seats_of
from vault.trust.trust_items import Certificate, Lift, Lower
from vault.words.finding import Code, Finding, Severity
from vault.words.message import Message, Value, enumerated, plural
from vault.words.next_step import NextStep

# The members of the organisation: who is in, with which roles, since when; and how that changes.


class Stand(StrEnum):
    """How a member stands."""

    IN = "in"
    SUSPENDED = "suspended"  # no device
    OVER = "over"  # the day until which they were admitted has passed
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class MemberShown:
    """One member, as the list shows them.

    `admitted_by` is who listed their admission, `until_ms` until when they were admitted. Who left has no roles, and
    `taken_by` says who took them.
    """

    member: MemberId
    name: str = field(repr=False)
    roles: frozenset[Role]
    seats: tuple[SeatId, ...]
    admitted_by: Value
    stand: Stand
    until_ms: int | None
    taken_by: Value = ""


def members(session: Session) -> list[tuple[MemberId, Person]]:
    """Return each member's id and name: a worker's own name must not leave in a note either.

    What is stored as a name and is none, or has line breaks, hinders nobody's export.
    """
    found = []
    for said in _said(session):
        line = " ".join(said.name.split())[:LINE_CHARACTERS]
        if line:
            found.append((said.member, Person(role=PersonRole.WORKER, names=(PersonName.written(line),))))
    return found


def list_all(session: Session, *, also_left: bool = False) -> list[MemberShown]:
    """Return the members who are in, sorted by name; those who left after them, if asked for."""
    session.require(Action.MEMBER_LIST)
    names, until_of = names_of_members(session), session.directory.organisation.until
    seats = seats_by_member(session)
    now_ms = session.clock().trusted_ms
    shown = []
    for member in {*seats, *(names if also_left else ())}:
        until = until_of.get(SeatId(member))
        here = tuple(SeatId(certificate.seat) for certificate in seats.get(member, ()))
        if member not in seats:
            stand = Stand.LEFT
        elif has_expired(until, now_ms):
            stand = Stand.OVER
        else:
            stand = Stand.IN if here else Stand.SUSPENDED
        roles, by = session.directory.roles_of(member), admitters(session, SeatId(member), names)
        taken = taken_by(session, SeatId(member), names) if stand is not Stand.IN else ""
        shown.append(MemberShown(member, name_in(names, member), roles, here, by, stand, until, taken))
    return sorted(shown, key=lambda case: (case.stand is Stand.LEFT, case.name.casefold(), case.member))


def suspend(session: Session, member: MemberId, typed: bytes | None = None) -> Outcome:
    """End every device of a member, who stays a member: they open nothing more from the next exchange on.

    `typed` is the secret of the sheets, which an admin's devices need.

    Raises:
        RefusedError: they have no device, or it is the member who asks.
    """
    session.require(Action.MEMBER_END)
    _require_other(session, member)
    seats = [certificate.seat for certificate in seats_by_member(session).get(member, ())]
    if seats:
        return end_devices(session, seats, typed)
    raise RefusedError(Message("this member has no device, so they cannot open anything"))


def leave(session: Session, member: MemberId, typed: bytes | None = None) -> Outcome:
    """Let a member leave: every device of theirs ends, those that nobody here knows yet too.

    Raises:
        RefusedError: it is the member who asks.
    """
    session.require(Action.MEMBER_END)
    _require_other(session, member)
    return remove_member(session, member, typed)


def change_roles(
    session: Session, member: MemberId, roles: Sequence[str], *, by_sheets: bool = False, typed: bytes | None = None
) -> Outcome:
    """Give a member exactly these roles: what they lose is lowered, what they get is one more admission.

    Raises:
        UsageError: a word is no role, or none is given.
        RefusedError: nobody could admit anybody any more, or nothing would change.
    """
    session.require(Action.ROLE_CHANGE)
    wanted = checked_roles(roles)
    if not wanted:
        raise UsageError(
            Message("a member needs a role"),
            next_step=Message("To remove their access use {suspend_member}.", suspend_member=NextStep.SUSPEND_MEMBER),
        )
    directory = session.directory
    before = directory.roles_of(member)
    if wanted == before:
        raise RefusedError(Message("the member already has exactly these roles"))
    if Role.ADMIN not in wanted and directory.organisation.admins == {member}:
        raise RefusedError(
            Message("there would be no admin any more"), next_step=Message("Make somebody else an admin first.")
        )
    acts = lower_member(session, member, sorted(before - wanted), typed)
    acts += _given_again(session, member, wanted - before, typed)
    new = wanted - before - {role for act in acts if isinstance(act.act, Lift) for role in _lifted(session, act.act)}
    if new:
        first = next((item for item in directory.certificates.values() if item.member == member), None)
        if first is None:
            raise RefusedError(Message("this member has no device"), next_step=Message("They must join first."))
        more = _more(session, first, new, by_sheets=by_sheets, typed=typed)
        if not new <= _roles_after(session, more, member):  # nothing is taken while the rest waits for another admin
            return replace(carry_out(session, [more], act="role.change"), is_done=False)
        acts.append(more)
    return carry_out(session, acts, act="role.change", taken_from=seats_ever_of(session, member))


def _more(
    session: Session, certificate: Certificate, roles: frozenset[Role], *, by_sheets: bool, typed: bytes | None
) -> MadeAct:
    """Return an admission of a device of a member with further roles; as an admin only the sheets admit."""
    made = admit(certificate_bytes(session, certificate), roles, None)
    if by_sheets or typed is not None or Role.ADMIN in roles:
        return by_the_sheets(session, made, typed)
    counts = roles <= _roles_after(session, made, certificate.member)
    return made if counts or kept_secret(session) is None else by_the_sheets(session, made)


def _roles_after(session: Session, made: MadeAct, member: MemberId) -> frozenset[Role]:
    with session.database.reading() as rows:
        return session.read_directory(rows, made).roles_of(member)


def _given_again(session: Session, member: MemberId, roles: frozenset[Role], typed: bytes | None) -> list[MadeAct]:
    """Return what takes back that roles were lowered: they were given before, and stand again."""
    organisation = session.directory.organisation
    lowered = [act for act in organisation.takings if isinstance(act, Lower) and act.member == member]
    mine = [act for act in lowered if act.role in {role.value for role in roles}]
    by_members = {act: session.directory.listed_by(act) for act in mine}
    return [
        lift(act.digest) if by_members[act] else by_the_sheets(session, lift(act.digest), typed)
        for act in sorted(mine, key=lambda act: act.digest)
    ]


def _lifted(session: Session, act: Lift) -> set[Role]:
    return {
        Role(taking.role)
        for taking in session.directory.organisation.takings
        if isinstance(taking, Lower) and taking.digest == act.taking
    }


def note_end(session: Session) -> None:
    """Hear whether the day has passed until which this member was admitted: from then on everything is refused."""
    if session.end_at(session.directory.organisation.until.get(session.seat)):
        over = Message("Your membership has expired: you can open or change nothing any more.")
        session.add_alarm(Finding(Code.MEMBER_OVER, over, severity=Severity.NEWS))


def remove_expired_members(session: Session) -> Outcome | None:
    """End the devices of members whose day has passed, where this member may; None where there are none."""
    session.require(Action.MEMBER_END)
    admins = session.directory.organisation.admins
    over = [
        member
        for member in list_all(session)
        if member.stand is Stand.OVER and member.seats and member.member not in {session.member, *admins}
    ]
    if not over:
        return None
    seats = [seat for member in over for seat in member.seats]
    return end_devices(session, seats)


def checked_roles(words: Iterable[str]) -> frozenset[Role]:
    """Return the roles that these words name.

    Raises:
        UsageError: a word is no role.
    """
    known = {role.value for role in Role}
    named = frozenset(words)
    if not named <= known:
        raise UsageError(
            Message("there is no such role"),
            next_step=Message("The roles are: {names}.", names=", ".join(sorted(known))),
        )
    return frozenset(map(Role, named))


def _require_other(session: Session, member: MemberId) -> None:
    if member == session.member:
        raise RefusedError(Message("members cannot remove their own access"), next_step=Message("Ask another admin."))


def _said(session: Session) -> list[Member]:
    return [said for _, said in of_kind(read_valid(session, session.directory.compartment), Member)]


# What a change of members takes: of a device that it ends or lowers what is here counts, and no more (FORMAT.md 2).
def warn_before_removal(session: Session, seats: Iterable[SeatId]) -> Message | None:
    """Return what has to be said before these devices are ended or lowered; None where nothing can be lost.

    Raises:
        RefusedError: one is another member's, and this role ends none: nobody is asked for what is refused afterwards.
    """
    ending = set(seats)
    own = set(seats_of(session, [session.member]))
    session.require(Action.OWN_DEVICE if ending <= own else Action.MEMBER_END)
    return _words(session, ending)


def warn_before_end(session: Session, member: MemberId) -> Message | None:
    """Return what has to be said before every device of a member is ended: what is lost, and what only they can open.

    Raises:
        RefusedError: this role ends no member, or it is the member who asks.
    """
    session.require(Action.MEMBER_END)
    _require_other(session, member)
    lost = warn_before_removal(session, seats_of(session, [member]))
    alone = said_before_end(session, member)
    if lost is None or alone is None:
        return lost or alone
    return Message("{alone} {lost}", alone=alone, lost=lost)


def before_roles(session: Session, member: MemberId | None, words: Iterable[str]) -> Message | None:
    """Return what has to be said before a member, or for None somebody new, gets exactly these roles.

    Raises:
        RefusedError: this role changes none.
        UsageError: a word is no role.
    """
    session.require(Action.MEMBER_ADMIT if member is None else Action.ROLE_CHANGE)
    wanted, roles_of = checked_roles(words), session.directory.roles_of
    if member is None or all(includes(wanted, role) for role in roles_of(member) - wanted):
        return None
    return _words(session, seats_of(session, [member]))


def _words(session: Session, seats: Iterable[SeatId]) -> Message | None:
    """Say what is lost and of how many devices; one that writes into this very folder has nothing that is not here."""
    apart = set(seats) - seats_here(session)
    if not apart:
        return None
    names, certificates = names_of_members(session), session.directory.certificates
    whose = {name_in(names, certificates[seat].member) for seat in apart if seat in certificates}
    return plural(
        "What {count} device of {whose} wrote and you have not imported will not count. Import a bundle of theirs"
        " first, if you can.",
        "What {count} devices of {whose} wrote and you have not imported will not count. Import a bundle of theirs"
        " first, if you can.",
        count=len(apart),
        whose=enumerated(sorted(whose)),
    )
