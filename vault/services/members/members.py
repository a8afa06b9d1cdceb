"""The members of the organisation: who is in, with which roles; how that changes, and what a change takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from vault.access.membership.next_roster import Change
from vault.access.seat_keys.rekeying import seats_here
from vault.access.session import Session
from vault.casework.checks import LINE_CHARACTERS
from vault.casework.organisation_records import Member
from vault.casework.person import Person, PersonName
from vault.casework.vocabulary import PersonRole
from vault.errors import RefusedError, UsageError
from vault.ids import MemberId, SeatId
from vault.policy.clocks import has_expired
from vault.policy.roles import Action, Role, includes
from vault.progress import Progress
from vault.records.versions import of_kind, open_each
from vault.services.grants.successors import said_before_end
from vault.services.members.rostering import Outcome, carry_out, end_again, seats_by_member
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.projection import read_valid
from vault.services.projection.seats import seats_of
from vault.words.finding import Code, Finding, Severity
from vault.words.message import Message, enumerated, plural
from vault.words.next_step import NextStep

# The members of the organisation: who is in, with which roles, since when; and how that changes.

# What `--like` stands for.
# Their part of the audit goes to whoever is admitted as auditor and does nothing else.
_ACTING = frozenset({Role.ADMIN, Role.SUPERVISOR, Role.CASEWORKER, Role.INTAKE, Role.FIELD, Role.LEGAL_REVIEWER})


class Stand(StrEnum):
    """How a member stands."""

    IN = "in"
    SUSPENDED = "suspended"  # no device
    OVER = "over"  # the day until which they were admitted has passed
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class MemberShown:
    """One member, as the list shows them.

    `since` is the number of the first roster that names them, `until_ms` until when they were admitted. Who left has no
    roles.
    """

    member: MemberId
    name: str = field(repr=False)
    roles: frozenset[Role]
    seats: tuple[SeatId, ...]
    since: int
    stand: Stand
    until_ms: int | None


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
    names, ends = names_of_members(session), _ends(session)
    seats = seats_by_member(session)
    now_ms = session.clock().trusted_ms
    shown = []
    for member in {*seats, *(names if also_left else ())}:
        until = ends.get(member)
        here = tuple(SeatId(certificate.seat) for certificate in seats.get(member, ()))
        if member not in seats:
            stand = Stand.LEFT
        elif has_expired(until, now_ms):
            stand = Stand.OVER
        else:
            stand = Stand.IN if here else Stand.SUSPENDED
        roles = session.directory.roles_of(member)
        shown.append(MemberShown(member, name_in(names, member), roles, here, _since(session, member), stand, until))
    return sorted(shown, key=lambda case: (case.stand is Stand.LEFT, case.name.casefold(), case.member))


def suspend(session: Session, member: MemberId, *, progress: Progress = lambda done, total: None) -> Outcome:
    """End every device of a member, who stays a member: they open nothing more from the next exchange on.

    Where their devices are ended and a case still has a key that one of them holds, that is what is done.

    Raises:
        RefusedError: they have no device and no such case is left, or it is the member who asks.
    """
    session.require(Action.MEMBER_END)
    _require_other(session, member)
    seats = frozenset(SeatId(certificate.seat) for certificate in seats_by_member(session).get(member, ()))
    if seats:
        return carry_out(session, Change(ended=seats), progress=progress)
    outcome = end_again(session, lambda certificate: certificate.member == member, progress)
    if outcome is None:
        raise RefusedError(Message("this member has no device, so they cannot open anything"))
    return outcome


def leave(session: Session, member: MemberId, *, progress: Progress = lambda done, total: None) -> Outcome:
    """Let a member leave: every device of theirs ends, and the next roster does not name them.

    Where they left before and a case still has a key that one of their devices holds, that is what is done.

    Raises:
        RefusedError: it is the member who asks, or nobody would be left.
    """
    session.require(Action.MEMBER_END)
    _require_other(session, member)
    if member not in session.directory.effective.members:
        outcome = end_again(session, lambda certificate: certificate.member == member, progress)
        if outcome is not None:
            return outcome
    return carry_out(session, Change(leaving=frozenset({member})), progress=progress)


def change_roles(session: Session, member: MemberId, roles: Sequence[str], *, by_root: bool = False) -> Outcome:
    """Give a member exactly these roles.

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
    before = session.directory.roles_of(member)
    if wanted == before:
        raise RefusedError(Message("the member already has exactly these roles"))
    after = {member: session.directory.roles_of(MemberId(member)) for member in session.directory.effective.members}
    after[MemberId(member)] = wanted
    if not any(Role.ADMIN in roles for roles in after.values()):
        raise RefusedError(
            Message("there would be no admin any more"), next_step=Message("Make somebody else an admin first.")
        )
    change = Change(roles={member: wanted, **_fewer_auditors(session, wanted, member)})
    return carry_out(session, change, act="role.change", by_root=by_root)


