"""Where the lists of the screens get their rows from, and screens of one list."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import ClassVar, Final, TypeVar

from rich.cells import cell_len
from textual import events, on
from textual.widget import Widget
from typing_extensions import override

from tui.looks.signs import LATE, MORE, NONE, NOT_KNOWN, RISK, SOON
from tui.looks.tokens import Token
from tui.screens.frame.base import VaultScreen
from tui.text.calendar import FULL_DAY, SOON_DAYS, days_left, short_day
from tui.values.cases_shown import CaseLine, CaseListStart
from tui.values.code_words import word_of
from tui.widgets.text_cells import Cell, Column, ListCell, text_of
from tui.widgets.virtual_list import KEPT_PAGES, PAGE_ROWS, FixedRows, ListHeader, ListRow, VirtualList
from vault.casework.vocabulary import Risk
from vault.words.message import Message, Words, plural

T = TypeVar("T")
_KEPT_PLACES: Final = 2 * KEPT_PAGES * PAGE_ROWS
_SIGNS: Final = 3
RISKS: Final = {
    Risk.IMMEDIATE.value: (3, Token.ALARM),
    Risk.HIGH.value: (3, Token.ALARM),
    Risk.MEDIUM.value: (2, Token.WARN),
    Risk.LOW.value: (1, Token.DIM),
}
"""How many signs a risk has, and what they mean."""


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
        self._ready[number] = tuple(map(case_row, lines))
        for line in lines:
            self._places[line.case] = line.place
        while len(self._places) > _KEPT_PLACES:
            self._places.popitem(last=False)

    def _place(self, row: ListRow | None) -> object:
        return None if row is None else self._places.get(row.key)


def case_row(line: CaseLine) -> ListRow:
    """Return the row of a case: next date, reference, client, stage, risk; `!` after what only oneself can open.

    Where no client is named yet, its title stands there.
    """
    stage: Words = word_of(line.stage)
    if line.heads != 1:
        stage = plural("{count} version, {stage}", "{count} versions, {stage}", count=line.heads, stage=stage)
    left = days_left(line.due, date.fromisoformat(line.today)) if line.today else None
    due: Words = NONE if left is None else short_day(date.fromisoformat(line.due[:FULL_DAY]))
    state, token = None, Token.FG if left is not None else Token.DIM
    if left is not None and left <= SOON_DAYS:
        sign, token = (LATE, Token.ALARM) if left < 0 else (SOON, Token.WARN)
        state = Cell(sign, token, bold=True)
    client: ListCell = Cell(line.client) if line.client else Cell(line.title, Token.DIM)
    if line.client and line.more_people:
        client = (
            Cell(line.client),
            Cell(Message(" {more}{count}", more=MORE, count=line.more_people), Token.DIM, stays=True),
        )
    ref = Cell(f"{line.ref}!" if line.is_alone else line.ref, Token.DIM)
    return ListRow(line.case, (Cell(due, token), ref, client, stage, risk_cells(line.risk)), state)


def risk_cells(risk: str) -> tuple[Cell, ...]:
    """Return how near the harm is: as many signs as it is grave, in its colour, and its word."""
    signs, token = RISKS.get(risk, (0, Token.DIM))
    return (Cell((RISK * signs or NOT_KNOWN).ljust(_SIGNS + 1), token), Cell(word_of(risk), Token.DIM))


def risk_width() -> int:
    """Return how wide the widest risk is in the language of the app."""
    return max(cell_len(text_of(risk_cells(risk))) for risk in RISKS)


class OneList(VaultScreen):
    """A screen with one list, whose row under the cursor is what its acts are about."""

    COLUMNS: ClassVar[tuple[Column, ...]] = ()
    LIST: ClassVar[str] = ""
    """What the list is called on the screen."""
    HAS_STATES: ClassVar[bool] = False

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield ListHeader(self.COLUMNS, has_states=self.HAS_STATES)
        yield VirtualList(self.COLUMNS, id=self.LIST, has_states=self.HAS_STATES)

    @property
    def _list(self) -> VirtualList:
        return self.query_one(VirtualList)

    def show_rows(self, rows: Iterable[ListRow], cursor: int = 0) -> None:
        self._list.show_source(FixedRows(tuple(rows)))
        self._list.cursor = cursor

    def at_cursor(self, every: Mapping[str, T]) -> T | None:
        """Return what the row under the cursor stands for, by its key."""
        row = self._list.row_at_cursor()
        return None if row is None else every.get(row.key)

    def action_open(self) -> None:
        self._list.action_open()

    def action_to_list(self) -> None:
        self._list.focus()


class ListScreen(OneList):
    """A screen that is its list: it begins there, and reads again when one comes back to it."""

    _is_read = False
    """Whether coming back reads again what may have changed meanwhile."""

    def action_refresh(self) -> None:
        raise NotImplementedError

    @on(events.Mount)
    def _begin_at_list(self) -> None:
        self._list.focus()
        self.action_refresh()

    @on(events.ScreenResume)
    def _come_back(self) -> None:
        if self._is_read:
            self.action_refresh()
