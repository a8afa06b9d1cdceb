"""A screen that lends the terminal to the second person's own process."""

from __future__ import annotations

from collections.abc import Callable

from tui.screens.frame.form import FormScreen


class SecondedScreen(FormScreen):
    """A screen whose act may need a second person at this keyboard."""

    def lend(self, work: Callable[[], bytes]) -> bytes:
        """Return what the work returns; for worker threads. The second person has the terminal meanwhile."""
        return self.desk.lend_terminal(work)
