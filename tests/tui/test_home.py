"""Home and the week: what is due is read whole in any window, and one row has the cursor."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from tests.tui.pictures import StillDesk
from tests.tui.still_answers import NEW_VAULT
from tui.screens.cases.home import HomeScreen
from tui.screens.cases.home_rows import date_row
from tui.values.story_shown import DueShown
from tui.widgets.text_cells import text_of

pytestmark = pytest.mark.screen


@pytest.fixture(scope="module")
def opened() -> Iterator[StillDesk]:
    with StillDesk() as desk:
        desk.unlock()
        yield desk


def at_home(desk: StillDesk, size: tuple[int, int]) -> list[str]:
    desk.begin_anew(size, {})
    desk.call(lambda: desk.app.push_screen(HomeScreen()))
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
    desk.begin_anew(size, {})
    desk.press(":the week")
    every = desk.lines().splitlines()
    if "~" not in "".join(every):
        return every
    cards: list[str] = []
    for _ in range(4):
        cards += desk.lines().splitlines()[_BELOW_THE_COLUMNS:]
        desk.press("down")
    return cards


def test_a_new_vault_begins_with_four_things_and_each_goes_where_it_is_done(opened: StillDesk) -> None:
    opened.begin_anew((80, 24), {"story__home": NEW_VAULT})
    opened.call(lambda: opened.app.push_screen(HomeScreen()))
    opened.sees("Nothing is in this vault yet.", "> □ 1 Recovery sheets", "√ 2 First backup", "Enter begin")
    opened.press("enter")
    opened.sees("Your access")
    opened.press("escape", "4")
    opened.sees("New case")
    opened.press("escape")
