"""The top of a case: what somebody must know before their hand is at the telephone, and its timeline."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, ClassVar, Final, NamedTuple

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.geometry import Size
from textual.message import Message as Sent
from textual.strip import Strip as Line
from textual.widget import Widget
from typing_extensions import override

from tui.drawn.case_time import case_time, read_as_list
from tui.drawn.timeline import CaseTime, Zoom
from tui.looks.signs import NONE, NOT_KNOWN, RISK
from tui.looks.tokens import Token
from tui.screens.cases.due_rows import SIGNS, about_words, due_in, due_token
from tui.screens.frame.list_rows import RISKS
from tui.text.calendar import day_said, days_left, distance_words, short_day, short_day_of_week, time_said
from tui.text.in_words import in_words
from tui.values.cases_shown import CaseShown, RecordShown
from tui.values.code_words import word_of
from tui.widgets.drawn_parts import TimelinePart
from tui.widgets.overlays import LOW
from tui.widgets.strip import packed_whole
from tui.widgets.text_cells import Cell, Column, broken, draw, fit_cells, look_of, width_of
from tui.widgets.virtual_list import FixedRows, ListRow, VirtualList
from vault.words.message import Message, Words, joined, plural

# What somebody must know of a case before their hand is at the telephone: three lines on top of it.

_MARGIN: Final = 2
_LABELS: Final = (Message("SAFE CONTACT"), Message("DO NOT CALL"), Message("NEXT"))
_MOST_CONTACTS: Final = 2
_MOST_LINES: Final = 2
_LEAST_ABOUT: Final = 8
_MOST_LAID: Final = 5_000
_SHARE: Final = 8
"""What must never be used takes at most this part of the rows of the screen."""
_GAP: Final = "   "


class CaseTop(Widget, can_focus=False):
    """How to reach people without harm, what must never be used, what comes next; warnings of the case below.

    It takes no more than its share of the screen. Where more must never be used than there is room for, it can have
    the focus and is scrolled with the arrows; how many more there are stands there meanwhile.
    """

    DEFAULT_CSS = """
    CaseTop { height: auto; background: $band; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll(-1)", show=False),
        Binding("down", "scroll(1)", show=False),
        Binding("pageup", "scroll(-9)", show=False),
        Binding("pagedown", "scroll(9)", show=False),
    ]

    def __init__(self, case: CaseShown) -> None:
        super().__init__(id="case-top")
        self._case = case
        self._above = 0
        self._laid_for: object = None
        self._laid = Laid([], 0)

    def show(self, case: CaseShown) -> None:
        """Show the case as it is now; the same lines again cost no byte."""
        before = self._lay(self.size.width).lines
        self._case, self._laid_for = case, None
        now = self._lay(self.size.width).lines
        if before != now:
            self.refresh(layout=len(now) != self.size.height)

    def action_scroll(self, lines: int) -> None:
        """Show others of the numbers that must never be used."""
        self._above = min(max(self._above + lines, 0), self._laid.below + self._above)
        self.refresh()

    @override
    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lay(width).lines)

    @override
    def render_line(self, y: int) -> Line:
        lines = self._lay(self.size.width).lines
        line = lines[y] if y < len(lines) else []
        return draw(look_of(self), [Cell(" " * _MARGIN), *line], self.size.width, Token.BAND)

    def _lay(self, width: int) -> Laid:
        """Return the lines, which are laid out once for all rows."""
        asked = (width, self.app.size.height, self._above)
        if asked != self._laid_for:
            self._laid_for, self._laid = asked, lay_top(self._case, *asked)
            self.can_focus = self._above + self._laid.below > 0
        return self._laid


class Laid(NamedTuple):
    """The lines that stand over a case, and how many of what must never be used are below them."""

    lines: list[list[Cell]]
    below: int


