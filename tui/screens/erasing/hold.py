"""The legal hold of a case: put it on, change it, release it with a reason."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import NEXT_FIELD, Command, leave
from tui.screens.frame.dates import are_clear, coming_field
from tui.screens.frame.form import FormScreen
from tui.screens.frame.form_row import FormRow, FormRows
from tui.screens.frame.line_dialog import AskLine
from tui.text.safe_content import safe_content
from tui.values.values_erasing import HoldShown
from tui.widgets.fields import SafeInput
from vault.words.message import Message

_ABOUT: Final = Message(
    "While it stands, nothing of the case and of its sections is erased, here and on the devices of those who hold it."
)
_NONE: Final = Message("This case is not on legal hold.")


class HoldScreen(FormScreen):
    """Ends with the words of what was done.

    Args:
        case: its id.
        ref: its reference.
    """

    NAME = Message("Legal hold")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "finish", Message("Put the case on legal hold, or change the hold"), "F4", Message("keep")),
        NEXT_FIELD,
        Command("ctrl+o", "release", Message("Release the hold: asks why"), "Ctrl+O", Message("release")),
        leave(Message("Leave; nothing is changed")),
    )

    def __init__(self, case: str, ref: str) -> None:
        super().__init__()
        self._case, self._ref = case, ref
        self._stands = False

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield FormRows(
            FormRow.of_text("reason", Message("Reason")),
            FormRow(Message("Review on"), coming_field("review", Message("e.g. 1.6.2027"))),
            Static(safe_content(_ABOUT), classes="about"),
        )

    def on_mount(self) -> None:
        """Read what stands."""
        self.head(self._ref)
        self.query_one("#reason").focus()
        case = self._case
        self.ask(lambda vault: vault.erasing.hold_of(case), self._show)

    def _show(self, hold: HoldShown | None) -> None:
        self._stands = hold is not None
        if hold is None:
            self.say(_NONE)
            return
        self.query_one("#reason", SafeInput).value = hold.reason
        self.query_one("#review", SafeInput).value = hold.review
        self.say(Message("It is on legal hold, to be reviewed on {day}.", day=hold.review))

    def action_finish(self) -> None:
        """Keep it."""
        if are_clear(self):
            case, reason, review = self._case, self.text("reason"), self.text("review")
            self.ask(lambda vault: vault.erasing.hold(case, reason, review), self.end)

    def action_release(self) -> None:
        """Ask why; without a reason the hold stands."""
        if not self._stands:
            self.warn(_NONE)
            return
        self.unless_left(AskLine(Message("Why is the legal hold released? Then the case can be erased.")), self._why)

    def _why(self, reason: str) -> None:
        case = self._case
        self.ask(lambda vault: vault.erasing.release(case, reason), self.end)
