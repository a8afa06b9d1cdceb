"""Acts that need a second person: who may approve, whether an approval counts, and how one is asked for here."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import partial

from vault.access.seat_keys.rekeying import seats_here
from vault.access.session import Session
from vault.casework.disclosure import Approving
from vault.durations import DAY_MS, MINUTE_MS
from vault.errors import NotFoundError, RefusedError, WaitingForDecisionError
from vault.ids import CompartmentKind, MemberId, SeatId
from vault.log.approval import Approval, Listing, Refusal, approval_id
from vault.policy.rights import RIGHTS
from vault.policy.roles import Action
from vault.services.approvals.pipe import Run, ask_second, run_second_process
from vault.services.approvals.pipe_process import can_act_here
from vault.services.approvals.question import ApprovalQuestion
from vault.services.members.members import members
from vault.services.projection.approval_checks import (
    APPROVERS,
    BREAK_GLASS,
    CODES_OF_REASONS,
    ERASE,
    judge_listed,
    listings_of,
)
from vault.words.message import Message, joined
from vault.words.next_step import NextStep

ALONE, TWO_PERSON = "alone", "two-person"
# Of the acts that take two persons, those of which the question can travel in a file.
ASKED_BY_FILE = frozenset({"export.begin", ERASE, BREAK_GLASS})
_NOBODY_ASKED = {
    "export.begin": Message("a second person has to approve this export before it leaves; nothing was done"),
    ERASE: Message("a second person has to approve this erasure; nothing was done"),
    BREAK_GLASS: Message("a second person has to approve opening this case; nothing was done"),
}
_OTHER = {
    "export.begin": Message("the files have changed since they were shown"),
    ERASE: Message("what would go, or the reason, is not the same"),
    BREAK_GLASS: Message("the case, the member or their devices, the day or the reason is not the same"),
}
_OTHER_ACT = Message("it was another act")
_ACT_ALONE = Message("a second person has to approve this; nothing was done")
REASONS = CODES_OF_REASONS
# Time to read and to type, at one keyboard.
HERE_MS = 15 * MINUTE_MS
# For so long break-glass lasts at most: an emergency is over then, and a grant can be given in the usual way.
LONGEST_MS = 14 * DAY_MS
# A bundle with the answer has to come back.
APART_MS = 7 * DAY_MS

Second = Callable[[ApprovalQuestion], Approval]
"""Puts a question before a second person and returns the approval, or raises."""


@dataclass(frozen=True, slots=True)
class Approver:
    """A member who may approve what this session's member asks for.

    `unlocks_first`: they can do it at this keyboard once they have unlocked this vault here: `member add` made their
    seat, and no log yet.
    """

    member: MemberId
    name: str = field(repr=False)
    roles: tuple[str, ...]
    is_here: bool = False
    unlocks_first: bool = False


def approvers(session: Session, *, beside: Collection[MemberId] = ()) -> list[Approver]:
    """Return who may approve for this member: others, with a role for it and a seat; never those who gain by it.

    `beside` are the members for whom the act is done.
    """
    session.require(Action.MEMBER_LIST)
    names = {member: person.display_name() for member, person in members(session)}
    seats = {SeatId(seat): MemberId(item.member) for seat, item in session.directory.certificates.items()}
    with session.database.reading() as rows:
        here = {seats[seat] for seat in can_act_here(rows, seats)}
    made_here = {seats[seat] for seat in seats_here(session) if seat in seats}
    with_seats = set(seats.values())
    found = []
    for member, roles in session.directory.members.items():
        person = MemberId(member)
        if person == session.member or person in beside or not roles & APPROVERS or person not in with_seats:
            continue
        name = names.get(person, member.hex())
        new = person in made_here and person not in here
        found.append(
            Approver(person, name, tuple(sorted(roles & APPROVERS)), is_here=person in here, unlocks_first=new)
        )
    return sorted(found, key=lambda approver: approver.name.casefold())


def rule_of(session: Session, *, beside: Collection[MemberId] = ()) -> str:
    """Return `two-person`, or `alone` where nobody else of the organisation could approve."""
    return TWO_PERSON if approvers(session, beside=beside) else ALONE


def at_this_keyboard(session: Session, name: str, *, run: Run = run_second_process) -> Second:
    """Return the way to ask a member who sits here too.

    Raises:
        RefusedError: it is the member who asks, or one who may not approve.
        NotFoundError: nobody is called so.
    """
    approver = approver_named(session, name)
    return partial(ask_second, session, member=approver.member, name=approver.name, run=run)


def required_approval(
    session: Session, question: ApprovalQuestion, second: Second | None, *, beside: Collection[MemberId] = ()
) -> Approval | None:
    """Return the approval with which the act may be done now, or None where it is done alone.

    Raises:
        WaitingForDecisionError: a second person is needed and nobody was asked.
        RefusedError: what they gave is not valid.
    """
    if rule_of(session, beside=beside) == ALONE:
        return None
    if second is None:
        raise _nobody_asked(session, question.act, beside)
    if not RIGHTS.may_write(session.roles, CompartmentKind.CASE, Approving.KIND):
        raise RefusedError(
            Message("this vault's rules are from an older program and have no approvals"),
            next_step=Message("The next change of members by an admin renews them."),
        )
    approval = second(question)
    require_valid(session, approval, question, beside=beside)
    return approval


def require_second(session: Session, act: str, second: Second | None) -> None:
    """Return if a second person is asked wherever the act needs one: said before anybody reads what is to be approved.

    Raises:
        WaitingForDecisionError: a second person is needed and nobody was asked.
    """
    if second is None and rule_of(session) != ALONE:
        raise _nobody_asked(session, act, ())


def _nobody_asked(session: Session, act: str, beside: Collection[MemberId]) -> WaitingForDecisionError:
    return WaitingForDecisionError(
        _NOBODY_ASKED.get(act, _ACT_ALONE), next_step=_how_to_ask(act, approvers(session, beside=beside))
    )


def _how_to_ask(act: str, found: Collection[Approver]) -> Message:
    """Return who can approve and by which way: who has no seat on this device cannot do it at this keyboard."""
    here = ", ".join(approver.name for approver in found if approver.is_here)
    away = ", ".join(approver.name for approver in found if not approver.is_here)
    first = ", ".join(approver.name for approver in found if approver.unlocks_first)
    ways: list[Message] = []
    if here:
        ways.append(Message("At this keyboard ({step}): {names}.", step=NextStep.APPROVE_HERE, names=here))
    if first:
        ways.append(
            Message(
                "Also at this keyboard, after they unlock this vault here once under their own name: {names}.",
                names=first,
            )
        )
    if away and act in ASKED_BY_FILE:
        ways.append(Message("In a file ({step}): {names}.", step=NextStep.ASK_BY_FILE, names=away))
    return joined(ways) or Message(
        "Approve it at the keyboard of a device that both of you use; none of {names} uses this device.", names=away
    )


def require_valid(
    session: Session, approval: Approval, question: ApprovalQuestion, *, beside: Collection[MemberId] = ()
) -> None:
    """Return if the approval would count for this act, done by this seat now, and nobody used it before.

    Raises:
        RefusedError: it would not, and why.
    """
    if approval.digest != question.digest or approval.act != question.act:
        raise RefusedError(
            Message("the approval was given for something else: {why}", why=_OTHER.get(question.act, _OTHER_ACT)),
            next_step=Message("Say the same again as when you asked, or ask for a new one."),
        )
    planned = Listing(
        origin=session.log.origin,
        seq=session.log.size,
        seat=session.seat,
        member=session.member,
        roles=frozenset(role.value for role in session.roles),
        act=question.act,
        at_ms=session.log.now_ms(),
    )
    with session.database.reading() as rows:
        authority, wanted = session.authority(rows), approval_id(approval.encode())
        listed = listings_of(session, rows, authority, approval=wanted).get(wanted, [])
        judged = judge_listed(session, [*listed, planned], approval)
    # Others who list it too, without a right to it, take nothing from whom it was given to.
    reason = next((why for listing, why in judged.refused if listing == planned or why is Refusal.USED_TWICE), None)
    if judged.use != planned or reason is not None:
        raise RefusedError(
            Message(
                "the approval is not valid: {value}", value=Message("used before") if reason is None else reason.value
            ),
            next_step=Message("Ask for a new one."),
        )
    giver = session.directory.certificates.get(SeatId(approval.approver))
    if giver is None or MemberId(giver.member) in beside:
        raise RefusedError(Message("the approval is not valid: its giver is not a member, or benefits from it"))


def chosen_approvers(session: Session, name: str | None, *, beside: Collection[MemberId] = ()) -> list[Approver]:
    """Return the one of this name who may approve or, without a name, all.

    Raises:
        RefusedError: nobody else could; or as `approver_named`.
        NotFoundError: as `approver_named`.
    """
    if rule_of(session, beside=beside) != TWO_PERSON:
        raise RefusedError(Message("nobody else could approve it: it is done alone"))
    return approvers(session, beside=beside) if name is None else [approver_named(session, name, beside=beside)]


def approver_named(session: Session, name: str, *, beside: Collection[MemberId] = ()) -> Approver:
    """Return the member of this name who may approve; `beside` may not.

    Raises:
        RefusedError: it is the member who asks.
        NotFoundError: nobody of this name may.
    """
    wanted = name.strip().casefold()
    for member, person in members(session):
        if person.display_name().casefold() == wanted and member == session.member:
            raise RefusedError(
                Message("nobody can approve their own question"), next_step=Message("Name another member.")
            )
    may = approvers(session, beside=beside)
    found = [approver for approver in may if approver.name.casefold() == wanted]
    if len(found) == 1:
        return found[0]
    choices = ", ".join(approver.name for approver in may) or "nobody"
    raise NotFoundError(
        Message("no member with this name may approve"),
        next_step=Message("These members may: {choices}.", choices=choices),
    )
