"""What came of an act, to be read before going on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static
from typing_extensions import override

from tui.text.safe_content import safe_content


class ResultDialog(ModalScreen[str]):
    """Shows sentences until they were read.

    Args:
        head: in a few words, what this is.
        lines: the sentences.
    """

    DEFAULT_CSS = """
    ResultDialog { align: center middle; }
    ResultDialog > Vertical { width: 76; max-width: 100%; height: auto; max-height: 100%; border: solid $foreground;
                              padding: 0 2; background: $surface; }
    ResultDialog .head { text-style: bold; }
    ResultDialog VerticalScroll { height: auto; max-height: 17; margin: 1 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter", "leave", show=False)]

    def __init__(self, head: str, lines: Sequence[str]) -> None:
        super().__init__()
        self._head = head
        self._lines = tuple(lines)

    @override
    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(safe_content(self._head), classes="head")
            with VerticalScroll():
                yield Static(safe_content("\n".join(self._lines)))
            yield Static("Enter goes on", classes="keys")

    def action_leave(self) -> None:
        """Go on."""
        self.dismiss("")
