"""A new key of a case or a section: one act with one bar, and what came of it is told before the screen reads again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tui.screens.frame.dialogs import ResultDialog
from tui.screens.frame.long_work import LongWorkScreen
from tui.values.values_exchange import ResultText
from vault.progress import Progress, Stopped
from vault.words.message import Message

if TYPE_CHECKING:
    from tui.gateway import Gateway


class NewKeyScreen(LongWorkScreen):
    """A screen that says who can open something, and changes it by its key."""

    def action_refresh(self) -> None:
        """Read again what is shown."""
        raise NotImplementedError

    def make_new_key(self, work: Callable[[Gateway, Progress, Stopped], ResultText]) -> None:
        """Make it and wrap under it, with a bar; stopped, it counts already and the rest is wrapped later."""
        self.work_long(
            Message("Making a new key, and wrapping under it"),
            work,
            self.tell_done,
            when_stopped=Message("Stopped."),
            alone=True,
        )

    def tell_done(self, told: ResultText) -> None:
        """Tell what was done, over what is shown as it is now."""
        self.app.push_screen(ResultDialog(Message("Done"), told.lines))
        self.action_refresh()
