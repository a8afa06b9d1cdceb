"""A new case: its title and its kind."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.containers import VerticalScroll
from textual.widget import Widget
from typing_extensions import override

from tui.screens.frame.base import Command
from tui.screens.frame.choice_field import ChoiceField
from tui.screens.frame.form import FormScreen
from tui.screens.frame.form_row import FormRow
from tui.widgets.fields import SafeInput
from vault.casework.stages import CaseKind


class NewCase(FormScreen):
    """Ends with the id of the case that was made."""

    NAME = "NEW CASE"
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "finish", "Make the case", "F4", "make the case"),
        Command("tab", "app.focus_next", "Next field", "Tab", "next field"),
        Command("escape", "back", "Leave; nothing is made", "Esc", "leave"),
    )

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield VerticalScroll(
            FormRow("Title", SafeInput(placeholder="for those who may open the case", id="title", compact=True)),
            FormRow("Kind", ChoiceField([(kind.value, kind.value) for kind in CaseKind], id="kind")),
            classes="form",
            can_focus=False,
        )

    def on_mount(self) -> None:
        """Say who else will open the case."""
        self.ask(lambda vault: vault.casework.stands_in(), self._stands_in)

    def _stands_in(self, words: str) -> None:
        if words:
            self.say(words)

    def action_finish(self) -> None:
        """Make the case."""
        title, kind = self.text("title"), self.word("kind")
        self.say("Making the case.")
        self.ask(lambda vault: vault.casework.create(title, kind), self.end)

    @on(SafeInput.Submitted)
    def _title_given(self) -> None:
        self.query_one("#kind").focus()