def lay_top(case: CaseShown, width: int, height: int, above: int) -> Laid:
    """Lay the lines out; `above` are lines of what must never be used that were scrolled away."""
    room = max(width - 2 * _MARGIN, 1)
    column = max(cell_len(in_words(label)) for label in _LABELS) + 2
    tokens = (Token.ACC, Token.ALARM, Token.ACC)
    contact, never, following = (
        fit_cells(Cell(label, token, bold=True), column) for label, token in zip(_LABELS, tokens, strict=True)
    )
    blank = [Cell(" " * column)]
    lines: list[list[Cell]] = []
    is_low = height < LOW
    for place, row in _contacts(case, room - column, 1 if is_low else _MOST_CONTACTS, 1 if is_low else _MOST_LINES):
        lines.append([*(blank if place else contact), *row])
    risk = _risk(case.head.risk)
    numbers, below = _never_use(case, room - column - width_of(risk) - 2, max(height // _SHARE, 2), above)
    for place, number in enumerate(numbers):
        line = [*(blank if place else never), *number]
        lines.append(line if place else [*line, Cell(" " * max(room - width_of(line) - width_of(risk), 1)), *risk])
    lines.append([*following, *_next(case, room - column)])
    if case.silence:
        lines.append([*blank, Cell(case.silence, Token.DIM)])
    both = case.both.get("", ())
    warnings: list[Words] = [
        Message("2 versions, b says which stands. {said}", said=joined(both, " / ") or "") for _ in both[:1]
    ]
    warnings += [words for words in (case.namesakes, case.alone) if words]
    if case.head.no_recovery_reason:
        warnings.append(Message("Recovery cannot open this case: {why}", why=case.head.no_recovery_reason))
    for words in warnings:
        lines += _short([Cell("! ", Token.WARN, bold=True), Cell(words)], room, _MOST_LINES)
    return Laid(lines, below)


def _contacts(case: CaseShown, room: int, most: int, most_lines: int) -> Iterator[tuple[int, list[Cell]]]:
    """Yield the lines of the safe contacts, each with its place in what it belongs to."""
    if not case.safe_contacts:
        yield 0, [Cell(Message("{sign} none is known; ask first", sign=NONE), Token.DIM)]
    for contact in case.safe_contacts[:most]:
        yield from enumerate(_short([Cell(contact)], room, most_lines))
    more = len(case.safe_contacts) - most
    if more > 0:
        yield 1, [Cell(plural("and {count} more, among the people", "and {count} more, among the people", count=more))]


def _short(words: list[Cell], room: int, most: int) -> Iterator[list[Cell]]:
    rows = list(broken(words, room))
    for place, row in enumerate(rows[:most]):
        is_cut = place == most - 1 and len(rows) > most
        yield fit_cells((*row, Cell(" "), *rows[place + 1]), room) if is_cut else row


def _never_use(case: CaseShown, room: int, most: int, above: int) -> tuple[list[list[Cell]], int]:
    """Return what must never be used, no number broken, and how many lines of it are below.

    Where that takes more lines than it may, the last of them says so.
    """
    if not case.never_use:
        return [[Cell(Message("{sign} none is said", sign=NONE), Token.DIM)]], 0
    every = packed_whole(case.never_use[:_MOST_LAID], room)
    if len(every) <= most and len(case.never_use) <= _MOST_LAID:
        return [[Cell(line, bold=True)] for line in every], 0
    shown = every[above : above + most - 1]
    below = len(every) - above - len(shown)
    hint = plural("{count} more line; F6, then arrows", "{count} more lines; F6, then arrows", count=below)
    return [*([Cell(line, bold=True)] for line in shown), [Cell("! ", Token.WARN, bold=True), Cell(hint)]], below


def _risk(risk: str) -> list[Cell]:
    signs, token = RISKS.get(risk, (0, Token.DIM))
    words = Message("risk {signs} {risk}", signs=RISK * signs or NOT_KNOWN, risk=word_of(risk))
    return [Cell(words, Token.FG if token is Token.DIM else token, bold=token is Token.ALARM)]


def _next(case: CaseShown, room: int) -> list[Cell]:
    today = date.fromisoformat(case.today) if case.today else None
    dated = [record for record in due_in(case) if today is not None and days_left(record.when, today) is not None]
    if today is None or not dated:
        return [Cell(Message("{sign} nothing is due; d sets a date", sign=NONE), Token.DIM)]
    cells = _first(dated[0], today, room)
    if dated[1:]:
        cells += _second(dated[1], room - width_of(cells))
    return cells


def _first(record: RecordShown, today: date, room: int) -> list[Cell]:
    left = days_left(record.when, today)
    token = due_token(left, record.missed)
    distance = record.missed or distance_words(left, record.when)
    sign = f"{SIGNS[token]} " if token in SIGNS else ""
    day = short_day_of_week(_day(record))

    def said(about: Words) -> Message:
        return Message("{about}, {day}, {distance}", about=about, day=day, distance=distance)

    around = cell_len(sign) + cell_len(in_words(said("")))
    about = _cut(about_words(record), max(room - around, _LEAST_ABOUT))
    return [Cell(sign, token, bold=True), Cell(said(about), token, bold=token is not Token.FG)]


def _second(record: RecordShown, room: int) -> list[Cell]:
    """Return what comes then, with its day; nothing where there is no room for the day."""
    time = time_said(record.when)
    day = short_day(_day(record))
    when: Words = Message("{day} {time}", day=day, time=time) if time else day

    def said(about: Words) -> Message:
        return Message("then {about} {when}", about=about, when=when)

    left = room - len(_GAP) - cell_len(in_words(said("")))
    if left < _LEAST_ABOUT:
        return []
    return [Cell(_GAP), Cell(said(_cut(about_words(record), left)))]


def _day(record: RecordShown) -> date:
    said = day_said(record.when)
    assert said is not None  # noqa: S101 - only what has a full day comes here
    return said[0]


def _cut(words: Words, room: int) -> str:
    whole = Cell(words).text
    return whole if cell_len(whole) <= room else "".join(cell.text for cell in fit_cells(Cell(whole), room))


# The timeline on the screen of a case: drawn, or as a list of sentences where a screen reader says what is there.
ZOOM_WORDS: Final = {
    Zoom.DAY: Message("+ - zoom: days"),
    Zoom.MONTH: Message("+ - zoom: months"),
    Zoom.YEAR: Message("+ - zoom: years"),
}


class CaseTimeline(Container):
    """The time of a case."""

    SCOPED_CSS = False
    DEFAULT_CSS = """
    CaseTimeline { height: auto; }
    CaseTimeline > VirtualList { height: 6; }
    """

    class Told(Sent):
        """The cursor of the drawn timeline stands on another day, or the zoom is another one."""

        def __init__(self, told: Words, zoom: Zoom) -> None:
            super().__init__()
            self.told = told
            self.zoom = zoom

    def __init__(self, case: CaseShown) -> None:
        super().__init__(id="case-time")
        self._shown = self._time_of(case)

    @property
    def _reads_aloud(self) -> bool:
        app: Any = self.app
        return bool(app.reads_aloud)

    @override
    def compose(self) -> ComposeResult:
        if self._reads_aloud:
            yield VirtualList([Column("")], id="time-list")
        else:
            yield TimelinePart(*self._shown)

    def on_mount(self) -> None:
        self._read_out()

    def show(self, case: CaseShown) -> None:
        shown = self._time_of(case)
        if shown == self._shown:
            return
        self._shown = shown
        if not self._reads_aloud:
            self.query_one(TimelinePart).show_case(*shown)
        elif self.is_mounted:
            self._read_out()

    def _read_out(self) -> None:
        """Say all of it, and stand on today: what was comes before, what is to come behind it."""
        for sentences in self.query(VirtualList):
            time, today = self._shown
            said = read_as_list(time, today)
            sentences.show_source(FixedRows([ListRow(str(place), (words,)) for place, words in enumerate(said)]))
            (today_words,) = read_as_list(CaseTime(), today)
            sentences.cursor = said.index(today_words)

    @staticmethod
    def _time_of(case: CaseShown) -> tuple[CaseTime, date]:
        today = date.fromisoformat(case.today or case.head.opened)
        return case_time(case, today), today

    @on(TimelinePart.Moved)
    def _moved(self, event: TimelinePart.Moved) -> None:
        event.stop()
        self.post_message(self.Told(event.told, event.zoom))
