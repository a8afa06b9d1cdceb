"""Beginning a note of a case: anew, as a correction, or where an unfinished one was left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tui.screens.frame.base import VaultScreen
from tui.screens.frame.choice_field import Choose
from tui.screens.frame.wording import moment
from tui.text.first_line import first_line
from tui.values.values import CaseShown, DraftShown, NoteShown
from vault.words.message import Message, Words

_NEW: Final = "new"
_LETTERS: Final = 36


def begin_note(screen: VaultScreen, case: CaseShown, edit: Callable[[DraftShown], None]) -> None:
    """Begin a note; ask first where one is not finished: nobody writes twice what is kept."""

    def begin() -> None:
        screen.ask(lambda vault: vault.writing.begin(case.case, case.ref), edit)

    kept = {draft.record: draft for draft in case.drafts if not draft.amends}
    if not kept:
        begin()
        return

    def chosen(record: str) -> None:
        if record == _NEW:
            begin()
        else:
            edit(kept[record])

    options = [*((record, _words(draft)) for record, draft in kept.items()), (_NEW, Message("begin a new note"))]
    screen.unless_left(Choose(Message("A note is not finished yet."), options), chosen)


def amend_note(screen: VaultScreen, case: CaseShown, note: object, edit: Callable[[DraftShown], None]) -> None:
    """Begin a note that corrects another; say what to do where it is none."""
    if not isinstance(note, NoteShown):
        screen.say(Message("Put the cursor on the note that you want to correct."))
        return
    screen.ask(lambda vault: vault.writing.begin(case.case, case.ref, amends=note), edit)


def _words(draft: DraftShown) -> Words:
    said = first_line(draft.text)[:_LETTERS]
    return Message("go on with: {text} ({when})", text=said, when=moment(draft.saved_ms))
