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

from tui.screens.frame.base import Command
from tui.screens.frame.browse import PlaceInput
from tui.screens.frame.choice_field import ChoiceField
from tui.screens.frame.form import BROWSE, FormScreen
from tui.screens.frame.form_row import FormRow
from tui.text.safe_content import safe_content
from tui.values.values_exchange import QuestionAsked, ResultText
from tui.widgets.confirm import Confirm
from tui.widgets.fields import SafeInput


class QuestionFile(FormScreen):
    """Asks where the question lies."""

    NAME = "APPROVE"
    HOLDS_TYPING = False
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "go_on", "Read the question", "F4", "read it"),
        BROWSE,
        Command("escape", "back", "Back", "Esc", "back"),
    )

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield VerticalScroll(
            FormRow("Question", PlaceInput(placeholder="/media/stick/question", id="file")),
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
        file = self.place("file")
        if file is None:
            return
        self.say("")

        def show(asked: QuestionAsked) -> None:
            self.app.push_screen(QuestionScreen(file, asked), self._answered)

        self.ask(lambda vault: vault.approvals.read(file), show)

    def _answered(self, words: str | None) -> None:
        self.say(words or "You answered nothing.")


class QuestionScreen(FormScreen):
    """Shows a question; ends with the words of what was approved, or with nothing.

    Args:
        file: where it lies.
        asked: what it asks.
    """

    NAME = "A QUESTION TO YOU"
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "approve", "Approve it", "F4", "approve"),
        Command("f6", "app.focus_next", "Next pane: text, reason, answer", "F6", "pane"),
        BROWSE,
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
        yield FormRow("Answer to", PlaceInput(new="answer", placeholder="/media/stick/answer, a new file", id="out"))

    def on_mount(self) -> None:
        """Begin with reading."""
        self.head(self.NAME, f"{self._asked.asker} asks")
        self.query_one("#question-text").focus()
        self.say("Read all of it. Your reason stands in the log and in what leaves.")

    def action_approve(self) -> None:
        """Ask once more, with what it means."""
        if not self._why:
            self.refuse("why", "Choose your reason first (F6, then right).")
            return
        out = self.place("out")
        if out is None:
            return
        question = Confirm(
            f"Approve what {self._asked.asker} asks?",
            f"Your log says so, for ever: reason {self._why}.",
            yes="Approve",
            no="Not yet",
        )
        self.app.push_screen(question, lambda yes: self._give(out) if yes else None)

    def _give(self, out: Path) -> None:
        file, why = self._file, self._why

        def given(told: ResultText) -> None:
            self.end(" ".join(told.lines))

        self.ask(lambda vault: vault.approvals.give(file, why, out), given)

    @property
    def _why(self) -> str:
        return self.word("why")
