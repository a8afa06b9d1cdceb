"""Words with what they mean (`Token`), as cells of a terminal: drawn, wrapped, cut and padded to columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.strip import Strip as Line

from tui.looks.tokens import DARK, LOOKS, Look, Token
from tui.text.in_words import in_words
from tui.text.safe_text import safe_line, safe_text
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
    word = ""
    for letter in text:
        if word.endswith(" ") and letter != " ":
            yield word
            word = ""
        word += letter
    if word:
        yield word


# Text cut and padded to columns of terminal cells, where a letter may take two cells, one or none.
_CUT: Final = "~"
_GAP: Final = "  "
_LEAST: Final = 14
_MOST: Final = 24
"""What a column takes at most while another is cut."""
_SHORTEST: Final = 10
_NARROW: Final = 60
"""In so few cells a column with a rank goes whole, before it gets narrower."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list.

    Args:
        title: its heading.
        width: cells; 0 for the one column that takes what is left.
        is_right: its words end at its right edge, as numbers and distances do.
        rank: where the one that takes what is left would get too narrow, the highest goes first; 0 stays.
        runs_on: its words may go on over the columns behind it that are empty in their row.
    """

    title: Words
    width: int = 0
    is_right: bool = False
    rank: int = 0
    runs_on: bool = False

    @property
    def cells(self) -> int:
        """How wide it is: never narrower than its heading is in the language of the app."""
        return max(self.width, self.heading) if self.width else 0

    @property
    def heading(self) -> int:
        return cell_len(in_words(self.title))


def widths_in(rows: Iterable[Sequence[ListCell]], count: int) -> list[int]:
    """Return how wide the widest words are in each of so many columns of these rows; headings of days are passed by."""
    told = [cells for cells in rows if len(cells) == count]
    return [max((width_of(cells_of(cells[place])) for cells in told), default=0) for place in range(count)]


def as_wide_as(columns: Sequence[Column], needs: Sequence[int], room: int) -> tuple[Column, ...]:
    """Return the columns as wide as what stands in them: where the line has cells to spare, nothing is cut.

    Where it has none, a column with a rank keeps to the width that it was made with, and gives way to the column that
    takes what is left before that gets too narrow.

    Args:
        columns: the columns as they were made.
        needs: how wide the words are in each.
        room: how many terminal cells a line has.
    """
    kept = [
        max(min(need, column.width if column.rank else max(column.width, _MOST)), column.heading) if column.width else 0
        for column, need in zip(columns, needs, strict=True)
    ]
    rest = room - sum(kept) - len(_GAP) * (len(columns) - 1)
    spare = rest - max(_LEAST, *(need for column, need in zip(columns, needs, strict=True) if not column.width))
    for place, column in enumerate(columns):
        more = min(needs[place] - kept[place], spare)
        if column.width and spare > 0 and more > 0:
            kept[place], spare = kept[place] + more, spare - more
        elif column.rank and rest < _LEAST and room >= _NARROW:
            less = min(_LEAST - rest, max(kept[place] - max(_SHORTEST, column.heading), 0))
            kept[place], rest = kept[place] - less, rest + less
    return tuple(
        replace(column, width=max(width, 1)) if column.width else column
        for column, width in zip(columns, kept, strict=True)
    )


def fit(untrusted: Words, cells: int) -> str:
    """Return the text as one safe line of exactly so many cells; `~` at its end says that it was cut."""
    text = safe_line(in_words(untrusted))
    if cell_len(text) > cells:
        text = set_cell_size(text, max(cells - 1, 0)) + _CUT
    return set_cell_size(text, cells)


def fit_cells(cell: ListCell, width: int, *, is_right: bool = False) -> list[Cell]:
    """Return the words of a cell, with blanks to exactly so many terminal cells; `~` says that they were cut."""
    runs = cells_of(cell)
    blanks = width - width_of(runs)
    if blanks >= 0:
        padding = [Cell(" " * blanks)] if blanks else []
        return [*padding, *runs] if is_right else [*runs, *padding]
    if runs[-1].stays and len(runs) > 1 and width_of(runs[-1:]) < width:
        return [*fit_cells(runs[:-1], width - width_of(runs[-1:])), runs[-1]]
    kept: list[Cell] = []
    room = width
    for run in runs:
        if room <= 0:
            break
        is_last = cell_len(run.text) >= room
        kept.append(replace(run, words=fit(f"{run.text}{_CUT}", room) if is_last else run.text))
        room -= room if is_last else cell_len(run.text)
    return kept


def fitting(columns: Sequence[Column], width: int) -> tuple[Column, ...]:
    """Return the columns that there is room for: the one that takes what is left has room for its heading, at least."""
    shown = tuple(columns)
    least = max((_LEAST, *(column.heading for column in columns if not column.width)))
    while width - _fixed(shown) < least and any(column.rank for column in shown):
        goes = max(shown, key=lambda column: column.rank)
        shown = tuple(column for column in shown if column is not goes)
    return shown


def _fixed(columns: Sequence[Column]) -> int:
    return sum(column.cells for column in columns) + len(_GAP) * (len(columns) - 1)


def room_of_rest(columns: Sequence[Column], width: int) -> int:
    """Return how many cells the column gets that takes what is left; 0 where not even the others fit."""
    return max(width - _fixed(fitting(columns, width)), 0)


def lay_out(columns: Sequence[Column], cells: Sequence[ListCell], width: int) -> list[Cell]:
    """Return the words of one line of `width` terminal cells, each cell in its column."""
    shown = fitting(columns, width)
    fixed = _fixed(shown)
    rest = max(width - fixed, 0)
    left = [(column, cell) for column, cell in zip(columns, cells, strict=True) if column in shown]
    laid: list[Cell] = []
    while left:
        (column, cell), *left = left
        room = column.cells or rest
        while column.runs_on and left and not text_of(left[0][1]):
            room += len(_GAP) + (left[0][0].cells or rest)
            left = left[1:]
        laid += [Cell(_GAP)] if laid else []
        laid += fit_cells(cell, room, is_right=column.is_right)
    return laid if fixed <= width else fit_cells(tuple(laid), width)


_LETTERS_A_CELL = 4
"""So many letters of a long word are looked at for each cell: more would be marks on one letter."""


def wrapped(untrusted: str, width: int) -> list[str]:
    """Return the text in lines of at most so many cells, broken at blanks; a longer word is broken too."""
    width = max(width, 1)
    return [
        line
        for paragraph in safe_text(untrusted).replace("\t", " ").split("\n")
        for line in ([paragraph] if _fits(paragraph, width) else _wrapped(paragraph, width))
    ]


def _fits(text: str, width: int) -> bool:
    return len(text) <= _LETTERS_A_CELL * width and cell_len(text) <= width


def _wrapped(paragraph: str, width: int) -> Iterator[str]:
    line, room = "", width
    for word in paragraph.split(" "):
        blank = " " if line else ""
        if _fits(word, room - len(blank)):
            line += blank + word
            room -= len(blank) + cell_len(word)
            continue
        if line:
            yield line
        *whole, line = _parts(word, width)
        yield from whole
        room = width - cell_len(line)
    yield line


def _parts(word: str, width: int) -> list[str]:
    """Return a word in pieces that fit; a letter that is wider than that stands alone."""
    parts: list[str] = []
    while not _fits(word, width):
        piece = set_cell_size(word[: _LETTERS_A_CELL * width], width).rstrip(" ") or word[0]
        parts.append(piece)
        word = word[len(piece) :]
    return [*parts, word]
