"""A case on its timeline: its stages, detention, days in court, dates and notes; and the timeline in sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final, TypeAlias

from tui.drawn.timeline import CaseTime, Mark, Span, Stage, View
from tui.text.calendar import day_and_year, day_said, monday_of, short_day, short_day_of_week, time_said
from tui.values.cases_shown import CaseShown, RecordShown, StageShown
from tui.values.code_words import word_of
from vault.casework.case import ExtraditionStage
from vault.casework.story.events import Deadline, Detention, Hearing, Task
from vault.display import DAY, NO_TIME, time_data
from vault.words.message import Message, Words, enumerated, plural

_IN_DANGER: Final = {
    ExtraditionStage.REFUSED_AT_RISK.value: Message("REFUSED AT RISK"),
    ExtraditionStage.DISAPPEARED.value: word_of(ExtraditionStage.DISAPPEARED.value),
}
"""The stages in which somebody may be taken any hour, as they stand on the timeline."""


def case_time(case: CaseShown, today: date) -> CaseTime:
    """Return what the timeline of a case shows; what has no date that a calendar has is in its lists alone."""
    by_kind = {kind: [record for record in case.story if record.kind == kind]
               for kind in (Detention.KIND, Hearing.KIND, Deadline.KIND, Task.KIND)}  # fmt: skip
    tasks = [record for record in by_kind[Task.KIND] if record.is_due]
    overstayed = [record for record in by_kind[Detention.KIND] if _is_late(record, today)]
    return CaseTime(
        stages=tuple(_stages(case.stages)),
        detained=tuple(_spans(by_kind[Detention.KIND], today)),
        court=tuple(_marks(by_kind[Hearing.KIND], today)),
        dates=tuple(_marks([*by_kind[Deadline.KIND], *tasks, *overstayed], today)),
        notes=Counter(day for note in case.notes if (day := day_written(note.written_ms)) is not None),
    )


def day_written(written_ms: int) -> date | None:
    """Return the day of this computer's zone on which something was written; None for a time that no calendar has."""
    day = time_data(written_ms, DAY, None)
    return None if day is None else date.fromisoformat(day)


def short_day_written(written_ms: int) -> Words:
    """Return that day as `27 Nov`."""
    day = day_written(written_ms)
    return NO_TIME if day is None else short_day(day)


def _stages(stages: Iterable[StageShown]) -> Iterator[Stage]:
    for shown in stages:
        said = day_said(shown.since)
        if said is not None:
            is_alarm = shown.stage in _IN_DANGER
            yield Stage(said[0], _IN_DANGER.get(shown.stage, word_of(shown.stage)), is_alarm, said[1])


def _spans(records: Iterable[RecordShown], today: date) -> Iterator[Span]:
    """Yield the times in detention. Who was to be free and is not said to be is held on, with no end that is known."""
    for record in records:
        taken, ended = day_said(record.typed.get("taken", "")), day_said(record.typed.get("ended", ""))
        last = ended or (None if _is_late(record, today) else day_said(record.typed.get("expires", "")))
        if taken is not None:
            yield Span(taken[0], None if last is None else last[0], taken[1])


def _marks(records: Sequence[RecordShown], today: date) -> Iterator[Mark]:
    """Yield what was, by its name; what is to come, by its day, so that the name is told where the cursor stands."""
    for record in records:
        said = day_said(record.when)
        if said is None:
            continue
        day, is_about = said
        name = record.headline or word_of(record.kind)
        if day > today:
            time = time_said(record.when)
            label = Message("{day} {time}", day=short_day(day), time=time) if time else short_day(day)
            yield Mark(day, label, is_about=is_about, more=name)
        else:
            outcome: Words = record.typed.get("outcome", "")
            yield Mark(day, name, _is_late(record, today), is_about, outcome)


def _is_late(record: RecordShown, today: date) -> bool:
    said = day_said(record.when)
    return record.is_due and said is not None and not said[1] and said[0] < today


# The timeline of a case in sentences: what stands under the cursor, and all of it as a list for screen readers.
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
