"""What was said before, taken back or erased for good: history, undo, the letter, the legal hold; for many screens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from tui.screens.frame.act_form import ActForm
from tui.screens.frame.act_screen import ActScreen, Doing
from tui.screens.frame.base import Command
from tui.screens.frame.dialogs import ResultDialog
from tui.screens.frame.screen_words import moment
from tui.text.in_words import together
from tui.values.code_words import word_of
from vault.acts.act import Told
from vault.acts.case import HOLD, RELEASE
from vault.acts.erase import ERASE
from vault.acts.note import WITHDRAW
from vault.acts.undo import UNDO as UNDO_ACT
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from vault.services.cases.editing import Earlier

# What a case said before, withdrawing a note, and taking back what was written last: for the screens of a case.

HISTORY: Final = Command("v", "history", Message("What it said before, and who wrote it"), "v")
BOTH: Final = Command("b", "versions", Message("Compare two versions of a record, side by side"), "b")
UNDO: Final = Command("ctrl+z", "undo", Message("Undo: take back your last words (10 minutes)"), "Ctrl+Z")


class LooksBack(ActScreen):
    """A screen that shows histories and takes back. It says how it reads again."""

    def action_refresh(self, stand_on: str = "") -> None:
        """Read again what is shown, and stand on a record."""

    def show_history(self, changes: Sequence[Earlier]) -> None:
        """Show the versions of a record."""
        self.app.push_screen(ResultDialog(Message("History"), _lines(changes)))

    def action_undo(self) -> None:
        def taken_back(told: Told) -> None:
            self.action_refresh()
            self.say(told.lines[0])

        self.do(Doing(UNDO_ACT, {}, taken_back))

    def withdraw(self, note: str) -> None:
        """Ask why a note (CASE/NOTE) is not to be used any more, and mark it so."""
        self.do(Doing(WITHDRAW, {"note": (note,)}, lambda told: self.action_refresh(str(told.data["note"]))))


def _lines(changes: Sequence[Earlier]) -> list[Words]:
    lines: list[Words] = []
    for change in reversed(changes):
        mark = Message("now") if change.is_current else Message("before")
        lines.append(together((moment(change.written_ms), change.by, mark), "  "))
        lines += [
            Message("  {field}: {value}", field=word_of(field.name.replace("_", " ")), value=field.said)
            for field in change.changes
        ]
    return lines


class HoldForm(ActForm):
    """Ends with the words of what was done."""

    ACTS: ClassVar[tuple[Command, ...]] = (
        *ActForm.ACTS,
        Command("ctrl+o", "release", Message("Release the hold: asks why"), "Ctrl+O", Message("release")),
    )

    def __init__(self, case: str, ref: str) -> None:
        super().__init__(HOLD, {"case": (case,)}, ref, case=case)

    def action_release(self) -> None:
        """Ask why; without a reason the hold stands."""
        self.do_instead(RELEASE)


def erase_form(ids: Sequence[str], about: Words) -> ActForm:
    """Return the form that shows what goes with these records, cases or slips, and erases them."""
    return ActForm(ERASE, {"ids": tuple(ids)}, about)


class Erases(LooksBack):
    """A screen from which what stands under its cursor is erased."""

    def erase(self, about: Words, *ids: str, ends: bool = False) -> None:
        """Show what goes with these records, and erase them if the person says so; `ends` leaves this screen then."""
        self.app.push_screen(erase_form(ids, about), lambda word: self._after_erasing(word, ends=ends))

    def show_hold(self, case: str, ref: str, then: Callable[[str | None], None]) -> None:
        """Show the legal hold of a case; `then` gets the words of what was done."""
        self.app.push_screen(HoldForm(case, ref), then)

    def _after_erasing(self, word: str | None, *, ends: bool) -> None:
        if word and ends:
            self.end(word)
        elif word:
            self.action_refresh()
            self.say(word)
