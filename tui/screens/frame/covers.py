"""Two screens that lie over all others: the warning before the idle lock, and the empty one of F12."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Static
from typing_extensions import override

from tui.text.safe_content import safe_content
from tui.widgets.sheet import Sheet
from vault.words.message import Message


class IdleWarning(Sheet[None]):
    """Counts down to the lock. Any key ends it, and does nothing else."""

    DEFAULT_CSS = """
    IdleWarning > Vertical { width: 52; }
    """

    @override
    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static("", id="left")

    def show_left(self, seconds: int) -> None:
        """Say how many seconds are left."""
        words = Message("Nobody has typed for a while.\nLocked in {seconds} s; any key stays.", seconds=seconds)
        self.query_one("#left", Static).update(safe_content(words))

    def on_key(self, event: events.Key) -> None:
        """Take the key, so that it does nothing else."""
        event.stop()
        event.prevent_default()


class Neutral(Screen[None]):
    """Empty. Any key but F12 locks; F12 leaves."""

    DEFAULT_CSS: ClassVar[str] = """
    Neutral { background: $bg; }
    """
