"""What a case said before, withdrawing a note, and taking back what was written last: for the screens of a case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tui.screens.frame.act_screen import ActScreen, Doing
from tui.screens.frame.base import Command
from tui.screens.frame.dialogs import ResultDialog
from tui.screens.frame.wording import moment
from tui.text.in_words import together
from tui.values.codes import word_of
from tui.values.values_story import ChangeShown
from vault.acts.act import Told
from vault.acts.note import WITHDRAW
from vault.acts.undo import UNDO as UNDO_ACT
from vault.words.message import Message, Words

HISTORY: Final = Command("v", "history", Message("What it said before, and who wrote it"), "v")
BOTH: Final = Command("b", "versions", Message("Compare two versions of a record, side by side"), "b")
UNDO: Final = Command("ctrl+z", "undo", Message("Undo: take back your last words (10 minutes)"), "Ctrl+Z")


class LooksBack(ActScreen):
    """A screen that shows histories and takes back. It says how it reads again."""

    def action_refresh(self, stand_on: str = "") -> None:
        """Read again what is shown, and stand on a record."""

    def show_history(self, changes: tuple[ChangeShown, ...]) -> None:
        """Show the versions of a record."""
        self.app.push_screen(ResultDialog(Message("History"), _lines(changes)))

    def action_undo(self) -> None:
        """Say what was written last, ask, and take it back."""

        def taken_back(told: Told) -> None:
            self.action_refresh()
            self.say(told.lines[0])

        self.do(Doing(UNDO_ACT, {}, taken_back))

    def withdraw(self, note: str) -> None:
        """Ask why a note (CASE/NOTE) is not to be used any more, and mark it so."""
        self.do(Doing(WITHDRAW, {"note": (note,)}, lambda told: self.action_refresh(str(told.data["note"]))))


def _lines(changes: Sequence[ChangeShown]) -> list[Words]:
    """Return the versions of a record in lines, the newest first."""
    lines: list[Words] = []
    for change in reversed(changes):
        mark = Message("now") if change.is_current else Message("before")
        lines.append(together((moment(change.written_ms), change.by, mark), "  "))
        for name, value in change.changed:
            lines.append(Message("  {field}: {value}", field=word_of(name.replace("_", " ")), value=value))
    return lines
