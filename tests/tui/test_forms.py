"""Forms and lists: nothing is erased unseen, an act is taken back whole, an error names its field."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.tui.house import House
from vault.casework.story.events import Deadline
from vault.deadlines.working_days import months_after, working_days
from vault.services.cases import cases, story_records

pytestmark = pytest.mark.screen


def test_tab_into_a_field_that_is_filled_in_erases_nothing(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "m", "tab", "shift+tab", "!")
        assert amina.value("title") == "Arrest!"


def test_all_that_f4_kept_of_a_case_is_taken_back_at_once(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "m")
        amina.fill(title=" at the border")
        amina.go_to("stage")
        amina.until("extended", "right")
        amina.press("f4", ":undo")
        amina.sees("Take back what you changed last? case", "title: Arrest -> Arrest at the border")
        amina.press("y")
        amina.sees("Taken back: case.")
    with house.open("Amina") as session:
        head = cases.open_case(session, house.case).head.value
    assert (head.title, head.stage) == ("Arrest", "arrested")


def test_a_note_that_was_left_unfinished_is_offered_before_a_new_one(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "n", " Half a sentence", "escape", "n")
        amina.sees("A note is not finished yet.", "go on with: Half a sentence")
        amina.press("enter")
        assert amina.value("note") == "Half a sentence"
        amina.press("escape", "n", *"new")
        amina.sees("> begin a new note")
        amina.sees_not("go on with")
        amina.press("enter")
        assert amina.value("note") == ""


def test_typing_narrows_a_list_to_choose_from_and_hold_is_found_by_its_name(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", ":hold")
        amina.at("LEGAL HOLD")
        amina.press("escape", "d", "n", *"deadline")
        amina.sees_not("check-in")
        amina.press("backspace", "enter")
        amina.at("DEADLINE")
        amina.press("escape", "y", "n", *"zzz")
        amina.sees("check-in")


def test_a_request_is_received_today_answered_within_a_month_and_never_empty(house: House) -> None:
    today = date.today()
    month = months_after(today, 1).isoformat()
    with house.desk("Amina") as amina:
        amina.press("enter", "2", "enter", ":write down what they ask")
        assert (amina.value("received"), amina.value("due")) == (today.isoformat(), month)
        amina.press("f4")
        amina.sees("! What do they ask for?")
        amina.clear("received")
        amina.press(" 31.1.2026", "tab")
        assert amina.value("due") == "2026-02-28"
        amina.go_to("what")
        amina.until("copy", "right")
        amina.press("f4")
        amina.sees("The request is among the dates of the case")
    with house.open("Amina") as session:
        assert [line.when for line in story_records.due(session).lines] == ["2026-02-28"]


def test_what_was_said_of_an_act_goes_with_the_next_one(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "2", "a")
        amina.sees("Put the cursor on the note that you want to correct.")
        amina.press("m", "escape")
        amina.sees_not("Put the cursor on")


def test_a_date_that_cannot_be_stays_in_its_question_with_what_is_wrong(house: House) -> None:
    with house.open("Amina") as session:
        story_records.add(session, house.case, Deadline(what="appeal", at=date.today().isoformat()))
    with house.desk("Amina") as amina:
        amina.press("f2", " the week", "enter", "m", "ctrl+u", " 31.02.", "enter")
        amina.sees("Which date instead?", "31.02.", "! At the latest on: must be written")
        amina.press("ctrl+u", " +1wd FR", "enter")
        amina.sees("Give it this date?", "Holidays left out:")
        amina.press("n", "m", "ctrl+u", " +2", "enter")
        amina.sees_not("Which date instead?")
    with house.open("Amina") as session:
        assert [line.when for line in story_records.due(session).lines] == [(date.today() + timedelta(2)).isoformat()]


def test_working_days_say_their_date_and_the_holidays_left_out_before_the_date_is_kept(house: House) -> None:
    found = working_days("+9wd FR", date.today(), "at")
    assert found is not None
    with house.desk("Amina") as amina:
        amina.press("enter", "d", "n")
        amina.until("> deadline", "down")
        amina.press("enter")
        amina.fill(what="appeal", at="10 working days")
        amina.press("f4")
        amina.sees("! At the latest on: it is not known whose holidays count")
        assert amina.focused() == "at"
        amina.clear("at")
        amina.press(" 9 working days FR", "f4")
        amina.sees(f"{found.day} is 9 working days from today (FR). Holidays left out:")
        assert amina.value("at") == found.day.isoformat()
        amina.press("f4")
        amina.sees("appeal")
    with house.open("Amina") as session:
        assert [line.when for line in story_records.due(session).lines] == [found.day.isoformat()]


def test_an_error_says_the_label_of_the_field_and_how_to_write_it(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "d", "n")
        amina.until("> check-in", "down")
        amina.press("enter")
        amina.fill(who="Ilham by phone", at="2150-01-01T10:00", first="Amina", second="Joel", ladder="3 hours: ring")
        wrong = "! If nothing comes (30m: ring her): must have a time before each step"
        amina.sees_not(wrong)
        amina.press("tab")  # as soon as the line is left, and the cursor goes on
        amina.sees(wrong, "`2h: the lawyer`")
        assert amina.focused() == "every"
        amina.clear("ladder")
        amina.press(" 3h: ring", "tab")
        amina.sees_not(wrong)
        amina.clear("ladder")
        amina.press(" 3 hours: ring", "f4")
        amina.sees(wrong)
        assert amina.focused() == "ladder"


def test_sex_and_nationality_are_kept_changed_and_taken_out(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "2", "enter", "enter")
        amina.go_to("sex")
        amina.until("female", "right")
        amina.fill(nationality="kg; XX")
        amina.press("f4", "v")
        amina.sees("sex: female", "nationalities: KG; XX", "Ilham Torgaev, legal")
        amina.press("escape", "enter")
        assert amina.value("nationality") == "KG; XX"
        amina.go_to("sex")
        amina.press("left")
        amina.clear("nationality")
        amina.press("f4")
    with house.open("Amina") as session:
        person = cases.open_case(session, house.case).persons[0].value
    assert (person.sex, person.nationalities) == (None, ())


def test_a_client_who_is_corrected_stays_first_and_is_called_by_the_name_that_stands_first(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "2", "enter", "enter", "end", " ; Ylham")
        amina.press("f4", "escape")
        first, second = (line.strip(" >") for line in amina.lines().splitlines() if line[2:8] in {"client", "relati"})
        assert (first.split(), second.split()[0]) == (["client", "Ilham", "Torgaev"], "relative")


def test_the_list_of_cases_says_how_many_are_yours_and_who_else_is_in_each(house: House) -> None:
    with house.desk("Amina", size=(80, 24)) as amina:
        amina.sees("1 case, yours 1", "Ilham Torgaev +1", "n new", "o order", "next date first")
        amina.sees_not("backup", "recovery sheets")
        amina.press("o")
        amina.sees("by name")
        amina.press("slash", "N", "o", "n")
        assert amina.value("filter") == "Non"
        amina.press("escape", "n")
        amina.at("New case")
