"""A new case: its title and its kind."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual import on
from textual.widget import Widget
from typing_extensions import override

from tui.screens.frame.base import NEXT_FIELD, Command, leave
from tui.screens.frame.choice_field import ChoiceField
from tui.screens.frame.form_row import FormRow, FormRows
from tui.screens.frame.kept_form import KeptForm
from tui.screens.frame.known_already import make_unless_known
from tui.screens.frame.same_again import SAME_AGAIN, SameAgain
from tui.values.codes import choices
from tui.values.values_forms import FormPlace
from tui.widgets.fields import SafeInput
from vault.casework.stages import CaseKind
from vault.words.message import Message, Words

NEW_CASE: Final = "new-case"


class NewCase(SameAgain, KeptForm):
    """Ends with the id of the case that was made."""

    NAME = Message("New case")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "finish", Message("Make the case"), "F4", Message("make the case")),
        NEXT_FIELD,
        SAME_AGAIN,
        leave(Message("Leave; nothing is made")),
    )

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield FormRows(
            FormRow.of_text("title", Message("Title"), Message("for those who may open the case")),
            FormRow(Message("Kind"), ChoiceField(choices(CaseKind), id="kind")),
        )

    @override
    def form_place(self) -> FormPlace:
        return FormPlace(NEW_CASE)

    def on_mount(self) -> None:
        """Say who else will open the case."""
        self.ask(lambda vault: vault.casework.stands_in(), self._stands_in)

    def _stands_in(self, words: Words) -> None:
        if words:
            self.say_too(words)

    def action_finish(self) -> None:
        """Make the case."""
        title, kind = self.text("title"), self.word("kind")
        self.say(Message("Making the case."))
        make_unless_known(self, lambda vault, anyway: vault.casework.create(title, kind, anyway=anyway), self.end)

    @on(SafeInput.Submitted)
    def _title_given(self) -> None:
        self.query_one("#kind").focus()
