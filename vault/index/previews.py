"""What the list shows of the case under its cursor, beside its row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from vault.index.file import Index

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
