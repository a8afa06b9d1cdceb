"""`casevault case`: make, list and open cases."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from vault.cli.dates import day_of
from vault.cli.known import ANYWAY, unless_known
from vault.cli.opening import opened, opened_to_ask
from vault.cli.output import Output, Result
from vault.cli.prompts import Personal, are_asked, ask_line, options_of
from vault.cli.showing import case_data, case_lines, edited
from vault.cli.table import CASE, Arg, Given, OneOf, Verb
from vault.errors import UsageError
from vault.ids import short_id
from vault.words.codes import word_of
from vault.words.message import Message, Words, joined, plural

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vault.access.session import Session
    from vault.ids import CompartmentId
    from vault.services.cases.bulk import BulkDone
    from vault.services.cases.editing import Edited
    from vault.services.cases.two_versions import InTwo

_NONE = Message("No case is open to you yet. A caseworker or supervisor makes one: `casevault case new --kind KIND`.")
_NONE_CLOSED = Message("No case of yours is closed.")
_NONE_SILENT = Message("In each case of yours there was a contact within these days.")
CASE_KINDS = ("asylum", "extradition", "detention", "family", "other")
_TITLE = Personal("title", "--title", Message("Title of the case"), required=True)
_CASES = Arg("CASE ...", Message("ids or references of cases, up to 500"), into="case")
_AT_RISK = Message(
    "Put where they are into a restricted section (`casevault section new`), begin check-ins (`casevault check-in"
    " add`), agree on a plan (`casevault safety-plan add`), and write down whom to tell (`casevault task add`)."
)
_CHANGED = Message("Cases changed")
_NEW_TITLE = Personal("title", "--title", Message("New title of the case"), is_change=True)
_WHY_CLOSED = Personal("reason", "--reason", Message("Why the case is closed"), required=True)
_WHY_HELD = Personal("reason", "--reason", Message("Why the case is on legal hold"), required=True)
_WHY_RELEASED = Personal("reason", "--reason", Message("Why the hold is released"), required=True)
_ANYWAY = Arg("[--anyway]", Message("close it though it is at refused at risk or a check-in runs (scripts)"))
_WHY_LOWER = Personal("reason", "--reason", Message("Why the risk of a case at refused at risk is lower now"))
_RISKS = ("low", "medium", "high", "immediate")
_REASON = Personal("reason", "--reason", Message("Why they must not be able to open it"), required=True)


def _new(args: Given, output: Output) -> Result:
    leaves_out = args.without_recovery or args.no_deputy
    if args.reason and not leaves_out:
        raise UsageError(Message("--reason goes with --without-recovery or --no-deputy"))
    asked = (_TITLE, _REASON) if leaves_out else (_TITLE,)
    with opened_to_ask(args, output, asked) as (session, values):
        from vault.services.cases import cases, writing_down

        reason = values["reason"][0] if leaves_out else None
        made = unless_known(
            args,
            output,
            lambda anyway: writing_down.make_case(
                session,
                title=values["title"][0],
                kind=args.kind,
                alone_reason=reason if args.no_deputy else None,
                no_recovery_reason=reason if args.without_recovery else None,
                anyway=anyway,
            ),
        )
        only_you = cases.only_you(session, made.case)
        too = cases.deputy_words(session, made.deputy)
    lines: list[Words] = [Message("Case {ref} is saved.", ref=made.ref), *(line for line in (only_you, too) if line)]
    return Result({"case": made.case.hex(), "ref": made.ref, "only_you": only_you is not None}, lines)


def _list(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.casework.note import silence
        from vault.services.cases import case_changes, cases, two_versions

        last: dict[bytes, str | None] = {}
        if args.no_contact is not None:
            silent = cases.list_silent(session, days=args.no_contact, limit=args.limit)
            rows, last = [row for row, _ in silent], {row.case: day for row, day in silent}
        else:
            listed = case_changes.list_closed if args.closed else cases.list_all
            rows = listed(session, limit=args.limit)
        today = cases.today(session)
        alone = cases.only_yours(session, rows)
        two: dict[bytes, InTwo] = {each.place.case: each for each in reversed(two_versions.in_two(session))}
    data = [
        {
            "case": r.case.hex(),
            "ref": r.ref,
            "title": r.title,
            "kind": r.kind,
            "stage": r.status,
            "due": r.due,
            "closed": r.closed,
            "only_you": r.case in alone,
            "in_two": r.case in two,
            **({"last_contact": last[r.case]} if r.case in last else {}),
        }
        for r in rows
    ]
    lines: list[Words] = []
    for r in rows:
        line: Words = f"{r.ref}  {word_of(r.kind)!s:<11}  {word_of(r.status)!s:<21}  {r.title}"
        if r.case in last:
            line = Message("{case}  {silence}", case=line, silence=silence(last[r.case], today))
        lines.append(Message("{case}  [only YOU can open this case]", case=line) if r.case in alone else line)
        lines += _two_versions(two.get(r.case))
    return Result(
        {"cases": data}, lines or [_NONE_CLOSED if args.closed else _NONE if args.no_contact is None else _NONE_SILENT]
    )


def _two_versions(found: InTwo | None) -> list[Words]:
    """Return the lines below a case in the list that has a record with two versions."""
    if found is None:
        return []
    if not found.is_case:
        return [Message("           2 VERSIONS of a record in it: `casevault case show {ref}`", ref=found.ref)]
    said = joined([Message("{stage}, risk {risk}", stage=stage, risk=risk) for stage, risk in found.states], " / ")
    return [Message("           2 VERSIONS: {said}: `casevault join {ref}`", said=said or "", ref=found.ref)]


def _present(args: Given, session: Session) -> dict[str, str]:
    """Return the title of the case that is changed; the look at it is in the log before."""
    from vault.services.cases import cases

    return {"title": cases.open_case(session, cases.find(session, args.case[0])).head.value.title}


def _edit(args: Given, output: Output) -> Result:
    asked: tuple[Personal, ...] = (_NEW_TITLE,) if len(args.case) == 1 else ()
    if asked and not are_asked(args, output):
        asked = (_NEW_TITLE, _WHY_LOWER)  # who sits at the terminal is asked where it is needed
    with opened_to_ask(args, output, asked, present=partial(_present, args)) as (session, values):
        from vault.services.cases import bulk, case_changes, cases
        from vault.services.projection import authors

        owner = None if args.owner is None else authors.find_member(session, args.owner)
        found = [cases.find(session, case) for case in args.case]
        if len(found) > 1:
            done = bulk.change_all(session, found, risk=args.risk, owner=owner, progress=output.progress_of(_CHANGED))
            return _of_many(done, dict(zip(found, args.case, strict=True)))
        title, reason = next(iter(values["title"]), None), next(iter(values.get("reason", ())), None)

        def change(reason: str | None) -> Edited:
            return case_changes.change(session, found[0], title=title, risk=args.risk, owner=owner, reason=reason)

        try:
            return edited(change(reason))
        except case_changes.LowerRiskError as fault:
            if not are_asked(args, output):
                raise
            output.say(fault.message)
            why = ask_line(Message("Is the danger really less? Type why (Enter changes nothing): "))
            if not why:
                raise
            return edited(change(why))


def _stage(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.cases import case_changes, cases

        result = edited(case_changes.set_stage(session, cases.find(session, args.case), args.stage, on=args.on))
    if args.stage == "refused-at-risk":
        from vault.casework.story.at_risk import WARNING

        return Result(result.data, [*result.lines, WARNING, _AT_RISK])
    return result


def _say_what_stops(args: Given, output: Output, session: Session) -> dict[str, str]:
    """Tell who is asked for the reason what stops the case from being closed."""
    from vault.services.cases import case_changes, cases

    if len(args.case) == 1:
        for stop in case_changes.what_stops(session, cases.find(session, args.case[0])):
            output.say(Message("WARNING: {stop}", stop=stop))
    return {}


def _close(args: Given, output: Output) -> Result:
    present = partial(_say_what_stops, args, output)
    with opened_to_ask(args, output, (_WHY_CLOSED,), present=present) as (session, values):
        from vault.services.cases import bulk, case_changes, cases

        found = [cases.find(session, case) for case in args.case]
        reason = values["reason"][0]
        if len(found) > 1:
            done = bulk.close_all(session, found, reason=reason, progress=output.progress_of(_CHANGED))
            return _of_many(done, dict(zip(found, args.case, strict=True)))
        anyway = args.anyway or are_asked(args, output)
        still_due = case_changes.close(session, found[0], reason=reason, anyway=anyway).still_due
    lines: list[Words] = [
        Message("The case is closed: it has left the list, and search and `casevault case list --closed` find it.")
    ]
    return Result(
        {"case": found[0].hex(), "closed": True, "still_due": still_due}, [*lines, *_warned_of_due(still_due)]
    )


def _warned_of_due(count: int) -> list[Words]:
    from vault.services.cases import case_changes

    return [Message("WARNING: {words}", words=case_changes.still_due_words(count))] if count else []


def _of_many(done: BulkDone, typed: Mapping[CompartmentId, str]) -> Result:
    """Return what came of a change of many cases, each called as it was typed."""
    lines: list[Words] = [
        plural("{count} case was changed.", "{count} cases were changed.", count=done.changed),
        *([plural("{count} was so already.", "{count} were so already.", count=done.same)] if done.same else []),
        *(Message("{case} was not changed: {why}", case=typed[case], why=why) for case, why in done.refused),
        *_warned_of_due(done.still_due),
    ]
    refused = [{"case": case.hex(), "why": str(why)} for case, why in done.refused]
    return Result({"changed": done.changed, "same": done.same, "refused": refused, "still_due": done.still_due}, lines)


def _reopen(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.cases import case_changes, cases

        case = cases.find(session, args.case)
        case_changes.reopen(session, case)
    return Result({"case": case.hex(), "closed": False}, [Message("The case is open again.")])


def _hold(args: Given, output: Output) -> Result:
    with opened_to_ask(args, output, (_WHY_HELD,)) as (session, values):
        from vault.services.cases import cases, holds

        case = cases.find(session, args.case)
        holds.hold(session, case, reason=values["reason"][0], review=args.review)
    lines = [Message("The case is on legal hold: nothing of it is erased. Review it on {day}.", day=args.review)]
    return Result({"case": case.hex(), "review": args.review}, lines)


def _release(args: Given, output: Output) -> Result:
    with opened_to_ask(args, output, (_WHY_RELEASED,)) as (session, values):
        from vault.services.cases import cases, holds

        case = cases.find(session, args.case)
        holds.release(session, case, reason=values["reason"][0])
    return Result({"case": case.hex()}, [Message("The legal hold is released: the case can be erased again.")])


def _show(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.cases import case_changes, cases, sections, two_versions
        from vault.services.projection import authors

        case = cases.find(session, args.case)
        view = cases.open_case(session, case, why=args.why)
        in_two = two_versions.in_view(session, view, why=args.why)
        by = authors.written_by(session, view.notes)
        held, looked = sections.list_of(session, case), case_changes.check_ins_said(session, case)
    data: dict[str, object] = case_data(view, by)
    lines = case_lines(view, by, in_two, looked)
    if held:
        # Who holds none does not learn that there are any: neither by a line nor by an empty list.
        data["sections"] = [
            {"section": section.section.hex(), "kind": section.what, "title": section.title} for section in held
        ]
        lines += ["", Message("Restricted ({count})", count=len(held))]
        lines += [f"  {short_id(section.section)}  {word_of(section.what)}  {section.title}" for section in held]
    return Result(data, lines)


VERBS: Final = (
    Verb("new", Message("make a case"), (
        Arg("--kind KIND", Message("kind of case"), choices=CASE_KINDS),
        Arg("[--without-recovery]", Message("no recovery sheet can open it; asks for the reason and keeps it")),
        Arg("[--no-deputy]", Message("your deputy cannot open it; asks for the reason and keeps it")),
        ANYWAY,
        *options_of((_TITLE, _REASON)),
    ), _new),
    Verb("list", Message("the cases that you can open"), (
        OneOf((
            Arg("[--closed]", Message("the closed cases instead")),
            Arg("[--no-contact DAYS]", Message("open cases without a contact for so many days"), of=int),
        )),
        Arg("[--limit N]", Message("maximum number of cases"), of=int, default=1000),
    ), _list),
    Verb("show", Message("open a case"), (CASE,), _show),
    Verb("edit", Message("change the title, the risk or the owner of a case; of many cases the risk or the owner"), (
        _CASES,
        Arg("[--risk RISK]", Message("how near the harm is"), choices=_RISKS),
        Arg("[--owner MEMBER]", Message("name or id of a member who holds the case")),
        *options_of((_NEW_TITLE, _WHY_LOWER)),
    ), _edit),
    Verb("stage", Message("put a case into another stage"), (
        CASE,
        Arg("STAGE", Message("a stage of its kind, such as refused-at-risk")),
        Arg("[--on DATE]", Message("from which day (default: today)"), of=day_of("--on")),
    ), _stage),
    Verb("close", Message("close cases; it asks for the reason"), (
        _CASES,
        _ANYWAY,
        *options_of((_WHY_CLOSED,)),
    ), _close),
    Verb("reopen", Message("open a closed case again"), (CASE,), _reopen),
    Verb("hold", Message("put a case on legal hold: nothing of it is erased; it asks for the reason"), (
        CASE,
        Arg("--review DATE", Message("the day on which to ask whether it is still needed"), of=day_of("--review")),
        *options_of((_WHY_HELD,)),
    ), _hold),
    Verb("release", Message("release the legal hold of a case; it asks for the reason"), (
        CASE,
        *options_of((_WHY_RELEASED,)),
    ), _release),
)  # fmt: skip
