"""A recipient: a name and their age key, whose words are compared by voice before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.safe_content import safe_content
from tui.screens.base import Command, VaultScreen
from tui.screens.form_row import FormRow
from tui.values import RecipientShown
from tui.widgets.fields import SafeInput


class RecipientForm(VaultScreen):
    """Ends with the name that was kept."""

    NAME = "NEW RECIPIENT"
    HOLDS_TYPING = True
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "finish", "Keep the recipient; then: done", "F4", "keep"),
        Command("tab", "app.focus_next", "Next field", "Tab", "next field"),
        Command("escape", "back", "Leave", "Esc", "leave"),
    )

    def __init__(self) -> None:
        super().__init__()
        self._kept = ""

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
        """Keep the recipient and show the words; the second time, close."""
        if self._kept:
            self.dismiss(self._kept)
            return
        name, key = self.query_one("#name", SafeInput).value, self.query_one("#key", SafeInput).value
        self.ask(lambda vault: vault.referral.add_recipient(name, key), self._show)

    @override
    def action_back(self) -> None:
        self.dismiss(self._kept)

    def _show(self, kept: RecipientShown) -> None:
        self._kept = kept.name
        words = f"Call them and compare these words of their key:\n\n{kept.fingerprint}\n\nF4 goes on."
        self.query_one("#result", Static).update(safe_content(words))
        self.say("The recipient is kept.")
