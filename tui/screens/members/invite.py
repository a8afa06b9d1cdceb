"""An invitation: for somebody new, or for a further device of a member. A file that holds no secret."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import NEXT_FIELD, Command, leave
from tui.screens.frame.browse import PlaceInput
from tui.screens.frame.choice_field import ChoiceField
from tui.screens.frame.dialogs import ResultDialog
from tui.screens.frame.form import BROWSE
from tui.screens.frame.form_row import FormRow, FormRows
from tui.screens.frame.kept_form import KeptForm
from tui.screens.frame.wording import INVITED_AS
from tui.text.in_words import together
from tui.text.safe_content import safe_content
from tui.values.values_exchange import ResultText
from tui.values.values_forms import FormPlace
from tui.widgets.fields import SafeInput
from vault.words.message import Message

if TYPE_CHECKING:
    from tui.gateway import Gateway

INVITE: Final = "invite"
_ABOUT: Final = (
    Message(
        "The invitation is a small file: hand it over yourself, say on a stick. The person who gets it answers on "
        "their own device with a request, which you admit here after comparing 13 words by voice."
    ),
    Message("Are you alone? Admit a second admin first: now you sign alone, and later most changes need two people."),
)
_DAYS: Final = {"intake": "30"}
"""What is proposed for a role until somebody types another number."""


class InviteForm(KeptForm):
    """Writes the file, and says how to go on.

    Args:
        member: whose further device it is for, or empty for somebody new.
        name: that member's name.
    """

    NAME = Message("Invite")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "finish", Message("Write the invitation"), "F4", Message("write it")),
        BROWSE,
        NEXT_FIELD,
        leave(Message("Leave; nothing is written")),
    )

    def __init__(self, member: str = "", name: str = "") -> None:
        super().__init__()
        self._member = member
        self._owner = name

    @override
    def compose_middle(self) -> Iterable[Widget]:
        new = (
            FormRow(Message("As"), ChoiceField(INVITED_AS, id="like")),
            FormRow.of_text("days", Message("For days"), Message("empty: no end"), value=_DAYS["intake"]),
        )
        yield FormRows(
            *(() if self._member else new),
            FormRow(Message("File"), PlaceInput(new="invitation", placeholder="/media/stick/invitation", id="out")),
            Static(safe_content(together(_ABOUT[: 1 if self._member else 2], "\n\n")), classes="about"),
        )

    @override
    def form_place(self) -> FormPlace:
        return FormPlace(INVITE, ref=self._owner, about=self._member)

    def on_mount(self) -> None:
        """Begin with the first field."""
        self.head(Message("a further device of {member}", member=self._owner) if self._member else "")
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
                self.refuse("days", Message("Type a number of days, or nothing for no end."))
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
        self.app.push_screen(ResultDialog(Message("Invited"), told.lines), lambda _: self.end("invited"))
