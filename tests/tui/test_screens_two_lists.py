"""The screen of two lists of members: who waits, who stays out, and the sheets that settle it."""

from __future__ import annotations

import pytest

from tests.attacks.test_lists_apart import INES, PAVEL, Apart, apart, apart_template
from tests.services.conftest import organisation_template
from tests.services.organisation import MIRA
from tests.tui.desk import Desk
from tests.tui.house import House

__all__ = ["apart", "apart_template", "organisation_template"]  # fixtures

pytestmark = pytest.mark.screen


@pytest.mark.long
def test_two_lists_are_settled_with_the_sheets_and_who_was_left_out_stays_out(apart: Apart) -> None:
    place = apart.organisation[MIRA].place
    place.proposed_today()
    with Desk(place, unlocks=True, begins_at_home=True) as mira:
        mira.sees("Two lists of members were made apart.", f"{INES} and {PAVEL}", "(F2, two lists)")
        mira.press("f2", " two lists", "enter")
        mira.sees("2 devices wait", f"in {INES} caseworker Selin Asterholt", f"in {PAVEL} caseworker Tomas Verhoffen")
        mira.press("down", "o")
        mira.sees(f"OUT {PAVEL}")
        mira.press("f4")
        mira.sees("Let 1 device in, and no other?", "Ask each of them by voice")
        mira.press("escape")
        mira.sees("2 devices wait", f"OUT {PAVEL}")
        mira.press("f4", "y")
        for sheet in apart.sheets[:2]:
            for row in sheet.rows:
                mira.press(" ".join(["", *(word[:4] for word in row.words), row.check]), "enter")
        mira.sees("There is one list of members again.")
        mira.press("enter")
        mira.sees("There is one list of members: nothing has to be settled.")
        mira.press("f4")
        mira.sees("! There is one list of members")
    with apart.open(MIRA) as session:
        assert apart.ines.seat in session.directory.effective.certificates
        assert apart.pavel.seat not in session.directory.effective.certificates


@pytest.mark.long
def test_sheets_that_were_not_typed_settle_nothing(apart: Apart) -> None:
    with Desk(apart.organisation[MIRA].place, unlocks=True) as mira:
        mira.press("f2", " two lists", "enter", "f4", "y", "escape")
        mira.sees("Nothing was changed.", "2 devices wait")


def test_with_one_list_nobody_waits(house: House) -> None:
    with house.desk("Joel") as joel:
        joel.press("f2", " two lists", "enter")
        joel.sees("There is one list of members: nothing has to be settled.")
