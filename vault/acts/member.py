"""The members: which roles they have, who stands in for whom, and how they go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias

from vault.acts.act import Act, Agreed, Ask, Begun, Field, Plan, Said, Shape, Told, by_name, one
from vault.acts.newcomer import ADMIT, AGREE, CODES, told_of
from vault.words.message import Message, plural
from vault.words.next_step import NextStep

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.ids import MemberId
    from vault.progress import Progress

MEMBER: Final = Field("who", Message("Member"), Shape.RECORDS, Message("the member's name or id"), form="MEMBER")


_SECOND: Final = Message(
    "It waits for a second person. Give them a bundle: {make_bundle}. They do the same then.",
    make_bundle=NextStep.MAKE_BUNDLE,
)


# ---- roles, and the end of a membership ---------------------------------------------------------------------------


_Change: TypeAlias = tuple["MemberId", str, tuple[str, ...]]
"""Who, by id and name, and their new roles."""


def _which_roles(session: Session, said: Said) -> Plan[_Change]:
    from vault.services.members import members
    from vault.services.projection import authors

    member, roles = authors.find_member(session, said["who"][0]), said["roles"]
    name = authors.name_in(authors.names_of_members(session), member)
    loss = members.before_roles(session, member, roles)
    sure = Ask(
        "roles",
        Message("Take a role from {name}?", name=name),
        yes=Message("Give these roles"),
        no=Message("Leave them as they are"),
        warned=() if loss is None else (loss,),
    )
    return Plan((member, name, roles), mark=(member, loss), asks=() if loss is None else (sure,))


def _change_roles(session: Session, plan: Plan[_Change], agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.members import members
    from vault.words.codes import words_of

    member, name, roles = plan.of
    outcome = members.change_roles(session, member, roles, by_sheets=agreed.by_sheets, typed=agreed.typed)
    return told_of(
        outcome,
        Message("{name} has exactly these roles now: {roles}.", name=name, roles=words_of(sorted(set(roles)))),
        Message(
            "It waits for another admin, who imports a bundle of yours and gives the same roles: {make_bundle}. Or use"
            " {by_sheets}.",
            make_bundle=NextStep.MAKE_BUNDLE,
            by_sheets=NextStep.BY_SHEETS,
        ),
    )


def _who_goes(ask: Callable[[str, int], Ask], session: Session, said: Said) -> Plan[_Change]:
    """Look who it is. The command asks only where something would be lost; the app always asks."""
    from vault.services.grants.sharing import WHAT_MAY_BE_KEPT
    from vault.services.members import members
    from vault.services.projection import authors
    from vault.services.projection.seats import seats_of

    member = authors.find_member(session, said["who"][0])
    name = authors.name_in(authors.names_of_members(session), member)
    loss = members.warn_before_end(session, member)
    sure = ask(name, len(seats_of(session, [member])))
    told = (*sure.told, WHAT_MAY_BE_KEPT)
    sure = replace(sure, told=told, warned=() if loss is None else (loss,), is_for_screens=loss is None)
    return Plan((member, name, ()), mark=(member, loss), asks=(sure,))


def _who_is_suspended(name: str, count: int) -> Ask:
    return Ask(
        "suspend",
        plural("Revoke {count} device of {name}?", "Revoke {count} devices of {name}?", count=count, name=name),
        yes=Message("Suspend"),
        no=Message("Keep"),
        told=(Message("{name} stays a member, and opens nothing more from the next exchange on.", name=name),),
    )


def _suspend(session: Session, plan: Plan[_Change], agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.members import members

    member, name, _ = plan.of
    outcome = members.suspend(session, member, agreed.typed)
    return told_of(outcome, Message("{name} is suspended: every device is revoked.", name=name), _SECOND)


def _who_leaves(name: str, _count: int) -> Ask:
    return Ask(
        "leave",
        Message("Does {name} leave for good?", name=name),
        yes=Message("{name} leaves", name=name),
        no=Message("{name} stays", name=name),
        told=(
            Message("All devices of {name} are revoked, and {name} comes back only by joining again.", name=name),
            Message("First order who gets the cases: {order_handover}.", order_handover=NextStep.ORDER_HANDOVER),
        ),
    )


def _leave(session: Session, plan: Plan[_Change], agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.members import members

    member, name, _ = plan.of
    outcome = members.leave(session, member, agreed.typed)
    left = Message("{name} has left. To hand over the cases: {order}.", name=name, order=NextStep.ORDER_HANDOVER)
    return told_of(outcome, left, _SECOND)


_REVOKING: Final = Message("Revoking the devices")
_UNCHANGED: Final = Message("nothing is changed")
SUSPEND: Final = Act(
    "member suspend",
    Message("revoke every device of a member"),
    Message("Suspend"),
    Message("suspend"),
    (MEMBER,),
    look=partial(_who_goes, _who_is_suspended),
    run=_suspend,
    doing=_REVOKING,
    nothing=_UNCHANGED,
    asks_yes=True,
    by_sheets=True,
    is_long=True,
    goes_through=True,
)
LEAVE: Final = replace(
    SUSPEND,
    name="member leave",
    help=Message("remove a member for good"),
    title=Message("Leave"),
    key=Message("let them leave"),
    look=partial(_who_goes, _who_leaves),
    run=_leave,
)
CHANGE_ROLES: Final = Act(
    "member roles",
    Message("give a member exactly these roles"),
    Message("Roles"),
    Message("give the roles"),
    (MEMBER, Field("roles", Message("Roles"), Shape.WORD, Message("a role, or several"), form="ROLE ...", words=CODES,
                   is_required=True)),
    look=_which_roles,
    run=_change_roles,
    doing=Message("Changing the roles"),
    nothing=_UNCHANGED,
    asks_yes=True,
    by_sheets=True,
)  # fmt: skip


# ---- standing in --------------------------------------------------------------------------------------------------


_Deputy: TypeAlias = tuple["MemberId", "MemberId | None"]
"""Whose cases, and who stands in."""
_Loan: TypeAlias = tuple["MemberId", "MemberId", int]
"""Whose cases, who opens them too, and until which moment (ms UTC)."""


def _who_can_stand_in(session: Session, said: Said) -> Begun:
    from vault.policy.roles import ALLOWED, Action
    from vault.services.grants import successors
    from vault.services.members import members
    from vault.services.projection import authors

    member = authors.find_member(session, said["who"][0])
    may = {each.member for each in members.list_all(session) if each.seats and each.roles & ALLOWED[Action.CASE_SHARE]}
    others = by_name(authors.names_of_members(session), may - {member, session.member})
    line = "" if others else Message("There is no other caseworker or supervisor with a device. Invite one first.")
    now = successors.deputy_of(session, member)
    present = {"deputy": now.hex()} if now is not None and now != session.member else {}
    return Begun(present, {"deputy": others}, line)


def _nobody_or_who(session: Session, said: Said) -> Begun:
    begun = _who_can_stand_in(session, said)
    return replace(begun, choices={"deputy": (("", Message("nobody")), *begun.choices["deputy"])})


def _who_is_deputy(session: Session, said: Said) -> Plan[_Deputy]:
    from vault.services.projection import authors

    member, deputy = authors.find_member(session, said["who"][0]), one(said, "deputy")
    return Plan((member, authors.find_member(session, deputy) if deputy else None))


def _set_deputy(session: Session, plan: Plan[_Deputy], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.grants import successors
    from vault.services.projection.authors import name_in, names_of_members

    (member, deputy), names = plan.of, names_of_members(session)
    successors.set_deputy(session, member, deputy)
    name = name_in(names, member)
    words = Message("{name} has no deputy any more.", name=name)
    if deputy is not None:
        words = Message("{deputy} is the deputy of {name}.", deputy=name_in(names, deputy), name=name)
    return Told(
        (
            words,
            Message(
                "This applies to cases made from now on. Grant the cases that exist one by one, or lend them for a"
                " time."
            ),
        ),
        {"member": member.hex(), "deputy": None if deputy is None else deputy.hex()},
    )


def _what_is_lent(session: Session, said: Said) -> Plan[_Loan]:
    from vault.services.grants import timed_grants
    from vault.services.projection import authors

    member, deputy = (authors.find_member(session, said[name][0]) for name in ("who", "deputy"))
    return Plan((member, deputy, timed_grants.end_of_day(said["until"][0])))


def _lend(session: Session, plan: Plan[_Loan], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.grants import timed_grants
    from vault.services.projection.authors import name_in, names_of_members

    member, deputy, until_ms = plan.of
    given, day = timed_grants.away(session, member, deputy, until_ms=until_ms), timed_grants.last_day(until_ms)
    data = {"member": member.hex(), "deputy": deputy.hex(), "until": day, "cases": given}
    names = names_of_members(session)
    name, other = name_in(names, member), name_in(names, deputy)
    if not given:
        nothing = Message(
            "Nothing was lent: {deputy} already opens each case of {name} that you hold, or was put out of it.",
            deputy=other,
            name=name,
        )
        return Told((nothing,), data)
    lent = plural(
        "{count} case of {name} is open to {deputy} until {day}.",
        "{count} cases of {name} are open to {deputy} until {day}.",
        count=given,
        name=name,
        deputy=other,
        day=day,
    )
    which = Message("You can only lend cases that you hold, and none from which they were put out. The owner is told.")
    return Told((lent, which), data)


DEPUTY: Final = Act(
    "member deputy",
    Message("name a deputy who can also open a member's new cases"),
    Message("Deputy"),
    Message("name the deputy"),
    (
        MEMBER,
        Field("deputy", Message("Deputy"), Shape.MEMBER, Message("the deputy"), form="[--is MEMBER]"),
        Field("nobody", Message("Nobody"), Shape.YES, Message("no deputy from now on"), form="[--nobody]",
              is_required=True, is_answer=True, instead="deputy"),
    ),
    look=_who_is_deputy,
    run=_set_deputy,
    doing=Message("Naming the deputy"),
    nothing=Message("the deputy stays"),
    begin=_nobody_or_who,
    about=Message("A deputy also opens the cases that the member makes from now on."),
)  # fmt: skip
AWAY: Final = Act(
    "member away",
    Message("lend a member's cases to a deputy until a day; ends by itself"),
    Message("Away"),
    Message("lend the cases"),
    (
        MEMBER,
        Field("deputy", Message("Deputy"), Shape.MEMBER, Message("who can open them meanwhile"), is_required=True),
        Field("until", Message("Last day"), Shape.DAY, Message("the last day (YYYY-MM-DD)"), hint="2026-12-24",
              is_required=True),
    ),
    look=_what_is_lent,
    run=_lend,
    doing=Message("Lending the cases"),
    nothing=Message("nothing is lent"),
    begin=_who_can_stand_in,
    about=Message(
        "It lends the cases of this member that you hold too. The day after, it ends by itself: nothing that is written"
        " then opens for the deputy. At the next unlock the member is told who can open what, and who"
        " lent it."
    ),
)  # fmt: skip
ACTS: Final = (ADMIT, AGREE, SUSPEND, LEAVE, CHANGE_ROLES, AWAY, DEPUTY)
