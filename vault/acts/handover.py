"""The cases of a member who leaves go to another member. An admin orders it; a holder of the cases carries it out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from vault.acts.act import Act, Agreed, Ask, Begun, Field, Plan, Said, Shape, Told, by_name, one
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.ids import MemberId
    from vault.progress import Progress


_Order: TypeAlias = tuple["MemberId", "MemberId", str]
"""Whose cases go to whom, and why."""


def _who(session: Session, _said: Said) -> Begun:
    from vault.services.grants import sharing
    from vault.services.projection.authors import names_of_members

    names = names_of_members(session)
    here = [each for each in sharing.readers(session) if each != session.member]
    line = "" if here else Message("There is no other caseworker or supervisor. Who orders it cannot take the cases.")
    return Begun(choices={"leaver": by_name(names, names), "to": by_name(names, here)}, line=line)


def _what_is_ordered(session: Session, said: Said) -> Plan[_Order]:
    from vault.services.projection import authors

    leaver = authors.find_member(session, one(said, "leaver") or "", also_left=True)
    return Plan((leaver, authors.find_member(session, one(said, "to") or ""), one(said, "reason") or ""))


def _order(session: Session, plan: Plan[_Order], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.grants import successors

    leaver, successor, reason = plan.of
    record = successors.order_handover(session, leaver, successor, reason=reason)
    return Told(
        (
            Message("The order is saved."),
            *successors.who_carries_out(session, leaver),
            Message("Others learn of it with your next bundle."),
        ),
        {"order": record.hex(), "leaver": leaver.hex(), "successor": successor.hex()},
    )


def _what_is_held(session: Session, _said: Said) -> Plan[None]:
    from vault.services.grants import successors

    successors.handover_orders(session)
    sure = Ask(
        "hand over",
        Message("Hand over what you hold of leavers' cases?"),
        yes=Message("Hand over"),
        no=Message("Leave them"),
        told=(Message("The new owners can open these cases from then on, and are named as their owners."),),
        is_for_screens=True,
    )
    return Plan(None, asks=(sure,))


def _carry_out(session: Session, _plan: Plan[None], _agreed: Agreed, progress: Progress) -> Told:
    from vault.services.grants import successors
    from vault.services.projection.authors import name_in, names_of_members

    done = successors.carry_out_handovers(session, progress=progress)
    names = names_of_members(session)
    lines: list[Words] = [
        plural(
            "{count} case of {leaver} is {successor}'s now.",
            "{count} cases of {leaver} are {successor}'s now.",
            count=each.cases,
            leaver=name_in(names, each.leaver),
            successor=name_in(names, each.successor),
        )
        for each in done
    ]
    data = {"carried_out": [{"order": each.order.hex(), "cases": each.cases} for each in done]}
    return Told(tuple(lines) or (successors.nothing_to_do(session),), data)


ORDER: Final = Act(
    "handover order",
    Message("order a handover (an admin, who need not be able to open the cases)"),
    Message("Order a handover"),
    Message("order it"),
    (
        Field("leaver", Message("Cases of"), Shape.MEMBER, Message("who leaves, or has left"), form="MEMBER",
              is_required=True),
        Field("to", Message("Go to"), Shape.MEMBER, Message("the new owner"), is_required=True),
        Field("reason", Message("Reason"), Shape.LINE, question=Message("Why (everybody in the vault can read it)"),
              hint=Message("e.g. moves to another city"), is_required=True),
    ),
    look=_what_is_ordered,
    run=_order,
    doing=Message("Ordering the handover"),
    nothing=Message("nothing is ordered"),
    begin=_who,
    about=Message(
        "An order opens nothing: a device that holds the cases, such as the deputy's, grants them to the new owner when"
        " it is next opened. It stays in the list: cases that come later go over too."
    ),
)  # fmt: skip
CARRY_OUT: Final = Act(
    "handover carry-out",
    Message("hand over what you hold of a leaver's cases"),
    Message("Hand cases over"),
    Message("hand over"),
    (),
    look=_what_is_held,
    run=_carry_out,
    doing=Message("Handing cases over"),
    nothing=Message("nothing is handed over"),
    is_long=True,
)
ACTS: Final = (ORDER, CARRY_OUT)
