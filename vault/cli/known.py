"""What is told before a person or a case is written down, and whether to go on."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Final, TypeVar

from vault.cli.output import Output
from vault.cli.prompts import ask_line
from vault.cli.table import Arg, Given
from vault.errors import WaitingForDecisionError
from vault.words.message import Message

T = TypeVar("T")

ANYWAY: Final = Arg("[--anyway]", Message("write it down though somebody like this may be known already"))


def unless_known(args: Given, output: Output, make: Callable[[bool], T]) -> T:
    """Make something by `make`, which is given whether to go on though somebody may be known already.

    Who that is, is said; then `--anyway` or somebody at the terminal goes on.

    Raises:
        WaitingForDecisionError: nobody did; nothing was written.
    """
    from vault.services.cases.writing_down import KnownAlreadyError

    try:
        return make(args.anyway)
    except KnownAlreadyError as error:
        for line in error.known.told():
            output.say(Message("Known already? {who}", who=line))
        if not (output.may_ask and sys.stdin.isatty()):
            raise
    if ask_line(Message("Is this somebody else, or the same person in another case? Type yes: ")).casefold() != "yes":
        raise WaitingForDecisionError(
            Message("nothing is written"), next_step=Message("`casevault search` finds the case that is there.")
        )
    return make(True)
