"""`casevault export-all`: all that a member can read, in an open format, sealed for one recipient."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from vault.cli.nouns import NOUNS
from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.prompts import ask_line
from vault.cli.table import Arg, Given, Verb
from vault.errors import WaitingForDecisionError
from vault.words.message import Message, plural

_SURE: Final = Message("Every name and note that you can read leaves, redacted by nobody. Type all to go on: ")


def _export_all(args: Given, output: Output) -> Result:
    if not args.yes and not (output.may_ask and sys.stdin.isatty() and ask_line(_SURE).casefold() == "all"):
        raise WaitingForDecisionError(Message("nothing was exported"), next_step=Message("Repeat it with --yes."))
    with opened(args, output) as session:
        from vault.services.exports.everything import export_all

        done = export_all(session, to=args.to, out=args.out, progress=output.progress_of(Message("Exporting")))
    data = {
        "file": str(done.path),
        "cases": done.cases,
        "records": done.records,
        "documents": done.documents,
        "missing": done.missing,
    }
    lines = [
        Message("The sealed file is at {path}.", path=done.path),
        plural("{count} case is in it.", "{count} cases are in it.", count=done.cases),
        plural("{count} record is in it.", "{count} records are in it.", count=done.records),
        plural("{count} document is in it.", "{count} documents are in it.", count=done.documents),
    ]
    if done.missing:
        lines.append(
            plural(
                "{count} document is not on this device and not in it.",
                "{count} documents are not on this device and not in it.",
                count=done.missing,
            )
        )
    lines.append(Message("`age` opens it with the recipient's key; docs/full-export.md says what is in it."))
    return Result(data, lines)


VERBS: Final = (
    Verb("export-all", NOUNS["export-all"].help, (
        Arg("--to NAME", Message("the recipient's name or id (`recipient list`); the key must be confirmed")),
        Arg("--out FILE", Message("the new file"), of=Path),
        Arg("[--yes]", Message("do not ask again (scripts)")),
    ), _export_all),
)  # fmt: skip
