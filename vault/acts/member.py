"""The members: who stands in for whom."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias

from vault.acts.act import Act, Agreed, Begun, Field, Plan, Said, Shape, Told, by_name, one
from vault.words.message import Message, plural

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.ids import MemberId
    from vault.progress import Progress

MEMBER: Final = Field("who", Message("Member"), Shape.RECORDS, Message("the member's name or id"), form="MEMBER")


# ---- standing in --------------------------------------------------------------------------------------------------


_StandingIn: TypeAlias = tuple["MemberId", "MemberId | None", Said]
"""Whose cases, who stands in, and what else is said."""


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


def _whose(session: Session, said: Said) -> Plan[_StandingIn]:
    from vault.services.projection import authors

    member, deputy = authors.find_member(session, said["who"][0]), one(said, "deputy")
    return Plan((member, authors.find_member(session, deputy) if deputy else None, said))


def _set_deputy(session: Session, plan: Plan[_StandingIn], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.grants import successors
    from vault.services.projection.authors import name_in, names_of_members

    (member, deputy, _), names = plan.of, names_of_members(session)
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


def _lend(session: Session, plan: Plan[_StandingIn], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.grants import timed_grants
    from vault.services.projection.authors import name_in, names_of_members

    member, deputy, said = plan.of
    assert deputy is not None  # noqa: S101 - for the type checker: the field is required
    until_ms = timed_grants.end_of_day(said["until"][0])
    given, day = timed_grants.away(session, member, deputy, until_ms=until_ms), timed_grants.last_day(until_ms)
    data = {"member": member.hex(), "deputy": deputy.hex(), "until": day, "cases": given}
    names = names_of_members(session)
    name, other = name_in(names, member), name_in(names, deputy)
    if not given:
        nothing = Message(
            "Nothing was lent: {deputy} already opens each case of {name} that you hold.", deputy=other, name=name
        )
        return Told((nothing,), data)
    lent = plural(
        "{count} case of {name} is open to {deputy} until {day}; then its key changes.",
        "{count} cases of {name} are open to {deputy} until {day}; then their keys change.",
        count=given,
        name=name,
        deputy=other,
        day=day,
    )
    return Told((lent, Message("You can only lend cases that you hold. The owner is told.")), data)


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
    look=_whose,
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
    look=_whose,
    run=_lend,
    doing=Message("Lending the cases"),
    nothing=Message("nothing is lent"),
    begin=_who_can_stand_in,
    about=Message(
        "It lends the cases of this member that you hold too. The day after, the right ends by itself: the keys change"
        " with the first device that sees that day. At the next unlock the member is told who can open what, and who"
        " lent it."
    ),
)  # fmt: skip
ACTS: Final = (AWAY, DEPUTY)
