"""Being the second person for somebody elsewhere: their question is read whole, then approved with a reason."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.safe_content import safe_content
from tui.screens.base import Command, VaultScreen
from tui.screens.choosing import ChoiceField
from tui.screens.form_row import FormRow
from tui.values_exchange import QuestionAsked, Told
from tui.widgets.confirm import Confirm
from tui.widgets.fields import SafeInput


class QuestionFile(VaultScreen):
    """Asks where the question lies."""

    NAME = "APPROVE"
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "go_on", "Read the question", "F4", "read it"),
        Command("escape", "back", "Back", "Esc", "back"),
    )

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield VerticalScroll(
            FormRow("Question", SafeInput(placeholder="/media/stick/question", id="file", compact=True)),
            Static(
                "Another member asks whether something may be done: an export, say. Nobody approves what they ask for "
                "themselves. You read all that would leave before you answer.",
                classes="about",
            ),
            classes="form",
            can_focus=False,
        )

    @on(SafeInput.Submitted)
    def action_go_on(self) -> None:
        """Read it."""
        file = Path(self.query_one("#file", SafeInput).value.strip()).expanduser()
        if not file.is_absolute():
            self.say("! Type the whole path of the file, from / or ~ on.")
            return
        self.say("")

        def show(asked: QuestionAsked) -> None:
            self.app.push_screen(QuestionScreen(file, asked), self._answered)

        self.ask(lambda vault: vault.approvals.read(file), show)

    def _answered(self, words: str | None) -> None:
        self.say(words or "You answered nothing.")


class QuestionScreen(VaultScreen):
    """Shows a question; ends with the words of what was approved, or with nothing.

    Args:
        file: where it lies.
        asked: what it asks.
    """

    NAME = "A QUESTION TO YOU"
    HOLDS_TYPING = True
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "approve", "Approve it", "F4", "approve"),
        Command("f6", "app.focus_next", "Next pane: text, reason, answer", "F6", "pane"),
        Command("escape", "back", "Leave; nothing is approved", "Esc", "leave"),
    )

    def __init__(self, file: Path, asked: QuestionAsked) -> None:
        super().__init__()
        self._file = file
        self._asked = asked

    @override
    def compose_middle(self) -> Iterable[Widget]:
        reasons = [("", "none yet"), *((code, code) for code in self._asked.reasons)]
        yield VerticalScroll(Static(safe_content("\n".join(self._asked.lines))), id="question-text")
        yield FormRow("Your reason", ChoiceField(reasons, id="why"))
        yield FormRow("Answer to", SafeInput(placeholder="/media/stick/answer, a new file", id="out", compact=True))

    def on_mount(self) -> None:
        """Begin with reading."""
        self.head(self.NAME, f"{self._asked.asker} asks")
        self.query_one("#question-text").focus()
        self.say("Read all of it. Your reason stands in the log and in what leaves.")

    def action_approve(self) -> None:
        """Ask once more, with what it means."""
        out = Path(self.query_one("#out", SafeInput).value.strip()).expanduser()
        if not self._why:
            self.say("! Choose your reason first (F6, then right).")
            self.query_one("#why").focus()
        elif not out.is_absolute():
            self.say("! Type the whole path of a new file for your answer, from / or ~ on.")
            self.query_one("#out").focus()
        else:
            question = Confirm(
                f"Approve what {self._asked.asker} asks?",
                f"Your log says so, for ever: reason {self._why}.",
                yes="Approve",
                no="Not yet",
            )
            self.app.push_screen(question, lambda yes: self._give(out) if yes else None)

    def _give(self, out: Path) -> None:
        file, why = self._file, self._why

        def given(told: Told) -> None:
            self.end(" ".join(told.lines))

        self.ask(lambda vault: vault.approvals.give(file, why, out), given)

    @property
    def _why(self) -> str:
        return self.query_one("#why", ChoiceField).value
