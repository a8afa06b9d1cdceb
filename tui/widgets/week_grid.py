"""Two weeks in columns, with a cursor that goes from entry to entry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from tui.drawn.pieces import Rows
from tui.drawn.week import WeekEntry, in_order, rows_of_weeks, week_columns
from tui.widgets.drawn import DrawnPart


class WeekGrid(DrawnPart, can_focus=True):
    """The weeks. Up and down move the cursor from entry to entry, through the days."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
    ]

    class Moved(Message):
        """The cursor stands on another entry."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's word
        super().__init__(self._at_width, id=id)
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
        """Go on or back by entries."""
        self._cursor = max(0, min(self._cursor + by, len(self._keys) - 1))
        self.show(self._at_width)
        self.post_message(self.Moved())

    def _at_width(self, width: int) -> Rows:
        cursor = self._cursor if self._keys else None
        most = len(self._entries)
        return week_columns(self._entries, self._today, self._first, width, most=most, cursor=cursor, lines=self._lines)
