"""`casevault undo`: take back the last thing that you wrote here."""

from __future__ import annotations

from typing import Final

from vault.cli.confirming import require_undo
from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.prompts import are_asked
from vault.cli.showing import change_lines, indented
from vault.cli.table import Arg, Given, Verb
from vault.words.codes import words_of
from vault.words.message import Message, joined


def _undo(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.cases import undoing

        found = undoing.last(session)
        kinds = words_of(found.kinds)
        shown = Message("What you wrote last: {kinds}", kinds=kinds)
        if found.about:
            shown = Message("What you wrote last ({kinds}): “{about}”", kinds=kinds, about=found.about)
        if found.changes:
            lines = joined(list(map(indented, change_lines(found.changes))), "\n")
            shown = Message("{shown}\n{changes}", shown=shown, changes=lines or "")
        require_undo(args, output, shown)
        gone = undoing.undo(session, found)
    told = Message("The last thing that you wrote is taken back: {kinds}.", kinds=words_of(gone))
    if found.about and are_asked(args, output):  # a script is told no word of it
        told = Message(
            "The last thing that you wrote is taken back ({kinds}): “{about}”", kinds=kinds, about=found.about
        )
    return Result({"undone": dict(gone)}, [told])


VERBS: Final = (
    Verb(
        "undo",
        Message("take back the last thing that you wrote, within 10 minutes and before any bundle"),
        (Arg("[--yes]", Message("do not ask again (scripts)")),),
        _undo,
    ),
)
