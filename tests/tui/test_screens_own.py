"""One's own access: what is asked, what is refused, what opens the vault afterwards, and that no secret stays."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest
from textual import events
from typing_extensions import override

from tests.services.founded import PASSPHRASE
from tests.services.test_factors import HeldKey
from tests.tui.desk import Desk
from tests.tui.house import House
from tui.gateway.own import OwnAccess
from tui.values_own import Proof
from vault.errors import RefusedError, TryAgainError, VaultError, WrongPassphraseError

pytestmark = pytest.mark.screen

RIGHT = PASSPHRASE.decode()
OWN = "a heron counts tin boats"


def _opens(house: House, passphrase: str = RIGHT, keyfile: str = "") -> bool:
    """Say whether this opens the seat of Mira in the app."""
    with house.desk("Mira", unlocks=False) as mira:
        mira.press(f" {passphrase}")
        if keyfile:
            mira.press("f5", f" {keyfile}")
        mira.press("enter")
        return mira.words().startswith("CASES")


# ---- passphrase ----------------------------------------------------------------------------------------------------


def test_a_made_passphrase_is_shown_once_typed_back_and_only_then_counts(house: House) -> None:
    with house.desk("Mira") as mira:
        mira.press(":your access", "p", "right", "f4")
        mira.sees("! Type all that lets you in now.")
        mira.press(" wrong", "f4")
        mira.at("CHANGE THE PASSPHRASE")
        mira.sees("! No key slot opens with this name and passphrase.")
        assert mira.focused() == "now"
        mira.press(f" {RIGHT}", "f4")
        made = re.findall(r"\d\. (\S+)", mira.lines())
        assert len(made) >= 4
        mira.press("f4")
        assert not any(word in mira.painted() for word in made)
        mira.sees("F4 compare")
        mira.press(f" {made[0]}", "enter")
        mira.sees("! That is not what was shown. Here it is once more.", *made, "F4 it is on paper")
        mira.press("escape")
        mira.sees("Nothing was changed.")
        assert not any(word in mira.painted() for word in made)
        mira.fill(now=RIGHT)
        mira.press("f4")
        again = re.findall(r"\d\. (\S+)", mira.lines())
        mira.press("f4", f" {'  '.join(again).upper()}", "f4")
        mira.at("YOUR ACCESS")
        mira.sees("The passphrase is changed. Copies of the vault from before")
        assert not any(word in mira.painted() for word in again)
    assert not _opens(house)
    assert _opens(house, " ".join(again))


def test_ones_own_passphrase_is_typed_twice_and_refused_when_weak(house: House) -> None:
    with house.desk("Mira") as mira:
        mira.press(":your access", "p", "right", "right", "right", "f4")
        mira.sees("! Type the new one.")
        mira.fill(new="lantern", again="lantexn", now=RIGHT)
        mira.press("f4")
        mira.sees("! The two are not the same. Type both again.")
        assert mira.value("new") == ""
        mira.fill(new="lantern", again="lantern")
        mira.press("f4")
        mira.sees("! This passphrase is too easy to guess. Type another one, or have one made for you.")
        assert mira.value("now") == RIGHT, "what lets somebody in is not typed again"
        mira.press(f" {OWN}", "tab", f" {OWN}", "f4")
        mira.at("YOUR ACCESS")
    assert _opens(house, OWN)


def test_a_change_that_fails_behind_the_paper_says_that_its_words_still_stand(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise TryAgainError("no room")

    with house.desk("Mira") as mira:
        mira.press(":your access", "p", "tab", f" {RIGHT}", "f4")
        made = " ".join(re.findall(r"\d\. (\S+)", mira.lines()))
        with monkeypatch.context() as patched:
            patched.setattr(OwnAccess, "change_passphrase", full)
            mira.press("f4", f" {made}", "f4")
        mira.sees("Nothing was changed; F4 tries the words on your paper again.")
        mira.press(f" {RIGHT}", "f4")
        mira.at("YOUR ACCESS")
    assert _opens(house, made)


def test_who_must_wait_after_wrong_attempts_sees_the_seconds(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()

    def wait(_own: OwnAccess, _proof: Proof, waiting: object) -> None:
        assert callable(waiting)
        waiting(3)
        go_on.wait(20)
        waiting(0)

    monkeypatch.setattr(OwnAccess, "check", wait)
    with house.desk("Mira") as mira:
        mira.press(":your access", "p", "tab", f" {RIGHT}")
        mira.press_and_wait("f4", "There were wrong attempts: this one waits 3 s.")
        go_on.set()
        mira.wait_for("YOUR NEW PASSPHRASE")


@pytest.mark.parametrize("is_right", [True, False])
def test_what_was_typed_to_change_ones_access_is_wiped(is_right: bool, house: House, tmp_path: Path) -> None:
    desk = house.desk("Mira")
    with desk:
        own = desk.gateway.own
        for act in (
            lambda proof: own.change_passphrase(proof, new, lambda _: None),
            lambda proof: own.add_keyfile(proof, tmp_path / "file", lambda _: None),
        ):
            new, typed = bytearray(OWN.encode()), bytearray(PASSPHRASE if is_right else b"wrong")
            proof = Proof(typed)
            try:
                act(proof)
            except VaultError as error:
                assert not is_right or isinstance(error, WrongPassphraseError | RefusedError)
            assert not any(typed)


# ---- keyfile and security key --------------------------------------------------------------------------------------


def test_a_keyfile_is_needed_from_then_on_and_no_more_once_it_was_taken_away(house: House, tmp_path: Path) -> None:
    file = tmp_path / "holiday.bin"
    with house.desk("Mira") as mira:
        mira.press(":your access", "k", "f4")
        mira.sees("! Type the whole path of the new file")
        mira.press(f" {file}", "f4")
        mira.sees("! Type all that lets you in now.")
        assert mira.focused() == "now"
        mira.press(f" {RIGHT}", "f4")
        mira.sees(f"From now on you need {file} too", "keyfile needed too")
    assert not _opens(house)
    with house.desk("Mira", unlocks=False) as mira:
        mira.press(f" {RIGHT}", "f5", f" {file}", "enter", ":your access", "k")
        mira.sees("NEED IT NO MORE", "keyfile")
        mira.fill(now=RIGHT, now_keyfile=str(file))
        mira.press("f4", "enter")
        mira.at("NEED IT NO MORE")
        mira.press("f4", "y")
        mira.sees("The keyfile is needed no more.", "keyfile not used")
    assert _opens(house)


@pytest.mark.parametrize("next_field", ["tab", "enter"])
def test_a_passphrase_typed_ahead_does_not_come_into_the_field_that_can_be_read(next_field: str, house: House) -> None:
    with house.desk("Mira") as mira:
        mira.press(":your access", "k")
        mira.send(*(events.Key(key, key if len(key) == 1 else None) for key in ("a", next_field, "s", "e", "v")))
        assert (mira.value("file"), mira.value("now")) == ("a", "sev")


class TouchedKey(HeldKey):
    """Answers once it is touched."""

    def __init__(self) -> None:
        super().__init__()
        self.touched = threading.Event()

    @override
    def enrol(self) -> None:
        self.touched.wait(20)


def test_a_security_key_is_asked_for_its_pin_which_nobody_sees_and_for_a_touch(house: House) -> None:
    key, pins = TouchedKey(), list[str]()

    def plugged_in(desk: Desk) -> Desk:
        def provider(ask_pin: object) -> TouchedKey:
            assert callable(ask_pin)
            pins.append(ask_pin())
            return key

        desk.gateway.own.security_key = provider
        return desk

    with plugged_in(house.desk("Mira")) as mira:
        mira.press(":your access", "y", "f4")
        mira.sees("! Type the PIN of the key that is plugged in.")
        mira.press(" 246810")
        assert "246810" not in mira.painted()
        mira.fill(now=RIGHT)
        mira.press_and_wait("f4", "Touch the security key when it blinks.")
        key.touched.set()
        mira.wait_for("security key needed too")
        mira.press("y")
        mira.fill(now=RIGHT, now_pin="246810")
        mira.press("f4", "y")
        mira.sees("The security key is needed no more.", "security key not used")
    assert pins == ["246810", "246810"]
