"""What a case said before, withdrawing a note, and taking back what was written last: for the screens of a case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tui.screens.frame.base import Command, VaultScreen
from tui.screens.frame.dialogs import AskLine, ResultDialog
from tui.screens.frame.wording import moment
from tui.text.in_words import together
from tui.values.codes import word_of, words_of
from tui.values.values_story import ChangeShown, UndoShown
from vault.words.message import Message, Words

HISTORY: Final = Command("v", "history", Message("What it said before, and who wrote it"), "v")
BOTH: Final = Command("b", "versions", Message("Compare two versions of a record, side by side"), "b")
UNDO: Final = Command("ctrl+z", "undo", Message("Undo: take back your last words (10 minutes)"), "Ctrl+Z")


class LooksBack(VaultScreen):
    """A screen that shows histories and takes back. It says how it reads again."""

    def action_refresh(self, stand_on: str = "") -> None:
        """Read again what is shown, and stand on a record."""

    def show_history(self, changes: tuple[ChangeShown, ...]) -> None:
        """Show the versions of a record."""
        self.app.push_screen(ResultDialog(Message("History"), _lines(changes)))

    def action_undo(self) -> None:
        """Say what was written last, ask, and take it back."""
        self.ask(lambda vault: vault.story.undoable(), self._ask_whether)

    def withdraw(self, note: str) -> None:
        """Ask why a note (CASE/NOTE) is not to be used any more, and mark it so."""
        question = Message("Why is this note withdrawn? It stays readable here, and leaves in no export.")
        self.unless_left(AskLine(question), lambda reason: self._withdraw(note, reason))

    def _withdraw(self, note: str, reason: str) -> None:
        self.ask(lambda vault: vault.writing.withdraw(note, reason), self.action_refresh)

    def _ask_whether(self, found: UndoShown) -> None:
        kinds, about = words_of(found.kinds), found.about
        question = Message("Take back what you wrote last? {kinds}: {about}", kinds=kinds, about=about)
        told: Words = Message("What it replaced is back. What was new is erased here; nobody else has it yet.")
        if found.changes:
            question = Message("Take back what you changed last? {kinds}: {about}", kinds=kinds, about=about)
            lines = [
                Message("{field}: {change}", field=word_of(name.replace("_", " ")), change=change)
                for name, change in found.changes
            ]
            told = together((*lines, Message("What it said before is back; nobody else has the change yet.")))
        self.confirm(
            question,
            told,
            self._undo,
            yes=Message("Take it back"),
            no=Message("Keep it"),
        )

    def _undo(self) -> None:
        self.ask(lambda vault: vault.story.undo(), self._undone)

    def _undone(self, kinds: str) -> None:
        self.action_refresh()
        self.say(Message("Taken back: {kinds}.", kinds=kinds))


def _lines(changes: Sequence[ChangeShown]) -> list[Words]:
    """Return the versions of a record in lines, the newest first."""
    lines: list[Words] = []
    for change in reversed(changes):
        mark = Message("now") if change.is_current else Message("before")
        lines.append(together((moment(change.written_ms), change.by, mark), "  "))
        for name, value in change.changed:
            lines.append(Message("  {field}: {value}", field=word_of(name.replace("_", " ")), value=value))
    return lines
