"""The rows and lines of home: dates, tasks, alerts, and whether work would survive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from tui.looks.signs import DONE, LATE, SOON, TO_DO
from tui.looks.tokens import Token
from tui.screens.cases.case_parts.due_rows import about_words
from tui.screens.cases.due_parts.due_acts import FULL_DAY, REF, widest
from tui.text.calendar import short_day_of_week
from tui.text.due_words import SOON_DAYS, days_left, distance_words, time_said
from tui.values.values import VaultStatus
from tui.values.values_story import DueShown, LeftShown
from tui.widgets.cells import Cell
from tui.widgets.columns import Column
from tui.widgets.pages import ListRow
from vault.display import age
from vault.durations import DAY_MS
from vault.words.message import Message, Words, plural

DATES: Final = (Column("", 10), Column("", 4), Column("", 18, rank=1), Column(""), Column("", 14, is_right=True))
TASKS: Final = (Column("", 4), Column(""), Column("", 11, is_right=True))
_MOST_ALERTS: Final = 2
_LATE_MS: Final = 7 * DAY_MS


def columns_of(columns: Sequence[Column], rows: Sequence[ListRow]) -> Sequence[Column]:
    """Return the columns as wide as what stands in them: what is over goes to what is to be kept."""
    return [
        Column(column.title, widest(rows, place, least=1), column.is_right, column.rank) if column.width else column
        for place, column in enumerate(columns)
    ]


def _token(line: DueShown, left: int | None) -> Token:
    if line.missed is not None:
        return Token.ALARM
    if left is None or left > SOON_DAYS:
        return Token.FG
    return Token.ALARM if left < 0 else Token.WARN


def by_day(lines: Sequence[DueShown], today: date) -> Mapping[date, Sequence[str]]:
    """Return for each day the tokens of its dates."""
    found: dict[date, list[str]] = {}
    for line in lines:
        left = days_left(line.when, today)
        if left is not None:
            found.setdefault(date.fromisoformat(line.when[:FULL_DAY]), []).append(_token(line, left).value)
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
    """Return the row of a date."""
    left = days_left(line.when, today)
    token = _token(line, left)
    when: Words = line.when if left is None else short_day_of_week(date.fromisoformat(line.when[:FULL_DAY]))
    shown = about_words(line, time_said(line.when) if left else "")  # of today it stands at the end of the row
    if line.step:
        shown = Message("now: {step}; {about}", step=line.step, about=shown)
    state = Cell(LATE, Token.ALARM, bold=True) if token is Token.ALARM else None
    if token is Token.WARN:
        state = Cell(SOON, Token.WARN, bold=True)
    distance = Cell(line.missed or distance_words(left, line.when), token, bold=state is not None)
    cells = (when, Cell(line.ref[:REF], Token.DIM), line.client, shown, distance)
    return ListRow(line.key, cells, state)


def left_row(left: LeftShown) -> ListRow:
    """Return the row that says how much of a case is not shown."""
    words = Message("and {count} more dates and tasks, {late} of them late", count=left.count, late=left.late)
    return ListRow(left.case, ("", Cell(left.ref[:REF], Token.DIM), "", Cell(words, Token.WARN), ""))


def task_row(line: DueShown, today: date) -> ListRow:
    """Return the row of a task."""
    left = days_left(line.when, today)
    cells = (Cell(line.ref[:REF], Token.DIM), line.headline, Cell(distance_words(left, line.when), _token(line, left)))
    return ListRow(line.key, cells, Cell(TO_DO, Token.DIM))


def alert_lines(alarms: Sequence[Words]) -> list[Words]:
    """Return the first alerts, and how many more there are."""
    lines: list[Words] = [Message("{sign} {alarm}", sign=SOON, alarm=alarm) for alarm in alarms[:_MOST_ALERTS]]
    more = len(alarms) - _MOST_ALERTS
    return [*lines, Message("  and {count} more (4 shows all)", count=more)] if more > 0 else lines


def safe_lines(status: VaultStatus, now_ms: int) -> list[Words]:
    """Return what would be lost if this computer died now."""
    made = status.backup_ms
    backup: Words = Message("{sign} no backup from this device", sign=SOON)
    if made is not None:
        sign = SOON if now_ms - made > _LATE_MS else DONE
        backup = Message("{sign} backup: {when}", sign=sign, when=age(made, now_ms))
    drafts = plural("{count} draft waits (F4 in the list)", "{count} drafts wait (F4 in the list)", count=status.drafts)
    return [backup, *([drafts] if status.drafts else [])]
