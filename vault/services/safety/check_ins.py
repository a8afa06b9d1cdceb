"""Check-ins: that somebody was heard, which are missed, and which step of the ladder is due."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from vault.access.session import Session
from vault.casework.story.protection import CheckIn, CheckInEnd, Step, missed_for
from vault.display import age, here
from vault.policy.roles import Action
from vault.services.cases import story
from vault.services.cases.editing import Place, edit
from vault.services.cases.story import DueLine
from vault.words.message import Message


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


def heard(session: Session, place: Place, end: CheckInEnd, *, on: str | None = None) -> str | None:
    """Say that somebody was heard, or that it is over, and write the next check-in with it; return when that is due.

    Both are one operation: a check-in that is said every day does not end because a computer stopped. None where it is
    said once alone, or where it was over already.

    Args:
        session: who says so.
        place: the check-in.
        end: what came of it: nobody is well because nothing else was said.
        on: a day, perhaps with a time; now without it.

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


def missed(session: Session, *, why: str = "casework", among: Sequence[DueLine] | None = None) -> tuple[Missed, ...]:
    """Return the check-ins that are missed in the cases of this member, or among these lines, the longest first.

    Their ladders stand in the cases: these are opened, which is in the log before.
    """
    now = now_here(session)
    lines = story.due_all(session, CheckIn.KIND, until=now.date().isoformat()) if among is None else among
    late = [(line, by) for line in lines if (by := missed_for(line.kind, line.when, now)) is not None]
    found: list[Missed] = []
    for case in dict.fromkeys(line.case for line, _ in late):
        kept = {stored.record: stored.value for stored in story.list_in(session, case, (CheckIn.KIND,), why=why)}
        for line, by in late:
            record = kept.get(line.record) if line.case == case else None
            if isinstance(record, CheckIn):
                steps = record.steps()
                passed = sum(step.after <= by for step in steps)
                found.append(Missed(line, record, by, steps[:passed], steps[passed:]))
    return tuple(sorted(found, key=lambda each: each.late, reverse=True))
