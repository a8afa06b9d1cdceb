"""What lies over a screen: a question, a sheet, help. And the sentence for windows that are too small for any of it."""

from __future__ import annotations

from typing import Any, ClassVar, Final, TypeVar

from textual import events, on
from textual.screen import ModalScreen, Screen
from textual.strip import Strip as Line
from textual.widget import Widget
from typing_extensions import override

from tui.text.in_words import in_words
from tui.widgets.cells import WIDE, Cell, draw, look_of
from tui.widgets.lines import Hint, of_hint
from tui.widgets.wrapped import wrapped
from vault.words.message import Message

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
    """Lies over a screen, which is dimmed behind it, or not drawn at all in a look without tones."""

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
