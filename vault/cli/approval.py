"""`casevault approval`: ask a second person at another place, and answer as that person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vault.cli.export import PROGRESS, REPORT, proposed_data, proposed_lines, tell_before, undecided, wish_of
from vault.cli.next_steps import in_words
from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.reading import approve_here, with_answers
from vault.cli.table import Arg, Given, Verb, new_file
from vault.words.codes import words_of
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from vault.services.exports.exporting import Asked, Undecided


def _ask(args: Given, output: Output) -> Result:

    approve = approve_here(args, output, Message("Ask about them"))
    with opened(args, output) as session:
        from vault.services.cases import cases
        from vault.services.exports import exporting

        tell_before(args, output, session)
        wish = wish_of(args, output, session)

        def act(decisions: Mapping[str, str]) -> Asked | Undecided:
            return exporting.ask(
                session,
                cases.find(session, args.case),
                replace(wish, decisions=decisions),
                out=args.out,
                approve=approve,
                approver=args.second,
                progress=output.progress_of(PROGRESS),
            )

        asked = with_answers(args, output, act)
        if isinstance(asked, exporting.Undecided):
            return undecided(asked)
    names = ", ".join(asked.names)
    data = {
        "file": str(args.out),
        "digest": asked.digest.hex(),
        "approvers": list(asked.names),
        "as_proposed": proposed_data(asked.as_proposed),
    }
    lines = [
        *proposed_lines(asked.as_proposed),
        Message("The question is at {out}. These members can open it: {names}.", out=args.out, names=names),
        Message(
            "They answer with `casevault approval give FILE --reason CODE --out ANSWER` and make a bundle for you."
        ),
        Message(
            "Import the bundle, then export with `--approval ANSWER`: within 7 days, and while the case does not"
            " change."
        ),
    ]
    return Result(data, lines)


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
    reasons = ", ".join(question.reasons)
    how: list[Words] = [
        "",
        Message("To approve it: `casevault approval give FILE --reason CODE --out ANSWER`."),
        Message("CODE is one of: {reasons}.", reasons=reasons),
    ]
    return Result(data, [Message("{name} asks:", name=received.name), *received.shown, *question.lines(), *how])


def _list(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.approvals import approving

        found = approving.approvers(session)
    data = {
        "rule": approving.TWO_PERSON if found else approving.ALONE,
        "approvers": [
            {"name": approver.name, "member": approver.member.hex(), "roles": list(approver.roles)}
            for approver in found
        ],
    }
    lines = [Message("{name}  {roles}", name=approver.name, roles=words_of(approver.roles)) for approver in found]
    return Result(data, lines or [Message("Nobody else can approve: you do these acts alone, and the log says so.")])


VERBS: Final = (
    Verb("ask", Message("ask a second person to approve an export: write the sealed question"), (
        *REPORT,
        Arg("--out FILE", Message("a new file for the second person"), of=new_file),
        Arg("[--second NAME]", Message("who should approve; without it, every member who can")),
    ), _ask),
    Verb("show", Message("read a question"), (
        Arg("FILE", Message("the question"), of=Path),
        Arg("[--files DIR]", Message("write the finished files into this new folder"), of=new_file),
    ), _show),
    Verb("list", Message("who can approve your questions"), (), _list),
)  # fmt: skip
