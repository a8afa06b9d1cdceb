"""The log as an auditor reads it: who did what and when, without a word of any case; its rows, and its verification."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, ClassVar, Final

from rich.cells import cell_len
from textual import events, on
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.drawn.bars import DayCount, bars, days_shown, legend
from tui.drawn.pieces import Line, Rows, finished
from tui.gateway.unlocked_vault import telling
from tui.looks.signs import DONE
from tui.looks.tokens import Token
from tui.screens.frame.base import Command
from tui.screens.frame.list_rows import ListScreen
from tui.screens.frame.long_work import LongWorkScreen
from tui.screens.frame.screen_words import clock_minute, zone_words
from tui.text.calendar import day_and_year, from_to, on_calendar, short_day
from tui.text.in_words import in_words, together, warning
from tui.text.safe_content import safe_content
from tui.values.cases_shown import LogLineShown, LogShown
from tui.values.code_words import ACT_WORDS, done_in_words, is_folded, went_wrong, word_of
from tui.widgets.drawn_parts import DrawnPart
from tui.widgets.fields import SafeInput
from tui.widgets.text_cells import WIDE, Cell, Column
from tui.widgets.virtual_list import ListHeader, ListRow, VirtualList, room_of
from vault.casework.typed_dates import typed_day
from vault.display import DAY, NO_TIME, here, local_time, time_data, time_text
from vault.errors import RefusedError, UsageError, VaultError
from vault.ids import Origin
from vault.progress import Progress, Stopped
from vault.services.evidence import log_checking
from vault.services.projection import authors
from vault.words.finding import Finding
from vault.words.message import Message, Words, joined, listed, plural

if TYPE_CHECKING:
    from tui.gateway import Gateway

# The rows of the log: one for each entry, and one a day for all that was only read.

_NARROWED: Final = re.compile(r"(?<!\S)(since|until):(\S*)", re.IGNORECASE)
_SEARCHES: Final = "case.search"
_OPENINGS: Final = frozenset({"case.view", "file.view"})
_UNLOCKS: Final = "unlock.ok"
_USUAL: Final = frozenset({"", "casework"})
"""Reasons that no row names: most of them are this one."""


@dataclass(frozen=True, slots=True)
class LogRow:
    """A row of the list.

    Attributes:
        lines: the places of the entries that it stands for.
        when, who, what, case, whom: its cells.
        is_quiet: it tells of reading.
        is_wrong: something was refused, or failed.
    """

    lines: tuple[int, ...]
    when: Words
    who: Words = field(repr=False)
    what: Words = field(repr=False)
    case: str = ""
    whom: str = field(default="", repr=False)
    is_quiet: bool = False
    is_wrong: bool = False


def log_rows(lines: Sequence[LogLineShown], *, year: int, folds: bool) -> list[LogRow]:
    """Return the rows of entries that stand newest first.

    Args:
        lines: the entries.
        year: the present one, which no row names.
        folds: whether the reading of each day is one row, below all else of that day.
    """
    rows: list[LogRow] = []
    folded: list[int] = []
    before: date | None = None
    for place, line in enumerate(lines):
        day = day_of(line)
        if folded and day != before:
            rows.append(_folded(lines, folded, before, year))
            folded = []
        before = day
        is_quiet = is_folded(line.act, line.outcome)
        if is_quiet and folds:
            folded.append(place)
        else:
            rows.append(_entry(line, place, year, is_quiet=is_quiet))
    if folded:
        rows.append(_folded(lines, folded, before, year))
    return rows


def older(log: LogShown) -> LogRow:
    """Return the row at the end of a list that does not hold all: how many entries are older than it."""
    count = log.total - len(log.lines)
    what = plural("{count} older entry is not in this list", "{count} older entries are not in this list", count=count)
    return LogRow((), "", "", what, is_quiet=True)


def matching(lines: Sequence[LogLineShown], typed: str, today: date) -> list[LogLineShown]:
    """Return the entries of which an act, as code or in words, a person or a reference begins or goes on like this.

    `since:` and `until:` narrow them to days, as in the search; what is no day yet narrows nothing.
    """
    wanted = " ".join(_NARROWED.sub(" ", typed).split()).casefold()
    first, last = date.min, date.max
    for name, value in _NARROWED.findall(typed):
        with suppress(UsageError):
            day = date.fromisoformat(typed_day(value, today, name))
            first, last = (day, last) if name.lower() == "since" else (first, day)
    return [
        line
        for line in lines
        if any(wanted in said.casefold() for said in _said(line))
        and ((at := day_of(line)) is None or first <= at <= last)
    ]


def no_days(typed: str, today: date) -> list[str]:
    """Return what was typed as a day and is none: it narrows nothing, and so must be told."""
    return [match[0] for match in _NARROWED.finditer(typed) if not _is_day(match[2], today)]


def _is_day(value: str, today: date) -> bool:
    try:
        date.fromisoformat(typed_day(value, today, "day"))
    except (UsageError, ValueError):
        return False
    return True


def whole(line: LogLineShown) -> str:
    """Return all that an entry says, in one sentence: a row is too short for it."""
    reason = Message("reason {why}", why=word_of(line.why)) if line.why else ""
    case = Message("case {case}", case=line.case) if line.case else ""
    whom = Message("names {whom}", whom=line.whom) if line.whom else ""
    parts = [part for part in (f"{line.act}, {line.outcome}", line.covers, case, whom, reason) if part]
    when = NO_TIME if line.when_ms is None else local_time(line.when_ms)
    where = Message("{member}, entry {seq}, {moment}", member=line.by, seq=line.seq, moment=when)
    return in_words(joined([joined([where, parts[0]], ": ") or "", *parts[1:]], ". ") or "")


def day_of(line: LogLineShown) -> date | None:
    """Return the day of an entry in this computer's zone; None where it has no time."""
    day = None if line.when_ms is None else time_data(line.when_ms, DAY, zone=None)
    return None if day is None else date.fromisoformat(day)


