"""What the screens of one's own access and of exchange look like, at 80 x 24 and 120 x 40.

`pytest tests/tui/test_pictures_own.py --snapshot-update` accepts them.
"""

from __future__ import annotations

from typing import Any

import pytest
from textual.pilot import Pilot

from tests.tui.pictures import SIZES, Steps, keys
from tests.tui.still import StillApp, StillGateway, press, settled
from tests.tui.stills.approvals import APPROVERS, StillApprovals
from tests.tui.stills.recovery import SHEETS, StillRecovery
from tui.screens.credentials.sheet_paper import SheetPaper
from tui.values.values_own import SheetsMade
from vault.seal.sheets import Sheet

pytestmark = pytest.mark.screen


class Due(StillRecovery):
    due = True


class Others(StillApprovals):
    others = APPROVERS


WORDS = (
    "maiden withdraw academic acid armed intend shaft crystal busy fact obtain welfare subject example iris photo "
    "floral profile standard dive twice losing lily pants talent chew born military believe bishop repair boring slim"
)
FIXED = Sheet(1, 3, 2, tuple(WORDS.split()), SHEETS[0].root_words)
"""Its words are those of no share; real sheets are drawn anew each time."""


async def _printed(pilot: Pilot[None]) -> None:
    await keys()(pilot)
    paths = tuple(f"/media/stick/recovery-sheet-{number}-of-3.pdf" for number in (1, 2, 3))
    pilot.app.push_screen(SheetPaper(SheetsMade(3, 2, ((4, 17, 29),) * 3), paths))
    await settled(pilot)


async def _copied(pilot: Pilot[None]) -> None:
    app = pilot.app
    assert isinstance(app, StillApp)
    app.still.recovery._sheets = (FIXED,) * 3
    await keys()(pilot)
    app.push_screen(SheetPaper(SheetsMade(3, 2, ((4, 17, 29),) * 3), ()))
    await settled(pilot)


async def _asked(pilot: Pilot[None]) -> None:
    await _copied(pilot)
    await press(pilot, "f4")


PICTURES: dict[str, Steps] = {
    "own access": keys(":your access"),
    "passphrase": keys(":your access", "p"),
    "passphrase on paper": keys(":your access", "p", "tab", " seven paper lanterns", "f4"),
    "keyfile": keys(":your access", "k", " /media/stick/holiday.bin"),
    "security key": keys(":your access", "y"),
    "recovery": keys(":your access", "r"),
    "sheets": keys(":your access", "r", "s"),
    "sheets printed": _printed,
    "sheet copied": _copied,
    "three words": _asked,
    "drill": keys(":your access", "r", "d"),
    "guide": keys(),
    "exchange": keys(":exchange"),
    "bundle taken": keys(":exchange", "tab", " /media/stick/from-joel.bundle", "f4"),
    "bundle for": keys(":exchange", "left"),
    "approve": keys(":approve"),
    "question": keys(":approve", " /media/stick/question", "f4"),
    "approving": keys(":approve", " /media/stick/question", "f4", "f6", "right", "f6", " /media/stick/answer", "f4"),
    "export of two": keys("enter", "e", " /media/stick"),
    "question of an export": keys("enter", "e", "tab", "right"),
    "break glass": keys("enter", "g", " 2026-11-30"),
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PICTURES)
def test_a_screen_looks_as_it_was_accepted(name: str, size: tuple[int, int], snap_compare: Any) -> None:
    instead = [Due] if name == "guide" else [Others] if name not in {"approve"} else []
    gateway = StillGateway(*instead)
    assert snap_compare(StillApp(gateway), terminal_size=size, run_before=PICTURES[name])
