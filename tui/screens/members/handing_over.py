"""The cases of who is away, open to a deputy until a day; and of a leaver, handed over for good."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import ClassVar, Final

from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.act_form import ActForm
from tui.screens.frame.act_screen import ActScreen, Doing
from tui.screens.frame.base import BACK, NEXT_FIELD, Command, leave
from tui.screens.frame.dialogs import ResultDialog
from tui.screens.frame.form_fields import ChoiceField, FormRow, FormRows
from tui.screens.frame.kept_form import KeptForm
from tui.screens.frame.list_rows import ListScreen
from tui.screens.frame.screen_words import with_roles
from tui.text.safe_content import safe_content
from tui.values.access_shown import MemberLine, OrderLine
from tui.values.exchange_shown import ResultText
from tui.values.forms_typed import FormPlace
from tui.widgets.text_cells import Column
from tui.widgets.virtual_list import ListRow
from vault.acts.handover import CARRY_OUT, ORDER
from vault.words.message import Message, Words, plural

# Away: a member's cases are open to a deputy until a day, and no longer.

AWAY: Final = "away"
_ABOUT: Final = Message(
    "It lends the cases of this member that you hold too. The day after, the right ends by itself: the keys"
    " change with the first device that sees that day. At the next unlock the member is told who can open"
    " what, and who lent it."
)


class AwayForm(KeptForm):
    """Lends the cases of one member."""

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
        self.head(self._member.name)
        self.query_one("#deputy").focus()

    def action_finish(self) -> None:
        member, deputy, until = self._member.member, self.word("deputy"), self.text("until")
        if not deputy:
            self.warn(Message("There is no other caseworker or supervisor with a device. Invite one first."))
        elif not until:
            self.refuse("until", Message("Type the last day, as 2026-12-24."))
        else:
            self.ask(lambda vault: vault.members.lend(member, deputy, until), self._lent)

    def _lent(self, told: ResultText) -> None:
        self.app.push_screen(ResultDialog(Message("Away"), told.lines), lambda _: self.end("lent"))


# The cases of a leaver: ordered by an admin who needs no case, carried out by whoever holds them.
_NEEDS: Final = {"order": "handover.order", "carry_out": "case.share"}


class HandoverScreen(ListScreen, ActScreen):
    """The orders that stand.

    Args:
        may: what this member's roles allow.
        leaver: the id of whom an order is proposed for.
    """

    NAME = Message("Handover")
    COLUMNS = (Column(Message("cases of"), 22), Column(Message("go to"), 22), Column(Message("reason")))
    LIST = "orders"
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("n", "order", Message("Order a handover"), "n", Message("new order")),
        Command(
            "c", "carry_out", Message("Hand over now what you hold of a leaver's cases"), "c", Message("carry out")
        ),
        Command("f5", "refresh", Message("Read the orders again"), "F5"),
        BACK,
    )

    def __init__(self, may: AbstractSet[str], leaver: str) -> None:
        super().__init__()
        self._leaver = leaver
        self._may = frozenset(may)

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield Static(safe_content(ORDER.about), classes="above")
        yield from super().compose_middle()

    @override
    def commands(self) -> tuple[Command, ...]:
        return tuple(command for command in self.ACTS if _NEEDS.get(command.action, "") in {"", *self._may})

    @override
    def action_refresh(self) -> None:
        self.ask(lambda vault: vault.members.orders(), self._show)

    def action_order(self) -> None:
        self.app.push_screen(ActForm(ORDER, {}, "", first={"leaver": self._leaver}), self._told)

    def action_carry_out(self) -> None:
        self.do(Doing(CARRY_OUT, {}, lambda told: self.show_told(CARRY_OUT.title, told, self._told)))

    def _told(self, words: Words | None) -> None:
        self.action_refresh()
        self.say(words or "")

    def _show(self, orders: tuple[OrderLine, ...]) -> None:
        rows = [ListRow(str(at), (order.leaver, order.successor, order.reason)) for at, order in enumerate(orders)]
        self.show_rows(rows)
        self.head(plural("{count} order", "{count} orders", count=len(orders)))
