"""The app between its screens: unlocking, moving about, being left alone, and every way out."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from typing_extensions import override

from tests.tui.driving import drive, painted, shown
from tests.tui.still import CASES, DRAFT, StillApp, StillGateway, press, settled, type_in, walk
from tui.app import IDLE_MS, WARNED_MS
from tui.gateway import Gateway
from tui.keys import with_layouts
from tui.screens.back_up import BackupScreen
from tui.screens.base import EVERYWHERE, VaultScreen, hints
from tui.screens.case import CaseScreen
from tui.screens.case_list import CaseList
from tui.screens.covers import IdleWarning, Neutral
from tui.screens.export import ExportScreen
from tui.screens.long_work import LongWorkScreen
from tui.screens.new_case import NewCase
from tui.screens.note_editor import NoteEditor
from tui.screens.person_form import PersonForm
from tui.screens.search import SearchScreen
from tui.screens.unlock import UnlockScreen, script_words
from tui.values import Spot
from tui.widgets.fields import PassphraseInput
from tui.widgets.lines import fitting_hints
from tui.widgets.progress import ProgressModal
from vault.errors import TryAgainError

pytestmark = pytest.mark.screen


def _all_screens(base: type[VaultScreen] = VaultScreen) -> list[type[VaultScreen]]:
    found = [one for sub in base.__subclasses__() for one in (sub, *_all_screens(sub))]
    return [screen for screen in found if screen is not LongWorkScreen]


# ---- what every screen has -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("screen", _all_screens(), ids=lambda screen: screen.__name__)
def test_the_footer_of_every_screen_is_whole_at_80_columns_and_offers_help(screen: type[VaultScreen]) -> None:
    lock = next(one for one in EVERYWHERE if one.action == "app.lock")
    footer = hints([EVERYWHERE[0], *screen.ACTS, *([] if screen is UnlockScreen else [lock])])
    assert list(fitting_hints(footer, 80)) == footer
    assert footer[0].key == "F1"
    assert footer[-1].key in {"Ctrl+L", "Ctrl+Q"}


@pytest.mark.parametrize("screen", _all_screens(), ids=lambda screen: screen.__name__)
def test_every_command_of_every_screen_has_an_action(screen: type[VaultScreen]) -> None:
    for command in (*screen.ACTS, *EVERYWHERE):
        place, _, name = command.action.partition("(")[0].rpartition(".")
        owner = StillApp if place == "app" else screen
        assert callable(getattr(owner, f"action_{name}")), command.action


@pytest.mark.parametrize("screen", _all_screens(), ids=lambda screen: screen.__name__)
def test_every_letter_works_in_the_russian_layout(screen: type[VaultScreen]) -> None:
    bound = {key for binding in screen.BINDINGS for key in binding.key.split(",")}  # type: ignore[union-attr]  # our own table holds bindings only
    letters = [key for command in screen.ACTS for key in command.keys.split(",") if len(key) == 1]
    assert {alias for letter in letters for alias in with_layouts(letter).split(",")} <= bound


def test_the_first_paint_needs_neither_the_library_nor_its_database() -> None:
    heavy = ("sqlalchemy", "sqlcipher3", "cryptography", "argon2", "alembic", "typst", "vault.services", "vault.access")
    code = f"import sys, tui.app; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[]\n"


# ---- unlocking -----------------------------------------------------------------------------------------------------


def test_unlocking_takes_the_passphrase_out_of_its_field_and_wipes_it() -> None:
    taken: list[bytearray] = []

    class Keeping(StillGateway):
        @override
        def unlock(self, member: str, passphrase: bytearray) -> None:
            taken.append(passphrase)
            super().unlock(member, passphrase)

    async def steps(pilot: Pilot[None]) -> None:
        await settled(pilot)
        await type_in(pilot, "seven paper lanterns")
        field = pilot.app.screen.query_one(PassphraseInput)
        await pilot.press("ctrl+a", "ctrl+c")
        assert pilot.app.clipboard == ""
        await press(pilot, "enter")
        assert field.value == ""
        assert taken == [bytearray(20)]
        assert isinstance(pilot.app.screen, CaseList)

    drive(StillApp(Keeping()), steps)


def test_a_refused_passphrase_gets_one_sentence_and_an_empty_field() -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await settled(pilot)
        await type_in(pilot, "wrong")
        await press(pilot, "enter")
        text = " ".join(shown(pilot.app).split())
        assert (
            "! No key slot opens with this name and passphrase. Check member name, passphrase and keyboard layout,"
            " then try again." in text
        )
        assert "•" not in text
        assert pilot.app.focused is pilot.app.screen.query_one(PassphraseInput)

    drive(StillApp(), steps)


def test_who_is_asked_first_when_nobody_is_named() -> None:
    app = StillApp(member=None)

    async def steps(pilot: Pilot[None]) -> None:
        await settled(pilot)
        await type_in(pilot, "Amina")
        await press(pilot, "enter")
        await type_in(pilot, "seven paper lanterns")
        await press(pilot, "enter")
        assert ("unlock", "Amina") in app.still.done

    drive(app, steps)


def test_the_screen_says_that_it_works_while_the_passphrase_is_stretched() -> None:
    go_on = threading.Event()

    class Slow(StillGateway):
        @override
        def unlock(self, member: str, passphrase: bytearray) -> None:
            go_on.wait(20)
            super().unlock(member, passphrase)

    async def steps(pilot: Pilot[None]) -> None:
        await pilot.pause()
        await pilot.press(*"seven paper lanterns", "enter")
        await pilot.pause(1.2)
        assert "Opening, 1 s so far" in shown(pilot.app)
        go_on.set()
        await settled(pilot)
        assert isinstance(pilot.app.screen, CaseList)

    drive(StillApp(Slow()), steps)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "none yet"),
        ("lantern 7", "Latin"),
        ("фонарь", "Cyrillic"),
        ("lanteрn", "mixed (Latin, Cyrillic)"),
        ("7 - 9", "none yet"),
    ],
)
def test_the_script_of_what_is_typed_is_said(typed: str, words: str) -> None:
    assert script_words(typed) == words


def test_f4_shows_how_long_the_passphrase_is_and_never_a_letter_of_it() -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await settled(pilot)
        await type_in(pilot, "фонарь")
        assert "Letters typed: Cyrillic\n" in shown(pilot.app).replace("  ", "").replace(" \n", "\n")
        await press(pilot, "f4")
        assert "Letters typed: Cyrillic, 6 characters" in shown(pilot.app)
        assert "фонарь" not in painted(pilot.app)

    drive(StillApp(), steps)


# ---- moving about --------------------------------------------------------------------------------------------------


def test_hostile_titles_reach_the_list_as_text() -> None:
    async def steps(pilot: Pilot[None]) -> None:
        assert CASES[3][2] == "Call at night, no name yet [/b] \x1b[31m"
        assert "no name yet [/b] ·[31m" in shown(pilot.app)

    walk(StillApp(), steps, size=(120, 40))


@pytest.mark.parametrize(
    ("keys", "screen"),
    [
        (("enter",), CaseScreen),
        (("n",), NewCase),
        (("т",), NewCase),
        (("b",), BackupScreen),
        (("и",), BackupScreen),
        (("f3",), SearchScreen),
        (("enter", "p"), PersonForm),
        (("enter", "з"), PersonForm),
        (("enter", "n"), NoteEditor),
        (("enter", "e"), ExportScreen),
        (("enter", "escape"), CaseList),
        (("enter", "f3", "f8"), CaseList),
    ],
)
def test_keys_lead_to_screens(keys: tuple[str, ...], screen: type[VaultScreen]) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, *keys)
        assert type(pilot.app.screen) is screen

    walk(StillApp(), steps)


def test_f8_does_not_leave_a_form_that_holds_what_was_typed() -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "n")
        await type_in(pilot, "Half a title")
        await press(pilot, "f8")
        assert isinstance(pilot.app.screen, NewCase)
        assert "! Finish this or leave it with Esc first." in shown(pilot.app)

    walk(StillApp(), steps)


def test_f1_shows_every_key_of_the_screen() -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "f1")
        text = shown(pilot.app)
        for command in CaseList.ACTS:
            assert command.words in text
        for command in EVERYWHERE:
            assert f"{command.shown} {command.brief}" in text
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, CaseList)

    walk(StillApp(), steps)


def test_f2_runs_a_command_by_its_name_and_knows_no_screenshot() -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "f2")
        await type_in(pilot, "screenshot")
        await press(pilot, "enter")
        await pilot.press(*["backspace"] * len("screenshot"))
        await type_in(pilot, "make backup")
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, BackupScreen)

    walk(StillApp(), steps)


def test_an_error_of_the_vault_is_one_sentence_and_the_app_goes_on() -> None:
    class Full(StillGateway):
        @override
        def create_case(self, title: str, kind: str) -> str:
            raise TryAgainError("no room on the disk")

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "n")
        await type_in(pilot, "Hearing")
        await press(pilot, "f4")
        assert "! No room on the disk. Free some space or wait, then repeat." in shown(pilot.app)
        assert isinstance(pilot.app.screen, NewCase)

    walk(StillApp(Full()), steps)


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
        await press(pilot, "n")
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
    gateway.spot = Spot(DRAFT.case, draft=DRAFT.record)

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

    class Broken(StillGateway):
        @override
        def open_case(self, case: str, why: str) -> object:  # type: ignore[override]  # never returns
            raise ValueError("Samira Veldt")

    gateway: StillGateway = Broken()
    app = StillApp(gateway, last_words=words.append)

    async def steps(pilot: Pilot[None]) -> None:
        await pilot.press("enter")
        await pilot.pause(0.3)

    with pytest.raises(Exception, match="Samira"):
        walk(app, steps)
    assert app.return_code == 70
    assert len(words) == 1
    assert words[0].startswith("CaseVault stopped: internal fault ValueError at ")
    assert "Samira" not in words[0]


def test_nothing_is_asked_of_a_locked_vault(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="the vault is locked"):
        Gateway(tmp_path).standing()
