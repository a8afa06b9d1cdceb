"""The list of cases: pages of 64 by key, never by counting rows, and what stands beside the row at the cursor."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from vault.index import index_tables
from vault.index.document_rows import NO_DATE
from vault.index.file import Index
from vault.index.search_text import parse

# The list of cases: pages of 64 by key, never by counting rows, and counts that are stored.

PAGE = 64
# A filter that finds more is too wide to be read; sorting the newest of them stays quick.
MOST_FOUND = 1_000


class Sort(StrEnum):
    """Orders of the list; each has its index."""

    DUE = "due"  # what has no date comes last
    REF = "ref"
    NAME = "name"  # of the first client, else the title
    STATUS = "status"  # then by due date


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands in one order. Holds for this order alone."""

    keys: tuple[str, ...] = field(repr=False)
    doc: int


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One row of the list. With `heads` above 1 the case record is in conflict, and the newest open head is shown."""

    case: bytes
    title: str = field(repr=False)
    name: str = field(repr=False)
    ref: str
    status: str
    kind: str
    due: str | None
    risk: str
    owner: str = field(repr=False)
    opened: str | None
    closed: str | None
    heads: int
    place: Place


@dataclass(frozen=True, slots=True)
class FoundCases:
    """The cases that a filter leaves; `more` when it left more than MOST_FOUND and only the newest are here."""

    docs: tuple[int, ...]
    more: bool


def page(
    index: Index,
    sort: Sort = Sort.DUE,
    *,
    found: FoundCases | None = None,
    after: Place | None = None,
    before: Place | None = None,
    size: int = PAGE,
) -> list[CaseRow]:
    """Return one page in the order of `sort`, ties by time; of `found` alone, if it is given (`find`).

    It follows the place `after`, or ends just before the place `before`; with neither it is the first.
    """
    where, parameters = _where(found)
    columns = index_tables.LISTS[sort.value]
    place = before or after
    if place is not None:
        where += f" AND {index_tables.behind(sort.value, '<' if before else '>')}"
        parameters += (*place.keys, place.doc)
    rows = _rows(index, columns, where, parameters, backwards=before is not None, tail="LIMIT ?", extra=[size])
    return rows[::-1] if before else rows


def page_at(
    index: Index, position: int, sort: Sort = Sort.DUE, *, found: FoundCases | None = None, size: int = PAGE
) -> list[CaseRow]:
    """Return the rows from a position (0 = first), for a jump of the scroll bar only.

    It takes the same time anywhere: the lengths of the stretches are added up, and one is walked.
    """
    where, parameters = _where(found)
    columns, position = index_tables.LISTS[sort.value], max(position, 0)
    if found is not None:
        extra = [size, position]
        return _rows(index, columns, where, parameters, backwards=False, tail="LIMIT ? OFFSET ?", extra=extra)
    index.ready_stretches(sort.value)
    with index.reading() as sql:  # nobody changes it meanwhile
        place = index_tables.place_of(sql, sort.value, position)
        if place is None:
            return []
        key, offset = place
        where += f" AND {index_tables.behind(sort.value, '>=')}"
        extra = [size, offset]
        return _rows(index, columns, where, key, backwards=False, tail="LIMIT ? OFFSET ?", extra=extra)


def find(index: Index, untrusted_words: str) -> FoundCases | None:
    """Return the cases whose own names, or those of their people, hold all the words; None for no words at all."""
    query = parse(untrusted_words)
    if query is None:
        return None
    with index.reading() as sql:
        found = sql.execute(
            "SELECT DISTINCT c.doc FROM"
            " (SELECT rowid AS doc FROM text WHERE text MATCH ? ORDER BY rowid DESC LIMIT ?) AS hit"
            " JOIN head USING (doc) JOIN case_row AS c ON c.case_id=head.case_id AND c.top=1",
            (query.within("names"), MOST_FOUND + 1),
        ).fetchall()
        docs = sorted((doc for (doc,) in found), reverse=True)
    return FoundCases(tuple(docs[:MOST_FOUND]), more=len(docs) > MOST_FOUND)


def found_too(index: Index, found: FoundCases, cases: Iterable[bytes]) -> FoundCases:
    """Return what was found and the open ones of these cases, which were found in another way."""
    asked = list(cases)
    places = ", ".join("?" * len(asked))
    with index.reading() as sql:
        others = sql.execute(
            f"SELECT doc FROM case_row WHERE top=1 AND case_id IN ({places})",  # noqa: S608  # marks alone
            asked,
        ).fetchall()
    docs = sorted({*found.docs, *(doc for (doc,) in others)}, reverse=True)
    return FoundCases(tuple(docs[:MOST_FOUND]), more=found.more or len(docs) > MOST_FOUND)


def case_count(index: Index) -> int:
    """Return the number of cases: stored, not counted."""
    with index.reading() as sql:
        return int(sql.execute("SELECT cases FROM case_count").fetchone()[0])


def row_of(index: Index, case: bytes) -> CaseRow | None:
    """Return the row of one case by its id, open or closed."""
    return next(iter(_rows(index, ("due",), "top AND case_id=?", [case], backwards=False, tail="", extra=[])), None)


def states_of(index: Index, case: bytes) -> list[tuple[str, str]]:
    """Return the stage and the risk that each head of a case says, the newest last."""
    with index.reading() as sql:
        return list(sql.execute("SELECT status, risk FROM case_row WHERE case_id=? ORDER BY doc", (case,)))


def cases_by_ref(index: Index, ref: str) -> list[bytes]:
    """Return the ids of the cases with this reference, or a report under it, written as it was given out (`K7QM-3XPD`).

    A reference is drawn, and a word of whoever wrote it: two of one reference are no chance.
    """
    index.ready_lists()
    with index.reading() as sql:
        found = sql.execute(
            "SELECT case_id FROM case_row WHERE top=1 AND ref=?1"
            " UNION SELECT case_id FROM case_row WHERE top=2 AND ref=?1"
            " UNION SELECT case_id FROM reported WHERE ref=?1 ORDER BY case_id",
            (ref,),
        )
        return [bytes(case) for (case,) in found]


_CONTACTS = (
    "FROM contact JOIN head USING (doc) WHERE NOT EXISTS (SELECT 1 FROM head AS other"
    " WHERE (other.compartment, other.record, other.kind)=(head.compartment, head.record, head.kind)"
    " AND other.doc NOT IN (SELECT doc FROM contact))"
)


def silent_cases(index: Index, since: str, *, limit: int) -> list[tuple[CaseRow, str | None]]:
    """Return open cases without a contact on this day (YYYY-MM-DD) or later, by reference, each with its last one.

    A note of which another head tells of no contact, as it is withdrawn there, tells of none.
    """
    silent = f"top=1 AND NOT EXISTS (SELECT 1 {_CONTACTS} AND contact.case_id=case_row.case_id AND day>=?)"
    rows = _rows(index, ("ref",), silent, [since], backwards=False, tail="LIMIT ?", extra=[limit])
    with index.reading() as sql:
        last = f"SELECT max(day) {_CONTACTS} AND contact.case_id=?"
        return [(row, sql.execute(last, (row.case,)).fetchone()[0]) for row in rows]


def closed_cases(index: Index, *, limit: int) -> list[CaseRow]:
    return _rows(index, ("ref",), "top=2", [], backwards=False, tail="LIMIT ?", extra=[limit])


def cases_between(index: Index, first: bytes, last: bytes) -> list[bytes]:
    """Return the ids of the cases from one id to another."""
    with index.reading() as sql:
        found = sql.execute("SELECT DISTINCT case_id FROM case_row WHERE case_id BETWEEN ? AND ?", (first, last))
        return [bytes(case) for (case,) in found]


def _where(found: FoundCases | None) -> tuple[str, list[object]]:
    if found is None:
        return "top=1", []
    return "top=1 AND doc IN (SELECT value FROM json_each(?))", [json.dumps(found.docs)]


def _order(columns: Sequence[str], *, backwards: bool) -> str:
    return ", ".join(f"{column} DESC" if backwards else column for column in (*columns, "tie"))


def _rows(
    index: Index,
    columns: tuple[str, ...],
    where: str,
    parameters: Sequence[object],
    *,
    backwards: bool,
    tail: str,
    extra: Sequence[object],
) -> list[CaseRow]:
    order = _order(columns, backwards=backwards)
    statement = (
        "SELECT case_id, title, name, ref, status, kind, due, risk, owner, opened, closed, heads, doc, "  # noqa: S608  # names
        f"{', '.join(columns)} FROM case_row WHERE {where} ORDER BY {order} {tail}"  # from this file; values are bound
    )
    index.ready_lists()
    with index.reading() as sql:
        return [_row(*found) for found in sql.execute(statement, (*parameters, *extra))]


def _row(*found: Any) -> CaseRow:
    case, title, name, ref, status, kind, due, risk, owner, opened, closed, heads, doc, *keys = found
    shown_due = None if due == NO_DATE else due
    place = Place(tuple(keys), doc)
    return CaseRow(case, title, name, ref, status, kind, shown_due, risk, owner, opened, closed, heads, place)


def own_count(index: Index, owner: bytes) -> int:
    """Return how many open cases name this member as their owner."""
    with index.reading() as sql:
        (count,) = sql.execute("SELECT count(*) FROM case_row WHERE owner=? AND top=1", (owner.hex(),)).fetchone()
        return int(count)


def cases_of_owner(index: Index, owner: bytes) -> list[bytes]:
    """Return the cases whose head names this member as their owner."""
    with index.reading() as sql:
        found = sql.execute("SELECT case_id FROM case_row WHERE owner=? AND top ORDER BY ref", (owner.hex(),))
        return [case for (case,) in found]


# What the list shows of the case under its cursor, beside its row.
_MOST_PEOPLE = 8
_MOST_CONTACTS = 2
_MOST_DATES = 3


class PersonGlance(NamedTuple):
    """A person of a case: the first name, and the safe contact without its never-use list, as JSON, or empty."""

    name: str
    is_client: bool
    contact: str


class PeopleGlance(NamedTuple):
    """Some people of a case, clients before others, those with a safe contact, and how many more there are of each."""

    people: list[PersonGlance]
    more: int
    contacts: list[PersonGlance]
    more_contacts: int


class DateGlance(NamedTuple):
    """Something to keep in a case, as `dated.DatedRow` has it."""

    kind: str
    when: str
    headline: str


_PEOPLE = (
    "SELECT name, is_client, contact FROM person JOIN head USING (doc) LEFT JOIN begun"
    " ON begun.compartment=head.compartment AND begun.record=head.record"
    " WHERE person.case_id=? AND (contact <> '' OR ?) ORDER BY is_client DESC, begun.at_ms, person.record LIMIT ?"
)
_COUNTS = "SELECT count(*), coalesce(sum(contact <> ''), 0) FROM person WHERE case_id=?"
_DATES = (
    "SELECT head.kind, day, headline FROM dated JOIN head USING (doc)"
    " WHERE dated.case_id=? AND is_due"
    " ORDER BY head.kind = 'check-in' AND day < ? DESC, day, dated.doc LIMIT ?"
)


def people_counts(index: Index, cases: Sequence[bytes]) -> dict[bytes, int]:
    """Return how many people each of these cases has; those without any are left out."""
    places = ", ".join("?" * len(cases))
    with index.reading() as sql:
        counted = sql.execute(
            f"SELECT case_id, count(*) FROM person WHERE case_id IN ({places}) GROUP BY case_id",  # noqa: S608  # places
            tuple(cases),
        )
        return {bytes(case): int(count) for case, count in counted}


def people_at_a_glance(index: Index, case: bytes) -> PeopleGlance:
    """Return the first people of a case, and the first safe contacts, whoever has them."""
    with index.reading() as sql:
        people, contacts = (
            [
                PersonGlance(name, bool(is_client), contact)
                for name, is_client, contact in sql.execute(_PEOPLE, (case, is_any, most))
            ]
            for is_any, most in ((True, _MOST_PEOPLE), (False, _MOST_CONTACTS))
        )
        count, with_contact = sql.execute(_COUNTS, (case,)).fetchone()
    return PeopleGlance(people, count - len(people), contacts, with_contact - len(contacts))


def next_dates(index: Index, case: bytes, now: str) -> list[DateGlance]:
    """Return the next dates of a case, check-ins that are missed now first and what has no date last."""
    with index.reading() as sql:
        return [DateGlance(*row) for row in sql.execute(_DATES, (case, now, _MOST_DATES))]
