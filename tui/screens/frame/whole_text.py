"""A text that is too long for the pane beside its list, whole."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.widget import Widget
from typing_extensions import override

from tui.screens.frame.base import BACK, Command, VaultScreen
from tui.text.in_words import in_words
from tui.widgets.long_text import LongText, beginning
from vault.words.message import Message, Words, plural


class WholeText(VaultScreen):
    """Shows a text from its start to its end.

    Args:
        about: what it is, in a few words.
        text: the text.
    """

    NAME = Message("Text")
    ACTS: ClassVar[tuple[Command, ...]] = (BACK,)

    def __init__(self, about: Words, text: Words) -> None:
        super().__init__()
        self._about, self._text = about, text

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield LongText(self._text, id="whole")

    def on_mount(self) -> None:
        """Say what it is."""
        self.head(self._about)
        self.query_one("#whole").focus()


def first_lines(text: Words, *, opens: bool = False) -> Words:
    """Return a text for a pane: all of it, or its first lines and how many more there are; Enter may open all of it."""
    shown, more = beginning(in_words(text))
    if not more:
        return text
    said = plural("{count} more line", "{count} more lines", count=more)
    if opens:
        said = Message("{more}; Enter opens all of it", more=said)
    return Message("{text}\n\n! {more}", text=shown, more=said)


def is_long(text: Words) -> bool:
    """Say whether a pane shows the first lines of a text alone."""
    return beginning(in_words(text))[1] > 0
