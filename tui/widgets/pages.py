"""Rows of a list by pages: a million cases are never in memory, nor counted, nor skipped over."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from tui.widgets.cells import Cell, ListCell

PAGE_ROWS: Final = 64
KEPT_PAGES: Final = 32


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row.

    Attributes:
        key: what to hand back when it is chosen.
        cells: its words, in columns.
        state: a sign of two cells before them (`!!` late, `!` soon), in lists that have states; its word is in a cell.
        is_passed: the cursor passes over it: a heading of one cell, as wide as the list, or a second line of a row.
    """

    key: str
    cells: tuple[ListCell, ...] = field(repr=False)
    state: Cell | None = None
    is_passed: bool = False


class PageSource(Protocol):
    """Where a list gets its rows from. Nothing here may take longer than a frame; what does comes later."""

    def count(self) -> int:
        """Return how many rows there are: a stored number, not a computed one."""
        ...

    def page(self, number: int, previous: ListRow | None, following: ListRow | None) -> Sequence[ListRow] | None:
        """Return rows `number * PAGE_ROWS` onwards, `PAGE_ROWS` of them except at the end.

        Args:
            number: the page, from 0.
            previous: the row just before the page, when known: continue after it by its key (keyset), without OFFSET.
            following: the row just after the page, when known: read backwards from it. Both are None after a jump.

        Returns:
            The rows, or None when they are on their way: the source calls `VirtualList.page_arrived` then.
        """
        ...


class PageCache:
    """The last `KEPT_PAGES` pages that were looked at."""

    def __init__(self, source: PageSource) -> None:
        self.source = source
        self._pages: OrderedDict[int, tuple[ListRow, ...]] = OrderedDict()

    def row(self, index: int) -> ListRow | None:
        """Return this row, or None when its page is on its way or has shrunk since it was counted."""
        number, place = divmod(index, PAGE_ROWS)
        page = self._page(number)
        return page[place] if page is not None and place < len(page) else None

    def forget(self, number: int) -> None:
        """Drop one page, so that it is read again."""
        self._pages.pop(number, None)

    def _page(self, number: int) -> tuple[ListRow, ...] | None:
        page = self._pages.get(number)
        if page is None:
            before, after = self._pages.get(number - 1), self._pages.get(number + 1)
            found = self.source.page(number, before[-1] if before else None, after[0] if after else None)
            if found is None:
                return None
            page = self._pages[number] = tuple(found)
            if len(self._pages) > KEPT_PAGES:
                self._pages.popitem(last=False)
        self._pages.move_to_end(number)
        return page
