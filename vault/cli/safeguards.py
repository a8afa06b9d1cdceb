"""Before something is written, changed, erased or taken back: who is known already, `--yes`, a typed word."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final

from vault.cli.output import Output
from vault.cli.prompts import ask_line
from vault.cli.table import Given
from vault.errors import WaitingForDecisionError
from vault.words.message import Message, Words

_UNCONFIRMED: Final = Message("nobody confirmed it")
_WHEN_SURE: Final = Message("Repeat it when you are sure.")


def require_word(
    args: Given,
    output: Output,
    question: Message,
    *,
    nothing: Message,
    why: Message = _UNCONFIRMED,
    instead: Message = _WHEN_SURE,
    word: str = "yes",
) -> None:
    """Return where `--yes` or somebody at the terminal says so, by a word.

    Args:
        args: what was given, with `--yes`.
        output: whether somebody can be asked.
        question: it names the word.
        nothing: what was not done where nobody said so.
        why: what a script is told about that.
        instead: what somebody who did not say so can do.
        word: what is typed.

    Raises:
        WaitingForDecisionError: nobody did.
    """
    if getattr(args, "yes", False):
        return
    if not (output.may_ask and sys.stdin.isatty()):
        raise WaitingForDecisionError(
            Message("{nothing}: {why}", nothing=nothing, why=why), next_step=Message("Repeat it with --yes.")
        )
    if ask_line(question).casefold() != word:
        raise WaitingForDecisionError(nothing, next_step=instead)


def require_yes(args: Given, output: Output, shown: Sequence[Words], question: Message, word: str) -> None:
    """Show what goes, and return where `--yes` or somebody at the terminal says so, by a word.

    Raises:
        WaitingForDecisionError: nobody did.
    """
    for line in shown:
        output.say(line)
    require_word(args, output, question, nothing=Message("nothing was erased"), word=word)
