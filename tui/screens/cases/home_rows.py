"""The rows and lines of home: dates, tasks, alerts, whether work would survive, and what a new vault still needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from rich.cells import cell_len
from textual import on
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message as Event
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.drawn.case_time import day_written
from tui.drawn.pieces import Line, Rows, finished, one_line
from tui.looks.signs import DONE, SOON, TO_DO
from tui.looks.tokens import Token
from tui.screens.cases.due_acts import REF
from tui.screens.cases.due_rows import SIGNS, about_words, due_token
from tui.screens.frame.screen_words import clock_minute
from tui.text.calendar import (
    FULL_DAY,
    SHORT_WEEKDAYS,
    SOON_DAYS,
    days_left,
    distance_words,
    short_day,
    short_day_of_week,
    time_said,
)
from tui.text.in_words import together
from tui.text.safe_content import safe_content
from tui.text.safe_text import first_line
from tui.values.cases_shown import Alert, DraftShown, VaultStatus
from tui.values.code_words import word_of
from tui.values.exchange_shown import StandingShown
from tui.values.shaping import states_told
from tui.values.story_shown import DueShown
from tui.widgets.strip import never_cut
from tui.widgets.text_cells import Cell, Column
from tui.widgets.virtual_list import FixedRows, ListRow, VirtualList
from vault.display import age
from vault.durations import DAY_MS
from vault.services.cases.intake import SlipLine
from vault.words.message import Message, Words, plural
from vault.words.next_step import NextStep

if TYPE_CHECKING:
    from vault.services.cases.story_records import LeftOut
    from vault.services.cases.two_versions import InTwo
    from vault.services.exchange.known_peers import Standing

# What makes a new vault safe and useful: four things in any order, ticked as they are done, gone when all are.


class _Thing(NamedTuple):
    name: Message
    how: Message
    why: Message
    place: str


_THINGS: Final = (
    _Thing(
        Message("Recovery sheets"),
        Message("on paper, about 10 minutes"),
        Message("Without them a lost passphrase is the end of the vault."),
        "app.go('own_access')",
    ),
    _Thing(
        Message("First backup"),
        Message("a USB stick, 1 minute"),
        Message("It is read again at once, so you know that it works."),
        "app.go('back_up')",
    ),
    _Thing(
        Message("A second member"),
        Message("with 13 words read aloud"),
        Message("One person alone can lose everything in one evening."),
        "app.go('members')",
    ),
    _Thing(
        Message("The first case"),
        Message("n, then a name"),
        Message("Or search first: a colleague may have it already."),
        "",
    ),
)
_FOR_WHY: Final = (76, 18)
"""The cells and rows that it takes to say why each is good."""
_COLUMNS: Final = (Column("", 1), Column("", 20, runs_on=True), Column("", runs_on=True))


class NewVault(Vertical):
    """The four things, as large as the screen: while nothing is in the vault, there is nothing else to see."""

    SCOPED_CSS = False
    DEFAULT_CSS: ClassVar[str] = """
    NewVault { height: 1fr; padding-top: 1; }
    NewVault > Static { height: auto; padding: 0 4; }
    NewVault > VirtualList { height: auto; min-height: 4; max-height: 12; margin: 1 2; }
    .-slim NewVault > Static { padding: 0 2; }
    .-slim NewVault > VirtualList { margin: 1 0; }
    """

    class Begun(Event):
        """One of them was chosen; `place` is the action that goes there, empty for a new case."""

        def __init__(self, place: str) -> None:
            super().__init__()
            self.place = place

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._done: tuple[bool, ...] = ()

    @override
    def compose(self) -> Iterable[Widget]:
        yield Static("", id="nothing-yet")
        yield VirtualList(_COLUMNS, id="things", has_states=True, is_part=True)
        yield Static("", id="phone")

    def on_mount(self) -> None:
        nothing = safe_content(Message("Nothing is in this vault yet."), "bold")
        order = safe_content(Message("Four things make it safe and useful, in any order."), "$dim")
        begun_content = Content("\n").join((nothing, order))
        self.query_one("#nothing-yet", Static).update(begun_content)
        phone = safe_content(Message("Somebody is on the phone right now?"), "bold")
        call = safe_content(Message("takes a call without any case; nothing else has to be done first."))
        key = Content.styled("F9", "bold $acc")
        phone_content = Content("\n").join((phone, Content(" ").join((key, call))))
        self.query_one("#phone", Static).update(phone_content)

    @property
    def is_whole(self) -> bool:
        return bool(self._done)

    def show(self, done: Sequence[bool]) -> None:
        """Show which are done; nothing where none are asked."""
        self._done = tuple(done)
        self.display = self.is_whole
        self._lay()

    def on_resize(self) -> None:
        """Leave out why each is good where there is no room for it."""
        self._lay()

    def _lay(self) -> None:
        has_room = self.size.width >= _FOR_WHY[0] and self.size.height >= _FOR_WHY[1]
        rows = [row for number, done in enumerate(self._done) for row in _rows(number, is_done=done, whole=has_room)]
        place = self._list.cursor
        self._list.show_source(FixedRows(rows))
        self._list.styles.height = max(len(rows), 1)
        self._list.cursor = place

    def stand(self) -> None:
        """Put the cursor here."""
        self._list.focus()

    def begin(self, number: int) -> None:
        if number <= len(_THINGS):
            self.post_message(self.Begun(_THINGS[number - 1].place))

    @on(VirtualList.Opened)
    def _opened(self, event: VirtualList.Opened) -> None:
        event.stop()
        self.begin(int(event.row.key))

    @property
    def _list(self) -> VirtualList:
        return self.query_one("#things", VirtualList)


def ticked(done: Sequence[bool], *, is_whole: bool) -> list[tuple[str, Words, Words]]:
    """Return the four things, each with the sign of whether it is done; where there is little room, those to do."""
    return [
        (DONE if is_done else TO_DO, thing.name, "")
        for is_done, thing in zip(done, _THINGS, strict=False)
        if is_whole or not is_done
    ]


def _rows(number: int, *, is_done: bool, whole: bool) -> Iterator[ListRow]:
    thing = _THINGS[number]
    state = Cell(DONE, Token.OK) if is_done else Cell(TO_DO, Token.DIM)
    key = str(number + 1)
    yield ListRow(key, (Cell(key, Token.ACC, bold=True), Cell(thing.name, bold=True), thing.how), state)
    if whole:
        yield ListRow(key, ("", Cell(thing.why, Token.DIM), ""), is_passed=True)
        if number + 1 < len(_THINGS):
            yield ListRow(key, ("", "", ""), is_passed=True)


DATES: Final = (Column("", 10), Column("", 4), Column("", 18, rank=1), Column(""), Column("", 14, is_right=True))
TASKS: Final = (Column("", 4), Column("", 18, rank=1), Column(""), Column("", 11, is_right=True))
ALERTS: Final = (Column(""), Column("", 8, is_right=True))
_MOST_MET: Final = 8
_LATE_DAYS: Final = 7
_WEEK: Final = 7
_GAP: Final = 2
_READ: Final = Message("read")
IN_TWO: Final = "versions"
"""The place of an alert about a record with two versions."""
_WORDS: Final = {
    "back_up": Message("back up"),
    "calls": Message("calls"),
    "devices": Message("devices"),
    "erasures": Message("erasures"),
    "exchange": Message("import"),
    "log": Message("log"),
    "members": Message("members"),
    "own_access": Message("access"),
    IN_TWO: Message("show both"),
}
"""What Enter on an alert does: the place that it goes to."""
_PLACES: Final = {
    NextStep.CARRY_OUT_HANDOVER: "members",
    NextStep.CHANGE_ROLES: "members",
    NextStep.CONFIRM_SHEETS: "own_access",
    NextStep.DRILL_RECOVERY: "own_access",
    NextStep.FOLLOW_RECOVERY: "own_access",
    NextStep.IMPORT_BUNDLE: "exchange",
    NextStep.LIST_DEVICES: "devices",
    NextStep.LIST_ERASURES: "erasures",
    NextStep.LIST_FACTORS: "own_access",
    NextStep.LIST_MEMBERS: "members",
    NextStep.LIST_OVERDUE: "erasures",
    NextStep.LIST_SLIPS: "calls",
    NextStep.LIST_PROPOSALS: "members",
    NextStep.MAKE_BACKUP: "back_up",
    NextStep.MAKE_NEW_ROOT: "own_access",
    NextStep.MAKE_SHEETS: "own_access",
    NextStep.REMOVE_ERASED: "erasures",
    NextStep.REVOKE_DEVICE: "devices",
    NextStep.SHOW_OWN_WORDS: "devices",
    NextStep.SUSPEND_MEMBER: "members",
    NextStep.VERIFY_LOG: "log",
}
"""Where an alert is settled that names its next step."""


def by_day(lines: Sequence[DueShown], today: date) -> Mapping[date, Sequence[str]]:
    found: dict[date, list[str]] = {}
    for line in lines:
        left = days_left(line.when, today)
        if left is not None:
            found.setdefault(date.fromisoformat(line.when[:FULL_DAY]), []).append(due_token(left, line.missed).value)
    return found


def counted(lines: Sequence[DueShown], today: date, more: int) -> Words:
    """Return how many dates are late and how many come, and how many more there are than are shown."""
    distances = [
        -1 if line.missed is not None else days for line in lines if (days := days_left(line.when, today)) is not None
    ]
    late = sum(days < 0 for days in distances)
    soon = sum(0 <= days <= SOON_DAYS for days in distances)
    said = Message(
        "{late} overdue, {soon} in the next {days} days, {later} later",
        late=late,
        soon=soon,
        days=SOON_DAYS,
        later=len(lines) - late - soon,
    )
    return Message("{counted}, {more} more", counted=said, more=more) if more else said


def tasks_counted(lines: Sequence[DueShown], today: date) -> Words:
    """Return how many tasks there are, and how many of them for today or before."""
    now = sum(1 for line in lines if (left := days_left(line.when, today)) is not None and left <= 0)
    return Message("{count}, {now} today", count=len(lines), now=now) if now else str(len(lines))


def date_row(line: DueShown, today: date) -> ListRow:
    left = days_left(line.when, today)
    token = due_token(left, line.missed)
    sign = SIGNS.get(token)
    when: Words = line.when if left is None else short_day_of_week(date.fromisoformat(line.when[:FULL_DAY]))
    shown = about_words(line, time_said(line.when) if left else "")  # of today it stands at the end of the row
    if line.step:  # whole, also where other rows are cut
        shown = Message("now: {step}; {about}", step=line.step, about=shown)
    distance = Cell(line.missed or distance_words(left, line.when), token, bold=sign is not None)
    cells = (when, Cell(line.ref[:REF], Token.DIM), line.client, Cell(shown, stays=bool(line.step)), distance)
    return ListRow(line.key, cells, None if sign is None else Cell(sign, token, bold=True))


def left_row(left: LeftOut) -> ListRow:
    """Return the row that says how much of a case is not shown."""
    words = Message("and {count} more dates and tasks, {late} of them late", count=left.count, late=left.late)
    return ListRow(left.case.hex(), ("", Cell(left.ref[:REF], Token.DIM), "", Cell(words, Token.WARN), ""))


def task_row(line: DueShown, today: date) -> ListRow:
    left = days_left(line.when, today)
    when = Cell(_short_when(left, line.when), due_token(left, line.missed))
    cells = (Cell(line.ref[:REF], Token.DIM), line.client, line.headline, when)
    return ListRow(line.key, cells, Cell(TO_DO, Token.DIM))


def _short_when(left: int | None, when: str) -> Words:
    """Return the day of the week within a week, else how late it is or its day."""
    if left is None or left <= 0:
        return distance_words(left, when)
    day = date.fromisoformat(when[:FULL_DAY])
    return SHORT_WEEKDAYS[day.weekday()] if left < _WEEK else short_day(day)


def alerts_of(status: VaultStatus, in_two: Sequence[InTwo]) -> list[Alert]:
    """Return all that was noticed, each with the place where it is settled, where that is known."""
    return [*(Alert(words, _place_of(words)) for words in status.alarms), *in_two_alerts(in_two), *status.lacks]


def _place_of(words: Words) -> str:
    for _, value in () if isinstance(words, str) else words.values:
        place = _place_of(value) if isinstance(value, Message) else ""
        place = _PLACES.get(value, "") if isinstance(value, NextStep) else place
        if place:
            return place
    return ""


def alert_rows(alerts: Sequence[Alert]) -> list[ListRow]:
    """Return a row for each, with what Enter does at its end."""
    return [
        ListRow(
            "alert-" + str(place),
            (alert.words, Cell(_WORDS.get(alert.place, _READ), Token.ACC)),
            Cell(SOON, Token.WARN, bold=True),
        )
        for place, alert in enumerate(alerts)
    ]


def slip_rows(slips: Sequence[SlipLine], day: date | None, most: int, width: int) -> Rows:
    """Return two rows for each of the newest slips: when and who, then the language and what was said.

    What must never be used stands there alone, whole.
    """
    lines, times = [], _widest_time((slip.said.received for slip in slips[:most]), day)
    for slip in slips[:most]:
        first, second = Line(width), Line(width)
        first.put_cut(_GAP, _time(slip.said.received, day), times, bold=True)
        end = width - _GAP
        if slip.said.call_back and not slip.do_not_call:
            end = first.put_right(end, Message("call"), "warn") - _GAP
        left = _GAP + times + 1
        if slip.do_not_call:
            first.put_cut(left, Message("DO NOT CALL"), end - left, "alarm", bold=True)
            second.put(left, never_cut(slip.do_not_call, width - _GAP - left, 1)[0], bold=True)
        else:
            first.put_cut(left, slip.said.number or slip.said.name or Message("no number"), end - left)
            said = [slip.said.name if slip.said.number else "", slip.said.language, slip.said.text]
            second.put_cut(left, together((part for part in said if part), "  "), width - _GAP - left, "dim")
        lines += [first, second]
    return finished(lines)


def _widest_time(times: Iterable[int], day: date | None) -> int:
    return max((cell_len(one_line(_time(ms, day))) for ms in times), default=0)


def _time(ms: int, day: date | None) -> Words:
    written = day_written(ms)
    return clock_minute(ms) if written is None or written == day else short_day(written)


def draft_rows(drafts: Sequence[DraftShown], day: date | None, most: int, width: int) -> Rows:
    """Return a row for each draft: when it was saved, in which case, its first words."""
    lines, times = [], _widest_time((draft.saved_ms for draft in drafts[:most]), day)
    for draft in drafts[:most]:
        line = Line(width)
        line.put_cut(_GAP, _time(draft.saved_ms, day), times, bold=True)
        end = line.put_cut(_GAP + times + 1, draft.ref[:REF], REF, "dim") + _GAP
        line.put_cut(end, first_line(draft.text), width - _GAP - end)
        lines.append(line)
    return finished(lines)


def safe_rows(facts: Sequence[tuple[str, Words, Words]], width: int) -> Rows:
    """Return a row for each fact: its sign, what it is about, and how that stands."""
    labels = max((cell_len(one_line(label)) for _, label, said in facts if said), default=0)
    lines = []
    for sign, label, said in facts:
        line = Line(width)
        line.put(_GAP, sign, {SOON: "warn", DONE: "ok"}.get(sign, "dim"), bold=sign == SOON)
        if not said:
            line.put_cut(2 * _GAP, label, width - 3 * _GAP)
        else:
            line.put_cut(2 * _GAP, label, min(labels, width // 2), "dim")
            left = 3 * _GAP + min(labels, width // 2)
            line.put_cut(left, said, width - _GAP - left)
        lines.append(line)
    return finished(lines)


def in_two_alerts(found: Sequence[InTwo]) -> list[Alert]:
    """Return which record has two versions, the first of several, and of a case what each version says."""
    if not found:
        return []
    first, more = found[0], len(found) - 1
    line = Message("2 versions of a record of {ref}: {kind}", ref=first.ref, kind=word_of(first.place.kind))
    if first.states:
        said = states_told(first.states)
        line = Message("2 versions of {ref}: {said}", ref=first.ref, said=said)
    return [Alert(Message("{line}; {count} more", line=line, count=more) if more else line, IN_TWO)]


def safe_facts(status: VaultStatus, now_ms: int) -> list[tuple[str, Words, Words]]:
    """Return what would be lost if this computer died now."""
    made = status.backup_ms
    if made is None:
        return [(SOON, Message("no backup from this device"), "")]
    sign = SOON if now_ms - made > _LATE_DAYS * DAY_MS else DONE
    return [(sign, Message("backup"), age(made, now_ms))]


def met_facts(standing: StandingShown, now_ms: int, most: int = _MOST_MET) -> list[tuple[str, Words, Words]]:
    """Return for each other member what came from them last: who was not heard for a week comes first."""
    found = sorted((_met(other, now_ms) for other in standing.members), key=lambda fact: fact[0] != SOON)
    more = len(found) - most
    if more > 0:
        found = [*found[:most], ("", plural("and {count} more", "and {count} more", count=more), "")]
    return found


def _met(other: Standing, now_ms: int) -> tuple[str, Words, Words]:
    if not other.came:
        return SOON, other.name, Message("nothing yet")
    day = None if other.came_ms is None else day_written(other.came_ms)
    if other.came_ms is None or day is None:
        return DONE, other.name, Message("came")
    if now_ms - other.came_ms >= _LATE_DAYS * DAY_MS:
        return SOON, other.name, Message("nothing since {day}", day=short_day_of_week(day))
    return DONE, other.name, age(other.came_ms, now_ms)
