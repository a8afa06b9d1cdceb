"""Backup and exchange: what would be lost with this computer now, and how far others know of it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.looks.signs import DONE, NO_DATE, SOON
from tui.looks.tokens import Token
from tui.screens.frame.act_form import ActForm
from tui.screens.frame.base import BACK, READ_AGAIN, Command
from tui.screens.frame.dialogs import ResultDialog, ask_new_file
from tui.screens.frame.list_rows import ListScreen
from tui.screens.frame.screen_words import clock_minute, moment
from tui.values.exchange_shown import StandingShown
from tui.widgets.numbered_parts import SectionLine
from tui.widgets.strip import Fact, Strip
from tui.widgets.text_cells import Cell, Column
from tui.widgets.virtual_list import ListRow, VirtualList
from vault.acts.backup import MAKE_BACKUP
from vault.acts.bundle import IMPORT, MAKE
from vault.acts.case_lists import MAKE as MAKE_CASES
from vault.display import age
from vault.durations import DAY_MS, HOUR_MS
from vault.services.imports.case_import import write_template
from vault.services.imports.import_words import template_lines
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from vault.services.exchange.known_peers import Standing


class ListForm(ActForm):
    """The form that makes the cases of a list; or an empty list is written first."""

    ACTS: ClassVar[tuple[Command, ...]] = (
        *ActForm.ACTS,
        Command(
            "ctrl+t", "template", Message("Write an empty list to fill in"), "Ctrl+T", Message("empty list"), rank=3
        ),
    )

    def __init__(self) -> None:
        super().__init__(MAKE_CASES, {}, "")

    def action_template(self) -> None:
        question = Message("Where does the empty list go? It is .csv or .xlsx.")
        ask_new_file(self, question, "/media/stick/cases.xlsx", self._write)

    def _write(self, out: Path) -> None:
        def written(_: object) -> None:
            self.app.push_screen(ResultDialog(self.help_name, template_lines(out)))

        self.ask(lambda _: write_template(out), written)


_LATE_DAYS: Final = 7
_MOST_LINES: Final = 5


class StandingScreen(ListScreen):
    """One row a member; Enter makes a bundle for the one under the cursor."""

    NAME = Message("Backup and exchange")
    COLUMNS = (
        Column(Message("member")),
        Column(Message("from them"), 13),
        Column(Message("to them"), 13),
        Column(Message("waiting"), 12),
    )
    LIST = "whom"
    HAS_STATES = True
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("b", "back_up", Message("Make a backup"), "b", Message("back up")),
        Command("i", "take", Message("Import a bundle that was made for you"), "i", Message("import")),
        Command("m,enter", "make", Message("Make a bundle for the member under the cursor"), "m", Message("make")),
        Command("l", "lists", Message("Import a list of cases from a spreadsheet"), "l", Message("list"), rank=2),
        READ_AGAIN,
        BACK,
    )

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield Horizontal(
            Vertical(SectionLine(1, Message("If this computer died now")), Static("", id="lost-now")),
            Vertical(SectionLine(2, Message("Backups")), Static("", id="kept")),
            id="standing-top",
        )
        yield SectionLine(3, Message("With whom"), id="whom-head")
        yield from super().compose_middle()
        yield Strip(id="last-import")

    @override
    def action_refresh(self) -> None:
        self.ask(lambda vault: vault.exchange.standing(), self._show)

    def action_back_up(self) -> None:
        self._open(ActForm(MAKE_BACKUP, {}, ""))

    def action_take(self) -> None:
        self._open(ActForm(IMPORT, {}, ""))

    @on(VirtualList.Opened)
    def action_make(self) -> None:
        row = self._list.row_at_cursor()
        self._open(ActForm(MAKE, {}, "", first={} if row is None else {"to": row.key}))

    def _open(self, form: ActForm) -> None:
        self.app.push_screen(form, lambda words: self.say(words or ""))

    def action_lists(self) -> None:
        self._open(ListForm())

    def _show(self, shown: StandingShown) -> None:
        self._is_read = True
        now_ms = self.desk.now_ms()
        self.write("lost-now", *_lost_words(shown, now_ms))
        self.write("kept", *_kept_words(shown, now_ms))
        rows = [_row(other, now_ms) for other in shown.members]
        self.query_one("#whom-head", SectionLine).say(
            Message("the newest that each has of the other") if rows else Message("no member has another device yet")
        )
        here, places = self._list.row_at_cursor(), {row.key: place for place, row in enumerate(rows)}
        self.show_rows(rows, 0 if here is None else places.get(here.key, 0))
        self.query_one(Strip).show(_last_facts(shown))


def _lost_words(shown: StandingShown, now_ms: int) -> list[Words]:
    made = shown.backup_ms
    if made is None:
        return [
            Message("{sign} you would lose all that is here:", sign=SOON),
            Message("no backup was made on this computer"),
        ]
    past = max(now_ms - made, 0)
    lost: Words = Message("you would lose less than an hour of work")
    if past >= DAY_MS:
        lost = plural("you would lose {count} day of work", "you would lose {count} days of work", count=past // DAY_MS)
    elif past >= HOUR_MS:
        lost = plural(
            "you would lose {count} hour of work", "you would lose {count} hours of work", count=past // HOUR_MS
        )
    sign = SOON if past >= _LATE_DAYS * DAY_MS else DONE
    return [Message("{sign} {lost}", sign=sign, lost=lost), Message("what others have of you is not lost")]


def _kept_words(shown: StandingShown, now_ms: int) -> list[Words]:
    lines: list[Words] = []
    if shown.backup_ms is None:
        lines.append(Message("{sign} none; b makes one", sign=SOON))
    else:
        made = moment(shown.backup_ms)
        lines.append(Message("{sign} {time}, read again", sign=DONE, time=made))
    if shown.proven_ms is not None:
        lines.append(Message("{sign} sheets proven {when}", sign=DONE, when=age(shown.proven_ms, now_ms)))
    elif shown.lack_of_sheets:
        lines.append(Message("{sign} {lack}", sign=SOON, lack=shown.lack_of_sheets))
    if shown.checked_ms is not None:
        lines.append(Message("{sign} log or backup checked {when}", sign=DONE, when=age(shown.checked_ms, now_ms)))
    return lines


def _row(other: Standing, now_ms: int) -> ListRow:
    is_late = other.waiting > 0 and (other.sent_ms is None or now_ms - other.sent_ms >= _LATE_DAYS * DAY_MS)
    sign = SOON if is_late else DONE if other.sent else NO_DATE
    token = Token.WARN if is_late else Token.OK if other.sent else Token.DIM
    waiting: Words = plural("{count} of yours", "{count} of yours", count=other.waiting)
    if not other.waiting:
        waiting = Message("nothing")
    return ListRow(
        other.member.hex(),
        (
            Cell(other.name, bold=True),
            _when(other.came_ms, now_ms, is_there=other.came),
            _when(other.sent_ms, now_ms, is_there=other.sent),
            Cell(waiting, Token.WARN if is_late else Token.FG),
        ),
        Cell(sign, token, bold=True),
    )


def _when(ms: int | None, now_ms: int, *, is_there: bool) -> Words:
    if ms is not None:
        return age(ms, now_ms)
    return Message("yes") if is_there else Message("never")


def _last_facts(shown: StandingShown) -> list[Fact]:
    if not shown.last:
        return [Fact(Message("Last import"), Message("none since you came in"))]
    first, *more = shown.last[:_MOST_LINES]
    head = Message("today {time}", time=clock_minute(shown.last_ms))
    return [Fact(Message("Last import"), head, Token.ACC), Fact("", first), *(Fact("", line) for line in more)]
