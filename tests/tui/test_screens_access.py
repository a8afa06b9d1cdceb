"""Who can open a case, and its restricted sections: given, taken back by a new key, and what is told of it."""

from __future__ import annotations

import pytest

from tests.tui.house import AMINA, DANA, JOEL, NADIA, House
from vault.errors import RefusedError
from vault.services.cases import cases, sections
from vault.services.grants import sharing
from vault.services.grants.sharing import WHAT_MAY_BE_KEPT
from vault.services.members import members

pytestmark = pytest.mark.screen

ONLY_YOU = "only YOU can open this case. If there are recovery sheets, they open it too."


def test_a_case_is_given_until_a_day_for_a_reason_and_taken_back_by_a_new_key(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "w")
        amina.sees(
            f"{AMINA} (you) owner", f"{JOEL} deputy", "If there are recovery sheets, they open it too. 1 key so far."
        )
        amina.press("g")
        amina.until(f"To {NADIA}", "right")
        amina.sees_not(DANA)
        amina.fill(until="2099-12-24")
        amina.press("enter")
        amina.at("GIVE THE CASE")
        amina.until("Why supervision", "right")
        amina.press("f4")
        amina.sees("The case is open to them until 2099-12-24; the day after, the key changes.")
        amina.press("enter")
        amina.sees(f"{NADIA} 2099-12-24 supervision {AMINA}")
        amina.press("t")
        amina.sees("! You cannot revoke a case from yourself. Ask another holder.")
        amina.until(f"> {NADIA}", "down")
        amina.press("t")
        amina.sees(f"Revoke the case from {NADIA}?", "may have been copied,", "saved changes to rewrap, for 3 devices")
        amina.press("enter")
        amina.sees("1 key so far.")
        amina.press("t", "y")
        amina.sees("The case has a new key; ", str(WHAT_MAY_BE_KEPT))
        amina.press("enter", "k", "enter", "k", "y", "enter")
        amina.sees("3 keys so far.", "2 members")
    with house.open("Nadia") as nadia, pytest.raises(RefusedError, match="was not granted to you"):
        cases.open_case(nadia, house.case)


def test_a_new_key_that_is_stopped_counts_and_the_rest_is_wrapped_later(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "w", "down", "t")
        amina.press_and_stop("y")
        amina.sees("Stopped, but the new key is already in use: it was made first.")
        amina.press("enter")
        amina.sees("1 member", "2 keys so far.")
        amina.press("r")
        amina.sees("saved changes were rewrapped.")
        amina.press("enter", "escape")
        amina.sees("He was asked for at the market.")


def test_a_case_that_everybody_holds_is_given_to_nobody_else(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "w", "g", "f4", "enter", "g", "f4", "enter", "g")
        amina.sees("Nobody else to give it to: all who have a device and a role that opens cases hold it already.")
        amina.at("WHO CAN OPEN IT")


def test_who_may_not_share_a_case_sees_who_holds_it_and_is_offered_no_more(house: House) -> None:
    nadia = house.people["Nadia"].member
    with house.open("Amina") as amina:
        sharing.grant(amina, house.case, [nadia])
    with house.open("Mira") as mira:
        members.change_roles(mira, nadia, ["legal-reviewer"], by_root=True)
    with house.desk("Nadia") as reader:
        reader.press("enter", "w")
        reader.sees(f"{AMINA} owner", f"{JOEL} deputy")
        reader.sees_not("t revoke", "g give", "k new key")
        reader.press("escape", "e")
        reader.sees_not("Ctrl+R recipient")
        reader.press("ctrl+r")
        reader.at("EXPORT")


def test_only_you_is_said_in_the_list_in_the_case_and_in_its_access(house: House) -> None:
    with house.open("Amina") as session:
        alone = cases.create(session, title="About Joel", kind="other", alone_reason="it is about Joel")
    with house.desk("Amina") as amina:
        amina.sees(f"{alone.ref}!")
        amina.until(f"> — {alone.ref}", "down")
        amina.sees("! Only YOU can open this case.")
        amina.until(f"> — {house.ref}", "up")
        amina.sees_not("Only YOU")
        amina.until(f"> — {alone.ref}", "down")
        amina.press("enter")
        amina.sees(f"! {ONLY_YOU} (it is about Joel)")
        amina.press("w")
        amina.sees(f"! {ONLY_YOU}", "1 member")
        amina.press("g", "f4", "enter", "escape", "f5", "f8")
        amina.sees_not(f"{alone.ref}!")


