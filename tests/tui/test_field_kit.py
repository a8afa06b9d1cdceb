"""The fields of forms: typing chooses a word, a date says what it understood, Ctrl+D repeats, Ctrl+Z takes back."""

from __future__ import annotations

import re

import pytest

from tests.tui.desk import Desk

pytestmark = pytest.mark.screen


def test_typing_narrows_the_words_the_arrows_move_and_enter_takes(amina: Desk) -> None:
    amina.press("enter", "p", "tab")
    amina.sees("client (1 of ")
    amina.press("w")
    amina.sees("w > witness worker")
    amina.press("o")
    amina.sees("wo > worker")
    amina.sees_not("witness")
    amina.press("backspace", "down")
    amina.sees("w > witness worker")
    amina.press("z")
    amina.sees("wz: nothing has this name; Enter shows all")
    amina.press("backspace", "right", "enter")
    assert (amina.focused(), "Role worker" in amina.words()) == ("born", True)
    amina.press("shift+tab", "p", "escape")
    amina.sees("Role worker (4 of ")
    amina.press("escape")


def test_a_word_is_found_by_any_part_of_it_and_the_same_letter_again_goes_on(amina: Desk) -> None:
    amina.press("enter", "n", "f7", "f7", *"adv")
    amina.sees("adv > legal advice")
    amina.press("escape", "s")
    amina.sees("s > safety supervision")
    amina.press("s")
    amina.sees("s > supervision safety")
    amina.press("enter", ":throw", "y")


def test_a_word_that_is_not_there_chooses_nothing_and_down_shows_what_there_is(amina: Desk) -> None:
    amina.press("enter", "f", "tab")
    before = amina.value("kind")
    amina.press(*"court")
    amina.sees("court: nothing has this name; Enter shows all")
    amina.press("tab")
    assert (amina.value("kind"), amina.focused() == "kind") == (before, False)
    amina.press("shift+tab", "down")
    amina.sees("Enter choose", "> " + before)
    amina.press("escape", "escape")


def test_a_form_is_not_kept_while_a_choice_has_letters_that_choose_nothing(amina: Desk) -> None:
    amina.press("enter", "p", " Nurlan", "tab", *"hihg", "f4")
    amina.sees("Role: hihg: nothing has this name; Enter shows all")
    assert (amina.focused(), amina.value("names")) == ("role", "Nurlan")
    amina.press("escape", "escape", "y")


def test_a_person_of_whom_nothing_is_typed_is_not_kept(amina: Desk) -> None:
    amina.press("enter", "p", "f4")
    amina.sees("Type a name, a number or what is known.")
    assert amina.focused() == "names"
    amina.press("escape")


def test_the_command_list_leads_to_requests_and_checklists_from_home_a_case_and_its_dates(amina: Desk) -> None:
    amina.press("f8", "enter")
    for keys in ((), ("d",)):
        amina.press(*keys)
        for words in ("subj", "request", "check", "arrest"):
            amina.press("f2", f" {words}")
            amina.sees_not("Nothing has this name.")
            amina.press("escape")
    amina.press("escape", "escape")


def test_an_arrest_that_is_kept_says_which_steps_follow(amina: Desk) -> None:
    amina.press("enter", "d", "n")
    amina.until("> incident", "down")
    amina.press("enter")
    amina.go_to("what")
    amina.press(*"arrest")
    amina.fill(at="2026-11-30 10:00")
    amina.press("f4")
    amina.sees("What to do now, step by step: i, then “")
    amina.press("escape", "escape")


def test_a_date_says_what_it_understood_and_stands_there_as_a_date_when_the_field_is_left(amina: Desk) -> None:
    amina.press("enter", "p")
    amina.go_to("born")
    for typed, said in {
        " soon": "not a date yet",
        " 3/4/1988": "can be read in two ways",
        " 3 мая 1988": "Tuesday 3 May 1988",
        " about 1988": "about the year 1988",
        " mai 1988": "May 1988, no day",
        " 2011": "the year 2011",
        " 17.5": "which year?",
        " 2131": "still to come",
    }.items():
        amina.clear("born")
        amina.press(typed)
        amina.sees(said)
    amina.clear("born")
    amina.press(" hier", "tab")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", amina.value("born"))
    amina.sees(", yesterday")
    amina.press("shift+tab", "ctrl+z")
    assert amina.value("born") == "hier"
    amina.press("escape", "y")


def test_what_is_not_clear_is_not_kept(amina: Desk) -> None:
    amina.press("enter", "n", " They called.", "f7", " 2011", "f4")
    amina.sees("! When: can be read in two ways. Write a day as 20.11, a year as: year 2011.")
    assert amina.focused() == "occurred"
    amina.clear("occurred")
    amina.press(" 20.11")
    amina.sees_not("! When")
    amina.clear("occurred")
    amina.press(" soon", "f4")
    amina.sees("Or: yesterday, Monday, 17 May, +10 (in 10 days).")
    amina.press(":throw", "y")


def test_the_same_again_fills_a_field_as_one_of_its_name_was_filled_last(amina: Desk) -> None:
    amina.press("enter", "p", " Вера", "tab", *"wit", "enter", " 1988", "tab", " +996 555 010 411", "escape", "y")
    amina.press("p", " Ада", "tab", "ctrl+d", "tab", "ctrl+d", "tab", "ctrl+d")
    amina.sees("Role witness", "the year 1988")
    assert amina.value("phones") == "+996 555 010 411"
    amina.go_to("hours")
    amina.press("ctrl+d")
    amina.sees("Nothing was typed into such a field since you came in.")
    amina.press("escape", "y", "p", "ctrl+d")
    assert amina.value("names") == "Ада"
    amina.press("ctrl+z")
    assert amina.value("names") == ""
    amina.press("ctrl+y")
    assert amina.value("names") == "Ада"
    amina.press("escape", "y")


def test_a_list_of_words_narrows_shows_all_again_with_escape_and_leaves_the_field_as_it_was(amina: Desk) -> None:
    amina.press("enter", "p")
    amina.go_to("role")
    before = amina.value("role")
    amina.press("z", "z", "enter")  # no word is called so: all are shown
    amina.sees("client", "witness")
    amina.press("w", "i")
    amina.sees_not("client relative")
    amina.press("escape")
    amina.sees("client", "relative", "witness")
    amina.press("escape")
    assert amina.value("role") == before
    amina.press("down", "w", "i", "enter")
    assert amina.value("role") == "witness"
    amina.press("escape")
