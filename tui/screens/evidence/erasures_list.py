"""What colleagues erased and is still here, what stands again that was erased here, and cases past their time."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeAlias

from textual import on
from typing_extensions import override

from tui.screens.frame.act_form import ActForm
from tui.screens.frame.act_screen import ActScreen, Doing
from tui.screens.frame.base import BACK, READ_AGAIN, Command
from tui.screens.frame.list_rows import ListScreen
from tui.screens.frame.looking_back import Erases
from tui.screens.frame.screen_words import moment
from tui.widgets.text_cells import Column
from tui.widgets.virtual_list import ListRow, VirtualList
from vault.acts.erase import REMOVE, RULES
from vault.policy.roles import Action
from vault.services.erasures import arrived, retention, standing_again
from vault.services.erasures.arrived import Waiting
from vault.services.erasures.retention import Overdue
from vault.services.erasures.standing_again import Again
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from tui.gateway import Gateway

_Row: TypeAlias = Waiting | Again | Overdue


class ErasuresScreen(ListScreen, Erases, ActScreen):
    """One row for each place and member; what is on legal hold stays."""

    NAME = Message("Erasures")
    COLUMNS = (
        Column(Message("goes"), 18),
        Column(Message("where"), 16),
        Column(Message("records"), 8),
        Column(Message("erased by")),
    )
    LIST = "erasures"
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("n", "now", Message("Remove now what waits; what is on legal hold stays"), "n", Message("now")),
        Command(
            "r", "rules", Message("How long closed cases are kept; admins change it"), "r", Message("rules"), rank=2
        ),
        Command("enter", "again", Message("Erase what is back or is due"), "Enter", Message("erase")),
        READ_AGAIN,
        BACK,
    )

    def __init__(self) -> None:
        super().__init__()
        self._found: list[_Row] = []

    @override
    def action_refresh(self, stand_on: str = "") -> None:
        def read(vault: Gateway) -> list[_Row]:
            due = vault.read(retention.overdue) if vault.may(Action.CASE_LIST) else ()
            return [*vault.read(arrived.waiting_now), *vault.read(standing_again.standing_again), *due]

        self.ask(read, self._show)

    def _show(self, found: list[_Row]) -> None:
        self._found = found
        self.show_rows(ListRow(str(at), _cells(each)) for at, each in enumerate(found))
        self.head(right=plural("{count} row", "{count} rows", count=len(found)))
        if not found and not self.said:
            self.say(Message("Nothing that a colleague erased is on this device, and no case is past its time."))

    def action_now(self) -> None:
        self.do(Doing(REMOVE, {}, lambda told: self.show_told(REMOVE.title, told, self._done)))

    def action_rules(self) -> None:
        self.app.push_screen(ActForm(RULES, {}, ""), self._done)

    def _done(self, said: Words | None) -> None:
        self.action_refresh()
        self.say(said or "")

    @on(VirtualList.Opened)
    def action_again(self) -> None:
        place = self._list.cursor
        here = self._found[place] if place < len(self._found) else None
        match here:
            case Again():
                self.erase(here.name, f"{here.home.hex()}/{here.record.hex()}")
            case Overdue():
                self.erase(here.ref, here.case.hex())
            case Waiting(brings_back_ms=int()):
                self.say(
                    Message("It stays: otherwise an earlier version would be shown again. Erase the record itself.")
                )
            case None:
                pass
            case Waiting():
                self.say(Message("It goes by itself on that day; n removes it now."))


def _cells(each: _Row) -> tuple[Words, ...]:
    match each:
        case Overdue():
            said = Message("on legal hold: it stays") if each.is_held else Message("the rules propose it")
            return Message("due {day}", day=each.since), each.ref, "", said
        case Again():
            return Message("is back"), each.name, "1", Message("here; changed since")
        case Waiting():
            when: Words = Message("on legal hold") if each.is_held else moment(each.goes_ms)
            if each.brings_back_ms is not None and not each.is_held:
                when = Message("stays")
            return when, each.name, str(each.records), each.by
