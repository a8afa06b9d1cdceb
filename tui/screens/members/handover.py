"""The cases of a leaver: ordered by an admin who needs no case, carried out by whoever holds them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import ClassVar, Final

from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import Command
from tui.screens.frame.choice_field import ChoiceField
from tui.screens.frame.form import FormScreen
from tui.screens.frame.form_row import FormRow
from tui.screens.frame.long_work import LongWorkScreen
from tui.screens.frame.result_dialog import ResultDialog
from tui.screens.frame.rows import FixedRows
from tui.screens.frame.wording import counted
from tui.text.safe_content import safe_content
from tui.values.values_exchange import ResultText
from tui.values.values_members import MemberLine, OrderLine
from tui.widgets.columns import Column
from tui.widgets.confirm import Confirm
from tui.widgets.fields import SafeInput
from tui.widgets.pages import ListRow
from tui.widgets.virtual_list import ListHeader, VirtualList

_COLUMNS: Final = (Column("cases of", 22), Column("go to", 22), Column("because"))
_NEEDS: Final = {"order": "handover.order", "carry_out": "case.share"}
_ABOUT: Final = (
    "An order opens nothing: the deputy's device, or whoever holds the cases, grants them to the new owner when it "
    "is next opened. It stays in the list: cases that come later go over too."
)


class HandoverScreen(LongWorkScreen):
    """The orders that stand.

    Args:
        members: who is in, and who left.
        may: what this member's roles allow.
        leaver: the id of whom an order is proposed for.
    """

    NAME = "HANDOVER"
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("n", "order", "Order a handover", "n", "new order"),
        Command("c", "carry_out", "Hand over now what you hold of a leaver's cases", "c", "carry out"),
        Command("f5", "refresh", "Read the orders again", "F5"),
        Command("escape", "back", "Back", "Esc", "back"),
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

    def on_mount(self) -> None:
        """Read the orders."""
        self.query_one("#orders").focus()
        self.action_refresh()

    @override
    def commands(self) -> tuple[Command, ...]:
        return tuple(command for command in self.ACTS if _NEEDS.get(command.action, "") in {"", *self._may})

    def action_refresh(self) -> None:
        """Read the orders."""
        self.ask(lambda vault: vault.handovers.list_all(), self._show)

    def action_order(self) -> None:
        """Order a handover."""
        self.app.push_screen(
            OrderForm(self._members, self._leaver), lambda word: self.action_refresh() if word else None
        )

    def action_carry_out(self) -> None:
        """Hand over what is held here."""

        def answered(yes: bool | None) -> None:
            if yes:
                self.work_long(
                    "Handing cases over",
                    lambda vault, progress, stopped: vault.handovers.carry_out(progress, stopped),
                    self._handed_over,
                    when_stopped="Stopped. What was handed over stays so; the rest waits.",
                    alone=True,
                )

        question = Confirm(
            "Hand over what you hold of leavers' cases?",
            "The new owners can open these cases from then on, and are named as their owners.",
            yes="Hand over",
            no="Leave them",
        )
        self.app.push_screen(question, answered)

    def _handed_over(self, told: ResultText) -> None:
        self.app.push_screen(ResultDialog("HANDED OVER", told.lines))
        self.action_refresh()

    def _show(self, orders: tuple[OrderLine, ...]) -> None:
        rows = [ListRow(str(at), (order.leaver, order.successor, order.reason)) for at, order in enumerate(orders)]
        self.query_one("#orders", VirtualList).show_source(FixedRows(rows))
        self.head(f"{self.NAME}  {counted(len(orders), 'order')}")


class OrderForm(FormScreen):
    """Orders that one member's cases go to another.

    Args:
        members: who is in, and who left.
        leaver: the id of whom it is proposed for.
    """

    NAME = "ORDER A HANDOVER"
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "finish", "Order it", "F4", "order it"),
        Command("tab", "app.focus_next", "Next field", "Tab", "next field"),
        Command("escape", "back", "Leave; nothing is ordered", "Esc", "leave"),
    )

    def __init__(self, members: Sequence[MemberLine], leaver: str) -> None:
        super().__init__()
        self._members = tuple(members)
        self._leaver = leaver

    @override
    def compose_middle(self) -> Iterable[Widget]:
        everybody = [(member.member, member.name) for member in self._members]
        here = [
            (member.member, f"{member.name} ({', '.join(member.roles)})")
            for member in self._members
            if member.may_stand_in
        ]
        yield VerticalScroll(
            FormRow("Cases of", ChoiceField(everybody, value=self._leaver, id="leaver")),
            FormRow("Go to", ChoiceField(here or [("", "there is nobody")], id="successor")),
            FormRow("Because", SafeInput(placeholder="moves to another city", id="reason", compact=True)),
            Static(safe_content(_ABOUT), classes="about"),
            classes="form",
            can_focus=False,
        )

    def on_mount(self) -> None:
        """Begin with the leaver."""
        self.query_one("#leaver").focus()

    def action_finish(self) -> None:
        """Order it."""
        leaver, successor, reason = self.word("leaver"), self.word("successor"), self.text("reason")
        if not successor:
            self.say("! There is no caseworker or supervisor who could take the cases.")
            return
        self.ask(lambda vault: vault.handovers.order(leaver, successor, reason), self._ordered)

    def _ordered(self, told: ResultText) -> None:
        self.app.push_screen(ResultDialog("ORDERED", told.lines), lambda _: self.end("ordered"))
