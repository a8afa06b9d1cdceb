"""The app between its screens: what every screen has, and how one leads to another."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, NoReturn

import pytest
from textual import events
from textual._xterm_parser import XTermParser

from tests.services.founded import MEMBER, PASSPHRASE
from tests.tui.desk import Desk
from tests.tui.driving import shown
from tests.tui.house import JOEL, House
from tests.tui.still import press, settled, type_in
from tui.gateway import Gateway
from tui.gateway.acts_and_packages import Acting
from tui.screens.cases.case_list import CaseList
from tui.screens.credentials.recovery import SheetsGuide
from tui.screens.credentials.unlock_screen import script_words
from tui.screens.frame.act_form import ActForm
from tui.screens.frame.base import EVERYWHERE, VaultScreen
from tui.screens.frame.looking_back import HoldForm
from tui.screens.routes import PLACES, is_from_anywhere
from tui.shell.app import CaseVaultApp
from tui.shell.safe import EXIT_SWITCHED
from tui.widgets.fields import PassphraseInput, SafeInput
from tui.widgets.screen_lines import with_layouts
from vault.acts import every_act
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import TryAgainError
from vault.services.cases import case_changes, case_people, cases, notes
from vault.services.members import members
from vault.words.message import Message

pytestmark = pytest.mark.screen


def _all_screens(base: type[VaultScreen] = VaultScreen) -> list[type[VaultScreen]]:
    found = [screen for sub in base.__subclasses__() for screen in (sub, *_all_screens(sub))]
    return [screen for screen in found if screen.NAME]


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
    ":exchange": "Backup and exchange",
    ":import_a_bundle": "Import a bundle",
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
        amina.home().press(*(key.replace("_", " ") for key in keys.split()))
        led[keys] = " ".join(amina.lines().splitlines()[0].split())
    wrong = {
        keys: led[keys] for keys, head in LEADS.items() if not led[keys].startswith(head.format(ref=house_template.ref))
    }
    assert wrong == {}


def test_the_list_filters_after_a_slash_alone_and_takes_every_letter_then(amina: Desk) -> None:
    for typed in ("yes", "нур", "msxalbvd", "ليلى", "7QM", "nw!"):
        amina.home()
        amina.send(*XTermParser().feed(f"/{typed}\r"))  # in one write: no letter is overtaken
        amina.at("CASES 0 match").has(filter=typed)
        amina.press("escape").at("CASES 1 case")
    for letter in "zQ7%":
        amina.press(letter).at("CASES 1 case")


def test_what_help_calls_everywhere_works_on_the_list_and_so_do_the_keys_of_home(amina: Desk) -> None:
    heads = {"!": "In an emergency", "w": "Week", "ц": "Week", "v": "Log", "x": "Backup and exchange", "f3": "Search"}
    for key, head in heads.items():
        amina.home().press(key).at(head)


def test_an_emergency_is_one_key_away_on_every_screen_but_while_a_text_is_typed(amina: Desk) -> None:
    led = {}
    for place in PLACES.keys() - {"emergency"}:
        amina.home().call(partial(amina.app.action_go, place))
        if not isinstance(amina.app.focused, SafeInput):
            amina.press("!")
            led[place] = amina.lines().split("\n")[0].strip()
    assert len(led) > len(PLACES) / 2
    assert {place: head for place, head in led.items() if not head.startswith("In an emergency")} == {}


def test_who_makes_a_case_reads_who_can_open_it_too(amina: Desk) -> None:
    amina.press("ctrl+n").sees(f"{JOEL}, your deputy, can open it too.")


def test_f8_does_not_leave_a_form_that_holds_what_was_typed(amina: Desk) -> None:
    amina.press("ctrl+n", " Half a title", "f8").at("NEW CASE").sees("! Finish this or leave it with Esc first.")


def test_f1_shows_every_key_of_the_screen(amina: Desk) -> None:
    amina.resize(80, 50).press("f1")
    amina.sees(*(str(command.words) for command in CaseList.ACTS if command.action != "many"))
    amina.sees(*(f"{command.shown} {command.brief}" for command in EVERYWHERE if command.shown))
    amina.press("escape").at("CASES")
    amina.resize(120, 40)


def test_f2_runs_a_command_by_its_name_knows_no_screenshot_and_shows_each_once(amina: Desk) -> None:
    amina.press("f2").sees("Enter do it   Down into the list   Esc back")
    amina.press(" bundle")
    amina.sees("Import a bundle that was made for you", "Make a bundle: write what a member does not have")
    amina.press("ctrl+u", " zzz").sees("Nothing has this name.")
    amina.press("ctrl+u", " screenshot", "enter").sees("Nothing has this name.")
    amina.press("ctrl+u", " switch member")
    assert amina.lines().count("Switch member") == 1
    amina.press("ctrl+u", " make backup", "enter").at("BACKUP")


def test_f2_opens_each_act_that_needs_no_screen_of_its_own_on_the_case_under_the_cursor(amina: Desk) -> None:
    offered = [act for act in every_act() if is_from_anywhere(act)]
    assert {"case stage", "case close", "case reopen", "case edit"} - {act.name for act in offered} == {
        "case edit",  # a title is typed there, and it is kept under the case alone
    }
    assert not any(act.proves for act in offered), "a form that asks for no proof"
    for act in offered:
        amina.call(partial(amina.app.action_act, act.name)).press("escape").at("CASES")
    amina.press("f2", " stage: put", "enter").at("STAGE")
    amina.press("escape", "f3", "f2", " stage: put", "enter").sees("Stage. Case: the case's id or reference")
    amina.press(" nobody", "enter").sees("! You have no case with this id or reference.")
    amina.press("escape").home()


def test_f2_does_an_act_to_the_marked_cases_or_says_that_it_is_done_to_one(
    amina: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    amina.press("space", "f2", " close cases: ", "enter").at("CLOSE CASES").sees("1 marked case")
    amina.press("escape", "space")
    monkeypatch.setattr(CaseList, "cases_here", lambda _: (("a", "b"), "2 marked cases"))
    amina.press("f2", " stage: put", "enter")
    amina.sees("! This is done to one case at a time. Take the marks away first (Esc).")


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
    amina.press("ctrl+n", " Hearing", "f4").sees("! No room on the disk. Free some space or wait, then repeat.")
    amina.at("NEW CASE")


def test_the_list_is_sorted_and_filtered_while_somebody_types(amina: Desk) -> None:
    amina.sees("next date first")
    amina.press(":sort", ":sort").sees("by reference")
    amina.press("slash", "i", "l").at("CASES 1 match")
    amina.press("x").sees("No open case matches.", "Esc shows all.")
    amina.press("escape").at("CASES 1 case")
    amina.press(":sort", ":sort").sees("next date first")


def test_a_role_without_cases_is_told_where_to_go(house: House) -> None:
    with house.open("Mira") as mira:
        members.change_roles(mira, house.people["Dana"].member, ["auditor"], by_sheets=True)
    with house.desk("Dana") as dana:
        dana.sees("Your roles open no cases. F2 shows what you can do: members, log, backup.")


def test_marked_cases_are_flagged_assigned_and_closed_at_once(house: House) -> None:
    with house.open("Amina") as amina:
        for number in range(3):
            cases.create(amina, title=f"Fire {number}", kind="asylum")
    with house.desk("Amina") as desk:
        desk.press("space").sees("1 case is marked; F4 assigns, flags or closes it.", "F4 marked")
        desk.press("escape").sees_not("marked")
        desk.press("ctrl+a", "f4", "enter").sees("Change case 4 marked cases", "Risk", "Owner")
        desk.sees_not("Title", "Stage")
        desk.press(*"high", "f4").wait_for("4 cases were changed.")
        desk.press("ctrl+a", "f4", "enter").wait_for("Owner")
        desk.press("tab").wait_for("(1 of 5;")
        desk.press(*"nadia", "f4").wait_for("the owner of a case must hold it: grant it to ")
        desk.press("enter", "slash", " fire", "enter", "ctrl+a", "f4", "down", "enter", " Nobody was hurt.", "enter")
        desk.wait_for("3 cases were changed")
        desk.press("escape").at("CASES 1 case")
    with house.open("Amina") as amina:
        assert [row.risk for row in cases.list_all(amina, limit=9)] == ["high"]
        assert [row.risk for row in case_changes.list_closed(amina, limit=9)] == ["high"] * 3


# Unlocking: what is asked, what is shown of it, and what is left of the passphrase.
RIGHT = PASSPHRASE.decode()


def test_unlocking_takes_the_passphrase_out_of_its_field_and_wipes_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[bytearray] = []
    unlock = Gateway.unlock

    def watched(gateway: Gateway, member: str, passphrase: bytearray, waiting: Callable[[int], None]) -> None:
        taken.append(passphrase)
        unlock(gateway, member, passphrase, waiting)

    monkeypatch.setattr(Gateway, "unlock", watched)
    with house.desk("Mira", unlocks=False) as mira:
        field = mira.screen.query_one(PassphraseInput)
        mira.press(" wrong", "enter")
        mira.sees(
            "! No key slot opens with this name and passphrase. Check member name, passphrase and keyboard layout,"
            " then try again.",
            "lost for good? F9: recovery sheets open this vault",
        )
        mira.sees_not("•").is_in("passphrase")
        mira.press(f" {RIGHT}", "ctrl+a", "ctrl+c")
        assert mira.app.clipboard == ""
        mira.press("enter").at("CASES")
        assert field.value == ""
    assert taken == [bytearray(len("wrong")), bytearray(len(RIGHT))]


def test_nothing_is_shown_of_what_is_typed_not_even_its_length(house: House) -> None:
    with house.desk("Mira", unlocks=False) as mira:
        shown = set()
        for typed in (" lantern", " and a lot more of it, with words"):
            mira.press(typed)
            shown.add((mira.painted(), mira.app.cursor_position))
        assert len(shown) == 1
        mira.sees_not("•")


def test_the_last_opening_and_tries_that_failed_are_told_before_anybody_types(house: House) -> None:
    with house.desk("Mira") as mira:
        mira.at("CASES")
    with house.desk("Mira", unlocks=False) as mira:
        mira.sees("Last opened here 20").sees_not("failed since")
        mira.press(" wrong", "enter").sees("! 1 try failed since")
        mira.resize(60, 16).sees("recovery sheets open this vault", "F1 help", "F4 open", "Ctrl+Q quit")
    with house.desk("Mira") as mira:
        mira.at("CASES")
    with house.desk("Mira", unlocks=False) as mira:
        mira.sees_not("failed since")


def test_who_is_asked_first_when_nobody_is_named(house: House) -> None:
    house.place.proposed_today()
    with Desk(house.place, None) as desk:
        desk.press("enter", "enter").sees("! Type the member's name first.")
        # Typed ahead: no letter of the passphrase comes into the field that can be read.
        desk.send(*(events.Key(key, key if len(key) == 1 else None) for key in ("A", "m", "i", "enter", "q", "x", "z")))
        desk.has(member="Ami").sees_not("qxz")
        desk.clear("passphrase").clear("member").press(" Mira Halvorsen", "enter", f" {RIGHT}", "enter").at("CASES")


@pytest.mark.long
def test_the_screen_says_how_long_it_works_and_how_long_wrong_attempts_cost(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, waits = threading.Event(), threading.Event()

    def slow(_: Gateway, _member: str, _passphrase: bytearray, waiting: Callable[[int], None]) -> None:
        waits.wait(20)
        waiting(17)
        go_on.wait(20)
        waiting(0)
        raise TryAgainError(Message("no room on the disk"))

    monkeypatch.setattr(Gateway, "unlock", slow)
    with house.desk("Mira", unlocks=False) as mira:
        mira.press(f" {RIGHT}").press_and_wait("enter", "Opening, 1 s so far")
        waits.set()
        mira.wait_for("this one waits 17 s")
        go_on.set()
        mira.wait_for("! No room on the disk.")


def _hold_unlock(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Let no vault open before the event is set."""
    go_on = threading.Event()
    unlock = Gateway.unlock

    def slow(gateway: Gateway, member: str, passphrase: bytearray, waiting: Callable[[int], None]) -> None:
        go_on.wait(20)
        unlock(gateway, member, passphrase, waiting)

    monkeypatch.setattr(Gateway, "unlock", slow)
    return go_on


