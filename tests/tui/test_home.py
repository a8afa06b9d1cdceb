"""Home and the week: what is due is read whole in any window, and one row has the cursor."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.services.conftest import founded, founded_template
from tests.services.founded import MARKER, Place
from tests.tui.house import House
from tests.tui.pictures import StillDesk
from tests.tui.still_answers import NEW_VAULT
from tui.screens.cases.home import HomeScreen
from tui.screens.cases.home_rows import date_row
from tui.shell.start import MOST_DUE, due_line, due_times
from tui.values.story_shown import DueShown
from tui.widgets.text_cells import text_of
from vault.casework.story.events import Deadline, Hearing, Task
from vault.casework.story.protection import CheckIn
from vault.records.work import Entry
from vault.services.cases import cases, story_records
from vault.services.cases.story_records import MOST_TIMES, STEP_SECONDS, times_due
from vault.services.grants import sharing

pytestmark = pytest.mark.screen


@pytest.fixture(scope="module")
def opened() -> Iterator[StillDesk]:
    with StillDesk() as desk:
        desk.unlock()
        yield desk


def at_home(desk: StillDesk, size: tuple[int, int]) -> list[str]:
    desk.begin_anew(size, {}).call(lambda: desk.app.push_screen(HomeScreen()))
    return desk.lines().splitlines()


def cursors(desk: StillDesk) -> list[str]:
    return [line for line in desk.lines().splitlines() if ">" in line]


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 16)], ids=str)
def test_one_row_has_the_cursor_and_it_goes_with_the_focus(size: tuple[int, int], opened: StillDesk) -> None:
    at_home(opened, size)
    (dates,) = cursors(opened)
    assert "Appeal" in dates
    opened.press("2")
    (tasks,) = cursors(opened)
    assert "Call the interpreter" in tasks


_BELOW_THE_COLUMNS = 28


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 16), (60, 40), (109, 22)], ids=str)
def test_all_that_is_due_can_be_read_whole_in_any_window(size: tuple[int, int], opened: StillDesk) -> None:
    for lines in (_home(opened, size), _week(opened, size)):
        text = " ".join(" ".join(lines).split())
        for words in ("1 day late", "detention", "Complaint,", "district", "Call the interpreter"):
            assert words in text, (words, text)


def _home(desk: StillDesk, size: tuple[int, int]) -> list[str]:
    """Return the lines of home with the cursor on each date and each task: what is cut stands whole below."""
    lines = at_home(desk, size)
    for key in ("down", "down", "2", "down"):
        desk.press(key)
        lines += desk.lines().splitlines()
    return lines


def test_home_says_when_each_member_was_last_heard_of(opened: StillDesk) -> None:
    at_home(opened, (120, 40))
    opened.sees("! Dana Okwiri nothing yet", "√ Joel Brandvik came", "√ Селин Астерхольт 20 hours ago")


def test_what_must_never_be_used_is_whole_in_a_slip_however_narrow(opened: StillDesk) -> None:
    for size in ((120, 40), (80, 24)):
        at_home(opened, size)
        opened.sees("DO NOT CALL", "+33 6 39 98 01 02")


def test_a_hearing_stands_with_its_time_and_says_once_that_it_is_one() -> None:
    line = DueShown("c3" * 16, "K7QM-3XPD", "Вьюжанин Арсений", "01" * 16, "hearing", "2026-12-02T10:15", "")
    assert "hearing 10:15" in map(text_of, date_row(line, date(2026, 11, 28)).cells)
    assert "today 10:15" in map(text_of, date_row(line, date(2026, 12, 2)).cells)


def _week(desk: StillDesk, size: tuple[int, int]) -> list[str]:
    """Return the lines of the week; of two weeks in columns, where a cell is narrow, the card of each that is due."""
    desk.begin_anew(size, {}).press(":the week")
    every = desk.lines().splitlines()
    if "~" not in "".join(every):
        return every
    cards: list[str] = []
    for _ in range(4):
        cards += desk.lines().splitlines()[_BELOW_THE_COLUMNS:]
        desk.press("down")
    return cards


def test_a_new_vault_begins_with_four_things_and_each_goes_where_it_is_done(opened: StillDesk) -> None:
    opened.begin_anew((80, 24), {"story__home": NEW_VAULT}).call(lambda: opened.app.push_screen(HomeScreen()))
    opened.sees("Nothing is in this vault yet.", "> □ 1 Recovery sheets", "√ 2 First backup", "Enter begin")
    opened.press("enter").sees("Your access")
    opened.press("escape", "4").sees("New case")
    opened.press("escape")


# What a locked app knows of dates: times and nothing else.
__all__ = ["founded", "founded_template"]  # fixtures


def test_of_what_is_due_the_time_in_steps_of_five_minutes_is_told_once_and_no_word(founded: Place) -> None:
    now = datetime.datetime.now().astimezone().replace(hour=8, minute=0, second=0, microsecond=0)
    day = now.date().isoformat()
    with founded.open() as session:
        case = cases.create(session, title=f"A title {MARKER}", kind="asylum").case
        for record in (
            Hearing(f"{day}T09:32", about=MARKER),
            Task(MARKER, due=f"{day}T09:31"),
            Task(MARKER, due=day),
            CheckIn(MARKER, f"{day}T22:00", MARKER, f"{MARKER} too", ladder=(f"30m: {MARKER}", f"1h: {MARKER}")),
            CheckIn(MARKER, f"{day}T07:00", MARKER, f"{MARKER} too", ladder=(f"4h: {MARKER}",)),
            CheckIn(MARKER, f"{day}T07:00", MARKER, f"{MARKER} too", ladder=(f"5h: {MARKER}",), heard=day),
            Task(MARKER, due=(now.date() + datetime.timedelta(days=90)).isoformat()),
            Task(MARKER),
        ):
            story_records.add(session, case, record)
        cases.list_all(session)
        times = times_due(session, now_s=int(now.timestamp()))
    assert [datetime.datetime.fromtimestamp(time).strftime("%H:%M") for time in times] == [
        *("09:00", "09:30"),
        *("11:00", "22:00", "22:30", "23:00"),  # a check-in that is missed, and one to come, with what follows each
    ]
    assert all(time % STEP_SECONDS == 0 for time in times)
    assert set(due_line(times)) <= set("due 0123456789")


def test_the_launcher_hears_at_most_as_many_times_as_the_child_may_say() -> None:
    assert MOST_DUE == MOST_TIMES
    assert due_times(due_line(range(100, 200)).splitlines()) == tuple(range(100, 100 + MOST_DUE))


@given(st.lists(st.text()))
def test_whatever_a_child_says_the_launcher_takes_numbers_alone(lines: list[str]) -> None:
    assert all(0 <= time < 10**10 for time in due_times(lines))


@given(st.lists(st.integers(0, 1 << 33), max_size=MOST_DUE))
def test_what_was_said_is_heard(times: list[int]) -> None:
    assert due_times([due_line(sorted(times))]) == tuple(sorted(times))


# What somebody writes in a case of their own stands in the week for nothing but itself.
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
        amina.press("space").press("ctrl+p", f" {tmp_path / 'week.pdf'}", "enter").sees("The page is at", "week.pdf")
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
        desk.press(":week", "down").sees("◄ today", "paper 1")
        desk.press("space").sees("√ paper 1", "! paper 0")
        desk.resize(80, 24).sees("Ilham Torgaev", "done")
    with house.open("Amina") as amina:
        for number in range(9):
            story_records.add(amina, house.case, Deadline(what=f"more {number}", at=today.isoformat()))
    with house.desk("Amina") as desk:
        desk.press(":week").sees(*(f"more {number}" for number in range(9)))
        assert len([line for line in desk.lines().splitlines() if line.startswith(">")]) == 1
