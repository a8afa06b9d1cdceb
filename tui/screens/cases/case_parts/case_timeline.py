"""The timeline on the screen of a case: drawn, or as a list of sentences where a screen reader says what is there."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.message import Message as Sent
from typing_extensions import override

from tui.drawn.case_time import case_time
from tui.drawn.timeline import CaseTime
from tui.drawn.timeline_view import Zoom
from tui.drawn.timeline_words import read_as_list
from tui.screens.frame.rows import FixedRows
from tui.values.values import CaseShown
from tui.widgets.columns import Column
from tui.widgets.drawn import TimelinePart
from tui.widgets.pages import ListRow
from tui.widgets.virtual_list import VirtualList
from vault.words.message import Message, Words

ZOOM_WORDS: Final = {
    Zoom.DAY: Message("+ - zoom: days"),
    Zoom.MONTH: Message("+ - zoom: months"),
    Zoom.YEAR: Message("+ - zoom: years"),
}


class CaseTimeline(Container):
    """The time of a case.

    Args:
        case: as it was read.
    """

    SCOPED_CSS = False
    DEFAULT_CSS = """
    CaseTimeline { height: auto; }
    CaseTimeline > VirtualList { height: 6; }
    """

    class Told(Sent):
        """The cursor of the drawn timeline stands on another day, or the zoom is another one."""

        def __init__(self, told: Words, zoom: Zoom) -> None:
            super().__init__()
            self.told = told
            self.zoom = zoom

    def __init__(self, case: CaseShown) -> None:
        super().__init__(id="case-time")
        self._shown = self._time_of(case)

    @property
    def _reads_aloud(self) -> bool:
        app: Any = self.app
        return bool(app.reads_aloud)

    @override
    def compose(self) -> ComposeResult:
        if self._reads_aloud:
            yield VirtualList([Column("")], FixedRows(), id="time-list")
        else:
            yield TimelinePart(*self._shown, id="timeline")

    def on_mount(self) -> None:
        """Fill the list."""
        self._read_out()

    def show(self, case: CaseShown) -> None:
        """Show the case as it is now."""
        shown = self._time_of(case)
        if shown == self._shown:
            return
        self._shown = shown
        if not self._reads_aloud:
            self.query_one(TimelinePart).show_case(*shown)
        elif self.is_mounted:
            self._read_out()

    def _read_out(self) -> None:
        """Say all of it, and stand on today: what was comes before, what is to come behind it."""
        for sentences in self.query(VirtualList):
            time, today = self._shown
            said = read_as_list(time, today)
            sentences.show_source(FixedRows([ListRow(str(place), (words,)) for place, words in enumerate(said)]))
            (today_words,) = read_as_list(CaseTime(), today)
            sentences.cursor = said.index(today_words)

    @staticmethod
    def _time_of(case: CaseShown) -> tuple[CaseTime, date]:
        today = date.fromisoformat(case.today or case.opened)
        return case_time(case, today), today

    @on(TimelinePart.Moved)
    def _moved(self, event: TimelinePart.Moved) -> None:
        event.stop()
        self.post_message(self.Told(event.told, event.zoom))
