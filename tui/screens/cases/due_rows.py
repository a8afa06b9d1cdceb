"""What has to be kept in a case: in what order, in what words, and as rows of its list."""

from __future__ import annotations

from datetime import date
from typing import Final

from tui.looks.signs import LATE, SOON
from tui.looks.tokens import Token
from tui.text.calendar import FULL_DAY, SOON_DAYS, day_said, days_left, distance_words, short_day_of_week, time_said
from tui.text.in_words import in_words, together
from tui.values.cases_shown import CaseShown, PreviewShown, RecordShown
from tui.values.code_words import word_of
from tui.values.shaping import states_told
from tui.values.story_shown import DueShown
from tui.widgets.strip import Fact, more_words
from tui.widgets.text_cells import Cell, Column
from tui.widgets.virtual_list import ListRow
from vault.casework.story.events import Deadline
from vault.words.message import Message, Words, plural

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


def due_token(left: int | None, missed: Words | None) -> Token:
    """Return what it means that a date is so many days away, or was missed."""
    if missed is not None:
        return Token.ALARM
    if left is None or left > SOON_DAYS:
        return Token.FG
    return Token.ALARM if left < 0 else Token.WARN


def date_row(record: RecordShown, today: date | None) -> ListRow:
    """Return the row of what has to be kept, with how far away it is."""
    left = None if today is None else days_left(record.when, today)
    token = due_token(left, record.missed)
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


# What the list says of the case under its cursor: who, how to reach them, what comes next.
_GRAVE: Final = frozenset({"high", "immediate"})


def preview_facts(case: PreviewShown) -> list[Fact]:
    """Return the facts of a case: what must never be used before all else, the safe contact before its dates."""
    risk = Cell(word_of(case.risk), Token.ALARM if case.risk in _GRAVE else Token.FG, bold=case.risk in _GRAVE)
    people: list[Words] = [*case.clients, *case.others]
    people += [more_words(case.more_people)] if case.more_people else []
    facts = [Fact("", Cell(case.title, bold=True))]
    facts += [Fact(Message("2 VERSIONS (b)"), states_told(case.states), Token.WARN)] if case.states else []
    facts += [Fact(Message("DO NOT CALL"), "", Token.ALARM, never_cut=case.never_use)] if case.never_use else []
    for place, (name, contact) in enumerate(case.contacts, start=1):
        said: Words = Message("{name}: {contact}", name=name, contact=contact)
        if place == len(case.contacts) and case.more_contacts:
            more = plural("{count} more in the case", "{count} more in the case", count=case.more_contacts)
            said = Message("{more}; {contact}", more=more, contact=said)
        facts.append(Fact(Message("SAFE CONTACT"), said, Token.ACC))
    facts += [Fact(Message("people"), together(people, ", "))] if people else []
    if case.dates:
        following, *later = (_date_words(*glance) for glance in case.dates)
        facts.append(Fact(Message("NEXT"), following, Token.ACC, tuple(later)))
    stage = together((word_of(case.kind), word_of(case.stage)), ", ")
    facts.append(Fact(Message("stage"), (Cell(stage), Cell("  "), Cell(Message("risk")), Cell(" "), risk)))
    facts += [Fact(Message("owner"), case.owner)] if case.owner else []
    return facts


def _date_words(kind: str, when: str, headline: Words) -> Words:
    about = about_words(DueShown("", "", "", "", kind, when, headline))
    said = day_said(when) if len(when) >= FULL_DAY else None
    day: Words = when if said is None else short_day_of_week(said[0])
    return together((part for part in (day, time_said(when), about) if part), "  ")
