"""Forms of a whole case: made new, changed, closed or opened again, and put at risk by a refused extradition."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar, Final

from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.act_form import ActForm
from tui.screens.frame.base import NEXT_FIELD, Command, leave
from tui.screens.frame.form_fields import FormRows
from tui.screens.frame.looking_back import HoldForm
from tui.screens.frame.record_form import RecordForm, are_clear
from tui.text.in_words import together, warning
from tui.text.safe_content import safe_content
from tui.values.cases_shown import CaseShown
from tui.values.code_words import choices
from tui.values.forms_typed import FormPlace
from vault.acts.act import Begun, Told
from vault.acts.case import CLOSE, EDIT, REOPEN
from vault.casework.case import STAGES, CaseKind
from vault.casework.form import Form
from vault.casework.story.protection import AT_RISK_FORM, AT_RISK_WARNING, CheckIn
from vault.words.message import Message


class CaseEdit(ActForm):
    """Ends with the words of what was changed."""

    ACTS: ClassVar[tuple[Command, ...]] = (
        *ActForm.ACTS,
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
    )

    def __init__(self, case: CaseShown) -> None:
        present = {"title": str(case.head.title), "risk": case.head.risk, "stage": case.head.stage}
        known = Begun(present, {"stage": tuple(choices(STAGES[CaseKind(case.head.kind)]))})
        super().__init__(EDIT, {"case": (case.case,)}, case.ref, case=case.case, known=known)
        self._shown = case

    @override
    def commands(self) -> tuple[Command, ...]:
        hidden = "close_case" if self._shown.head.closed else "reopen_case"
        return tuple(command for command in super().commands() if command.action != hidden)

    @override
    def done(self, told: Told) -> None:
        super().done(replace(told, follows=()))  # the case asks for it next, in a form of its own

    def action_close_case(self) -> None:
        self.do_instead(CLOSE)

    def action_reopen_case(self) -> None:
        self.do_instead(REOPEN)

    def action_hold(self) -> None:
        self.app.push_screen(HoldForm(self._shown.case, self._shown.ref), lambda word: self.say(word or ""))


# An extradition was refused: where they are, check-ins, a plan and whom to tell, in one form.
AT_RISK: Final = "at-risk"
_ABOUT: Final = Message(
    "What you leave empty is not written. Where they are goes into a restricted section that you alone hold."
)


class AtRiskForm(RecordForm):
    """Ends with the id of the case once something was kept."""

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
