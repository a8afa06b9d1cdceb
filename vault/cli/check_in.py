"""`casevault check-in`: who says when that they are well, and what is missed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vault.casework.story.check_in import CheckIn
from vault.cli import story
from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.showing import indented
from vault.cli.table import Given, Verb
from vault.ids import short_id
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from vault.services.safety.check_ins import Missed


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


VERBS: Final = (
    *story.TABLES[CheckIn.KIND],
    Verb("missed", Message("what is missed now, and which step of its ladder is due"), (), _missed),
)
