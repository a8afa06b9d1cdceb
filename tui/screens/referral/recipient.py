"""A recipient: a name and their age key, kept once its words were compared by voice."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import ClassVar

from textual import on
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import Command
from tui.screens.frame.form import FormScreen
from tui.screens.frame.form_row import FormRow
from tui.text.safe_content import safe_content
from tui.widgets.fields import SafeInput


class RecipientForm(FormScreen):
    """Ends with the name that was kept. Nobody can take a recipient back: nothing is kept before F4 says so twice."""

    NAME = "NEW RECIPIENT"
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "finish", "Show the words of the key; compared: keep the recipient", "F4", "go on"),
        Command("tab", "app.focus_next", "Next field", "Tab", "next field"),
        Command("escape", "back", "Leave; nobody is kept", "Esc", "leave"),
    )

    def __init__(self) -> None:
        super().__init__()
        self._shows_words = False

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield VerticalScroll(
            FormRow("Name", SafeInput(id="name", compact=True)),
            FormRow("age key", SafeInput(placeholder="age1...", id="key", compact=True)),
            Static("", id="result"),
            classes="form",
            can_focus=False,
        )

    def action_finish(self) -> None:
        """Show the words of the key; the second time, keep the recipient."""
        name, key = self.text("name"), self.text("key")
        if not name:
            self.refuse("name", "Type their name.")
        elif self._shows_words:
            self.ask(lambda vault: vault.referral.add_recipient(name, key), lambda kept: self.end(kept.name))
        else:
            self.ask(lambda vault: vault.referral.words_of(key), partial(self._show, key))

    @on(SafeInput.Changed, "#key")
    def _key_changed(self) -> None:
        """Another key has other words."""
        self._shows_words = False
        self.query_one("#result", Static).update("")

    def _show(self, key: str, words: str) -> None:
        if key != self.text("key"):
            return
        self._shows_words = True
        self.query_one("#result", Static).update(
            safe_content(
                f"Call them and compare these words of their key:\n\n{words}\n\nF4 keeps the recipient once they agree."
            )
        )
        self.say("Nobody is kept yet.")
