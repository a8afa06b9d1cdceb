"""The open call slips, the oldest first, and what becomes of each: into a case, a case of its own, or closed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar, Final

from textual import on
from textual.widget import Widget
from typing_extensions import override

from tui.drawn.case_time import short_day_written
from tui.looks.signs import LATE
from tui.looks.tokens import Token
from tui.screens.calls.call_fields import SlipForm, asked_back
from tui.screens.calls.ending_slips import PickCase
from tui.screens.frame.act_form import ActForm
from tui.screens.frame.act_screen import ActScreen, Doing
from tui.screens.frame.base import BACK, READ_AGAIN, Command, VaultScreen
from tui.screens.frame.list_rows import ListScreen
from tui.screens.frame.looking_back import UNDO, LooksBack, erase_form
from tui.screens.frame.screen_words import clock_minute, moment
from tui.text.in_words import in_words, together
from tui.text.safe_text import first_line, safe_line
from tui.values.shaping import do_not_call
from tui.widgets.long_text import LongText
from tui.widgets.strip import Fact, ListAndStrip, Strip
from tui.widgets.text_cells import Cell, Column
from tui.widgets.virtual_list import ListRow, VirtualList
from vault.acts.intake import CLOSE, MOVE
from vault.services.cases import intake
from vault.services.cases.intake import SlipLine
from vault.words.message import Message, Words, plural

# One open call slip, whole, and the three ways in which it ends.

_LONGEST_TITLE: Final = 60


class OneSlip(ActScreen):
    """Ends with what became of the slip, or empty."""

    NAME = Message("Call")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("m", "move", Message("Move all its words into a case"), "m", Message("into a case")),
        Command("n", "new", Message("Make a case of it"), "n", Message("new case")),
        Command("e", "edit", Message("Correct it"), "e", Message("edit")),
        Command("x", "close", Message("Close it: it becomes no case"), "x", Message("close")),
        Command("", "erase", Message("Erase it for good, without a trace of its words"), ""),
        BACK,
    )

    def __init__(self, slip: SlipLine) -> None:
        super().__init__()
        self._slip = slip

    @override
    def compose_middle(self) -> Iterable[Widget]:
        never = tuple(Cell(do_not_call(number), Token.ALARM, bold=True) for number in self._slip.do_not_call)
        yield LongText(_whole(self._slip), first=(*never, Cell("")) if never else (), id="slip-words")

    def on_mount(self) -> None:
        late = Message("OVERDUE: move it or close it") if self._slip.is_overdue else ""
        self.head(moment(self._slip.said.received), late)
        self.query_one("#slip-words").focus()

    def action_move(self) -> None:
        move(self, self._slip, self.end)

    def action_new(self) -> None:
        make_case(self, self._slip, self.end)

    def action_edit(self) -> None:
        correct(self, self._slip, self.end)

    def action_erase(self) -> None:
        shown = erase_form([self._slip.key], moment(self._slip.said.received))
        self.unless_left(shown, self.end)

    def action_close(self) -> None:
        self.do(Doing(CLOSE, {"slip": (self._slip.key,)}, lambda told: self.end(told.lines[0])))


def move(screen: ActScreen, slip: SlipLine, then: Callable[[str], None]) -> None:
    """Ask for the case, move the slip there, and go on with a sentence."""

    def chosen(case: str) -> None:
        screen.do(Doing(MOVE, {"slip": (slip.key,), "to": (case,)}, lambda told: then(in_words(told.lines[0]))))

    screen.unless_left(PickCase(slip), chosen)


def make_case(screen: ActScreen, slip: SlipLine, then: Callable[[str], None]) -> None:
    """Ask what case it is, make it of the slip, open it, and go on with a sentence on the screen below."""
    first = {"title": safe_line(slip.said.name)[:_LONGEST_TITLE]}
    screen.unless_left(ActForm(MOVE, {"slip": (slip.key,)}, "", first=first), then)


def correct(screen: VaultScreen, slip: SlipLine, then: Callable[[str], None]) -> None:
    """Show the slip in its fields, and go on with a sentence about what was corrected."""
    screen.unless_left(SlipForm(slip), then)


def caller(slip: SlipLine) -> str:
    """Return who called, as far as that was heard."""
    return slip.said.name or slip.said.number or "—"


def received(slip: SlipLine) -> Message:
    """Return when the call came, `27 Nov 09:30`."""
    ms = slip.said.received
    return Message("{day} {time}", day=short_day_written(ms), time=clock_minute(ms))


def _whole(slip: SlipLine) -> str:
    lines: list[Words] = [
        Message("Number: {number}", number=slip.said.number or "—"),
        Message("Heard name: {name}", name=slip.said.name or "—"),
        Message("Language: {language}", language=slip.said.language or "—"),
        Message("Call back: {wish}", wish=asked_back(slip) or "—"),
        "",
        slip.said.text or "—",
    ]
    return together(lines)


class OpenSlips(ListScreen, LooksBack):
    """Slips that are not moved or closed yet."""

    NAME = Message("Calls")
    COLUMNS = (
        Column(Message("received"), 13),
        Column(Message("who"), 16),
        Column(Message("what was said")),
        Column(Message("call back"), 17, rank=1),
    )
    LIST = "slips"
    HAS_STATES = True
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
        yield ListAndStrip(*super().compose_middle(), strip=Strip(id="slip-strip"))

    @override
    def action_refresh(self, stand_on: str = "") -> None:
        """Read the list; the look is in the log."""
        self.ask(lambda vault: vault.read(intake.list_open), self._show)

    def _show(self, slips: list[SlipLine]) -> None:
        self._slips = {slip.key: slip for slip in slips}
        self.show_rows(map(_row, slips))
        late = sum(slip.is_overdue for slip in slips)
        found = plural("{count} open", "{count} open", count=len(slips))
        self.head(found, Message("{count} overdue", count=late) if late else Message("oldest first"))
        if not slips and not self.said:
            self.say(Message("No open slip. F9 takes a call."))
        self.query_one(Strip).show(self._facts())

    @on(VirtualList.Moved)
    def _moved(self) -> None:
        self.query_one(Strip).show_late(self._facts)

    def _facts(self) -> list[Fact]:
        slip = self.at_cursor(self._slips)
        return [] if slip is None else facts(slip)

    @on(VirtualList.Opened)
    def _opened(self, event: VirtualList.Opened) -> None:
        self.unless_left(OneSlip(self._slips[event.row.key]), self._ended)

    def action_move(self) -> None:
        self._with_slip(move)

    def action_new(self) -> None:
        self._with_slip(make_case)

    def action_edit(self) -> None:
        self._with_slip(correct)

    def _with_slip(self, act: Callable[[ActScreen, SlipLine, Callable[[str], None]], None]) -> None:
        slip = self.at_cursor(self._slips)
        if slip is not None:
            act(self, slip, self._ended)

    def _ended(self, words: str) -> None:
        self.say(words)
        self.action_refresh()


def facts(slip: SlipLine) -> list[Fact]:
    """Return what a strip or a pane shows of a slip: what must never be used before all else."""
    never = slip.do_not_call
    said = [Fact(Message("DO NOT CALL"), "", Token.ALARM, never_cut=never)] if never else []
    late = Fact(Message("OVERDUE"), Message("older than 14 days: move it or close it"), Token.ALARM)
    said += [late] if slip.is_overdue else []
    said += [] if slip.said.number in never else [Fact(Message("Number"), slip.said.number or "—")]
    return [
        *said,
        Fact(Message("Heard name"), slip.said.name or "—"),
        Fact(Message("Language"), slip.said.language or "—"),
        Fact(Message("Call back"), asked_back(slip) or "—"),
        Fact(Message("What was said"), slip.said.text or "—"),
    ]


def _row(slip: SlipLine) -> ListRow:
    said: tuple[Cell, ...] = (Cell(first_line(slip.said.text)),)
    if slip.do_not_call:
        said = (Cell(Message("DO NOT CALL"), Token.ALARM, bold=True), Cell("  "), *said)
    if slip.is_overdue:
        said = (Cell(Message("overdue"), Token.ALARM), Cell("  "), *said)
    late = Cell(LATE, Token.ALARM) if slip.is_overdue or slip.do_not_call else None
    return ListRow(slip.key, (Cell(received(slip)), caller(slip), said, asked_back(slip)), state=late)
