"""A question before something that cannot be taken back. Enter, pressed without reading, means no."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Static
from typing_extensions import override

from tui.text.in_words import in_words
from tui.text.keys import with_layouts
from tui.text.safe_content import safe_content
from tui.widgets.sheet import Sheet
from vault.words.message import Words


class Confirm(Sheet[bool]):
    """Ask; the result is True only when yes was chosen.

    Args:
        question: one sentence.
        consequence: what will have happened afterwards.
        yes: the word on the button that does it.
        no: the word on the button that does not; it has the focus.
        may_leave: whether Esc answers nothing; without it Esc means no.
    """

    DEFAULT_CSS = """
    Confirm > Vertical { width: 64; }
    Confirm .question { text-style: bold; }
    Confirm Horizontal { height: auto; margin-top: 1; }
    Confirm Button { margin-right: 2; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(with_layouts("y"), "answer(True)", show=False),
        Binding(with_layouts("n"), "answer(False)", show=False),
        Binding("escape", "leave", show=False),
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
    ]
    AUTO_FOCUS = "#no"

    def __init__(self, question: Words, consequence: Words, *, yes: Words, no: Words, may_leave: bool = False) -> None:
        super().__init__()
        self._question = question
        self._consequence = consequence
        self._yes = yes
        self._no = no
        self._may_leave = may_leave

    @override
    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(safe_content(self._question), classes="question")
            yield Static(safe_content(self._consequence))
            with Horizontal():
                yield Button(safe_content(f"{in_words(self._no)} (n)"), id="no")
                yield Button(safe_content(f"{in_words(self._yes)} (y)"), id="yes")

    def action_answer(self, answer: bool) -> None:
        """Close with this answer."""
        self.dismiss(answer)

    def action_leave(self) -> None:
        """Close without going on."""
        self.dismiss(None if self._may_leave else False)

    @on(Button.Pressed)
    def _answer_by_button(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")
