"""Rows of pieces, and the line of cells on which parts are drawn: nothing is ever wider than its place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple, TypeAlias

from rich.cells import cell_len, split_graphemes

from tui.looks.signs import CUT
from tui.text.in_words import in_words
from tui.text.safe_text import safe_line
from vault.words.message import Words

FG: Final = "fg"
_JOINER: Final = "\u200d"


class Piece(NamedTuple):
    """A text in one style.

    Attributes:
        text: what stands there.
        token: the colour of the text.
        ground: the colour behind it; empty for that of the place.
        is_bold: whether it is bold.
    """

    text: str
    token: str = FG
    ground: str = ""
    is_bold: bool = False


Row: TypeAlias = tuple[Piece, ...]
Rows: TypeAlias = tuple[Row, ...]


class Line:
    """Cells of one row, written from any side; what does not fit is cut and never moves its neighbours.

    Args:
        width: how many cells.
        ground: the colour behind all of them.
    """

    def __init__(self, width: int, ground: str = "") -> None:
        self.width = max(width, 0)
        blank = Piece(" ", FG, ground)
        self._cells: list[Piece | None] = [blank] * self.width  # None: the second half of a wide letter

    def put(self, x: int, words: Words, token: str = FG, *, bold: bool = False) -> int:
        """Write from cell `x` on, and return the cell behind it; letters outside of the line are left out."""
        text = one_line(words)
        for start, end, cells in split_graphemes(text)[0]:
            if cells and x >= 0 and x + cells <= self.width:
                self._take(x, cells)
                behind = self._cells[x]
                self._cells[x] = Piece(text[start:end], token, behind.ground if behind else "", bold)
                for more in range(1, cells):
                    self._cells[x + more] = None
            x += cells
        return x

    def put_cut(self, x: int, words: Words, cells: int, token: str = FG, *, bold: bool = False) -> int:
        """Write into so many cells; `~` at the end says that it was cut."""
        return self.put(x, cut(words, min(cells, self.width - x)), token, bold=bold)

    def put_right(self, end: int, words: Words, token: str) -> int:
        """Write so that it ends before cell `end`, and return where it begins."""
        begin = end - cell_len(one_line(words))
        self.put(begin, words, token)
        return begin

    def lay(self, first: int, end: int, ground: str) -> None:
        """Put a ground under the cells from `first` until before `end`."""
        for x in range(max(first, 0), min(end, self.width)):
            cell = self._cells[x]
            if cell is not None:
                self._cells[x] = cell._replace(ground=ground)

    def paste(self, x: int, other: Line) -> None:
        """Put all cells of another line from cell `x` on; those out of this line are left out."""
        for place, cell in enumerate(other._cells):
            if 0 <= x + place < self.width:
                self._cells[x + place] = cell

    def paste_over(self, x: int, other: Line) -> None:
        """As `paste`, with the grounds of this line kept."""
        grounds = [cell.ground if cell is not None else "" for cell in self._cells]
        self.paste(x, other)
        for at in range(max(x, 0), min(x + other.width, self.width)):
            cell = self._cells[at]
            if cell is not None:
                self._cells[at] = cell._replace(ground=grounds[at])

    def is_free(self, first: int, end: int) -> bool:
        """Say whether these cells are in the line, and blank."""
        if first < 0 or end > self.width:
            return False
        return all(cell is not None and cell.text == " " for cell in self._cells[first:end])

    def row(self) -> Row:
        """Return the row, its neighbours of one style joined."""
        return joined(cell for cell in self._cells if cell is not None)

    def _take(self, x: int, cells: int) -> None:
        """Blank what a letter would leave half of."""
        for at in range(x, x + cells):
            if self._cells[at] is None:
                self._blank(at)
            if at + 1 < self.width and self._cells[at + 1] is None:
                self._cells[at + 1] = Piece(" ")

    def _blank(self, at: int) -> None:
        begin = at
        while begin > 0 and self._cells[begin] is None:
            begin -= 1
        self._cells[begin] = self._cells[at] = Piece(" ")


def joined(pieces: Iterable[Piece]) -> Row:
    """Return the pieces with neighbours of one style as one; a blank takes the style before it."""
    row: list[Piece] = []
    for piece in pieces:
        if row and (row[-1][1:] == piece[1:] or (not piece.text.strip(" ") and row[-1].ground == piece.ground)):
            row[-1] = row[-1]._replace(text=row[-1].text + piece.text)
        else:
            row.append(piece)
    return tuple(row)


def finished(lines: Iterable[Line]) -> Rows:
    """Return the rows of these lines. The last step of every part."""
    return tuple(line.row() for line in lines)


def one_line(words: Words) -> str:
    """Return words as one safe line in the language of the app."""
    return safe_line(in_words(words)).rstrip(_JOINER)  # at an end it would join what stands behind


def cut(words: Words, cells: int) -> str:
    """Return words in at most so many cells; `~` at the end says that they were cut."""
    text = one_line(words)
    if cell_len(text) <= cells:
        return text
    kept, used = "", 0
    for start, end, wide in split_graphemes(text)[0]:
        if used + wide > cells - len(CUT):
            break
        kept, used = kept + text[start:end], used + wide
    return kept + CUT if cells >= len(CUT) else ""


def in_lines(words: Words, cells: int, most: int) -> list[str]:
    """Return words in at most so many lines of so many cells, broken at blanks; what is left over is cut."""
    lines: list[str] = []
    rest = one_line(words)
    while len(lines) < most - 1 and cell_len(rest) > cells:
        line, _, more = rest.partition(" ")
        while more and cell_len(f"{line} {more.partition(' ')[0]}") <= cells:
            word, _, more = more.partition(" ")
            line = f"{line} {word}"
        if not more or cell_len(line) > cells:
            break
        lines, rest = [*lines, line], more
    return [*lines, cut(rest, cells)]
