"""The terminal on loan to the one other program that may have it: ours, in which a second person approves.

That person's reason and passphrase go from the terminal to their process and never through this one: while the loan
lasts, this app has no thread that reads. What they were shown is wiped before the app paints again.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from vault.errors import TryAgainError
from vault.words.message import Message

if TYPE_CHECKING:
    from tui.shell.driver import SafeDriver
    from tui.shell.safe import SafeApp

T = TypeVar("T")


class TerminalLoan:
    """Gives the terminal away and takes it back.

    Args:
        app: whose terminal it is; it goes on working, paints nothing and can be ended meanwhile.
    """

    def __init__(self, app: SafeApp) -> None:
        self._app = app
        self._interrupt: Any = None
        self.is_out = False
        """Whether somebody else has the terminal."""

    def run(self, work: Callable[[], T]) -> T:
        """Return what the work returns, done in this thread, a worker's, while the terminal is free for its program.

        Raises:
            TryAgainError: the app is ending.
        """
        if self._app.is_ending:
            raise TryAgainError(Message("the app is ending; nobody was asked"))
        self._app.call_from_thread(self._give)
        try:
            return work()
        finally:
            # An app that ends leaves the terminal to the launcher, which wipes it.
            if not self._app.is_ending:
                self._app.call_from_thread(self._take_back)

    def _give(self) -> None:
        self.is_out = True
        if self._app.is_headless:
            return
        # Ctrl+C is for the other program; it reaches this one too, which asyncio would end for it. Ctrl+\ means the
        # same in both: leave.
        self._interrupt = signal.signal(signal.SIGINT, lambda *_: None)
        asyncio.get_running_loop().add_signal_handler(signal.SIGQUIT, self._app.action_leave_at_once)
        self._driver.lend()

    def _take_back(self) -> None:
        self.is_out = False
        if self._app.is_headless:
            return
        asyncio.get_running_loop().remove_signal_handler(signal.SIGQUIT)
        signal.signal(signal.SIGINT, self._interrupt)
        self._driver.take_back()
        self._app.forget_painted()
        self._app.refresh(layout=True)

    @property
    def _driver(self) -> SafeDriver:
        return cast("SafeDriver", self._app._driver)  # noqa: SLF001 - Textual's name for it
