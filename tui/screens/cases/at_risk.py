"""An extradition was refused: where they are, check-ins, a plan and whom to tell, in one form."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import NEXT_FIELD, Command, leave
from tui.screens.frame.dates import are_clear
from tui.screens.frame.form_row import FormRows
from tui.screens.frame.record_form import RecordForm
from tui.text.in_words import together, warning
from tui.text.safe_content import safe_content
from tui.values.values_forms import FormPlace
from vault.casework.form import Form
from vault.casework.story.protection import AT_RISK_FORM, AT_RISK_WARNING, CheckIn
from vault.words.message import Message

AT_RISK: Final = "at-risk"
_ABOUT: Final = Message(
    "What you leave empty is not written. Where they are goes into a restricted section that you alone hold."
)


class AtRiskForm(RecordForm):
    """Ends with the id of the case once something was kept.

    Args:
        case, ref: of the case.
    """

    NAME = Message("Refused at risk")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "finish", Message("Keep what is agreed"), "F4", Message("keep")),
        NEXT_FIELD,
        leave(Message("Leave; nothing is kept")),
    )

    def __init__(self, case: str, ref: str) -> None:
        super().__init__(case, ref, CheckIn.KIND)

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield FormRows(
            Static(safe_content(together((warning(AT_RISK_WARNING), _ABOUT), " ")), classes="about"), *self.rows()
        )

    @override
    def form_place(self) -> FormPlace:
        return FormPlace(AT_RISK, self._case, self._ref)

    @property
    @override
    def _form(self) -> Form:
        return AT_RISK_FORM

    @override
    def action_finish(self) -> None:
        if not are_clear(self):
            return
        case, typed = self._case, self._typed()
        self.say(Message("Keeping what is agreed."))
        self.ask(lambda vault: vault.story.protect(case, typed), self.end, failed=self._refused)
