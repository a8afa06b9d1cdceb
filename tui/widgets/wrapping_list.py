"""A short list whose longest column goes on in lines below where there is room: what has to be kept is not cut."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from textual.geometry import Size
from typing_extensions import override

from tui.widgets.text_cells import (
    Cell,
    Column,
    ListCell,
    broken,
    cells_of,
    fit_cells,
    fitting,
    room_of_rest,
    text_of,
    width_of,
)
from tui.widgets.virtual_list import FixedRows, ListRow, VirtualList, room_of

_MOST_LINES: Final = 6


class WrappingList(VirtualList):
    """Rows of which the column that takes what is left may have up to six lines; the others are as wide as their words.

    Args:
        columns: as of the list.
        is_tight: where its rows cannot all be seen, each has fewer lines, at last one; but a cell that stays whole
            (`Cell.stays`).
    """

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        id: str,  # noqa: A002 - Textual's word
        is_part: bool = False,
        is_tight: bool = False,
    ) -> None:
        super().__init__(columns, id=id, has_states=True, is_part=is_part)
        self._is_tight = is_tight
        self.has_cut = False
        """Whether its rows have fewer lines or columns than they need, for want of room."""
        self._rows: tuple[ListRow, ...] = ()
        self._heads: tuple[int, ...] = ()
        self._laid_at = Size(-1, -1)

    def show_rows(self, rows: Sequence[ListRow], *, stand_on: str = "") -> None:
        """Show these rows, with the cursor on the row of this key, or else where it was."""
        kept = self.row_at_cursor()
        self._rows = tuple(rows)
        self.fit_columns(row.cells for row in rows)
        self._lay(stand_on or (kept.key if kept is not None else ""))

    @override
    def on_resize(self) -> None:
        """Break the lines anew where the width is another; Textual has the list above do its part behind this."""
        is_same = self.size == self._laid_at if self._is_tight else self.size.width == self._laid_at.width
        if self._rows and not is_same:
            kept = self.row_at_cursor()
            self._lay(kept.key if kept is not None else "")

    def lines_at(self, width: int, most: int = _MOST_LINES) -> int:
        """Return how many lines its rows take in so many terminal cells, each at most so many."""
        return sum(1 for _ in self._each_line(room_of(width, has_states=self.has_states), most))

    @override
    def head_of(self, index: int) -> int:
        return self._heads[index] if index < len(self._heads) else index

    @override
    def watch_cursor(self, old: int, new: int) -> None:
        super().watch_cursor(old, new)
        for index, head in enumerate(self._heads):  # the lines below the two that were painted
            if head in {old, new} and index != head:
                self.refresh_line(index)

    def _lay(self, stand_on: str) -> None:
        before = self.cursor
        self._laid_at = self.size
        self._fit()
        room = room_of(self.size.width, has_states=self.has_states)
        most = 1 if self._is_tight and len(self._rows) > self.size.height else _MOST_LINES
        while len(lines := list(self._each_line(room, most))) > self.size.height and self._is_tight and most > 1:
            most -= 1
        self.has_cut = most < _MOST_LINES or len(fitting(self.columns, room)) < len(self.columns)
        self._heads = tuple(head for _, head in lines)
        self.show_source(FixedRows([line for line, _ in lines]))
        keys = {line.key: place for place, (line, head) in enumerate(lines) if place == head and not line.is_passed}
        self.cursor = keys.get(stand_on, min(before, max(len(lines) - 1, 0)) if stand_on else 0)

    def _each_line(self, room: int, most: int = _MOST_LINES) -> Iterator[tuple[ListRow, int]]:
        place = 0
        flexible = next(number for number, column in enumerate(self.columns) if not column.width)
        rest = room_of_rest(self.columns, room)
        for row in self._rows:
            head = place
            for line in self._lines_of(row, flexible, rest, most):
                yield line, head
                place += 1

    def _lines_of(self, row: ListRow, flexible: int, rest: int, most: int) -> Iterator[ListRow]:
        if len(row.cells) < len(self.columns) or rest <= 0 or width_of(cells_of(row.cells[flexible])) <= rest:
            yield row
            return
        lines: list[ListCell] = [tuple(line) for line in broken(cells_of(row.cells[flexible]), rest)]
        most = _MOST_LINES if cells_of(row.cells[flexible])[0].stays else most
        if len(lines) > most:
            blanks = [Cell("" if text_of(line).endswith(" ") else " ") for line in lines]
            left = tuple(part for at in range(most - 1, len(lines)) for part in (*cells_of(lines[at]), blanks[at]))
            lines = [*lines[: most - 1], tuple(fit_cells(left, rest))]
        cells = list(row.cells)
        yield replace(row, cells=(*cells[:flexible], lines[0], *cells[flexible + 1 :]))
        for line in lines[1:]:
            below: list[ListCell] = [""] * len(cells)
            below[flexible] = line
            yield ListRow(row.key, tuple(below), is_passed=True)
