"""A list of any length that paints only the rows in view, two for a step of the cursor, and gets them by pages."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final, Protocol

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Offset, Size
from textual.message import Message
from textual.reactive import reactive
from textual.screen import ModalScreen
from textual.scroll_view import ScrollView
from textual.strip import Strip as Line
from textual.widget import Widget
from typing_extensions import override

from tui.looks.tokens import Token
from tui.widgets.text_cells import Cell, Column, ListCell, as_wide_as, draw, fit_cells, lay_out, look_of, widths_in

# Rows of a list by pages: a million cases are never in memory, nor counted, nor skipped over.

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


class FixedRows:
    """A short list that is in memory whole."""

    def __init__(self, rows: Sequence[ListRow] = ()) -> None:
        self._rows = tuple(rows)

    def count(self) -> int:
        return len(self._rows)

    def page(self, number: int, previous: ListRow | None, following: ListRow | None) -> Sequence[ListRow]:
        del previous, following
        return self._rows[number * PAGE_ROWS : (number + 1) * PAGE_ROWS]


NO_ROWS: Final = FixedRows()


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


_MARGIN: Final = 2
"""Column 0 is the cursor's, column 1 air or the mark of a marked row; two columns stay free at the right."""
_STATE: Final = 2
_MARKED: Final = Cell("*", Token.ACC, bold=True)


