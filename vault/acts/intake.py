"""Calls: a slip that becomes no case is closed, and a person is entered in the register of who is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vault.acts.act import Act, Agreed, Ask, Field, Plan, Said, Shape, Told
from vault.words.message import Message

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.progress import Progress

CLOSED: Final = (
    Message("The slip is closed."),
    Message(
        "In ten minutes or later, when a member who takes calls next uses this vault, its words are erased on this"
        " device. Older backups keep them."
    ),
)
"""What becomes of a slip that ended."""


def _what_closes(session: Session, said: Said) -> Plan[str]:
    from vault.services.cases import intake

    (slip,) = said["slip"]
    intake.require_open(session, slip)
    sure = Ask(
        "close",
        Message("Close this slip without a case?"),
        yes=Message("Close it"),
        no=Message("Keep it open"),
        told=(Message("Then it is no longer listed."), *CLOSED[1:]),
        is_for_screens=True,
    )
    return Plan(slip, asks=(sure,))


def _close(session: Session, plan: Plan[str], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.cases import intake

    intake.close(session, plan.of)
    return Told(CLOSED, {"slip": plan.of, "closed": True})


def _who_enters(_session: Session, said: Said) -> Plan[tuple[str, ...]]:
    return Plan(said["names"])


def _enter(session: Session, plan: Plan[tuple[str, ...]], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.cases import register

    entry = register.add(session, plan.of)
    entered = Message("The person is in the register. A colleague who asks is told to ask you.")
    return Told((entered,), {"entry": entry.hex()})


CLOSE: Final = Act(
    "intake close",
    Message("close a slip that becomes no case; it is no longer listed"),
    Message("Close a call"),
    Message("close"),
    (Field("slip", Message("Slip"), Shape.RECORDS, Message("its id, or its beginning"), form="SLIP"),),
    look=_what_closes,
    run=_close,
    doing=Message("Closing the slip"),
    nothing=Message("the slip stays open"),
)
ENTER: Final = Act(
    "intake enter",
    Message("enter a person in the register: colleagues learn whom to ask, and no name is stored"),
    Message("Enter a person"),
    Message("enter"),
    (
        Field("names", Message("Names"), Shape.LINES, question=Message("Name, in each script known"), form="--name",
              is_required=True),
    ),
    look=_who_enters,
    run=_enter,
    doing=Message("Entering the person"),
    nothing=Message("nobody is entered"),
)  # fmt: skip
ACTS: Final = (CLOSE, ENTER)
