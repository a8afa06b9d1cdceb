"""`casevault checklist`: what is to be done after an arrest, a disappearance, a raid or a seized device."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from vault.casework.story.step import SAID, Checklist, ChecklistStep
from vault.cli import story as form_verbs
from vault.cli.dates import moment_of
from vault.cli.opening import case_of, opened
from vault.cli.output import Output, Result
from vault.cli.showing import edited
from vault.cli.story import NO_DATE, RECORD
from vault.cli.table import CASE, IN_CASE, Arg, Given, Verb
from vault.ids import short_id
from vault.words.codes import word_of
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from vault.services.projection.reading import Stored

_NAMES: Final = tuple(checklist.value for checklist in Checklist)


def _begin(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.cases import cases
        from vault.services.safety import checklists

        case = cases.find(session, args.case)
        checklists.begin(session, case, args.what, since=args.since)
        steps = checklists.steps_in(session, case, why=args.why)
    return _listed([step for step in steps if step.value.checklist == args.what])


def _list(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.cases import cases
        from vault.services.safety import checklists

        steps = checklists.steps_in(session, cases.find(session, args.case), why=args.why)
    return _listed(steps)


def _listed(steps: list[Stored[Any]]) -> Result:
    lines: list[Words] = []
    for checklist in dict.fromkeys(step.value.checklist for step in steps):
        of_it = [step for step in steps if step.value.checklist is checklist]
        done = sum(not step.value.is_due() for step in of_it)
        lines.append(
            plural(
                "{name}: {done} of {count} step done",
                "{name}: {done} of {count} steps done",
                count=len(of_it),
                name=word_of(checklist),
                done=done,
            )
        )
        lines += [_line(step) for step in of_it]
    data = [form_verbs.record_data(step) for step in steps]
    return Result({"steps": data}, lines or [Message("There is no checklist in this case.")])


def _line(stored: Stored[Any]) -> Message:
    step, what = stored.value, SAID[stored.value.step]
    if step.done is not None:
        done, by = step.done.replace("T", " "), step.by or ""
        return Message("  √ {when}  {what}  {by}  id {id}", when=done, what=what, by=by, id=short_id(stored.record))
    due = NO_DATE if step.due is None else step.due.replace("T", " ")
    return Message("  □ {when}  {what}  id {id}", when=due, what=what, id=short_id(stored.record))


def _done(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.cases import editing
        from vault.services.safety import checklists

        place = editing.locate(session, args.record, frozenset({ChecklistStep.KIND}), case=case_of(session, args))
        return edited(checklists.tick(session, place, by=args.by, on=args.on))


_OF_FORM: Final = {verb.name: verb for verb in form_verbs.TABLES[ChecklistStep.KIND]}
VERBS: Final = (
    Verb("begin", Message("write every step with the time by which it is to be done"), (
        CASE,
        Arg("--what WORD", Message("what happened"), choices=_NAMES),
        Arg("[--since DATE]", Message("when, such as 2026-11-30T06:10 (default: now)"), of=moment_of("--since")),
    ), _begin),
    Verb("list", Message("the steps of a case: what is done, by whom and when"), (CASE,), _list),
    Verb("done", Message("say that a step is done"), (
        RECORD, IN_CASE,
        Arg("[--by NAME]", Message("who did it (default: you)")),
        Arg("[--on DATE]", Message("when, such as 2026-11-30T06:40 (default: now)"), of=moment_of("--on")),
    ), _done),
    _OF_FORM["edit"],
)  # fmt: skip
