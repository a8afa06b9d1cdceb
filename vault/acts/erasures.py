"""What colleagues erased goes from this device now, without the wait; and how long closed cases are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vault.acts.act import Act, Agreed, Ask, Begun, Field, Plan, Said, Shape, Told, one
from vault.casework.case import CaseKind
from vault.words.codes import word_of
from vault.words.message import Message, Words, joined, plural

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.progress import Progress


def _what_waits(_session: Session, _said: Said) -> Plan[None]:
    sure = Ask(
        "remove",
        Message("Remove now what colleagues erased?"),
        yes=Message("Remove"),
        no=Message("Wait"),
        told=(Message("It cannot be brought back. What is on legal hold stays."),),
        is_for_screens=True,
    )
    return Plan(None, asks=(sure,))


def _remove(session: Session, _plan: Plan[None], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.erasures import arrived, standing_again

    arrived.note(session, arrived.look(session))
    gone = arrived.carry_out(session, at_once=True)
    removed = plural("{count} record was removed.", "{count} records were removed.", count=gone)
    lines = (*((removed,) if gone else ()), *standing_again.erase_late(session, at_once=True))
    return Told(lines or (Message("Nothing was removed."),), {"removed": gone})


def _rule_lines(session: Session) -> list[Words]:
    from vault.services.erasures import retention

    lines: list[Words] = [
        plural(
            "{kind}: proposed to be erased {count} month after it was closed",
            "{kind}: proposed to be erased {count} months after it was closed",
            count=months,
            kind=word_of(kind),
        )
        for kind, months in sorted(retention.rules(session).items())
    ]
    return lines or [Message("No rule: nothing is proposed.")]


def _set_rule(session: Session, plan: Plan[Said], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.erasures import retention

    kind, months = one(plan.of, "kind"), one(plan.of, "months")
    if kind:
        retention.set_rule(session, kind, int(months) if months else None)
    return Told(tuple(_rule_lines(session)), {"rules": retention.rules(session)})


REMOVE: Final = Act(
    "erasures now",
    Message("remove it now instead of after 72 hours; what is on legal hold stays"),
    Message("Remove now"),
    Message("now"),
    (),
    look=_what_waits,
    run=_remove,
    doing=Message("Removing what colleagues erased"),
    nothing=Message("nothing is removed"),
)
RULES: Final = Act(
    "erasures rules",
    Message("how long closed cases are kept; admins change it"),
    Message("How long closed cases are kept"),
    Message("keep"),
    (
        Field("kind", Message("Kind of case"), Shape.WORD, Message("change the rule of this kind of case"),
              words=tuple(CaseKind)),
        Field("months", Message("Months"), Shape.NUMBER,
              Message("how many months after closing; without it, the rule is removed"),
              hint=Message("empty: the rule is removed")),
    ),
    look=lambda _session, said: Plan(said),
    run=_set_rule,
    doing=Message("Changing the rule"),
    nothing=Message("nothing is changed"),
    begin=lambda session, _said: Begun(line=joined(_rule_lines(session), "; ") or ""),
    about=Message("A closed case is proposed to be erased then. Nothing is erased by itself."),
)  # fmt: skip
ACTS: Final = (REMOVE, RULES)
