"""`casevault approval show` and `list`: what a second person is asked, and who can be one."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from vault.cli.opening import opened
from vault.cli.output import Output, Result, in_words
from vault.cli.table import Arg, Given, Verb, new_file
from vault.words.codes import words_of
from vault.words.message import Message, Words


def _show(args: Given, output: Output) -> Result:
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


def _list(args: Given, output: Output) -> Result:
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


VERBS: Final = (
    Verb("show", Message("read a question"), (
        Arg("FILE", Message("the question"), of=Path),
        Arg("[--files DIR]", Message("write the finished files into this new folder"), of=new_file),
    ), _show),
    Verb("list", Message("who can approve your questions"), (), _list),
)  # fmt: skip
