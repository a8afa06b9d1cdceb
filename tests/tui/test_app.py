"""The app between its screens: what every screen has, and how one leads to another."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from typing import NoReturn

import pytest
from textual._xterm_parser import XTermParser

from tests.tui.desk import Desk
from tests.tui.house import JOEL, House
from tui.gateway.acts_and_packages import Acting
from tui.screens.cases.case_list import CaseList
from tui.screens.credentials.recovery import SheetsGuide
from tui.screens.frame.act_form import ActForm
from tui.screens.frame.base import EVERYWHERE, VaultScreen
from tui.screens.frame.looking_back import HoldForm
from tui.screens.routes import PLACES, acts_by_name
from tui.shell.app import CaseVaultApp
from tui.shell.safe import EXIT_SWITCHED
from tui.text.in_words import in_words
from tui.widgets.fields import SafeInput
from tui.widgets.screen_lines import with_layouts
from vault.acts import every_act
from vault.acts.act import Act
from vault.errors import TryAgainError
from vault.services.cases import case_changes, cases
from vault.services.members import members
from vault.words.message import Message

pytestmark = pytest.mark.screen


def _all_screens(base: type[VaultScreen] = VaultScreen) -> list[type[VaultScreen]]:
    found = [screen for sub in base.__subclasses__() for screen in (sub, *_all_screens(sub))]
    return [screen for screen in found if screen.NAME]


# ---- what every screen has -----------------------------------------------------------------------------------------


def test_every_screen_is_looked_at() -> None:
    places = {place for place in PLACES.values() if isinstance(place, type)}
    assert {ActForm, HoldForm, SheetsGuide, *places} <= set(_all_screens())


def test_every_command_of_every_screen_has_an_action() -> None:
    def acts(screen: type[VaultScreen], action: str) -> bool:
        place, _, name = action.partition("(")[0].rpartition(".")
        return callable(getattr(CaseVaultApp if place == "app" else screen, f"action_{name}", None))

    asked = [(screen, command.action) for screen in _all_screens() for command in (*screen.ACTS, *EVERYWHERE)]
    assert [pair for pair in asked if not acts(*pair)] == []


def test_every_letter_works_in_the_russian_layout() -> None:
    def lacks(screen: type[VaultScreen]) -> set[str]:
        bound = {key for binding in screen.BINDINGS for key in binding.key.split(",")}  # type: ignore[union-attr]  # our own table holds bindings only
        letters = [key for command in screen.ACTS for key in command.keys.split(",") if len(key) == 1]
        return {alias for letter in letters for alias in with_layouts(letter).split(",")} - bound

    assert {screen: lacks(screen) for screen in _all_screens() if lacks(screen)} == {}


def test_the_first_paint_needs_neither_the_library_nor_its_database() -> None:
    heavy = ("sqlalchemy", "sqlcipher3", "cryptography", "argon2", "alembic", "typst", "vault.services", "vault.access")
    code = f"import sys, tui.shell.app; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[]\n"


# ---- moving about --------------------------------------------------------------------------------------------------

LEADS = {
    "enter": "{ref}",
    "ctrl+n": "New case",
    "ctrl+т": "New case",
    ":backup": "Backup",
    "f3": "Search",
    "enter p": "New person",
    "enter з": "New person",
    "enter n": "Note",
    "enter e": "Export",
    "enter escape": "Cases",
    "enter f3 f8": "Cases",
    ":your_access": "Your access",
    ":exchange": "Exchange",
    ":approve": "Approve",
    "enter g": "Break glass",
    ":members": "Members",
    ":devices": "Devices",
    "enter w": "Who can open it",
    "enter s": "Restricted sections",
    ":log": "Log",
}


def test_keys_lead_to_screens(amina: Desk, house_template: House) -> None:
    led = {}
    for keys in LEADS:
        amina.home()
        amina.press(*(key.replace("_", " ") for key in keys.split()))
        led[keys] = " ".join(amina.lines().splitlines()[0].split())
    wrong = {
        keys: led[keys] for keys, head in LEADS.items() if not led[keys].startswith(head.format(ref=house_template.ref))
    }
    assert wrong == {}


def test_the_list_filters_after_a_slash_alone_and_takes_every_letter_then(amina: Desk) -> None:
    for typed in ("yes", "нур", "msxalbvd", "ليلى", "7QM", "nw!"):
        amina.home()
        amina.send(*XTermParser().feed(f"/{typed}\r"))  # in one write: no letter is overtaken
        amina.at("CASES 0 match")
        assert amina.value("filter") == typed
        amina.press("escape")
        amina.at("CASES 1 case")
    for letter in "zQ7%":
        amina.press(letter)
        amina.at("CASES 1 case")


def test_what_help_calls_everywhere_works_on_the_list_and_so_do_the_keys_of_home(amina: Desk) -> None:
    heads = {"!": "In an emergency", "w": "Week", "ц": "Week", "v": "Log", "x": "Backup and exchange", "f3": "Search"}
    for key, head in heads.items():
        amina.home()
        amina.press(key)
        amina.at(head)


def test_an_emergency_is_one_key_away_on_every_screen_but_while_a_text_is_typed(amina: Desk) -> None:
    led = {}
    for place in PLACES.keys() - {"emergency"}:
        amina.home()
        amina.call(partial(amina.app.action_go, place))
        if not isinstance(amina.app.focused, SafeInput):
            amina.press("!")
            led[place] = amina.lines().split("\n")[0].strip()
    assert len(led) > len(PLACES) / 2
    assert {place: head for place, head in led.items() if not head.startswith("In an emergency")} == {}


def test_who_makes_a_case_reads_who_can_open_it_too(amina: Desk) -> None:
    amina.press("ctrl+n")
    amina.sees(f"{JOEL}, your deputy, can open it too.")


def test_f8_does_not_leave_a_form_that_holds_what_was_typed(amina: Desk) -> None:
    amina.press("ctrl+n", " Half a title", "f8")
    amina.at("NEW CASE")
    amina.sees("! Finish this or leave it with Esc first.")


def test_f1_shows_every_key_of_the_screen(amina: Desk) -> None:
    amina.resize(80, 50)
    amina.press("f1")
    amina.sees(*(str(command.words) for command in CaseList.ACTS if command.action != "many"))
    amina.sees(*(f"{command.shown} {command.brief}" for command in EVERYWHERE if command.shown))
    amina.press("escape")
    amina.at("CASES")
    amina.resize(120, 40)


def test_f2_runs_a_command_by_its_name_knows_no_screenshot_and_shows_each_once(amina: Desk) -> None:
    amina.press("f2")
    amina.sees("Enter do it   Down into the list   Esc back")
    amina.press(" bundle")
    amina.sees("Exchange with another member: import or make a bundle")
    amina.press("ctrl+u", " zzz")
    amina.sees("Nothing has this name.")
    amina.press("ctrl+u", " screenshot", "enter")
    amina.sees("Nothing has this name.")
    amina.press("ctrl+u", " switch member")
    assert amina.lines().count("Switch member") == 1
    amina.press("ctrl+u", " make backup", "enter")
    amina.at("BACKUP")


def test_f2_knows_every_act_by_its_name_and_opens_it_on_what_lies_under_the_cursor(amina: Desk) -> None:
    named = {in_words(command.words).split(":")[0] for command in (*EVERYWHERE, *acts_by_name([]))}
    assert {in_words(act.title) for act in every_act()} - named == {
        in_words(act.title) for act in PLACES.values() if isinstance(act, Act)
    }
    amina.press("f2", " legal hold", "enter")
    amina.at("LEGAL HOLD")
    amina.press("escape")
    amina.at("CASES")
    amina.press("f3", "f2", " legal hold", "enter")
    amina.sees("Legal hold. Case: the case's id or reference")
    amina.press(" nobody", "enter")
    amina.sees("! You have no case with this id or reference.")
    amina.press("nobody", "enter", "f4")
    amina.sees("! ")
    amina.press("escape")
    amina.home()


def test_switching_the_member_ends_this_session_and_remembers_no_place(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", ":switch member")
        assert amina.app.return_code == EXIT_SWITCHED
    with house.desk("Amina") as amina:
        amina.at("CASES")


def test_an_error_of_the_vault_is_one_sentence_and_the_app_goes_on(
    amina: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> NoReturn:
        raise TryAgainError(Message("no room on the disk"))

    monkeypatch.setattr(Acting, "try_at_once", full)
    amina.press("ctrl+n", " Hearing", "f4")
    amina.sees("! No room on the disk. Free some space or wait, then repeat.")
    amina.at("NEW CASE")


def test_the_list_is_sorted_and_filtered_while_somebody_types(amina: Desk) -> None:
    amina.sees("next date first")
    amina.press(":sort", ":sort")
    amina.sees("by reference")
    amina.press("slash", "i", "l")
    amina.at("CASES 1 match")
    amina.press("x")
    amina.sees("No open case matches.", "Esc shows all.")
    amina.press("escape")
    amina.at("CASES 1 case")
    amina.press(":sort", ":sort")
    amina.sees("next date first")


def test_a_role_without_cases_is_told_where_to_go(house: House) -> None:
    with house.open("Mira") as mira:
        members.change_roles(mira, house.people["Dana"].member, ["auditor"], by_root=True)
    with house.desk("Dana") as dana:
        dana.sees("Your roles open no cases. F2 shows what you can do: members, log, backup.")


def test_marked_cases_are_flagged_assigned_and_closed_at_once(house: House) -> None:
    with house.open("Amina") as amina:
        for number in range(3):
            cases.create(amina, title=f"Fire {number}", kind="asylum")
    with house.desk("Amina") as desk:
        desk.press("space")
        desk.sees("1 case is marked; F4 assigns, flags or closes it.", "F4 marked")
        desk.press("escape")
        desk.sees_not("marked")
        desk.press("ctrl+a", "f4", "enter")
        desk.sees("Change case 4 marked cases", "Risk", "Owner")
        desk.sees_not("Title", "Stage")
        desk.press(*"high", "f4")
        desk.wait_for("4 cases were changed.")
        desk.press("ctrl+a", "f4", "enter")
        desk.wait_for("Owner")
        desk.press("tab")
        desk.wait_for("(1 of 5;")
        desk.press(*"nadia", "f4")
        desk.wait_for("the owner of a case must hold it: grant it to ")
        desk.press("enter", "slash", " fire", "enter", "ctrl+a", "f4", "down", "enter", " Nobody was hurt.", "enter")
        desk.wait_for("3 cases were changed")
        desk.press("escape")
        desk.at("CASES 1 case")
    with house.open("Amina") as amina:
        assert [row.risk for row in cases.list_all(amina, limit=9)] == ["high"]
        assert [row.risk for row in case_changes.list_closed(amina, limit=9)] == ["high"] * 3
