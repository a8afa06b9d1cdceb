"""Screens of one list."""

from __future__ import annotations

from collections.abc import Iterable

from textual import events, on

from tui.screens.frame.base import VaultScreen
from tui.screens.frame.rows import FixedRows
from tui.widgets.pages import ListRow
from tui.widgets.virtual_list import VirtualList


class OneList(VaultScreen):
    """A screen with one list, whose row under the cursor is what its acts are about."""

    @property
    def _list(self) -> VirtualList:
        return self.query_one(VirtualList)

    def show_rows(self, rows: Iterable[ListRow], cursor: int = 0) -> None:
        """Show other rows, with the cursor on this one."""
        self._list.show_source(FixedRows(tuple(rows)))
        self._list.cursor = cursor


class ListScreen(OneList):
    """A screen that is its list: it begins there, and reads again when one comes back to it."""

    _is_read = False
    """Whether coming back reads again what may have changed meanwhile."""

    def action_refresh(self) -> None:
        """Read what is shown."""
        raise NotImplementedError

    @on(events.Mount)
    def _begin_at_list(self) -> None:
        self._list.focus()
        self.action_refresh()

    @on(events.ScreenResume)
    def _come_back(self) -> None:
        if self._is_read:
            self.action_refresh()
