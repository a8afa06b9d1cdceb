"""The heading of a numbered part of a screen: its number is the key that goes there."""

from __future__ import annotations

from typing import Final

from textual.strip import Strip as Line
from textual.widget import Widget
from typing_extensions import override

from tui.looks.tokens import Token
from tui.text.in_words import in_words
from tui.widgets.cells import Cell, draw, look_of, width_of
from vault.words.message import Words

_MARGIN: Final = 2


class SectionLine(Widget):
    """One line: the number, what the part is called, and how much is in it.

    Args:
        number: the key.
        title: what it is called.
        end: what stands at the right end, where there is room for all of it.
    """

    DEFAULT_CSS = """
    SectionLine { height: 1; }
    """

    def __init__(self, number: int, title: Words, *, id: str | None = None, end: Words = "") -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._number, self._title, self._end = number, title, end
        self._count = ""

    def say(self, count: Words) -> None:
        """Say how much is in it; the same words again cost no byte."""
        said = in_words(count)
        if said != self._count:
            self._count = said
            self.refresh()

    @override
    def render_line(self, y: int) -> Line:
        cells = [
            Cell(f"  {self._number} ", Token.ACC, bold=True),
            Cell(self._title, bold=True),
            Cell(f"  {self._count}", Token.DIM),
        ]
        end = Cell(self._end, Token.DIM)
        between = self.size.width - width_of(cells) - width_of((end,)) - _MARGIN
        if between >= _MARGIN:
            cells += [Cell(" " * between), end]
        return draw(look_of(self), cells, self.size.width)
