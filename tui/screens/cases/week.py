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

from tui.drawn.days_and_weeks import State, WeekEntry, days_of_week, week_name
from tui.looks.signs import DONE, LATE, SOON, TO_DO
from tui.looks.tokens import Token
from tui.screens.cases.due_acts import DONE_ACT, MOVE_ACT, REF, DueScreen
from tui.screens.cases.due_rows import about_words
from tui.screens.frame.base import BACK, READ_AGAIN, Command
from tui.screens.frame.dialogs import ask_new_file
from tui.text.calendar import FULL_DAY, SOON_DAYS, days_left, distance_words, long_day, monday_of
from tui.text.in_words import in_words
from tui.values.story_shown import AgendaShown, DueShown, WeekShown
from tui.widgets.drawn_parts import WeekGrid
from tui.widgets.strip import ListAndStrip, Strip
from tui.widgets.text_cells import WIDE, Cell, Column
from tui.widgets.virtual_list import ListRow, VirtualList
from tui.widgets.wrapping_list import WrappingList
from vault.casework.story.events import Task
from vault.services.cases import cases
from vault.services.exports.paper_week import print_week
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from tui.gateway import Gateway

_COLUMNS: Final = (Column("", 5), Column("", 4), Column("", 18, rank=1), Column(""), Column("", 14, is_right=True))
_WEEKS: Final = 2
_DAYS: Final = 7
_MOST_LINES: Final = 4
_BESIDE_GRID: Final = 13  # head, card, notice and footer, with blanks


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
        self._has_all = False

    @override
    def compose_middle(self) -> Iterable[Widget]:
        rows = WrappingList(_COLUMNS, id="week"), WeekGrid()
        yield ListAndStrip(*rows, strip=Strip(id=self.CARD, is_below=True))

    def on_mount(self) -> None:
        self._grid.display = False
        self._list.focus()
        self.action_refresh()

    @override
    def action_refresh(self, stand_on: str = "") -> None:
        monday = self._monday

        def read(vault: Gateway) -> tuple[date, date, WeekShown]:
            today = date.fromisoformat(vault.read(cases.today))
            first = monday_of(today) if monday is None else monday
            return today, first, vault.story.agenda(first, first + timedelta(days=_WEEKS * _DAYS - 1))

        self.ask(read, partial(self._show, stand_on))

    def action_turn(self, by: int) -> None:
        if self._monday is not None:
            self._monday += timedelta(days=by * _DAYS)
            self.action_refresh()

    def action_today(self) -> None:
        self._monday = None
        self.action_refresh()

    @on(VirtualList.Opened)
    def action_open(self) -> None:
        self.open_case(self.here())

    def action_print(self) -> None:
        question = Message("A new file for the page, such as a PDF. It names nobody, and it is not encrypted.")
        ask_new_file(self, question, "/media/stick/week.pdf", self._print)

    def _print(self, out: Path) -> None:
        monday = self._monday
        if monday is not None:
            self.ask(lambda vault: vault.read(print_week, monday, out, in_words), partial(self._printed, out))

    def _printed(self, out: Path, count: int) -> None:
        told = plural(
            "The page is at {path}, with {count} date.",
            "The page is at {path}, with {count} dates.",
            count=count,
            path=out,
        )
        self.say(told)

    def _show(self, stand_on: str, found: tuple[date, date, WeekShown]) -> None:
        today, monday, week = found
        self._today, self._monday = today, monday
        self._shown = {shown.line.key: shown for shown in week.lines}
        rows = agenda_rows(week.lines, today, monday, week.left)
        self._list.show_rows(rows, stand_on=stand_on)
        dated = [shown for shown in week.lines if len(shown.line.when) >= FULL_DAY]
        entries = [_entry(shown, today) for shown in dated]
        self._grid.show_week(entries, [shown.line.key for shown in dated], today, monday, stand_on=stand_on)
        self._has_all = not week.left  # a day of which not all is told stands whole in the list alone
        self._choose()
        self.head(days_of_week(monday), name=week_name(monday))
        self.say("" if week.lines else Message("Nothing is due in these weeks. d in a case sets a date."))
        self._moved()

    def on_resize(self) -> None:
        self._choose()

    def _choose(self) -> None:
        """Show columns where they have room for all, else the list; the cursor stays on what it stood on."""
        grid, rows = self._grid, self._list
        width, room = self.size.width, self.size.height - _BESIDE_GRID
        is_grid = width >= WIDE and self._has_all and grid.rows_with(1, width) <= room
        if is_grid:
            grid.show_lines(next(lines for lines in range(_MOST_LINES, 0, -1) if grid.rows_with(lines, width) <= room))
        if is_grid == grid.display:
            return
        grid.display, rows.display = is_grid, not is_grid
        (grid if is_grid else rows).focus()
        self._moved()

    @on(VirtualList.Moved)
    @on(WeekGrid.Moved)
    def _moved(self) -> None:
        self.tell()

    @override
    def here(self) -> DueShown | None:
        row = self._list.row_at_cursor()
        key = self._grid.key if self._grid.display else "" if row is None else row.key
        shown = self._shown.get(key)
        return None if shown is None else shown.line

    @override
    def is_kept(self, line: DueShown) -> bool:
        return not self._shown[line.key].is_due

    @override
    def how_far(self, line: DueShown) -> Words:
        if not self._grid.display or self._today is None or self.is_kept(line):
            return ""
        return line.missed or distance_words(days_left(line.when, self._today), line.when)

    @property
    def _grid(self) -> WeekGrid:
        return self.query_one("#grid", WeekGrid)

    @property
    def _list(self) -> WrappingList:
        return self.query_one("#week", WrappingList)


def _entry(shown: AgendaShown, today: date) -> WeekEntry:
    line = shown.line
    day, time = date.fromisoformat(line.when[:FULL_DAY]), line.when.partition("T")[2]
    return WeekEntry(day, _what(line), line.client, line.ref[:REF], time, _state(shown, today))


def _state(shown: AgendaShown, today: date) -> State:
    left = (date.fromisoformat(shown.line.when[:FULL_DAY]) - today).days
    if not shown.is_due:
        return State.DONE
    if left < 0 or shown.line.missed is not None:
        return State.LATE
    if shown.line.kind == Task.KIND:
        return State.TO_DO
    return State.SOON if left <= SOON_DAYS else State.LATER


def _what(line: DueShown) -> Words:
    return (line.headline if line.kind == Task.KIND else "") or about_words(line)


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
    time = line.when.partition("T")[2]
    cells = (time, Cell(line.ref[:REF], Token.DIM), line.client, _what(line), Cell(words, token))
    return ListRow(line.key, cells, state)
