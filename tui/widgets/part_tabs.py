"""The parts of a screen in one line: the number that goes there, what it is called, and how much is in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from textual import events
from textual.strip import Strip as Line
from textual.widget import Widget
from typing_extensions import override

from tui.looks.tokens import Token
from tui.widgets.cells import Cell, draw, look_of, width_of
from vault.words.message import Message, Words

_MARGIN: Final = 2
_BETWEEN: Final = 2


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a screen.

    Args:
        name: what it is called.
        count: how much is in it.
    """

    name: Words
    count: int


class PartTabs(Widget):
    """One line. Where names with counts do not fit, all counts go; names stay whole. A click presses the number."""

    DEFAULT_CSS = """
    PartTabs { height: 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._parts: tuple[Part, ...] = ()
        self._here = 0
        self._right: Words = ""

    def show(self, parts: Sequence[Part], here: int, right: Words = "") -> None:
        """Show these, with one of them underlined, and words at the right end where there is room."""
        shown = (tuple(parts), here, right)
        if shown != (self._parts, self._here, self._right):
            self._parts, self._here, self._right = shown
            self.refresh()

    @override
    def render_line(self, y: int) -> Line:
        width = self.size.width
        cells = [cell for tab in self._tabs() for cell in tab]
        right = Cell(self._right, Token.DIM)
        between = width - width_of(cells) - width_of([right]) - _MARGIN
        if between >= _BETWEEN:
            cells += [Cell(" " * between), right]
        return draw(look_of(self), cells, width)

    def _tabs(self) -> list[list[Cell]]:
        whole = [self._tab(place, part, has_count=True) for place, part in enumerate(self._parts)]
        if sum(map(width_of, whole)) <= self.size.width - _MARGIN:
            return whole
        return [self._tab(place, part, has_count=False) for place, part in enumerate(self._parts)]

    def _tab(self, place: int, part: Part, *, has_count: bool) -> list[Cell]:
        is_here = place == self._here
        words = Message("{name} {count}", name=part.name, count=part.count) if has_count else part.name
        return [
            Cell(f"{' ' * _BETWEEN}{place + 1} ", Token.ACC, bold=True),
            Cell(words, Token.FG if is_here else Token.DIM, bold=is_here, underline=is_here),
        ]

    def on_click(self, event: events.Click) -> None:
        """Press the number of the part whose words were clicked."""
        right = 0
        app: Any = self.app
        for place, tab in enumerate(self._tabs()):
            left, right = right, right + width_of(tab)
            if left <= event.x < right:
                app.simulate_key(str(place + 1))
