"""Home: what a member sees first, and that it follows what is done in a case."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from tests.services.founded import Filled, Place
from tests.tui.desk import Desk
from vault.casework.note import Note
from vault.casework.story.events import Deadline, Hearing, Task
from vault.casework.story.protection import CheckIn, Every
from vault.casework.vocabulary import NoteKind
from vault.services.cases import intake, notes, story_records
from vault.services.evidence import logbook


@pytest.fixture
def filled(filled_template: Filled, tmp_path: Path) -> Filled:
    return Filled(filled_template.place.copied_to(tmp_path), filled_template.cases, filled_template.refs)


def test_a_date_set_in_a_case_stands_on_home_says_how_late_it_is_and_goes_once_it_is_done(filled: Filled) -> None:
    yesterday = (datetime.datetime.now(tz=datetime.UTC).date() - datetime.timedelta(days=1)).isoformat()
    filled.place.proposed_today()
    with Desk(filled.place, unlocks=True, begins_at_home=True) as mira:
        mira.sees("0 overdue")
        mira.press("c", "enter", "d", "n").until("> deadline", "down").press("enter")
        mira.fill(what="Appeal of the teacher", at=yesterday).press("f4").sees("Appeal of the teacher")
        mira.press("f8").sees("1 overdue", "1 day late", "Appeal of the teacher")
        mira.press("enter", "d", "space", "f8").sees("0 overdue").sees_not("Appeal of the teacher")


def test_the_week_shows_a_date_ticks_it_and_gives_another_another_day(filled: Filled) -> None:
    today = datetime.datetime.now(tz=datetime.UTC).date()
    filled.place.proposed_today()
    with filled.place.open() as session:
        story_records.add(session, filled.cases[0], Task("call the interpreter", due=today.isoformat()))
    with Desk(filled.place, unlocks=True, begins_at_home=True) as mira:
        mira.press("w").sees("Week", "call the interpreter", "today")
        mira.press("m", "ctrl+u", f" {(today + datetime.timedelta(days=1)).isoformat()}", "enter").sees("in 1 day")
        mira.press("space").sees("done")
        mira.press("space").sees("There is no date to keep here.")


def test_a_missed_check_in_stands_on_home_until_somebody_was_heard_and_the_next_one_comes(filled: Filled) -> None:
    now = datetime.datetime.now().astimezone()
    at = (now - datetime.timedelta(minutes=90)).strftime("%Y-%m-%dT%H:%M")
    filled.place.proposed_today()
    with filled.place.open() as session:
        record = CheckIn("his sister rings", at, "Mira", "Joel", ladder=("30m: ring her",), every=Every.DAY)
        for hours in range(2, 6):
            earlier = (now - datetime.timedelta(days=2, hours=hours)).strftime("%Y-%m-%dT%H:%M")
            story_records.add(session, filled.cases[1], Hearing(court="district", at=earlier))
        story_records.add(session, filled.cases[0], record)
    with Desk(filled.place, unlocks=True, begins_at_home=True) as mira:
        assert next(row for row in mira.lines().splitlines() if "MISSED" in row or "district" in row).count("MISSED")
        mira.sees("5 overdue", "now: ring her;", "check-in", "his sister", "MISSED 1 hour ago")
        mira.press("enter").sees("MISSED 1 hour ago", "30m: ring her")
        mira.press("f8", "space").sees("Was the person heard? What came of it?")
        mira.press("enter")  # without reading: nothing is written
        mira.sees("now: ring her", "MISSED 1 hour ago")
        mira.press("space", "down", "enter").sees("4 overdue", "1 in the next 3 days").sees_not("MISSED")
        mira.press("down", "down", "enter", "d").sees("check-in", "30m: ring her", "Who takes over: Joel")
        mira.press("i", "enter").sees_not("find-where-held")
        mira.sees("Find out where they are held, by whom and since when.", "After what: detained")
        mira.press("space").sees("Who does it, or did it: Mira Halvorsen")


def test_a_new_vault_says_what_makes_it_safe_and_ticks_what_is_done(founded: Place) -> None:
    founded.proposed_today()
    with Desk(founded, unlocks=True, begins_at_home=True) as mira:
        mira.sees("Four things make it safe and useful", "□ 4 The first case", "□ 2 First backup")
        mira.press("n").fill(title="The first one").press("f4", "f8").sees("√ The first case", "□ A second member")


def test_home_says_that_a_call_slip_was_put_away_and_finds_requests_by_name(filled: Filled) -> None:
    filled.place.proposed_today()
    with Desk(filled.place, unlocks=True, begins_at_home=True) as mira:
        for words in ("subj", "request", "check"):
            mira.press("f2", f" {words}").sees_not("Nothing has this name.")
            mira.press("escape")
        mira.sees_not("1 put away")
        mira.press("f9", " +996 555 010 203", "escape", "f5").sees("0 open, 1 put away")


def test_home_says_who_what_and_what_next_for_each_row(filled: Filled) -> None:
    today = datetime.datetime.now().astimezone().date()
    filled.place.proposed_today()
    with filled.place.open() as session:
        deadline = Deadline("the appeal against the refusal of protection", f"{today}", irreversible=True)
        story_records.add(session, filled.cases[0], deadline)
        story_records.add(session, filled.cases[0], Task("call the interpreter of the court", due=f"{today}"))
        intake.add(session, number="+996 555 010 301", text="His brother was taken.", call_back=True)
    with Desk(filled.place, unlocks=True, begins_at_home=True) as mira:
        mira.sees("Mira Halvorsen   locks after")
        rows = mira.lines().splitlines()
        for words in ("the appeal against", "call the interpreter"):
            assert "Ilham" in next(row for row in rows if words in row), words
        mira.sees("+996 555 010 301", "His brother was taken.", "no auditor who does nothing else members")
        mira.press("c", "enter", "n", " The lock was changed", "f8", "escape", "f8")
        mira.sees("6 Drafts  1", "The lock was changed")
        mira.press("4").sees("> ! no auditor who does nothing else members")
        mira.press("enter").at("Members")
    with filled.place.open() as session:
        looks = [
            line for line in logbook.newest(session, limit=99).lines if line.payload and line.payload.why == "intake"
        ]
        assert len(looks) == 1  # home was read three times


def test_a_row_that_is_cut_on_home_stands_whole_below_at_80_columns(filled: Filled) -> None:
    filled.place.proposed_today()
    words = "ask for the file at the prefecture and at the register of the town"
    with filled.place.open() as session:
        for number in range(6):
            story_records.add(session, filled.cases[0], Task(f"{words}, {number}"))
    with Desk(filled.place, unlocks=True, begins_at_home=True, size=(80, 24)) as mira:
        mira.press("2", "down").sees("Ilham Quillfeather", f"{words}, 1")
        assert sum("ask for the" in row for row in mira.lines().splitlines()[:-2]) > 2  # one row each


def test_a_case_says_whom_its_note_names_and_which_dates(filled: Filled) -> None:
    today = datetime.datetime.now().astimezone().date()
    day = today + datetime.timedelta(days=9)
    filled.place.proposed_today()
    with filled.place.open() as session:
        story_records.add(session, filled.cases[0], Hearing(court="district", at=f"{day}T09:30"))
        notes.add(session, filled.cases[0], Note(NoteKind.CONTACT, f"Ilham must be there on {day.isoformat()}."))
    with Desk(filled.place, unlocks=True, begins_at_home=True) as mira:
        mira.press("c", "enter").until("Ilham must be there on", "down")
        mira.sees("Named here", "Ilham Quillfeather  client", "In these dates", "09:30  hearing: district")


def test_a_missed_check_in_stands_before_late_dates_where_the_case_is_looked_at(filled: Filled) -> None:
    now = datetime.datetime.now(tz=datetime.UTC).astimezone()
    filled.place.proposed_today()
    with filled.place.open() as session:
        for days in range(2, 6):
            on = (now - datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")
            story_records.add(session, filled.cases[0], Hearing(court="district", at=on))
        at = (now - datetime.timedelta(minutes=90)).strftime("%Y-%m-%dT%H:%M")
        story_records.add(session, filled.cases[0], CheckIn("his sister rings", at, "Mira", "Joel"))
    with Desk(filled.place, unlocks=True, size=(120, 40)) as mira:
        mira.press("down", "up").wait_for("check-in: MISSED 1 hour ago, his sister rings").press("enter")
        assert "MISSED 1 hour ago" in next(row for row in mira.lines().splitlines() if "NEXT" in row)
