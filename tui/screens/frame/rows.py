"""Where the lists of the screens get their rows from."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

from tui.text.calendar import short_day
from tui.values.codes import word_of, words_of
from tui.values.values import CaseLine, CaseListStart
from tui.widgets.pages import KEPT_PAGES, PAGE_ROWS, ListRow
from vault.words.message import Words, plural

_KEPT_PLACES: Final = 2 * KEPT_PAGES * PAGE_ROWS
_FULL_DAY: Final = len("2026-11-27")


class FixedRows:
    """A short list that is in memory whole."""

    def __init__(self, rows: Sequence[ListRow] = ()) -> None:
        self._rows = tuple(rows)

    def count(self) -> int:
        """Return the number of rows."""
        return len(self._rows)

    def page(self, number: int, previous: ListRow | None, following: ListRow | None) -> Sequence[ListRow]:
        """Return one page."""
        del previous, following
        return self._rows[number * PAGE_ROWS : (number + 1) * PAGE_ROWS]


class CasePages:
    """The list of cases, page by page, as workers bring them.

    Args:
        start: its size and first page.
        request: asks for page `number`, after one place or before another; the answer comes to `arrived`.
    """

    def __init__(self, start: CaseListStart, request: Callable[[int, object, object], None]) -> None:
        self._count = start.count
        self._request = request
        self._ready: dict[int, tuple[ListRow, ...]] = {}
        self._asked: set[int] = set()
        self._places: OrderedDict[str, object] = OrderedDict()
        self.arrived(0, start.rows)

    def count(self) -> int:
        """Return the stored number of rows."""
        return self._count

    def page(self, number: int, previous: ListRow | None, following: ListRow | None) -> Sequence[ListRow] | None:
        """Return a page that has come, or ask for it."""
        rows = self._ready.pop(number, None)
        if rows is None and number not in self._asked:
            self._asked.add(number)
            self._request(number, self._place(previous), self._place(following))
        return rows

    def arrived(self, number: int, lines: Sequence[CaseLine]) -> None:
        """Keep a page until the list takes it."""
        self._asked.discard(number)
        self._ready[number] = tuple(ListRow(line.case, case_cells(line)) for line in lines)
        for line in lines:
            self._places[line.case] = line.place
        while len(self._places) > _KEPT_PLACES:
            self._places.popitem(last=False)

    def _place(self, row: ListRow | None) -> object:
        return None if row is None else self._places.get(row.key)


def case_cells(line: CaseLine) -> tuple[Words, ...]:
    """Return the cells of a case: reference, next date, client, title, stage; `!` after what only oneself can open."""
    stage: Words = words_of((line.kind, line.stage))
    if line.heads != 1:
        stage = plural("{count} version, {kind}", "{count} versions, {kind}", count=line.heads, kind=word_of(line.kind))
    due = short_day(date.fromisoformat(line.due[:_FULL_DAY])) if len(line.due) >= _FULL_DAY else ""
    return (f"{line.ref}!" if line.is_alone else line.ref, due, line.client, line.title, stage)
