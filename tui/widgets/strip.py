"""What is known of the row under the cursor: a strip below the list, or a pane beside it where there is room."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Container
from textual.strip import Strip as Line
from textual.widget import Widget
from typing_extensions import override

from tui.looks.signs import RULE
from tui.looks.tokens import Token
from tui.text.in_words import in_words
from tui.widgets.cells import Cell, ListCell, broken, cells_of, draw, look_of
from tui.widgets.columns import fit_cells
from vault.words.message import Words

if TYPE_CHECKING:
    from textual.timer import Timer

MOST_FACTS: Final = 7
LATE_SECONDS: Final = 0.15
"""How long the cursor rests before its row is shown here: a key that is held pays for two rows of the list alone."""
_MARGIN: Final = 2


@dataclass(frozen=True, slots=True)
class Fact:
    """Something known of a row.

    Args:
        label: what it is; never cut.
        text: the fact; what somebody stored may be cut (`~`) where there is one line for it.
        token: what the label means: `Token.ALARM` for `DO NOT CALL`.
    """

    label: Words
    text: ListCell
    token: Token = Token.DIM


class Strip(Widget):
    """Up to seven facts on a ground of their own: in a strip one line each, in a pane each under its label.

    Args:
        on: the ground.
    """

    DEFAULT_CSS = """
    Strip { background: $raised; height: 7; }
    """

    def __init__(self, *, on: Token = Token.RAISED, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._on = on
        self._facts: tuple[Fact, ...] = ()
        self._timer: Timer | None = None

    def show(self, facts: Sequence[Fact]) -> None:
        """Show these at once. The same ones again cost no byte."""
        self._forget_wish()
        shown = tuple(facts[:MOST_FACTS])
        if shown != self._facts:
            self._facts = shown
            self.refresh()

    def show_late(self, facts: Callable[[], Sequence[Fact]]) -> None:
        """Show what this returns, once nothing else was wished for `LATE_SECONDS`."""
        self._forget_wish()
        self._timer = self.set_timer(LATE_SECONDS, lambda: self.show(facts()))

    @property
    def is_waiting(self) -> bool:
        """Whether it will show something else in a moment."""
        return self._timer is not None

    def _forget_wish(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    @override
    def render_line(self, y: int) -> Line:
        width, look = self.size.width, look_of(self)
        is_pane = self.screen.has_class("-wide")
        lines = (
            pane_lines(self._facts, width - 2 * _MARGIN) if is_pane else strip_lines(self._facts, width - 2 * _MARGIN)
        )
        if look.is_flat and not is_pane:  # a line parts what has no ground of its own
            lines = [[Cell(RULE * (width - 2 * _MARGIN), Token.MARK)], *lines]
        line = lines[y] if y < len(lines) else []
        edge = Cell("│ " if look.is_flat and is_pane else "  ", Token.MARK)
        return draw(look, [edge, *line], width, self._on)


def strip_lines(facts: Sequence[Fact], width: int) -> list[list[Cell]]:
    """Return a line for each fact, the labels in one column; what has no label begins where it does."""
    column = max((cell_len(in_words(fact.label)) for fact in facts), default=0) + 2
    lines: list[list[Cell]] = []
    for fact in facts:
        label = fit_cells(_label(fact, fact.token), column) if in_words(fact.label) else []
        lines.append([*label, *fit_cells(fact.text, max(width - (column if label else 0), 0))])
    return lines


def pane_lines(facts: Sequence[Fact], width: int) -> list[list[Cell]]:
    """Return each label over its fact in as many lines as that takes, with air between them."""
    lines: list[list[Cell]] = []
    for fact in facts:
        lines.append([])
        token = Token.ACC if fact.token is Token.DIM else fact.token
        lines += [[_label(fact, token)]] if in_words(fact.label) else []
        lines += broken(cells_of(fact.text), width)
    return lines


def _label(fact: Fact, token: Token) -> Cell:
    return Cell(fact.label, token, bold=token is not Token.DIM)


class ListAndStrip(Container):
    """A list and the strip of its cursor: one below the other, or side by side where there is room.

    Args:
        rows: the list, with what stands over it.
        strip: the strip.
    """

    SCOPED_CSS = False
    DEFAULT_CSS: ClassVar[str] = """
    ListAndStrip { layout: vertical; height: 1fr; }
    ListAndStrip > #rows-of-strip { height: 1fr; }
    .-wide ListAndStrip { layout: horizontal; }
    .-wide ListAndStrip > Strip { width: 48; height: 1fr; padding: 0; }
    .-slim ListAndStrip > Strip, .-low ListAndStrip > Strip { display: none; }
    """

    def __init__(self, *rows: Widget, strip: Strip) -> None:
        super().__init__()
        self._rows = rows
        self._strip = strip

    @override
    def compose(self) -> ComposeResult:
        yield Container(*self._rows, id="rows-of-strip")
        yield self._strip
