"""What has to be kept in a case: in what order, in what words, and as rows of its list."""

from __future__ import annotations

from datetime import date
from typing import Final

from tui.looks.signs import LATE, SOON
from tui.looks.tokens import Token
from tui.text.calendar import short_day_of_week
from tui.text.due_words import SOON_DAYS, day_said, days_left, distance_words, time_said
from tui.text.in_words import in_words
from tui.values.codes import word_of
from tui.values.values import CaseShown
from tui.values.values_records import RecordShown
from tui.values.values_story import DueShown
from tui.widgets.cells import Cell
from tui.widgets.columns import Column
from tui.widgets.pages import ListRow
from vault.casework.story.events import Deadline
from vault.words.message import Message, Words

DATES: Final = (Column("", 16), Column(""), Column("", 14, is_right=True))
SIGNS: Final = {Token.ALARM: LATE, Token.WARN: SOON}
_NO_DATE: Final = Message("no date")


def due_in(case: CaseShown) -> list[RecordShown]:
    """Return what has to be kept in a case: missed check-ins, then soonest first; what has no date comes last."""
    due = (record for record in case.story if record.is_due)
    return sorted(due, key=lambda record: (record.missed is None, not record.when, record.when))


def about_words(record: RecordShown | DueShown, time: str = "") -> Words:
    """Return what a record is about, in few words, of what kind it is where they do not say so, and at what time."""
    kind_at = Message("{kind} {time}", kind=word_of(record.kind), time=time) if time else word_of(record.kind)
    if not record.headline:
        return kind_at
    said, kind = in_words(record.headline), in_words(word_of(record.kind))
    if record.kind == Deadline.KIND or said.casefold() == kind.casefold():
        return Message("{about} {time}", about=record.headline, time=time) if time else record.headline
    if time:
        return Message("{kind} {about}", kind=kind_at, about=record.headline)
    return Message("{kind}: {about}", kind=kind_at, about=record.headline)


def due_token(left: int | None) -> Token:
    """Return what it means that a date is so many days away."""
    if left is None or left > SOON_DAYS:
        return Token.FG
    return Token.ALARM if left < 0 else Token.WARN


def date_row(record: RecordShown, today: date | None) -> ListRow:
    """Return the row of what has to be kept, with how far away it is."""
    left = None if today is None else days_left(record.when, today)
    token = due_token(left) if record.missed is None else Token.ALARM
    sign = SIGNS.get(token)
    distance = Cell(record.missed or distance_words(left, record.when), token, bold=sign is not None)
    state = None if sign is None else Cell(sign, token, bold=True)
    return ListRow(record.record, (_when_words(record.when, left), about_words(record), distance), state)


def record_lines(record: RecordShown) -> list[Words]:
    """Return all that a record says, a line for each field, and who wrote it."""
    lines: list[Words] = [Message("{label}: {value}", label=label, value=value) for label, value in record.lines]
    return [*lines, Message("by {name}", name=record.by)] if record.by else lines


def _when_words(when: str, left: int | None) -> Words:
    said = day_said(when)
    if said is None:
        return _NO_DATE
    day: Words = when if left is None else short_day_of_week(said[0])
    time = time_said(when)
    return Message("{day} {time}", day=day, time=time) if time else day
