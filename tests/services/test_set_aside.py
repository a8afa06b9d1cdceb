"""What somebody wrote without a right to it is shown to who holds the case, and becomes theirs if they want it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.services.organisation import AMINA, JOEL, KARIM, SELIN, Organisation, give, share
from tests.services.test_papers import add, paper
from vault.access.session import Session
from vault.casework.case import Case
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import RefusedError
from vault.ids import CompartmentId, RecordId
from vault.records.versions import to_fields
from vault.services.cases import case_people, cases, editing, notes, register, set_aside, two_versions
from vault.services.cases.editing import Place
from vault.services.grants import sharing
from vault.services.members import members

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


def test_of_a_record_that_others_changed_since_both_versions_stand(organisation: Organisation) -> None:
    def call(session: Session, title: str) -> None:
        place = editing.own_record(session, case)
        editing.edit(session, place, Case, lambda found: replace(found, title=title))

    with organisation.at(AMINA, JOEL) as (amina, joel):
        case = _put_out(organisation, amina, joel)
        call(joel, HIS)
        call(joel, LATER)
        call(amina, HERS)
        give(joel, amina)
        (found,) = set_aside.set_aside(amina, case)
        assert len(found.versions) == 2
        set_aside.take_over(amina, case, [found])
        sides = two_versions.both(amina, editing.own_record(amina, case))
        assert {sides.left.fields["title"], sides.right.fields["title"]} == {HERS, LATER}


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
