"""Change what a case says of itself: title, risk and stage; close it, or open it again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar, Final

from textual import on
from textual.widget import Widget
from typing_extensions import override

from tui.screens.erasing.hold import HoldScreen
from tui.screens.frame.base import NEXT_FIELD, Command, leave
from tui.screens.frame.choice_field import ChoiceField
from tui.screens.frame.dates import are_clear, since_field
from tui.screens.frame.form_row import FormRow, FormRows
from tui.screens.frame.kept_form import KeptForm
from tui.screens.frame.line_dialog import AskLine
from tui.text.in_words import together, warning
from tui.values.codes import choices
from tui.values.values import CaseShown
from tui.values.values_forms import FormPlace
from tui.widgets.date_field import DateInput
from vault.casework.stages import STAGES, CaseKind
from vault.casework.vocabulary import Risk
from vault.errors import VaultError, WaitingForDecisionError
from vault.words.message import Message, Words

CASE_EDIT: Final = "case"
_IS_LESS: Final = Message("Is the danger really less? Type why, or press Esc.")


class CaseEdit(KeptForm):
    """Ends with the id of the case once something was changed."""

    NAME = Message("Change case")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "finish", Message("Keep the changes"), "F4", Message("keep")),
        NEXT_FIELD,
        Command(
            "ctrl+w",
            "close_case",
            Message("Close the case; it leaves the list"),
            "Ctrl+W",
            Message("close"),
            first=True,
        ),
        Command(
            "ctrl+o", "reopen_case", Message("Open the closed case again"), "Ctrl+O", Message("open again"), first=True
        ),
        Command("", "hold", Message("Legal hold: put the case on, change it, release it"), ""),
        leave(Message("Leave; nothing is changed")),
    )

    def __init__(self, case: CaseShown) -> None:
        super().__init__()
        self._case = case

    @override
    def commands(self) -> tuple[Command, ...]:
        hidden = "close_case" if self._case.closed else "reopen_case"
        return tuple(command for command in self.ACTS if command.action != hidden)

    @override
    def compose_middle(self) -> Iterable[Widget]:
        case = self._case
        yield FormRows(
            FormRow.of_text("title", Message("Title"), value=str(case.title)),
            FormRow(Message("Risk"), ChoiceField(choices(Risk), value=case.risk, id="risk")),
            FormRow(Message("Stage"), ChoiceField(choices(STAGES[CaseKind(case.kind)]), value=case.stage, id="stage")),
            FormRow(Message("Since"), since_field("on", self._since)),
        )

    @override
    def form_place(self) -> FormPlace:
        return FormPlace(CASE_EDIT, self._case.case, self._case.ref)

    def on_mount(self) -> None:
        """Begin with the title."""
        self.head(self._case.ref)
        self.query_one("#title").focus()

    @on(ChoiceField.Changed, "#stage")
    def _stage_chosen(self) -> None:
        """Another stage does not begin on the day of the one before: its day is asked anew, as today."""
        day = self.query_one("#on", DateInput)
        is_other = self.word("stage") != self._case.stage
        if is_other and day.written == self._since:
            day.value = ""
        elif not is_other and not day.value:
            day.value = self._since

    @property
    def _since(self) -> str:
        """Since when the case is in its stage."""
        return self._case.stages[-1].since if self._case.stages else ""

    def action_finish(self) -> None:
        """Keep what was changed."""
        if not are_clear(self):
            return
        case, title, risk = self._case, self.text("title"), self.word("risk")
        stage, on, since = self.word("stage"), self.text("on"), self._since
        self.say(Message("Keeping the changes."))

        in_stage = stage if stage != case.stage or on not in {"", since} else ""
        if (title, risk) == (case.title, case.risk) and not in_stage:
            self.end(case.case)
            return

        def keep(reason: str = "") -> None:
            self.ask(
                # In one act: taking it back takes back all that F4 kept.
                lambda vault: vault.story.change_case(
                    case.case, title=title, risk=risk, stage=in_stage, on=on, reason=reason
                ),
                self.end,
                failed=lambda error: self._ask_why_less(error, keep),
            )

        keep()

    def _ask_why_less(self, error: VaultError, keep: Callable[[str], None]) -> None:
        """Ask for the reason of a lower risk, where the service waits for one."""
        if not isinstance(error, WaitingForDecisionError):
            self.fail(error)
            return
        self.say("")
        self.unless_left(AskLine(together((warning(error.message), _IS_LESS))), keep)

    @override
    def action_back(self) -> None:
        case = self._case
        typed = (self.text("title"), self.word("risk"), self.word("stage"))
        if typed == (case.title, case.risk, case.stage) and self.text("on") in {"", self._since}:
            self.end("")
            return
        self.confirm(
            Message("Leave without keeping the changes?"),
            Message("The case stays as it was."),
            lambda: self.end(""),
            yes=Message("Leave"),
            no=Message("Go on typing"),
        )

    def action_close_case(self) -> None:
        """Say what is to be kept in it, ask why, then close the case."""
        case = self._case.case
        self.ask(lambda vault: (vault.story.what_stops(case), vault.story.still_due(case)), self._ask_why)

    def _ask_why(self, found: tuple[tuple[Words, ...], Words]) -> None:
        stops, still_due = found
        question: Words = Message("Why is this case closed? It leaves the list; search and its reference find it.")
        if stops:
            question = Message("This stops it from being closed. Type why it is closed all the same, or press Esc:")
            question = together((question, *map(warning, stops)))
        elif still_due:
            question = together((warning(still_due), question))
        self.unless_left(AskLine(question), self._close)

    def _close(self, reason: str) -> None:
        case = self._case.case
        self.ask(lambda vault: vault.story.close_case(case, reason), self.end)

    def action_hold(self) -> None:
        """Show the legal hold of the case."""
        self.app.push_screen(HoldScreen(self._case.case, self._case.ref), lambda word: self.say(word or ""))

    def action_reopen_case(self) -> None:
        """Open the case again."""
        case = self._case.case
        self.ask(lambda vault: vault.story.reopen_case(case), self.end)
