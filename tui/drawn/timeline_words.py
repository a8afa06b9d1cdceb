"""The timeline of a case in sentences: what stands under the cursor, and all of it as a list for screen readers."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TypeAlias

from tui.drawn.timeline import CaseTime, Mark, Span, Stage
from tui.drawn.timeline_view import View
from tui.text.calendar import day_and_year, monday_of, short_day, short_day_of_week
from vault.words.message import Message, Words, enumerated, plural

_Said: TypeAlias = tuple[date, int, Message]
"""The day, the place of the lane, and the sentence."""


def told_at(case: CaseTime, view: View) -> Message:
    """Return in one sentence what the cell under the cursor holds, the labels among it that had no room."""
    days = view.days_at(view.x(view.cursor))
    first, last = days[0], days[-1]
    when = short_day_of_week(first)
    if last != first:
        when = Message("{first} — {last}", first=short_day(first), last=short_day(last))
    in_cell = sorted((found for found in _all(case) if first <= found[0] <= last), key=lambda found: found[:2])
    said = [what for _, _, what in in_cell]
    held = any(span.day < first and (span.last is None or span.last >= first) for span in case.detained)
    if held:
        said.append(Message("in detention"))
    notes = sum(max(case.notes.get(day, 0), 0) for day in days)
    if notes:
        said.append(_notes(notes))
    return Message("{day}: {what}", day=when, what=enumerated(said) if said else Message("nothing"))


def read_as_list(case: CaseTime, today: date) -> tuple[Message, ...]:
    """Return the whole timeline as sentences in the order of time, with one that says where today is."""
    said: list[_Said] = [(day, lane, Message("{day}: {what}", day=day_and_year(day), what=what))
                         for day, lane, what in _all(case)]  # fmt: skip
    weeks: Counter[date] = Counter()
    for day, count in case.notes.items():
        weeks[monday_of(day)] += max(count, 0)
    for week, count in weeks.items():
        if count:
            said.append((week, 4, Message("Week of {day}: {notes}", day=day_and_year(week), notes=_notes(count))))
    said.append((today, 5, Message("Today is {day}.", day=day_and_year(today))))
    return tuple(sentence for _, _, sentence in sorted(said, key=lambda found: found[:2]))


def _all(case: CaseTime) -> list[_Said]:
    return [
        *((stage.day, 0, _about(stage, Message("stage {name}", name=stage.name))) for stage in case.stages),
        *((span.day, 1, _about(span, _detained(span))) for span in case.detained),
        *((mark.day, 2, _about(mark, Message("court, {what}", what=_whole(mark)))) for mark in case.court),
        *((mark.day, 3, _about(mark, _date(mark))) for mark in case.dates),
    ]


def _about(dated: Stage | Span | Mark, what: Message) -> Message:
    return Message("{what} (day not certain)", what=what) if dated.is_about else what


def _detained(span: Span) -> Message:
    if span.last is None:
        return Message("detention begins, its end is not known")
    return Message("detention begins, until {last}", last=day_and_year(span.last))


def _date(mark: Mark) -> Message:
    what = _whole(mark)
    return Message("{what}, late", what=what) if mark.is_late else Message("date, {what}", what=what)


def _whole(mark: Mark) -> Words:
    return Message("{what}, {more}", what=mark.label, more=mark.more) if mark.more else mark.label


def _notes(count: int) -> Message:
    return plural("{count} note", "{count} notes", count=count)
