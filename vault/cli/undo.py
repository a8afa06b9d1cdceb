"""`casevault undo`: take back the last thing that you wrote here."""

from __future__ import annotations

from typing import Final

from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.table import Given, Verb
from vault.words.message import Message


def _undo(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.cases import undoing

        kinds = undoing.undo(session, undoing.last(session))
    named = ", ".join(kinds)
    return Result(
        {"undone": dict(kinds)}, [Message("The last thing that you wrote is taken back: {kinds}.", kinds=named)]
    )


VERBS: Final = (
    Verb(
        "undo", Message("take back the last thing that you wrote, within 10 minutes and before any bundle"), (), _undo
    ),
)
