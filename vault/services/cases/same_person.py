"""One person in several cases: a person is a record of one case, and `who` says that two records are one person.

No list of people stands outside the cases: it would tell who is in whose cases.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from vault.access.session import Session
from vault.casework.person import Person
from vault.errors import UsageError
from vault.ids import CompartmentId, RecordId, make_id
from vault.index.case_pages import row_of
from vault.index.people_index import people_in, places_of, who_is
from vault.policy.roles import Action
from vault.records.work import Entry
from vault.services.cases import section_people, undoing
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


@dataclass(frozen=True, slots=True)
class Joined:
    """What came of joining two records: in how many places the person stands now.

    `ref` is the reference of the case where both stand; empty where they are of two cases, or one is of a section.
    """

    places: int
    ref: str = ""


def same(session: Session, place: Place, other: Place) -> Joined:
    """Say that two records are one person, in cases or in restricted sections.

    The first takes the `who` of the second, with everybody who was the same as the first; where neither has one, both
    get a new one. Each case and section is changed by an entry of its own.

    Raises:
        UsageError: it is one record.
    """
    session.require(Action.CASE_WRITE, place.case)
    session.require(Action.CASE_WRITE, other.case)
    if place == other:
        raise UsageError(Message("these two are already the same record"))
    ours, theirs = _who(session, place), _who(session, other)
    who = theirs or ours or make_id()
    changed = {place, other}
    if ours is not None and ours != who:
        changed |= _places(session, ours)
    for home in {where.case for where in changed}:
        session.require(Action.CASE_WRITE, home)

    def known(person: Person) -> Person:
        return replace(person, who=who)

    written = 0
    for where in sorted(changed, key=lambda where: (where.case, where.record)):
        if section_people.is_in_section(session, where):
            edited = section_people.edit(session, where, known)
        else:
            edited = edit(session, where, Person, known, act="person.edit")
        written += bool(edited.settled)
    undoing.note_together(session, written)
    ref = called(session, place)[1] if are_of_one_case(session, place, other) else ""
    return Joined(len(_places(session, who)), ref)


def are_of_one_case(session: Session, place: Place, other: Place) -> bool:
    """Say whether two people stand in one case, and in no section of it."""
    return place.case == other.case and not section_people.is_in_section(session, place)


def called(session: Session, place: Place) -> tuple[str, str]:
    """Return what a person is called at a place, and the reference of its case."""
    session.require(Action.CASE_READ, place.case)
    index = up_to_date_index(session)
    if section_people.is_in_section(session, place):
        person = section_people.person_at(session, place)
        case, name = section_people.case_of(session, place), "" if person is None else person.display_name()
    else:
        case, name = place.case, people_in(index, place.case).get(place.record, "")
    row = row_of(index, case)
    return name, "" if row is None else row.ref


def cases_of(session: Session, place: Place) -> list[Standing]:
    """Return the cases of this member in which the same person stands; of other members' cases nothing is known.

    The look is in the log before they are returned.
    """
    session.require(Action.CASE_READ, place.case)
    rule = session.require(Action.CASE_LIST)
    index = up_to_date_index(session)
    who = _who(session, place)
    found = {place} if who is None else _places(session, who)
    session.log_act(Entry(act="case.list", covers={Person.KIND: len(found)}, pol=rule))
    lines = []
    for home, record, name in _named(session, found, who):
        row = row_of(index, home)
        if row is not None:
            lines.append(Standing(home, row.ref, row.title, record, name, row.closed))
    return sorted(lines, key=lambda line: (line.ref, line.record))


def _who(session: Session, place: Place) -> bytes | None:
    if section_people.is_in_section(session, place):
        return section_people.who_is(session, place)
    return who_is(up_to_date_index(session), place.case, place.record)


def _places(session: Session, who: bytes) -> set[Place]:
    """Return where somebody is written to be this person, in the cases and sections of this member."""
    found = {_place(*where) for where in places_of(up_to_date_index(session), who)}
    return found | {place for place, _, _ in section_people.places_of(session, who)}


def _named(session: Session, found: set[Place], who: bytes | None) -> Iterator[tuple[CompartmentId, RecordId, str]]:
    """Yield the case, the record and the name of each place; a place in a section is one of its case."""
    index = up_to_date_index(session)
    for place in found:
        if not section_people.is_in_section(session, place):
            yield place.case, place.record, people_in(index, place.case).get(place.record, "")
    for place, case, person in section_people.places_of(session, who) if who is not None else ():
        yield case, place.record, person.display_name()


def _place(case: bytes, record: bytes) -> Place:
    return Place(CompartmentId(case), RecordId(record), Person.KIND)
