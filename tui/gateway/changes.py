"""What came of a change of who is in, in the words of the screens."""

from __future__ import annotations

from tui.values.values_members import Changed
from vault.access.seat_keys.root_secret import kept_secret
from vault.access.session import Session
from vault.services.members.admissions import BEFORE_THE_NEXT
from vault.services.members.rostering import Outcome
from vault.words.message import Message, plural


def changed(session: Session, outcome: Outcome, done: Message, *, by_root: bool | None = None) -> Changed:
    """Return an outcome for the screens.

    `done` says so of a change that is valid. `by_root`: the root signed already; None where it cannot sign this.
    """
    if outcome.missing is not None:
        root_is_here = by_root is False and kept_secret(session) is not None
        return Changed((), outcome.missing, outcome.proposal or b"", root_is_here)
    lines = [done]
    if outcome.ended:
        devices = plural("{count} device revoked", "{count} devices revoked", count=len(outcome.ended))
        lines += [
            Message("{devices}; {files} got a new key.", devices=devices, files=files(outcome.cases)),
            Message(
                "What they could open until now may have been copied. They can open nothing that is written later."
            ),
        ]
    elif outcome.cases:
        lines.append(Message("{files} got a new key.", files=files(outcome.cases)))
    if outcome.pending:
        lines.append(Message("! {files} still wait for a new key; the warnings say why.", files=files(outcome.pending)))
    lines.append(Message("Other members learn of it with your next bundle for them."))
    return Changed((*lines, *([BEFORE_THE_NEXT] if outcome.admitted else [])))


def files(count: int) -> Message:
    """Return how many cases and sections."""
    return plural("{count} case or section", "{count} cases and sections", count=count)