@pytest.mark.long
def test_what_is_typed_while_the_vault_opens_comes_into_no_field_and_help_loses_no_unlock(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = _hold_unlock(monkeypatch)
    with house.desk("Mira", unlocks=False) as mira:
        mira.press(f" {RIGHT}").press_and_wait("enter", "Opening, 1 s so far")
        for key in ("f1", "escape", "shift+tab", "tab", "f5", *"qxz"):
            mira.press_and_wait(key, "Opening")
        mira.has(member=MEMBER)
        assert "qxz" not in mira.painted()
        go_on.set()
        mira.wait_for("No case yet.")


def test_help_that_was_asked_for_as_a_wrong_passphrase_went_in_leaves_the_cursor_where_nothing_can_be_read(
    house: House,
) -> None:
    with house.desk("Mira", unlocks=False) as mira:
        mira.type_at_once("wrong", "enter", "f1").press("escape").sees("! No key slot opens")
        mira.type_at_once("qxz").has(member=MEMBER)
        assert "qxz" not in mira.painted()
        mira.clear("passphrase").type_at_once(RIGHT, "enter", "f1")
        mira.home()  # the help lies over it, or was asked for too late
        mira.at("CASES")


def test_a_screen_that_was_emptied_while_the_vault_opened_stays_empty(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = _hold_unlock(monkeypatch)
    with house.desk("Mira", unlocks=False) as mira:
        mira.press(f" {RIGHT}").press_and_wait("enter", "Opening")
        go_on.set()
        mira.press("f12").pause(1)
        assert mira.words() == ""


def test_the_script_of_what_is_typed_is_said() -> None:
    said = {
        "": "none yet",
        "lantern 7": "Latin",
        "фонарь": "Cyrillic",
        "lanteрn": "mixed (Latin, Cyrillic)",
        "7 - 9": "none yet",
    }
    assert {typed: str(script_words(typed)) for typed in said} == said


def test_f5_asks_for_keyfile_and_pin_which_nobody_sees_and_f5_again_takes_them_back(house: House) -> None:
    with house.desk("Mira", unlocks=False) as mira:
        mira.sees_not("Keyfile")
        mira.press(f" {RIGHT}", "f5").sees("Keyfile: where it is, if you have one")
        mira.press(" /stick/holiday.bin", "tab", " 246810")
        assert "246810" not in mira.painted()
        mira.press("f5", "f5").sees_not("holiday")
        mira.press("f5", "f4").at("CASES")
        assert mira.gateway.pin == ""


def test_f7_shows_how_long_the_passphrase_is_and_never_a_letter_of_it(house: House) -> None:
    with house.desk("Mira", unlocks=False) as mira:
        mira.press(" фонарь").sees("Letters typed: Cyrillic").sees_not("6 characters")
        mira.press("f7").sees("Letters typed: Cyrillic, 6 characters")
        mira.press("shift+tab").is_in("member")
        assert "фонарь" not in mira.painted()


# An act of the app is done once it was shown, whole, and as it was agreed: also for who types ahead, or leaves.
@contextmanager
def held_up(monkeypatch: pytest.MonkeyPatch, name: str) -> Iterator[Callable[[], None]]:
    """Let a step of the gateway wait, as on a slow disk; give what lets it go on."""
    real: Callable[..., Any] = getattr(Acting, name)
    gate = threading.Event()

    def slow(*args: Any, **named: Any) -> Any:
        gate.wait(20)
        return real(*args, **named)

    monkeypatch.setattr(Acting, name, slow)
    yield gate.set
    gate.set()


def keys(desk: Desk, *typed: str) -> None:
    """Press keys while a worker waits: nothing comes to rest meanwhile."""

    async def go() -> None:
        for key in typed:
            await desk.pilot.press(key)
            await asyncio.sleep(0.1)

    desk._run(go())


def text(desk: Desk) -> str:
    return " ".join(shown(desk.app).split())


def test_what_is_not_read_yet_is_not_erased(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with house.open("Amina") as amina:
        made = cases.create(amina, title="Haile317 asylum", kind="asylum")
        case_people.add(amina, made.case, role="client", names=["Ahmad Haile317"])
    with house.desk("Amina") as desk, held_up(monkeypatch, "shown") as let_go:
        desk.press("slash", " Haile317", "enter", "enter", "2")

        async def open_form() -> None:
            await press(desk.pilot, "f2")
            await type_in(desk.pilot, "erase for good")
            await desk.pilot.press("enter")
            await asyncio.sleep(0.2)

        desk._run(open_form())
        keys(desk, "f4")
        assert "What would be done is still being read." in text(desk)
        let_go()
        desk._run(settled(desk.pilot))
        desk.sees("This is erased for good", f"New title of {made.ref}")
    with house.open("Amina") as amina:
        assert list(case_people.names_in(amina, made.case).values()) == ["Ahmad Haile317"]


def test_a_form_is_not_left_while_its_act_works_and_its_letter_comes(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with house.open("Amina") as amina:
        notes.add(amina, house.case, Note(NoteKind.CONTACT, "by mistake"))
    with house.desk("Amina") as desk:
        desk.press("enter", "end", ":erase for good", "f4").sees("for good?")
        with held_up(monkeypatch, "carry_out") as let_go:
            keys(desk, "y", "escape", "f4", "escape")
            assert "Erasing" in text(desk)
            let_go()
            desk._run(settled(desk.pilot))
        desk.sees("The letter about it")


def test_a_form_whose_act_cannot_be_looked_at_yet_keeps_what_is_typed_and_looks_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_now(*_: object) -> NoReturn:
        raise TryAgainError(Message("the list is being read"))

    with house.desk("Amina") as desk:
        with monkeypatch.context() as patched:
            patched.setattr(Acting, "shown", not_now)
            desk.press("enter", "2", ":erase").at("Erase for good").sees("! The list is being read.")
        desk.press("f4").sees("This is erased for good, with every earlier version: 1 x person")


def test_another_act_throws_away_nothing_that_was_typed(house: House) -> None:
    with house.desk("Amina") as desk:
        desk.press("enter", "m", " of a teacher", "ctrl+w")
        desk.sees("Keep what you typed first (F4), or leave it (Esc).", "of a teacher")
        desk.press("f4", "m", "ctrl+w").sees("Why is this case closed?")
