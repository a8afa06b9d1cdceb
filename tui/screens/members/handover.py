"""The cases of a leaver: ordered by an admin who needs no case, carried out by whoever holds them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import ClassVar, Final

from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import BACK, NEXT_FIELD, Command, leave
from tui.screens.frame.choice_field import ChoiceField
from tui.screens.frame.form_row import FormRow, FormRows
from tui.screens.frame.kept_form import KeptForm
from tui.screens.frame.long_work import LongWorkScreen
from tui.screens.frame.one_list import ListScreen
from tui.screens.frame.result_dialog import ResultDialog
from tui.screens.frame.rows import FixedRows
from tui.screens.frame.wording import with_roles
from tui.text.safe_content import safe_content
from tui.values.values_exchange import ResultText
from tui.values.values_forms import FormPlace
from tui.values.values_members import MemberLine, OrderLine
from tui.widgets.columns import Column
from tui.widgets.pages import ListRow
from tui.widgets.virtual_list import ListHeader, VirtualList
from vault.words.message import Message, plural

_COLUMNS: Final = (Column(Message("cases of"), 22), Column(Message("go to"), 22), Column(Message("reason")))
_NEEDS: Final = {"order": "handover.order", "carry_out": "case.share"}
ORDER: Final = "order"
_ABOUT: Final = Message(
    "An order opens nothing: a device that holds the cases, such as the deputy's, grants them to the new owner when it "
    "is next opened. It stays in the list: cases that come later go over too."
)


class HandoverScreen(ListScreen, LongWorkScreen):
    """The orders that stand.

    Args:
        members: who is in, and who left.
        may: what this member's roles allow.
        leaver: the id of whom an order is proposed for.
    """

    NAME = Message("Handover")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("n", "order", Message("Order a handover"), "n", Message("new order")),
        Command(
            "c", "carry_out", Message("Hand over now what you hold of a leaver's cases"), "c", Message("carry out")
        ),
        Command("f5", "refresh", Message("Read the orders again"), "F5"),
        BACK,
    )

    def __init__(self, members: Sequence[MemberLine], may: AbstractSet[str], leaver: str) -> None:
        super().__init__()
        self._members = tuple(members)
        self._leaver = leaver
        self._may = frozenset(may)

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield Static(safe_content(_ABOUT), classes="above")
        yield ListHeader(_COLUMNS)
        yield VirtualList(_COLUMNS, FixedRows(), id="orders")

    @override
    def commands(self) -> tuple[Command, ...]:
        return tuple(command for command in self.ACTS if _NEEDS.get(command.action, "") in {"", *self._may})

    @override
    def action_refresh(self) -> None:
        """Read the orders."""
        self.ask(lambda vault: vault.handovers.list_all(), self._show)

    def action_order(self) -> None:
        """Order a handover."""
        self.unless_left(OrderForm(self._members, self._leaver), lambda _: self.action_refresh())

    def action_carry_out(self) -> None:
        """Hand over what is held here."""

        def hand_over() -> None:
            self.work_long(
                Message("Handing cases over"),
                lambda vault, progress, stopped: vault.handovers.carry_out(progress, stopped),
                self._handed_over,
                when_stopped=Message("Stopped. What was handed over stays handed over; the rest waits."),
                alone=True,
            )

        self.confirm(
            Message("Hand over what you hold of leavers' cases?"),
            Message("The new owners can open these cases from then on, and are named as their owners."),
            hand_over,
            yes=Message("Hand over"),
            no=Message("Leave them"),
        )

    def _handed_over(self, told: ResultText) -> None:
        self.app.push_screen(ResultDialog(Message("Handed over"), told.lines))
        self.action_refresh()

    def _show(self, orders: tuple[OrderLine, ...]) -> None:
        rows = [ListRow(str(at), (order.leaver, order.successor, order.reason)) for at, order in enumerate(orders)]
        self.show_rows(rows)
        self.head(plural("{count} order", "{count} orders", count=len(orders)))


class OrderForm(KeptForm):
    """Orders that one member's cases go to another.

    Args:
        members: who is in, and who left.
        leaver: the id of whom it is proposed for.
    """

    NAME = Message("Order a handover")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "finish", Message("Order it"), "F4", Message("order it")),
        NEXT_FIELD,
        leave(Message("Leave; nothing is ordered")),
    )

    def __init__(self, members: Sequence[MemberLine], leaver: str) -> None:
        super().__init__()
        self._members = tuple(members)
        self._leaver = leaver

    @override
    def compose_middle(self) -> Iterable[Widget]:
        everybody = [(member.member, member.name) for member in self._members]
        here = [
            (member.member, with_roles(member.name, member.roles))
            for member in self._members
            if member.may_stand_in and not member.is_you  # nobody orders cases to themself
        ]
        yield FormRows(
            FormRow(Message("Cases of"), ChoiceField(everybody, value=self._leaver, id="leaver")),
            FormRow(Message("Go to"), ChoiceField(here or [("", Message("there is nobody"))], id="successor")),
            FormRow.of_text("reason", Message("Reason"), Message("e.g. moves to another city")),
            Static(safe_content(_ABOUT), classes="about"),
        )

    @override
    def form_place(self) -> FormPlace:
        return FormPlace(ORDER)

    @override
    def filled_at_first(self) -> dict[str, str]:
        return {name: said for name, said in super().filled_at_first().items() if name not in {"leaver", "successor"}}

    def on_mount(self) -> None:
        """Begin with the leaver."""
        self.query_one("#leaver").focus()

    def action_finish(self) -> None:
        """Order it."""
        leaver, successor, reason = self.word("leaver"), self.word("successor"), self.text("reason")
        if not successor:
            self.warn(Message("There is no other caseworker or supervisor. Who orders it cannot take the cases."))
            return
        self.ask(lambda vault: vault.handovers.order(leaver, successor, reason), self._ordered)

    def _ordered(self, told: ResultText) -> None:
        self.app.push_screen(ResultDialog(Message("Ordered"), told.lines), lambda _: self.end("ordered"))
