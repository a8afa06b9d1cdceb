"""A register or an intake that was emptied once is no case that went: what comes in later stays, on every device."""

from __future__ import annotations

from pathlib import Path

from tests.english import in_english
from tests.services.organisation import AMINA, JOEL, Organisation, give
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId, CompartmentKind
from vault.services import housekeeping
from vault.services.approvals import erasing
from vault.services.cases import case_people, cases, intake, notes, register
from vault.services.erasures import arrived, standing_again, what_goes
from vault.services.grants import sharing
from vault.services.imports import case_import, taking_back
from vault.services.projection import folder_row
from vault.services.projection.places import the_one_of_kind

ZARINA, GULNORA = "Zarina Abdulova", "Gulnora Karimova"


def erase(session: Session, what: str) -> None:
    erasing.erase(session, what_goes.what_goes(session, what), why="mistake")


def unlock(organisation: Organisation, name: str) -> list[str]:
    with organisation.open(name) as session:
        return [str(line) for line in housekeeping.settle(session)]


def test_who_is_entered_after_the_only_person_was_erased_is_found_at_the_next_unlock(
    organisation: Organisation,
) -> None:
    with organisation.open(JOEL) as joel:
        case = cases.create(joel, title="C", kind="other").case
        erase(joel, case_people.add(joel, case, role="client", names=[ZARINA]).hex())
        case_people.add(joel, case, role="client", names=[GULNORA])
        assert len(register.ask(joel, [GULNORA])) == 1
    unlock(organisation, JOEL)
    with organisation.open(JOEL) as joel:
        assert len(register.ask(joel, [GULNORA])) == 1
        assert register.ask(joel, [ZARINA]) == []


def test_a_slip_that_comes_after_the_only_one_was_erased_stays(organisation: Organisation) -> None:
    with organisation.open(JOEL) as joel:
        erase(joel, intake.add(joel, text="wrong number", name="x").hex())
        intake.add(joel, text="urgent call", name="Ali")
    unlock(organisation, JOEL)
    with organisation.open(JOEL) as joel:
        assert len(intake.list_open(joel)) == 1


def test_a_list_that_is_imported_again_after_it_was_taken_back_stays_in_the_register(
    organisation: Organisation, tmp_path: Path
) -> None:
    file = tmp_path / "list.csv"
    file.write_text(f"case,client,born\nA,{ZARINA},1984\nB,{GULNORA},1990\n", "utf-8")
    with organisation.open(JOEL) as joel:
        case_import.make_cases(joel, case_import.preview(joel, file, kind="asylum"), {})
        taking_back.take_back(joel)
        case_import.make_cases(joel, case_import.preview(joel, file, kind="asylum"), {})
    unlock(organisation, JOEL)
    with organisation.open(JOEL) as joel:
        assert len(register.ask(joel, [ZARINA])) == 1


def test_the_slips_of_a_colleague_stay_on_a_device_whose_intake_was_emptied(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        erase(amina, intake.add(amina, text="wrong number", name="x").hex())
        give(amina, joel, tmp_path)
        for number in range(3):
            intake.add(joel, text=f"urgent {number}", name=f"Ali{number}")
        give(joel, amina, tmp_path)
    unlock(organisation, AMINA)
    with organisation.at(AMINA, JOEL) as (amina, joel):
        assert len(intake.list_open(amina)) == 3
        give(amina, joel, tmp_path)
        assert arrived.carry_out(joel, at_once=True) == 0
        assert len(intake.list_open(joel)) == 3


def test_what_an_older_program_noted_of_an_emptied_register_erases_nothing(organisation: Organisation) -> None:
    with organisation.open(JOEL) as joel:
        home = the_one_of_kind(joel, CompartmentKind.REGISTER)
        case = cases.create(joel, title="C", kind="other").case
        case_people.add(joel, case, role="client", names=[GULNORA])
        folder_row.end_begun(joel, {(home, folder_row.ALL_RECORDS)})
    unlock(organisation, JOEL)
    with organisation.open(JOEL) as joel:
        assert len(register.ask(joel, [GULNORA])) == 1
        assert (home, folder_row.ALL_RECORDS) not in folder_row.erased_records(joel)


def test_many_records_that_come_into_a_case_that_went_wait_for_a_person(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case = cases.create(amina, title="C", kind="other", alone_reason="nobody").case
        sharing.grant(amina, case, organisation.members(JOEL))
        give(amina, joel, tmp_path)
        for number in range(11):
            notes.add(joel, case, Note(NoteKind.CONTACT, f"call {number}"))
        erase(amina, case.hex())
        give(joel, amina, tmp_path)
        told = "\n".join(in_english(housekeeping.settle(amina)))
        assert "11 records came into a case after you erased it" in told
        assert placed(amina, case) == 11
        assert "11 records came" not in "\n".join(in_english(housekeeping.settle(amina)))
        assert len(standing_again.erase_late(amina, at_once=True)) == 1
        assert placed(amina, case) == 0


def placed(session: Session, home: CompartmentId) -> int:
    with session.database.reading() as rows:
        return len(rows.placed(home))
