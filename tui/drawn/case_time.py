"""A case on its timeline: its stages, detention, days in court, dates, and how many notes each day has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from tui.drawn.timeline import CaseTime, Mark, Span, Stage
from tui.text.calendar import short_day
from tui.text.due_words import day_said, time_said
from tui.values.codes import word_of
from tui.values.values import CaseShown
from tui.values.values_records import RecordShown, StageShown
from vault.casework.case import ExtraditionStage
from vault.casework.story.events import Deadline, Detention, Hearing, Task
from vault.display import DAY, time_data
from vault.words.message import Message, Words

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
        notes=_notes_by_day(note.written_ms for note in case.notes),
    )


def day_written(written_ms: int) -> date | None:
    """Return the day of this computer's zone on which something was written; None for a time that no calendar has."""
    day = time_data(written_ms, DAY, None)
    return None if day is None else date.fromisoformat(day)


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


def _notes_by_day(written: Iterable[int]) -> Counter[date]:
    return Counter(day for ms in written if (day := day_written(ms)) is not None)
