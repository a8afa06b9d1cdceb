"""Who can open a case: given to a member until a day, and taken back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.act_form import ActForm
from tui.screens.frame.act_screen import ActScreen, Doing
from tui.screens.frame.base import Command
from tui.screens.frame.list_rows import ListScreen
from tui.screens.frame.screen_words import named
from tui.text.in_words import warning
from tui.text.safe_content import safe_content
from tui.values.access_shown import AccessShown, HolderLine
from tui.values.cases_shown import CaseShown
from tui.values.code_words import word_of
from tui.widgets.text_cells import Column
from tui.widgets.virtual_list import ListRow
from vault.acts.grant import GIVE, TAKE
from vault.words.message import Message, Words, plural

_SHARING: Final = frozenset({"give", "take_back"})


class AccessScreen(ListScreen, ActScreen):
    """The holders of one case."""

    NAME = Message("Who can open it")
    COLUMNS = (
        Column(Message("who"), 24),
        Column(Message("until"), 10),
        Column(Message("why"), 14, rank=1),
        Column(Message("given by")),
    )
    LIST = "holders"
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("g", "give", Message("Grant it to a member, until a day or without an end"), "g", Message("give")),
        Command("t", "take_back", Message("Revoke it from the member under the cursor"), "t", Message("revoke")),
        Command("f5", "refresh", Message("Read again"), "F5"),
        Command("escape", "back", Message("Back to the case"), "Esc", Message("back")),
    )

    def __init__(self, case: CaseShown) -> None:
        super().__init__()
        self._case = case.case
        self._ref = case.ref
        called = ((case.head.deputy, Message("deputy")), (case.head.owner, Message("owner")))
        self._named = {member.hex(): words for member, words in called if member is not None}
        self._shown: AccessShown | None = None

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield Static("", id="alone", classes="warning")
        yield from super().compose_middle()
        yield Static("", id="keys", classes="below")

    def on_mount(self) -> None:
        self.head(self._ref)

    @override
    def commands(self) -> tuple[Command, ...]:
        may_share = self._shown is not None and self._shown.may_share
        return tuple(command for command in self.ACTS if may_share or command.action not in _SHARING)

    @override
    def action_refresh(self) -> None:
        case = self._case
        self.ask(lambda vault: vault.sharing.who(case), self._show)

    def action_give(self) -> None:
        self.app.push_screen(ActForm(GIVE, {"case": (self._case,)}, self._ref), lambda _: self.action_refresh())

    def action_take_back(self) -> None:
        holder, shown = self._here(), self._shown
        if holder is None or shown is None:
            return
        if holder.is_you:
            self.warn(Message("You cannot revoke a case from yourself. Ask another holder."))
            return
        said = {"case": (self._case,), "from_member": (holder.member,)}
        self.do(Doing(TAKE, said, lambda told: self.show_told(TAKE.title, told, lambda _: self.action_refresh())))

    def _show(self, shown: AccessShown) -> None:
        self._shown = shown
        self.show_rows((ListRow(holder.member, self._cells(holder)) for holder in shown.holders), self._list.cursor)
        alone = self.query_one("#alone", Static)
        alone.display = bool(shown.only_you)
        alone.update(safe_content(warning(shown.only_you)))
        self.head(self._ref, plural("{count} member", "{count} members", count=len(shown.holders)))
        self.write("keys", shown.sheets)
        self.show_keys()

    def _cells(self, holder: HolderLine) -> tuple[Words, ...]:
        why = word_of(holder.why) or self._named.get(holder.member, "")
        return named(holder.name, is_you=holder.is_you), holder.until, why, holder.given_by

    def _here(self) -> HolderLine | None:
        holders = () if self._shown is None else self._shown.holders
        return self.at_cursor({holder.member: holder for holder in holders})
