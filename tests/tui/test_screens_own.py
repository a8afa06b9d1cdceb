"""One's own access: what is asked, what is refused, what opens the vault afterwards, and that no secret stays."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from textual import events
from typing_extensions import override

from tests.services.colleague import admit
from tests.services.founded import PASSPHRASE
from tests.services.test_factors import HeldKey
from tests.tables import each
from tests.tui.desk import Desk
from tests.tui.house import CLIENT, House
from tui.gateway.ways_in import OwnAccess
from tui.screens.frame.desk import Settings
from tui.shell.looking import Eyes, KeptSettings
from tui.values.access_shown import ProofTyped
from vault.access.session import Session
from vault.clock import now_ms
from vault.errors import TryAgainError, WrongPassphraseError
from vault.policy.roles import Role
from vault.services.credentials import entering, recovery
from vault.services.credentials.entering import Proof
from vault.words.message import Message

pytestmark = pytest.mark.screen

RIGHT = PASSPHRASE.decode()
OWN = "a heron counts tin boats"
ROW = re.compile(r"^\s+\d+\s+\d+ ([a-z]+)\s+\d+ ([a-z]+)\s+\d+ ([a-z]+)\s+(\d{3})", re.MULTILINE)
DAY_MS = 86_400_000


def _opens(house: House, passphrase: str = RIGHT, keyfile: str = "") -> bool:
    """Say whether this opens the seat of Mira in the app."""
    with house.desk("Mira", unlocks=False) as mira:
        mira.press(f" {passphrase}")
        if keyfile:
            mira.press("f5", f" {keyfile}")
        mira.press("enter")
        return mira.words().startswith("Cases")


def test_a_made_passphrase_is_shown_once_typed_back_and_only_then_counts(house: House) -> None:
    with house.desk("Mira") as mira:
        mira.press(":your access", "p", "right", "f4")
        mira.sees("! Type all that is asked here.")
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
        mira.press("escape").sees("Nothing was changed.")
        assert not any(word in mira.painted() for word in made)
        mira.fill(now=RIGHT).press("f4")
        again = re.findall(r"\d\. (\S+)", mira.lines())
        mira.press("f4", f" {'  '.join(again).upper()}", "f4")
        mira.sees("The passphrase is changed.", "Older copies of the vault")
        mira.press("enter")
        mira.at("YOUR ACCESS")
        assert not any(word in mira.painted() for word in again)
    assert not _opens(house)
    assert _opens(house, " ".join(again))


def test_ones_own_passphrase_is_typed_twice_and_refused_when_weak(house: House) -> None:
    with house.desk("Mira") as mira:
        mira.press(":your access", "p", "right", "right", "right", "f4").sees("! Type the new one.")
        mira.fill(new="lantern", again="lantexn", now=RIGHT).press("f4")
        mira.sees("! The two are not the same. Type both again.").has(new="")
        mira.fill(new="lantern", again="lantern").press("f4")
        mira.sees("! This passphrase is too easy to guess. Type another one, or have one made for you.")
        assert mira.value("now") == RIGHT, "what lets somebody in is not typed again"
        mira.press(f" {OWN}", "tab", f" {OWN}", "f4", "enter")
        mira.at("YOUR ACCESS")
    assert _opens(house, OWN)


def test_a_change_that_fails_behind_the_paper_says_that_its_words_still_stand(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise TryAgainError(Message("no room"))

    with house.desk("Mira") as mira:
        mira.press(":your access", "p", "tab", f" {RIGHT}", "f4")
        made = " ".join(re.findall(r"\d\. (\S+)", mira.lines()))
        with monkeypatch.context() as patched:
            patched.setattr(entering, "change_passphrase", full)
            mira.press("f4", f" {made}", "f4")
        mira.sees("Nothing was changed; F4 tries the words on your paper again.")
        mira.press(f" {RIGHT}", "f4", "enter")
        mira.at("YOUR ACCESS")
    assert _opens(house, made)


def test_who_must_wait_after_wrong_attempts_sees_the_seconds(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()

    def wait(_own: OwnAccess, _typed: ProofTyped, pending: Callable[[int], None]) -> None:
        pending(3)
        go_on.wait(20)
        pending(0)

    monkeypatch.setattr(OwnAccess, "check", wait)
    with house.desk("Mira") as mira:
        mira.press(":your access", "p", "tab", f" {RIGHT}")
        mira.press_and_wait("f4", "There were wrong attempts: this one waits 3 s.")
        go_on.set()
        mira.wait_for("Your new passphrase")


def test_what_was_typed_to_change_ones_access_is_wiped_whether_it_was_right_or_not(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    change, given = entering.change_passphrase, list[bytearray]()

    def seen(session: Session, proof: Proof) -> None:
        given.extend((proof.factors.passphrase, proof.new))
        change(session, proof)

    monkeypatch.setattr(entering, "change_passphrase", seen)
    with house.desk("Mira") as mira:
        wrong, right = bytearray(b"wrong"), bytearray(PASSPHRASE)
        with pytest.raises(WrongPassphraseError):
            mira.gateway.own.check(ProofTyped(wrong), print)
        mira.gateway.own.check(ProofTyped(right), print)
        assert right == PASSPHRASE, "the act that follows needs it"
        mira.press(":your access", "p", "right", "right", "right")
        for now in ("wrong", RIGHT):
            mira.fill(new=OWN, again=OWN, now=now)
            mira.press("f4")
        mira.sees("The passphrase is changed.")
    assert len(given) == 4
    assert not any(map(any, (wrong, *given)))


def test_a_keyfile_is_needed_from_then_on_and_no_more_once_it_was_taken_away(house: House, tmp_path: Path) -> None:
    file = tmp_path / "holiday.bin"
    with house.desk("Mira") as mira:
        mira.press(":your access", "k", "f4")
        mira.sees("! New file: is empty.")
        mira.press(f" {file}", "f4")
        mira.sees("! Type all that is asked here.")
        assert mira.focused() == "now"
        mira.press(f" {RIGHT}", "f4")
        mira.sees(f"From now on you need {file} too", "Older copies of the vault")
        mira.press("enter")
        mira.sees("keyfile needed too")
        assert [said for said in mira.app.typed_last.values() if "/" in said] == []
    assert not _opens(house)
    with house.desk("Mira", unlocks=False) as mira:
        mira.press(f" {RIGHT}", "f5", f" {file}", "enter", ":your access", "k")
        mira.sees("No longer needed", "keyfile")
        mira.fill(now=RIGHT, now_keyfile=str(file))
        mira.press("f4", "enter")
        mira.at("No longer needed")
        mira.press("f4", "y", "enter")
        mira.sees("The keyfile is no longer needed.", "keyfile not used")
        assert [said for said in mira.app.typed_last.values() if "/" in said] == []
    assert _opens(house)


@pytest.mark.parametrize("next_field", ["tab", "enter"])
def test_a_passphrase_typed_ahead_does_not_come_into_the_field_that_can_be_read(next_field: str, house: House) -> None:
    with house.desk("Mira") as mira:
        mira.press(":your access", "k")
        mira.send(*(events.Key(key, key if len(key) == 1 else None) for key in ("a", next_field, "s", "e", "v")))
        assert (mira.value("out"), mira.value("now")) == ("a", "sev")


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

    def plugged_in(ask_pin: Callable[[], str]) -> TouchedKey:
        pins.append(ask_pin())
        return key

    with house.desk("Mira") as mira:
        mira.gateway.own.security_key = plugged_in
        mira.press(":your access", "y", "f4")
        mira.sees("! Type all that is asked here.")
        mira.fill(now_pin="246810")
        assert "246810" not in mira.painted()
        mira.fill(now=RIGHT).press_and_wait("f4", "Touch the security key when it blinks.")
        key.touched.set()
        mira.wait_for("From now on you need this key too")
        mira.press("enter")
        mira.sees("security key needed too")
        mira.press("y")
        mira.fill(now=RIGHT, now_pin="246810")
        mira.press("f4", "y", "enter")
        mira.sees("The security key is no longer needed.", "security key not used")
    assert pins == ["246810", "246810"]


def _copy(desk: Desk) -> list[str]:
    """Return the rows of the sheet that is shown, as somebody copies them."""
    rows = [" ".join(found) for found in ROW.findall(desk.lines())]
    assert len(rows) == 11
    return rows


def _answer(desk: Desk, rows: list[str], *, wrong: bool = False) -> None:
    """Type the three words that are asked for; four letters of each are enough."""
    words = [word for row in rows for word in row.split()[:3]]
    for place in re.findall(r"word (\d+)", desk.lines()):
        right = words[int(place) - 1]
        desk.press(f" {'acid' if wrong and right != 'acid' else right[:4]}", "enter")


def _sheets_by_hand(desk: Desk) -> list[list[str]]:
    """Copy the set that is shown, one sheet after the other."""
    desk.press("f4")
    sheets = []
    for number in (1, 2, 3):
        desk.sees(f"CASEVAULT RECOVERY SHEET {number} of 3")
        sheets.append(_copy(desk))
        desk.press("f4")
        assert sheets[-1][0].split()[0] not in desk.painted()
        if number == 2:
            _answer(desk, sheets[-1], wrong=True)
            desk.sees("! Those are not the words of sheet 2. Here it is once more.")
            desk.press("f4")
        _answer(desk, sheets[-1])
    return sheets


@pytest.mark.long
def test_sheets_are_proposed_once_a_day_until_they_are_proven(house: House, tmp_path: Path) -> None:
    def desk() -> Desk:
        return Desk(house.place, unlocks=True)

    house.place.proposed_at(now_ms() - DAY_MS)
    with desk() as mira:
        mira.sees("This device knows of no recovery sheets of this vault.")
        mira.press("f4", "tab", " stick", "f4").sees("! Type the whole path, from / or ~ on.")
        mira.press("ctrl+u", f" {tmp_path}", "f4").sees(f"{tmp_path}/recovery-sheet-3-of-3.pdf")
        mira.press("f4").sees("sheet 1 of 3, any 2 open everything")
        for _ in range(3):
            mira.press(" acid", "enter")
        mira.sees("! Those are not the words of sheet 1. Look at the paper again.").sees_not("acid")
        mira.press("escape").sees("! The paper was not compared. The drill (d) compares all of it.")
        mira.press("s", "tab", f" {tmp_path}", "f4").sees("exists already")
    assert [file.read_bytes()[:5] for file in tmp_path.glob("*.pdf")] == [b"%PDF-"] * 3
    with desk() as mira:
        mira.at("CASES")
    house.place.proposed_at(now_ms() - DAY_MS)
    with desk() as mira:
        mira.sees("Recovery sheets of this vault were made here, and no drill has proven them.")
        mira.press("f4", "f4").at("Only the recovery sheets do this")
        mira.press("escape").sees("Nothing was proven.")
        mira.press("escape", "escape", ":would be lost").sees("recovery sheets not proven yet")


def test_home_ticks_no_sheets_that_this_device_does_not_know_to_be_proven(house: House) -> None:
    with house.open("Mira") as mira:
        roles = {Role.ADMIN, Role.CASEWORKER}
        karim = admit(mira, name="Karim Lindquell", passphrase=b"karim opens", roles=roles, by_root=True)
    with Desk(house.place, karim.name, karim.passphrase, unlocks=True, begins_at_home=True) as second:
        second.sees("no backup from this device").sees_not("Recovery sheets", "First backup")
        second.press(":your access", "r")
        second.sees("this device does not know whether sheets are proven", "Ask an admin when a drill proved them last")


@pytest.mark.long
def test_a_drill_takes_the_sheets_row_by_row_and_a_slip_costs_one_row(house: House) -> None:
    with house.desk("Mira") as mira:
        mira.press(":your access", "r", "s")
        sheets = _sheets_by_hand(mira)
        mira.at("RECOVERY")
        mira.sees("Three words of each sheet were compared.", "! recovery: recovery sheets not proven yet")
        mira.press("d", "f4")
        for number, row in enumerate(sheets[2], 1):
            if number == 4:
                mira.press(" acid acne acid 000", "enter").sees("row 4: the words do not give the number beside them")
            if number == 3:
                mira.sees("sheet (number 3), row 3 of 11")  # as the paper is headed
            mira.press(f" {row}", "enter")
        mira.sees("That sheet is whole. Now the next one.", "sheet 2 of the 2 that are needed")
        for row in sheets[2]:
            mira.press(f" {row}", "enter")
        mira.sees("The second sheet (number 3) is the first sheet (number 3) again", "Second sheet, row 1 of 11")
        for row in sheets[0]:
            mira.press(f" {row}", "enter")
        mira.sees("PROVEN on", "that you hold.", "Their secret is erased from this device")
        mira.press("enter").sees_not("not proven yet")
        mira.press("s")
        mira.sees("! The secret of the sheets is not on this device: a drill proved them, or they were made elsewhere.")
        mira.press("escape").sees_not("The 13 words on the newest sheets")
        mira.press("n", "f4", "enter").at("NEW SHEETS")
        mira.press("f4", "y", "escape").sees("Nothing was changed.")
        mira.press("f4", "y")
        for sheet in (0, 1):
            for row in sheets[sheet]:
                mira.press(f" {row}", "enter")
        mira.sees("CASEVAULT RECOVERY SHEET 1 of 3")
        mira.press("escape").sees("Burn the old sheets").sees("The 13 words on the newest sheets")


def test_new_sheets_are_confirmed_first_and_old_ones_open_nothing_new(house: House) -> None:
    with house.desk("Mira") as mira:
        mira.press(":your access", "r", "n", "f4", "enter").at("NEW SHEETS")
        mira.press("f4", "y", "escape").sees("Burn the old sheets")
    with house.open("Mira") as session:
        words = recovery.status(session).sheets_words
    with house.desk("Amina") as amina:
        amina.press(":your access", "r")
        amina.sees("! New sheets were made: compare their words", "F1 help c compare f seal Esc back Ctrl+L lock")
        amina.press("s", "d", "n").at("RECOVERY")
        amina.press("f").sees("Replaced sheets open nothing that you could seal again.")
        amina.press("c", f" {' '.join(words[::-1])}", "f4").sees("! ")
        amina.press("ctrl+u", f" {' '.join(words)}", "f4")
        amina.sees("This device goes by the new sheets.", "a new key that the old sheets do not open.")
        amina.press("enter").sees(" ".join(words[:7]))
        amina.sees_not("! New sheets were made", "! Replaced sheets still open")
        amina.press("c").sees("! No new sheets wait for this")
        amina.press("escape", "f").sees("Replaced sheets open nothing that you could seal again.")


# Settings: kept for the account, effective at once, without a word of any vault.
@each([Settings(), Settings(10, True, True, True, False), Settings(idle_minutes=2, covers=True)])
def test_settings_come_back_as_they_were_kept(settings: Settings, tmp_path: Path) -> None:
    kept = KeptSettings(tmp_path / "state" / "settings")
    assert kept.keep(settings)
    assert kept.read() == settings


@each(
    {
        "nothing": "",
        "another word": "hides_names=perhaps\n",
        "a time that is not offered": "idle_minutes=600\n",
        "no number": "idle_minutes=yes\n",
        "a name that is none": "plugin=yes\n__class__=yes\n",
        "other letters": "hides_names=да\n",
    }
)
def test_what_is_no_setting_is_met_as_if_it_were_not_there(text: str, tmp_path: Path) -> None:
    file = tmp_path / "settings"
    file.write_text(text, "utf-8")
    assert KeptSettings(file).read() == Settings()
    assert not KeptSettings().keep(Settings())


def test_each_takes_effect_at_once_and_the_next_unlock_has_it(house: House, tmp_path: Path) -> None:
    kept = KeptSettings(tmp_path / "settings")
    with house.desk("Amina", kept_settings=kept) as amina:
        amina.sees(CLIENT)
        amina.press(":settings", "tab", "right").sees("10 minutes", "English, the only language so far")
        amina.press("tab", "right", "tab", "right", "tab", "right", "tab", "right", "escape", "f5")
        amina.sees("I\u2022 T\u2022".replace("\u2022", "*")).sees_not(CLIENT, "\u2022")
    assert kept.read() == Settings(10, True, True, True, False)
    with house.desk("Amina", kept_settings=kept) as amina:
        amina.sees_not(CLIENT)
        assert amina.app.cover_on_focus_loss
        amina.press("enter")
        amina.sees(CLIENT)  # whoever opens a case has to know whose it is
    assert CLIENT not in (tmp_path / "settings").read_text("ascii")


def test_no_colour_is_stronger_than_the_looks(house: House) -> None:
    with house.desk("Amina", eyes=Eyes(forbids_colour=True)) as amina:
        amina.press(":settings", "right").sees("NO_COLOR", "none are shown")
