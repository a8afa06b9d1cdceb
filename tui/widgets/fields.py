"""Fields to type into: nothing blinks, pastes are said when cut, and a passphrase cannot be copied out."""

from __future__ import annotations

from typing import Any

from textual import events
from textual.actions import SkipAction
from textual.message import Message
from textual.widgets import Input, TextArea
from typing_extensions import override

from tui.text.in_words import in_words
from tui.text.safe_text import safe_line


class SafeInput(Input):
    """One line of text; its placeholder may be a sentence of ours."""

    class PasteCut(Message):
        """Only the first line of a paste was taken.

        Args:
            field: the field that was pasted into.
            lost_lines: how many lines that held something were left out.
        """

        def __init__(self, field: SafeInput, lost_lines: int) -> None:
            super().__init__()
            self.field = field
            self.lost_lines = lost_lines

    def __init__(self, *args: Any, **options: Any) -> None:
        options["placeholder"] = safe_line(in_words(options.get("placeholder", "")))
        super().__init__(*args, **options)
        self.cursor_blink = False

    def on_paste(self, event: events.Paste) -> None:
        """Say what a field of one line cannot take; Textual's own handler then takes the first line."""
        lost = sum(1 for line in event.text.splitlines()[1:] if line.strip())
        if lost:
            self.post_message(self.PasteCut(self, lost))


class PassphraseInput(SafeInput):
    """One line that is shown as dots and leaves the field in no other way than by being read once."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **(options | {"password": True}))

    def take(self) -> bytearray:
        """Return what was typed, to be wiped by who gets it, and empty the field."""
        typed, self.value = self.value, ""
        return bytearray(typed.encode("utf-8", "surrogatepass"))

    @override
    def action_copy(self) -> None:
        """Nothing: a passphrase goes to no clipboard, not even the app's own. Ctrl+C means what it means elsewhere."""
        raise SkipAction

    @override
    def action_cut(self) -> None:
        """Nothing, as for copying; deleting still works."""


class SafeTextArea(TextArea):
    """Several lines of text, without syntax colours."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.cursor_blink = False
