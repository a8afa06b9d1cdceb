"""`casevault export`: a redacted package for one recipient."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from vault.cli.face import Face, Result
from vault.cli.opening import opened
from vault.cli.seconded import second_of
from vault.display import counted
from vault.errors import WaitingForDecisionError

if TYPE_CHECKING:
    from vault.services.exporting import Undecided


_RELEASED = {
    "alone": "It was released ALONE: nobody else in the organisation could approve it. Log and package say so.",
    "two-person": "Two persons released it: log and package name both, by role.",
}


def add_verbs(parser: argparse.ArgumentParser, noun: str) -> None:
    """Declare the arguments of `export`."""
    del noun
    parser.add_argument("case", help="the case's id or reference")
    parser.add_argument(
        "--profile", required=True, choices=("lawyer", "lawyer-named"), help="the table of what may leave"
    )
    parser.add_argument("--to", required=True, metavar="NAME", help="the recipient's name or id (`recipient list`)")
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="an existing folder for the package")
    parser.add_argument("--decide", choices=("proposed",), help="take the proposal of every open question")
    parser.add_argument("--language", choices=("en", "fr", "ru"), default="en", help="language of the report")
    second = parser.add_mutually_exclusive_group()
    second.add_argument("--second", metavar="NAME", help="the member who approves it at this keyboard")
    second.add_argument("--approval", type=Path, metavar="ANSWER", help="the file of one who approved it elsewhere")
    parser.set_defaults(command=_export)


def _export(args: argparse.Namespace, face: Face) -> Result:
    from vault.services import asking, cases, exporting

    with opened(args, face) as session:
        second = second_of(args, face, session)
        answer = None if args.approval is None else asking.read_answer(session, args.approval)
        result = exporting.export(
            session,
            cases.find(session, args.case),
            profile=args.profile,
            to=args.to,
            out=args.out,
            take_proposals=args.decide == "proposed",
            cover=exporting.usual_cover(args.profile, args.language),
            second=second,
            answer=answer,
            progress=partial(face.progress, what="Reading the finished files again"),
        )
    if isinstance(result, exporting.Undecided):
        return undecided(result)
    data = {
        "package": str(result.path),
        "digest": result.digest.hex(),
        "questions": result.questions,
        "decided": result.decided,
        "key_words": list(result.key_words),
        "release": result.release,
    }
    lines = [
        f"The package is at {result.path}.",
        f"{counted(result.questions, 'question was', 'questions were')} open;"
        f" {counted(result.decided, 'form is', 'forms are')} decided. The finished files were checked.",
        _RELEASED[result.release],
        "Tell the recipient these 13 words of your package key once, by voice:",
        f"  {' '.join(result.key_words)}",
    ]
    return Result(data, lines)


def undecided(result: Undecided) -> Result:
    """List the open questions; nothing was written."""
    questions = [
        {
            "form": q.form,
            "count": q.count,
            "kinds": list(q.kinds),
            "proposal": q.proposal,
            "context": q.context,
            "before": q.before,
        }
        for q in result.questions
    ]
    lines = [f"{counted(len(questions), 'question is', 'questions are')} open; nothing was written.", ""]
    before = {q.form: f"; in other texts you chose {q.before}" if q.before else "" for q in result.questions}
    lines += [
        f"  {q.form!r} ({q.count} x, proposed: {q.proposal}{before[q.form]}): {q.context}" for q in result.questions
    ]
    lines += ["", "Decide them in the app, or take all proposals with `--decide proposed`."]
    data = {"package": None, "digest": None, "questions": len(questions), "decided": 0, "open": questions}
    return Result(data, lines, WaitingForDecisionError.exit_code)
