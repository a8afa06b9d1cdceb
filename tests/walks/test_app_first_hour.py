"""The first hour of a caseworker's day, at the app: a call by one key, every word of it in a case, and found again."""

from __future__ import annotations

import pytest

from tests.tui.house import House, house, house_template
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.services.cases import cases, intake, notes

__all__ = ["house", "house_template"]  # fixtures

pytestmark = pytest.mark.screen

SAID = "« Mon frère est arrêté », this morning at the prefecture.\nTwo children are with him."
HOSTILE = "\x1b]0;gone\x07\x1b[2J[/b] Ножницы مقص \u202e"


def test_a_call_of_one_key_is_kept_by_one_moved_with_every_word_into_a_case_and_found_again(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "n", " In the middle of a note", "f9", f" {SAID}")
        amina.fill(number="+33 6 39 98 01 02", name="Saïd? Zomorodi?", language="French", call_back="after 15:00")
        amina.press("f4")
        assert amina.value("note") == "In the middle of a note"
        amina.press("escape", "escape", ":open slips")
        amina.sees("1 open", "Saïd? Zomorodi?", "after 15:00")
        amina.press("m", f" {house.ref}", "f4")
        amina.sees(f"Every word of the slip is in case {house.ref} now", "0 open")
        amina.press("escape", "f3", " prefecture", "enter")
        amina.sees("1 hit", house.ref)
    with house.open("Amina") as session:
        view = cases.open_case(session, house.case)
        text = view.notes[-1].value.text
        person = view.persons[-1].value
    for words in (*SAID.splitlines(), "+33 6 39 98 01 02", "Saïd? Zomorodi?", "French", "after 15:00"):
        assert words in text, words
    assert (person.display_name(), person.phones) == ("Saïd? Zomorodi?", ("+33 6 39 98 01 02",))


def test_a_call_becomes_a_case_of_its_own_and_another_is_closed(house: House) -> None:
    with house.open("Amina") as session:
        intake.add(session, name="Zomorodi", text=HOSTILE)
        intake.add(session, text="A wrong number.")
    with house.desk("Amina") as amina:
        amina.press(":open slips", "n")
        amina.clear("title")
        amina.press(" Zomorodi, arrested", "f4")
        amina.sees("Every word of the slip is in case", "1 open")
        amina.press("enter", "x", "y")
        amina.sees("The slip is closed.", "0 open")
        amina.press("escape")
        amina.sees("Zomorodi")


def test_a_case_says_above_its_notes_for_how_long_there_was_no_contact(house: House) -> None:
    with house.open("Amina") as session:
        made = cases.create(session, title="A long silence", kind="other")
        notes.add(session, made.case, Note(NoteKind.CONTACT, "A call.", occurred="2026-01-02"))
    with house.desk("Amina") as amina:
        amina.press("slash", f" {made.ref}", "enter", "enter")
        amina.sees("A long silence", "no contact for")


def test_a_contact_costs_three_keys_beside_its_text(house: House) -> None:
    text, keys = " He called from the station.", ("enter", "n", "f4")
    with house.desk("Amina") as amina:
        amina.press(*keys[:2], text, *keys[2:])
        amina.sees("He called from the station.")
    assert len(keys) <= 6
    with house.open("Amina") as session:
        note = cases.open_case(session, house.case).notes[-1].value
    assert (note.kind, note.text) == ("contact", text.strip())
