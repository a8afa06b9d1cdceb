"""What each screen looks like, at 80 x 24 and 120 x 40: a picture that changes has to be looked at and accepted.

`pytest tests/tui/test_pictures.py --snapshot-update` accepts them; each is an SVG that a browser shows.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytest_textual_snapshot import SVGImageExtension  # type: ignore[import-untyped]  # it has no types
from typing_extensions import override

from tests.tui.pictures import StillDesk
from tests.tui.still_answers import (
    ALONE,
    ANSWERS,
    APPROVERS,
    ASKED,
    NEW_VAULT,
    OWN_FORM,
    PAGES,
    RECIPIENTS,
    SHEET,
    VERSIONS,
    WAITS,
)
from tui.screens.cases.case_records import FilledForm
from tui.screens.cases.home import HomeScreen
from tui.screens.cases.versions_screen import TwoVersions
from tui.screens.credentials.recovery import SheetPaper, SheetsGuide
from tui.screens.frame.desk import Settings
from tui.screens.frame.form_screen import Browse, Entry
from tui.screens.referral.shown_whole import PagesScreen, Reading
from tui.values.access_shown import SheetsMade
from vault.words.message import Message

pytestmark = pytest.mark.screen

SMALLEST = "80x24"
SIZES = {SMALLEST: (80, 24), "120x40": (120, 40)}
SMALL = frozenset(
    {
        *("what can be done", "invite", "own words", "all the same", "admitted", "it waits"),
        *("suspend", "leave", "lost for good", "take back", "taken back"),
    }
)
"""Questions over a screen, which are as large in a large terminal."""


class StillBrowse(Browse):
    """Always the same stick."""

    @override
    def _go(self, folder: Path) -> None:
        names = ("/media/other/", "..", "from Dana/", "от Селин/", "invitation", "request")
        self._show(folder, [Entry(folder / name, name, is_folder=name.endswith("/")) for name in names])


def _push(desk: StillDesk, screen: Any) -> None:
    desk.call(lambda: desk.app.push_screen(screen))


def _browsing(desk: StillDesk) -> None:
    desk.press(":members", "a")
    _push(desk, StillBrowse(Path("/media/stick/papers"), new="admitted.bundle"))


def _printed(desk: StillDesk) -> None:
    paths = [f"  /media/stick/recovery-sheet-{number}-of-3.pdf" for number in (1, 2, 3)]
    _push(desk, SheetPaper(SheetsMade(3, 2, (ASKED,) * 3), (Message("The recovery sheets are in"), *paths)))


def _copied(desk: StillDesk) -> None:
    desk.hold_sheets((SHEET,) * 3)
    _push(desk, SheetPaper(SheetsMade(3, 2, (ASKED,) * 3), ()))


def _asked(desk: StillDesk) -> None:
    _copied(desk)
    desk.press("f4")


def _called(desk: StillDesk) -> None:
    desk.press("f9", " « Mon frère est arrêté », this morning at the prefecture.")
    desk.fill(number="+33 6 39 98 01 02", name="Saïd? Zomorodi?", language="French", call_back="today after 15:00")
    desk.pause(0.4)  # what it reminds of comes when the hand rests
    desk.go_to("said")


def _calls(desk: StillDesk) -> None:
    desk.press(":open slips", "down")
    desk.pause(0.3)  # the strip follows the cursor when it rests


def _exported(desk: StillDesk) -> None:
    desk.press("enter", "e", " /media/stick", "f4", "a").press_and_wait("f4", "read back from the finished file")
    desk.press_and_wait("f4", "The package is at")


def _warned(desk: StillDesk) -> None:
    desk.press("enter")
    app = desk.app
    app._touched_ms = app._idle_clock_ms() - Settings().idle_ms + 12_000
    desk.call(app._look_whether_idle)
    app._is_open = False  # the seconds stand still for the picture


PICTURES: dict[str, tuple[str, ...] | Callable[[StillDesk], object]] = {
    "case list": (),
    "filter": ("slash", " zu"),
    "marked": ("space", "space"),
    "marked cases": ("space", "space", "f4"),
    "undo": ("ctrl+z",),
    "reason": (":another reason",),
    "help": ("f1",),
    "commands": ("f2",),
    "new case": ("ctrl+n", " Hearing moved"),
    "case": ("enter", "down"),
    "case time": ("enter", "f7", "left"),
    "person": ("enter", "2"),
    "person page": ("enter", "2", "enter"),
    "same person": ("enter", "2", "enter", "j"),
    "two versions": lambda desk: _push(desk, TwoVersions("K7QM-3XPD", VERSIONS, 1)),
    "person form": ("enter", "p", " Вера Тихоокова; Vera Tikhookova"),
    "note": ("enter", "enter"),
    "discard": ("enter", "enter", ":throw"),
    "export": ("enter", "e", " /media/stick"),
    "questions": ("enter", "e", " /media/stick", "f4", "k"),
    "pages": lambda desk: _push(desk, PagesScreen("K7QM-3XPD", PAGES, reading=Reading({"on foot": "other"}))),
    "exported": _exported,
    "recipient": ("enter", "e", "ctrl+r", " Clinic legal desk", "tab", " age1invented", "f4"),
    "search": ("f3", " court", "enter"),
    "log": (":log", "v"),
    "backup": (":backup", " /media/stick", "f4"),
    "drafts": ("f4",),
    "call": _called,
    "calls": _calls,
    "one call": (":open slips", "down", "enter"),
    "which case": (":open slips", "down", "m"),
    "case of a call": (":open slips", "down", "n"),
    "idle": _warned,
    "members": (":members", "down", "down"),
    "members and who left": (":members", "o", "end"),
    "members for a volunteer": (":members",),
    "what can be done": (":members", "down", "enter"),
    "invite": (":members", "i"),
    "browse": _browsing,
    "admit": (":members", "a"),
    "all the same": (":members", "a", " /media/stick/request", "f4"),
    "admitted": (":members", "a", " /media/stick/request", "f4", "y"),
    "it waits": (":members", "down", "down", "r", "f4"),
    "roles": (":members", "down", "down", "r"),
    "away": (":members", "down", "down", "w", "tab", " 2026-12-24"),
    "deputy": (":members", "down", "down", "u"),
    "suspend": (":members", "down", "s"),
    "leave": (":members", "down", "x"),
    "recipients": (":recipients", "down"),
    "about a recipient": (":recipients", "down", "enter"),
    "proposals": (":members", "p"),
    "agree": (":members", "p", "down", "enter"),
    "handover": (":members", "h"),
    "order": (":members", "h", "n"),
    "emergency": (":in an emergency",),
    "computer taken": (":in an emergency", "f4"),
    "whose pack": (":in an emergency", "right"),
    "pack": (":in an emergency", "right", "f4", "f4"),
    "devices": (":devices",),
    "own words": (":devices", "i"),
    "name of a device": (":devices", "down", "n"),
    "lost": (":devices", "down", "l"),
    "lost for good": (":devices", "down", "l", "f4"),
    "whom to warn": (":devices", "down", "l", " /media/stick/warn", "f4", "y"),
    "access": ("enter", "w", "down"),
    "access alone": ("enter", "w"),
    "give": ("enter", "w", "g"),
    "take back": ("enter", "w", "down", "t"),
    "taken back": ("enter", "w", "down", "t", "y"),
    "settings": (":settings",),
    "home": lambda desk: _push(desk, HomeScreen()),
    "new vault": lambda desk: _push(desk, HomeScreen()),
    "week": (":the week",),
    "case papers": ("enter", "3"),
    "paper": ("enter", "3", "enter"),
    "paper erased": ("enter", "3", "enter", "x"),
    "erasures": (":what colleagues erased",),
    "paper saved": ("enter", "3", "enter", "s", " /media/stick"),
    "new paper": ("enter", "f", " /media/stick/order.jpg"),
    "case dates": ("enter", "4"),
    "records": ("enter", "d"),
    "record": ("enter", "d", "enter"),
    "own form": lambda desk: _push(desk, FilledForm("11" * 16, "K7QM-3XPD", *OWN_FORM)),
    "history": ("enter", "v"),
    "change case": ("enter", "m"),
    "sections": ("enter", "s"),
    "new section": ("enter", "s", "n"),
    "section": ("enter", "s", "enter"),
    "section note": ("enter", "s", "enter", "n", " Moved to her aunt."),
    "own access": (":your access",),
    "passphrase": (":your access", "p"),
    "passphrase on paper": (":your access", "p", "tab", " seven paper lanterns", "f4"),
    "keyfile": (":your access", "k", " /media/stick/holiday.bin"),
    "security key": (":your access", "y"),
    "recovery": (":your access", "r"),
    "sheets": (":your access", "r", "s"),
    "sheets printed": _printed,
    "sheet copied": _copied,
    "three words": _asked,
    "drill": (":your access", "r", "d", "f4"),
    "guide": lambda desk: _push(desk, SheetsGuide()),
    "what would be lost": (":what would be lost",),
    "bundle taken": (":import a bundle", " /media/stick/from-joel.bundle", "f4"),
    "bundle for": (":make a bundle",),
    "list": (":import a list", " /media/stick/cases.xlsx", "f4"),
    "counts": (":counts for", " kind", "f4"),
    "list with a fault": (":import a list", " /media/stick/cases.csv", "f4"),
    "approve": (":approve",),
    "question": (":approve", " /media/stick/question", "f4"),
    "approving": (
        *(":approve", " /media/stick/question", "f4"),
        *["pagedown"] * 6,
        "f4",
        "enter",
        " /media/stick/answer",
        "enter",
    ),
    "export of two": ("enter", "e", " /media/stick"),
    "question of an export": ("enter", "e", "tab", "right"),
    "break glass": ("enter", "g", " 2026-11-30"),
}
INSTEAD: dict[str, dict[str, Any]] = {
    "new vault": {"story__home": NEW_VAULT},
    "members for a volunteer": {
        "members__list_all": replace(ANSWERS["members.list_all"](), may=frozenset({"member.list"}))
    },
    "recipients": {"partners__list_all": RECIPIENTS},
    "about a recipient": {"partners__list_all": RECIPIENTS},
    "it waits": {"acting__try_at_once": WAITS},
    "access alone": {"sharing__who": ALONE},
    **{
        name: {"second_person__approvers": APPROVERS}
        for name in ("export of two", "question of an export", "break glass", "paper erased")
    },
}
LOCKED: dict[str, tuple[str, ...]] = {
    "unlock": (" фонарь",),
    "unlock with a keyfile": (" фонарь", "f5"),
    "refused": (" wrong", "enter"),
    "back in": ("f9", " /media/stick/backups"),
}


@pytest.fixture(scope="module", autouse=True)
def _times_are_utc_and_no_draft_is_due() -> Iterator[None]:
    """Whether a draft was saved before its picture is taken would depend on the computer."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("TZ", "UTC")
        patched.setattr("tui.screens.frame.kept_form.DraftKeeper.is_due", lambda _: False)
        time.tzset()
        yield
    time.tzset()


@pytest.fixture(scope="module")
def opened() -> Iterator[StillDesk]:
    with StillDesk() as desk:
        desk.unlock()
        yield desk


@pytest.mark.parametrize(
    ("name", "size"),
    [
        pytest.param(name, size, id=f"{name}-{label}", marks=[] if label == SMALLEST else pytest.mark.long)
        for label, size in SIZES.items()
        for name in PICTURES
        if label == SMALLEST or name not in SMALL
    ],
)
def test_a_screen_looks_as_it_was_accepted(name: str, size: tuple[int, int], opened: StillDesk, snapshot: Any) -> None:
    opened.begin_anew(size, INSTEAD.get(name, {}))
    act = PICTURES[name]
    act(opened) if callable(act) else opened.press(*act)
    assert opened.picture() == snapshot(extension_class=SVGImageExtension)


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("name", LOCKED)
def test_a_locked_screen_looks_as_it_was_accepted(name: str, size: tuple[int, int], snapshot: Any) -> None:
    with StillDesk() as desk:
        desk.resize(*size).press(*LOCKED[name])
        assert desk.picture() == snapshot(extension_class=SVGImageExtension)
