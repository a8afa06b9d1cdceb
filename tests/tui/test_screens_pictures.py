"""What each screen looks like, at 80 x 24 and 120 x 40: a picture that changes has to be looked at and accepted.

`pytest tests/tui/test_screens_pictures.py --snapshot-update` accepts them.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.tui.still import StillApp, StillGateway, press, settled, type_in, unlock, wait_for_screen
from tests.tui.stills.referral import PAGES
from tui.screens.referral.pages import PagesScreen
from tui.shell.app import IDLE_MS

pytestmark = pytest.mark.screen

Steps = Callable[[Pilot[None]], Awaitable[None]]
SIZES = [pytest.param((80, 24), id="80x24"), pytest.param((120, 40), id="120x40")]


@pytest.fixture(autouse=True)
def _times_are_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def _keys(*keys: str) -> Steps:
    """Return steps: unlock, then press these; a word with a space before it is put into the field."""

    async def steps(pilot: Pilot[None]) -> None:
        await unlock(pilot)
        for key in keys:
            await (type_in(pilot, key[1:]) if key.startswith(" ") else press(pilot, key))

    return steps


async def _locked(pilot: Pilot[None]) -> None:
    await settled(pilot)
    await type_in(pilot, "фонарь")


async def _refused(pilot: Pilot[None]) -> None:
    await settled(pilot)
    await type_in(pilot, "wrong")
    await press(pilot, "enter")


async def _back_in(pilot: Pilot[None]) -> None:
    await settled(pilot)
    await press(pilot, "f9")
    await type_in(pilot, "/media/stick/backups")


async def _pages(pilot: Pilot[None]) -> None:
    await unlock(pilot)
    pilot.app.push_screen(PagesScreen("K7QM-3XPD", PAGES))
    await settled(pilot)


async def _exported(pilot: Pilot[None]) -> None:
    await _keys("enter", "e", " /media/stick", "f4", "a")(pilot)
    await pilot.press("f4")
    await wait_for_screen(pilot, PagesScreen)
    await press(pilot, "f4")


async def _warned(pilot: Pilot[None]) -> None:
    await _keys("enter")(pilot)
    app = pilot.app
    assert isinstance(app, StillApp)
    app._touched_ms = app._idle_clock_ms() - IDLE_MS + 12_000
    app._look_whether_idle()
    app._is_open = False  # The seconds stand still for the picture.
    await settled(pilot)


PICTURES = {
    "unlock": _locked,
    "refused": _refused,
    "back in": _back_in,
    "case list": _keys(),
    "filter": _keys("slash", " zu"),
    "reason": _keys(":another reason"),
    "help": _keys("f1"),
    "commands": _keys("f2"),
    "new case": _keys("ctrl+n", " Hearing moved"),
    "case": _keys("enter", "down"),
    "person": _keys("enter", "shift+tab"),
    "person form": _keys("enter", "p", " Вера Тихоокова; Vera Tikhookova"),
    "note": _keys("enter", "enter"),
    "discard": _keys("enter", "enter", "f9"),
    "export": _keys("enter", "e", " /media/stick"),
    "questions": _keys("enter", "e", " /media/stick", "f4", "k"),
    "pages": _pages,
    "exported": _exported,
    "recipient": _keys("enter", "e", "f9", " Clinic legal desk", "tab", " age1invented", "f4"),
    "search": _keys("f3", " court", "enter"),
    "log": _keys(":log", "v"),
    "backup": _keys(":backup", " /media/stick", "enter"),
    "drafts": _keys("f4"),
    "idle": _warned,
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PICTURES)
def test_a_screen_looks_as_it_was_accepted(name: str, size: tuple[int, int], snap_compare: Any) -> None:
    gateway = StillGateway()
    gateway.alarms = ("This vault was not opened on this device before: compare its words with a colleague.",)
    assert snap_compare(StillApp(gateway), terminal_size=size, run_before=PICTURES[name])
