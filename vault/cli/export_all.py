"""`casevault export-all`: all that a member can read, in an open format, sealed for one recipient."""

from __future__ import annotations

from typing import Final

from vault.cli.confirming import require_word
from vault.cli.nouns import NOUNS
from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.table import Arg, Given, Verb, new_file
from vault.words.message import Message

_SURE: Final = Message("Every name and note that you can read leaves without any redaction. Type all to go on: ")


def _export_all(args: Given, output: Output) -> Result:
    require_word(args, output, _SURE, nothing=Message("nothing was exported"), word="all")
    with opened(args, output) as session:
        from vault.services.exports import everything
        from vault.services.projection.expired_rights import left_out_data

        done = everything.export_all(
            session, to=args.to, out=args.out, progress=output.progress_of(Message("Exporting"))
        )
    data = {
        "file": str(done.path),
        "cases": done.cases,
        "records": done.records,
        "documents": done.documents,
        "missing": done.missing,
        "left_out": left_out_data(done.left_out),
    }
    return Result(data, everything.exported_lines(done))


VERBS: Final = (
    Verb("export-all", NOUNS["export-all"].help, (
        Arg("--to NAME", Message("the recipient's name or id (`recipient list`); the key must be confirmed")),
        Arg("--out FILE", Message("the new file"), of=new_file),
        Arg("[--yes]", Message("do not ask again (scripts)")),
    ), _export_all),
)  # fmt: skip
