"""Home: what is late and what comes, what is to do, who called, what to look at, and whether work would survive."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import ClassVar

from textual import on
from textual.containers import Container, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.drawn.day_strip import day_strip
from tui.looks.signs import DONE, ONE_DATE, SOON
from tui.screens.cases.due_parts.due_acts import DONE_ACT, MOVE_ACT, DueScreen
from tui.screens.cases.due_parts.home_rows import (
    DATES,
    TASKS,
    alert_lines,
    by_day,
    columns_of,
    counted,
    date_row,
    in_two_lines,
    left_row,
    safe_lines,
    task_row,
    tasks_counted,
)
from tui.screens.cases.due_parts.new_vault import NewVault, ticked
from tui.screens.cases.new_case import NewCase
from tui.screens.frame.base import READ_AGAIN, Command
from tui.screens.frame.looking_back import BOTH
from tui.screens.frame.result_dialog import ResultDialog
from tui.text.calendar import long_day
from tui.text.in_words import in_words, together
from tui.text.safe_content import safe_content
from tui.values.messages import OpenCase, ShowBoth
from tui.values.values_story import DueShown, HomeShown, InTwoShown
from tui.widgets.cells import WIDE
from tui.widgets.drawn import DrawnPart
from tui.widgets.section_line import SectionLine
from tui.widgets.strip import Strip
from tui.widgets.virtual_list import VirtualList
from tui.widgets.wrapping_list import WrappingList
from vault.casework.story.task import Task
from vault.words.message import Message, Words, plural

_SECTIONS = ("dates", "tasks")
_ALERTS = 4
_MARGIN = 2
_HEADED = 2  # a blank row and a heading
_LEAST_BELOW, _MOST_BELOW = 6, 0.42
_NOTHING_DUE = Message("Nothing is due. d in a case sets a date.")
_SIGNS = {SOON: "bold $warn", DONE: "$ok"}


class HomeScreen(DueScreen):
    """What needs somebody today, before any list."""

    NAME = Message("Home")
    CARD = "about-due"
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f3", "app.go('search')", Message("Search all your cases"), "F3", Message("search")),
        Command(
            "f9", "app.call", Message("Call slip: somebody is on the telephone"), "F9", Message("call"), first=True
        ),
        Command("c", "cases", Message("The list of cases"), "c", Message("cases")),
        Command("w", "app.go('week')", Message("The week"), "w", Message("week")),
        Command("n", "new", Message("Make a new case"), "n", Message("new")),
        Command("enter", "open", Message("Open the case of the row"), "Enter", Message("open")),
        Command("x", "app.go('standing')", Message("Backup and exchange"), "x", Message("exchange"), rank=3),
        Command("v", "app.go('log')", Message("The log"), "v", Message("log"), rank=4),
        Command("f2", "app.commands", Message("All commands"), "F2", Message("all commands"), rank=2),
        BOTH,
        replace(DONE_ACT, hint=""),
        replace(MOVE_ACT, hint=""),
        Command("1", "section(1)", Message("Dates"), "1"),
        Command("2", "section(2)", Message("To do"), "2"),
        Command("3", "section(3)", Message("The open call slips"), "3"),
        Command("4", "section(4)", Message("Alerts: all that was noticed"), "4"),
        Command("5", "section(5)", Message("Backup and exchange"), "5"),
        Command(
            "", "open()", Message("In the case of the row, then d: a request of a person (subject), a checklist"), ""
        ),
        READ_AGAIN,
        Command("escape", "cases", Message("The list of cases"), "Esc"),
    )

    def __init__(self) -> None:
        super().__init__()
        self._shown: dict[str, DueShown] = {}
        self._left: set[str] = set()
        self._alarms: tuple[Words, ...] = ()
        self._noticed: tuple[Words, ...] = ()
        self._lines: dict[str, list[str]] = {}
        self._is_read = False
        self._in_two: tuple[InTwoShown, ...] = ()

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield NewVault(id="begin")
        with Container(id="home"):
            with Vertical(id="home-dates"):
                yield SectionLine(1, Message("Dates"), id="dates-head", end=Message("{sign} one date", sign=ONE_DATE))
                yield DrawnPart(lambda width: (), id="days")
                yield WrappingList(DATES, id="dates", is_part=True)
                yield Strip(id=self.CARD, is_below=True)
            with Vertical(id="home-tasks"):
                yield SectionLine(2, Message("To do"), id="tasks-head", end=Message("Space done"))
                yield WrappingList(TASKS, id="tasks", is_part=True)
                yield from _alerts("left")
            with Vertical(id="home-rest"):
                yield SectionLine(3, Message("Slips"), id="slips-head", end=Message("F9 takes a call"))
                yield from _alerts("right")
                yield SectionLine(5, Message("Backup and exchange"), id="safe-head")
                yield Static("", id="safe")

    def on_mount(self) -> None:
        """Read what there is."""
        self.query_one("#begin").display = False
        self._list("dates").focus()
        self.action_refresh()

    def on_screen_resume(self) -> None:
        """Read again what may have changed meanwhile."""
        if self._is_read:
            self.action_refresh()

    def action_refresh(self) -> None:
        """Read all of it again."""
        self.read_again()

    @override
    def read_again(self, stand_on: str = "") -> None:
        self.ask(lambda vault: vault.story.home(vault.status(), vault.intake.count()), partial(self._show, stand_on))

    def action_cases(self) -> None:
        """Go to the list of cases, which lies below."""
        self.end("")

    def action_new(self) -> None:
        """Make a case, and open it."""
        self.unless_left(NewCase(), self._made)

    def _made(self, case: str) -> None:
        self.post_message(OpenCase(case))

    def action_versions(self) -> None:
        """Show both versions of the first record that has two."""
        if not self._in_two:
            self.say(Message("Each record of your cases has only one version."))
            return
        two = self._in_two[0]
        self.post_message(ShowBoth(two.case, two.ref, two.record, two.kind, lambda _: None, more=len(self._in_two) - 1))

    def action_section(self, number: int) -> None:
        """Go to a part of this screen, or begin what a new vault lacks."""
        if self._new.is_whole:
            self._new.begin(number)
        elif number <= len(_SECTIONS):
            self._list(_SECTIONS[number - 1]).focus()
        elif number == _ALERTS:
            lines = [line for alarm in self._alarms for line in (alarm, "")]
            self.app.push_screen(ResultDialog(Message("Alerts"), lines or [Message("Nothing.")]))
        else:
            self.call_later(self.run_action, "app.go('calls')" if number < _ALERTS else "app.go('standing')")

    def action_open(self) -> None:
        """Open the case of the row under the cursor."""
        if isinstance(self.focused, VirtualList):
            self.focused.action_open()

    @on(VirtualList.Opened)
    def _opened(self, event: VirtualList.Opened) -> None:
        if event.row.key in self._left:
            self.post_message(OpenCase(event.row.key))
        else:
            self.open_case(self._shown.get(event.row.key))

    @on(NewVault.Begun)
    def _begun(self, event: NewVault.Begun) -> None:
        if event.place:
            self.call_later(self.run_action, event.place)
        else:
            self.action_new()

    @on(VirtualList.Moved)
    def _moved(self) -> None:
        self.tell()

    def on_descendant_focus(self) -> None:
        """Say what is known of the row of the part that has the focus now."""
        self.tell()

    @override
    def here(self) -> DueShown | None:
        focused = self.focused if isinstance(self.focused, WrappingList) else self._list("dates")
        row = focused.row_at_cursor()
        return None if row is None else self._shown.get(row.key)

    def _show(self, stand_on: str, shown: HomeShown) -> None:
        self._is_read = True
        today = date.fromisoformat(shown.today)
        tasks = [line for line in shown.due if line.kind == Task.KIND]
        dates = [line for line in shown.due if line.kind != Task.KIND]
        self._shown = {line.key: line for line in shown.due}
        self._left = {left.case for left in shown.left}
        locks = Message("locks after {minutes} min", minutes=self.desk.settings.idle_minutes)
        self.head(long_day(today), Message("{member}   {locks}", member=shown.status.member, locks=locks))
        self._say("dates", counted(dates, today, shown.more + sum(each.count for each in shown.left)))
        tokens = by_day(dates, today)
        self.query_one("#days", DrawnPart).show(
            lambda width: day_strip(tokens, today, width, weeks=3 if self.size.width >= WIDE else 2)
        )
        rows = [*(date_row(line, today) for line in dates), *map(left_row, shown.left)]
        self._list("dates").show_rows(rows, columns_of(DATES, rows), stand_on=stand_on)
        rows = [task_row(line, today) for line in tasks]
        self._list("tasks").show_rows(rows, columns_of(TASKS, rows), stand_on=stand_on)
        self._say("tasks", tasks_counted(tasks, today))
        slips = plural("{count} open", "{count} open", count=shown.slips)
        self._say("slips", Message("{slips}, 1 put away", slips=slips) if shown.has_begun_slip else slips)
        self._noticed = shown.status.alarms
        self._in_two = shown.in_two
        alarms = self._alarms = (*shown.status.alarms, *in_two_lines(shown.in_two), *shown.status.lacks)
        for side in ("left", "right"):
            self._say("alerts-" + side, str(len(alarms)) if alarms else Message("none"))
            self._write("alerts-" + side, alert_lines(alarms))
        begun = shown.begun if not all(shown.begun) else ()
        is_empty = not (shown.due or shown.left or shown.slips or all(shown.begun[-1:]))
        self._write("safe", [*safe_lines(shown.status, self.desk.now_ms()), *ticked(begun)])
        self._share_rows()
        self._show_beginning(begun, is_empty=is_empty)
        if not shown.due and not begun:
            self.say(_NOTHING_DUE)
        elif self.said == in_words(_NOTHING_DUE):
            self.say("")
        self.tell()

    def _show_beginning(self, begun: Sequence[bool], *, is_empty: bool) -> None:
        """Show what a new vault needs, alone where nothing else is in it; the cursor stays where it can."""
        is_whole = bool(begun) and is_empty
        self._new.show(begun if is_whole else ())
        if is_whole and self._noticed:  # its list of alerts is not there yet
            self.warn(together(self._noticed, " "))
        self.query_one("#home").display = not is_whole
        if is_whole:
            self._new.stand()
        elif self.focused is None or self.focused.id == "things":
            self._list("dates").focus()
        self.show_keys()

    @override
    def commands(self) -> tuple[Command, ...]:
        """Return what can be done: a new vault has something to begin, and nothing to open."""
        if not self.is_mounted or not self._new.is_whole:
            return self.ACTS
        return tuple(self._of_new_vault())

    def _of_new_vault(self) -> Iterable[Command]:
        hints = {"open": Message("begin"), "app.call": Message("call"), "new": Message("new case")}
        order = ("open", "app.call", "new", "app.commands")
        acts = {act.action: act for act in self.ACTS}
        yield from (replace(acts[name], hint=hints.get(name, acts[name].hint)) for name in order)
        yield from (replace(act, hint="") for act in self.ACTS if act.action not in order)

    def on_resize(self) -> None:
        """Share the rows anew."""
        self._share_rows()

    def _share_rows(self) -> None:
        """Give what stands below the dates no more rows than it needs: the rest is for dates."""
        home = self.query_one("#home")
        home.styles.grid_rows = None
        if not (self.has_class("-narrow") and self.has_class("-tall")):
            return
        room = self.size.width // 2 - 2 * _MARGIN

        def height(part: str) -> int:
            return sum(max(-(-len(line) // room), 1) for line in self._lines.get(part, []))

        left = 1 + max(self._list("tasks").lines_at(room), 1) + _HEADED + height("alerts-left")
        right = 1 + _HEADED + height("safe")
        home.styles.grid_rows = f"1fr {min(max(left, right, _LEAST_BELOW), int(self.size.height * _MOST_BELOW))}"

    def _say(self, part: str, count: Words) -> None:
        self.query_one(f"#{part}-head", SectionLine).say(count)

    def _write(self, part: str, lines: Sequence[Words]) -> None:
        """Show lines that begin with a sign, which has the colour of its state."""
        shown = [safe_content(line) for line in lines]
        self._lines[part] = [line.plain for line in shown]
        signed = [line.stylize(_SIGNS[line.plain[:1]], 0, 1) if line.plain[:1] in _SIGNS else line for line in shown]
        signed_content = Content("\n").join(signed)
        self.query_one(f"#{part}", Static).update(signed_content)

    def _list(self, name: str) -> WrappingList:
        return self.query_one(f"#{name}", WrappingList)

    @property
    def _new(self) -> NewVault:
        return self.query_one("#begin", NewVault)


def _alerts(side: str) -> Sequence[Widget]:
    """Return the part of what to look at, left under what is to do or right where there is a column for it."""
    name = "alerts-" + side
    return (
        SectionLine(4, Message("Alerts"), id=f"{name}-head"),
        Static("", id=name),
    )
