"""The week: what has to be kept, day by day, in all cases; done ones ticked, the next week below."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.widget import Widget
from typing_extensions import override

from tui.drawn.week import days_of_week, week_name
from tui.looks.signs import DONE, LATE, SOON, TO_DO
from tui.looks.tokens import Token
from tui.screens.cases.due_parts.due_acts import DONE_ACT, FULL_DAY, MOVE_ACT, REF, DueScreen, widest
from tui.screens.frame.base import BACK, READ_AGAIN, Command
from tui.screens.frame.line_dialog import AskLine, no_whole_path
from tui.text.calendar import long_day, monday_of
from tui.text.due_words import SOON_DAYS, distance_words
from tui.values.codes import word_of
from tui.values.values_story import AgendaShown, DueShown, WeekShown
from tui.widgets.cells import Cell
from tui.widgets.columns import Column
from tui.widgets.pages import ListRow
from tui.widgets.strip import ListAndStrip, Strip
from tui.widgets.virtual_list import VirtualList
from tui.widgets.wrapping_list import WrappingList
from vault.casework.story.task import Task
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from tui.gateway import Gateway

_COLUMNS: Final = (Column("", 5), Column("", 4), Column("", 18, rank=1), Column(""), Column("", 14, is_right=True))
_CLIENT, _DISTANCE = 2, 4
_WEEKS: Final = 2
_DAYS: Final = 7


class WeekScreen(DueScreen):
    """Two weeks from a Monday on."""

    NAME = Message("Week")
    CARD = "about-date"
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("left", "turn(-1)", Message("The week before"), "←→", Message("week"), first=True),
        Command("right", "turn(1)", Message("The next week"), "→", first=True),
        Command("home", "today", Message("Back to this week"), "Home", Message("today"), first=True),
        DONE_ACT,
        MOVE_ACT,
        Command("enter", "open", Message("Open the case"), "Enter", Message("open"), rank=2),
        Command(
            "ctrl+p",
            "print",
            Message("Print this week as a page that names nobody"),
            "Ctrl+P",
            Message("print"),
            rank=3,
        ),
        READ_AGAIN,
        BACK,
    )

    def __init__(self) -> None:
        super().__init__()
        self._today: date | None = None
        self._monday: date | None = None
        self._shown: dict[str, AgendaShown] = {}

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield ListAndStrip(WrappingList(_COLUMNS, id="week"), strip=Strip(id=self.CARD, is_below=True))

    def on_mount(self) -> None:
        """Read this week."""
        self._list.focus()
        self.action_refresh()

    def action_refresh(self) -> None:
        """Read the two weeks again."""
        self.read_again()

    @override
    def read_again(self, stand_on: str = "") -> None:
        monday = self._monday

        def read(vault: Gateway) -> tuple[date, date, WeekShown]:
            today = date.fromisoformat(vault.story.today())
            first = monday_of(today) if monday is None else monday
            return today, first, vault.story.agenda(first, first + timedelta(days=_WEEKS * _DAYS - 1))

        self.ask(read, partial(self._show, stand_on))

    def action_turn(self, by: int) -> None:
        """Go to another week."""
        if self._monday is not None:
            self._monday += timedelta(days=by * _DAYS)
            self.action_refresh()

    def action_today(self) -> None:
        """Go back to this week."""
        self._monday = None
        self.action_refresh()

    def action_open(self) -> None:
        """Open the case of the row under the cursor."""
        self._list.action_open()

    def action_print(self) -> None:
        """Ask where the page of this week shall go."""
        question = Message("A new file for the page, such as a PDF. It names nobody, and it is not encrypted.")
        self.app.push_screen(AskLine(question, hint="/media/stick/week.pdf", problem=no_whole_path), self._print)

    def _print(self, place: str | None) -> None:
        monday = self._monday
        if place and monday is not None:
            out = Path(place).expanduser()
            self.ask(lambda vault: vault.story.print_week(monday, out), self._printed)

    def _printed(self, count: int) -> None:
        self.say(plural("The page has {count} date.", "The page has {count} dates.", count=count))

    @on(VirtualList.Opened)
    def _opened(self) -> None:
        self.open_case(self.here())

    def _show(self, stand_on: str, found: tuple[date, date, WeekShown]) -> None:
        today, monday, week = found
        self._today, self._monday = today, monday
        self._shown = {shown.line.key: shown for shown in week.lines}
        rows = agenda_rows(week.lines, today, monday, week.left)
        self._list.show_rows(rows, _columns(rows), stand_on=stand_on)
        self.head(days_of_week(monday), name=week_name(monday))
        self.say("" if week.lines else Message("Nothing is due in these weeks. d in a case sets a date."))
        self._moved()

    @on(VirtualList.Moved)
    def _moved(self) -> None:
        self.tell()

    @override
    def here(self) -> DueShown | None:
        row = self._list.row_at_cursor()
        shown = None if row is None else self._shown.get(row.key)
        return None if shown is None else shown.line

    @override
    def is_kept(self, line: DueShown) -> bool:
        return not self._shown[line.key].is_due

    @property
    def _list(self) -> WrappingList:
        return self.query_one("#week", WrappingList)


def _columns(rows: Sequence[ListRow]) -> Sequence[Column]:
    time, ref, _, what, _ = _COLUMNS
    client = Column("", widest(rows, _CLIENT, least=1), rank=1)
    return time, ref, client, what, Column("", widest(rows, _DISTANCE, least=4), is_right=True)


def agenda_rows(
    lines: Sequence[AgendaShown], today: date, monday: date, left: Mapping[str, int] = MappingProxyType({})
) -> list[ListRow]:
    """Return a heading for each day that has something, and for today, with its entries below it."""
    by_day: dict[date, list[AgendaShown]] = {today: []}
    for shown in lines:
        if len(shown.line.when) >= FULL_DAY:
            by_day.setdefault(date.fromisoformat(shown.line.when[:FULL_DAY]), []).append(shown)
    last = monday + timedelta(days=_WEEKS * _DAYS - 1)
    rows: list[ListRow] = []
    second, shown_day = monday + timedelta(days=_DAYS), None
    for day in sorted(day for day in by_day if monday <= day <= last):
        if day >= second > (shown_day or monday):
            rows.append(ListRow("second_week", (Cell(week_name(second), Token.ACC, bold=True),), is_passed=True))
        shown_day = day
        rows.append(_heading(day, today))
        rows += [_row(shown, day, today) for shown in by_day[day]]
        if more := left.get(day.isoformat(), 0):
            words = Message("and {count} more, in cases with very many dates", count=more)
            rows.append(ListRow(f"+{day}", (Cell(words, Token.WARN),), is_passed=True))
    return rows


def _heading(day: date, today: date) -> ListRow:
    words: Words = Message("{day}, today", day=long_day(day)) if day == today else long_day(day)
    return ListRow(day.isoformat(), (Cell(words, Token.ACC if day == today else Token.FG, bold=True),), is_passed=True)


def _row(shown: AgendaShown, day: date, today: date) -> ListRow:
    line, left = shown.line, (day - today).days
    token = Token.FG
    state = Cell(TO_DO, Token.DIM) if line.kind == Task.KIND else None
    if not shown.is_due:
        token, state = Token.DIM, Cell(DONE, Token.OK)
    elif left < 0 or line.missed is not None:
        token, state = Token.ALARM, Cell(LATE, Token.ALARM, bold=True)
    elif left <= SOON_DAYS:
        token, state = Token.WARN, state or Cell(SOON, Token.WARN, bold=True)
    words: Words = Message("done") if not shown.is_due else line.missed or distance_words(left, "")
    about = line.headline or word_of(line.kind)
    is_said = line.kind in {"deadline", "task"}
    what = about if is_said else Message("{kind}: {about}", kind=word_of(line.kind), about=about)
    time = line.when.partition("T")[2]
    cells = (time, Cell(line.ref[:REF], Token.DIM), line.client, what, Cell(words, token))
    return ListRow(line.key, cells, state)
