"""How many people, cases and acts there are among the cases that a member may read, by what is known of them.

A person of several cases is counted once, in the newest open one. A case has the sex, age and nationality of its first
client. An act is something done or that happened: a note, a hearing, an incident, an event. Nothing of restricted
sections is counted.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from enum import StrEnum, unique

from vault.access.session import Session
from vault.casework.case import Case
from vault.casework.note import Note
from vault.casework.person import Person
from vault.casework.vocabulary import PersonRole, word_of
from vault.errors import UsageError
from vault.ids import CompartmentId, CompartmentKind, VersionId
from vault.index.heads import heads_in
from vault.policy.roles import Action
from vault.progress import CancelledError, Progress, Stopped
from vault.records.work import Entry
from vault.services.cases.cases import today
from vault.services.counts.shown_before import keep_table, tables_before
from vault.services.projection.kinds_held import held_of_kind
from vault.services.projection.projection import up_to_date_index
from vault.services.projection.reading import Stored, read_heads, stored_of_kind
from vault.tables.small_cells import Numbers, Shown, TooManyError, Values, protected
from vault.words.message import Message

UNKNOWN = "unknown"
ACTS = frozenset({Note.KIND, "hearing", "incident", "event"})
_HELPED = frozenset({PersonRole.CLIENT, PersonRole.DEPENDANT})
_BANDS = ((5, "0-4"), (12, "5-11"), (18, "12-17"), (60, "18-59"))
_OLDEST = "60+"


@unique
class Column(StrEnum):
    """What people and cases are counted by."""

    STAGE = "stage"
    KIND = "kind"
    SEX = "sex"
    AGE_BAND = "age-band"
    NATIONALITY = "nationality"


def count(
    session: Session,
    by: Sequence[str],
    *,
    progress: Progress = lambda done, total: None,
    cancelled: Stopped = lambda: False,
) -> Shown:
    """Return a table of what this member may read, without small groups and what would give them away.

    That it was made, and of how many cases, is in the log before. It is remembered: later tables are compared with it.
    How many cases were lent until a day that has passed, and are not counted, it says as a number alone.

    Raises:
        UsageError: a column is unknown or named twice, or there are too many rows to compare.
        CancelledError: as asked.
    """
    rule = session.require(Action.CASE_LIST)
    columns = tuple(word_of(Column, column, "--by").value for column in by)
    if not columns or len(set(columns)) < len(columns):
        raise UsageError(
            Message("name each column once"), next_step=Message("Use these: {names}.", names=", ".join(Column))
        )
    up_to_date_index(session)
    hidden = session.hidden
    held = [case for case in held_of_kind(session, CompartmentKind.CASE) if case not in hidden]
    counted = _counted(session, held, progress, cancelled)
    earlier = tables_before(session)
    try:
        table = protected(tuple(Column), counted, columns, earlier)
    except TooManyError:
        raise UsageError(
            Message("the table has too many rows to say what is safe to show"), next_step=Message("Name fewer columns.")
        ) from None
    keep_table(session, earlier, table)
    cases = sum(numbers.cases for numbers in counted.values())
    people = sum(numbers.people for numbers in counted.values())
    session.log_act(Entry(act="case.list", why="report", covers={Case.KIND: cases, Person.KIND: people}, pol=rule))
    return replace(table, left_out=len(hidden), instead=_instead(counted, table, earlier))


def _instead(counted: Mapping[Values, Numbers], table: Shown, earlier: Sequence[Shown]) -> Values:
    """Return the columns by which alone a row with a known value would be shown; nothing where this table shows one."""
    found = []
    for column in () if table.rows else Column:
        with suppress(TooManyError):
            rows = protected(tuple(Column), counted, (column.value,), [*earlier, table]).rows
            if rows.keys() - {(UNKNOWN,)}:
                found.append(column.value)
    return tuple(found)


def _counted(
    session: Session, held: Sequence[CompartmentId], progress: Progress, cancelled: Stopped
) -> dict[Values, Numbers]:
    """Return how many have which values of all columns."""
    day = datetime.date.fromisoformat(today(session))
    people: dict[bytes, tuple[tuple[bool, str, bytes], Values]] = {}
    cases, acts = Counter[Values](), Counter[Values]()
    for done, case in enumerate(held):
        progress(done, len(held))
        if cancelled():
            raise CancelledError
        session.require(Action.CASE_READ, case)
        head, persons, n_acts = _read(session, case)
        if head is None:
            continue
        of_case = (head.value.stage, head.value.kind.value)
        helped = [person for person in persons if person.value.role in _HELPED]
        client = next((p.value for p in persons if p.value.role is PersonRole.CLIENT), None)
        values = (*of_case, *_values(client, day))
        cases[values] += 1
        acts[values] += n_acts
        newest = (head.value.closed is None, head.value.opened or "", case)
        for person in helped:
            key = person.value.who or case + person.record
            if key not in people or people[key][0] < newest:
                people[key] = newest, (*of_case, *_values(person.value, day))
    progress(len(held), len(held))
    n_people = Counter(values for _, values in people.values())
    return {values: Numbers(n_people[values], cases[values], acts[values]) for values in {*n_people, *cases}}


def _read(session: Session, case: CompartmentId) -> tuple[Stored[Case] | None, list[Stored[Person]], int]:
    heads = heads_in(session.index(), case)
    opened = read_heads(
        session, case, frozenset(VersionId(head.version) for head in heads if head.kind in {Case.KIND, Person.KIND})
    )
    n_acts = len({head.record for head in heads if head.kind in ACTS})
    return next(iter(stored_of_kind(opened, Case)), None), list(_each_once(stored_of_kind(opened, Person))), n_acts


def _each_once(persons: Iterable[Stored[Person]]) -> Iterator[Stored[Person]]:
    """Yield each record once: where its versions differ, as the first has it."""
    return iter({person.record: person for person in reversed(list(persons))}.values())


def _values(person: Person | None, day: datetime.date) -> Values:
    if person is None:
        return (UNKNOWN, UNKNOWN, UNKNOWN)
    sex = UNKNOWN if person.sex is None else person.sex.value
    return sex, _band(person.born, day), next(iter(person.nationalities), UNKNOWN)


def _band(born: str | None, day: datetime.date) -> str:
    """Return the band of an age; of an unknown month or day the first is taken."""
    if born is None:
        return UNKNOWN
    year, month, at = (*map(int, born.strip("~").split("-")), 1, 1)[:3]
    age = day.year - year - ((day.month, day.day) < (month, at))
    return next((band for limit, band in _BANDS if age < limit), _OLDEST)
