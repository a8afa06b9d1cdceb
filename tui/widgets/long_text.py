"""A text of any length, broken once for the width and painted by the row; and two texts side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip as Line
from typing_extensions import override

from tui.looks.signs import DONE, LINE
from tui.looks.tokens import Token
from tui.text.in_words import in_words
from tui.widgets.text_cells import Cell, broken, draw, look_of, wrapped
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


# Two texts side by side, aligned line by line: what stays here and what leaves, or two versions of one note.
_MARKS: Final = {">": Token.ACC, DONE: Token.OK}


@dataclass(frozen=True, slots=True)
class Twin:
    """One line of the two texts, each as words with meanings.

    Args:
        left, right: what stands on either side; either may be longer than its pane, and is broken then.
        mark: a sign of one cell before the line, such as `!`, or empty.
        signs: a sign of one cell before the words of each side, below which the rest of a long line stands.
    """

    left: tuple[Cell, ...]
    right: tuple[Cell, ...]
    mark: str = ""
    signs: tuple[Cell, Cell] | None = None


class Pair(ScrollView, can_focus=True):
    """Two panes; the right one is raised, or parted by a line in a look without tones.

    Args:
        left, right: the headings, which stay in view.
        twins: the lines.
    """

    DEFAULT_CSS = """
    Pair { overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; height: 1fr; }
    """

    def __init__(self, left: Cell, right: Cell, twins: Sequence[Twin] = (), *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._heads = (left, right)
        self._twins = tuple(twins)
        self._lines: list[tuple[list[Cell], list[Cell], str]] = []
        self._first: list[int] = []
        self._read = self._seen = 0

    @property
    def is_read(self) -> bool:
        """Whether every line was on the screen, one after the other, with nothing left out."""
        return self._read == len(self._twins)

    def read_on(self) -> None:
        """Go to the first line that was not on the screen."""
        self.scroll_to(y=self._seen, animate=False)

    @override
    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        # What was scrolled past before anything was painted was on no screen.
        self.call_after_refresh(self._look)

    @override
    def action_page_down(self) -> None:
        self._turn(1)

    @override
    def action_page_up(self) -> None:
        self._turn(-1)

    def _turn(self, pages: int) -> None:
        """Go on by what is below the headings, less the line that stays in view."""
        self.scroll_to(y=self.scroll_offset.y + pages * max(self.size.height - 2, 1), animate=False)

    def _look(self) -> None:
        top, room = self.scroll_offset.y, self.size.height - 1
        if not self._first or room <= 0:
            return
        if top <= self._seen:
            self._seen = max(self._seen, min(top + room, len(self._lines)))
        ends = [*self._first[1:], len(self._lines)]
        while not self.is_read and ends[self._read] <= self._seen:
            self._read += 1

    def show(self, twins: Sequence[Twin]) -> None:
        """Show other lines, from the first."""
        self._twins = tuple(twins)
        self._read = 0
        self._lay_out()
        self.scroll_home(animate=False)

    def show_line(self, place: int) -> None:
        """Bring the line of this place into view, in the middle when it was out of it."""
        row = self._first[place]
        top, height = self.scroll_offset.y, max(self.size.height - 1, 1)
        if not top <= row < top + height:
            self.scroll_to(y=max(row - height // 2, 0), animate=False)
            self.refresh()

    def on_resize(self) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        left, right = self._widths()
        self._lines, self._first = [], []
        for twin in self._twins:
            self._first.append(len(self._lines))
            self._lines += aligned(twin, left - 2 * _MARGIN, right - 2 * _MARGIN)
        # Broken anew, lines are other lines; those that were read whole stay read.
        self._seen = len(self._lines) if self.is_read else self._first[self._read]
        self.virtual_size = Size(self.size.width, len(self._lines) + 1)
        self.refresh()
        self.call_after_refresh(self._look)

    def _widths(self) -> tuple[int, int]:
        left = self.size.width // 2
        return left, self.size.width - left

    @override
    def render_line(self, y: int) -> Line:
        look, (left, right) = look_of(self), self._widths()
        place = y - 1 + self.scroll_offset.y
        if y == 0:
            on_left, on_right, mark = [self._heads[0]], [self._heads[1]], ""
        elif place < len(self._lines):
            on_left, on_right, mark = self._lines[place]
        else:
            on_left, on_right, mark = [], [], ""
        sides = (
            draw(look, [Cell(f"{mark or ' '} ", _MARKS.get(mark, Token.WARN), bold=True), *on_left], left),
            draw(look, [Cell(f"{LINE} " if look.is_flat else "  ", Token.MARK), *on_right], right, Token.RAISED),
        )
        return Line.join(sides)


def aligned(twin: Twin, left: int, right: int) -> list[tuple[list[Cell], list[Cell], str]]:
    """Return a line of two texts as rows: as many as the longer one needs, blank where the other has ended."""
    on_left, on_right = twin.signs or (None, None)
    lefts, rights = _rows(twin.left, left, on_left), _rows(twin.right, right, on_right)
    rows = max(len(lefts), len(rights))
    lefts += [[]] * (rows - len(lefts))
    rights += [[]] * (rows - len(rights))
    return [
        (ours, theirs, "" if row else twin.mark) for row, (ours, theirs) in enumerate(zip(lefts, rights, strict=True))
    ]


def _rows(cells: tuple[Cell, ...], width: int, sign: Cell | None) -> list[list[Cell]]:
    if sign is None:
        return list(broken(cells, width))
    rows = broken(cells, width - _MARGIN)
    return [[Cell(" " * _MARGIN) if place else sign, *row] for place, row in enumerate(rows)]
