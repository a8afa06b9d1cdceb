"""Change what a case says of itself; close it, or open it again."""

from __future__ import annotations

from typing import ClassVar

from typing_extensions import override

from tui.screens.erasing.hold import HoldForm
from tui.screens.frame.act_form import ActForm
from tui.screens.frame.base import Command
from tui.values.codes import choices
from tui.values.values import CaseShown
from vault.acts.act import Begun
from vault.acts.case import CLOSE, EDIT, REOPEN
from vault.casework.case import STAGES, CaseKind
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
        present = {"title": str(case.title), "risk": case.risk, "stage": case.stage}
        known = Begun(present, {"stage": tuple(choices(STAGES[CaseKind(case.kind)]))})
        super().__init__(EDIT, {"case": (case.case,)}, case.ref, case=case.case, known=known)
        self._shown = case

    @override
    def commands(self) -> tuple[Command, ...]:
        hidden = "close_case" if self._shown.closed else "reopen_case"
        return tuple(command for command in super().commands() if command.action != hidden)

    def action_close_case(self) -> None:
        """Say what is to be kept in it, ask why, then close the case."""
        self.do_instead(CLOSE)

    def action_reopen_case(self) -> None:
        """Open the case again."""
        self.do_instead(REOPEN)

    def action_hold(self) -> None:
        """Show the legal hold of the case."""
        self.app.push_screen(HoldForm(self._shown.case, self._shown.ref), lambda word: self.say(word or ""))
