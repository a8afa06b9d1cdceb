"""The records with a form in a case: keep, change and list them, and say what is due in all cases."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from vault.access.session import Session
from vault.casework.case import Case
from vault.casework.form import Form, FormedRecord, Shape
from vault.casework.person import Person
from vault.casework.story import STORY
from vault.casework.story.events import Deadline, Task
from vault.casework.story.incident import Incident
from vault.casework.story.protection import missed_for
from vault.casework.typed_dates import IN_FUTURE
from vault.display import here
from vault.errors import UsageError
from vault.ids import CompartmentId, RecordId, VersionId
from vault.index.dated import (
    DatedRow,
    DueCount,
    between,
    counts_between,
    due_count,
    due_counts,
    due_kinds,
    due_of,
    due_of_kind,
    times_between,
)
from vault.index.dated import due as due_rows
from vault.index.document_rows import NO_DATE
from vault.index.heads import heads_in
from vault.index.people_index import people_in
from vault.policy.roles import Action
from vault.records.work import Entry
from vault.services.cases.cases import MOST_LISTED, by_date, log_view, today
from vault.services.cases.editing import KINDS, Edited, Place, edit, keep_one, locate
from vault.services.cases.urgent_reviews import package_reviewed
from vault.services.projection.projection import audit_of, up_to_date_index
from vault.services.projection.stored_records import Stored, read_heads
from vault.words.message import Message, filled

_LONGEST_SPAN = 36_500
_MOST_OF_A_CASE = 24
_MOST_LATE_OF_A_CASE = 8
_MOST_OF_A_DAY = 12  # of one case
_LATE_FIRST = 2  # of one case
_LONG_LATE = datetime.timedelta(days=30)
_CONFIRMED = "confirmed"
_IN_A_CASE = frozenset(KINDS) - {Case.KIND}
_FULL_DAY = len("2026-11-27")


@dataclass(frozen=True, slots=True)
class DueLine:
    """Something that has to be kept in a case. `when` is an ISO date, perhaps with a time; None for no date.

    `rule` is the code of the rule that gave it. A record has its id in one case: two cases may have one of the same id.
    """

    case: CompartmentId
    ref: str
    client: str = field(repr=False)
    record: RecordId
    kind: str
    when: str | None
    headline: str = field(repr=False)
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How much that is due in a case a list leaves out, and how much of that is late."""

    case: CompartmentId
    ref: str
    count: int
    late: int


