"""The members of the organisation, as the directory names them."""

from __future__ import annotations

from vault.access.session import Session
from vault.casework.person import Person, PersonName
from vault.casework.vocabulary import PersonRole
from vault.services.projection import read_counted


def members(session: Session) -> list[tuple[bytes, Person]]:
    """Return each member's id and name: a worker's own name must not leave in a note either."""
    found = []
    for version in read_counted(session, session.directory.compartment):
        member, name = version.content.fields.get("member"), version.content.fields.get("name")
        if version.content.kind == "member" and isinstance(member, bytes) and isinstance(name, str):
            found.append((member, Person(role=PersonRole.WORKER, names=(PersonName.written(name),))))
    return found
