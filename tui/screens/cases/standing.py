"""A draft in a line."""

from __future__ import annotations

from tui.screens.cases.note_lines import draft_kind
from tui.screens.frame.wording import moment
from tui.values.values import DraftShown
from vault.words.message import Message, plural


def draft_words(draft: DraftShown) -> Message:
    """Return a draft in one line."""
    return plural(
        "{ref}  {kind}  {moment}  {count} character",
        "{ref}  {kind}  {moment}  {count} characters",
        ref=draft.ref,
        kind=draft_kind(draft),
        moment=moment(draft.saved_ms),
        count=len(draft.text),
    )
