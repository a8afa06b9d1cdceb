"""A few lines of a text, written over the screen that they belong to."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static
from typing_extensions import override

from tui.text.safe_content import safe_content
from tui.widgets.fields import SafeTextArea
from tui.widgets.lines import Hint, KeyLine
from tui.widgets.sheet import Sheet
from vault.words.message import Message, Words


class WriteLines(Sheet[str]):
    """Ends with the lines, or empty when nothing was to be said.

    Args:
        question: one sentence.
        text: what stands there at first.
    """

    DEFAULT_CSS = """
    WriteLines SafeTextArea { height: 8; margin: 1 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False, priority=True),
        Binding("f4", "take", show=False, priority=True),
    ]

    def __init__(self, question: Words, text: str) -> None:
        super().__init__()
        self._question = question
        self._text = text

    @override
    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(safe_content(self._question))
            yield SafeTextArea(self._text, id="lines")
            yield KeyLine(Hint("F4", Message("take it")), Hint("Esc", Message("back")))

    def action_take(self) -> None:
        """Take what is written."""
        self.dismiss(self.query_one(SafeTextArea).text.strip("\n"))

    def action_leave(self) -> None:
        """Leave it as it was."""
        self.dismiss("")
