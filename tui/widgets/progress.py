"""Long work in view: how far, how long still, and a way to stop it that leaves nothing half done."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Button, Static
from typing_extensions import override

from tui.text.in_words import in_words
from tui.text.safe_content import safe_content
from tui.widgets.sheet import Sheet
from vault.clock import monotonic_ms
from vault.words.message import Message, Words

BAR_CELLS: Final = 40
_EARLIEST_ESTIMATE_MS: Final = 2000


def bar(done: int, total: int) -> str:
    """Return a bar of `BAR_CELLS` cells in brackets, and the whole percent, rounded down."""
    share = 1.0 if total <= 0 else min(done / total, 1.0)
    full = int(share * BAR_CELLS)
    return f"[{'#' * full}{'.' * (BAR_CELLS - full)}] {int(share * 100):3d} %"


def remaining_seconds(done: int, total: int, elapsed_ms: int) -> int | None:
    """Return the rest at the pace so far, in seconds, or None while it would be a guess (the first 2 seconds)."""
    if done <= 0 or elapsed_ms < _EARLIEST_ESTIMATE_MS:
        return None
    return max(0, round(elapsed_ms * (total - done) / done / 1000))


def rest_in_words(seconds: int | None) -> Words:
    """Say a rest as people do: not to the second when it is minutes."""
    if seconds is None:
        return ""
    if seconds < 90:
        return Message("about {seconds} s left", seconds=seconds)
    return Message("about {minutes} min left", minutes=round(seconds / 60))


class ProgressModal(Sheet[bool]):
    """Shows one long act. The result is True when it finished, False when it was stopped.

    Args:
        title: what is being done.
        cancel: asks the worker to stop; it then ends by calling `finished(False)`. None: it is not stopped half way.
        now_ms: the clock.
    """

    DEFAULT_CSS = """
    ProgressModal > Vertical { width: 64; }
    ProgressModal Button, ProgressModal .whole { margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", show=False)]

    def __init__(
        self,
        title: Words,
        cancel: Callable[[], None] | None,
        *,
        now_ms: Callable[[], int] = monotonic_ms,
    ) -> None:
        super().__init__()
        self._title = title
        self._cancel = cancel
        self._now_ms = now_ms
        self._began_ms = now_ms()
        self._line = bar(0, 1)
        self._completed: bool | None = None

    @override
    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(safe_content(self._title))
            yield Static(safe_content(self._line), id="line")
            if self._cancel is None:
                yield Static(safe_content(Message("This cannot be stopped half way.")), classes="whole")
            else:
                yield Button(safe_content(Message("Cancel")), id="cancel")

    def advance(self, done: int, total: int) -> None:
        """Show how far it is. A call that changes nothing visible sends nothing."""
        rest = in_words(rest_in_words(remaining_seconds(done, total, self._now_ms() - self._began_ms)))
        self._show(f"{bar(done, total)}\n{rest}".rstrip())

    def finished(self, completed: bool) -> None:
        """Close; the worker has ended. While a call slip lies over it, it waits: Textual would close that one."""
        self._completed = completed
        self._close()

    @property
    def is_over(self) -> bool:
        """Whether the act has ended, and only a slip over it keeps it open."""
        return self._completed is not None

    @on(events.ScreenResume)
    def _close(self) -> None:
        if self._completed is not None and self.app.screen is self:
            self.dismiss(self._completed)

    def action_cancel(self) -> None:
        """Ask the worker once to stop, and wait for it."""
        cancel, self._cancel = self._cancel, None
        if cancel is not None:
            self._show(in_words(Message("Stopping ...")))
            cancel()

    @on(Button.Pressed, "#cancel")
    def _cancel_by_button(self) -> None:
        self.action_cancel()

    def _show(self, line: str) -> None:
        if line != self._line and self.is_mounted:
            self._line = line
            self.query_one("#line", Static).update(safe_content(line))
