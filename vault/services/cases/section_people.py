"""The people of restricted sections: found, changed, and known again in other places.

The index knows nothing of a section: its people are judged and opened when they are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from vault.access.session import Session
from vault.casework.person import Person, PersonChange
from vault.errors import NotFoundError, UsageError
from vault.ids import CompartmentId, RecordId
from vault.policy.roles import Action
from vault.records.versions import OpenedVersion
from vault.services.cases.editing import Edited, Place, write_next
from vault.services.cases.sections import (
    head_of,
    is_section,
    open_section,
    opened_sections,
    opened_to_read,
    opened_to_write,
)
from vault.services.projection.reading import Stored, stored_of_kind
from vault.services.projection.short_ids import the_one_named, typed_id
from vault.words.message import Message


def locate(session: Session, section: CompartmentId, text: str) -> Place:
    """Return the person of a section with this id, or this beginning of one.

    Raises:
        NotFoundError: none, or several.
    """
    persons = stored_of_kind(opened_to_read(session, section), Person)
    found = the_one_named(typed_id(text), [person.record for person in persons])
    if found is None:
        raise NotFoundError(Message("there is no such person in this section"))
    return Place(section, RecordId(found), Person.KIND)


def case_of(session: Session, place: Place) -> CompartmentId:
    """Return the case of the section in which a person stands."""
    return CompartmentId(head_of(session, place.case).case)


def change(session: Session, place: Place, wanted: PersonChange) -> Edited:
    """Change what is known of a person of a section; see `people.change`.

    Raises:
        UsageError: nothing to change, a name or number that the person has not, or a value of another shape.
    """
    session.require(Action.CASE_WRITE, place.case)
    if wanted == PersonChange():
        raise UsageError(Message("there is nothing to change"))
    return edit(session, place, wanted.of)


def edit(session: Session, place: Place, changed: Callable[[Person], Person]) -> Edited:
    """Write what `changed` makes of a person of a section as their next version; see `editing.edit`."""
    rule = session.require(Action.CASE_WRITE, place.case)
    audit = opened_to_write(session, place.case)
    return write_next(
        session, place, Person, _versions(session, place), changed, act="person.edit", obj=audit, pol=rule
    )


def is_in_section(session: Session, place: Place) -> bool:
    """Say whether a place is in a restricted section."""
    return is_section(session, place.case)


def person_at(session: Session, place: Place) -> Person | None:
    """Return the person who stands at a place of a section."""
    found = stored_of_kind(_versions(session, place), Person)
    return found[0].value if found else None


def who_is(session: Session, place: Place) -> bytes | None:
    """Return who a person of a section is written to be."""
    person = person_at(session, place)
    return None if person is None else person.who


def places_of(session: Session, who: bytes) -> Iterator[tuple[Place, CompartmentId, Person]]:
    """Yield where somebody is written to be this person, in the sections that this member may open, with the case."""
    for section, case, records in opened_sections(session):
        for person in stored_of_kind(records, Person):
            if person.value.who == who:
                yield Place(section, person.record, Person.KIND), case, person.value


def of_case(session: Session, case: CompartmentId, *, why: str) -> list[Stored[Person]]:
    """Return the people of the sections of a case that this member may open; see `sections.open_section`."""
    session.require(Action.CASE_READ, case)
    persons: list[Stored[Person]] = []
    for section, its_case, _ in opened_sections(session):
        if its_case == case:
            persons += open_section(session, section, why=why).persons
    return persons


def _versions(session: Session, place: Place) -> list[OpenedVersion]:
    return [
        version
        for version in opened_to_read(session, place.case)
        if (version.record, version.content.kind) == (place.record, Person.KIND)
    ]
