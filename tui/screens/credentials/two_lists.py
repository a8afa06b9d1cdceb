"""Two lists of members that were made apart: who waits, and whom the recovery sheets let in."""

from __future__ import annotations

from typing import ClassVar, Final

from typing_extensions import override

from tui.screens.credentials.passphrase_forms import NOTHING_CHANGED
from tui.screens.credentials.sheet_typing import SheetTyping
from tui.screens.frame.base import BACK, READ_AGAIN, Command
from tui.screens.frame.dialogs import ResultDialog
from tui.screens.frame.list_rows import ListScreen
from tui.screens.frame.long_work import LongWorkScreen
from tui.values.access_shown import Changed, TwoLists, WaitingLine
from tui.values.code_words import words_of
from tui.widgets.text_cells import Column
from tui.widgets.virtual_list import ListRow
from vault.words.message import Message, Words, plural

_ONE: Final = Message("There is one list of members: nothing has to be settled.")
_ASK_THEM: Final = Message(
    "Ask each of them by voice whether the device is theirs, and who admitted them. Who stays out has to join again."
)


class TwoListsScreen(ListScreen, LongWorkScreen):
    """A list of the devices that wait; each is in or stays out once it is settled."""

    NAME = Message("Two lists of members")
    COLUMNS = (
        Column(Message("is in"), 6),
        Column(Message("whose"), 24),
        Column(Message("roles")),
        Column(Message("admitted by"), 20),
        Column(Message("id"), 8, rank=1),
    )
    LIST = "waiting"
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("o", "turn", Message("This device is in, or stays out"), "o", Message("in or out")),
        Command("f4", "settle", Message("Settle it with the recovery sheets"), "F4", Message("settle")),
        READ_AGAIN,
        BACK,
    )

    def __init__(self) -> None:
        super().__init__()
        self._shown = TwoLists((), are_apart=False, needs_sheets=True)
        self._left_out: set[str] = set()

    @override
    def action_refresh(self) -> None:
        self.ask(lambda vault: vault.recovery.two_lists(), self._show)

    def action_turn(self) -> None:
        row = self._list.row_at_cursor()
        if row is not None:
            self._left_out ^= {row.key}
            self._show(self._shown)

    def action_settle(self) -> None:
        """Ask first, then for the sheets where their secret is not here."""
        if not self._shown.are_apart:
            self.warn(_ONE)
            return
        count = len(self._admitted())
        self.confirm(
            plural("Let {count} device in, and no other?", "Let {count} devices in, and no other?", count=count),
            _ASK_THEM,
            self._ask_for_sheets,
            yes=Message("Settle it"),
            no=Message("Not yet"),
        )

    def _ask_for_sheets(self) -> None:
        if self._shown.needs_sheets:
            self.app.push_screen(SheetTyping(self.NAME), self._typed)
        else:
            self._settle()

    def _typed(self, typed: str | None) -> None:
        if typed:
            self._settle()
        else:
            self.say(NOTHING_CHANGED)

    def _settle(self) -> None:
        admitted = self._admitted()
        self.work_long(
            Message("Settling two lists of members, and making new keys"),
            lambda vault, progress, _stopped: vault.recovery.settle(admitted, progress),
            self._settled,
            alone=True,
        )

    def _settled(self, done: Changed) -> None:
        self.app.push_screen(ResultDialog(Message("Done"), done.lines), lambda _: self.action_refresh())

    def _admitted(self) -> tuple[str, ...]:
        return tuple(line.seat for line in self._shown.waiting if line.seat not in self._left_out)

    def _show(self, shown: TwoLists) -> None:
        self._shown = shown
        rows = (ListRow(line.seat, _cells(line, is_in=line.seat not in self._left_out)) for line in shown.waiting)
        self.show_rows(rows, self._list.cursor)
        waits = plural("{count} device waits", "{count} devices wait", count=len(shown.waiting))
        self.head(waits if shown.are_apart else _ONE)


def _cells(line: WaitingLine, *, is_in: bool) -> tuple[Words, ...]:
    stands = Message("in") if is_in else Message("OUT")
    return (stands, line.name, words_of(line.roles), line.admitted_by, line.seat[:8])
