"""Being the second person for somebody elsewhere: their question is read whole, then approved with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Final

from textual import on
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.act_screen import ActScreen, Doing
from tui.screens.frame.base import BACK, Command, leave
from tui.screens.frame.browse import PlaceInput
from tui.screens.frame.choice_field import ChoiceField
from tui.screens.frame.form import BROWSE, FormScreen
from tui.screens.frame.form_row import FormRow, FormRows
from tui.screens.referral.shown_whole import ShownWhole
from tui.text.in_words import together
from tui.text.safe_content import safe_content
from tui.values.codes import choices
from tui.widgets.fields import SafeInput
from vault.acts.act import Plan, Said
from vault.acts.approval import GIVE, Asked
from vault.words.message import Message, Words

_ABOUT: Final = Message(
    "Another member asks whether something may be done: an export, say. Nobody can approve their own"
    " request. You read all that would leave before you answer."
)


class QuestionFile(FormScreen):
    """Asks where the question lies."""

    NAME = Message("Approve")
    HOLDS_TYPING = False
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "go_on", Message("Read the question"), "F4", Message("read it")),
        BROWSE,
        BACK,
    )

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield FormRows(
            FormRow(Message("Question"), PlaceInput(placeholder="/media/stick/question", id="file")),
            Static(safe_content(_ABOUT), classes="about"),
        )

    @on(SafeInput.Submitted)
    def action_go_on(self) -> None:
        """Read it."""
        file = self.place("file")
        if file is None:
            return
        self.say("")
        said = {"file": (str(file),)}

        def show(found: tuple[Plan[Asked], Sequence[Words]]) -> None:
            self.app.push_screen(QuestionScreen(said, *found), self._answered)

        self.ask(lambda vault: vault.acting.shown(GIVE, said), show)

    def _answered(self, words: str | None) -> None:
        self.say(words or Message("You answered nothing."))


class QuestionScreen(ActScreen, FormScreen):
    """Shows a question; ends with the words of what was approved, or with nothing.

    Args:
        said: where it lies.
        plan: what it asks.
        lines: how that is read.
    """

    NAME = Message("A question to you")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "approve", Message("Approve it"), "F4", Message("approve")),
        Command("f6", "app.next_pane", Message("Next pane: text, reason, answer"), "F6", Message("pane")),
        BROWSE,
        leave(Message("Leave; nothing is approved")),
    )

    def __init__(self, said: Said, plan: Plan[Asked], lines: Sequence[Words]) -> None:
        super().__init__()
        self._file, self._plan, self._whole = said, plan, lines

    @override
    def compose_middle(self) -> Iterable[Widget]:
        reasons = [("", Message("none yet")), *choices(self._plan.of.received.question.reasons)]
        yield ShownWhole((together(self._whole),), id="question-text")
        yield FormRow(Message("Your reason"), ChoiceField(reasons, id="reason"))
        yield FormRow(
            Message("Answer to"),
            PlaceInput(
                new="answer", placeholder=Message("e.g. {example}, a new file", example="/media/stick/answer"), id="out"
            ),
        )

    def on_mount(self) -> None:
        """Begin with reading."""
        self.head(right=Message("{asker} asks", asker=self._plan.of.received.name))
        self.query_one("#question-text").focus()
        self.say(Message("Read all of it. Your reason goes into the log and into what leaves."))

    def action_approve(self) -> None:
        """Ask once more, with what it means; not before all that is asked was on the screen."""
        text = self.query_one(ShownWhole)
        if text.unread is not None:
            text.read_on()
            self.refuse("question-text", Message("You have not seen the question to its end. Read on, then F4."))
            return
        reason = self.word("reason")
        if not reason:
            self.refuse("reason", Message("Choose your reason first (F6, then right)."))
            return
        out = self.place("out")
        if out is None:
            return
        said = {**self._file, "reason": (reason,), "out": (str(out),)}
        self.do(Doing(GIVE, said, lambda told: self.end(together(told.lines, " "))), self._plan)
