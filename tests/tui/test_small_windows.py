"""Windows that are too small, and keys that mean something elsewhere: one line says so, and nothing is lost."""

from __future__ import annotations

import pytest

from tests.tui.desk import Desk
from tests.tui.house import House
from vault.services.cases.editing import KINDS

pytestmark = pytest.mark.screen


def test_a_window_too_small_says_so_and_loses_nothing(amina: Desk) -> None:
    amina.press("enter", "n", " They called.")
    for columns, rows in ((20, 5), (40, 12), (120, 15), (59, 40)):
        amina.resize(columns, rows)
        assert amina.words().startswith(f"This window is {columns}x{rows}; 60x16 is needed. Nothing is lost."), rows
        amina.sees("Ctrl+L lock").sees_not("They called.")
        amina.resize(80, 24).sees_not("is needed").sees("They called.")
        assert (amina.value("note"), amina.focused()) == ("They called.", "note")
    amina.press(":throw", "y")


def test_a_narrow_footer_keeps_help_and_the_way_back(amina: Desk) -> None:
    amina.resize(60, 16)
    for keys, back in ((("enter", "n"), "Esc leave"), (("enter", "p"), "Esc leave"), ((), "F1")):
        amina.home().press(*keys)
        foot = amina.lines().splitlines()[-1]
        assert foot.startswith(" F1 help"), keys
        assert back in foot, keys


def test_a_case_can_be_read_in_a_narrow_window(amina: Desk) -> None:
    amina.resize(60, 24).press("enter").sees("market.", "papers.")


def test_the_date_of_a_note_can_be_seen_however_narrow(amina: Desk) -> None:
    amina.press("enter", "n")
    for columns in (60, 80):
        amina.resize(columns, 24).sees("When  now", "t, -, 2611, yesterday")


def test_a_refusal_that_is_longer_than_a_line_is_seen_to_its_end_at_80_columns(amina: Desk) -> None:
    amina.resize(80, 24).press("f3", " kind:zzz", "enter")
    *first, last = sorted(KINDS)
    amina.sees(f"! No kind of record has this name. They are: {', '.join(first)} and {last}.")


def test_keys_that_end_other_programs_say_how_to_leave_and_write_over_no_warning(amina: Desk) -> None:
    amina.resize(80, 24)
    for key in ("ctrl+c", "ctrl+z"):
        amina.home()
        if key == "ctrl+c":  # the other one takes back what was written last
            amina.press(key).sees("Ctrl+Q quits; nothing was lost.")
        amina.press("enter", "n", "f4").sees("! There is nothing to keep yet.")
        amina.press(key).sees("! There is nothing to keep yet.").at("NOTE")


def test_ctrl_c_at_the_lock_screen_says_it_too(house: House) -> None:
    with house.desk("Amina", unlocks=False) as amina:
        amina.press("s", "ctrl+c").sees("Ctrl+Q quits; nothing was lost.")
