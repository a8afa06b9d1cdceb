"""`casevault grant | handover | clock`: who can open a case, from whom, and until when."""

from __future__ import annotations

from typing import Final

from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.table import CASE, FROM_MEMBER, TO_MEMBER, Arg, Given, Verb
from vault.display import time_text
from vault.trust.trust_items import Rank
from vault.words.message import Message, Words

# `casevault grant`: list who can open a case, grant access, revoke it.
_REASONS = ("colleague", "deputy", "supervision", "legal-referral", "field", "handover")


_RANKS = {Rank.MEMBER: Message("member"), Rank.LEAD: Message("lead"), Rank.KEEPER: Message("keeper")}


def _list(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.cases import cases
        from vault.services.grants import sharing, timed_grants
        from vault.services.projection import authors

        case = cases.find(session, args.case)
        held_by, ranks = sharing.holders_of(session, case), sharing.ranks_of(session, case)
        until = {term.member: term.until_ms for term in timed_grants.terms_of(session, case)}
        names = authors.names_of_members(session)
        only_you = cases.only_you(session, case)
        sheets = cases.sheets_said(session.dates, held_by)
    members: list[dict[str, object]] = []
    lines: list[Words] = []
    for member in sorted(held_by.members, key=lambda member: authors.name_in(names, member)):
        name, ends = authors.name_in(names, member), until.get(member)
        day = None if ends is None else timed_grants.last_day(ends)
        members.append(
            {
                "member": member.hex(),
                "name": name,
                "rank": ranks[member].name.lower() if member in ranks else None,
                "until": day,
            }
        )
        stands = Message("{name} ({rank})", name=name, rank=_RANKS[ranks[member]]) if member in ranks else name
        lines.append(Message("{name}  until {day}", name=stands, day=day) if day else stands)
    lines.append(only_you or sheets)
    data = {"case": case.hex(), "members": members, "recovery": held_by.with_recovery, "only_you": only_you is not None}
    return Result(data, lines)


def _add(args: Given, output: Output) -> Result:
    from vault.services.grants import sharing, timed_grants

    until_ms = None if args.until is None else timed_grants.end_of_day(args.until)
    with opened(args, output) as session:
        from vault.services.cases import cases
        from vault.services.members import admissions
        from vault.services.projection import authors

        member = authors.find_member(session, args.to)
        case = cases.find(session, args.case)
        timed_grants.give(session, case, [member], until_ms=until_ms, why=args.reason, rank=sharing.RANKS[args.rank])
        name = authors.name_in(authors.names_of_members(session), member)
        devices = admissions.said_of_devices(session, member)
    day = None if until_ms is None else timed_grants.last_day(until_ms)
    done = Message("The case is open to {name}.", name=name)
    if day is not None:
        done = Message(
            "The case is open to {name} until {day}; what is written later is under another key.", name=name, day=day
        )
    come = Message("They get it with your next bundle. If they use this device too, they have it here now.")
    return Result({"case": case.hex(), "member": member.hex(), "until": day}, [done, come, *devices])


def _revoke(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.cases import cases
        from vault.services.grants import sharing
        from vault.services.projection import authors

        member = authors.find_member(session, args.from_member, also_left=True)
        case = cases.find(session, args.case)
        sharing.revoke(session, case, [member])
        name = authors.name_in(authors.names_of_members(session), member)
    data = {"case": case.hex(), "member": member.hex()}
    return Result(data, [Message("The case is taken from {name}.", name=name), sharing.WHAT_MAY_BE_KEPT])


GRANT: Final = (
    Verb("list", Message("who can open a case"), (CASE,), _list),
    Verb("add", Message("let a member open a case"), (
        CASE, TO_MEMBER,
        Arg("[--until DATE]", Message("the last day (YYYY-MM-DD); without it, no end")),
        Arg("[--reason REASON]", Message("kept in the log"), choices=_REASONS, default="colleague"),
        Arg("[--rank RANK]", Message("what they may do there: a lead or a keeper puts out who stands below"),
            choices=("member", "lead", "keeper"), default="member"),
    ), _add),
    Verb("revoke", Message("take a case from a member"), (CASE, FROM_MEMBER), _revoke),
)  # fmt: skip


# `casevault handover`: move the cases of a member who leaves to another member.
def _handover_list(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.grants import successors
        from vault.services.projection import authors

        orders = successors.handover_orders(session)
        names = authors.names_of_members(session)
    data, lines = [], []
    for order in orders:
        value = order.value
        leaver, successor = authors.name_in(names, value.leaver), authors.name_in(names, value.successor)
        data.append({"order": order.record.hex(), "leaver": leaver, "successor": successor, "reason": value.reason})
        lines.append(f"{leaver} -> {successor}: {value.reason}")
    return Result({"orders": data}, lines or [Message("No orders.")])


HANDOVER: Final = (
    Verb("list", Message("the orders in effect"), (), _handover_list),
)  # fmt: skip


# `casevault clock`: show and correct the time that decides when rights end.
_WORDS = {
    "steady": Message("The clock is normal."),
    "jumped": Message("The clock jumped ahead; confirm it with `casevault clock confirm`."),
    "set-back": Message(
        "The clock is behind a time that was seen before. That time stays in effect; a supervisor can repair it."
    ),
}


def _clock(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services import this_computer

        acts = {
            "show": this_computer.look_at_clock,
            "confirm": this_computer.confirm_clock,
            "repair": this_computer.repair_clock,
        }
        reading = acts[args.command.removeprefix("clock ")](session)
    data = {"state": reading.state.value, "counts": _time(reading.trusted_ms), "clock": _time(reading.wall_ms)}
    lines = [
        _WORDS[reading.state.value],
        Message("clock      {time}", time=_time(reading.wall_ms)),
        Message("in effect  {time}", time=_time(reading.trusted_ms)),
    ]
    return Result(data, lines)


def _time(ms: int) -> str:
    return time_text(ms, "%Y-%m-%dT%H:%MZ")


CLOCK: Final = (
    Verb("show", Message("the clock, and the time that rights are measured by"), (), _clock),
    Verb("confirm", Message("confirm that the clock, which jumped ahead, is right"), (), _clock),
    Verb("repair", Message("remove a wrong time that was accepted (supervisor)"), (), _clock),
)  # fmt: skip

TABLES: Final = {"grant": GRANT, "handover": HANDOVER, "clock": CLOCK}
