"""The app that the child runs."""

from __future__ import annotations

from collections.abc import Callable

from tui.safe import EXIT_OK, SafeApp
from tui.start import Start


class CaseVaultApp(SafeApp):
    """Screens of one vault."""

    def __init__(self, start: Start, last_words: Callable[[str], None] | None = None) -> None:
        super().__init__(last_words=last_words)
        self.start = start


def run(start: Start, last_words: Callable[[str], None] | None = None) -> int:
    """Run the app on this terminal and return the exit code for the launcher."""
    app = CaseVaultApp(start, last_words)
    app.run()
    return EXIT_OK if app.return_code is None else app.return_code
