"""Break-glass: in an emergency, open a case for some days to a member without a grant."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from vault.acts.act import CASE, Act, Agreed, Ask, Begun, BySecond, Field, Plan, Said, Shape, Told, Waits, by_name, one
from vault.words.message import Message

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.progress import Progress, Working
    from vault.services.approvals.breaking_glass import Glass


def _whom(session: Session, said: Said) -> Begun:
    from vault.services.cases import cases
    from vault.services.grants import sharing
    from vault.services.projection.authors import names_of_members

    case, names = cases.find(session, said["case"][0]), names_of_members(session)
    may = sharing.readers(session) - sharing.holders_of(session, case).members
    return Begun(
        choices={"for": by_name(names, may)},
        line="" if may else Message("Nobody to open it to: all who may open cases hold this one already."),
    )


def _what_opens(session: Session, said: Said) -> Plan[Glass]:
    from vault.services.approvals import breaking_glass, second_person
    from vault.services.cases import cases
    from vault.services.grants import timed_grants
    from vault.services.projection import authors
    from vault.services.projection.places import name_of

    case, member = cases.find(session, said["case"][0]), authors.find_member(session, one(said, "for") or "")
    until, why = one(said, "until") or "", one(said, "reason") or ""
    glass = breaking_glass.ready(session, case, member, until_ms=timed_grants.end_of_day(until), why=why)
    beside = frozenset({member})
    question = Message(
        "Open {case} to {name} until {day}?",
        case=name_of(session, case),
        name=authors.name_in(authors.names_of_members(session), member),
        day=until,
    )
    sure = Ask(
        "open",
        question,
        yes=Message("Open it to them"),
        no=Message("Leave it closed"),
        told=(Message("The log keeps it, even if the case is revoked later."),),
        is_for_screens=True,
    )
    needs_second = second_person.rule_of(session, beside=beside) == second_person.TWO_PERSON
    return Plan(glass, mark=glass, asks=(sure,), needs_second=needs_second, beside=beside)


def _open(session: Session, plan: Plan[Glass], agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.approvals import breaking_glass
    from vault.services.grants.timed_grants import last_day

    glass = plan.of
    broken = breaking_glass.break_glass(
        session, glass.case, glass.member, until_ms=glass.until_ms, why=glass.why, second=agreed.second
    )
    data = {
        "case": broken.case.hex(),
        "member": broken.member.hex(),
        "until": last_day(broken.until_ms),
        "release": broken.rule,
    }
    return Told(breaking_glass.said_of(session, broken), data)


def _ask(session: Session, plan: Plan[Glass], agreed: Agreed, _working: Working) -> Waits:
    from vault.services.approvals import breaking_glass

    glass = plan.of
    return Waits(
        breaking_glass.ask(
            session,
            glass.case,
            glass.member,
            until_ms=glass.until_ms,
            why=glass.why,
            approver=agreed.ask_whom,
            out=agreed.ask_into or Path(),
        )
    )


BREAK_GLASS: Final = Act(
    "break-glass",
    Message("in an emergency, open a case for some days to a member without a grant"),
    Message("Break glass"),
    Message("open it"),
    (
        CASE,
        Field("for", Message("Open to"), Shape.MEMBER, Message("who can open it"), is_required=True),
        Field(
            "until",
            Message("Last day"),
            Shape.DAY,
            Message("the last day, within 14 days"),
            hint=Message("e.g. +3"),
            is_required=True,
        ),
        Field(
            "reason",
            Message("Reason"),
            Shape.WORD,
            Message("the reason kept in the log"),
            form="[--reason CODE]",
            words=(
                *("emergency", "casework", "legal-referral", "supervision", "subject-request", "handover", "deputy"),
            ),
            first="emergency",
        ),
    ),
    look=_what_opens,
    run=_open,
    doing=Message("Opening the case"),
    nothing=Message("the case stays closed to them"),
    begin=_whom,
    second=BySecond(Message("where anybody else can"), _ask, Message("Nothing is opened yet.")),
    about=Message(
        "For an emergency. They can open the case from their next bundle or unlock on. Everybody else who holds it is"
        " told at each unlock, for as long as it lasts, and the log keeps it."
    ),
)
ACTS: Final = (BREAK_GLASS,)
