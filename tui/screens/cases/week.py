"""The week: what has to be kept, day by day, in all cases; done ones ticked, the next week below."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.widget import Widget
from typing_extensions import override

from tui.drawn.week import days_of_week, week_name
from tui.looks.signs import DONE, LATE, SOON, TO_DO
from tui.looks.tokens import Token
from tui.screens.frame.base import BACK, READ_AGAIN, Command, VaultScreen
from tui.screens.frame.line_dialog import AskLine
from tui.screens.frame.rows import FixedRows
from tui.text.calendar import long_day, monday_of
from tui.text.due_words import SOON_DAYS, distance_words
from tui.text.in_words import together
from tui.values.codes import word_of
from tui.values.messages import OpenCase
from tui.values.values_story import AgendaShown, WeekShown
from tui.widgets.cells import Cell
from tui.widgets.columns import Column
from tui.widgets.pages import ListRow
from tui.widgets.strip import Fact, ListAndStrip, Strip
from tui.widgets.virtual_list import VirtualList
from vault.casework.story import STORY
from vault.casework.story.task import Task
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from tui.gateway import Gateway

_COLUMNS: Final = (Column("", 5), Column("", 4), Column("", 18), Column(""), Column("", 14, is_right=True))
_WEEKS: Final = 2
_DAYS: Final = 7
_FULL_DAY: Final = len("2026-11-27")
_REF: Final = 4


class WeekScreen(VaultScreen):
    """Two weeks from a Monday on."""

    NAME = Message("Week")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("left", "turn(-1)", Message("The week before"), "←", first=True),
        Command("right", "turn(1)", Message("The next week"), "→", Message("week"), first=True),
        Command("t", "today", Message("Back to this week"), "t", Message("today")),
        Command("space", "done", Message("Say that it is done"), "Space", Message("done"), first=True),
        Command("m", "move", Message("Give it another date"), "m", Message("move")),
        Command("enter", "open", Message("Open the case"), "Enter", Message("open"), rank=2),
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
        rows = VirtualList(_COLUMNS, FixedRows(), id="week", has_states=True)
        yield ListAndStrip(rows, strip=Strip(id="about-date"))

    def on_mount(self) -> None:
        """Read this week."""
        self._list.focus()
        self.action_refresh()

    def action_refresh(self, stand_on: str = "") -> None:
        """Read the two weeks again; the cursor goes to a record, or stays."""
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

    @on(VirtualList.Opened)
    def _opened(self, event: VirtualList.Opened) -> None:
        shown = self._shown.get(event.row.key)
        if shown is not None:
            self.post_message(OpenCase(shown.line.case, record=shown.line.record))

    def action_done(self) -> None:
        """Say that the record under the cursor is over."""
        shown = self._here()
        if shown is None or not shown.is_due:
            self.say(Message("There is nothing to keep here."))
            return
        line = shown.line
        self.ask(lambda vault: vault.story.done(line.case, line.record, line.kind), lambda _: self._changed(line.key))

    def action_move(self) -> None:
        """Ask for another date."""
        shown = self._here()
        if shown is not None:
            question = AskLine(Message("Which date instead?"), value=shown.line.when)
            self.app.push_screen(question, partial(self._move, shown))

    def _move(self, shown: AgendaShown, typed: str | None) -> None:
        dated_by = STORY[shown.line.kind].FORM.dated_by
        if typed and dated_by is not None:
            line, change = shown.line, {dated_by: typed}
            self.ask(
                lambda vault: vault.story.change(line.case, line.record, line.kind, change),
                lambda _: self._changed(line.key),
            )

    def _changed(self, key: str) -> None:
        self.action_refresh(key)

    def _show(self, stand_on: str, found: tuple[date, date, WeekShown]) -> None:
        today, monday, week = found
        lines = week.lines
        self._today, self._monday = today, monday
        self._shown = {shown.line.key: shown for shown in lines}
        cursor = self._list.cursor
        rows = agenda_rows(lines, today, monday, week.left)
        self._list.show_source(FixedRows(rows))
        places = {row.key: place for place, row in enumerate(rows) if not row.is_passed}
        first = next(iter(places.values()), 0)
        self._list.cursor = places.get(stand_on, cursor if rows and cursor < len(rows) and cursor else first)
        self.head(week_name(monday), days_of_week(monday))
        self.say("" if lines else Message("Nothing is due in these weeks. d in a case sets a date."))
        self._tell()

    @on(VirtualList.Moved)
    def _tell(self) -> None:
        shown = self._here()
        facts = []
        if shown is not None:
            line = shown.line
            facts = [
                Fact("", Cell(line.headline or word_of(line.kind), bold=True)),
                Fact(Message("case"), together((line.ref, line.client), "  ")),
                Fact(Message("date"), together((line.when.replace("T", " "), word_of(line.kind)), "  ")),
            ]
            if not shown.is_due:
                facts.append(Fact("", Cell(Message("done"), Token.OK)))
        self.query_one("#about-date", Strip).show(facts)

    def _here(self) -> AgendaShown | None:
        row = self._list.row_at_cursor()
        return None if row is None else self._shown.get(row.key)

    @property
    def _list(self) -> VirtualList:
        return self.query_one("#week", VirtualList)


def agenda_rows(
    lines: Sequence[AgendaShown], today: date, monday: date, left: Mapping[str, int] = MappingProxyType({})
) -> list[ListRow]:
    """Return a heading for each day that has something, and for today, with its entries below it."""
    by_day: dict[date, list[AgendaShown]] = {today: []}
    for shown in lines:
        if len(shown.line.when) >= _FULL_DAY:
            by_day.setdefault(date.fromisoformat(shown.line.when[:_FULL_DAY]), []).append(shown)
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
    elif left < 0:
        token, state = Token.ALARM, Cell(LATE, Token.ALARM, bold=True)
    elif left <= SOON_DAYS:
        token, state = Token.WARN, state or Cell(SOON, Token.WARN, bold=True)
    words: Words = Message("done") if not shown.is_due else distance_words(left, "")
    about = line.headline or word_of(line.kind)
    is_said = line.kind in {"deadline", "task"}
    what = about if is_said else Message("{kind}: {about}", kind=word_of(line.kind), about=about)
    time = line.when.partition("T")[2]
    cells = (time, Cell(line.ref[:_REF], Token.DIM), line.client, what, Cell(words, token))
    return ListRow(line.key, cells, state)
