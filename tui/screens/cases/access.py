"""Who can open a case: given until a day, taken back by a new key."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import ClassVar, Final

from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.cases.grant import GrantForm
from tui.screens.cases.new_key import NewKeyScreen
from tui.screens.frame.base import Command
from tui.screens.frame.rows import FixedRows
from tui.screens.frame.wording import MAY_BE_KEPT, counted
from tui.text.safe_content import safe_content
from tui.values.values import CaseShown
from tui.values.values_access import AccessShown, CandidateShown, HolderLine
from tui.widgets.columns import Column
from tui.widgets.confirm import Confirm
from tui.widgets.lines import KeyHints
from tui.widgets.pages import ListRow
from tui.widgets.virtual_list import ListHeader, VirtualList

_COLUMNS: Final = (Column("who", 24), Column("until", 10), Column("why", 14), Column("given by"))
_SHARING: Final = frozenset({"give", "take_back", "new_key"})


class AccessScreen(NewKeyScreen):
    """The holders of one case.

    Args:
        case: as it was opened.
    """

    NAME = "WHO CAN OPEN IT"
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("g", "give", "Give it to a member, until a day or without an end", "g", "give"),
        Command("t", "take_back", "Take it back from the member under the cursor", "t", "take back"),
        Command("k", "new_key", "Make a new key for the same members", "k", "new key"),
        Command("r", "wrap_anew", "Bring what waits under the newest key", "r"),
        Command("f5", "refresh", "Read again", "F5"),
        Command("escape", "back", "Back to the case", "Esc", "back"),
    )

    def __init__(self, case: CaseShown) -> None:
        super().__init__()
        self._case = case.case
        self._ref = case.ref
        self._named = {case.deputy: "deputy", case.owner: "owner"}
        self._shown: AccessShown | None = None

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield Static("", id="alone", classes="warning")
        yield ListHeader(_COLUMNS)
        yield VirtualList(_COLUMNS, FixedRows(), id="holders")
        yield Static("", id="keys", classes="below")

    def on_mount(self) -> None:
        """Read who can open it."""
        self.head(f"{self.NAME}  {self._ref}")
        self._list.focus()
        self.action_refresh()

    @override
    def commands(self) -> tuple[Command, ...]:
        may_share = self._shown is not None and self._shown.may_share
        return tuple(command for command in self.ACTS if may_share or command.action not in _SHARING)

    @override
    def action_refresh(self) -> None:
        """Read who can open it."""
        case = self._case
        self.ask(lambda vault: vault.sharing.who(case), self._show)

    def action_give(self) -> None:
        """Ask to whom."""
        case = self._case
        self.ask(lambda vault: (vault.sharing.candidates(case), vault.sharing.reasons), self._offer)

    def action_take_back(self) -> None:
        """Take it back from the member under the cursor."""
        holder, shown = self._here(), self._shown
        if holder is None or shown is None:
            return
        if holder.is_you:
            self.say("! Nobody takes a case from themselves. Ask another who holds it.")
            return
        self.app.push_screen(
            Confirm(
                f"Take the case back from {holder.name}?",
                f"{MAY_BE_KEPT}\n\n{_cost(shown)}",
                yes="Take back",
                no="Leave it",
            ),
            partial(self._taken_back, holder.member),
        )

    def action_new_key(self) -> None:
        """Make a new key for those who hold it."""
        if self._shown is None:
            return
        question = Confirm(
            "Make a new key of this case?",
            f"The same members open it. An older copy of its key opens nothing new.\n\n{_cost(self._shown)}",
            yes="Make a new key",
            no="Keep this one",
        )
        self.app.push_screen(question, self._key_wanted)

    def action_wrap_anew(self) -> None:
        """Bring what waits under the newest key."""
        case = self._case
        self.work_long(
            "Wrapping keys anew",
            lambda vault, progress, stopped: vault.sharing.wrap_anew(case, progress, stopped),
            self.tell_done,
            when_stopped="Stopped. What was wrapped anew stays so; the rest waits.",
            alone=True,
        )

    def _offer(self, found: tuple[tuple[CandidateShown, ...], tuple[str, ...]]) -> None:
        candidates, reasons = found
        if not candidates:
            self.say("Nobody else to give it to: whoever has a device and a role that opens cases holds it already.")
            return
        self.app.push_screen(
            GrantForm(self._case, self._ref, candidates, reasons), lambda word: self.action_refresh() if word else None
        )

    def _taken_back(self, member: str, yes: bool | None) -> None:
        if yes:
            case = self._case
            self.make_new_key(lambda vault, progress, stopped: vault.sharing.take_back(case, member, progress, stopped))

    def _key_wanted(self, yes: bool | None) -> None:
        if yes:
            case = self._case
            self.make_new_key(lambda vault, progress, stopped: vault.sharing.new_key(case, progress, stopped))

    def _show(self, shown: AccessShown) -> None:
        self._shown = shown
        cursor = self._list.cursor
        self._list.show_source(FixedRows([ListRow(holder.member, self._cells(holder)) for holder in shown.holders]))
        self._list.cursor = cursor
        alone = self.query_one("#alone", Static)
        alone.display = bool(shown.only_you)
        alone.update(safe_content(f"! {shown.only_you}"))
        self.head(f"{self.NAME}  {self._ref}", counted(len(shown.holders), "member"))
        self.query_one("#keys", Static).update(safe_content("\n".join(_lines(shown))))
        self.query_one(KeyHints).show_hints(self.footer())

    def _cells(self, holder: HolderLine) -> tuple[str, ...]:
        why = holder.why or self._named.get(holder.member, "")
        return (f"{holder.name} (you)" if holder.is_you else holder.name, holder.until, why, holder.given_by)

    def _here(self) -> HolderLine | None:
        row = self._list.row_at_cursor()
        holders = () if self._shown is None else self._shown.holders
        return next((holder for holder in holders if row is not None and holder.member == row.key), None)

    @property
    def _list(self) -> VirtualList:
        return self.query_one("#holders", VirtualList)


def _lines(shown: AccessShown) -> list[str]:
    sheets = "The recovery sheets open it too." if shown.with_recovery else "The recovery sheets do NOT open it."
    lines = [sheets, f"{counted(shown.keys, 'key')} so far."]
    if shown.current > 1:
        lines.append(
            f"{shown.current} of them are current: two people changed it at once; the next who writes joins them."
        )
    if shown.pending:
        lines.append(f"{counted(shown.pending, 'version')} wait to lie under the newest key: r brings them there.")
    return lines


def _cost(shown: AccessShown) -> str:
    """Say what a new key costs; whoever loses the case gets none, so that it is this at most."""
    return (
        f"A new key: {counted(shown.cost_versions, 'version')} to wrap anew, for"
        f" {counted(shown.cost_holders, 'device that holds', 'devices that hold')} it now."
    )
