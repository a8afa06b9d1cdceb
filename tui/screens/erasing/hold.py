"""The legal hold of a case: put it on, change it, release it with a reason."""

from __future__ import annotations

from typing import ClassVar

from tui.screens.frame.act_form import ActForm
from tui.screens.frame.base import Command
from vault.acts.case import HOLD, RELEASE
from vault.words.message import Message


class HoldForm(ActForm):
    """Ends with the words of what was done.

    Args:
        case: its id.
        ref: its reference.
    """

    ACTS: ClassVar[tuple[Command, ...]] = (
        *ActForm.ACTS,
        Command("ctrl+o", "release", Message("Release the hold: asks why"), "Ctrl+O", Message("release")),
    )

    def __init__(self, case: str, ref: str) -> None:
        super().__init__(HOLD, {"case": (case,)}, ref, case=case)

    def action_release(self) -> None:
        """Ask why; without a reason the hold stands."""
        self.do_instead(RELEASE)
