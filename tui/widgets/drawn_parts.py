"""A drawn part on a screen: one widget that is computed when its values change, and repaints only rows that differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import ClassVar, TypeAlias

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from typing_extensions import override

from tui.drawn.case_time import told_at
from tui.drawn.days_and_weeks import WeekEntry, in_order, rows_of_weeks, week_columns
from tui.drawn.pieces import Piece, Row, Rows
from tui.drawn.timeline import CaseTime, View, Zoom, cells_of_lanes, timeline, view_at
from tui.looks.tokens import Token
from tui.widgets.text_cells import look_of
from vault.words.message import Words

Draw: TypeAlias = Callable[[int], Rows]
"""Draws a part in so many cells."""


def _style_of(widget: Widget, piece: Piece) -> Style:
    """Return the style of a piece in the look of the app."""
    return look_of(widget).style(Token(piece.token), Token(piece.ground or Token.BG), piece.is_bold)


class DrawnPart(Widget):
    """Rows of a pure function of the width. It takes as many rows as there are."""

    DEFAULT_CSS = """
    DrawnPart { height: auto; }
    """

    def __init__(self, draw: Draw, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._draw = draw
        self._width = -1
        self._rows: Rows = ()

    def show(self, draw: Draw) -> None:
        """Draw something else, and paint the rows that differ."""
        self._draw = draw
        before, width = self._rows, self._width
        if width < 0:
            return
        self._width = -1
        rows = self._rows_at(width)
        if len(rows) != len(before):
            self.refresh(layout=True)
            return
        changed = [y for y, row in enumerate(rows) if row != before[y]]
        if changed:
            self.refresh(*(Region(0, y, width, 1) for y in changed))

    def rows_at(self, width: int) -> int:
        """Return how many rows it takes in so many cells."""
        return len(self._draw(width))

    @override
    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._rows_at(width))

    @override
    def render_line(self, y: int) -> Strip:
        width = self.size.width
        rows = self._rows_at(width)
        row: Row = rows[y] if y < len(rows) else ()
        segments = [Segment(piece.text, _style_of(self, piece)) for piece in row]
        return Strip(segments).adjust_cell_length(width, _style_of(self, Piece("")))

    def _rows_at(self, width: int) -> Rows:
        if width != self._width:
            self._width, self._rows = width, self._draw(width)
        return self._rows


class TimelinePart(DrawnPart, can_focus=True):
    """The timeline of a case. Left and right move its cursor, `+` and `-` its zoom, Home goes to today."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", show=False),
        Binding("right", "move(1)", show=False),
        Binding("shift+left,pageup", "move(-10)", show=False),
        Binding("shift+right,pagedown", "move(10)", show=False),
        Binding("plus,equals_sign", "zoom(1)", show=False),
        Binding("minus", "zoom(-1)", show=False),
        Binding("home", "today", show=False),
    ]

    class Moved(Message):
        """The cursor stands on another day, or the zoom is another one; `told` is all that lies there."""

        def __init__(self, told: Words, zoom: Zoom) -> None:
            super().__init__()
            self.told = told
            self.zoom = zoom

    def __init__(self, case: CaseTime, today: date) -> None:
        self._case, self._today = case, today
        self._view: View | None = None
        super().__init__(self._at_width, id="timeline")

    def show_case(self, case: CaseTime, today: date) -> None:
        """Show another state of the case, with the cursor and the zoom left as they are."""
        self._case, self._today = case, today
        self._paint()

    def action_move(self, steps: int) -> None:
        self._go(self._view_at(self._width).moved(steps))

    def action_zoom(self, by: int) -> None:
        self._go(self._view_at(self._width).zoomed(by))

    def action_today(self) -> None:
        view = self._view_at(self._width)
        self._go(view_at(self._today, view.cells, view.zoom))

    @override
    def watch_has_focus(self, _has_focus: bool) -> None:
        super().watch_has_focus(_has_focus)
        self._paint()
        if _has_focus:
            self.call_after_refresh(self._tell)  # it may have the focus before it has a width

    def _go(self, view: View) -> None:
        self._view = view
        self._paint()
        self._tell()

    def _tell(self) -> None:
        view = self._view_at(self._width)
        self.post_message(self.Moved(told_at(self._case, view), view.zoom))

    def _paint(self) -> None:
        self.show(self._at_width)

    def _at_width(self, width: int) -> Rows:
        return timeline(self._case, self._today, self._view_at(width), width, has_cursor=self.has_focus)

    def _view_at(self, width: int) -> View:
        """Return the view for this width; only what somebody did is kept."""
        cells = cells_of_lanes(width)
        if self._view is None:
            return view_at(self._today, cells)
        return self._view if self._view.cells == cells else self._view.resized(cells)


class WeekGrid(DrawnPart, can_focus=True):
    """The weeks. Up and down move the cursor from entry to entry, through the days."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
    ]

    class Moved(Message):
        """The cursor stands on another entry."""

    def __init__(self) -> None:
        super().__init__(self._at_width, id="grid")
        self._entries: Sequence[WeekEntry] = ()
        self._keys: Sequence[str] = ()
        self._today = self._first = date.min
        self._cursor = 0
        self._lines = 1

    def rows_with(self, lines: int, width: int) -> int:
        """Return how many rows it takes where a text may have so many lines."""
        return rows_of_weeks(self._entries, self._first, width, lines)

    def show_lines(self, lines: int) -> None:
        """Give each text so many lines before it is cut."""
        if lines != self._lines:
            self._lines = lines
            self.show(self._at_width)

    def show_week(
        self, entries: Sequence[WeekEntry], keys: Sequence[str], today: date, first: date, *, stand_on: str = ""
    ) -> None:
        """Show these entries, each with its key; the cursor goes to a key, or stays, or begins."""
        wished = stand_on or self.key
        order = in_order(entries)
        self._entries = [entries[place] for place in order]
        self._keys = [keys[place] for place in order]
        self._today, self._first = today, first
        self._cursor = self._keys.index(wished) if wished in self._keys else 0
        self.show(self._at_width)

    @property
    def key(self) -> str:
        """The key of the entry under the cursor; empty where there is none."""
        return self._keys[self._cursor] if self._keys else ""

    def action_move(self, by: int) -> None:
        self._cursor = max(0, min(self._cursor + by, len(self._keys) - 1))
        self.show(self._at_width)
        self.post_message(self.Moved())

    def _at_width(self, width: int) -> Rows:
        cursor = self._cursor if self._keys else None
        most = len(self._entries)
        return week_columns(self._entries, self._today, self._first, width, most=most, cursor=cursor, lines=self._lines)
