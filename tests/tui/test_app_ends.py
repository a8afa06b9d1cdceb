"""Being left alone, and every way out."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from typing_extensions import override

from tests.tui.driving import drive, shown
from tests.tui.still import StillApp, StillGateway, press, settled, type_in, walk
from tests.tui.stills.casework import StillCasework
from tests.tui.stills.door import DRAFT
from tests.tui.stills.writing import StillWriting
from tui.gateway import Gateway
from tui.screens.cases.case_list import CaseList
from tui.screens.cases.note_editor import NoteEditor
from tui.screens.frame.covers import IdleWarning, Neutral
from tui.shell.app import IDLE_MS, WARNED_MS
from tui.values.values import DraftShown, Spot
from tui.widgets.progress import ProgressModal
from vault.errors import TryAgainError

pytestmark = pytest.mark.screen


# ---- being left alone ----------------------------------------------------------------------------------------------


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.ms = 0

    def __call__(self) -> int:
        return self.ms


def _idle(check: Callable[[Pilot[None], StillApp, Clock], object]) -> StillApp:
    clock = Clock()
    app = StillApp(idle_clock_ms=clock)

    async def steps(pilot: Pilot[None]) -> None:
        await check(pilot, app, clock)  # type: ignore[misc]  # an async function, called by its shape

    walk(app, steps)
    return app


def test_nobody_is_warned_half_a_minute_before_the_lock_and_any_key_stays() -> None:
    async def check(pilot: Pilot[None], app: StillApp, clock: Clock) -> None:
        clock.ms += IDLE_MS - WARNED_MS - 1
        app._look_whether_idle()
        assert isinstance(app.screen, CaseList)
        clock.ms += 2
        app._look_whether_idle()
        await settled(pilot)
        assert isinstance(app.screen, IdleWarning)
        assert "Locked in 30 s; any key stays." in shown(app)
        await press(pilot, "ctrl+n")
        assert isinstance(app.screen, CaseList), "the key ends the warning and does nothing else"
        clock.ms += IDLE_MS - WARNED_MS - 1
        app._look_whether_idle()
        assert isinstance(app.screen, CaseList)

    assert _idle(check).return_code is None


def test_five_idle_minutes_lock() -> None:
    async def check(pilot: Pilot[None], app: StillApp, clock: Clock) -> None:
        clock.ms += IDLE_MS
        app._look_whether_idle()

    assert _idle(check).return_code == 75


def test_a_long_act_is_no_idleness() -> None:
    async def check(pilot: Pilot[None], app: StillApp, clock: Clock) -> None:
        app.push_screen(ProgressModal("Making a backup", lambda: None))
        clock.ms += IDLE_MS
        app._look_whether_idle()
        await settled(pilot)

    assert _idle(check).return_code is None


def test_a_locked_app_does_not_lock_again_by_itself() -> None:
    clock = Clock()
    app = StillApp(idle_clock_ms=clock)

    async def steps(pilot: Pilot[None]) -> None:
        clock.ms += IDLE_MS
        app._look_whether_idle()
        await settled(pilot)

    drive(app, steps)
    assert app.return_code is None


# ---- every way out -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        (("ctrl+l",), 75),
        (("ctrl+д",), 75),
        (("ctrl+backslash",), 0),
        (("ctrl+q",), 0),
        (("f12", "f12"), 0),
        (("f12", "a"), 75),
    ],
)
def test_a_draft_is_saved_on_every_way_out(keys: tuple[str, ...], code: int) -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "n")
        await pilot.press(*"Samira", *keys)  # no pause: nothing was saved by itself yet
        await pilot.pause()

    walk(app, steps)
    assert app.return_code == code
    assert ("save", "Samira") in app.still.done


@pytest.mark.parametrize(
    ("keys", "spot"),
    [
        (("enter", "ctrl+l"), Spot("00" * 16, record=DRAFT.record)),
        (("enter", "down", "ctrl+l"), Spot("00" * 16, record="b3")),
        (("enter", "enter", "ctrl+l"), Spot(DRAFT.case, draft=DRAFT.record)),
        (("enter", "enter", "f12", "a"), Spot(DRAFT.case, draft=DRAFT.record)),
        (("enter", "ctrl+q"), None),
        (("enter", "enter", "ctrl+backslash"), None),
        (("ctrl+l",), None),
    ],
)
def test_a_lock_remembers_where_somebody_was_and_no_other_end_does(keys: tuple[str, ...], spot: Spot | None) -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, *keys)

    walk(app, steps)
    assert [done[1] for done in app.still.done if done[0] == "spot"] == ([] if spot is None else [spot])


def test_unlocking_leads_back_to_the_draft() -> None:
    gateway = StillGateway()
    gateway.remember(Spot(DRAFT.case, draft=DRAFT.record))

    async def steps(pilot: Pilot[None]) -> None:
        await settled(pilot)
        assert isinstance(pilot.app.screen, NoteEditor)
        await press(pilot, "escape", "escape")
        assert isinstance(pilot.app.screen, CaseList)

    walk(StillApp(gateway), steps)


def test_f12_shows_nothing_at_all() -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "f12")
        assert isinstance(pilot.app.screen, Neutral)
        assert shown(pilot.app).strip() == ""

    walk(StillApp(), steps)


def test_the_files_are_closed_behind_the_end_and_a_close_that_hangs_is_given_up() -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        await pilot.press("ctrl+q")

    walk(app, steps)
    app.close_vault()
    assert app.still.done[-1] == ("close",)

    hangs = threading.Event()

    class Hanging(StillGateway):
        @override
        def close(self) -> None:
            hangs.wait(60)

    hanging = StillApp(Hanging())
    walk(hanging, steps)
    hanging.close_vault()
    hangs.set()


def test_a_fault_in_a_worker_ends_the_app_without_its_text() -> None:
    words: list[str] = []

    class Broken(StillCasework):
        @override
        def open(self, case: str, why: str) -> object:  # type: ignore[override]  # never returns
            raise ValueError("Samira Veldt")

    app = StillApp(StillGateway(Broken), last_words=words.append)

    async def steps(pilot: Pilot[None]) -> None:
        await pilot.press("enter")
        await pilot.pause(0.3)

    with pytest.raises(Exception, match="Samira"):
        walk(app, steps)
    assert app.return_code == 70
    assert len(words) == 1
    assert "Your note" not in words[0], "none was open"
    assert re.fullmatch(r"CaseVault had to stop\.\nIf you report it: incident [0-9a-f]{8}, ValueError at .*", words[0])
    assert "Samira" not in words[0]


def _fail() -> None:
    raise ValueError("Samira Veldt")


@pytest.mark.parametrize(
    ("is_full", "said"),
    [
        (False, "Your note is kept as a draft (saved 14:02:00). Start it again; F4 goes on with it."),
        (True, "What was typed last could not be kept as a draft."),
    ],
)
@pytest.mark.parametrize("pause", [0.0, 1.0], ids=["typed just now", "saved before"])
def test_a_fault_over_a_note_says_whether_its_draft_is_kept(is_full: bool, said: str, pause: float) -> None:
    words: list[str] = []

    class Full(StillWriting):
        @override
        def save(self, draft: DraftShown) -> None:
            if is_full:
                raise TryAgainError("no room on the disk")
            super().save(draft)

    app = StillApp(StillGateway(Full), last_words=words.append)

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "n")
        await type_in(pilot, "Samira waits.")
        await pilot.pause(pause)
        app.call_later(_fail)
        await pilot.pause(0.3)

    with pytest.raises(ValueError, match="Samira"):
        walk(app, steps)
    assert said in words[0]
    assert "Samira" not in "".join(words)


def test_nothing_is_asked_of_a_locked_vault(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="the vault is locked"):
        Gateway(tmp_path).status()
