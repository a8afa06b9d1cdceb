"""Check-ins and checklists: who was heard, which steps are due, and what is kept when an extradition was refused."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final

from vault.access.session import Session
from vault.casework.case import SectionKind
from vault.casework.dates import checked_moment
from vault.casework.story.incident import HOURS, Checklist, ChecklistStep, IncidentKind, StepCode
from vault.casework.story.protection import AT_RISK_SEALED, CheckIn, CheckInEnd, Step, missed_for, records_of, where_of
from vault.casework.vocabulary import word_of
from vault.display import age, here
from vault.errors import UsageError
from vault.ids import CompartmentId, RecordId
from vault.index.document_rows import NO_DATE
from vault.policy.roles import Action
from vault.records.work import Entry
from vault.services.cases import sections, story_records
from vault.services.cases.cases import today
from vault.services.cases.editing import Edited, Place, edit
from vault.services.cases.story_records import DueLine
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.projection import audit_of
from vault.services.projection.stored_records import Stored
from vault.words.message import Message

# Check-ins: that somebody was heard, which are missed, and which step of the ladder is due.


@dataclass(frozen=True, slots=True)
class Missed:
    """A check-in at whose time nothing was heard.

    `late` is for how long; of the ladder `steps_due` should be done by now, `to_come` comes next.
    """

    line: DueLine
    record: CheckIn = field(repr=False)
    late: datetime.timedelta
    steps_due: tuple[Step, ...] = field(repr=False)
    to_come: tuple[Step, ...] = field(repr=False)


def now_here(session: Session) -> datetime.datetime:
    """Return the time of this place."""
    return here(session.log.now_ms())


def minute_here(session: Session) -> str:
    """Return the time of this place as a record keeps it, YYYY-MM-DDThh:mm."""
    return now_here(session).strftime("%Y-%m-%dT%H:%M")


def missed_words(late: datetime.timedelta) -> Message:
    """Return for how long a check-in is missed."""
    ms = int(late.total_seconds()) * 1000
    return Message("MISSED {ago}", ago=age(0, ms))


def note_heard(session: Session, place: Place, end: CheckInEnd, *, on: str | None = None) -> str | None:
    """Say that somebody was heard, or that it is over, and write the next check-in with it; return when that is due.

    Both are one operation: a check-in that is said every day does not end because a computer stopped. None where it is
    said once alone, or where it was over already. `end` is what came of it: nobody is well because nothing else was
    said. `on` is a day, perhaps with a time; now without it.

    Raises:
        NotFoundError, RefusedError, UsageError: no such check-in, not granted, or `on` is no date.
        VerificationError: none of its versions can be read.
    """
    now = now_here(session)
    session.require(Action.CASE_WRITE, place.case)
    begun: list[str] = []

    def next_one(before: CheckIn) -> CheckIn | None:
        # What is over has its next one already: two would ask for the same call twice.
        at = before.next_at(now) if before.is_due() else None
        if at is None:
            return None
        begun.append(at)
        return replace(before, at=at, heard=None, end=None)

    moment = on or minute_here(session)
    edit(session, place, CheckIn, lambda before: replace(before, heard=moment, end=end), is_urgent=True, then=next_one)
    return begun[0] if begun else None


def missed_check_ins(
    session: Session, *, why: str = "casework", among: Sequence[DueLine] | None = None
) -> tuple[Missed, ...]:
    """Return the check-ins that are missed in the cases of this member, or among these lines, the longest first.

    Their ladders stand in the cases: these are opened, which is in the log before.
    """
    now = now_here(session)
    lines = story_records.due_all(session, CheckIn.KIND, until=now.date().isoformat()) if among is None else among
    late = [(line, by) for line in lines if (by := missed_for(line.kind, line.when, now)) is not None]
    found: list[Missed] = []
    for case in dict.fromkeys(line.case for line, _ in late):
        kept = {
            stored.record: stored.value for stored in story_records.list_in(session, case, (CheckIn.KIND,), why=why)
        }
        for line, by in late:
            record = kept.get(line.record) if line.case == case else None
            if isinstance(record, CheckIn):
                steps = record.steps()
                passed = sum(step.after <= by for step in steps)
                found.append(Missed(line, record, by, steps[:passed], steps[passed:]))
    return tuple(sorted(found, key=lambda each: each.late, reverse=True))


# Checklists of an incident: begin one, say who did a step and when, and read how far they are.
CHECKLIST_AFTER: Final[Mapping[IncidentKind, Checklist]] = MappingProxyType({
    IncidentKind.ARREST: Checklist.DETAINED,
    IncidentKind.ABDUCTION: Checklist.DISAPPEARED,
    IncidentKind.DISAPPEARANCE: Checklist.DISAPPEARED,
    IncidentKind.RAID: Checklist.OFFICE_RAIDED,
    IncidentKind.DEVICE_SEIZED: Checklist.DEVICE_SEIZED,
})  # fmt: skip
"""Which checklist follows an incident."""


def told_after(session: Session, case: CompartmentId, what: IncidentKind) -> tuple[Message, Checklist | None] | None:
    """Return what is to be done after an incident, and the checklist for it; or who can, where it is not you."""
    follows = CHECKLIST_AFTER.get(what)
    if follows is None:
        return None
    if not session.allows(Action.CASE_WRITE, case).allowed:
        return Message("What to do now is a checklist. A caseworker or a supervisor can begin it: ring one."), None
    return Message("What to do now, step by step"), follows


_OF_ONE_THING: Final = frozenset({StepCode.ASK_TO_DELETE, StepCode.SEND_IT_ANEW})


def begin_checklist(
    session: Session, case: CompartmentId, name: str, *, since: str | None = None, about: str = ""
) -> tuple[RecordId, ...]:
    """Write every step of a checklist into a case, each with the time by which it is to be done; return their ids.

    All of them are one operation. `since` is when it happened, with a time; now without it.
    `about` is what it is about, for the steps that need to know.

    Raises:
        UsageError: no such checklist, no such time, or steps of it are still to be done in this case.
    """
    rule = session.require(Action.CASE_WRITE, case)
    checklist = word_of(Checklist, name, "checklist")
    if any(step.value.checklist is checklist and step.value.is_due() for step in steps_in(session, case)):
        raise UsageError(
            Message("this checklist is open already"),
            next_step=Message("Do its steps first, and mark each step as done."),
        )
    written = since or minute_here(session)
    if "T" not in written:
        raise UsageError(Message("{field} must be a day with a time", field="since"))
    began = datetime.datetime.fromisoformat(checked_moment(written, "since"))
    steps = [
        ChecklistStep(
            step,
            checklist,
            due=(began + datetime.timedelta(hours=hours)).isoformat(timespec="minutes"),
            text=about if step in _OF_ONE_THING and about else None,
        )
        for step, hours in HOURS[checklist].items()
    ]
    with session.work(case) as work:
        kept = tuple(work.keep(case, step) for step in steps)
        covers = {ChecklistStep.KIND: len(steps)}
        work.commit(Entry(act="case.edit", obj=audit_of(session, case), covers=covers, pol=rule))
    return kept


def steps_in(session: Session, case: CompartmentId, *, why: str = "casework") -> list[Stored[Any]]:
    """Return the steps in a case, by the time by which they are to be done; opening them is in the log before."""
    return sorted(story_records.list_in(session, case, (ChecklistStep.KIND,), why=why), key=_in_order)


def tick_step(session: Session, place: Place, *, by: str | None = None, on: str | None = None) -> Edited:
    """Say that a step is done: by whom, or by this member, and when, or now.

    Raises:
        NotFoundError, RefusedError, UsageError: no such step, not granted, or `on` is no date.
    """
    session.require(Action.CASE_WRITE, place.case)
    who = by or name_in(names_of_members(session), session.member)
    moment = on or minute_here(session)
    return story_records.change(session, place, {"done": moment, "by": who})


def _in_order(stored: Stored[Any]) -> tuple[str, int]:
    """Return when a step is to be done, and its place in its checklist among those of one time."""
    step = stored.value
    order = list(HOURS[step.checklist])
    return step.due or NO_DATE, order.index(step.step) if step.step in order else len(order)


# An extradition was refused: keep what was agreed, where they are apart from all else.
def protect_at_risk(session: Session, case: CompartmentId, typed: Mapping[str, str]) -> int:
    """Keep what was typed into the form (`casework.story.at_risk`); return how many records came of it.

    Where they are becomes a note in a restricted section about a location that nobody else opens but recovery: the
    first there is, or a new one. What is empty is not written.

    Raises:
        UsageError: something typed cannot be kept; then nothing is written.
    """
    rule = session.require(Action.CASE_WRITE, case)
    where, records = where_of(typed), records_of(typed, today(session))
    if where is not None:
        own = (line for line in sections.list_of(session, case) if line.holders <= {session.member})
        section = next((line.section for line in own if line.what is SectionKind.LOCATION), None)
        if section is None:
            section = sections.create(session, case, what=SectionKind.LOCATION, title=str(AT_RISK_SEALED))
        sections.add_note(session, section, where)
    if records:
        with session.work(case) as work:
            for record in records:
                work.keep(case, record)
            covers = Counter(record.KIND for record in records)
            work.commit(Entry(act="case.edit", obj=audit_of(session, case), covers=covers, pol=rule))
    return len(records) + (where is not None)
