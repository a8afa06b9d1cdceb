"""A text of any length, broken once for the width and painted by the row: what is long costs nobody their app."""

from __future__ import annotations

from typing import Final

from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip as Line
from typing_extensions import override

from tui.looks.tokens import Token
from tui.text.in_words import in_words
from tui.widgets.cells import Cell, draw, look_of
from tui.widgets.wrapped import wrapped
from vault.words.message import Words

_MARGIN: Final = 2
_MOST_LINES: Final = 100
_MOST_LETTERS: Final = 10_000


class LongText(ScrollView, can_focus=True):
    """A text that is scrolled with the arrows and the page keys.

    Args:
        words: the text.
        first: lines over it with a meaning of their own, such as what must never be used.
    """

    DEFAULT_CSS = """
    LongText { overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; }
    """

    def __init__(self, words: Words = "", *, first: tuple[Cell, ...] = (), id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._words, self._first = words, first
        self._lines: list[Cell] = []
        self._broken_for = -1

    def show(self, words: Words, *, first: tuple[Cell, ...] = ()) -> None:
        """Show another text, from its start."""
        self._words, self._first, self._broken_for = words, first or self._first, -1
        self._break()
        self.scroll_to(y=0, animate=False)
        self.refresh()

    def on_resize(self) -> None:
        """Break it for the new width."""
        self._break()

    def _break(self) -> None:
        width = self.size.width
        if width != self._broken_for and width:
            room = max(width - 2 * _MARGIN, 1)
            self._broken_for = width
            self._lines = [
                Cell(line, cell.token, cell.bold)
                for cell in self._first
                for line in wrapped(in_words(cell.words), room)
            ]
            self._lines += [Cell(line) for line in wrapped(in_words(self._words), room)]
            self.virtual_size = Size(width, len(self._lines))
            self.refresh()

    @override
    def render_line(self, y: int) -> Line:
        place, width = y + self.scroll_offset.y, self.size.width
        cells = (Cell(" " * _MARGIN), self._lines[place]) if place < len(self._lines) else ()
        return draw(look_of(self), cells, width, Token.BG)


def beginning(text: str) -> tuple[str, int]:
    """Return the first lines of a text, and how many more it has; a line that is cut counts among them."""
    if len(text) <= _MOST_LETTERS and text.count("\n") < _MOST_LINES:
        return text, 0
    lines = text[:_MOST_LETTERS].split("\n")
    shown = lines[:_MOST_LINES]
    is_whole = len(lines) > _MOST_LINES
    return "\n".join(shown), text.count("\n") + 1 - len(shown) + (0 if is_whole else 1)
