"""Long acts of a screen: in a worker, with a bar, and a way to stop that leaves nothing half done."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from tui.screens.frame.base import VaultScreen
from tui.screens.frame.desk import Answer
from tui.widgets.overlays import ProgressModal
from vault.progress import CancelledError, Progress, Stopped
from vault.words.message import Words

if TYPE_CHECKING:
    from tui.gateway import Gateway
    from vault.errors import VaultError

T = TypeVar("T")


class LongWorkScreen(VaultScreen):
    """A screen that starts acts of more than a second."""

    def lend(self, work: Callable[[], bytes]) -> bytes:
        """Return what the work returns; for worker threads. The second person has the terminal meanwhile."""
        return self.desk.lend_terminal(work)

    def work_long(
        self,
        title: Words,
        work: Callable[[Gateway, Progress, Stopped], T],
        then: Callable[[T], None],
        *,
        when_stopped: Words = "",
        alone: bool = False,
        failed: Callable[[VaultError], None] | None = None,
    ) -> None:
        """Do this with a progress bar over the screen.

        Args:
            title: what is being done.
            work: gets the gateway, a function to say how far it is, and one that tells whether to stop; raises
                `CancelledError` where it stops.
            then: gets what was made.
            when_stopped: the words for the status line when the person stopped it; without any it is not stopped.
            alone: see `ask`; for what changes keys or members, which nothing may overlap.
            failed: gets the error; without it, the status line shows its sentence.
        """
        wish = threading.Event()
        modal = ProgressModal(title, wish.set if when_stopped else None)
        percent = -1

        def progress(done: int, total: int) -> None:
            nonlocal percent
            now = done * 100 // max(total, 1)
            if now != percent:
                percent = now
                self.post_message(Answer(partial(modal.advance, done, total)))

        outcome: list[Callable[[], None]] = []

        def finished(made: T | None) -> None:
            outcome.append((lambda: self.say(when_stopped)) if made is None else partial(then, made))
            modal.finished(made is not None)

        def not_made(error: VaultError) -> None:
            outcome.append(partial(failed or self.fail, error))
            modal.finished(False)

        def closed(_: bool | None) -> None:  # not before: nothing comes up over a call slip that lies over the bar
            for go_on in outcome:
                go_on()

        desk = self.desk

        def stopped() -> bool:
            return wish.is_set() or desk.is_ending

        def unless_stopped(vault: Gateway) -> T | None:
            try:
                return work(vault, progress, stopped)
            except CancelledError:
                return None

        def begin() -> None:
            self.ask(unless_stopped, finished, failed=not_made, alone=alone)

        self.app.push_screen(modal, closed)
        modal.call_after_refresh(begin)  # so that the bar is there for the first word
