"""`casevault grant | handover | clock | approval`: who can open a case and until when, and who approves."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from vault.cli.opening import opened
from vault.cli.output import Output, Result, in_words
from vault.cli.table import CASE, Arg, Given, Verb, new_file
from vault.display import time_text
from vault.words.codes import word_of, words_of
from vault.words.message import Message, Words

# `casevault grant`: who can open a case.


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
        stands = (
            Message("{name} ({rank})", name=name, rank=word_of(ranks[member].name.lower())) if member in ranks else name
        )
        lines.append(Message("{name}  until {day}", name=stands, day=day) if day else stands)
    lines.append(only_you or sheets)
    data = {"case": case.hex(), "members": members, "recovery": held_by.with_recovery, "only_you": only_you is not None}
    return Result(data, lines)


GRANT: Final = (
    Verb("list", Message("who can open a case"), (CASE,), _list),
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


# `casevault approval`: what a second person is asked, and who can be one.
def _question(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.approvals import by_file

        received = by_file.read_question(session, args.file)
    question = received.question
    if args.files is not None:
        by_file.write_files(question, args.files)
    data = {
        "from": received.name,
        "act": question.act,
        "digest": question.digest.hex(),
        "reasons": list(question.reasons),
        "text": question.lines(),
        "shown": [in_words(line) for line in received.shown],
    }
    how: list[Words] = [
        "",
        Message("To approve it: `casevault approval give FILE --reason CODE --out ANSWER`."),
        Message("CODE is one of: {reasons}.", reasons=", ".join(question.reasons)),
    ]
    return Result(data, [Message("{name} asks:", name=received.name), *received.shown, *question.lines(), *how])


def _approvers(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.approvals import second_person

        found = second_person.approvers(session)
    data = {
        "rule": second_person.TWO_PERSON if found else second_person.ALONE,
        "approvers": [
            {"name": approver.name, "member": approver.member.hex(), "roles": list(approver.roles)}
            for approver in found
        ],
    }
    lines = [Message("{name}  {roles}", name=approver.name, roles=words_of(approver.roles)) for approver in found]
    return Result(data, lines or [Message("Nobody else can approve: you do these acts alone, and the log says so.")])


APPROVAL: Final = (
    Verb("show", Message("read a question"), (
        Arg("FILE", Message("the question"), of=Path),
        Arg("[--files DIR]", Message("write the finished files into this new folder"), of=new_file),
    ), _question),
    Verb("list", Message("who can approve your questions"), (), _approvers),
)  # fmt: skip

TABLES: Final = {"grant": GRANT, "handover": HANDOVER, "clock": CLOCK, "approval": APPROVAL}
