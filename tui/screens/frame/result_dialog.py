"""What came of an act, to be read before going on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static
from typing_extensions import override

from tui.text.in_words import together
from tui.text.safe_content import safe_content
from tui.widgets.lines import Hint, KeyLine
from tui.widgets.sheet import Sheet
from vault.words.message import Message, Words


class ResultDialog(Sheet[str]):
    """Shows sentences until they were read.

    Args:
        head: in a few words, what this is.
        lines: the sentences.
    """

    DEFAULT_CSS = """
    ResultDialog .head { color: $acc; text-style: bold; }
    ResultDialog VerticalScroll { height: auto; max-height: 17; margin: 1 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter", "leave", show=False)]

    def __init__(self, head: Words, lines: Sequence[Words]) -> None:
        super().__init__()
        self._head = head
        self._lines = tuple(lines)

    @override
    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(safe_content(self._head), classes="head")
            with VerticalScroll():
                yield Static(safe_content(together(self._lines)))
            yield KeyLine(Hint("Enter", Message("goes on")))

    def action_leave(self) -> None:
        """Go on."""
        self.dismiss("")
