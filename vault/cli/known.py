"""What is told before a person or a case is written down, and whether to go on."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Final, TypeVar

from vault.acts.case import ANYWAY as _ANYWAY
from vault.cli.output import Output
from vault.cli.prompts import ask_line
from vault.cli.table import Arg, Given
from vault.errors import WaitingForDecisionError
from vault.ids import RecordId, short_id
from vault.words.message import Message, filled

T = TypeVar("T")

ANYWAY: Final = Arg("[--anyway]", _ANYWAY.help or _ANYWAY.label)


_YES: Final = Message("Save it anyway, as somebody else, or as the same person in another case? Type yes or no: ")
_YES_OR_BACK: Final = Message(
    "Save it anyway, as somebody else, or as the same person in another case? Type yes, no, or back to go"
    " through your answers again: "
)
_THROW: Final = Message("What you typed is not saved yet. Type keep to save it, or drop to delete it: ")
_THROW_OR_BACK: Final = Message(
    "What you typed is not saved yet. Type keep to save it, back to go through it again, or drop to delete it: "
)


_SAME: Final = Message(
    "Is this {name}? yes: no second person is made, the spelling is added; no: somebody else. Type yes or no: "
)


def unless_here(output: Output, same: RecordId | None, make: Callable[[RecordId | None, bool], T]) -> T:
    """Move a call by `make`, which is given who of the case called, and whether it is nobody of them.

    Raises:
        WaitingForDecisionError: somebody of the case is called so, and nobody said whether it is them.
    """
    from vault.services.cases.writing_down import StandsHereError

    try:
        return make(same, False)
    except StandsHereError as error:
        if not (output.may_ask and sys.stdin.isatty()):
            for found in error.here:
                output.say(Message("In this case: {name}  id {id}", name=found.name, id=short_id(found.place.record)))
            raise
        here = error.here
    for found in here:
        word = ""
        while word not in {"yes", "no"}:
            word = ask_line(filled(_SAME, name=found.name)).casefold()
        if word == "yes":
            return make(found.place.record, False)
    return make(None, True)


def unless_known(
    args: Given, output: Output, make: Callable[[bool], T], *, again: Callable[[], None] | None = None
) -> T:
    """Make something by `make`, which is given whether to go on though somebody may be known already.

    Who that is, is said; then `--anyway` or somebody at the terminal goes on. `again` asks for the answers once
    more; by Enter alone nothing typed is thrown away.

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
    while True:
        word = ask_line(_YES if again is None else _YES_OR_BACK).casefold()
        if word == "no":
            word = ask_line(_THROW if again is None else _THROW_OR_BACK).casefold()
            if word == "drop":
                raise WaitingForDecisionError(
                    Message("nothing is written"),
                    next_step=Message("`casevault search` finds the case that is there."),
                )
        if word in {"yes", "keep"}:
            return make(True)
        if word == "back" and again is not None:
            again()
            return unless_known(args, output, make, again=again)