def _entry(line: LogLineShown, place: int, year: int, *, is_quiet: bool) -> LogRow:
    day = day_of(line)
    when = _day(day, year)
    if line.when_ms is not None and day is not None and day.year == year:
        when = Message("{day} {time}", day=when, time=time_text(line.when_ms, "%H:%M", zone=None))
    is_wrong = went_wrong(line.outcome)
    end = line.outcome.partition(":")[0] if is_wrong else line.outcome  # Enter says why, whole
    what = line.outcome if day is None and line.act not in ACT_WORDS else done_in_words(line.act, end)
    if line.why not in _USUAL:
        what = Message("{done}, {why}", done=what, why=word_of(line.why))
    return LogRow((place,), when, line.by, what, line.case, line.whom, is_quiet, is_wrong)


def _folded(lines: Sequence[LogLineShown], places: Sequence[int], day: date | None, year: int) -> LogRow:
    members = {lines[place].by for place in places}
    who: Words = plural("{count} member", "{count} members", count=len(members))
    if len(members) == 1:
        (who,) = members
    what = listed(_counts(lines[place].act for place in places))
    return LogRow(tuple(places), _day(day, year), who, what if isinstance(what, Message) else "", is_quiet=True)


def _counts(acts: Iterable[str]) -> list[Message]:
    counts = Counter(acts)
    openings = sum(counts.pop(act, 0) for act in _OPENINGS)
    searches, unlocks = counts.pop(_SEARCHES, 0), counts.pop(_UNLOCKS, 0)
    others = counts.total()
    found = []
    if searches:
        found.append(plural("{count} search", "{count} searches", count=searches))
    if openings:
        found.append(plural("{count} opening", "{count} openings", count=openings))
    if unlocks:
        found.append(plural("{count} unlock", "{count} unlocks", count=unlocks))
    if others:
        found.append(plural("{count} other", "{count} others", count=others))
    return found


def _day(day: date | None, year: int) -> Words:
    if day is None:
        return NO_TIME
    return short_day(day) if day.year == year else day_and_year(day)


def _said(line: LogLineShown) -> tuple[str, ...]:
    return line.act, in_words(done_in_words(line.act, line.outcome)), line.by, line.case, line.whom


_FAULTS_SHOWN: Final = 4
_CASE: Final = 9
_GAPS: Final = 8  # two between columns
_NARROWEST_NAME: Final = 8
_ROWS_FOR_BARS: Final = 20
_EXPORTS_WAIT: Final = Message("Exports wait until the log is sound; reading and notes go on.")


def _verify(
    vault: Gateway, progress: Progress, stopped: Stopped
) -> tuple[log_checking.Verification, Mapping[Origin, str]]:
    """Check all that is stored; stopped before the end, nothing is logged."""
    found = vault.read(log_checking.verify, progress=telling(progress, stopped))
    return found, vault.read(authors.names_of_logs, [fault.origin for fault in found.faults])


