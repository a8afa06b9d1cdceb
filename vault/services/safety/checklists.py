"""Checklists of an incident: begin one, say who did a step and when, and read how far they are."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from vault.access.session import Session
from vault.casework.dates import checked_moment
from vault.casework.story.incident import HOURS, Checklist, ChecklistStep, IncidentKind
from vault.casework.vocabulary import word_of
from vault.errors import RefusedError, UsageError
from vault.ids import CompartmentId, RecordId
from vault.index.document_rows import NO_DATE
from vault.policy.roles import Action
from vault.records.work import Entry
from vault.services.cases import story
from vault.services.cases.editing import Edited, Place
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.projection import audit_of
from vault.services.projection.reading import Stored
from vault.services.safety.check_ins import minute_here
from vault.words.message import Message

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
    try:
        session.require(Action.CASE_WRITE, case)
    except RefusedError:
        return Message("What to do now is a checklist. A caseworker or a supervisor can begin it: ring one."), None
    return Message("What to do now, step by step"), follows


def begin(session: Session, case: CompartmentId, name: str, *, since: str | None = None) -> tuple[RecordId, ...]:
    """Write every step of a checklist into a case, each with the time by which it is to be done; return their ids.

    All of them are one operation.

    Args:
        session: who begins it.
        case: where.
        name: of the checklist.
        since: when it happened, with a time; now without it.

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
        ChecklistStep(step, checklist, due=(began + datetime.timedelta(hours=hours)).isoformat(timespec="minutes"))
        for step, hours in HOURS[checklist].items()
    ]
    with session.work(case) as work:
        kept = tuple(work.keep(case, step) for step in steps)
        covers = {ChecklistStep.KIND: len(steps)}
        work.commit(Entry(act="case.edit", obj=audit_of(session, case), covers=covers, pol=rule))
    return kept


def steps_in(session: Session, case: CompartmentId, *, why: str = "casework") -> list[Stored[Any]]:
    """Return the steps in a case, by the time by which they are to be done; opening them is in the log before."""
    return sorted(story.list_in(session, case, (ChecklistStep.KIND,), why=why), key=_in_order)


def tick(session: Session, place: Place, *, by: str | None = None, on: str | None = None) -> Edited:
    """Say that a step is done: by whom, or by this member, and when, or now.

    Raises:
        NotFoundError, RefusedError, UsageError: no such step, not granted, or `on` is no date.
    """
    session.require(Action.CASE_WRITE, place.case)
    who = by or name_in(names_of_members(session), session.member)
    moment = on or minute_here(session)
    return story.change(session, place, {"done": moment, "by": who})


def _in_order(stored: Stored[Any]) -> tuple[str, int]:
    """Return when a step is to be done, and its place in its checklist among those of one time."""
    step = stored.value
    order = list(HOURS[step.checklist])
    return step.due or NO_DATE, order.index(step.step) if step.step in order else len(order)
