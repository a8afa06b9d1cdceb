"""Choosing one of a few words: as a field of a form, and as a small question over a screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message as Event
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.rows import FixedRows
from tui.text.in_words import in_words
from tui.text.safe_content import safe_content
from tui.widgets.columns import Column, fit
from tui.widgets.lines import Hint, KeyLine
from tui.widgets.pages import ListRow
from tui.widgets.sheet import Sheet
from tui.widgets.virtual_list import VirtualList
from vault.words.message import Message, Words


class ChoiceField(Widget, can_focus=True):
    """One of a few words, changed with left and right, or by the letter that a word begins with.

    Args:
        words: (value, label), the first chosen.
    """

    DEFAULT_CSS = """
    ChoiceField { height: 1; width: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", show=False),
        Binding("right,space", "step(1)", show=False),
    ]
    place: reactive[int] = reactive(0)

    class Changed(Event):
        """Another word was chosen."""

        def __init__(self, field: ChoiceField) -> None:
            super().__init__()
            self.field = field

        @property
        @override
        def control(self) -> ChoiceField:
            """The field, for `@on` with a selector."""
            return self.field

    def __init__(
        self,
        words: Sequence[tuple[str, Words]],
        *,
        value: str = "",
        id: str | None = None,  # noqa: A002 - Textual's word
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._words = tuple((value, in_words(label)) for value, label in words)
        self.choose(value)

    @property
    def value(self) -> str:
        """The chosen value."""
        return self._words[self.place][0]

    def choose(self, value: str) -> None:
        """Take this value; one that is not among the words changes nothing."""
        for place, (known, _) in enumerate(self._words):
            if known == value:
                self.set_reactive(ChoiceField.place, place)
                self.refresh()

    def action_step(self, by: int) -> None:
        """Take the next word, or the one before."""
        self.place = (self.place + by) % len(self._words)
        self.post_message(self.Changed(self))

    def on_key(self, event: events.Key) -> None:
        """Take the next word that begins with the letter that was typed."""
        letter = (event.character or "").casefold()
        if not letter.isalnum():
            return
        count = len(self._words)
        after = (*range(self.place + 1, count), *range(self.place + 1))
        found = next((at for at in after if self._words[at][1].casefold().startswith(letter)), None)
        if found is not None:
            event.stop()
            self.action_step(found - self.place)

    def on_click(self) -> None:
        """Take the next word."""
        self.action_step(1)

    @override
    def render(self) -> Content:
        word = f"< {self._words[self.place][1]} >"
        place, count = self.place + 1, len(self._words)
        helps = (
            Message("  ({place} of {count}; left and right change it)", place=place, count=count),
            Message("  ({place} of {count})", place=place, count=count),
        )
        fitting = (word + text for text in map(in_words, helps) if cell_len(word + text) <= self.size.width)
        return Content(fit(next(fitting, word) if self.has_focus else word, self.size.width))


class Choose(Sheet[str]):
    """Ask for one of a few; the result is its key, or empty when nothing was chosen.

    Args:
        question: one sentence.
        options: (key, words), the first under the cursor.
    """

    DEFAULT_CSS = """
    Choose > Vertical { width: 70; }
    Choose VirtualList { height: auto; max-height: 12; margin-top: 1; }
    Choose .keys { margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]

    def __init__(self, question: Words, options: Sequence[tuple[str, Words]]) -> None:
        super().__init__()
        self._question = question
        self._rows = FixedRows([ListRow(key, (words,)) for key, words in options])

    @override
    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(safe_content(self._question))
            yield VirtualList((Column(""),), self._rows)
            yield KeyLine(Hint("Enter", Message("choose")), Hint("Esc", Message("back")))

    def on_mount(self) -> None:
        """Give the list the height of its rows."""
        self.query_one(VirtualList).styles.height = min(self._rows.count(), 12)

    @on(VirtualList.Opened)
    def _chosen(self, event: VirtualList.Opened) -> None:
        self.dismiss(event.row.key)

    def action_leave(self) -> None:
        """Choose nothing."""
        self.dismiss("")