@dataclass(frozen=True, slots=True)
class DueList:
    """What has to be kept, soonest first, and what is not in it.

    `left` are cases that have more than their share, by reference; `more` is how much else there is, in all others.
    """

    lines: tuple[DueLine, ...]
    left: tuple[LeftOut, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class AgendaLine:
    """A date of the agenda, and whether it still has to be kept."""

    line: DueLine
    is_due: bool


@dataclass(frozen=True, slots=True)
class Agenda:
    """The dates of some days, and for each day (YYYY-MM-DD) how many more of them are not shown."""

    lines: tuple[AgendaLine, ...]
    left: Mapping[str, int]


def kind_named(kind: str) -> type[FormedRecord]:
    """Return the kind of record with this name.

    Raises:
        UsageError: there is none; those that there are are named.
    """
    if kind not in STORY:
        raise UsageError(Message("the kind of record must be one of: {names}", names=", ".join(STORY)))
    return STORY[kind]


def add(session: Session, case: CompartmentId, record: FormedRecord) -> RecordId:
    """Keep a record in a case and return its id. When this returns, it is durable.

    Raises:
        UsageError: it says that something was which is still to come.
    """
    rule = session.require(_to_write(record.KIND), case)
    _require_past(session, record)
    act, covers = _act(record.KIND, "create"), {record.KIND: 1}
    return keep_one(session, case, record, lambda: Entry(act=act, obj=audit_of(session, case), covers=covers, pol=rule))


def typed_values(session: Session, case: CompartmentId, form: Form, typed: Mapping[str, str]) -> dict[str, Any]:
    """Return the values that were typed; a person of the case by the beginning of their id, or by their name.

    Raises:
        UsageError: no such field, a value of another shape, or a record of another case.
    """
    fields = {field.name for field in form.fields if field.shape is Shape.RECORD}
    found = {
        name: _id_of(session, case, text) if name in fields and text.strip() else text for name, text in typed.items()
    }
    return form.from_typed(found)


def _require_past(session: Session, record: FormedRecord) -> None:
    day = today(session)
    for name in record.FORM.past:
        if (getattr(record, name) or "") > day:
            raise UsageError(filled(IN_FUTURE, field=name), next_step=Message("Give the day on which it was."))


def _id_of(session: Session, case: CompartmentId, text: str) -> str:
    people = people_in(up_to_date_index(session), case)
    named = [record for record, name in people.items() if name.casefold() == text.strip().casefold()]
    place = Place(case, RecordId(named[0]), Person.KIND) if len(named) == 1 else locate(session, text, _IN_A_CASE)
    if place.case != case:
        raise UsageError(Message("this record is in another case"))
    return place.record.hex()


def change(session: Session, place: Place, typed: Mapping[str, str]) -> Edited:
    """Change fields of a record to what was typed; an empty text empties a field that may be empty.

    `confirmed` is emptied unless it is typed with them: what was confirmed is what stood there before.

    Raises:
        UsageError: no such field, or a value of another shape.
        RefusedError: it is the review of an urgent export that this member sent.
    """
    kind = kind_named(place.kind)
    session.require(_to_write(place.kind), place.case)
    package = package_reviewed(session, place.case, place.record) if kind is Task else None
    values = typed_values(session, place.case, kind.FORM, typed)
    if not values:
        raise UsageError(Message("there is nothing to change"))

    was_confirmed = False

    def changed(record: FormedRecord) -> FormedRecord:
        nonlocal was_confirmed
        was_confirmed = was_confirmed or bool(getattr(record, _CONFIRMED, None))  # in any of two versions
        emptied = {_CONFIRMED: None} if was_confirmed else {}
        made: FormedRecord = replace(record, **{**emptied, **values})
        _require_past(session, made)
        return made

    act, action = _act(place.kind, "edit"), _to_write(place.kind)
    done = edit(session, place, kind, changed, act=act, action=action, dig=package if values.get("done") else None)
    return replace(done, is_unconfirmed=was_confirmed and not values.get(_CONFIRMED))


def list_in(
    session: Session, case: CompartmentId, kinds: Sequence[str] = tuple(STORY), *, why: str = "casework"
) -> list[Stored[FormedRecord]]:
    """Return the records of these kinds in a case by their date; opening them opens the case, in the log before."""
    log_view(session, case, why=why)
    heads = [head for kind in kinds for head in heads_in(up_to_date_index(session), case, kind_named(kind).KIND)]
    versions = read_heads(session, case, frozenset(VersionId(head.version) for head in heads))
    return by_date(versions, map(kind_named, kinds))


def day_within(session: Session, span: str) -> str:
    """Return the day that lies so many days ahead, YYYY-MM-DD, of a text such as `7d`.

    Raises:
        UsageError: it is no number of days.
    """
    days = span.strip().casefold().removesuffix("d")
    if not days.isdecimal() or not 0 <= int(days) <= _LONGEST_SPAN:
        raise UsageError(Message("the time must be a number of days, such as 7d"))
    return (datetime.date.fromisoformat(today(session)) + datetime.timedelta(days=int(days))).isoformat()


def due(session: Session, *, until: str | None = None, limit: int = 1000, case: CompartmentId | None = None) -> DueList:
    """Return what has to be kept in the cases of this member, soonest first; the look is in the log before it is.

    Who was not heard at the time of a check-in comes before all else. Of one case among others there are at most 24
    that come next and 8 that are late: who fills a case with dates hides no other case. What is left out is counted.
    Last comes what is late for more than 30 days, or the third of its case.

    `until` is a day, YYYY-MM-DD; without it all, also what has no date. With `case` only what is due in it, all of it.
    """
    if not 1 <= limit <= MOST_LISTED:
        raise UsageError(Message("--limit must be between 1 and {most_listed}", most_listed=MOST_LISTED))
    rule = session.require(Action.CASE_LIST)
    index, last, day = up_to_date_index(session), until or NO_DATE, today(session)
    full: set[bytes] = set()
    if case is None:
        most, most_late = _MOST_OF_A_CASE, _MOST_LATE_OF_A_CASE
        found, full = due_rows(index, last, today=day, most=most, most_late=most_late, limit=limit)
    else:
        found = due_of(index, case, last, limit=limit)
    left = _left_out(found, due_counts(index, last, full, today=day), day)
    more = 0
    if case is None and len(found) >= limit // 4:  # else nothing was cut but what `left` tells
        more = due_count(index, last) - len(found) - sum(each.count for each in left)
    session.log_act(Entry(act="case.list", covers={Deadline.KIND: len(found)}, pol=rule))
    return DueList(tuple(map(_line, _in_order(found, here(session.log.now_ms()), day))), left, max(more, 0))


def _left_out(found: Sequence[DatedRow], counts: Sequence[DueCount], day: str) -> tuple[LeftOut, ...]:
    shown = Counter(row.case for row in found)
    late = Counter(row.case for row in found if row.when < day[: len(row.when)])
    return tuple(
        LeftOut(CompartmentId(each.case), each.ref, each.due - shown[each.case], each.late - late[each.case])
        for each in counts
    )


def _in_order(found: Sequence[DatedRow], now: datetime.datetime, day: str) -> Iterator[DatedRow]:
    """Yield who was not heard, by day what is late and what comes, then what else is late: too much of a case, or long.

    Of a case two that are late come first, and two who were not heard before all else.
    """
    since = (datetime.date.fromisoformat(day) - _LONG_LATE).isoformat()
    missed = _newest([row for row in found if missed_for(row.kind, row.when, now) is not None], since)
    found = [row for row in found if row not in missed]
    late = [row for row in found if row.when < day[: len(row.when)]]
    first = _newest(late, since)
    yield from missed
    yield from first
    yield from (row for row in found if row not in late)
    yield from (row for row in reversed(late) if row not in first)


def _newest(found: Sequence[DatedRow], since: str) -> list[DatedRow]:
    """Return by day what is not older than this day, of a case the two newest."""
    of_case = Counter[bytes]()
    taken: list[DatedRow] = []
    for row in reversed(found):
        of_case[row.case] += 1
        if row.when >= since and of_case[row.case] <= _LATE_FIRST:
            taken.append(row)
    return taken[::-1]


def agenda(session: Session, first: datetime.date, last: datetime.date, *, limit: int = 1000) -> Agenda:
    """Return what stands from a day to another in the open cases of this member, kept or not, by its date.

    Only kinds that have to be kept are in it, of one case at most 12 on a day; what is left out is counted. The look
    is in the log before it is returned.
    """
    rule = session.require(Action.CASE_LIST)
    index, span = up_to_date_index(session), (first.isoformat(), last.isoformat())
    kinds = [kind for kind, record in STORY.items() if record.FORM.done_by is not None]
    found = between(index, *span, kinds, most=_MOST_OF_A_DAY, limit=limit)
    shown = Counter(row.when[:_FULL_DAY] for row, _ in found)
    counts = counts_between(index, *span, kinds)
    session.log_act(Entry(act="case.list", covers={Deadline.KIND: len(found)}, pol=rule))
    return Agenda(
        tuple(AgendaLine(_line(row), is_due) for row, is_due in found),
        {day: count - shown[day] for day, count in counts.items() if count > shown[day]},
    )


def due_all(session: Session, kind: str, *, until: str) -> tuple[DueLine, ...]:
    """Return all of one kind that has to be kept until a day, soonest first; the look is in the log before it is.

    No case has a share here: this is for what nobody may miss.
    """
    rule = session.require(Action.CASE_LIST)
    found = due_of_kind(up_to_date_index(session), kind, until)
    session.log_act(Entry(act="case.list", covers={kind: len(found)}, pol=rule))
    return tuple(map(_line, found))


def due_in(session: Session, case: CompartmentId) -> Mapping[str, int]:
    """Return how many records of each kind have to be kept in a case: how much would be shown no more if it closed."""
    session.require(Action.CASE_LIST)
    return due_kinds(up_to_date_index(session), case)


def _line(row: DatedRow) -> DueLine:
    when, rule = None if row.when == NO_DATE else row.when, row.rule or None
    record = RecordId(row.record)
    return DueLine(CompartmentId(row.case), row.ref, row.client, record, row.kind, when, row.headline, rule)


def _act(kind: str, what: str) -> str:
    return f"deadline.{what}" if kind == Deadline.KIND else "case.edit"


def _to_write(kind: str) -> Action:
    return Action.NOTE_WRITE if kind == Incident.KIND else Action.CASE_WRITE


# The times at which something is due, without a word: what may be said of a vault while it is locked.
MOST_TIMES = 32
STEP_SECONDS = 5 * 60
_TURN = 4  # times of one case before more of any
_LOOKED_AT = 8 * MOST_TIMES
_DAYS_AHEAD = 14
_MORNING = "09:00"  # of what is due on a day without a time


def times_due(session: Session, *, now_s: int) -> tuple[int, ...]:
    """Return when something is due within two weeks, as seconds since 1970 in steps of five minutes, soonest first.

    At most 32, each once: neither how many things are due nor of which case shows. What was due before `now_s` is left
    out: whoever unlocks sees it. A day or a time is that of this computer's place. Of each case four times come before
    more of any. What a grant gave that expired meanwhile is not in it.
    """
    now = here(now_s * 1000)
    until = now + datetime.timedelta(days=_DAYS_AHEAD)
    index = up_to_date_index(session)
    found = dict[int, None]()
    days = now.date().isoformat(), until.date().isoformat()
    for when in times_between(index, *days, turn=_TURN, limit=_LOOKED_AT):
        written = when if "T" in when else f"{when}T{_MORNING}"
        moment = int(datetime.datetime.fromisoformat(written).astimezone().timestamp())
        if moment > now_s:
            found[moment // STEP_SECONDS * STEP_SECONDS] = None
    return tuple(sorted(list(found)[:MOST_TIMES]))
