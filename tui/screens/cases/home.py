"""Home: what is late and what comes, what is to do, who called, what to look at, and whether work would survive."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import ClassVar, Final

from textual import on
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.drawn.day_strip import day_strip
from tui.looks.signs import DONE, LATE, SOON, TO_DO
from tui.looks.tokens import Token
from tui.screens.cases.new_case import NewCase
from tui.screens.frame.base import READ_AGAIN, Command, VaultScreen
from tui.screens.frame.rows import FixedRows
from tui.text.calendar import long_day, short_day
from tui.text.due_words import SOON_DAYS, days_left, distance_words
from tui.values.codes import word_of
from tui.values.messages import OpenCase
from tui.values.values import VaultStatus
from tui.values.values_story import DueShown, HomeShown, LeftShown
from tui.widgets.cells import Cell
from tui.widgets.columns import Column
from tui.widgets.drawn import DrawnPart
from tui.widgets.pages import ListRow
from tui.widgets.section_line import SectionLine
from tui.widgets.virtual_list import VirtualList
from vault.casework.story.task import Task
from vault.display import age
from vault.words.message import Message, Words, plural

_DATES: Final = (Column("", 10), Column("", 4), Column("", 18), Column(""), Column("", 14, is_right=True))
_TASKS: Final = (Column("", 4), Column(""), Column("", 11, is_right=True))
_BEGINNING: Final = (
    Message("recovery sheets on paper, 10 minutes  (F2, your access; then r)"),
    Message("a first backup  (F2, backup)"),
    Message("a second member  (F2, members; then i)"),
    Message("a first case  (n)"),
)
_MOST_ALERTS: Final = 2
_FULL_DAY: Final = len("2026-11-27")
_REF: Final = 4


class HomeScreen(VaultScreen):
    """What needs somebody today, before any list."""

    NAME = Message("Home")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("enter", "open", Message("Open the case of the row"), "Enter", Message("open")),
        Command("c", "cases", Message("The list of cases"), "c", Message("cases")),
        Command("f3", "app.go('search')", Message("Search all your cases"), "F3", Message("search")),
        Command("w", "app.go('week')", Message("The week"), "w", Message("week")),
        Command(
            "f9", "app.call", Message("Call slip: somebody is on the telephone"), "F9", Message("call"), first=True
        ),
        Command("n", "new", Message("Make a new case"), "n", Message("new")),
        Command("1", "section('dates')", Message("Dates"), "1"),
        Command("2", "section('tasks')", Message("To do"), "2"),
        Command("3", "app.go('calls')", Message("The open call slips"), "3"),
        READ_AGAIN,
        Command("escape", "cases", Message("The list of cases"), "Esc"),
    )

    def __init__(self) -> None:
        super().__init__()
        self._shown: dict[str, DueShown] = {}
        self._left: set[str] = set()
        self._is_read = False

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield SectionLine(1, Message("Dates"), id="dates-head")
        yield DrawnPart(lambda width: (), id="days")
        yield VirtualList(_DATES, FixedRows(), id="dates", has_states=True)
        yield Static("", id="begin")
        yield Horizontal(
            Vertical(
                SectionLine(2, Message("To do"), id="tasks-head"),
                VirtualList(_TASKS, FixedRows(), id="tasks", has_states=True),
            ),
            Vertical(
                SectionLine(3, Message("Slips"), id="slips-head"),
                SectionLine(4, Message("Alerts"), id="alerts-head"),
                Static("", id="alerts"),
                SectionLine(5, Message("Backup and exchange"), id="safe-head"),
                Static("", id="safe"),
            ),
            id="home-below",
        )

    def on_mount(self) -> None:
        """Read what there is."""
        self.query_one("#dates").focus()
        self.action_refresh()

    def on_screen_resume(self) -> None:
        """Read again what may have changed meanwhile."""
        if self._is_read:
            self.action_refresh()

    def action_refresh(self) -> None:
        """Read all of it again."""
        self.ask(lambda vault: vault.story.home(vault.status(), vault.intake.count()), self._show)

    def action_cases(self) -> None:
        """Go to the list of cases, which lies below."""
        self.end("")

    def action_new(self) -> None:
        """Make a case, and open it."""
        self.app.push_screen(NewCase(), self._made)

    def _made(self, case: str | None) -> None:
        if case:
            self.post_message(OpenCase(case))

    def action_section(self, name: str) -> None:
        """Go to a part of this screen."""
        self.query_one(f"#{name}").focus()

    def action_open(self) -> None:
        """Open the case of the row under the cursor."""
        if isinstance(self.focused, VirtualList):
            self.focused.action_open()

    @on(VirtualList.Opened)
    def _opened(self, event: VirtualList.Opened) -> None:
        line = self._shown.get(event.row.key)
        if line is not None:
            self.post_message(OpenCase(line.case, record=line.record))
        elif event.row.key in self._left:
            self.post_message(OpenCase(event.row.key))

    def _show(self, shown: HomeShown) -> None:
        self._is_read = True
        today = date.fromisoformat(shown.today)
        tasks = [line for line in shown.due if line.kind == Task.KIND]
        dates = [line for line in shown.due if line.kind != Task.KIND]
        self._shown = {line.key: line for line in shown.due}
        self._left = {left.case for left in shown.left}
        self.head(long_day(today), shown.status.member)
        self._say("dates", _counted(dates, today, shown.left))
        tokens = _by_day(dates, today)
        self.query_one("#days", DrawnPart).show(lambda width: day_strip(tokens, today, width))
        self._list("dates").show_source(
            FixedRows([*(_date_row(line, today) for line in dates), *map(_left_row, shown.left)])
        )
        self._say("tasks", str(len(tasks)))
        self._list("tasks").show_source(FixedRows([_task_row(line, today) for line in tasks]))
        self._say("slips", plural("{count} open  F9 calls", "{count} open  F9 calls", count=shown.slips))
        alarms = (*shown.status.alarms, *shown.status.lacks)
        self._say("alerts", str(len(alarms)) if alarms else Message("none"))
        self.write("alerts", *_alerts(alarms))
        self.write("safe", *_safe(shown.status, self.desk.now_ms()))
        is_new = bool(shown.begun) and not all(shown.begun)
        self.query_one("#begin").display = is_new
        self._list("dates").display = bool(dates) or not is_new
        self.write("begin", *(_beginning(shown.begun) if is_new else ()))
        if not shown.due and not is_new:
            self.say(Message("Nothing is due. d in a case sets a date."))

    def _say(self, part: str, count: Words) -> None:
        self.query_one(f"#{part}-head", SectionLine).say(count)

    def _list(self, name: str) -> VirtualList:
        return self.query_one(f"#{name}", VirtualList)


def _beginning(done: Sequence[bool]) -> list[Words]:
    """Return what makes a new vault safe and useful, each with whether it is done."""
    lines: list[Words] = [Message("Four things make this vault safe and useful. The order is yours.")]
    for is_done, words in zip(done, _BEGINNING, strict=True):
        lines.append(Message("{sign} {words}", sign=DONE if is_done else TO_DO, words=words))
    return [*lines, Message("Somebody is on the phone right now? F9 takes a call without any case.")]


def _token(left: int | None) -> Token:
    if left is None or left > SOON_DAYS:
        return Token.FG
    return Token.ALARM if left < 0 else Token.WARN


def _by_day(lines: Sequence[DueShown], today: date) -> Mapping[date, Sequence[str]]:
    found: dict[date, list[str]] = {}
    for line in lines:
        left = days_left(line.when, today)
        if left is not None:
            found.setdefault(date.fromisoformat(line.when[:_FULL_DAY]), []).append(_token(left).value)
    return found


def _counted(lines: Sequence[DueShown], today: date, left: Sequence[LeftShown]) -> Words:
    distances = [days for line in lines if (days := days_left(line.when, today)) is not None]
    late = sum(days < 0 for days in distances)
    soon = sum(0 <= days <= SOON_DAYS for days in distances)
    counted = Message(
        "{late} overdue, {soon} in the next {days} days, {later} later",
        late=late,
        soon=soon,
        days=SOON_DAYS,
        later=len(lines) - late - soon,
    )
    more = sum(each.count for each in left)
    return Message("{counted}, {more} more below", counted=counted, more=more) if more else counted


def _date_row(line: DueShown, today: date) -> ListRow:
    left = days_left(line.when, today)
    token = _token(left)
    when: Words = "" if left is None else short_day(date.fromisoformat(line.when[:_FULL_DAY]))
    about = line.headline or word_of(line.kind)
    shown = about if line.kind == "deadline" else Message("{kind}: {about}", kind=word_of(line.kind), about=about)
    state = Cell(LATE, Token.ALARM, bold=True) if token is Token.ALARM else None
    if token is Token.WARN:
        state = Cell(SOON, Token.WARN, bold=True)
    distance = Cell(distance_words(left, line.when), token, bold=state is not None)
    cells = (when, Cell(line.ref[:_REF], Token.DIM), line.client, shown, distance)
    return ListRow(line.key, cells, state)


def _left_row(left: LeftShown) -> ListRow:
    words = Message("and {count} more dates and tasks, {late} of them late", count=left.count, late=left.late)
    return ListRow(left.case, ("", Cell(left.ref[:_REF], Token.DIM), "", Cell(words, Token.WARN), ""))


def _task_row(line: DueShown, today: date) -> ListRow:
    left = days_left(line.when, today)
    cells = (Cell(line.ref[:_REF], Token.DIM), line.headline, Cell(distance_words(left, line.when), _token(left)))
    return ListRow(line.key, cells, Cell(TO_DO, Token.DIM))


def _alerts(alarms: Sequence[Words]) -> list[Words]:
    lines: list[Words] = [Message("{sign} {alarm}", sign=SOON, alarm=alarm) for alarm in alarms[:_MOST_ALERTS]]
    more = len(alarms) - _MOST_ALERTS
    return [*lines, Message("  and {count} more (F2, noticed)", count=more)] if more > 0 else lines


def _safe(status: VaultStatus, now_ms: int) -> list[Words]:
    made = status.backup_ms
    backup: Words = Message("{sign} no backup from this device", sign=SOON)
    if made is not None:
        backup = Message("{sign} backup: {when}", sign=DONE, when=age(made, now_ms))
    drafts = plural("{count} draft waits (F4 in the list)", "{count} drafts wait (F4 in the list)", count=status.drafts)
    return [backup, *([drafts] if status.drafts else [])]
