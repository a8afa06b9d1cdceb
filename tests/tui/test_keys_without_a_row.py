"""Keys where there is no row, nothing to choose or a question was left, and clicks: what is said, and nothing else."""

from __future__ import annotations

import pytest

from tests.tables import each
from tests.tui.desk import Desk
from tests.tui.house import House
from vault.casework.note import Note
from vault.casework.person import Person, PersonName
from vault.casework.script import Script
from vault.casework.story.events import Detention
from vault.casework.vocabulary import NoteKind, PersonRole
from vault.services.cases import sections, story_records
from vault.services.grants import sharing

pytestmark = pytest.mark.screen


def _there(desk: Desk) -> list[object]:
    return list(desk.app.screen_stack)


def test_keys_of_dates_and_story_do_no_harm_where_nothing_is_kept(amina: Desk) -> None:
    amina.press("enter", "d")
    there = _there(amina)
    for key in ("enter", "space", "v", ":erase the record", "e"):
        amina.press(key)
        assert _there(amina) == there, key
    amina.sees("Put the cursor on a request of a person; n writes one down.")


@each(
    (
        (":move a note", "You hold no section of this case; s makes one."),
        (":compare two", "Each record of this case has only one version."),
    )
)
def test_what_a_case_has_nothing_for_is_said(command: str, said: str, amina: Desk) -> None:
    amina.home()
    amina.press("enter", command)
    amina.sees(said)


def test_nothing_under_the_cursor_is_moved_or_erased(amina: Desk) -> None:
    amina.press("enter", "4")  # dates, of which there is none
    there = _there(amina)
    amina.press(":move a note")
    amina.sees("Put the cursor on the note, the person or the paper that you want to move.")
    amina.press(":erase for good what")
    assert _there(amina) == there


def test_a_name_whose_source_nobody_says_is_not_added_and_numbers_go_to_the_parts(amina: Desk) -> None:
    amina.press("enter", "2", "enter")
    amina.press("plus", " Elham Torgaef", "enter")
    amina.sees("Where does “Elham Torgaef” come from?")
    amina.press("escape")
    amina.sees_not("Elham")
    amina.press("3")
    assert amina.focused() in {"person-left", "person-right", "person-more"}
    amina.press("1")
    assert amina.focused() == "names"
    amina.press("3", "9", "1")
    assert amina.focused() == "names"


def test_a_click_on_a_tab_a_key_or_a_word_does_as_its_key(amina: Desk) -> None:
    amina.press("enter", "2")
    before = amina.focused()
    amina.click("3 Papers")
    assert amina.focused() != before
    amina.click("n note")
    amina.at("Note")
    for kind in ("medical", "interview", "contact"):
        amina.click(kind)
        assert amina.value("kind") == kind
    amina.press("escape")
    amina.click("F1 help")
    amina.press("escape")
    amina.click("Esc back")
    amina.at("CASES")


def test_a_section_is_opened_revoked_and_erased_only_as_far_as_somebody_chose(house: House) -> None:
    with house.open("Amina") as session:
        section = sections.create(session, house.case, what="health", title="Clinic")
        sharing.grant(session, house.case, [house.people["Joel"].member])
        sections.give(session, section, [house.people["Joel"].member])
        for name in ("Vera Tikhookova", "Zubin Tarnleaf"):
            sections.add_person(session, section, Person(PersonRole.THIRD, (PersonName(name, Script.LATIN),)))
        sections.add_note(session, section, Note(NoteKind.CONTACT, "She sleeps in Quietwater."))
    with house.desk("Amina") as amina:
        amina.press("enter", "s", "enter")
        amina.sees("Opens for you, Joel", "If there are recovery sheets, they open it too.")
        amina.press("enter")
        amina.sees("What do you want to open?", "Vera Tikhookova", "Zubin Tarnleaf")
        amina.press("escape", "t")
        amina.sees("Revoke the section from whom?")
        amina.press("escape")
        amina.at("Restricted")
        amina.press(":erase a note")
        amina.sees("Which note goes for good?", "She sleeps in Quietwater.")
        amina.press("enter")
        amina.sees("This is erased for good")
        amina.press("escape")
        amina.sees("She sleeps in Quietwater.", "Opens for you, Joel")
    with house.open("Joel") as joel:
        assert len(sections.open_section(joel, section).notes) == 1


def test_what_is_over_is_not_ended_again_and_what_would_be_erased_is_shown_first(house: House) -> None:
    with house.open("Amina") as session:
        story_records.add(session, house.case, Detention(taken="2026-10-01", place="Cell 4"))
    with house.desk("Amina") as amina:
        amina.press("enter", "d", "space")
        amina.sees("Ended on: ")
        amina.press("space")
        amina.sees("There is no date to keep here.")
        amina.press(":erase the record")
        amina.sees("This is erased for good")
        amina.press("escape")
        amina.sees("Cell 4")


def test_nobody_is_let_in_without_a_name(house: House) -> None:
    with Desk(house.place, None) as desk:
        desk.clear("member")
        desk.go_to("passphrase")
        desk.press(" amina opens", "enter")
        desk.sees("! Type the member's name first.")
        assert desk.focused() == "member"
