"""A record of which a version is no record of its kind: nothing is made up for it, and the readable one goes on."""

from __future__ import annotations

import pytest

from vault.access.session import Session
from vault.casework.person import Person
from vault.casework.person_change import PersonChange
from vault.errors import NotFoundError, VerificationError
from vault.ids import RecordId, VersionId
from vault.index.heads import heads_of
from vault.records.work import Entry
from vault.services.cases import cases, editing, people
from vault.services.cases.editing import Place
from vault.services.projection.projection import up_to_date_index
from vault.services.projection.reading import read_versions


def broken(session: Session, place: Place) -> None:
    """Follow a person by a version that another program wrote wrongly."""
    heads = [VersionId(head) for head in heads_of(up_to_date_index(session), place.case, place.record, Person.KIND)]
    with session.work(place.case) as work:
        work.write(place.case, place.record, Person.KIND, {"names": 7}, heads)
        work.commit(Entry(act="person.edit"))


def test_a_version_that_cannot_be_read_says_nothing_in_the_history_and_the_readable_one_goes_on(
    session: Session,
) -> None:
    case = cases.create(session, title="A title", kind="asylum").case
    place = Place(case, people.add(session, case, role="client", names=["Zarina Quill"]), Person.KIND)
    broken(session, place)
    told = {version.version: editing.fields_told(version) for version in editing.history(session, place)}
    (unread,) = [version for version, fields in told.items() if not fields]
    assert len(told) == 2
    versions = read_versions(session, case, place.record, frozenset({unread}))
    assert len(versions) == 1
    with pytest.raises(VerificationError, match="no version of this record can be read here"):
        editing.next_of(Person, versions, lambda person: person)
    people.change(session, place, PersonChange(born="1984"))
    person = people.show(session, place).value
    assert (person.display_name(), person.born) == ("Zarina Quill", "1984")


def test_an_edit_of_what_was_never_there_is_refused(session: Session) -> None:
    case = cases.create(session, title="A title", kind="asylum").case
    nowhere = Place(case, RecordId(bytes(16)), Person.KIND)
    with pytest.raises(NotFoundError, match="no such record with this id"):
        editing.edit(session, nowhere, Person, lambda person: person)
    with pytest.raises(NotFoundError, match="no such record with this id"):
        editing.next_of(Person, [], lambda person: person)
