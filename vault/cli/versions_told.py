"""`casevault history | join`: who wrote what of a record, and two versions that were written apart."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from vault.acts.act import Agreed, Plan
from vault.acts.records import JOIN
from vault.cli.act_verbs import given_of, verb_of
from vault.cli.opening import case_of, opened
from vault.cli.output import Output, Result
from vault.cli.prompts import ask_line
from vault.cli.showing import both_lines, change_lines, field_label, indented, said_by_side
from vault.cli.table import Given, Verb
from vault.display import MINUTE_UTC, local_time, time_data
from vault.errors import WaitingForDecisionError
from vault.progress import Working
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from vault.casework.differences import Chosen, Piece
    from vault.services.cases.two_versions import TwoVersions


# `casevault history`: who wrote what of a record, and when.
def _history(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.casework.differences import NOT_TOLD
        from vault.services.cases import editing

        place = editing.locate(session, args.record, case=case_of(session, args))
        found = editing.history(session, place, why=args.why)
    data, lines = [], list[Words]()
    before: dict[str, object] = {}
    for version in found:
        fields = editing.fields_told(version)
        differs = {name for name in {*before, *fields} if fields.get(name) != before.get(name)} - NOT_TOLD
        changed = {name: fields.get(name) for name in differs}
        data.append(
            {
                "version": version.version.hex(),
                "written": time_data(version.written_ms, MINUTE_UTC),
                "by": version.by,
                "current": version.is_current,
                "changed": {name: _plain(changed[name]) for name in sorted(changed)},
            }
        )
        mark = Message("now") if version.is_current else Message("before")
        when = local_time(version.written_ms)
        lines.append(Message("{when}  {by}  {mark}", when=when, by=version.by, mark=mark))
        lines += map(indented, change_lines(version.changes))
        before = fields or before
    return Result({"record": place.record.hex(), "kind": place.kind, "versions": data}, lines)


def _plain(value: object) -> object:
    match value:
        case bytes():
            return value.hex()
        case list() | tuple():
            return [_plain(part) for part in value]
        case dict():
            return {name: _plain(part) for name, part in value.items()}
        case _:
            return value


# `casevault join`: a record that two people wrote apart: both versions, and what shall stand.
def _join(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        found, answers = JOIN.look(session, {"why": (args.why,), **given_of(args, JOIN.fields)}).of
        shown: list[Words] = [Message("This record has two versions. Neither of their writers saw the other:")]
        shown += both_lines(found)
        is_asked = output.may_ask and sys.stdin.isatty() and args.take is None
        if args.take is None and not is_asked:
            shown.append(Message("Nothing is changed. Repeat it with --take 1 or --take 2, or at a terminal."))
            return Result(_data(found, joined=False), shown, WaitingForDecisionError.exit_code)
        for line in shown if is_asked else ():
            output.say(line)
        stands = Plan((found, _answers(found.pieces) if is_asked else answers))
        told = JOIN.do(session, stands, Agreed(), Working())
    return Result(_data(found, joined=True), told.lines)


def _data(found: TwoVersions, *, joined: bool) -> dict[str, object]:
    versions = [
        {
            "version": side.version.hex(),
            "written": time_data(side.written_ms, MINUTE_UTC),
            "by": side.by,
            "here": side.is_here,
            "differs": said_by_side(found.pieces, is_left=side is found.left),
        }
        for side in (found.left, found.right)
    ]
    return {"record": found.place.record.hex(), "kind": found.place.kind, "joined": joined, "versions": versions}


def _answers(pieces: Sequence[Piece]) -> dict[int, Chosen]:
    """Return what shall stand at each difference, as somebody at the terminal says."""
    from vault.casework.differences import Answer, Chosen

    keys = {"1": Answer.LEFT, "2": Answer.RIGHT, "both": Answer.BOTH}
    answers: dict[int, Chosen] = {}
    for at, piece in enumerate(pieces):
        if piece.is_open:
            can = [key for key, answer in keys.items() if answer in piece.answers]
            typed = ask_line(_question(piece, can)).casefold()
            if typed not in can:
                raise WaitingForDecisionError(JOIN.nothing, next_step=Message("Repeat it when you know."))
            answers[at] = Chosen(keys[typed])
    return answers


def _question(piece: Piece, can: Sequence[str]) -> Message:
    one, other = (said_by_side([piece], is_left=is_left)[piece.name] for is_left in (True, False))
    return Message(
        "{field}\n  1  {one}\n  2  {other}\nWhat shall stand? Type {answers}: ",
        field=field_label(piece.name),
        one=one,
        other=other,
        answers=", ".join(can),
    )


_VERB: Final = verb_of(JOIN)
TABLES: Final = {
    "history": (
        Verb("history", Message("what a record said before, who wrote it and when"), _VERB.args[:2], _history),
    ),
    "join": (_VERB._replace(run=_join),),
}
