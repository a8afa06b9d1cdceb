"""The log as an auditor reads it: who did what and when, without a word of any case; and its verification."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual import on
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import Command
from tui.screens.frame.long_work import LongWorkScreen
from tui.screens.frame.rows import FixedRows
from tui.screens.frame.wording import moment
from tui.text.in_words import in_words, together, warning
from tui.text.safe_content import safe_content
from tui.values.values import Checked, LogLineShown, LogShown
from tui.widgets.columns import Column
from tui.widgets.fields import SafeInput
from tui.widgets.pages import ListRow
from tui.widgets.virtual_list import ListHeader, VirtualList
from vault.errors import RefusedError, VaultError
from vault.words.message import Message, Words, plural

_COLUMNS: Final = (
    Column(Message("time"), 16),
    Column(Message("who"), 18, rank=1),
    Column(Message("act"), 14),
    Column(Message("what")),
)
_FAULTS_SHOWN: Final = 4
_EXPORTS_WAIT: Final = Message("Exports wait until the log is sound; reading and notes go on.")


class LogScreen(LongWorkScreen):
    """The newest entries, and what a check of everything says."""

    NAME = Message("Log")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("v", "verify", Message("Verify: hash all data again, check every signature"), "v", Message("verify")),
        Command("slash,full_stop", "filter", Message("Show only some acts, such as export"), "/", Message("filter")),
        Command("f5", "refresh", Message("Read the log again"), "F5", Message("refresh")),
        Command("escape", "back", Message("Take the filter away; then back"), "Esc", Message("back")),
    )

    def __init__(self) -> None:
        super().__init__()
        self._lines: tuple[LogLineShown, ...] = ()

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield Static(safe_content(Message("Not verified in this session; v does it.")), id="verdict")
        yield SafeInput(placeholder=Message("an act or the beginning of one: case, export, unlock"), id="filter")
        yield ListHeader(_COLUMNS)
        yield VirtualList(_COLUMNS, FixedRows(), id="entries")
        yield Static("", id="entry", classes="below")

    def on_mount(self) -> None:
        """Read the log."""
        self._filter.display = False
        self._list.focus()
        self.action_refresh()

    def action_refresh(self) -> None:
        """Read the newest entries; that they were read is in the log too."""
        self.ask(lambda vault: vault.evidence.read_log(), self._show, failed=self._not_read)

    def action_filter(self) -> None:
        """Begin to filter."""
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
        """Check everything that is stored."""
        self.work_long(
            Message("Verifying the log"),
            lambda vault, progress, stopped: vault.evidence.verify(progress, stopped),
            self._verified,
            when_stopped=Message("Stopped. Nothing was changed, and nothing is verified."),
        )

    @on(SafeInput.Changed, "#filter")
    def _filter_typed(self) -> None:
        self._show_lines()

    @on(SafeInput.Submitted, "#filter")
    def _filter_done(self) -> None:
        self._list.focus()

    def _show(self, log: LogShown) -> None:
        self._lines = log.lines
        entries = plural("{count} entry", "{count} entries", count=log.total)
        if len(log.lines) < log.total:
            entries = Message("{entries}, {shown} newest shown", entries=entries, shown=len(log.lines))
        self.head(entries, Message("no word of any case"))
        self._show_lines()

    def _not_read(self, error: VaultError) -> None:
        if isinstance(error, RefusedError):
            self.say(Message("What the entries say is for auditors. v verifies all of them all the same."))
        else:
            self.fail(error)

    @on(VirtualList.Moved)
    def _show_entry(self) -> None:
        """Show all of the entry under the cursor: a row is too short for it."""
        row = self._list.row_at_cursor()
        self.write("entry", "" if row is None else _whole(self._lines[int(row.key)]))

    def _show_lines(self) -> None:
        words = self._filter.value.strip().casefold()
        rows = [
            ListRow(f"{place}", _cells(line)) for place, line in enumerate(self._lines) if line.act.startswith(words)
        ]
        self._list.show_source(FixedRows(rows))
        self._show_entry()

    def _verified(self, found: Checked) -> None:
        if found.verified:
            words: Words = Message("VERIFIED. {covered}. Root {root}", covered=found.covered, root=found.root[:16])
        else:
            faults: list[Words] = [f"  {in_words(fault)}" for fault in found.faults[:_FAULTS_SHOWN]]
            if len(found.faults) > _FAULTS_SHOWN:
                faults.append(Message("  and {n} more: casevault log verify", n=len(found.faults) - _FAULTS_SHOWN))
            head = Message("NOT VERIFIED. First bad place first. {covered}", covered=found.covered)
            words = together([warning(head), *faults])
        self.write("verdict", words)
        self.say("" if found.verified else warning(_EXPORTS_WAIT))
        if self._lines:
            self.action_refresh()

    @property
    def _list(self) -> VirtualList:
        return self.query_one("#entries", VirtualList)

    @property
    def _filter(self) -> SafeInput:
        return self.query_one("#filter", SafeInput)


def _cells(line: LogLineShown) -> tuple[str, ...]:
    result = "" if line.outcome == "ok" else f"! {line.outcome}"
    return (_when(line), line.by, line.act, "  ".join(filter(None, (result, line.covers, line.about))))


def _whole(line: LogLineShown) -> str:
    about = ", ".join(filter(None, (line.covers, line.about)))
    where = Message("{member}, entry {seq}, {moment}", member=line.by, seq=line.seq, moment=_when(line))
    return ". ".join(filter(None, (f"{in_words(where)}: {line.act}, {line.outcome}", about)))


def _when(line: LogLineShown) -> str:
    return "?" if line.when_ms is None else moment(line.when_ms)
