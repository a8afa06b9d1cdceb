"""A leaver's cases go to somebody else: an admin orders it, and a member who holds them does it."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import ClassVar, Final

from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.act_form import ActForm
from tui.screens.frame.act_screen import ActScreen, Doing
from tui.screens.frame.base import BACK, Command
from tui.screens.frame.list_rows import ListScreen
from tui.text.safe_content import safe_content
from tui.widgets.text_cells import Column
from tui.widgets.virtual_list import ListRow
from vault.acts.handover import CARRY_OUT, ORDER
from vault.casework.organisation_records import Order
from vault.ids import MemberId
from vault.services.grants import successors
from vault.services.projection import authors
from vault.services.projection.stored_records import Stored
from vault.words.message import Message, Words, plural

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
        self.ask(
            lambda vault: (vault.read(successors.handover_orders), vault.read(authors.names_of_members)), self._show
        )

    def action_order(self) -> None:
        self.app.push_screen(ActForm(ORDER, {}, "", first={"leaver": self._leaver}), self._told)

    def action_carry_out(self) -> None:
        self.do(Doing(CARRY_OUT, {}, lambda told: self.show_told(CARRY_OUT.title, told, self._told)))

    def _told(self, words: Words | None) -> None:
        self.action_refresh()
        self.say(words or "")

    def _show(self, found: tuple[list[Stored[Order]], dict[MemberId, str]]) -> None:
        orders, names = [each.value for each in found[0]], found[1]
        rows = [
            ListRow(str(at), (*(authors.name_in(names, who) for who in (order.leaver, order.successor)), order.reason))
            for at, order in enumerate(orders)
        ]
        self.show_rows(rows)
        self.head(plural("{count} order", "{count} orders", count=len(orders)))
