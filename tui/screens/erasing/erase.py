"""Erase for good, from the screens of what can go."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tui.screens.erasing.hold import HoldForm
from tui.screens.frame.act_form import ActForm
from tui.screens.frame.looking_back import LooksBack
from vault.acts.erase import ERASE
from vault.words.message import Words


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
