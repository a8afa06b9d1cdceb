"""The screens of devices: a lost one is out, whom to warn is there at once, and a move ends the old one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.services.founded import PASSPHRASE, Place
from tests.services.organisation import ask_to_join
from tests.tui.desk import Desk
from tests.tui.house import AMINA, CLIENT, MIRA, House
from tui.gateway import organisation
from vault.errors import TryAgainError, WrongPassphraseError
from vault.services.grants import sharing
from vault.services.members import invitations
from vault.words.message import Message

pytestmark = pytest.mark.screen

TO_HER_OWN = ("down",) * 3
"""From Amina's device to Mira's, past those of Dana and Joel."""


def _give_to_mira(house: House) -> None:
    """Let Mira open the case of Amina."""
    with house.open("Mira") as mira:
        member = mira.member
    with house.open("Amina") as amina:
        sharing.grant(amina, house.case, [member])


def test_what_makes_no_sense_for_a_device_is_said_at_once(house: House) -> None:
    with house.desk("Mira") as mira:
        mira.press(":devices", "g")
        mira.sees("! Choose another device of yours.")
        mira.press(*TO_HER_OWN, "l")
        mira.sees("! You work on this device. Revoke it from another device of yours")
        mira.press("g")
        mira.sees("! Choose another device of yours.")
        mira.press("e")
        mira.sees("! Choose an old device of yours.")
        mira.at("DEVICES 5 devices")


def test_a_lost_device_is_out_after_a_yes_and_whom_to_warn_stands_until_it_is_closed(
    house: House, tmp_path: Path
) -> None:
    warn, taken = tmp_path / "warn", tmp_path / "taken"
    taken.touch()
    _give_to_mira(house)
    with house.desk("Joel") as joel:
        joel.press(":devices", "l", "f4", "y")
        joel.sees("! You cannot remove a member: your role does not allow it.")
    with house.desk("Mira") as mira:
        mira.press(":devices", "n", " grey laptop", "enter")
        mira.sees("The device has this name now.", f"{AMINA} grey laptop")
        mira.press("d")
        mira.sees("A computer was taken", "Whom to warn", CLIENT, "now: Revoke every device")
        mira.press("ctrl+p", f" {tmp_path / 'drill.pdf'}", "enter")
        mira.sees("It names nobody, and is not encrypted.")
        assert (tmp_path / "drill.pdf").read_bytes().startswith(b"%PDF")
        mira.press("escape", "l", " warn", "f4")
        mira.sees("! Type the whole path, from / or ~ on.")
        mira.press("ctrl+u", f" {taken}", "f4", "y")
        mira.sees("exists already")
        mira.press("ctrl+u", f" {warn}", "f4", "enter")
        mira.at("LOST DEVICE")
        mira.press("f4", "y")
        mira.sees("The device is revoked. 1 device revoked; 1 case or section got a new key.")
        mira.press("enter", "f8")
        mira.sees("! Finish this or leave it with Esc first.")
        mira.at("Whom to warn 1 to warn")
        assert warn.read_text("utf-8").splitlines()[0] == f"{house.ref}  {CLIENT}  (risk: medium)"
        assert warn.stat().st_mode & 0o077 == 0
        mira.sees(*warn.read_text("utf-8").splitlines())
        mira.press("escape")
        mira.at("DEVICES 4 devices")
        mira.sees_not(CLIENT)
    with pytest.raises(WrongPassphraseError):
        house.open("Amina")


def test_a_list_that_could_not_be_written_stays_on_the_screen(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(path: Path, _: bytes) -> None:
        raise TryAgainError(Message("no room to write {name}", name=path.name))

    _give_to_mira(house)
    monkeypatch.setattr(organisation, "write_new", no_room)
    with house.desk("Mira") as mira:
        mira.press(":devices", "l", f" {tmp_path / 'no such folder' / 'warn'}", "f4", "y")
        mira.sees("! There is no folder")  # and the device is not revoked
        mira.press("escape", "l", f" {tmp_path / 'warn'}", "f4", "y", "enter")
        mira.sees("! The list was NOT written:", "Copy it from this screen.", CLIENT)


@pytest.mark.long
def test_a_further_device_gets_all_cases_and_ending_an_admins_old_one_waits_for_others(
    house: House, tmp_path: Path
) -> None:
    invitation, bundle, warn = tmp_path / "invitation", tmp_path / "admitted.bundle", tmp_path / "warn"
    laptop = Place(tmp_path / "laptop.vault", tmp_path / "laptop-state")
    _give_to_mira(house)
    with house.desk("Mira") as mira:
        mira.press(":devices", *TO_HER_OWN, "i")
        mira.at(f"INVITE a further device of {MIRA}")
        mira.press(f" {invitation}", "f4", "enter")
        request, words = ask_to_join(tmp_path, laptop, invitation.read_bytes(), MIRA)
        mira.press(":members", "a", f" {request}", "f4")
        mira.sees(" ".join(words), f"As the request says, it belongs to: {MIRA}", "yes: all that this device opens")
        mira.press("f4", "y", "down", "enter")
        mira.sees(f"{MIRA} is admitted. Given to the device: 1 case or section.")
        mira.press("enter", "d")
        mira.until("> " + _second(mira)[:8], "down")
        mira.press("g", "y")
        mira.sees("Given: ")
    invitations.finish(laptop.path, bundle, member=MIRA, passphrase=bytearray(PASSPHRASE))
    laptop.proposed_today()
    with Desk(laptop, MIRA, unlocks=True) as there:
        there.sees(f"{house.ref} {CLIENT}")
        old = house.open("Mira")
        old.close()
        there.press(":devices")
        there.until(f"> {old.seat.hex()[:8]}", "down")
        there.press("e", "enter")
        there.at("DEVICES")
        there.press("e", "y")
        there.sees(
            "Nothing is changed yet. Who has to sign: a second admin", "Too few people to sign? An admin can sign"
        )
        there.press("enter", f" {tmp_path / 'proposal'}", "enter", "enter", "l", "f4", "y", "escape")
        there.at("Whom to warn 1 to warn")
        there.press("f4", f" {warn}", "enter")
        there.sees(f"The list is at {warn}, in clear", CLIENT)
        there.press("escape", "escape", ":members", "p", f" {tmp_path / 'proposal'}", "f4")
        there.sees(f"revokes device {old.seat.hex()[:8]} of {MIRA}")


def _second(mira: Desk) -> str:
    """Return the id of her device that is not this one."""
    (line,) = [row for row in mira.lines().splitlines() if MIRA in row and "this one" not in row]
    return line.strip(" >")