class VirtualList(ScrollView, can_focus=True):
    """Rows of a `PageSource` in columns. The cursor is `>` on a ground of its own, a marked row has a sign.

    Args:
        columns: the columns; each row has as many cells.
        source: where the rows come from.
        has_states: there are two cells for the state of a row before its words, which then show that it is marked.
        is_part: of several lists on a screen only the one with the focus shows its cursor.
    """

    DEFAULT_CSS = """
    VirtualList { overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "move_page(-1)", show=False),
        Binding("pagedown", "move_page(1)", show=False),
        Binding("home", "move_to_first", show=False),
        Binding("end", "move_to_last", show=False),
        Binding("enter", "open", show=False),
        Binding("space", "mark", show=False),
    ]

    cursor: reactive[int] = reactive(0, repaint=False)

    class Opened(Message):
        """Enter, or a click on the row under the cursor."""

        def __init__(self, row: ListRow) -> None:
            super().__init__()
            self.row = row

    class Moved(Message):
        """The cursor stands on another row; `row` is None while that row is on its way."""

        def __init__(self, index: int, row: ListRow | None) -> None:
            super().__init__()
            self.index = index
            self.row = row

    class Marked(Message):
        """Other rows are marked."""

    def __init__(
        self,
        columns: Sequence[Column],
        source: PageSource = NO_ROWS,
        *,
        id: str | None = None,  # noqa: A002 - Textual's word
        has_states: bool = False,
        is_part: bool = False,
    ) -> None:
        super().__init__(id=id)
        self._made = self.columns = tuple(columns)
        self._needs: list[int] = []
        self.heading: ListHeader | None = None
        self.has_states = has_states
        self._is_part = is_part
        self.marked: frozenset[str] = frozenset()
        self._pages = PageCache(source)
        self._count = source.count()

    def show_source(self, source: PageSource) -> None:
        """Show other rows from the start, as after a search; the marks go."""
        self._pages = PageCache(source)
        self.marked = frozenset()
        self._count = source.count()
        self._set_height()
        self.cursor = 0
        self.scroll_to(y=0, animate=False)
        self.refresh()

    def fit_columns(self, rows: Iterable[Sequence[ListCell]], *, also: bool = False) -> None:
        """Have the columns as wide as what stands in these rows, here and at every other width; `also`: and before."""
        needs = widths_in(rows, len(self._made))
        self._needs = list(map(max, needs, self._needs)) if also and self._needs else needs
        self._fit()

    def _fit(self) -> None:
        if not self._needs or not self.size.width:
            return
        before, room = self.columns, room_of(self.size.width, has_states=self.has_states)
        self.columns = as_wide_as(self._made, self._needs, room)
        if self.columns != before:
            self.refresh()
            if self.heading is not None:
                self.heading.refresh()

    def show_cursor(self, *, always: bool) -> None:
        """Show the cursor always, or while the list has the focus."""
        if self._is_part == always:
            self._is_part = not always
            self.refresh_line(self.cursor)

    def page_arrived(self, number: int) -> None:
        """Read this page again and paint its rows, now that the source has them."""
        self._pages.forget(number)
        self.refresh_lines(number * PAGE_ROWS, PAGE_ROWS)

    def row_at_cursor(self) -> ListRow | None:
        """Return the row under the cursor, or None in an empty list or while it is on its way."""
        return self._pages.row(self.cursor) if self._count else None

    def validate_cursor(self, cursor: int) -> int:
        """Keep the cursor on a row that it does not pass over: on its way, or else the nearest before it."""
        place = max(0, min(cursor, self._count - 1))
        step = -1 if cursor < self.cursor else 1
        for way in (step, -step):
            found = place
            while 0 <= found < self._count and self._passes(found):
                found += way
            if 0 <= found < self._count:
                return found
        return place

    def _passes(self, index: int) -> bool:
        row = self._pages.row(index)
        return row is not None and row.is_passed

    def watch_cursor(self, old: int, new: int) -> None:
        """Paint the two rows that changed, or scroll when the new one is out of view."""
        if old == new:
            return
        if not self._scroll_into_view(new):
            self.refresh_line(old)
            self.refresh_line(new)
        self._place_terminal_cursor()
        self.post_message(self.Moved(new, self.row_at_cursor()))

    def on_focus(self) -> None:
        """Have the terminal's own cursor stand here: magnifiers and Braille lines follow it."""
        self._place_terminal_cursor()

    def _place_terminal_cursor(self) -> None:
        if self.has_focus:
            region = self.content_region
            self.app.cursor_position = Offset(region.x, region.y + self.cursor - self.scroll_offset.y)

    def _scroll_into_view(self, index: int) -> bool:
        """Bring the row to the middle when it is out of view: half a page at a time costs the fewest full paints."""
        top, height = self.scroll_offset.y, self.size.height
        if top <= index < top + height:
            return False
        self.scroll_to(y=max(0, min(index - height // 2, self._count - height)), animate=False)
        self.refresh()
        return True

    def action_move(self, rows: int) -> None:
        self.cursor += rows

    def action_move_page(self, pages: int) -> None:
        self.cursor += pages * max(1, self.size.height - 1)

    def action_move_to_first(self) -> None:
        self.cursor = 0

    def action_move_to_last(self) -> None:
        self.cursor = self._count - 1

    def action_open(self) -> None:
        """Say that the row under the cursor was chosen."""
        row = self.row_at_cursor()
        if row is not None:
            self.post_message(self.Opened(row))

    def action_mark(self) -> None:
        """Mark the row under the cursor, or take its mark away, and go on to the next."""
        row = self.row_at_cursor()
        if row is not None:
            self.marked ^= {row.key}
            self.refresh_line(self.cursor)
            self.cursor += 1
            self.post_message(self.Marked())

    def mark(self, keys: Iterable[str]) -> None:
        """Mark these rows, and no others."""
        self.marked = frozenset(keys)
        self.refresh()
        self.post_message(self.Marked())

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to the row; open it when the cursor stood there already."""
        index = event.y + self.scroll_offset.y
        if index == self.cursor:
            self.action_open()
        elif index < self._count:
            self.cursor = index

    @override
    def on_mount(self) -> None:
        """Take the height of all rows, and stand on the first that the cursor does not pass over."""
        self._set_height()
        self.cursor = 0

    def on_resize(self) -> None:
        """Lay the columns out for the new width, and keep the cursor in view where there are fewer lines."""
        self._fit()
        self._set_height()
        self._scroll_into_view(self.cursor)
        self.refresh()

    def _set_height(self) -> None:
        self.virtual_size = Size(self.size.width, self._count)

    @override
    def render_line(self, y: int) -> Line:
        index, width, look = y + self.scroll_offset.y, self.size.width, look_of(self)
        on = Token.RAISED if isinstance(self.screen, ModalScreen) else Token.BG
        if index >= self._count:
            return draw(look, (), width, on)
        row = self._pages.row(index)
        here = self.head_of(index) == self.cursor and (self.has_focus or not self._is_part)
        ground = (Token.SEL if self.has_focus else Token.BAND) if here else on
        return draw(look, self._line(row, here and index == self.cursor), width, ground, bold=here)

    def head_of(self, index: int) -> int:
        """Return the first line of the row that this line belongs to."""
        return index

    def _line(self, row: ListRow | None, is_cursor: bool) -> list[Cell]:
        is_marked = row is not None and row.key in self.marked
        line = [Cell(">", Token.ACC) if is_cursor else Cell(" ")]
        line.append(_MARKED if is_marked and not self.has_states else Cell(" "))
        if self.has_states:
            state = _MARKED if is_marked else row.state if row is not None and row.state else Cell("")
            line += [*fit_cells(state, _STATE), Cell(" ")]
        if row is None:
            return [*line, Cell("...")]
        room = room_of(self.size.width, has_states=self.has_states)
        if row.is_passed and len(row.cells) < len(self.columns):
            return [*line, *fit_cells(row.cells[0], room)]
        return [*line, *lay_out(self.columns, row.cells, room)]


def room_of(width: int, *, has_states: bool) -> int:
    """Return how many cells there are for the columns of a list so wide; its scroll bar stands in the margin."""
    return max(width - 2 * _MARGIN - (_STATE + 1 if has_states else 0), 0)


class ListHeader(Widget):
    """The headings over a `VirtualList`.

    Args:
        columns: the columns of the list below.
        has_states: as of the list.
        of: the list, where its columns get as wide as what stands in them.
    """

    DEFAULT_CSS = """
    ListHeader { height: 1; }
    """

    def __init__(self, columns: Sequence[Column], *, has_states: bool = False, of: VirtualList | None = None) -> None:
        super().__init__()
        self.columns = tuple(columns)
        self._of = of
        if of is not None:
            of.heading = self
        self._has_states = has_states

    @override
    def render_line(self, y: int) -> Line:
        room = room_of(self.size.width, has_states=self._has_states)
        columns = self.columns if self._of is None else self._of.columns
        titles = [Cell(column.title, Token.DIM) for column in columns]
        before = Cell(" " * (_MARGIN + (_STATE + 1 if self._has_states else 0)))
        return draw(look_of(self), [before, *lay_out(columns, titles, room)], self.size.width)
