"""Changes of who is in: done at once, by the recovery sheets, or waiting for somebody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tui.screens.frame.dialogs import ResultDialog
from tui.screens.frame.long_work import LongWorkScreen
from tui.screens.frame.sheet_typing import SheetTyping
from tui.values.access_shown import Changed
from tui.values.exchange_shown import ResultText
from vault.progress import Progress, Stopped
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from tui.gateway import Gateway

Act = Callable[["Gateway", Progress, Stopped], Changed]
"""Gets the gateway, how to say how far it is, and whether to stop."""


class ChangingScreen(LongWorkScreen):
    """A screen that changes who is in."""

    def change(
        self,
        title: Words,
        act: Act,
        then: Callable[[], None],
        *,
        when_stopped: Words = "",
        when_left: Callable[[], None] = lambda: None,
    ) -> None:
        """Do it with a progress bar; where only the recovery sheets do it, ask for them and do it again.

        Args:
            title: what is being done.
            act: does it.
            then: called when the person has read what came of it.
            when_stopped: see `work_long`.
            when_left: called in its place when nothing was changed, because the person left it there.
        """

        def done(changed: Changed) -> None:
            if changed.needs_sheets:
                self.app.push_screen(SheetTyping(Message("Only the recovery sheets do this")), typed)
            else:
                head = Message("It waits") if changed.waits else Message("Done")
                self.app.push_screen(ResultDialog(head, changed.lines), lambda _: then())

        def typed(word: str | None) -> None:
            if word:
                begin()
            else:
                self.say(Message("Nothing is changed."))
                when_left()

        def begin() -> None:
            self.say("")
            self.work_long(title, act, done, when_stopped=when_stopped, alone=True)

        begin()

    def tell_done(self, told: ResultText) -> None:
        self.app.push_screen(ResultDialog(Message("Done"), told.lines))
