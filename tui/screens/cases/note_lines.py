"""What stands over the text of a note, wherever it is read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tui.screens.frame.wording import moment
from tui.text.in_words import together
from tui.values.codes import word_of
from tui.values.values import DraftShown, NoteShown
from vault.casework.note import note_head, typed_note
from vault.words.message import Message, Words

_EARLIER: Final = Message("an earlier note")


def note_lines(note: NoteShown, *, is_corrected: bool) -> list[Words]:
    """Return when it was written, its kind and by whom, then what else its head says."""
    kind, *said = note_head(note.note, earlier=_EARLIER)
    more: list[Words] = [*said, Message("CORRECTED by a later note")] if is_corrected else list(said)
    who = together((kind, note.by), ", ") if note.by else kind
    first = with_versions(together((moment(note.written_ms), who), "  "), note.heads)
    return [first, together(more, ", ")] if more else [first]


def corrected_in(notes: Iterable[NoteShown]) -> frozenset[str]:
    """Return the records of the notes that a later one corrects."""
    return frozenset(note.note.amends.hex() for note in notes if note.note.amends is not None)


def draft_kind(draft: DraftShown) -> Words:
    """Return the word for the kind of a draft."""
    return word_of(typed_note(draft.typed)["kind"])


def with_versions(head: Words, heads: int) -> Words:
    """Return a head that says when a record stands in several versions."""
    if heads == 1:
        return head
    return Message("{head}  {heads} VERSIONS", head=head, heads=heads)


def draft_head(draft: DraftShown) -> Message:
    """Return what stands over the text of a draft."""
    values = {"kind": draft_kind(draft), "moment": moment(draft.saved_ms)}
    if draft.section:
        return Message("DRAFT  {kind}  saved {moment}  for a restricted section", **values)
    return Message("DRAFT  {kind}  saved {moment}", **values)
