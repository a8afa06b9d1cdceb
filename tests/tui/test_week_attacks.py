"""What somebody writes in a case of their own stands in the week for nothing but itself."""

from __future__ import annotations

import datetime
from pathlib import Path

from tests.tui.house import House
from vault.casework.story.events import Deadline, Task
from vault.records.work import Entry
from vault.services.cases import cases, story_records
from vault.services.grants import sharing


def test_done_in_a_case_is_said_of_the_row_that_is_seen_where_two_kinds_have_one_id(house: House) -> None:
    with house.open("Amina") as amina:
        record = story_records.add(amina, house.case, Deadline(what="REAL appeal", at="2150-01-01"))
    with house.open("Joel") as joel, joel.work(house.case) as work:
        work.keep(house.case, Task(what="buy milk", due="2149-12-31"), record)
        work.commit(Entry(act="case.edit"))
    with house.desk("Amina") as amina:
        amina.press("enter", "d", "end", "up")
        lines = [line for line in amina.lines().splitlines() if line.startswith(">")]
        if "buy milk" not in lines[0]:
            amina.press("down")
        assert any("buy milk" in line for line in amina.lines().splitlines() if line.startswith(">"))
        amina.press("space")
    with house.open("Amina") as session:
        due = [line.headline for line in story_records.due(session).lines if line.record == record]
        assert due == ["REAL appeal"]


def test_done_in_the_week_is_said_of_the_row_that_is_seen_whatever_ids_other_cases_have(
    house: House, tmp_path: Path
) -> None:
    today = datetime.date.today()
    with house.open("Amina") as amina:
        record = story_records.add(
            amina, house.case, Deadline(what="REAL appeal", at=(today + datetime.timedelta(1)).isoformat())
        )
    with house.open("Joel") as joel:  # he knows the id; his case, not hers
        own = cases.create(joel, title="Joel's", kind="asylum").case
        sharing.grant(joel, own, [house.people["Amina"].member])
        with joel.work(own) as work:
            work.keep(own, Deadline(what="call me back", at=today.isoformat()), record)
            work.commit(Entry(act="deadline.create"))
    with house.desk("Amina", size=(80, 24)) as amina:
        amina.press(":week", "up")
        assert [line for line in amina.lines().splitlines() if line.startswith(">") and "call me back" in line]
        amina.press("space")
        amina.press("ctrl+p", f" {tmp_path / 'week.pdf'}", "enter")
        amina.sees("The page is at", "week.pdf")
    assert (tmp_path / "week.pdf").read_bytes().startswith(b"%PDF")
    with house.open("Amina") as session:
        left = [line.headline for line in story_records.due(session).lines if line.record == record]
        assert left == ["REAL appeal"]


def test_columns_stand_where_all_fits_and_act_by_what_is_under_the_cursor(house: House) -> None:
    today = datetime.date.today()
    with house.open("Amina") as amina:
        for number in range(2):
            story_records.add(amina, house.case, Deadline(what=f"paper {number}", at=today.isoformat()))
    with house.desk("Amina") as desk:
        desk.press(":week", "down")
        desk.sees("◄ today", "paper 1")
        desk.press("space")
        desk.sees("√ paper 1", "! paper 0")
        desk.resize(80, 24)
        desk.sees("Ilham Torgaev", "done")
    with house.open("Amina") as amina:
        for number in range(9):
            story_records.add(amina, house.case, Deadline(what=f"more {number}", at=today.isoformat()))
    with house.desk("Amina") as desk:
        desk.press(":week")
        desk.sees(*(f"more {number}" for number in range(9)))
        assert len([line for line in desk.lines().splitlines() if line.startswith(">")]) == 1
