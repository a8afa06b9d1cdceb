"""`casevault deadline`: what is due, dates that a rule gives with their reasons, and a calendar file that says nothing.

What is written of it are acts (`vault.acts.records`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vault.acts.records import COUNTED_FROM
from vault.casework.story import headline_said
from vault.casework.story.events import Deadline
from vault.casework.story.protection import missed_for
from vault.cli.act_verbs import arg_of, given_of
from vault.cli.date_options import day_of
from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.showing import indented
from vault.cli.story import NO_DATE, record_data, record_lines
from vault.cli.table import Arg, Given, Verb, new_file
from vault.ids import make_id, short_id
from vault.words.codes import word_of
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from vault.deadlines.rules import Rule
    from vault.export.paper_pages import PaperWeek
    from vault.services.cases.deadlines import Standing
    from vault.services.cases.story_records import DueList


def _listed(args: Given, output: Output) -> Result:
    """Show what is due; of one case without `--due`, all its deadlines."""
    if args.case is not None and args.due is None:
        return _list_in(args, output)
    from vault.deadlines.reckoning import STATES
    from vault.services.cases import deadlines
    from vault.services.safety.incidents import missed_words

    due, stand = _due_lines(args, output)
    found = due.lines
    data: list[dict[str, object]] = [
        {
            "case": line.case.hex(),
            "ref": line.ref,
            "record": line.record.hex(),
            "kind": line.kind,
            "when": line.when,
            "about": line.headline,
            **({} if missed_for(line.kind, line.when, deadlines.now()) is None else {"missed": True}),
            **({} if standing is None else {"state": standing.state.value, "check": standing.check}),
        }
        for line, standing in zip(found, stand, strict=True)
    ]
    lines: list[Words] = []
    for line, standing in zip(found, stand, strict=True):
        lines.append(
            Message(
                "{when}  {ref}  {kind}  {client}  {about}  id {id}",
                when=line.when or NO_DATE,
                ref=line.ref,
                kind=word_of(line.kind),
                client=line.client,
                about=headline_said(line.kind, line.headline),
                id=short_id(line.record),
            )
        )
        late = missed_for(line.kind, line.when, deadlines.now())
        lines += [] if late is None else [indented(missed_words(late))]
        if standing is not None:
            told = [STATES[standing.state], *([] if standing.check is None else [standing.check])]
            lines += map(indented, told)
    lines += _left_out(due)
    left = [{"case": each.case.hex(), "ref": each.ref, "count": each.count, "late": each.late} for each in due.left]
    return Result({"due": data, "left_out": left, "more": due.more}, lines or [Message("Nothing is due.")])


def _left_out(due: DueList) -> list[Words]:
    lines: list[Words] = [
        Message(
            "{ref}: {count} more, {late} of them late. See them: `casevault deadline list {ref} --due 3650d`",
            ref=each.ref,
            count=each.count,
            late=each.late,
        )
        for each in due.left
    ]
    if due.more:
        lines.append(
            Message("{count} more are not shown. `--due` with fewer days shows what comes first.", count=due.more)
        )
    return lines


def _due_lines(args: Given, output: Output) -> tuple[DueList, list[Standing | None]]:
    """Return what is due, and of each deadline where it stands."""
    with opened(args, output) as session:
        from vault.services.cases import cases, deadlines, story_records

        case = None if args.case is None else cases.find(session, args.case)
        until = None if args.due is None else story_records.day_within(session, args.due)
        found = story_records.due(session, until=until, case=case)
    moment, place = deadlines.now(), deadlines.zone(args.zone)
    stand = [
        deadlines.standing_at(line.when, line.rule, moment, place) if line.kind == Deadline.KIND and line.when else None
        for line in found.lines
    ]
    return found, stand


def _list_in(args: Given, output: Output) -> Result:
    """Show the deadlines of one case, each with where it stands and what of it must be checked."""
    with opened(args, output) as session:
        from vault.services.cases import cases, deadlines, story_records
        from vault.services.projection import authors

        found = story_records.list_in(session, cases.find(session, args.case), (Deadline.KIND,), why=args.why)
        by = authors.written_by(session, found)
    from vault.deadlines.reckoning import STATES

    lines: list[Words] = []
    data = []
    for record in found:
        assert isinstance(record.value, Deadline)  # noqa: S101 - of this kind; this line is for the type checker
        lines += record_lines(record, by.get(record.record, ""))
        plain = record_data(record)
        if record.value.is_due():
            standing = deadlines.standing_of(record.value, deadlines.now(), deadlines.zone(args.zone))
            lines += map(indented, [STATES[standing.state], *([] if standing.check is None else [standing.check])])
            plain |= {"state": standing.state.value, "check": standing.check}
        data.append(plain)
    return Result({"records": data}, lines or [Message("There are none.")])


def _calendar(args: Given, output: Output) -> Result:
    from vault.cli.output import in_words
    from vault.deadlines.facts import exact_moment
    from vault.deadlines.icalendar import Entry, calendar_text
    from vault.services.cases import deadlines
    from vault.store.files import write_new

    here = deadlines.zone(args.zone)
    due, _ = _due_lines(Given(**{**vars(args), "case": None}), output)
    moments = [None if line.when is None else exact_moment(line.when, here) for line in due.lines]
    # New ids each time: an id that stays would show that two phones have dates of one case.
    entries = [Entry(make_id().hex(), moment) for moment in moments if moment is not None]
    left = len(moments) - len(entries)
    write_new(args.out, calendar_text(entries, deadlines.now(), in_words).encode())
    lines: list[Words] = [
        Message("{path} has {count} dates, without names and references.", path=args.out, count=len(entries)),
        Message("Import it into a calendar of its own, and delete that calendar before the next import."),
    ]
    if left:
        lines.append(Message("{count} without a full date are not in it.", count=left))
    more = due.more + sum(each.count for each in due.left)
    if more:
        lines.append(Message("{count} more are not in it:", count=more))
        lines += map(indented, _left_out(due))
    return Result({"file": str(args.out), "dates": len(entries), "left_out": left, "more": more}, lines)


def _rules(args: Given, output: Output) -> Result:
    del output
    from vault.deadlines.shipped import RULES, rule_named

    rules = [rule_named(args.rule)] if args.rule else sorted(RULES.values(), key=lambda r: (not r.is_enabled, r.code))
    return Result(
        {"rules": [_rule_data(rule) for rule in rules]},
        [line for rule in rules for line in _rule_lines(rule, is_whole=args.rule is not None)],
    )


def _rule_data(rule: Rule) -> dict[str, object]:
    return {
        "rule": rule.code,
        "title": rule.title,
        "trigger": rule.trigger,
        "period": None if rule.period is None else {"count": rule.period.count, "unit": rule.period.unit},
        "certainty": rule.certainty,
        "source": rule.source,
        "irreversible": rule.is_irreversible,
    }


def _rule_lines(rule: Rule, *, is_whole: bool) -> list[Words]:
    from vault.deadlines.rules import TRIGGERS
    from vault.deadlines.sentences import CERTAINTIES

    lines: list[Words] = [
        Message("{code}  {title}  {certainty}", code=rule.code, title=rule.title, certainty=CERTAINTIES[rule.certainty])
    ]
    if is_whole:
        lines.append(indented(Message("from: {trigger}", trigger=TRIGGERS[rule.trigger])))
        lines += [] if rule.period is None else [indented(Message("period: {period}", period=rule.period.words()))]
        lines.append(indented(Message("text: {source}", source=rule.source)))
        lines += [] if rule.caution is None else [indented(rule.caution)]
    return lines


def _count(args: Given, output: Output) -> Result:
    del output
    from vault.deadlines.facts import moment_text
    from vault.deadlines.reckoning import STATES
    from vault.deadlines.shipped import rule_named
    from vault.services.cases import deadlines

    found = deadlines.found_by(rule_named(args.rule), {**given_of(args, COUNTED_FROM), "court": tuple(args.court)})
    first, last = (None if end is None else moment_text(end) for end in (found.at, found.latest))
    state = STATES[found.state]
    if first is None:
        head = Message("{day}  {state}", day=NO_DATE, state=state)
    elif first == last:
        head = Message("{day}  {state}", day=first, state=state)
    elif last is None:
        head = Message("{day} or later  {state}", day=first, state=state)
    else:
        head = Message("{day} to {last}  {state}", day=first, last=last, state=state)
    data = {
        "rule": found.code,
        "at": first,
        "latest": last,
        "state": found.state.value,
        "certainty": found.certainty,
        "set_by_court": found.is_set_by_court,
        "history": [moment_text(moment) for moment in found.history],
        "reasons": list(found.explanation),
    }
    return Result(data, [head, *map(indented, found.explanation)])


def _week(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        import datetime

        from vault.cli.output import in_words
        from vault.services.cases import cases
        from vault.services.exports import paper_week

        day = datetime.date.fromisoformat(args.on or cases.today(session))
        if args.out is None:
            week = paper_week.week_of(session, day, in_words)
            return Result(_week_data(week), list(paper_week.week_lines(week)))
        count = paper_week.print_week(session, day, args.out, in_words)
    return Result(
        {"file": str(args.out), "dates": count},
        [Message("The week is in {file}. It names nobody, and is not encrypted.", file=args.out)],
    )


def _week_data(week: PaperWeek) -> dict[str, object]:
    days = [
        {
            "day": day.day,
            "dates": [
                {"time": date.time or None, "ref": date.ref or None, "what": date.what, "done": date.done}
                for date in day.lines
            ],
        }
        for day in week.entries
    ]
    return {"file": None, "dates": sum(len(day.lines) for day in week.entries), "days": days}


_ZONE: Final = arg_of(COUNTED_FROM[-1])
_OUT: Final = Arg("--out FILE", Message("the file to write"), of=new_file)
_DUE: Final = Arg("[--due DAYS]", Message("only what is due within this time, such as 7d"))

VERBS: Final = (
    Verb("list", Message("what is due in all your cases, or the deadlines of a single case"), (
        Arg("[CASE]", Message("only of this case (id or reference)")), _DUE, _ZONE,
    ), _listed),
    Verb("rules", Message("the rules that give dates, and how certain each is; needs no vault"), (
        Arg("[RULE]", Message("only this rule, with its text")),
    ), _rules),
    Verb("count", Message("what date a rule gives, and why; needs no vault and saves nothing"), (
        Arg("RULE", Message("a rule's code (`deadline rules` lists them)")),
        *map(arg_of, COUNTED_FROM),
        Arg("[--court DATE ...]", Message("a date that a court set, which then applies; several: oldest order first")),
    ), _count),
    Verb("week", Message("show a week, or write it as a page to print: references and kinds, no names"), (
        Arg("[--on DATE]", Message("any day of that week (default: today)"), of=day_of("--on", is_past=False)),
        Arg("[--out FILE]", Message("write it to this PDF file, to print"), of=new_file),
    ), _week),
    Verb("calendar", Message("write what is due as a calendar file: dates without names, references and words"), (
        _OUT, _DUE, _ZONE,
    ), _calendar),
)  # fmt: skip
