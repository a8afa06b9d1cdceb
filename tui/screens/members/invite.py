"""An invitation: for somebody new, or for a further device of a member. A file that holds no secret."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Final

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
from tui.screens.frame.result_dialog import ResultDialog
from tui.screens.frame.role_words import INVITED_AS
from tui.text.safe_content import safe_content
from tui.values.values_exchange import ResultText
from tui.widgets.fields import SafeInput

if TYPE_CHECKING:
    from tui.gateway import Gateway

_ABOUT: Final = (
    "The invitation is a small file: hand it over yourself, say on a stick. Whoever gets it answers on their own "
    "device with a request, which you admit here after comparing 13 words by voice."
)
_ADMIN_FIRST: Final = "Alone? Admit a second admin first: who is alone signs alone, and later most changes take two."
_DAYS: Final = {"intake": "30"}
"""What is proposed for a role until somebody types another number."""


class InviteForm(FormScreen):
    """Writes the file, and says how to go on.

    Args:
        member: whose further device it is for, or empty for somebody new.
        name: that member's name.
    """

    NAME = "INVITE"
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "finish", "Write the invitation", "F4", "write it"),
        BROWSE,
        Command("tab", "app.focus_next", "Next field", "Tab", "next field"),
        Command("escape", "back", "Leave; nothing is written", "Esc", "leave"),
    )

    def __init__(self, member: str = "", name: str = "") -> None:
        super().__init__()
        self._member = member
        self._name = name

    @override
    def compose_middle(self) -> Iterable[Widget]:
        new = (
            FormRow("As", ChoiceField(INVITED_AS, id="like")),
            FormRow("For days", SafeInput(_DAYS["intake"], placeholder="empty: no end", id="days", compact=True)),
        )
        yield VerticalScroll(
            *(() if self._member else new),
            FormRow("File", PlaceInput(new="invitation", placeholder="/media/stick/invitation", id="out")),
            Static(safe_content(_ABOUT if self._member else f"{_ABOUT}\n\n{_ADMIN_FIRST}"), classes="about"),
            classes="form",
            can_focus=False,
        )

    def on_mount(self) -> None:
        """Begin with the first field."""
        self.head(f"{self.NAME}  a further device of {self._name}" if self._member else self.NAME)
        self.query_one("#out" if self._member else "#like").focus()

    @on(ChoiceField.Changed, "#like")
    def _propose_days(self) -> None:
        self.query_one("#days", SafeInput).value = _DAYS.get(self.word("like"), "")

    @on(SafeInput.Submitted, "#out")
    def action_finish(self) -> None:
        """Write the invitation."""
        days = 0
        if not self._member:
            typed = self.text("days")
            if typed and not typed.isdecimal():
                self.refuse("days", "Type a number of days, or nothing for no end.")
                return
            days = int(typed or 0)
        out = self.place("out")
        if out is None:
            return
        like, member = "" if self._member else self.word("like"), self._member

        def work(vault: Gateway) -> ResultText:
            return vault.members.invite_device(member, out) if member else vault.members.invite(like, days, out)

        self.ask(work, self._written)

    def _written(self, told: ResultText) -> None:
        self.say("")
        self.app.push_screen(ResultDialog("INVITED", told.lines), lambda _: self.end("invited"))
