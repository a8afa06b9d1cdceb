"""Whom redaction knows in what is to leave: the people of the case and of its restricted sections, and the members."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from vault.access.session import Session
from vault.casework.person import Person
from vault.ids import CompartmentId
from vault.names.normal import normal
from vault.redaction.registry import RegisteredPerson, registered_people
from vault.services.cases import section_people
from vault.services.members.members import members
from vault.services.projection.reading import Stored

_OF_A_SECTION = b"section"


def known_people(
    session: Session, case: CompartmentId, persons: Sequence[Stored[Person]], *, why: str
) -> tuple[RegisteredPerson, ...]:
    """Return the people of a case, those of its sections that this member may open, and the members as workers.

    Whoever stands in a section alone has no role in what leaves: they get no code, under which a report or a record of
    it would show that somebody is kept apart. A name that somebody of the case has too is that of the case. That each
    section was opened is in the log.
    """
    apart = section_people.of_case(session, case, why=why)
    known = [*((person.record, person.value) for person in persons), *members(session)]
    told = {normal(name.text) for _, person in known for name in person.names}
    alone = [(_OF_A_SECTION + person.record, _without(person.value, told)) for person in apart]
    return (*registered_people(known), *(replace(person, role=None) for person in registered_people(alone)))


def _without(person: Person, told: set[str]) -> Person:
    return replace(person, names=tuple(name for name in person.names if normal(name.text) not in told))
