"""Home: what is late and what comes, what is to do, who called, what to look at, and whether work would survive."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.containers import Container, Vertical
from textual.widget import Widget
from typing_extensions import override

from tui.drawn.days_and_weeks import day_strip
from tui.looks.signs import ONE_DATE
from tui.screens.cases.due_acts import DONE_ACT, MOVE_ACT, DueScreen
from tui.screens.cases.due_rows import about_words
from tui.screens.cases.home_rows import (
    ALERTS,
    DATES,
    IN_TWO,
    TASKS,
    NewVault,
    alert_rows,
    alerts_of,
    by_day,
    counted,
    date_row,
    draft_rows,
    left_row,
    met_facts,
    safe_facts,
    safe_rows,
    slip_rows,
    task_row,
    tasks_counted,
    ticked,
)
from tui.screens.frame.act_form import ActForm
from tui.screens.frame.base import READ_AGAIN, Command
from tui.screens.frame.desk import OpenCase, ShowBoth
from tui.screens.frame.dialogs import ResultDialog
from tui.screens.frame.looking_back import BOTH
from tui.text.calendar import long_day
from tui.text.in_words import in_words, together
from tui.values.cases_shown import Alert
from tui.values.exchange_shown import StandingShown
from tui.values.story_shown import DueShown, HomeShown
from tui.widgets.drawn_parts import Draw, DrawnPart
from tui.widgets.numbered_parts import SectionLine
from tui.widgets.strip import Strip
from tui.widgets.text_cells import WIDE
from tui.widgets.virtual_list import VirtualList
from tui.widgets.wrapping_list import WrappingList
from vault.acts.case import NEW
from vault.casework.story.events import Task
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from vault.services.cases.two_versions import InTwo

_SECTIONS = ("dates", "tasks")
_ALERTS, _SAFE = 4, 5
_HEADED = 2  # a blank row and a heading
_LEAST_BELOW, _MOST_BELOW = 6, 0.42
_FEW, _MANY = 2, 8
"""How much of a part is shown where it is narrow, and where there is a column for it."""
_FEW_LINES, _LINES = 4, 12  # of alerts
_SIDES = ("left", "right")
_RIGHT = 48
_NOTHING_DUE = Message("Nothing is due. d in a case sets a date.")


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
        Command("6", "section(6)", Message("Go on with a draft"), "6"),
        Command("", "open()", Message("In a case, d: checklist (arrest), request (subject)"), ""),
        READ_AGAIN,
        Command("escape", "cases", Message("The list of cases"), "Esc"),
    )

    def __init__(self) -> None:
        super().__init__()
        self._shown: dict[str, DueShown] = {}
        self._left: set[str] = set()
        self._alerts: list[Alert] = []
        self._noticed: tuple[Words, ...] = ()
        self._read: HomeShown | None = None
        self._standing: StandingShown | None = None
        self._told = ""
        self._shared: str | None = None
        self._in_two: Sequence[InTwo] = ()

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield NewVault(id="begin")
        with Container(id="home"):
            with Vertical(id="home-dates"):
                yield SectionLine(1, Message("Dates"), id="dates-head", end=Message("{sign} one date", sign=ONE_DATE))
                yield DrawnPart(lambda width: (), id="days-rows")
                yield WrappingList(DATES, id="dates", is_part=True, is_tight=True)
                yield Strip(id=self.CARD, is_below=True)
            with Vertical(id="home-tasks"):
                yield SectionLine(2, Message("To do"), id="tasks-head", end=Message("Space done"))
                yield WrappingList(TASKS, id="tasks", is_part=True, is_tight=True)
                yield from _alerts("left", is_tight=True)
            with Vertical(id="home-rest"):
                yield SectionLine(3, Message("Slips"), id="slips-head", end=Message("F9 takes a call"))
                yield DrawnPart(lambda width: (), id="slips-rows")
                yield from _alerts("right", is_tight=False)
                yield SectionLine(5, Message("Backup and exchange"), id="safe-head")
                yield DrawnPart(lambda width: (), id="safe-rows")
                yield SectionLine(6, Message("Drafts"), id="drafts-head")
                yield DrawnPart(lambda width: (), id="drafts-rows")

    def on_mount(self) -> None:
        self.query_one("#begin").display = False
        self._list("dates").focus()
        self.action_refresh()

    def on_screen_resume(self) -> None:
        if self._read is not None:
            self.action_refresh()

    @override
    def action_refresh(self, stand_on: str = "") -> None:
        self.ask(lambda vault: vault.story.home(vault.status(), vault.intake.newest()), partial(self._show, stand_on))

    def action_cases(self) -> None:
        """Go to the list of cases, which lies below."""
        self.end("")

    def action_new(self) -> None:
        self.app.push_screen(ActForm(NEW, {}, ""))

    def action_versions(self) -> None:
        """Show both versions of the first record that has two."""
        if not self._in_two:
            self.say(Message("Each record of your cases has only one version."))
            return
        two, more = self._in_two[0], len(self._in_two) - 1
        place = two.place
        self.post_message(
            ShowBoth(place.case.hex(), two.ref, place.record.hex(), place.kind, lambda _: None, more=more)
        )

    def action_section(self, number: int) -> None:
        """Go to a part of this screen, or begin what a new vault lacks."""
        if self._new.is_whole:
            self._new.begin(number)
        elif number <= len(_SECTIONS):
            self._list(_SECTIONS[number - 1]).focus()
        elif number == _ALERTS and self._alerts and (shown := self._shown_alerts()) is not None:
            shown.focus()
        elif number == _ALERTS:
            self._show_alerts()
        elif number > _SAFE:
            from tui.screens.cases.reopened_forms import offer_drafts  # noqa: PLC0415 - every form there is: not at unlock

            offer_drafts(self)
        else:
            self.call_later(self.run_action, "app.go('calls')" if number < _ALERTS else "app.go('standing')")

    def _show_alerts(self) -> None:
        lines = [line for alert in self._alerts for line in (alert.words, "")]
        self.app.push_screen(ResultDialog(Message("Alerts"), lines or [Message("Nothing.")]))

    def _shown_alerts(self) -> WrappingList | None:
        return next((found for side in _SIDES if (found := self._list("alerts-" + side)).is_on_screen), None)

    def action_open(self) -> None:
        """Open the case of the row under the cursor."""
        if isinstance(self.focused, VirtualList):
            self.focused.action_open()

    @on(VirtualList.Opened)
    def _opened(self, event: VirtualList.Opened) -> None:
        place = next(
            (
                alert.place
                for alert, row in zip(self._alerts, alert_rows(self._alerts), strict=True)
                if row.key == event.row.key
            ),
            None,
        )
        if place == IN_TWO:
            self.action_versions()
        elif place:
            self.call_later(self.run_action, "app.go('" + place + "')")
        elif place is not None:
            self._show_alerts()
        elif event.row.key in self._left:
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
    @on(events.DescendantFocus)
    @override
    def tell(self) -> None:
        """Say it; where the row is cut and no card stands below, whole in the line of status, unless that says more."""
        super().tell()
        line, rows = self.here(), self.focused
        has_card = self.query_one(f"#{self.CARD}", Strip).display
        is_cut = isinstance(rows, WrappingList) and rows.has_cut and not has_card
        if self.said in {"", self._told}:
            self.say("" if line is None or not is_cut else together((line.client, about_words(line)), "  "))
            self._told = self.said

    @override
    def here(self) -> DueShown | None:
        focused = self.focused if isinstance(self.focused, WrappingList) else self._list("dates")
        row = focused.row_at_cursor()
        return None if row is None else self._shown.get(row.key)

    def _show(self, stand_on: str, shown: HomeShown) -> None:
        self._read = shown
        today = date.fromisoformat(shown.today)
        dates = [line for line in shown.due if line.kind != Task.KIND]
        self._shown = {line.key: line for line in shown.due}
        self._left = {left.case.hex() for left in shown.left}
        locks = Message("locks after {minutes} min", minutes=self.desk.settings.idle_minutes)
        self.head(long_day(today), Message("{member}   {locks}", member=shown.status.member, locks=locks))
        self._say("dates", counted(dates, today, shown.more + sum(each.count for each in shown.left)))
        tokens = by_day(dates, today)
        self._draw("days", lambda width: day_strip(tokens, today, width, weeks=3 if self.size.width >= WIDE else 2))
        rows = [*(date_row(line, today) for line in dates), *map(left_row, shown.left)]
        self._list("dates").show_rows(rows, stand_on=stand_on)
        self._show_parts(stand_on)
        begun = shown.begun if not all(shown.begun) else ()
        is_empty = not (shown.due or shown.left or shown.slips or all(shown.begun[-1:]))
        self._show_beginning(begun, is_empty=is_empty)
        if not shown.due and not begun:
            self.say(_NOTHING_DUE)
        elif self.said == in_words(_NOTHING_DUE):
            self.say("")
        self.tell()
        self.ask(lambda vault: vault.exchange.standing(counts=False), self._show_standing, failed=lambda _: None)

    def _show_standing(self, standing: StandingShown) -> None:
        """Show how far the others are known, which is read behind all else."""
        self._standing = standing
        self._show_safe()
        self._share_rows()

    def _show_parts(self, stand_on: str = "") -> None:
        """Show what stands beside the dates, as much of it as there is room for."""
        shown = self._read
        if shown is None:
            return
        is_wide, today = self.size.width >= WIDE, date.fromisoformat(shown.today)
        tasks = [line for line in shown.due if line.kind == Task.KIND]
        rows = [task_row(line, today) for line in tasks]
        self._list("tasks").show_rows(rows, stand_on=stand_on)
        self._say("tasks", tasks_counted(tasks, today))
        slips = plural("{count} open", "{count} open", count=shown.slips)
        self._say("slips", Message("{slips}, 1 put away", slips=slips) if shown.has_begun_slip else slips)
        self._draw("slips", partial(slip_rows, shown.calls, today, _FEW * (1 + is_wide)))
        self._noticed = shown.status.alarms
        self._in_two = shown.in_two
        self._alerts = alerts_of(shown.status, shown.in_two)
        for side in _SIDES:
            self._say("alerts-" + side, str(len(self._alerts)) if self._alerts else Message("none"))
            self._list("alerts-" + side).show_rows(alert_rows(self._alerts))
        self._say("drafts", str(shown.status.drafts) if shown.status.drafts else Message("none"))
        self._draw("drafts", partial(draft_rows, shown.drafts, today, _MANY))
        self._show_safe()
        self._share_rows()

    def _show_safe(self) -> None:
        shown, is_wide, now_ms = self._read, self.size.width >= WIDE, self.desk.now_ms()
        if shown is None:
            return
        facts = safe_facts(shown.status, now_ms)
        facts += [] if self._standing is None else met_facts(self._standing, now_ms, _MANY if is_wide else _FEW)
        facts += ticked(() if all(shown.begun) else shown.begun, is_whole=is_wide)
        self._draw("safe", partial(safe_rows, facts))

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
        self._show_parts()

    def _share_rows(self) -> None:
        """Give what stands below the dates no more rows than it needs: the rest is for dates."""
        room = self.size.width // 2
        few, many = self._list("alerts-left"), self._list("alerts-right")
        few.styles.height = lines = max(min(few.lines_at(room), _FEW_LINES), 1)
        many.styles.height = max(min(many.lines_at(_RIGHT if self.size.width >= WIDE else self.size.width), _LINES), 1)
        rows = None
        if self.has_class("-narrow") and self.has_class("-tall"):
            left = 1 + max(self._list("tasks").lines_at(room, 1), 1) + _HEADED + lines
            drawn = (self.query_one(f"#{part}-rows", DrawnPart) for part in ("slips", "safe"))
            right = 1 + _HEADED + sum(part.rows_at(room) for part in drawn)
            rows = f"1fr {min(max(left, right, _LEAST_BELOW), int(self.size.height * _MOST_BELOW))}"
        if rows != self._shared:
            self._shared = rows
            self.query_one("#home").styles.grid_rows = rows

    def _say(self, part: str, count: Words) -> None:
        self.query_one(f"#{part}-head", SectionLine).say(count)

    def _draw(self, part: str, draw: Draw) -> None:
        self.query_one(f"#{part}-rows", DrawnPart).show(draw)

    def _list(self, name: str) -> WrappingList:
        return self.query_one(f"#{name}", WrappingList)

    @property
    def _new(self) -> NewVault:
        return self.query_one("#begin", NewVault)


def _alerts(side: str, *, is_tight: bool) -> Sequence[Widget]:
    """Return the part of what to look at, left under what is to do or right where there is a column for it."""
    name = "alerts-" + side
    return (
        SectionLine(4, Message("Alerts"), id=f"{name}-head"),
        WrappingList(ALERTS, id=name, is_part=True, is_tight=is_tight),
    )
