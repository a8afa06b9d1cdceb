"""The open call slips, the oldest first, and what becomes of each: into a case, a case of its own, or closed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual import on
from textual.widget import Widget
from typing_extensions import override

from tui.drawn.case_time import day_written
from tui.looks.signs import LATE
from tui.looks.tokens import Token
from tui.screens.calls.one_slip import OneSlip, caller, correct, make_case, move
from tui.screens.frame.base import BACK, READ_AGAIN, Command
from tui.screens.frame.looking_back import UNDO, LooksBack
from tui.screens.frame.one_list import ListScreen
from tui.screens.frame.rows import FixedRows
from tui.screens.frame.wording import clock_minute
from tui.text.calendar import short_day
from tui.text.first_line import first_line
from tui.values.values_calls import SlipLine
from tui.widgets.cells import Cell
from tui.widgets.columns import Column
from tui.widgets.pages import ListRow
from tui.widgets.strip import Fact, ListAndStrip, Strip
from tui.widgets.virtual_list import ListHeader, VirtualList
from vault.display import NO_TIME
from vault.words.message import Message, plural

_COLUMNS: Final = (
    Column(Message("received"), 13),
    Column(Message("who"), 16),
    Column(Message("what was said")),
    Column(Message("call back"), 17, rank=1),
)


class OpenSlips(ListScreen, LooksBack):
    """Slips that are not moved or closed yet."""

    NAME = Message("Calls")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("enter", "open", Message("Read the slip; move or close it there"), "Enter", Message("read")),
        Command("m", "move", Message("Move all its words into a case"), "m", Message("into a case")),
        Command("n", "new", Message("Make a case of it"), "n", Message("new case")),
        Command("e", "edit", Message("Correct it"), "e", Message("edit")),
        UNDO,
        READ_AGAIN,
        BACK,
    )

    def __init__(self) -> None:
        super().__init__()
        self._slips: dict[str, SlipLine] = {}

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield ListAndStrip(
            ListHeader(_COLUMNS, has_states=True),
            VirtualList(_COLUMNS, FixedRows(), id="slips", has_states=True),
            strip=Strip(id="slip-strip"),
        )

    @override
    def action_refresh(self, stand_on: str = "") -> None:
        """Read the list; the look is in the log."""
        self.ask(lambda vault: vault.intake.list_open(), self._show)

    def _show(self, slips: tuple[SlipLine, ...]) -> None:
        self._slips = {slip.slip: slip for slip in slips}
        self.show_rows(map(_row, slips))
        late = sum(slip.is_overdue for slip in slips)
        found = plural("{count} open", "{count} open", count=len(slips))
        self.head(found, Message("{count} overdue", count=late) if late else Message("oldest first"))
        if not slips and not self.said:
            self.say(Message("No open slip. F9 takes a call."))
        self._show_facts()

    @on(VirtualList.Moved)
    def _moved(self) -> None:
        self.query_one(Strip).show_late(self._facts)

    def _show_facts(self) -> None:
        self.query_one(Strip).show(self._facts())

    def _facts(self) -> list[Fact]:
        slip = self._at_cursor()
        return [] if slip is None else facts(slip)

    @on(VirtualList.Opened)
    def _opened(self, event: VirtualList.Opened) -> None:
        self.unless_left(OneSlip(self._slips[event.row.key]), self._ended)

    def action_open(self) -> None:
        """Read the slip under the cursor."""
        self._list.action_open()

    def action_move(self) -> None:
        """Choose the case that gets its words."""
        slip = self._at_cursor()
        if slip is not None:
            move(self, slip, self._ended)

    def action_new(self) -> None:
        """Make a case of it."""
        slip = self._at_cursor()
        if slip is not None:
            make_case(self, slip, self._ended)

    def action_edit(self) -> None:
        """Correct it."""
        slip = self._at_cursor()
        if slip is not None:
            correct(self, slip, self._ended)

    def _ended(self, words: str) -> None:
        self.say(words)
        self.action_refresh()

    def _at_cursor(self) -> SlipLine | None:
        row = self._list.row_at_cursor()
        return None if row is None else self._slips.get(row.key)


def facts(slip: SlipLine) -> list[Fact]:
    """Return what a strip or a pane shows of a slip: what must never be used before all else."""
    never = slip.do_not_call
    said = [Fact(Message("DO NOT CALL"), "", Token.ALARM, never_cut=never)] if never else []
    late = Fact(Message("OVERDUE"), Message("older than 14 days: move it or close it"), Token.ALARM)
    said += [late] if slip.is_overdue else []
    said += [] if slip.number in never else [Fact(Message("Number"), slip.number or "—")]
    return [
        *said,
        Fact(Message("Heard name"), slip.name or "—"),
        Fact(Message("Language"), slip.language or "—"),
        Fact(Message("Call back"), slip.asked_back or "—"),
        Fact(Message("What was said"), slip.text or "—"),
    ]


def _row(slip: SlipLine) -> ListRow:
    said: tuple[Cell, ...] = (Cell(first_line(slip.text)),)
    if slip.do_not_call:
        said = (Cell(Message("DO NOT CALL"), Token.ALARM, bold=True), Cell("  "), *said)
    day = day_written(slip.received_ms)
    words = short_day(day) if day is not None else NO_TIME
    received = Cell(Message("{day} {time}", day=words, time=clock_minute(slip.received_ms)))
    if slip.is_overdue:
        said = (Cell(Message("overdue"), Token.ALARM), Cell("  "), *said)
    late = Cell(LATE, Token.ALARM) if slip.is_overdue or slip.do_not_call else None
    return ListRow(slip.slip, (received, caller(slip), said, slip.asked_back), state=late)