def admission(session: Session, member: MemberId, roles: frozenset[Role]) -> dict[MemberId, frozenset[Role]]:
    """Return whose roles change when this member is admitted: theirs, and those of whoever audited until now."""
    return {member: roles, **_fewer_auditors(session, roles, member)}


def note_end(session: Session) -> None:
    """Hear whether the day has passed until which this member was admitted: from then on everything is refused."""
    if not _claims_an_end(session):
        return
    until = _ends(session).get(session.member)
    if session.end_at(until):
        over = Message("Your membership has expired: you can open or change nothing any more.")
        session.add_alarm(Finding(Code.MEMBER_OVER, over, severity=Severity.NEWS))


def remove_expired_members(session: Session) -> Outcome | None:
    """End the devices of members whose day has passed, where this member may; None where there are none."""
    session.require(Action.MEMBER_END)
    over = [
        member
        for member in list_all(session)
        if member.stand is Stand.OVER and member.seats and member.member != session.member
    ]
    if not over:
        return None
    return carry_out(session, Change(ended=frozenset(seat for member in over for seat in member.seats)))


def _fewer_auditors(session: Session, new: frozenset[Role], member: MemberId) -> dict[MemberId, frozenset[Role]]:
    """Return the roles of those who audit beside other work, less the audit, when somebody comes who only audits."""
    if new != {Role.AUDITOR}:
        return {}
    roles = {
        MemberId(member): session.directory.roles_of(MemberId(member)) for member in session.directory.effective.members
    }
    return {
        item: held - {Role.AUDITOR}
        for item, held in roles.items()
        if item != member and Role.AUDITOR in held and held & _ACTING
    }


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


def _since(session: Session, member: MemberId) -> int:
    rosters = session.directory.chain.accepted
    return next((roster.head.number for roster in rosters if member in roster.members), 0)


def _ends(session: Session) -> dict[MemberId, int]:
    """Return until when members were admitted. Where several entries admit one, the latest end counts."""
    found: dict[MemberId, list[int | None]] = {}
    for said in _said(session):
        found.setdefault(said.member, []).append(said.until)
    known = {member: [until for until in ends if until is not None] for member, ends in found.items()}
    return {member: max(ends) for member, ends in known.items() if ends and len(ends) == len(found[member])}


def _claims_an_end(session: Session) -> bool:
    """Say whether any record at all names a last day for this member: without an index, which is made for work."""
    with session.database.reading() as rows:
        sealed = rows.versions(session.directory.compartment)
    opened, _ = open_each(sealed, vault=session.vault, keyring=session.keyring)
    of_all = (said for _, said in of_kind(opened, Member))
    return any(said.member == session.member and said.until is not None for said in of_all)


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
        RefusedError: this role ends no member.
    """
    session.require(Action.MEMBER_END)
    lost = warn_before_removal(session, seats_of(session, [member]))
    alone = said_before_end(session, member)
    if lost is None or alone is None:
        return lost or alone
    return Message("{alone} {lost}", alone=alone, lost=lost)


def before_roles(session: Session, member: MemberId | None, words: Iterable[str]) -> Message | None:
    """Return what has to be said before a member, or for None somebody new, gets exactly these roles.

    Whoever loses a role is lowered, also those who audit beside other work when somebody comes who only audits.

    Raises:
        RefusedError: this role changes none.
        UsageError: a word is no role.
    """
    session.require(Action.MEMBER_ADMIT if member is None else Action.ROLE_CHANGE)
    wanted, roles_of = checked_roles(words), session.directory.roles_of
    after = admission(session, MemberId(b"") if member is None else member, wanted)
    said = _words(session, seats_of(session, [item for item, roles in after.items() if not roles_of(item) <= roles]))
    lost = frozenset() if member is None else roles_of(member) - wanted
    if said and lost and all(includes(wanted, role) for role in lost):
        return Message(
            "{said} Or give {roles} too: then nothing is lost, and they get no further rights.",
            said=said,
            roles=enumerated(sorted(lost)),
        )
    return said


def _words(session: Session, seats: Iterable[SeatId]) -> Message | None:
    """Say what is lost and of how many devices; one that writes into this very folder has nothing that is not here."""
    apart = set(seats) - seats_here(session)
    if not apart:
        return None
    names, certificates = names_of_members(session), session.directory.effective.certificates
    whose = {name_in(names, certificates[seat].member) for seat in apart if seat in certificates}
    return plural(
        "What {count} device of {whose} wrote and you have not imported will be invalid for everybody."
        " Import a bundle of theirs first, if you can.",
        "What {count} devices of {whose} wrote and you have not imported will be invalid for everybody."
        " Import a bundle of theirs first, if you can.",
        count=len(apart),
        whose=enumerated(sorted(whose)),
    )
