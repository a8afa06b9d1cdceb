"""The options by which a command gets its second person: at this keyboard, or by a file that came back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vault.cli.output import Output
from vault.cli.table import Given
from vault.errors import UsageError
from vault.words.message import Message
from vault.words.next_step import NextStep

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.services.approvals.approving import Second


def second_of(args: Given, output: Output, session: Session) -> Second | None:
    """Return how the second person is asked, or None where none was named.

    Raises:
        UsageError: somebody has to be asked at the terminal, and nobody may be.
        RefusedError, NotFoundError: the member named may not approve, or nobody is called so.
    """
    from vault.services.approvals import approving

    if args.second is None:
        return None
    if not output.may_ask:
        raise UsageError(
            Message("a second person answers at a terminal"),
            next_step=Message("Or in a file: {ask_approval}.", ask_approval=NextStep.ASK_APPROVAL),
        )
    return approving.at_this_keyboard(session, args.second)
