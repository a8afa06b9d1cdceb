"""Records with a version that cannot be read, with two that stand, or of one person: nothing is made up or lost."""

from __future__ import annotations

import pytest

from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.person import Person, PersonChange
from vault.casework.vocabulary import NoteKind
from vault.errors import NotFoundError, UsageError, VerificationError
from vault.ids import RecordId, VersionId
from vault.index.heads import heads_of
from vault.records.work import Entry
from vault.services.approvals import moving
from vault.services.cases import case_people, cases, editing, notes, same_people, sections
from vault.services.cases.editing import Place
from vault.services.projection.projection import up_to_date_index
from vault.services.projection.stored_records import read_versions


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
    place = Place(case, case_people.add(session, case, role="client", names=["Zarina Quill"]), Person.KIND)
    broken(session, place)
    told = {version.version: editing.fields_told(version) for version in editing.history(session, place)}
    (unread,) = [version for version, fields in told.items() if not fields]
    assert len(told) == 2
    versions = read_versions(session, case, place.record, frozenset({unread}))
    assert len(versions) == 1
    with pytest.raises(VerificationError, match="no version of this record can be read here"):
        editing.next_of(Person, versions, lambda person: person)
    case_people.change(session, place, PersonChange(born="1984"))
    person = case_people.show(session, place).value
    assert (person.display_name(), person.born) == ("Zarina Quill", "1984")


def test_an_edit_of_what_was_never_there_is_refused(session: Session) -> None:
    case = cases.create(session, title="A title", kind="asylum").case
    nowhere = Place(case, RecordId(bytes(16)), Person.KIND)
    with pytest.raises(NotFoundError, match="no such record with this id"):
        editing.edit(session, nowhere, Person, lambda person: person)
    with pytest.raises(NotFoundError, match="no such record with this id"):
        editing.next_of(Person, [], lambda person: person)


def test_what_has_two_versions_is_moved_nowhere_before_somebody_said_which_is_right(session: Session) -> None:
    case = cases.create(session, title="A title", kind="asylum").case
    section = sections.create(session, case, what="location", title="Where", members=[])
    note = notes.add(session, case, Note(NoteKind.CONTACT, "by phone"))
    with session.work(case) as work:
        work.keep(case, Note(NoteKind.CONTACT, "by letter"), note, [])
        work.commit(Entry(act="note.correct"))
    with pytest.raises(UsageError, match="it has two versions"):
        moving.move(session, moving.ask(session, Place(case, note, Note.KIND), section))
    assert sections.open_section(session, section).notes == ()
    assert len(heads_of(up_to_date_index(session), case, note, Note.KIND)) == 2


def test_two_who_were_joined_with_others_are_one_with_all_of_them(session: Session) -> None:
    found = []
    for title in ("one", "two", "three", "four"):
        case = cases.create(session, title=title, kind="asylum").case
        found.append(Place(case, case_people.add(session, case, role="client", names=["Zarina Quill"]), Person.KIND))
    first, second, third, fourth = found
    same_people.same(session, first, second)
    same_people.same(session, third, fourth)
    assert same_people.same(session, first, third).places == 4
    for place in found:
        assert {standing.case for standing in same_people.cases_of(session, place)} == {each.case for each in found}