def _covered(found: log_checking.Verification) -> str:
    covered = Message(
        "{entries} of {expected} entries in {logs} are proven; opened: {versions}, and what {payloads} say",
        entries=found.entries,
        expected=found.expected,
        logs=plural("{count} log", "{count} logs", count=found.logs),
        versions=plural("{count} saved change", "{count} saved changes", count=found.versions_opened),
        payloads=plural("{count} entry", "{count} entries", count=found.payloads_opened),
    )
    return ". ".join((in_words(covered), *(in_words(message).rstrip(".") for message in found.on_their_way)))


def _fault_of(fault: Finding, whose: Mapping[Origin, str]) -> Words:
    name = None if fault.origin is None else whose.get(fault.origin)
    return fault.message if name is None else Message("log of {name}, {fault}", name=name, fault=fault.message)


class LogScreen(ListScreen, LongWorkScreen):
    """The newest entries under the bars of the last days, and what a check of everything says."""

    NAME = Message("Log")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("slash,full_stop", "filter", Message("Show some entries: an act, a name, a case"), "/",
                Message("filter")),
        Command("r", "fold", Message("Show reading and unlocking too, or one row a day for it"), "r",
                Message("reading too")),
        Command("v", "verify", Message("Verify: hash all data again, check every signature"), "v", Message("verify")),
        Command("f5", "refresh", Message("Read the log again"), "F5"),
        Command("escape", "back", Message("Remove the filter; then back"), "Esc", Message("back")),
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._log = LogShown((), 0)
        self._rows: list[LogRow] = []
        self._today = date.min
        self._folds = True

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield Static(safe_content(Message("Not verified in this session; v does it.")), id="proof")
        yield DrawnPart(self._draw, id="bars")
        yield SafeInput(
            placeholder=Message("an act, a name, a case or days: export, Amina, K7QM, since:1.10.2026"), id="filter"
        )
        yield ListHeader(_columns(80, []))
        yield VirtualList(_columns(80, []), id="entries")

    def on_mount(self) -> None:
        self._filter.display = False
        self._bars.display = False

    @on(events.Resize)
    def _fit(self, event: events.Resize) -> None:
        self._show_bars(event.size.height)
        self._show_rows()

    @override
    def action_refresh(self) -> None:
        """Read the newest entries; that they were read is in the log too."""
        self.ask(lambda vault: vault.evidence.read_log(), self._show, failed=self._not_read)

    def action_fold(self) -> None:
        self._folds = not self._folds
        self._bars.show(self._draw)
        self._show_rows()

    def action_filter(self) -> None:
        self._filter.display = True
        self._filter.focus()

    @override
    def action_back(self) -> None:
        if self._filter.display:
            self._filter.display = False
            self._filter.value = ""
            self._list.focus()
        else:
            self.dismiss("")

    def action_verify(self) -> None:
        self.work_long(
            Message("Verifying the log"),
            _verify,
            self._verified,
            when_stopped=Message("Stopped. Nothing was changed, and nothing is verified."),
        )

    @on(SafeInput.Submitted, "#filter")
    def _filter_done(self) -> None:
        wrong = no_days(self._filter.value, self._today)
        if wrong:
            self.say(warning(Message("{typed} names no day: it leaves nothing out.", typed=", ".join(wrong))))
        else:
            self._list.focus()

    @on(VirtualList.Opened)
    def _tell_whole(self, opened: VirtualList.Opened) -> None:
        """Say all of the entry under the cursor; of a row that is folded, show what it stands for."""
        row = self._rows[int(opened.row.key)]
        if len(row.lines) == 1:
            self.say(whole(self._shown_lines()[row.lines[0]]))
        elif row.lines:
            self.action_fold()

    def _show(self, log: LogShown) -> None:
        self._log = log
        now_ms = self.desk.now_ms()
        self._today = here(now_ms).date()
        first = on_calendar(self._today.toordinal() - days_shown(self.size.width) + 1)
        self.head(from_to(first, self._today), zone_words(now_ms))
        self._bars.show(self._draw)
        self._show_bars(self.size.height)
        self._show_rows()

    def _not_read(self, error: VaultError) -> None:
        if isinstance(error, RefusedError):
            self.say(Message("Only auditors see what the entries say. v still verifies all of them."))
        else:
            self.fail(error)

    def _draw(self, width: int) -> Rows:
        """Draw an empty row, the bars, and what their letters stand for."""
        days = {day: DayCount(count, letters) for day, (count, letters) in self._log.days.items()}
        fold = Message("reading is folded") if self._folds else Message("reading is shown")
        return (*finished([Line(width)]), *bars(days, self._today, width), *legend(width, fold))

    def _show_bars(self, rows: int) -> None:
        self._bars.display = bool(self._log.lines) and rows >= _ROWS_FOR_BARS

    def _shown_lines(self) -> tuple[LogLineShown, ...]:
        typed = self._filter.value
        return tuple(matching(self._log.lines, typed, self._today)) if typed.strip() else self._log.lines

    @on(SafeInput.Changed, "#filter")
    def _show_rows(self) -> None:
        """Show the rows for what is typed; a filter folds nothing, because it asks for single entries."""
        folds = self._folds and not self._filter.value.strip()
        self._rows = log_rows(self._shown_lines(), year=self._today.year, folds=folds)
        if len(self._log.lines) < self._log.total:
            self._rows.append(older(self._log))
        columns = _columns(self.size.width, self._rows)
        self._list.columns = self.query_one(ListHeader).columns = columns
        self.query_one(ListHeader).refresh()
        self.show_rows(ListRow(f"{place}", _cells(row)) for place, row in enumerate(self._rows))

    def _verified(self, of: tuple[log_checking.Verification, Mapping[Origin, str]]) -> None:
        found, whose = of
        covered = _covered(found)
        if found.verified:
            sentence = Message(
                "Nothing was changed, removed or reordered: {entries}, checked {time}",
                entries=_entries(found.entries),
                time=clock_minute(self.desk.now_ms()),
            )
            words: Words = f"{DONE} {in_words(sentence)}"
            if found.unreadable:
                unread = Message("{unread} cannot be read", unread=found.unread)
                but = Message("{unread}; nothing else is wrong, and your work goes on.", unread=unread)
                words = together([words, f"  {in_words(but)}"])
            self.say(Message("{covered}. Root {root}", covered=covered, root=found.root.hex()[:16]))
        else:
            first = found.faults[:_FAULTS_SHOWN]
            faults: list[Words] = [f"  {in_words(_fault_of(fault, whose))}" for fault in first]
            if len(found.faults) > _FAULTS_SHOWN:
                faults.append(Message("  and {n} more: casevault log verify", n=len(found.faults) - _FAULTS_SHOWN))
            head = Message("NOT VERIFIED. First bad place first. {covered}", covered=covered)
            words = together([warning(head), *faults])
            self.say(warning(_EXPORTS_WAIT))
        self.write("proof", words)
        if self._log.lines:
            self.action_refresh()

    @property
    def _bars(self) -> DrawnPart:
        return self.query_one("#bars", DrawnPart)

    @property
    def _filter(self) -> SafeInput:
        return self.query_one("#filter", SafeInput)


