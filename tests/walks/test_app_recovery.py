"""Scenario 20 from the side of the app: guide, sheets on paper, drill; then a lost passphrase comes back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.services.conftest import founded_template
from tests.services.founded import MEMBER, Place
from tests.tui.driving import painted, shown
from tests.tui.still import press, type_in
from tests.walks.app_desk import AppDesk
from vault.services.credentials import recovery
from vault.services.credentials.paper_sheets import TypedSheets

__all__ = ["founded_template"]  # a fixture

pytestmark = [pytest.mark.screen, pytest.mark.slow]

NEW = b"nine paper sparrows and a heron"
ROW = re.compile(r"^\s+(\d+)\s+\d+ ([a-z]+)\s+\d+ ([a-z]+)\s+\d+ ([a-z]+)\s+(\d{3})", re.MULTILINE)


class Paper:
    """What somebody copied from the screen: the rows of each sheet."""

    def __init__(self) -> None:
        self.sheets: list[list[str]] = []

    def copy(self, screen: str) -> None:
        rows = [f"{one} {two} {three} {check}" for _, one, two, three, check in ROW.findall(screen)]
        assert len(rows) == 11
        self.sheets.append(rows)

    def word(self, sheet: int, place: int) -> str:
        return " ".join(self.sheets[sheet]).split()[(place - 1) // 3 * 4 + (place - 1) % 3]


async def _make_sheets(desk: AppDesk, pilot: Pilot[None], paper: Paper) -> None:
    await desk.go_to(pilot, "way")
    await press(pilot, "right", "f4")
    for sheet in range(3):
        paper.copy(shown(desk.app))
        await press(pilot, "f4")
        assert paper.sheets[sheet][0].split()[0] not in painted(desk.app)
        for place in re.findall(r"word (\d+)", shown(desk.app)):
            await type_in(pilot, paper.word(sheet, int(place)))
            await press(pilot, "enter")


async def _drill(desk: AppDesk, pilot: Pilot[None], paper: Paper, *sheets: int) -> None:
    await press(pilot, "d")
    for sheet in sheets:
        for row in paper.sheets[sheet]:
            await type_in(pilot, row)
            await press(pilot, "enter")


def test_from_the_guide_to_a_proven_recovery_and_back_after_the_passphrase_is_lost(
    founded_template: Place, tmp_path: Path
) -> None:
    place = founded_template.copied_to(tmp_path / "office")
    paper = Paper()
    desk = AppDesk(place, MEMBER)

    async def steps(pilot: Pilot[None]) -> None:
        await desk.unlock(pilot)
        assert "This device knows of no recovery sheets of this vault." in desk.said()
        await press(pilot, "f4")
        await _make_sheets(desk, pilot, paper)
        assert "Three words of each sheet were compared. Give them away, then prove them: d." in desk.said()
        assert "! recovery sheets not proven yet" in desk.said()
        await _drill(desk, pilot, paper, 2, 0)
        assert "PROVEN. The sheets open what you hold." in desk.said()
        assert "The secret is erased here: it is on paper alone." in desk.said()
        await press(pilot, "s")
        assert "! The secret of the sheets is on paper alone: they were proven. n makes new ones." in desk.said()
        await press(pilot, "escape")
        assert "no recovery sheets" not in desk.said()
        assert "not proven yet" not in desk.said()

    desk.walk(steps)

    # The passphrase is lost. Two custodians bring access back; the app lets in with the new one, without a guide.
    typed = TypedSheets()
    for sheet in (1, 2):
        for row in paper.sheets[sheet]:
            typed.take_row(row)
    recovery.restore(place.path, typed, member=MEMBER, passphrase=bytearray(NEW), state=place.state)
    after = AppDesk(place, MEMBER)

    async def back(pilot: Pilot[None]) -> None:
        await after.unlock(pilot, NEW)
        assert "No case yet. n makes one after a search; F9 takes a call." in after.said()
        await press(pilot, ":your access", "r")
        assert "Recovery sheets were used" in after.said()

    after.walk(back)
