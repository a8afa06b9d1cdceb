"""Words with what they mean (`Token`), and lines drawn of them in the look of the app."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.strip import Strip as Line

from tui.looks.tokens import DARK, LOOKS, Look, Token
from tui.text.in_words import in_words
from tui.text.safe_text import safe_line
from vault.words.message import Words

if TYPE_CHECKING:
    from rich.style import Style
    from textual.widget import Widget

WIDE: Final = 110
"""From so many columns on there is a second pane beside the list, below it is a strip."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Words of one meaning.

    Args:
        words: a sentence of ours, or text of the vault.
        token: what they mean; the look has a colour for it. A state has its word or sign in the words, always.
        bold, underline, strike: what they are beside that.
        stays: never cut in a list; what stands before gives way.
    """

    words: Words = field(repr=False)
    token: Token = Token.FG
    bold: bool = False
    underline: bool = False
    strike: bool = False
    stays: bool = False

    @property
    def text(self) -> str:
        """The words as one safe line."""
        return safe_line(in_words(self.words))


ListCell: TypeAlias = "Words | Cell | tuple[Cell, ...]"
"""What stands in one column of a list: words, words of one meaning, or several of them in a row."""


def cells_of(cell: ListCell) -> tuple[Cell, ...]:
    """Return a cell of a list as words with meanings; what has none is plain text."""
    if isinstance(cell, tuple):
        return cell
    return (cell if isinstance(cell, Cell) else Cell(cell),)


def text_of(cell: ListCell) -> str:
    """Return the words of a cell as one safe line."""
    return "".join(part.text for part in cells_of(cell))


def look_of(widget: Widget) -> Look:
    """Return the look in which this widget is drawn."""
    app: Any = widget.app
    return LOOKS.get(app.theme, DARK)


def draw(
    look: Look, cells: Iterable[Cell], width: int, on: Token = Token.BG, *, bold: bool = False, underline: bool = False
) -> Line:
    """Return the cells as one line of exactly so many terminal cells; what does not fit is left out at its end.

    Args:
        look: how.
        cells: what, from the left.
        width: how wide.
        on: the ground; on `Token.SEL` all is bold.
        bold: of the whole line.
        underline: of the whole line.
    """
    bold = bold or on is Token.SEL
    runs: list[tuple[str, Style]] = []
    room = width
    for cell in cells:
        text = cell.text
        _add(runs, text, look.style(cell.token, on, bold or cell.bold, underline or cell.underline, cell.strike))
        room -= cell_len(text)
    if room > 0:
        _add(runs, " " * room, look.style(Token.FG, on, bold, underline))
    return Line([Segment(text, style) for text, style in runs]).adjust_cell_length(width)


def _add(runs: list[tuple[str, Style]], text: str, style: Style) -> None:
    """Let the text follow; blanks have the style of what stands before them: fewer changes are fewer bytes."""
    if not text:
        return
    before = runs[-1] if runs else ("", None)
    is_blank = text.isspace() and not style.underline and not style.strike
    if before[1] == style or (is_blank and before[1] and not before[1].underline and not before[1].strike):
        runs[-1] = (before[0] + text, before[1])
    else:
        runs.append((text, style))


def width_of(cells: Sequence[Cell]) -> int:
    """Return how many terminal cells they take."""
    return sum(cell_len(cell.text) for cell in cells)


def broken(cells: Sequence[Cell], width: int) -> Iterator[list[Cell]]:
    """Yield words with meanings in rows of at most so many terminal cells, broken at blanks where there are any."""
    row: list[Cell] = []
    room = max(width, 1)
    for cell in cells:
        for word in _words(cell.text):
            is_blank = word.isspace()
            rest = word
            if cell_len(rest.rstrip(" ")) > room and row and not is_blank:
                yield row
                row, room = [], max(width, 1)
            while cell_len(rest.rstrip(" ")) > room:
                piece = set_cell_size(rest, room).rstrip(" ") or rest[0]
                yield [*row, replace(cell, words=piece)]
                row, room, rest = [], max(width, 1), rest[len(piece) :]
            rest = rest[: len(rest) if cell_len(rest) <= room else len(rest.rstrip(" "))]
            if row and row[-1] == replace(cell, words=row[-1].words):
                row[-1] = replace(cell, words=row[-1].text + rest)
            elif rest:
                row.append(replace(cell, words=rest))
            room -= cell_len(rest)
    yield row


def _words(text: str) -> Iterator[str]:
    """Yield words, each with the blanks behind it."""
    word = ""
    for letter in text:
        if word.endswith(" ") and letter != " ":
            yield word
            word = ""
        word += letter
    if word:
        yield word
