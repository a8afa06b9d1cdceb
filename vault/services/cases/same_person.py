"""One person in several cases: a person is a record of one case, and `who` says that two records are one person.

No list of people stands outside the cases: it would tell who is in whose cases.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from vault.access.session import Session
from vault.casework.person import Person
from vault.errors import UsageError
from vault.ids import CompartmentId, RecordId, make_id
from vault.index.cases import row_of
from vault.index.people import people_in, places_of, who_is
from vault.policy.roles import Action
from vault.records.work import Entry
from vault.services.cases.editing import Place, edit
from vault.services.projection.projection import up_to_date_index
from vault.words.message import Message


@dataclass(frozen=True, slots=True)
class Standing:
    """A case in which a person stands, and their record and name there."""

    case: CompartmentId
    ref: str
    title: str = field(repr=False)
    record: RecordId
    name: str = field(repr=False)
    closed: str | None = None


def same(session: Session, place: Place, other: Place) -> int:
    """Say that two records are one person; return in how many places of this member's cases they stand now.

    The first takes the `who` of the second, with everybody who was the same as the first; where neither has one, both
    get a new one. Each case is changed by an entry of its own.

    Raises:
        UsageError: it is one record.
    """
    session.require(Action.CASE_WRITE, place.case)
    session.require(Action.CASE_WRITE, other.case)
    if place == other:
        raise UsageError(Message("this is one record already"))
    index = up_to_date_index(session)
    ours, theirs = (who_is(index, where.case, where.record) for where in (place, other))
    who = theirs or ours or make_id()
    changed = {place, other}
    if ours is not None and ours != who:
        changed |= {_place(*found) for found in places_of(index, ours)}
    for home in {where.case for where in changed}:
        session.require(Action.CASE_WRITE, home)
    for where in sorted(changed, key=lambda where: (where.case, where.record)):
        edit(session, where, Person, lambda person: replace(person, who=who), act="person.edit")
    return len(places_of(up_to_date_index(session), who))


def cases_of(session: Session, place: Place) -> list[Standing]:
    """Return the cases of this member in which the same person stands; of other members' cases nothing is known.

    The look is in the log before they are returned.
    """
    session.require(Action.CASE_READ, place.case)
    rule = session.require(Action.CASE_LIST)
    index = up_to_date_index(session)
    who = who_is(index, place.case, place.record)
    found = {place} if who is None else {_place(*where) for where in places_of(index, who)}
    with session.work() as work:
        work.commit(Entry(act="case.list", covers={Person.KIND: len(found)}, pol=rule))
    lines = []
    for where in found:
        row = row_of(index, where.case)
        name = people_in(index, where.case).get(where.record, "")
        if row is not None:
            lines.append(Standing(where.case, row.ref, row.title, where.record, name, row.closed))
    return sorted(lines, key=lambda line: (line.ref, line.record))


def _place(case: bytes, record: bytes) -> Place:
    return Place(CompartmentId(case), RecordId(record), Person.KIND)
