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
from tui.screens.frame.one_list import ListScreen
from tui.screens.frame.rows import FixedRows
from tui.screens.frame.wording import MAY_BE_KEPT, named
from tui.text.in_words import together, warning
from tui.text.safe_content import safe_content
from tui.values.codes import word_of
from tui.values.values import CaseShown
from tui.values.values_access import AccessShown, HolderLine
from tui.values.values_exchange import PeerShown
from tui.widgets.columns import Column
from tui.widgets.pages import ListRow
from tui.widgets.virtual_list import ListHeader, VirtualList
from vault.words.message import Message, Words, plural

_COLUMNS: Final = (
    Column(Message("who"), 24),
    Column(Message("until"), 10),
    Column(Message("why"), 14, rank=1),
    Column(Message("given by")),
)
_SAME: Final = Message("The same members open it. An older copy of its key opens nothing new.")
_SHARING: Final = frozenset({"give", "take_back", "new_key"})


class AccessScreen(ListScreen, NewKeyScreen):
    """The holders of one case.

    Args:
        case: as it was opened.
    """

    NAME = Message("Who can open it")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("g", "give", Message("Grant it to a member, until a day or without an end"), "g", Message("give")),
        Command("t", "take_back", Message("Revoke it from the member under the cursor"), "t", Message("revoke")),
        Command("k", "new_key", Message("Make a new key for the same members"), "k", Message("new key")),
        Command("r", "wrap_anew", Message("Rewrap the rest under the newest key"), "r"),
        Command("f5", "refresh", Message("Read again"), "F5"),
        Command("escape", "back", Message("Back to the case"), "Esc", Message("back")),
    )

    def __init__(self, case: CaseShown) -> None:
        super().__init__()
        self._case = case.case
        self._ref = case.ref
        self._named = {case.deputy: Message("deputy"), case.owner: Message("owner")}
        self._shown: AccessShown | None = None

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield Static("", id="alone", classes="warning")
        yield ListHeader(_COLUMNS)
        yield VirtualList(_COLUMNS, FixedRows(), id="holders")
        yield Static("", id="keys", classes="below")

    def on_mount(self) -> None:
        """Say of which case."""
        self.head(self._ref)

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
            self.warn(Message("You cannot revoke a case from yourself. Ask another holder."))
            return
        self.confirm(
            Message("Revoke the case from {name}?", name=holder.name),
            together((MAY_BE_KEPT, _cost(shown)), "\n\n"),
            partial(self._take_back, holder.member),
            yes=Message("Revoke"),
            no=Message("Leave it"),
        )

    def action_new_key(self) -> None:
        """Make a new key for those who hold it."""
        if self._shown is None:
            return
        self.confirm(
            Message("Make a new key of this case?"),
            together((_SAME, _cost(self._shown)), "\n\n"),
            self._make_key,
            yes=Message("Make a new key"),
            no=Message("Keep this one"),
        )

    def action_wrap_anew(self) -> None:
        """Bring what waits under the newest key."""
        case = self._case
        self.work_long(
            Message("Rewrapping keys"),
            lambda vault, progress, stopped: vault.sharing.wrap_anew(case, progress, stopped),
            self.tell_done,
            when_stopped=Message("Stopped. What was rewrapped stays so; the rest waits."),
            alone=True,
        )

    def _offer(self, found: tuple[tuple[PeerShown, ...], tuple[str, ...]]) -> None:
        candidates, reasons = found
        if not candidates:
            self.say(
                Message("Nobody else to give it to: all who have a device and a role that opens cases hold it already.")
            )
            return
        self.unless_left(GrantForm(self._case, self._ref, candidates, reasons), lambda _: self.action_refresh())

    def _take_back(self, member: str) -> None:
        case = self._case
        self.make_new_key(lambda vault, progress, stopped: vault.sharing.take_back(case, member, progress, stopped))

    def _make_key(self) -> None:
        case = self._case
        self.make_new_key(lambda vault, progress, stopped: vault.sharing.new_key(case, progress, stopped))

    def _show(self, shown: AccessShown) -> None:
        self._shown = shown
        self.show_rows((ListRow(holder.member, self._cells(holder)) for holder in shown.holders), self._list.cursor)
        alone = self.query_one("#alone", Static)
        alone.display = bool(shown.only_you)
        alone.update(safe_content(warning(shown.only_you)))
        self.head(self._ref, plural("{count} member", "{count} members", count=len(shown.holders)))
        self.write("keys", *_lines(shown))
        self.show_keys()

    def _cells(self, holder: HolderLine) -> tuple[Words, ...]:
        why = word_of(holder.why) or self._named.get(holder.member, "")
        return named(holder.name, is_you=holder.is_you), holder.until, why, holder.given_by

    def _here(self) -> HolderLine | None:
        row = self._list.row_at_cursor()
        holders = () if self._shown is None else self._shown.holders
        return next((holder for holder in holders if row is not None and holder.member == row.key), None)


def _lines(shown: AccessShown) -> list[Words]:
    lines: list[Words] = [shown.sheets, plural("{count} key so far.", "{count} keys so far.", count=shown.keys)]
    if shown.current > 1:
        lines.append(
            Message(
                "{current} of them are current: two people changed it at once; the next change joins them.",
                current=shown.current,
            )
        )
    if shown.pending:
        lines.append(
            plural(
                "{count} saved change is not under the newest key yet: r rewraps it.",
                "{count} saved changes are not under the newest key yet: r rewraps them.",
                count=shown.pending,
            )
        )
    return lines


def _cost(shown: AccessShown) -> Message:
    """Say what a new key costs; the member who loses the case gets none, so that it is this at most."""
    return Message(
        "A new key: {versions} to rewrap, for {devices} now.",
        versions=plural("{count} saved change", "{count} saved changes", count=shown.cost_versions),
        devices=plural("{count} device that holds it", "{count} devices that hold it", count=shown.cost_holders),
    )
