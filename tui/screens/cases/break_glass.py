"""Break-glass: in an emergency, a case is opened to a member who was not granted it, for days and before two."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import NEXT_FIELD, Command, leave
from tui.screens.frame.choice_field import ChoiceField
from tui.screens.frame.form_row import FormRow, FormRows
from tui.screens.frame.second_rows import ALONE, HERE, SecondedScreen, SecondRows
from tui.text.in_words import together
from tui.text.safe_content import safe_content
from tui.values.codes import choices
from tui.values.values_exchange import PeerShown, ResultText
from tui.widgets.fields import SafeInput
from vault.words.message import Message

if TYPE_CHECKING:
    from tui.gateway import Approver, Gateway

_USUAL = "emergency"
_ABOUT: Final = Message(
    "For an emergency. They can open the case from their next bundle or unlock on. Everybody else who holds it is told "
    "at each unlock, for as long as it lasts, and the log keeps it."
)
_NOBODY: Final = Message("Nobody to open it to: all who may open cases hold this one already.")
_NOT_HERE: Final = Message(
    "Nobody can approve it at this keyboard now. Grant the case, or do it at a device that both use."
)


class BreakGlass(SecondedScreen):
    """Ends with the words of what was done.

    Args:
        case: its id.
        ref: its reference.
    """

    NAME = Message("Break glass")
    HOLDS_TYPING = True
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "go_on", Message("Open the case to this member"), "F4", Message("open it to them")),
        NEXT_FIELD,
        leave(Message("Leave; nothing is changed")),
    )

    def __init__(self, case: str, ref: str) -> None:
        super().__init__()
        self._case = case
        self._ref = ref
        self._names: dict[str, str] = {}

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield FormRows(
            Vertical(id="member-place", classes="place"),
            FormRow.of_text("until", Message("Last day"), Message("YYYY-MM-DD, within 14 days")),
            Vertical(id="why-place", classes="place"),
            SecondRows(only_here=True),
            Static(safe_content(_ABOUT), classes="about"),
        )

    def on_mount(self) -> None:
        """Ask who could be let in, and who may approve."""
        self.head(self._ref)
        self.query_one("#until").focus()
        case = self._case
        self.ask(
            lambda vault: (vault.sharing.candidates(case), vault.approvals.reasons),
            self._found,
        )

    def _found(self, found: tuple[tuple[PeerShown, ...], tuple[str, ...]]) -> None:
        self.call_later(self._show, *found)

    async def _show(self, members: tuple[PeerShown, ...], reasons: tuple[str, ...]) -> None:
        place = self.query_one("#member-place")
        self._names = {member.member: member.name for member in members}
        if members:
            await place.mount(FormRow(Message("Open to"), ChoiceField(list(self._names.items()), id="member")))
        else:
            await place.mount(Static(safe_content(_NOBODY)))
        await self.query_one("#why-place").mount(
            FormRow(Message("Reason"), ChoiceField(choices(reasons), value=_USUAL, id="why"))
        )
        self._ask_approvers()

    @on(ChoiceField.Changed, "#member")
    def _ask_approvers(self) -> None:
        """Ask who may approve it for whom it is opened to: never they themselves."""
        member = self._member
        if member:
            self.ask(lambda vault: vault.approvals.approvers(member), partial(self._approvers_found, member))

    def _approvers_found(self, member: str, approvers: tuple[Approver, ...]) -> None:
        if member == self._member:
            self.call_later(self.query_one(SecondRows).show, approvers)

    @property
    def _member(self) -> str:
        return next((result.value for result in self.query("#member").results(ChoiceField)), "")

    def action_go_on(self) -> None:
        """Ask once more, with what it means."""
        member, until, rows = (
            self._member,
            self.query_one("#until", SafeInput).value.strip(),
            self.query_one(SecondRows),
        )
        if not member:
            self.warn(Message("There is nobody to open it to."))
            return
        if not until:
            self.warn(Message("Type the last day, as YYYY-MM-DD."))
            return
        if rows.way not in {HERE, ALONE}:
            self.warn(_NOT_HERE)
            return
        name = rows.who if rows.way == HERE else ""
        who = Message("{name} is asked here.", name=name) if name else Message("It is done ALONE.")
        self.confirm(
            Message("Open {ref} to {name} until {day}?", ref=self._ref, name=self._names[member], day=until),
            Message("{who} The log keeps it, even if the case is revoked later.", who=who),
            lambda: self._break(member, until, name),
            yes=Message("Open it to them"),
            no=Message("Leave it closed"),
        )

    def _break(self, member: str, until: str, name: str) -> None:
        case, why = self._case, self.query_one("#why", ChoiceField).value

        def work(vault: Gateway) -> ResultText:
            second = vault.approvals.at_this_keyboard(name, self.lend) if name else None
            return vault.approvals.break_glass(case, member, until=until, why=why, second=second)

        self.say(Message("The second person is asked now.") if name else "")
        self.ask(work, lambda told: self.end(together(told.lines, " ")))
