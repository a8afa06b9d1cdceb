"""What lies over a screen: a sheet, a question, the bar of long work, the warning before the lock, an empty cover."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Final, TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen, Screen
from textual.strip import Strip as Line
from textual.widget import Widget
from textual.widgets import Button, Static
from typing_extensions import override

from tui.text.in_words import in_words
from tui.text.safe_content import safe_content
from tui.widgets.screen_lines import Hint, of_hint, with_layouts
from tui.widgets.text_cells import WIDE, Cell, draw, look_of, wrapped
from vault.clock import monotonic_ms
from vault.words.message import Message, Words

# What lies over a screen: a question, a sheet, help. And the sentence for windows that are too small for any of it.

FEWEST_COLUMNS: Final = 60
FEWEST_ROWS: Final = 16
NARROW: Final = 80
LOW: Final = 22
BY_WIDTH: Final = [(0, "-slim"), (NARROW, "-narrow"), (WIDE, "-wide")]
"""Classes of a screen by its columns: large letters, one pane with a strip below, two panes."""
BY_HEIGHT: Final = [(0, "-low"), (LOW, "-tall")]
"""Classes of a screen by its rows: without a strip, and with it."""

T = TypeVar("T")


class TooSmall(Widget):
    """Says in a sentence that nothing can be read in this window, over all that stands there and stays as it is."""

    DEFAULT_CSS = """
    TooSmall { layer: above; dock: top; display: none; width: 100%; height: 100%; background: $bg; }
    """

    def __init__(self) -> None:
        super().__init__(id="too-small")

    @override
    def render_line(self, y: int) -> Line:
        columns, rows = self.size
        said = Message(
            "This window is {columns}x{rows}; {least_columns}x{least_rows} is needed. Nothing is lost.",
            columns=columns,
            rows=rows,
            least_columns=FEWEST_COLUMNS,
            least_rows=FEWEST_ROWS,
        )
        lines = [[Cell(line)] for line in wrapped(in_words(said), columns)]
        lines.append([*of_hint(Hint("Ctrl+L", Message("lock")))])
        return draw(look_of(self), lines[y] if y < len(lines) else (), columns)


def show_whether_too_small(screen: Screen[Any], event: events.Resize) -> None:
    """Put the sentence over the screen, or take it away."""
    columns, rows = event.size
    for sentence in screen.query(TooSmall):
        sentence.display = columns < FEWEST_COLUMNS or rows < FEWEST_ROWS


class Sheet(ModalScreen[T]):
    """Lies over a screen, which is dimmed behind it, or not drawn at all in a look without tones. Esc leaves it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]
    HORIZONTAL_BREAKPOINTS = BY_WIDTH
    VERTICAL_BREAKPOINTS = BY_HEIGHT
    SCOPED_CSS = False
    DEFAULT_CSS: ClassVar[str] = """
    Sheet { align: center middle; background: $bg 60%; layers: below above; }
    .-flat Sheet { background: $bg; }
    Sheet > Vertical, Sheet > VerticalScroll {
        width: 76; max-width: 100%; height: auto; max-height: 100%; padding: 1 2; background: $raised;
    }
    """

    @on(events.Mount)
    def _mount_sentence(self) -> None:
        """Have the sentence for a window that is too small at hand."""
        self.mount(TooSmall())

    @on(events.Resize)
    def _fit(self, event: events.Resize) -> None:
        show_whether_too_small(self, event)

    def action_leave(self) -> None:
        self.dismiss(None)


class Confirm(Sheet[bool]):
    """Ask; the result is True only when yes was chosen.

    Args:
        question: one sentence.
        consequence: what will have happened afterwards.
        yes: the word on the button that does it.
        no: the word on the button that does not; it has the focus.
    """

    DEFAULT_CSS = """
    Confirm > Vertical { width: 64; }
    Confirm .question { text-style: bold; }
    Confirm Horizontal { height: auto; margin-top: 1; }
    Confirm Button { margin-right: 2; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(with_layouts("y"), "answer(True)", show=False),
        Binding(f"{with_layouts('n')},escape", "answer(False)", show=False),
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
    ]
    AUTO_FOCUS = "#no"

    def __init__(self, question: Words, consequence: Words, *, yes: Words, no: Words) -> None:
        super().__init__()
        self._question = question
        self._consequence = consequence
        self._yes = yes
        self._no = no

    @override
    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(safe_content(self._question), classes="question")
            yield Static(safe_content(self._consequence))
            with Horizontal():
                yield Button(safe_content(f"{in_words(self._no)} (n)"), id="no")
                yield Button(safe_content(f"{in_words(self._yes)} (y)"), id="yes")

    def action_answer(self, answer: bool) -> None:
        self.dismiss(answer)

    @on(Button.Pressed)
    def _answer_by_button(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")


# Long work in view: how far, how long still, and a way to stop it that leaves nothing half done.
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
        self, title: Words, cancel: Callable[[], None] | None, *, now_ms: Callable[[], int] = monotonic_ms
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

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        """Ask the worker once to stop, and wait for it."""
        cancel, self._cancel = self._cancel, None
        if cancel is not None:
            self._show(in_words(Message("Stopping ...")))
            cancel()

    def _show(self, line: str) -> None:
        if line != self._line and self.is_mounted:
            self._line = line
            self.query_one("#line", Static).update(safe_content(line))


class Cover(Screen[None]):
    """Shows nothing and answers nothing; the app's own keys (lock, leave) still work."""

    DEFAULT_CSS: ClassVar[str] = """
    Cover { background: $bg; }
    """


# Two screens that lie over all others: the warning before the idle lock, and the empty one of F12.
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
        words = Message("Nobody has typed for a while.\nLocked in {seconds} s; any key stays.", seconds=seconds)
        self.query_one("#left", Static).update(safe_content(words))

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()


class Neutral(Screen[None]):
    """Empty. Any key but F12 locks; F12 leaves."""

    DEFAULT_CSS: ClassVar[str] = """
    Neutral { background: $bg; }
    """
