"""Text cut and padded to columns of terminal cells, where a letter may take two cells, one or none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from rich.cells import cell_len, set_cell_size

from tui.text.in_words import in_words
from tui.text.safe_text import safe_line
from tui.widgets.cells import Cell, ListCell, cells_of, text_of, width_of
from vault.words.message import Words

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
        """How wide its heading is."""
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
