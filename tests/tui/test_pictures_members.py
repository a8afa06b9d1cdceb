"""What the screens of members, devices and access look like, at 80 x 24 and 120 x 40.

`pytest tests/tui/test_pictures_members.py --snapshot-update` accepts them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from typing_extensions import override

from tests.tui.pictures import SIZES, Steps, keys
from tests.tui.still import StillApp, StillGateway, settled
from tests.tui.stills.access import Alone
from tests.tui.stills.casework import StillCasework
from tests.tui.stills.members import Signed, StillMembers
from tui.gateway.subject import Subject
from tui.screens.cases.draft_keeper import DraftKeeper
from tui.screens.frame.browse import Browse, Entry

pytestmark = pytest.mark.screen


class Volunteer(StillMembers):
    may = frozenset({"member.list"})


class StillBrowse(Browse):
    """Always the same stick."""

    @override
    def _go(self, folder: Path) -> None:
        names = ("/media/other/", "..", "from Dana/", "от Селин/", "invitation", "request")
        self._show(folder, [Entry(folder / name, name, is_folder=name.endswith("/")) for name in names])


async def _browsing(pilot: Pilot[None]) -> None:
    await keys(":members", "i")(pilot)
    pilot.app.push_screen(StillBrowse(Path("/media/stick/papers"), new="invitation"))
    await settled(pilot)


PICTURES: dict[str, Steps] = {
    "members": keys(":members", "down", "down"),
    "members and who left": keys(":members", "o", "end"),
    "members for a volunteer": keys(":members"),
    "what can be done": keys(":members", "down", "enter"),
    "invite": keys(":members", "i"),
    "browse": _browsing,
    "invited": keys(":members", "i", "tab", "tab", " /media/stick/invitation", "f4"),
    "admit": keys(":members", "a"),
    "words": keys(":members", "a", " /media/stick/request", "f4"),
    "all the same": keys(":members", "a", " /media/stick/request", "f4", "f4"),
    "admitted": keys(":members", "a", " /media/stick/request", "f4", "f4", "y"),
    "others sign": keys(":members", "down", "down", "r", "f4"),
    "place of a proposal": keys(":members", "down", "down", "r", "f4", "enter"),
    "roles": keys(":members", "down", "down", "r"),
    "away": keys(":members", "down", "down", "w", "tab", " 2026-12-24"),
    "deputy": keys(":members", "down", "down", "u"),
    "suspend": keys(":members", "down", "s"),
    "leave": keys(":members", "down", "x"),
    "proposal": keys(":members", "p", " /media/stick/proposal", "f4"),
    "signature": keys(":members", "p", " /media/stick/proposal", "f4", "f5"),
    "handover": keys(":members", "h"),
    "order": keys(":members", "h", "n"),
    "devices": keys(":devices"),
    "name of a device": keys(":devices", "down", "n"),
    "lost": keys(":devices", "down", "l"),
    "lost for good": keys(":devices", "down", "l", "f4"),
    "whom to warn": keys(":devices", "down", "l", " /media/stick/warn", "f4", "y", "enter"),
    "access": keys("enter", "w", "down"),
    "access alone": keys("enter", "w"),
    "give": keys("enter", "w", "g"),
    "take back": keys("enter", "w", "down", "t"),
    "taken back": keys("enter", "w", "down", "t", "y"),
    "sections": keys("enter", "s"),
    "new section": keys("enter", "s", "n"),
    "section": keys("enter", "s", "enter"),
    "section note": keys("enter", "s", "enter", "n", " Moved to her aunt."),
}
_SMALL = frozenset(
    {
        "what can be done",
        "invited",
        "all the same",
        "admitted",
        "others sign",
        "place of a proposal",
        "deputy",
        "suspend",
        "leave",
        "signature",
        "name of a device",
        "lost for good",
        "take back",
        "taken back",
    }
)
"""Questions over a screen, which are as large in a large terminal."""
_INSTEAD: dict[str, type[Subject]] = {
    "members for a volunteer": Volunteer,
    "others sign": Signed,
    "place of a proposal": Signed,
    "access alone": Alone,
}


@pytest.fixture(autouse=True)
def _no_draft_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a draft was saved before its picture is taken would depend on the computer."""
    monkeypatch.setattr(DraftKeeper, "is_due", lambda _: False)


@pytest.mark.parametrize(
    ("name", "size"),
    [
        pytest.param(name, size.values[0], id=f"{name}-{size.id}")
        for name in PICTURES
        for size in SIZES[: 1 if name in _SMALL else 2]
    ],
)
def test_a_screen_looks_as_it_was_accepted(name: str, size: tuple[int, int], snap_compare: Any) -> None:
    gateway = StillGateway(_INSTEAD.get(name, StillCasework))
    assert snap_compare(StillApp(gateway), terminal_size=size, run_before=PICTURES[name])
