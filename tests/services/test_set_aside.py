"""What somebody wrote without a right to it is shown to who holds the case, and becomes theirs if they want it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.services.organisation import AMINA, JOEL, KARIM, SELIN, Organisation, give, share
from tests.services.test_papers import add, paper
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.person import Person, PersonChange, PersonName
from vault.casework.vocabulary import NoteKind, PersonRole
from vault.errors import RefusedError
from vault.ids import CompartmentId, RecordId
from vault.records.versions import to_fields
from vault.records.work import Entry
from vault.services.approvals import erasing
from vault.services.cases import case_people, cases, editing, notes, register, set_aside, two_versions
from vault.services.cases.editing import Place
from vault.services.erasures import what_goes
from vault.services.grants import sharing
from vault.services.members import members
from vault.services.projection.stored_records import read_record

HERS, HIS, LATER = "Written by Amina.", "Written by Joel at home.", "Written by Joel later."


def _add(session: Session, case: CompartmentId, text: str) -> RecordId:
    return notes.add(session, case, Note(NoteKind.CONTACT, text))


def _texts(session: Session, case: CompartmentId) -> list[str]:
    return [each.value.text for each in cases.open_case(session, case).notes]


def _put_out(organisation: Organisation, amina: Session, joel: Session) -> CompartmentId:
    """Make a case of both, with a note of hers, from which Joel is put out before he hears of it."""
    case = cases.create(amina, title="Hearing", kind="asylum").case
    _add(amina, case, HERS)
    share(amina, case, organisation, JOEL)
    give(amina, joel)
    sharing.revoke(amina, case, [joel.member])
    return case


def _says(found: list[set_aside.SetAside]) -> list[tuple[str, dict[str, object]]]:
    return [(each.by, dict(each.newest.content.fields)) for each in found]


def test_what_is_set_aside_is_shown_with_its_author_and_counts_once_it_is_taken_over(
    organisation: Organisation,
) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case = _put_out(organisation, amina, joel)
        note = _add(joel, case, HIS)
        give(joel, amina)
        assert _texts(amina, case) == [HERS]
        found = set_aside.set_aside(amina, case)
        assert _says(found) == [(organisation[JOEL].name, to_fields(Note(NoteKind.CONTACT, HIS)))]
        assert set_aside.take_over(amina, case, found) == 1
        assert _texts(amina, case) == [HERS, HIS]
        assert set_aside.set_aside(amina, case) == []
        (told,) = editing.history(amina, Place(case, note, Note.KIND))
        assert told.by == f"{organisation[JOEL].name}{editing.ARROW}{organisation[AMINA].name}"


def test_what_was_taken_over_is_one_record_again_once_its_author_is_let_back(organisation: Organisation) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case = _put_out(organisation, amina, joel)
        _add(joel, case, HIS)
        give(joel, amina)
        set_aside.take_over(amina, case, set_aside.set_aside(amina, case))
        share(amina, case, organisation, JOEL)
        assert [(each.value.text, each.heads) for each in cases.open_case(amina, case).notes] == [(HERS, 1), (HIS, 1)]
        give(amina, joel)
        assert _texts(joel, case) == [HERS, HIS]


def _changed_at_home(organisation: Organisation, amina: Session, joel: Session) -> Place:
    """Let Joel change a person of a case from which he is put out before he hears of it, and send that."""
    case = cases.create(amina, title="Hearing", kind="asylum").case
    person = Place(case, case_people.add(amina, case, role="client", names=["Yulduz Karimova"]), Person.KIND)
    share(amina, case, organisation, JOEL)
    give(amina, joel)
    sharing.revoke(amina, case, [joel.member])
    case_people.change(joel, person, PersonChange(role="relative"))
    case_people.change(joel, person, PersonChange(role="third"))
    return person


def test_of_a_record_that_counts_both_versions_stand_and_nobodys_words_are_replaced(organisation: Organisation) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        person = _changed_at_home(organisation, amina, joel)
        give(joel, amina)
        (found,) = set_aside.set_aside(amina, person.case)
        assert len(found.versions) == 2
        set_aside.take_over(amina, person.case, [found])
        sides = two_versions.both(amina, person)
        assert {sides.left.fields["role"], sides.right.fields["role"]} == {"client", "third"}
        assert set_aside.set_aside(amina, person.case) == []


def test_what_was_erased_does_not_come_back(organisation: Organisation) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        person = _changed_at_home(organisation, amina, joel)
        erasing.erase(amina, what_goes.what_goes(amina, person.record.hex()), why="subject-request")
        give(joel, amina)
        assert set_aside.set_aside(amina, person.case) == []


def test_what_takes_the_id_of_somebody_elses_record_is_not_taken_over(organisation: Organisation) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case = _put_out(organisation, amina, joel)
        (note,) = cases.open_case(joel, case).notes
        with joel.work(case) as work:
            forged = Person(PersonRole.CLIENT, (PersonName.written("Nobody"),))
            work.write(case, note.record, Person.KIND, to_fields(forged), [])
            work.commit(Entry(act="person.edit"))
        give(joel, amina)
        assert set_aside.set_aside(amina, case) == []


def test_nothing_rides_along_that_nobody_is_shown(organisation: Organisation) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case = _put_out(organisation, amina, joel)
        with joel.work(case) as work:
            forged = replace(Person(PersonRole.CLIENT, (PersonName.written("Yulduz"),)), who=RecordId(bytes(16)))
            work.write(case, RecordId(b"p" * 16), Person.KIND, {**to_fields(forged), "not_known": "x"}, [])
            work.commit(Entry(act="person.create"))
        give(joel, amina)
        set_aside.take_over(amina, case, set_aside.set_aside(amina, case))
        (person,) = cases.open_case(amina, case).persons
        (version,) = read_record(amina, case, RecordId(b"p" * 16))
        assert person.value.who is None
        assert "not_known" not in version.content.fields


def test_a_person_who_is_taken_over_is_found_in_the_register(organisation: Organisation) -> None:
    with organisation.at(AMINA, JOEL, SELIN) as (amina, joel, selin):
        case = _put_out(organisation, amina, joel)
        case_people.add(joel, case, role="client", names=["Yulduz Karimova"])
        give(joel, amina)
        set_aside.take_over(amina, case, set_aside.set_aside(amina, case))
        give(amina, selin)
        assert amina.member in register.ask(selin, ["Yulduz Karimova"])


def test_a_paper_stays_set_aside(organisation: Organisation, tmp_path: Path) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case = _put_out(organisation, amina, joel)
        add(joel, case, paper(tmp_path, 9))
        give(joel, amina)
        assert set_aside.set_aside(amina, case) == []


def test_who_left_for_good_is_read_and_taken_over_too(organisation: Organisation) -> None:
    with organisation.at(AMINA, JOEL, KARIM) as (amina, joel, karim):
        case = cases.create(amina, title="Hearing", kind="asylum").case
        share(amina, case, organisation, JOEL)
        give(amina, joel)
        give(joel, karim)
        assert members.leave(karim, joel.member).is_done
        _add(joel, case, HIS)
        give(karim, amina)
        give(joel, amina)
        set_aside.take_over(amina, case, set_aside.set_aside(amina, case))
        assert _texts(amina, case) == [HIS]


def test_who_may_not_write_takes_nothing_over(organisation: Organisation) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case = _put_out(organisation, amina, joel)
        _add(joel, case, HIS)
        give(joel, amina)
        found = set_aside.set_aside(amina, case)
        with pytest.raises(RefusedError):
            set_aside.take_over(joel, CompartmentId(bytes(16)), found)
