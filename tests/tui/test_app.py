"""The app between its screens: what every screen has, and how one leads to another."""

from __future__ import annotations

import subprocess
import sys

import pytest
from textual._xterm_parser import XTermParser
from textual.pilot import Pilot
from typing_extensions import override

from tests.tui.driving import shown
from tests.tui.still import StillApp, StillGateway, press, settled, type_in, walk
from tests.tui.stills.casework import StillCasework
from tests.tui.stills.finding import CASES
from tui.screens.cases.access import AccessScreen
from tui.screens.cases.break_glass import BreakGlass
from tui.screens.cases.case import CaseScreen
from tui.screens.cases.case_list import CaseList
from tui.screens.cases.new_case import NewCase
from tui.screens.cases.note_editor import NoteEditor
from tui.screens.cases.person_form import PersonForm
from tui.screens.cases.search import SearchScreen
from tui.screens.cases.section_list import SectionsScreen
from tui.screens.credentials.sheets_guide import SheetsGuide
from tui.screens.credentials.unlock import UnlockScreen
from tui.screens.evidence.back_up import BackupScreen
from tui.screens.frame.base import EVERYWHERE, VaultScreen, hints
from tui.screens.referral.export import ExportScreen
from tui.screens.routes import PLACES
from tui.shell.safe import EXIT_SWITCHED
from tui.text.keys import with_layouts
from tui.widgets.fields import SafeInput
from tui.widgets.lines import fitting_hints
from vault.errors import TryAgainError

pytestmark = pytest.mark.screen


def _all_screens(base: type[VaultScreen] = VaultScreen) -> list[type[VaultScreen]]:
    found = [one for sub in base.__subclasses__() for one in (sub, *_all_screens(sub))]
    return [screen for screen in found if screen.NAME]


def test_every_screen_is_looked_at() -> None:
    assert {BreakGlass, SheetsGuide, *PLACES.values()} <= set(_all_screens())


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
    code = f"import sys, tui.shell.app; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[]\n"


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
        (("ctrl+n",), NewCase),
        (("ctrl+т",), NewCase),
        ((":backup",), BackupScreen),
        (("f3",), SearchScreen),
        (("enter", "p"), PersonForm),
        (("enter", "з"), PersonForm),
        (("enter", "n"), NoteEditor),
        (("enter", "e"), ExportScreen),
        (("enter", "escape"), CaseList),
        (("enter", "f3", "f8"), CaseList),
        ((":your access",), PLACES["own_access"]),
        ((":exchange",), PLACES["exchange"]),
        ((":approve",), PLACES["approve"]),
        (("enter", "g"), BreakGlass),
        ((":members",), PLACES["members"]),
        ((":devices",), PLACES["devices"]),
        (("enter", "w"), AccessScreen),
        (("enter", "s"), SectionsScreen),
    ],
)
def test_keys_lead_to_screens(keys: tuple[str, ...], screen: type[VaultScreen]) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, *keys)
        assert type(pilot.app.screen) is screen

    walk(StillApp(), steps)


@pytest.mark.parametrize("typed", ["yes", "нур", "msxalbvd", "ليلى", "7QM"])
def test_whoever_types_a_name_into_the_list_filters_it_and_opens_nothing(typed: str) -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        for event in XTermParser().feed(f"{typed}\r"):  # in one write: no letter is overtaken
            app.post_message(event)
        await settled(pilot)
        assert type(app.screen) is CaseList
        assert app.screen.query_one("#filter", SafeInput).value == typed
        await press(pilot, "escape")
        assert "CASES  4 cases" in shown(app)

    walk(app, steps)
    assert {act[0] for act in app.still.done} == {"unlock", "list"}


def test_who_makes_a_case_reads_who_can_open_it_too() -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "ctrl+n")
        assert "Joel Brandvik, your deputy, can open it too." in shown(pilot.app)

    walk(StillApp(), steps)


def test_f8_does_not_leave_a_form_that_holds_what_was_typed() -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "ctrl+n")
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
            assert command.words in text, command
        for command in EVERYWHERE:
            assert not command.shown or f"{command.shown} {command.brief}" in text
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, CaseList)

    walk(StillApp(), steps, size=(80, 50))


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


def test_f2_says_so_where_nothing_is_called_like_that_and_cuts_no_command() -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "f2")
        assert "Enter do it   Down into the list   Esc back" in shown(pilot.app)
        await type_in(pilot, "bundle")
        assert "Exchange with another member: take or make a bundle" in shown(pilot.app)
        await type_in(pilot, "zzz")
        assert "Nothing is called so." in shown(pilot.app)

    walk(StillApp(), steps)


def test_f2_shows_a_command_once_and_some_that_have_no_key() -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "f2")
        await type_in(pilot, "switch member")
        assert shown(pilot.app).count("Switch member") == 1
        await press(pilot, "escape", "enter", "f2")
        await type_in(pilot, "switch member")
        await press(pilot, "enter")

    app = StillApp()
    walk(app, steps)
    assert app.return_code == EXIT_SWITCHED
    assert [done for done in app.still.done if done[0] == "spot"] == [], "no place of the first is kept"


def test_an_error_of_the_vault_is_one_sentence_and_the_app_goes_on() -> None:
    class Full(StillCasework):
        @override
        def create(self, title: str, kind: str) -> str:
            raise TryAgainError("no room on the disk")

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "ctrl+n")
        await type_in(pilot, "Hearing")
        await press(pilot, "f4")
        assert "! No room on the disk. Free some space or wait, then repeat." in shown(pilot.app)
        assert isinstance(pilot.app.screen, NewCase)

    walk(StillApp(StillGateway(Full)), steps)
