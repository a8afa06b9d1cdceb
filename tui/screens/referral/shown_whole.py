"""Texts that somebody has to see before they answer for them: it knows how far they were on the screen."""

from __future__ import annotations

from itertools import accumulate
from typing import Final

from textual.containers import VerticalScroll
from textual.widgets import Static
from typing_extensions import override

from tui.text.in_words import together
from tui.text.safe_content import safe_content
from vault.words.message import Words

_BETWEEN: Final = "\n"


class ShownWhole(VerticalScroll):
    """Shows texts one below the other, and counts what was painted from the first line on, with nothing left out.

    Args:
        texts: in the order in which they are read.
        id: its name.
    """

    def __init__(self, texts: tuple[Words, ...], *, id: str) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._texts = tuple(
            Static(safe_content(together((text, "") if text is not texts[-1] else (text,), _BETWEEN))) for text in texts
        )
        self._whole = 0
        self._lines = 0
        self._width = 0

    @override
    def compose(self) -> list[Static]:
        return list(self._texts)

    @property
    def unread(self) -> int | None:
        """The first text, from 0, that was not on the screen to its end; None where all of them were."""
        return self._whole if self._whole < len(self._texts) else None

    def read_on(self) -> None:
        """Go to the first line that was not on the screen."""
        self.scroll_to(y=self._lines, animate=False)

    def on_resize(self) -> None:
        """Look once more, as soon as it is painted."""
        self.call_after_refresh(self._look)

    @override
    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        # What was scrolled past before anything was painted was on no screen.
        self.call_after_refresh(self._look)

    def _look(self) -> None:
        room, ends = self.scrollable_content_region, list(accumulate(text.outer_size.height for text in self._texts))
        if not room.area or not all(text.outer_size.height for text in self._texts):
            return
        if room.width != self._width:  # broken anew: lines are other lines, and whole texts stay whole
            self._width, self._lines = room.width, ends[self._whole - 1] if self._whole else 0
        top = self.scroll_offset.y
        if top <= self._lines:
            self._lines = max(self._lines, top + room.height)
        while self._whole < len(ends) and ends[self._whole] <= self._lines:
            self._whole += 1
