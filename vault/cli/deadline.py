"""`casevault deadline`: what is due, dates that a rule gives with their reasons, and a calendar file that says nothing.

What is written of it are acts (`vault.acts.records`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vault.acts.records import COUNTED_FROM
from vault.cli.acting import arg_of, given_of
from vault.cli.dates import day_of
from vault.cli.due import calendar, listed
from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.showing import indented
from vault.cli.story import NO_DATE
from vault.cli.table import Arg, Given, Verb, new_file
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from vault.deadlines.rules import Rule
    from vault.export.paper_pages import PaperWeek


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
    from vault.deadlines.wording import CERTAINTIES

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
    from vault.deadlines.engine import STATES
    from vault.deadlines.shipped import rule_named
    from vault.deadlines.typed import moment_text
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

        from vault.cli.next_steps import in_words
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
    ), listed),
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
    ), calendar),
)  # fmt: skip
