"""`casevault check-in`: who says when that they are well, that somebody was heard, and what is missed.

`add`, `list` and `edit` come from the form of the record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vault.casework.story.check_in import CheckIn, CheckInEnd
from vault.cli import story as form_verbs
from vault.cli.dates import moment_of
from vault.cli.opening import case_of, opened
from vault.cli.output import Output, Result
from vault.cli.showing import indented
from vault.cli.story import RECORD
from vault.cli.table import IN_CASE, Arg, Given, Verb
from vault.ids import short_id
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from vault.services.safety.check_ins import Missed


def _heard(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.cases import editing
        from vault.services.safety import check_ins

        place = editing.locate(session, args.record, frozenset({CheckIn.KIND}), case=case_of(session, args))
        at = check_ins.heard(session, place, CheckInEnd(args.end), on=args.on)
    said: Words = Message("It is over; no further one is due.")
    if at is not None:
        said = Message("The next one is due {when}.", when=at.replace("T", " "))
    return Result({"record": place.record.hex(), "next": at}, [said])


def _missed(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.safety import check_ins

        found = check_ins.missed(session, why=args.why)
    lines = [line for each in found for line in _lines(each)]
    return Result({"missed": [_data(each) for each in found]}, lines or [Message("No check-in is missed.")])


def _data(each: Missed) -> dict[str, object]:
    return {
        "case": each.line.case.hex(),
        "ref": each.line.ref,
        "record": each.line.record.hex(),
        "at": each.record.at,
        "minutes": int(each.late.total_seconds()) // 60,
        "who": each.record.who,
        "first": each.record.first,
        "second": each.record.second,
        "due": [step.what for step in each.steps_due],
        "to_come": [step.what for step in each.to_come],
    }


def _lines(each: Missed) -> list[Words]:
    from vault.services.safety.check_ins import missed_words

    head = Message(
        "{when}  {ref}  {client}  {who}  id {id}",
        when=each.record.at.replace("T", " "),
        ref=each.line.ref,
        client=each.line.client,
        who=each.record.who,
        id=short_id(each.line.record),
    )
    looks = Message("{first} looks for it, {second} takes over", first=each.record.first, second=each.record.second)
    return [
        head,
        indented(missed_words(each.late)),
        indented(looks),
        *(indented(Message("now: {step}", step=step.what)) for step in each.steps_due),
        *(indented(Message("then: {step}", step=step.what)) for step in each.to_come),
    ]


_OF_FORM: Final = {verb.name: verb for verb in form_verbs.TABLES[CheckIn.KIND]}
_ENDS: Final = tuple(end.value for end in CheckInEnd)
VERBS: Final = (
    *(_OF_FORM[name] for name in ("add", "list", "edit")),
    Verb("heard", Message("say that somebody was heard; the next one is written with it"), (
        RECORD, IN_CASE,
        Arg("[--on DATE]", Message("when, such as 2026-11-30T22:10 (default: now)"), of=moment_of("--on")),
        Arg("--end WORD", Message("the result; without it, nothing says that the person is well"), choices=_ENDS),
    ), _heard),
    Verb("missed", Message("what is missed now, and which step of its ladder is due"), (), _missed),
)  # fmt: skip
