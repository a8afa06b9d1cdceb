"""What came of a change of who is in, in the words of the screens."""

from __future__ import annotations

from tui.text.in_words import in_words
from tui.values.values_members import Changed
from vault.access.seat_keys.root_secret import kept_secret
from vault.access.session import Session
from vault.services.members.rostering import Outcome


def changed(session: Session, outcome: Outcome, done: str, *, by_root: bool | None = None) -> Changed:
    """Return an outcome for the screens.

    Args:
        session: who changed something.
        outcome: of the service.
        done: a sentence for a change that is valid.
        by_root: whether the root signed already; None where it cannot sign this.
    """
    if outcome.missing is not None:
        root_is_here = by_root is False and kept_secret(session) is not None
        return Changed((), in_words(outcome.missing), outcome.proposal or b"", root_is_here)
    lines = [done]
    if outcome.ended:
        devices = f"{len(outcome.ended)} {'device' if len(outcome.ended) == 1 else 'devices'} ended"
        lines += [
            f"{devices}; {files(outcome.cases)} got a new key.",
            "What they could open until now may have been copied. They open nothing that comes after.",
        ]
    elif outcome.cases:
        lines.append(f"{files(outcome.cases)} got a new key.")
    if outcome.pending:
        lines.append(f"! {files(outcome.pending)} still wait for a new key; the warnings say why.")
    return Changed((*lines, "Others hear of it with your next bundle for them."))


def files(count: int) -> str:
    """Return how many cases and sections."""
    return "1 case or section" if count == 1 else f"{count} cases and sections"
