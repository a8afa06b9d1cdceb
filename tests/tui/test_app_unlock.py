"""Unlocking: what is asked, what is shown of it, and what is left of the passphrase."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from textual import events

from tests.services.founded import MEMBER, PASSPHRASE
from tests.tui.desk import Desk
from tests.tui.house import House
from tui.gateway import Gateway
from tui.screens.credentials.unlock_screen import script_words
from tui.widgets.fields import PassphraseInput
from vault.errors import TryAgainError
from vault.words.message import Message

pytestmark = pytest.mark.screen

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
        mira.sees_not("•")
        assert mira.focused() == "passphrase"
        mira.press(f" {RIGHT}", "ctrl+a", "ctrl+c")
        assert mira.app.clipboard == ""
        mira.press("enter")
        mira.at("CASES")
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
        mira.sees("Last opened here 20")
        mira.sees_not("failed since")
        mira.press(" wrong", "enter")
        mira.sees("! 1 try failed since")
        mira.resize(60, 16)
        mira.sees("recovery sheets open this vault", "F1 help", "F4 open", "Ctrl+Q quit")
    with house.desk("Mira") as mira:
        mira.at("CASES")
    with house.desk("Mira", unlocks=False) as mira:
        mira.sees_not("failed since")


def test_who_is_asked_first_when_nobody_is_named(house: House) -> None:
    house.place.proposed_today()
    with Desk(house.place, None) as desk:
        desk.press("enter", "enter")
        desk.sees("! Type the member's name first.")
        # Typed ahead: no letter of the passphrase comes into the field that can be read.
        desk.send(*(events.Key(key, key if len(key) == 1 else None) for key in ("A", "m", "i", "enter", "q", "x", "z")))
        assert desk.value("member") == "Ami"
        desk.sees_not("qxz")
        desk.clear("passphrase")
        desk.clear("member")
        desk.press(" Mira Halvorsen", "enter", f" {RIGHT}", "enter")
        desk.at("CASES")


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
        mira.press(f" {RIGHT}")
        mira.press_and_wait("enter", "Opening, 1 s so far")
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
        mira.press(f" {RIGHT}")
        mira.press_and_wait("enter", "Opening, 1 s so far")
        for key in ("f1", "escape", "shift+tab", "tab", "f5", *"qxz"):
            mira.press_and_wait(key, "Opening")
        assert mira.value("member") == MEMBER
        assert "qxz" not in mira.painted()
        go_on.set()
        mira.wait_for("No case yet.")


def test_help_that_was_asked_for_as_a_wrong_passphrase_went_in_leaves_the_cursor_where_nothing_can_be_read(
    house: House,
) -> None:
    with house.desk("Mira", unlocks=False) as mira:
        mira.type_at_once("wrong", "enter", "f1")
        mira.press("escape")
        mira.sees("! No key slot opens")
        mira.type_at_once("qxz")
        assert mira.value("member") == MEMBER
        assert "qxz" not in mira.painted()
        mira.clear("passphrase")
        mira.type_at_once(RIGHT, "enter", "f1")
        mira.home()  # the help lies over it, or was asked for too late
        mira.at("CASES")


def test_a_screen_that_was_emptied_while_the_vault_opened_stays_empty(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = _hold_unlock(monkeypatch)
    with house.desk("Mira", unlocks=False) as mira:
        mira.press(f" {RIGHT}")
        mira.press_and_wait("enter", "Opening")
        go_on.set()
        mira.press("f12")
        mira.pause(1)
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
        mira.press(f" {RIGHT}", "f5")
        mira.sees("Keyfile: where it is, if you have one")
        mira.press(" /stick/holiday.bin", "tab", " 246810")
        assert "246810" not in mira.painted()
        mira.press("f5", "f5")
        mira.sees_not("holiday")
        mira.press("f5", "f4")
        mira.at("CASES")
        assert mira.gateway.pin == ""


def test_f7_shows_how_long_the_passphrase_is_and_never_a_letter_of_it(house: House) -> None:
    with house.desk("Mira", unlocks=False) as mira:
        mira.press(" фонарь")
        mira.sees("Letters typed: Cyrillic")
        mira.sees_not("6 characters")
        mira.press("f7")
        mira.sees("Letters typed: Cyrillic, 6 characters")
        mira.press("shift+tab")
        assert mira.focused() == "member"
        assert "фонарь" not in mira.painted()
