"""The screens of members: what is asked before anything is done, and who is in afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.seal.places import flipped
from tests.services.founded import PASSPHRASE, Place
from tests.services.organisation import FLOOR_MIB, ask_to_join, open_place
from tests.tui.desk import Desk
from tests.tui.house import AMINA, CLIENT, JOEL, MIRA, NADIA, House
from vault.errors import TryAgainError, WrongPassphraseError
from vault.services.credentials import recovery
from vault.services.credentials.paper_sheets import TypedSheets
from vault.services.grants import sharing
from vault.services.members import admitting, members
from vault.words.message import Message

pytestmark = pytest.mark.screen

VERA = "Vera Tikhookova"


def _roles(house: House, name: str) -> set[str]:
    """Return the roles of the member of this name, as the vault has them; of nobody, none."""
    with house.open("Mira") as mira:
        found = {member.name: member.roles for member in members.list_all(mira)}
    return {role.value for role in found.get(name, ())}


def _request(house: House, folder: Path) -> tuple[Path, tuple[str, ...]]:
    """Ask to join as Vera, on a device of hers; return the request and the words that she reads."""
    with house.open("Mira") as mira:
        words = admitting.vault_words(mira)
    return ask_to_join(folder, Place(folder / "vera.vault", folder / "vera-state"), words, VERA)


def test_a_volunteer_is_in_after_a_yes_to_the_words_and_not_before(house: House, tmp_path: Path) -> None:
    taken, bundle = tmp_path / "taken", tmp_path / "admitted.bundle"
    taken.touch()
    request, words = _request(house, tmp_path)
    with house.open("Mira") as mira:
        vault_words = admitting.vault_words(mira)
    with house.desk("Nadia") as nadia:
        nadia.press(":members", "i").sees("casevault --vault NEW member join --out REQUEST", " ".join(vault_words))
        nadia.press("enter")
        altered = tmp_path / "altered"
        altered.write_bytes(flipped(request.read_bytes(), -1))

        nadia.press("a", f" {altered}").fill(name=VERA).press("f4").at("ADMIT").sees("! ")
        nadia.clear("request").press(f" {request}").fill(days=" weeks").press("f4")
        nadia.sees("! For days: is a number from 1.")
        nadia.clear("days").press(" 30").fill(bundle=str(taken)).press("f4").sees("exists already")
        nadia.clear("bundle").press(f" {bundle}", "f4").sees("Somebody new asks to join.", *words)
        nadia.press("enter", "escape", "y").sees_not(VERA)

        nadia.press("a", f" {request}").fill(name=VERA, bundle=str(bundle)).press("f4", "y")
        nadia.sees(f"{VERA} is admitted.", f"What the device needs is at {bundle}.")
        nadia.press("enter").sees(f"{VERA} intake 20")
    laptop = Place(tmp_path / "vera.vault", tmp_path / "vera-state")
    admitting.finish(laptop.path, bundle, member=VERA, passphrase=bytearray(PASSPHRASE))
    with open_place(laptop, VERA) as vera:
        assert {role.value for role in vera.roles} == {"intake"}
    assert not any(VERA.split()[1].encode() in file.read_bytes() for file in (request, bundle))


def test_whom_a_second_person_has_to_admit_too_is_in_once_that_one_compared_the_words(
    house: House, tmp_path: Path
) -> None:
    request, words = _request(house, tmp_path)
    with house.desk("Nadia") as nadia:
        nadia.press(":members", "a", f" {request}").fill(name=VERA).go_to("like").press("l", "f4", "y")
        nadia.sees("Nothing is changed yet. A second person has to agree.")
        nadia.press("enter", "p", "enter", f" {tmp_path / 'one.bundle'}", "f4", "y")
        nadia.sees("! You proposed this admission: somebody else has to agree to it.")
    assert not _roles(house, VERA)
    with house.desk("Mira") as mira:
        mira.press(":members", "p").at("ADMISSIONS THAT WAIT 1 admission").sees(f"{VERA} legal reviewer {NADIA}")
        mira.press("enter").sees(f"As {VERA}, somebody new asks to join as legal reviewer. Proposed by {NADIA}.")
        mira.press(f" {tmp_path / 'admitted.bundle'}", "f4").sees(*words)
        mira.press("n", "f4", "y").sees(f"{VERA} is admitted.", "What the device needs is at")
        mira.press("enter").at("ADMISSIONS THAT WAIT 0 admissions")
    assert _roles(house, VERA) == {"legal-reviewer"}


def test_who_was_admitted_stays_in_where_the_bundle_was_stopped(house: House, tmp_path: Path) -> None:
    request, _ = _request(house, tmp_path)
    with house.desk("Mira") as mira_at:
        mira_at.press(":members", "a", f" {request}").fill(name=VERA, bundle=str(tmp_path / "admitted.bundle"))
        mira_at.press("ctrl+g").press_and_stop("y")
        mira_at.sees(f"{VERA} is admitted.", "! The bundle is NOT written: it was stopped.")
    assert not (tmp_path / "admitted.bundle").exists()
    assert _roles(house, VERA) == {"intake"}


def test_who_is_suspended_or_leaves_is_out_after_a_yes_and_not_before(house: House) -> None:
    with house.desk("Mira") as mira:
        mira.press(":members", "s").sees(f"Revoke 1 device of {AMINA}?", "may have been copied")
        mira.press("enter", "x").sees(f"Does {AMINA} leave for good?")
        mira.press("enter").sees(f"> {AMINA} caseworker 1 device")
        mira.press("s", "y").sees(f"{AMINA} is suspended: every device is revoked.")
        mira.press("enter").sees(f"> {AMINA} caseworker suspended", "They have no device.")
        mira.until(f"> {JOEL}", "down").press("x", "y", "enter").at("MEMBERS 4").sees_not(f"{JOEL} caseworker")
        mira.press("o").until(f"> {JOEL}", "down").sees("Shown so that their notes keep a name.")
        mira.press("s").sees("! They have left; they come back only by joining again (i).")
        mira.until("> Mira", "up").press("s", "y").sees("! ").at("MEMBERS")
    for name in ("Amina", "Joel"):
        with pytest.raises(WrongPassphraseError):
            house.open(name)


def test_a_deputy_is_named_and_taken_away_by_the_list_of_acts(house: House) -> None:
    with house.desk("Mira") as mira:
        mira.press(":members", "enter").until("> Name who opens", "down").press("enter").at(f"DEPUTY {AMINA}")
        mira.until("Deputy nobody", "left").press("f4").sees(f"{AMINA} has no deputy any more.")
        mira.press("enter").sees_not("opens their new cases too")
        mira.press("u").until(f"Deputy {NADIA}", "right").press("f4").sees(f"{NADIA} is the deputy of {AMINA}.")
        mira.press("enter").sees(f"{NADIA} opens their new cases")


def test_cases_are_lent_until_a_day_that_has_to_be_named(house: House) -> None:
    with house.desk("Joel") as joel:
        joel.press(":members", "w").until(f"Deputy {NADIA}", "right").press("f4").sees("! Last day: is empty.")
        joel.press(" 2001-01-01", "f4").sees("! That day has passed.")
        joel.clear("until").press(" 2099-12-31", "f4").sees(f"1 case of {AMINA} is open to {NADIA} until 2099-12-31.")
        joel.press("enter").sees(f"cases are lent to {NADIA}", "until 2099-12-31")
        joel.press("w").until(f"Deputy {NADIA}", "right").fill(until="2099-12-31").press("f4")
        joel.sees(f"Nothing was lent: {NADIA} already opens each case of {AMINA} that you hold, or was put out of it.")
    with house.desk("Nadia") as nadia:
        nadia.press("enter").sees(f"{house.ref} Arrest")


def test_what_a_role_does_not_allow_is_not_offered(house: House) -> None:
    with house.desk("Dana") as dana:
        dana.sees("No case was given to you yet.").sees_not("n new")
        dana.press(":members").sees_not("i invite")
        dana.press("enter").sees("Your roles change nothing about other members.")
        dana.press("i", "a").at("MEMBERS")
        dana.press("f1").sees_not("Suspend")


def test_a_leavers_cases_go_over_by_an_order_that_the_deputy_carries_out(house: House) -> None:
    with house.desk("Mira") as mira:
        mira.press(":members", "h", "n", "tab").until(f"Go to {NADIA}", "right").press("f4").at("ORDER A HANDOVER")
        mira.fill(reason="goes back to study").press("f4", "enter").sees(f"> {AMINA} {NADIA} goes back to study")
    with house.desk("Joel") as joel:
        joel.press(":members", "h", "c", "enter", "c", "y").sees(f"1 case of {AMINA} is {NADIA}'s now.")
    with house.desk("Nadia") as nadia:
        nadia.press("enter", "w").sees(f"{NADIA} (you) handover")


def test_an_admin_is_made_by_the_sheets_alone(house: House) -> None:
    with house.open("Mira") as mira:
        sheets = recovery.sheets(mira)
        typed = TypedSheets([sheet.words for sheet in sheets[:2]])
        recovery.drill(mira, recovery.secret_of(mira, typed))
    with house.desk("Mira") as mira_at:
        mira_at.press(":members", "r", "end", "space", "f4").at("Only the recovery sheets do this")
        mira_at.press("escape").sees("Nothing is changed.")
        mira_at.press("f4")
        for sheet in sheets[:2]:
            for row in sheet.rows:
                mira_at.press(" ".join(["", *(word[:4] for word in row.words), row.check]), "enter")
        mira_at.sees(f"{AMINA} has exactly these roles now: admin, caseworker.")
    assert _roles(house, AMINA) == {"admin", "caseworker"}


def test_a_role_is_taken_only_after_what_is_lost_was_read(house: House, tmp_path: Path) -> None:
    request, words = _request(house, tmp_path)
    with house.open("Nadia") as session:
        asked = admitting.read_request(session, request)
        admitting.admit(session, asked, words, name=VERA, like="intake")
    with house.desk("Mira") as mira:
        mira.press(":members", "end", "r", "space", "down", "down", "space", "f4")
        mira.sees(f"Take a role from {VERA}?", "wrote and you have not imported will not")
        mira.press("enter").at("ROLES")
        mira.press("f4", "y").sees(f"{VERA} has exactly these roles now: legal reviewer.")
    assert _roles(house, VERA) == {"legal-reviewer"}


# The screens of devices: a lost one is out, whom to warn is there at once, and a move ends the old one.
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
        mira.press(":devices", "g").sees("! This is not another device of yours. Choose another one of yours.")
        mira.press(*TO_HER_OWN, "l", "f4")
        mira.sees("! You cannot revoke the device that you are using. Ask another admin, or do it from your other")
        mira.press("escape", "g").sees("! This is not another device of yours. Choose another one of yours.")
        mira.press("e").sees("! This is not another device of yours. Choose an old one of yours.")
        mira.at("DEVICES 5 devices")


def test_a_lost_device_is_out_after_a_yes_and_whom_to_warn_stands_until_it_is_closed(
    house: House, tmp_path: Path
) -> None:
    warn, taken = tmp_path / "warn", tmp_path / "taken"
    taken.touch()
    _give_to_mira(house)
    with house.desk("Joel") as joel:
        joel.press(":devices", "l", "f4").sees("! You cannot remove a member: your role does not allow it.")
    with house.desk("Mira") as mira:
        mira.press(":devices", "n", " grey laptop", "f4").sees("The device has this name now.", f"{AMINA} grey laptop")
        mira.press("d").sees("A computer was taken", "Whom to warn", CLIENT, "now: Revoke every device")
        mira.press("ctrl+p", f" {tmp_path / 'drill.pdf'}", "enter").sees("It names nobody, and is not encrypted.")
        assert (tmp_path / "drill.pdf").read_bytes().startswith(b"%PDF")
        mira.press("escape", "l", " warn", "f4").sees("! Type the whole path, from / or ~ on.")
        mira.press("ctrl+u", f" {taken}", "f4").sees("exists already")
        mira.press("ctrl+u", f" {warn}", "f4").sees("! This revokes a device of", "it cannot come back")
        mira.press("enter").at("LOST DEVICE")
        mira.press("f4", "y")
        mira.sees("The device is revoked. 1 device revoked. What a member could open until now may have been copied")
        mira.sees(f"Whom to warn is in {warn}: personal data in clear.")
        assert warn.read_text("utf-8").splitlines()[0] == f"{house.ref}  {CLIENT}  (risk: medium)"
        assert warn.stat().st_mode & 0o077 == 0
        mira.press("enter").at("DEVICES 4 devices").sees_not(CLIENT)
    with pytest.raises(WrongPassphraseError):
        house.open("Amina")


def test_a_list_that_could_not_be_written_stays_on_the_screen(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(path: Path, _: bytes) -> None:
        raise TryAgainError(Message("no room to write {name}", name=path.name))

    _give_to_mira(house)
    monkeypatch.setattr("vault.store.files.write_new", no_room)
    with house.desk("Mira") as mira:
        mira.press(":devices", "l", f" {tmp_path / 'no such folder' / 'warn'}", "f4")
        mira.sees("! There is no folder")  # and the device is not revoked
        mira.press("ctrl+u", f" {tmp_path / 'warn'}", "f4", "y", "f8").sees("! Finish this or leave it with Esc first.")
        mira.at("Whom to warn").sees("! The list was NOT written:", "Copy it now.", CLIENT)
        mira.press("escape").at("DEVICES 4 devices")


@pytest.mark.long
def test_a_further_device_gets_all_cases_once_another_member_agreed_and_the_old_one_ends(
    house: House, tmp_path: Path
) -> None:
    request, bundle, warn = tmp_path / "request", tmp_path / "admitted.bundle", tmp_path / "warn"
    laptop = Place(tmp_path / "laptop.vault", tmp_path / "laptop-state")
    _give_to_mira(house)
    with house.open("Mira") as session:
        old, vault, own = session.seat, admitting.vault_words(session), admitting.own_words(session)
    asked = admitting.ask(
        laptop.path, vault, member_name=MIRA, passphrase=bytearray(PASSPHRASE), own_words=own, memory_mib=FLOOR_MIB
    )
    request.write_bytes(asked.file)
    with house.desk("Nadia") as nadia:
        nadia.press(":members", "a", f" {request}", "f4", "y").sees("A second person has to agree.")
    with house.desk("Mira") as mira:
        mira.press(":devices", "i").sees(" ".join(vault[:7]), " ".join(own[:7]))
        mira.press("enter", "escape", ":members", "p").sees(f"{MIRA} a further device {NADIA}")
        mira.press("enter").sees(f"As the request says, it belongs to {MIRA}.")
        mira.fill(bundle=str(bundle)).go_to("with_cases").press("y", "f4").sees(*asked.words)
        mira.press("y").sees(f"{MIRA} is admitted.", "Given to the device: 1 case or section.")
        mira.press("enter", "escape", "d").until("> " + _second(mira)[:8], "down").press("g", "y").sees("Given: ")
        mira.press("enter")
    admitting.finish(laptop.path, bundle, member=MIRA, passphrase=bytearray(PASSPHRASE))
    laptop.proposed_today()
    with Desk(laptop, MIRA, unlocks=True) as there:
        there.sees(f"{house.ref} {CLIENT}")
        there.press(":devices").until(f"> {old.hex()[:8]}", "down").press("e", "enter").at("DEVICES")
        there.press("e", "y").at("Only the recovery sheets do this")
        there.press("escape").sees("Nothing is changed.").at("DEVICES 6 devices")
        there.press("l", "f4", "y", "escape").at("A computer was taken")
        there.press("f4", f" {warn}", "enter").sees(f"Whom to warn is in {warn}: personal data in clear", CLIENT)


def _second(mira: Desk) -> str:
    """Return the id of her device that is not this one."""
    (line,) = [row for row in mira.lines().splitlines() if MIRA in row and "this one" not in row]
    return line.strip(" >")
