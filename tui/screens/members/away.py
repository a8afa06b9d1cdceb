"""Away: a member's cases are open to a deputy until a day, and no longer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Final

from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import NEXT_FIELD, Command, leave
from tui.screens.frame.choice_field import ChoiceField
from tui.screens.frame.dialogs import ResultDialog
from tui.screens.frame.form_row import FormRow, FormRows
from tui.screens.frame.kept_form import KeptForm
from tui.screens.frame.wording import with_roles
from tui.text.safe_content import safe_content
from tui.values.values_exchange import ResultText
from tui.values.values_forms import FormPlace
from tui.values.values_members import MemberLine
from vault.words.message import Message

AWAY: Final = "away"
_ABOUT: Final = Message(
    "It lends the cases of this member that you hold too. The day after, the right ends by itself: the keys"
    " change with the first device that sees that day. At the next unlock the member is told who can open"
    " what, and who lent it."
)


class AwayForm(KeptForm):
    """Lends the cases of one member.

    Args:
        member: who is away.
        others: who could stand in.
    """

    NAME = Message("Away")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "finish", Message("Open the cases to the deputy"), "F4", Message("lend the cases")),
        NEXT_FIELD,
        leave(Message("Leave; nothing is changed")),
    )

    def __init__(self, member: MemberLine, others: Sequence[MemberLine]) -> None:
        super().__init__()
        self._member = member
        self._others = others

    @override
    def compose_middle(self) -> Iterable[Widget]:
        words = [(other.member, with_roles(other.name, other.roles)) for other in self._others]
        yield FormRows(
            FormRow(Message("Deputy"), ChoiceField(words or [("", Message("there is nobody"))], id="deputy")),
            FormRow.of_text("until", Message("Last day"), "2026-12-24"),
            Static(safe_content(_ABOUT), classes="about"),
        )

    @override
    def form_place(self) -> FormPlace:
        return FormPlace(AWAY, about=self._member.member)

    @override
    def filled_at_first(self) -> dict[str, str]:
        return {name: said for name, said in super().filled_at_first().items() if name != "deputy"}

    def on_mount(self) -> None:
        """Begin with the deputy."""
        self.head(self._member.name)
        self.query_one("#deputy").focus()

    def action_finish(self) -> None:
        """Lend the cases."""
        member, deputy, until = self._member.member, self.word("deputy"), self.text("until")
        if not deputy:
            self.warn(Message("There is no other caseworker or supervisor with a device. Invite one first."))
        elif not until:
            self.refuse("until", Message("Type the last day, as 2026-12-24."))
        else:
            self.ask(lambda vault: vault.members.lend(member, deputy, until), self._lent)

    def _lent(self, told: ResultText) -> None:
        self.app.push_screen(ResultDialog(Message("Away"), told.lines), lambda _: self.end("lent"))
