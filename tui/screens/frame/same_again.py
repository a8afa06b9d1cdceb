"""Same again: Ctrl+D repeats what was typed last, in this session, into a field of the same name.

It is remembered by the process that has the keys, which ends at each lock; no field of a secret is on such a screen.
"""

from __future__ import annotations

from typing import Final

from textual import events
from textual.widget import Widget
from typing_extensions import override

from tui.screens.frame.base import Command, VaultScreen
from tui.screens.frame.choice_field import ChoiceField
from tui.widgets.fields import PassphraseInput, SafeInput, SafeTextArea
from vault.words.message import Message, Words

SAME_AGAIN: Final = Command(
    "ctrl+d",
    "same_again",
    Message("Same again: what you typed last into a field of this name"),
    "Ctrl+D",
    first=True,  # a text takes this key for erasing
)
"""For the table of a screen that is a `SameAgain`."""


class SameAgain(VaultScreen):
    """A screen whose fields are filled in alike, again and again."""

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        """Remember what was typed into the field that is left."""
        self._remember(event.widget)

    def action_same_again(self) -> None:
        """Repeat it in the field in use. A long text is repeated only where nothing stands yet."""
        field = self.focused
        last = "" if field is None or field.id is None else self.desk.typed_last.get(field.id, "")
        if isinstance(field, ChoiceField) and last:
            field.take(last)
        elif isinstance(field, SafeTextArea) and last and not field.text:
            field.insert(last)
        elif isinstance(field, SafeInput) and last:
            field.value = last
            field.cursor_position = len(last)
        else:
            self.say(Message("Nothing was typed into such a field since you came in."))

    @override
    def end(self, word: Words) -> None:
        if self.focused is not None:
            self._remember(self.focused)
        super().end(word)

    def _remember(self, field: Widget) -> None:
        if field.id is None or isinstance(field, PassphraseInput):
            return
        if isinstance(field, ChoiceField | SafeInput):
            said = field.value
        elif isinstance(field, SafeTextArea):
            said = field.text
        else:
            return
        if said.strip():
            self.desk.typed_last[field.id] = said
