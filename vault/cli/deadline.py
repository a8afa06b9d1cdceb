"""`casevault deadline`: what is due, dates that a rule gives with their reasons, and a calendar file that says nothing.

`add` and `list` are its own; `edit` and `done` come from the form of the record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from vault.casework.story.deadline import Deadline, SetBy
from vault.cli import story as form_verbs
from vault.cli.dates import day_of, moment_of
from vault.cli.due import ZONE, calendar, listed, now, zone
from vault.cli.opening import opened, opened_to_ask
from vault.cli.output import Output, Result
from vault.cli.prompts import options_of
from vault.cli.showing import indented
from vault.cli.story import NO_DATE, RECORD
from vault.cli.table import CASE, IN_CASE, Arg, Given, Verb, new_file
from vault.errors import UsageError
from vault.ids import short_id
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from vault.deadlines.engine import Due
    from vault.deadlines.facts import Place
    from vault.deadlines.rules import Rule
    from vault.export.paper_pages import PaperWeek

_FORM: Final = Deadline.FORM
# A rule is chosen by its code: it is no word of a person's own, and not asked.
_ASKED: Final = tuple(value for value in form_verbs.asked(_FORM, is_new=True) if value.key != "rule")
# Of these the form gives help and words; a rule gives what is left out.
_GIVEN: Final = frozenset({"--at", "--set-by", "--irreversible"})


def _add(args: Given, output: Output) -> Result:
    with opened_to_ask(args, output, _ASKED) as (session, answers):
        from vault.services.cases import cases, story

        typed = form_verbs.typed_fields(_FORM, Given(**{**vars(args), "done": None, "end": None}), answers)
        record, reasons = _record(args, typed)
        kept = story.add(session, cases.find(session, args.case), record)
    saved = [Message("The record is saved."), Message("id {id}", id=short_id(kept))]
    return Result({"record": kept.hex(), "at": record.at, "reasons": list(reasons)}, [*saved, *map(indented, reasons)])


def _record(args: Given, typed: dict[str, str]) -> tuple[Deadline, tuple[Message, ...]]:
    """Return the record of what was given, and the reasons where a rule gave its date."""
    from vault.deadlines.shipped import rule_named
    from vault.services.cases import deadlines

    rule = None if args.rule is None else rule_named(args.rule)
    reasons: tuple[Message, ...] = ()
    if rule is not None:
        typed["rule"] = rule.code
    if rule is not None and "at" not in typed:
        if typed.get("set_by", SetBy.RULE) != SetBy.RULE:
            raise UsageError(Message("use --at for a date that a court or a person set"))
        found = _due(rule, args)
        typed = deadlines.drafted(rule, found, what=typed.get("what", ""), trigger=args.trigger).typed() | typed
        reasons = found.explanation
    for name, option in (("at", "--at"), ("set_by", "--set-by")):
        if name not in typed:
            raise UsageError(
                Message("{option} is missing", option=option),
                next_step=Message("Give --at and --set-by, or --rule and what it counts from."),
            )
    values: dict[str, Any] = _FORM.from_typed(typed)
    return Deadline(**values), reasons


def _move(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        return form_verbs.changed(session, Deadline, args, {"at": args.day})


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

    found = _due(rule_named(args.rule), args)
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


def _due(rule: Rule, args: Given) -> Due:
    from vault.deadlines.engine import due
    from vault.deadlines.typed import facts_of

    place = _place(args)
    facts = facts_of(
        place.zone,
        trigger=args.trigger,
        posted=args.posted,
        suspended=args.suspended,
        extended=args.extended,
        court=getattr(args, "court", ()),
    )
    return due(rule, facts, now(), place)


def _place(args: Given) -> Place:
    from vault.deadlines.facts import Place

    return Place(zone(args.zone), None if args.country is None else args.country.strip().upper())


_COUNT_FROM: Final = (
    Arg(
        "[--trigger DATE]",
        Message("when its clock started: a date, complete or in part, or DATEThh:mm"),
        of=moment_of("--trigger"),
    ),
    Arg(
        "[--posted DAY]",
        Message("when the paper became available to read, whether it was read or not"),
        of=day_of("--posted"),
    ),
    Arg("[--suspended DAYS ...]", Message("when the clock was stopped: DAY..DAY, or DAY.. while it is stopped")),
    Arg("[--extended PERIOD ...]", Message("how much time was added: 10d, 5wd (working days), 3m, 24h")),
    Arg("[--country CC]", Message("whose holidays count where the rule names no country, such as KG")),
    ZONE,
)
_FROM_FORM: Final = tuple(
    arg._replace(form=f"[{arg.form.strip('[]')}]")
    for arg in form_verbs.options_for(_FORM, is_new=True)
    if arg.name in _GIVEN
)
_OUT: Final = Arg("--out FILE", Message("the file to write"), of=new_file)
_DUE: Final = Arg("[--due DAYS]", Message("only what is due within this time, such as 7d"))

VERBS: Final = (
    Verb("add", Message("add a deadline to a case: a date that was set, or that a rule gives"), (
        CASE,
        Arg("[--rule CODE]", Message("a rule's code: CaseVault computes its date (`deadline rules` lists them)")),
        *_FROM_FORM,
        *_COUNT_FROM,
        *options_of(_ASKED),
    ), _add),
    Verb("list", Message("what is due in all your cases, or the deadlines of a single case"), (
        Arg("[CASE]", Message("only of this case (id or reference)")), _DUE, ZONE,
    ), listed),
    Verb("move", Message("give it another date; the history keeps the date before it"), (
        RECORD, IN_CASE, Arg("DAY", Message("the new date, YYYY-MM-DD or 26.11.2026"), of=day_of("DAY", is_past=False)),
    ), _move),
    *(verb for verb in form_verbs.TABLES[Deadline.KIND] if verb.name in {"edit", "done"}),
    Verb("rules", Message("the rules that give dates, and how certain each is; needs no vault"), (
        Arg("[RULE]", Message("only this rule, with its text")),
    ), _rules),
    Verb("count", Message("what date a rule gives, and why; needs no vault and saves nothing"), (
        Arg("RULE", Message("a rule's code (`deadline rules` lists them)")),
        *_COUNT_FROM,
        Arg("[--court DATE ...]", Message("a date that a court set, which then applies; several: oldest order first")),
    ), _count),
    Verb("week", Message("show a week, or write it as a page to print: references and kinds, no names"), (
        Arg("[--on DATE]", Message("any day of that week (default: today)"), of=day_of("--on", is_past=False)),
        Arg("[--out FILE]", Message("write it to this PDF file, to print"), of=new_file),
    ), _week),
    Verb("calendar", Message("write what is due as a calendar file: dates without names, references and words"), (
        _OUT, _DUE, ZONE,
    ), calendar),
)  # fmt: skip
