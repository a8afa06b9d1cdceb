"""`casevault erase`: erase a note, a person, a case or a slip for good."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from vault.cli.nouns import NOUNS
from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.prompts import ask_line
from vault.cli.table import Arg, Given, Verb
from vault.errors import WaitingForDecisionError
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

_REASONS: Final = ("subject-request", "retention", "mistake", "court-order")


def _erase(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.cli.reading import second_of
        from vault.services.approvals import erasing
        from vault.services.erasures import letter, what_goes

        going = what_goes.what_goes(session, *args.ids)
        preview = letter.preview(session, going, needs_second=erasing.needs_second(going))
        require_yes(args, output, preview, _ASKED, "erase")
        erased = erasing.erase(session, going, why=args.reason, second=second_of(args, output, session))
        lines = letter.letter(session, going, why=args.reason)
    data = {
        "erased": dict(going.kinds),
        "versions": len(going.versions),
        "cases": [str(name) for name in going.cases.values()],
        "release": erased.rule,
        "drafts": erased.removed.drafts,
        "bundles": erased.removed.bundles,
        "letter": [str(line) for line in lines],
    }
    return Result(data, [Message("It is erased. This is the letter about it:"), "", *lines])


def require_yes(args: Given, output: Output, shown: Sequence[Words], question: Message, word: str) -> None:
    """Show what goes, and return where `--yes` or somebody at the terminal says so, by a word.

    Raises:
        WaitingForDecisionError: nobody did.
    """
    for line in shown:
        output.say(line)
    if args.yes:
        return
    if not (output.may_ask and sys.stdin.isatty()):
        raise WaitingForDecisionError(
            Message("nothing was erased: nobody confirmed it"), next_step=Message("Repeat it with --yes.")
        )
    if ask_line(question).casefold() != word:
        raise WaitingForDecisionError(Message("nothing was erased"), next_step=Message("Repeat it when you are sure."))


_ASKED: Final = Message("It cannot be brought back. Type erase to go on: ")
VERBS: Final = (
    Verb("erase", NOUNS["erase"].help, (
        Arg("ID ...", Message("id of a record (or CASE/ID), a person, a document, a section or a slip; a case"),
            into="ids"),
        Arg("--reason CODE", Message("the reason kept in the log"), choices=_REASONS),
        Arg("[--second NAME]", Message("who approves it at this keyboard: above one case or ten records")),
        Arg("[--yes]", Message("do not ask again (scripts)")),
    ), _erase),
)  # fmt: skip
