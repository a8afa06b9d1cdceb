"""`casevault grant`: list who can open a case, grant access, revoke it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.showing import cost_words, new_key
from vault.cli.table import CASE, FROM_MEMBER, TO_MEMBER, Arg, Given, Verb
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.ids import CompartmentId, MemberId

_REASONS = ("colleague", "deputy", "supervision", "legal-referral", "field", "handover")


def _list(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.cases import cases
        from vault.services.grants import sharing, timed_grants
        from vault.services.projection import authors

        case = cases.find(session, args.case)
        held_by = sharing.holders_of(session, case)
        until = {term.member: term.until_ms for term in timed_grants.terms_of(session, case)}
        names = authors.names_of_members(session)
        only_you = cases.only_you(session, case)
        sheets = cases.sheets_said(session.dates, held_by)
    members: list[dict[str, object]] = []
    lines: list[Words] = []
    for member in sorted(held_by.members, key=lambda member: authors.name_in(names, member)):
        name, ends = authors.name_in(names, member), until.get(member)
        day = None if ends is None else timed_grants.last_day(ends)
        members.append({"member": member.hex(), "name": name, "until": day})
        lines.append(Message("{name}  until {day}", name=name, day=day) if day else name)
    lines.append(only_you or sheets)
    data = {"case": case.hex(), "members": members, "recovery": held_by.with_recovery, "only_you": only_you is not None}
    return Result(data, lines)


def _add(args: Given, output: Output) -> Result:
    from vault.services.grants import timed_grants

    until_ms = None if args.until is None else timed_grants.end_of_day(args.until)
    with opened(args, output) as session:
        from vault.services.cases import cases
        from vault.services.members import admitters
        from vault.services.projection import authors

        member = authors.find_member(session, args.to)
        case = cases.find(session, args.case)
        timed_grants.give(session, case, [member], until_ms=until_ms, why=args.reason)
        name = authors.name_in(authors.names_of_members(session), member)
        devices = admitters.said_of_devices(session, member)
    day = None if until_ms is None else timed_grants.last_day(until_ms)
    done = Message("The case is open to {name}.", name=name)
    if day is not None:
        done = Message("The case is open to {name} until {day}; the day after, the key is changed.", name=name, day=day)
    come = Message("They get it with your next bundle. If they use this device too, they have it here now.")
    return Result({"case": case.hex(), "member": member.hex(), "until": day}, [done, come, *devices])


def _revoke(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.cases import cases
        from vault.services.grants import sharing
        from vault.services.projection import authors

        member = authors.find_member(session, args.from_member, also_left=True)
        case = cases.find(session, args.case)
        if member != session.member and member in sharing.holders_of(session, case).members:
            _say_cost(session, output, case, member)
        changed = sharing.revoke(session, case, [member], progress=output.progress_of(Message("Wrapping anew")))
    data = {"case": case.hex(), "member": member.hex(), "versions": changed.versions, "left": changed.left}
    return Result(data, [new_key(changed), sharing.WHAT_MAY_BE_KEPT])


def _say_cost(session: Session, output: Output, case: CompartmentId, gone: MemberId) -> None:
    from vault.services.grants import sharing

    cost = sharing.cost_of_change(session, case, without=[gone])
    if not output.quiet:
        output.say(Message("A new key: {cost}.", cost=cost_words(cost)))


VERBS: Final = (
    Verb("list", Message("who can open a case"), (CASE,), _list),
    Verb("add", Message("let a member open a case"), (
        CASE, TO_MEMBER,
        Arg("[--until DATE]", Message("the last day (YYYY-MM-DD); without it, no end")),
        Arg("[--reason REASON]", Message("kept in the log"), choices=_REASONS, default="colleague"),
    ), _add),
    Verb("revoke", Message("revoke a case from a member, and make a new key"), (CASE, FROM_MEMBER), _revoke),
)  # fmt: skip