def _columns(width: int, rows: Iterable[LogRow]) -> tuple[Column, ...]:
    """Return the columns, those of names as wide as the names are: what was done is ours, and never cut for a name."""
    rows = list(rows)
    when = max((cell_len(in_words(row.when)) for row in rows), default=12)
    done = max((cell_len(in_words(row.what)) for row in rows if not row.is_quiet), default=0)
    left = room_of(width, has_states=False) - when - done - _CASE - _GAPS
    most = max(min(20 if width >= WIDE else 12, left // 2), _NARROWEST_NAME)
    who = min(max((cell_len(in_words(row.who)) for row in rows), default=0), most)
    whom = min(max((cell_len(row.whom) for row in rows), default=0), most)
    return (
        Column(Message("when"), when),
        Column(Message("who"), max(who, _NARROWEST_NAME)),
        Column(Message("what was done"), runs_on=True),
        Column(Message("case"), _CASE, rank=1),
        Column(Message("to whom"), max(whom, 7), rank=2),
    )


def _cells(row: LogRow) -> tuple[Cell, ...]:
    if row.is_quiet:
        return tuple(Cell(words, Token.DIM) for words in (row.when, row.who, row.what, row.case, row.whom))
    what = Cell(row.what, Token.WARN, bold=True) if row.is_wrong else Cell(row.what)
    return (Cell(row.when), Cell(row.who, bold=True), what, Cell(row.case, Token.DIM), Cell(row.whom))


def _entries(count: int) -> Message:
    return plural("{count} entry", "{count} entries", count=count)
