"""Recovery sheets in the app: from the proposal to paper, compared, proven, replaced; no word stays on a screen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.tui.desk import Desk
from tests.tui.house import House
from vault.clock import now_ms
from vault.services import dates

pytestmark = pytest.mark.screen

ROW = re.compile(r"^\s+\d+\s+\d+ ([a-z]+)\s+\d+ ([a-z]+)\s+\d+ ([a-z]+)\s+(\d{3})", re.MULTILINE)
DAY_MS = 86_400_000


def _copy(desk: Desk) -> list[str]:
    """Return the rows of the sheet that is shown, as somebody copies them."""
    rows = [" ".join(found) for found in ROW.findall(desk.lines())]
    assert len(rows) == 11
    return rows


def _answer(desk: Desk, rows: list[str], *, wrong: bool = False) -> None:
    """Type the three words that are asked for; four letters of each are enough."""
    words = [word for row in rows for word in row.split()[:3]]
    for place in re.findall(r"word (\d+)", desk.lines()):
        right = words[int(place) - 1]
        desk.press(f" {'acid' if wrong and right != 'acid' else right[:4]}", "enter")


def _sheets_by_hand(desk: Desk) -> list[list[str]]:
    """Copy the set that is shown, one sheet after the other."""
    desk.go_to("way")
    desk.press("right", "f4")
    sheets = []
    for number in (1, 2, 3):
        desk.sees(f"CASEVAULT RECOVERY SHEET {number} of 3")
        sheets.append(_copy(desk))
        desk.press("f4")
        assert sheets[-1][0].split()[0] not in desk.painted()
        if number == 2:
            _answer(desk, sheets[-1], wrong=True)
            desk.sees("! Those are not the words of sheet 2. Here it is once more.")
            desk.press("f4")
        _answer(desk, sheets[-1])
    return sheets


def test_sheets_are_proposed_once_a_day_until_they_are_proven(house: House, tmp_path: Path) -> None:
    def proposed_at(moment: int) -> None:
        dates.note(house.place.vault_id, dates.Done.PROPOSED, moment, house.place.state)

    def desk() -> Desk:
        return Desk(house.place, unlocks=True)

    proposed_at(now_ms() - DAY_MS)
    with desk() as mira:
        mira.sees("This device knows of no recovery sheets of this vault.")
        mira.press("f4", "f4")
        mira.sees("! Type the whole path of a folder, from / or ~ on.")
        mira.press(f" {tmp_path}", "f4")
        mira.sees(f"{tmp_path}/recovery-sheet-3-of-3.pdf")
        mira.press("f4")
        mira.sees("sheet 1 of 3, any 2 open everything")
        for _ in range(3):
            mira.press(" acid", "enter")
        mira.sees("! Those are not the words of sheet 1. Look at the paper again.")
        mira.sees_not("acid")
        mira.press("escape")
        mira.sees("! The paper was not compared. The drill (d) compares all of it.")
        mira.press("s", f" {tmp_path}", "f4")
        mira.sees("exists already")
    assert [file.read_bytes()[:5] for file in tmp_path.glob("*.pdf")] == [b"%PDF-"] * 3
    with desk() as mira:
        mira.at("CASES")
    proposed_at(now_ms() - DAY_MS)
    with desk() as mira:
        mira.sees("Recovery sheets of this vault were made here, and no drill has proven them.")
        mira.press("f4")
        mira.at("DRILL")
        mira.press("escape")
        mira.sees("Nothing was proven.")
        mira.press("escape")
        mira.sees("recovery sheets not proven yet")


def test_a_drill_takes_the_sheets_row_by_row_and_a_slip_costs_one_row(house: House) -> None:
    with house.desk("Mira") as mira:
        mira.sees("no recovery sheets")
        mira.press(":your access", "r", "s")
        sheets = _sheets_by_hand(mira)
        mira.at("RECOVERY")
        mira.sees("Three words of each sheet were compared.", "! NOT PROVEN.")
        mira.press("d")
        for number, row in enumerate(sheets[2], 1):
            if number == 4:
                mira.press(" acid acne acid 000", "enter")
                mira.sees("row 4: the words do not give the number beside them")
            if number == 3:
                mira.sees("sheet (number 3), row 3 of 11")  # as the paper is headed
            mira.press(f" {row}", "enter")
        mira.sees("That sheet is whole. Now the next one.", "sheet 2 of the 2 that are needed")
        for row in sheets[2]:
            mira.press(f" {row}", "enter")
        mira.sees("The second sheet (number 3) is the first sheet (number 3) once more", "Second sheet, row 1 of 11")
        for row in sheets[0]:
            mira.press(f" {row}", "enter")
        mira.sees("PROVEN. The sheets open what you hold.", "The secret is erased here")
        mira.press("s")
        mira.sees("! The secret of the sheets is on paper alone: they were proven. n makes new ones.")
        before = mira.words().partition("on the sheets of this vault")[2].split()[:13]
        mira.press("n", "enter")
        mira.at("RECOVERY")
        mira.press("n", "y", "escape")
        mira.sees("Nothing was changed.")
        mira.press("n", "y")
        for sheet in (0, 1):
            for row in sheets[sheet]:
                mira.press(f" {row}", "enter")
        mira.at("NEW SHEETS")
        mira.go_to("way")
        mira.press("right", "f4")
        mira.sees("CASEVAULT RECOVERY SHEET 1 of 3")
        mira.press("escape")
        mira.sees("Burn the old sheets")
        assert mira.words().partition("on the sheets of this vault")[2].split()[:13] != before


def test_new_sheets_are_confirmed_first_and_what_old_ones_open_is_sealed_anew(house: House) -> None:
    with house.desk("Mira") as mira:
        mira.press(":your access", "r", "n", "enter")
        mira.at("RECOVERY")
        mira.press("n", "y", "f4")
        mira.at("NEW SHEETS")
        mira.go_to("way")
        mira.press("right", "f4", "escape")
        mira.sees("Burn the old sheets")
    with house.desk("Amina") as amina:
        amina.press(":your access", "r")
        amina.sees("! Replaced sheets still open some of it (", "F1 help f seal anew Esc back Ctrl+L lock")
        amina.press("s", "d", "n")
        amina.at("RECOVERY")
        amina.press("f")
        amina.sees("new: replaced sheets do not open them.")
        amina.sees_not("! Replaced sheets still open")
        amina.press("f")
        amina.sees("Replaced sheets open nothing that you could seal anew.")