# ---- sections ------------------------------------------------------------------------------------------------------


def test_a_section_opens_for_those_who_were_marked_and_its_notes_go_nowhere_else(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "s", "n", "f4")
        amina.sees("! Type a title first.")
        amina.press(" Where she is", "f4")
        amina.sees("! Only YOU can open it. If there are recovery sheets, they open it too.")
        amina.sees("Nothing is kept here yet; n writes a note, p adds a person, f a paper.")
        amina.press("t")
        amina.sees("No other member can open this section.")
        amina.press("n")
        amina.at("RESTRICTED NOTE")
        amina.press(" Quietwater 17", "f4")
        amina.sees(f"contact, {AMINA}", "Quietwater 17")
        amina.press("g", "enter", "enter")
        amina.sees(f"Opens for you, {JOEL}. If there are recovery sheets, they open it too.")
        amina.press("g")
        amina.sees("Everybody who holds the case opens this section already. Grant the case to others first.")
        amina.press("escape")
        amina.sees("location Where she is 2")
        amina.press("escape")
        amina.sees("Notes 2")
        amina.sees_not("Quietwater")
    with house.open("Joel") as joel:
        (line,) = sections.list_of(joel, house.case)
        assert [note.value.text for note in sections.open_section(joel, line.section).notes] == ["Quietwater 17"]
    with house.desk("Amina") as amina:
        amina.press("enter", "s", "enter", "t", "enter", "enter")
        amina.sees(f"Opens for you, {JOEL}")
        amina.press("t", "enter", "y")
        amina.sees("has a new key")
    with house.open("Joel") as joel:
        assert sections.list_of(joel, house.case) == []
        with pytest.raises(RefusedError, match="was not granted to you"):
            sections.open_section(joel, line.section)


def test_a_person_kept_apart_is_added_changed_and_known_again_in_the_case(house: House) -> None:
    with house.open("Amina") as session:
        section = sections.create(session, house.case, what="location", title="Where")
    with house.desk("Amina") as amina:
        amina.press("enter", "s", "enter", "enter")
        amina.sees("Nobody is kept here yet; p adds a person, f a paper.")
        amina.press("p", " Ilham Torgaev", "f4")
        amina.sees("Known already?")
        amina.press("y")
        amina.sees("Ilham Torgaev (Latin)")
        amina.press("enter")
        amina.at("Person Ilham Torgaev client in")
        amina.sees("spelled like Ilham Torgaev")
        amina.press("enter")
        amina.fill(phones="+996 555 010 411")
        amina.press("f4", "j", "enter", "y")
        amina.sees("They are the same person now, in 2 places of your cases.", "+996 555 010 411")
    with house.open("Amina") as session:
        (kept,) = sections.open_section(session, section).persons
        people = cases.open_case(session, house.case).persons
        assert kept.value.phones == ("+996 555 010 411",)
        assert kept.value.who in {person.value.who for person in people} - {None}
        assert all(person.value.phones != kept.value.phones for person in people)


def test_a_note_is_moved_into_a_section_and_leaves_the_case(house: House) -> None:
    with house.open("Amina") as session:
        section = sections.create(session, house.case, what="location", title="Where she is")
    with house.desk("Amina") as amina:
        amina.press("enter", "f2", " into a restricted", "enter", "enter")
        amina.sees("Until now they could read it, too: Joel", "It is erased in the case, which gets a new key.")
        amina.press("y")
        amina.sees("Notes 1")
    with house.open("Amina") as session:
        assert len(sections.open_section(session, section).notes) == 1
        assert len(cases.open_case(session, house.case).notes) == 1


def test_a_section_is_made_for_a_member_who_is_marked(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "s", "n", " Who told it")
        assert amina.focused() == "title"
        amina.go_to("others")
        amina.press("space", "f4")
        amina.sees(f"Opens for you, {JOEL}. If there are recovery sheets, they open it too.")


def test_a_section_that_nobody_else_could_open_says_so(house: House) -> None:
    with house.open("Amina") as session:
        cases.create(session, title="About Joel", kind="other", alone_reason="it is about Joel")
    with house.desk("Amina") as amina:
        amina.until("! Only YOU can open this case.", "down")
        amina.press("enter", "s", "n")
        amina.sees("Nobody else holds this case: only you and the sheets will open the section.")
