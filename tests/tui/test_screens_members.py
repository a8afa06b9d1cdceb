"""The screens of members: what is asked before anything is done, and who is in afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.attacks.test_lists_apart import INES, PAVEL, Apart, apart, apart_template
from tests.seal.places import flipped
from tests.services.conftest import organisation_template
from tests.services.founded import PASSPHRASE, Place
from tests.services.organisation import MIRA as ORGANISATION_MIRA
from tests.services.organisation import ask_to_join, open_place
from tests.tui.desk import Desk
from tests.tui.house import AMINA, CLIENT, JOEL, MIRA, NADIA, House
from tui.gateway import organisation
from vault.access.membership.next_roster import Change, propose
from vault.access.membership.roster_proposals import Proposal, seal_proposal
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import TryAgainError, WrongPassphraseError
from vault.services.cases import cases, notes
from vault.services.grants import sharing
from vault.services.members import invitations, members
from vault.words.message import Message

pytestmark = pytest.mark.screen

VERA = "Vera Tikhookova"


def _roles(house: House, name: str) -> set[str]:
    """Return the roles of the member of this name, as the vault has them; of nobody, none."""
    with house.open("Mira") as mira:
        found = {member.name: member.roles for member in members.list_all(mira)}
    return {role.value for role in found.get(name, ())}


def _request(folder: Path, invitation: bytes) -> Path:
    """Answer an invitation as Vera, on a device of hers."""
    return ask_to_join(folder, Place(folder / "vera.vault", folder / "vera-state"), invitation, VERA)[0]


# ---- joining -------------------------------------------------------------------------------------------------------


def test_an_invitation_goes_into_a_new_file_with_the_days_of_its_role(house: House, tmp_path: Path) -> None:
    invitation = tmp_path / "invitation"
    with house.desk("Nadia") as nadia:
        nadia.press(":members", "i", "c", "f4")
        nadia.sees("! Type the whole path")
        nadia.fill(days="two weeks", out=str(invitation))
        nadia.press("f4")
        nadia.sees("! Type a number of days, or nothing for no end.")
        nadia.clear("days")
        nadia.press("f4")
        nadia.sees(f"The invitation is at {invitation}.")
        nadia.sees_not("! Type")
        nadia.press("enter", "i")
        assert nadia.value("days") == "30", "intake has an end"
        nadia.fill(out=str(invitation))
        nadia.press("f4")
        nadia.sees("exists already")
    asked = invitations.read_invitation(invitation)
    assert (asked.roles, asked.days) == (("caseworker",), 0)


def test_a_volunteer_is_in_after_a_yes_to_the_words_and_not_before(house: House, tmp_path: Path) -> None:
    invitation, taken, bundle = tmp_path / "invitation", tmp_path / "taken", tmp_path / "admitted.bundle"
    taken.touch()
    laptop = Place(tmp_path / "laptop.vault", tmp_path / "laptop-state")
    with house.desk("Nadia") as nadia:
        nadia.press(":members", "i")
        nadia.fill(out=str(invitation))
        nadia.press("f4")
        nadia.sees("It contains your name, but no secret")
        nadia.press("enter")
        request, words = ask_to_join(tmp_path, laptop, invitation.read_bytes(), VERA)
        altered = tmp_path / "altered"
        altered.write_bytes(flipped(request.read_bytes(), -1))

        nadia.press("a", f" {altered}", "f4")
        nadia.at("ADMIT")
        nadia.sees("! ")
        nadia.sees_not("Its bundle")
        nadia.clear("request")
        nadia.press(f" {request}", "f4")
        nadia.sees(" ".join(words), f"as intake, for 30 days. The request gives their name as: {VERA}")
        nadia.go_to("request")
        nadia.press("end", "x")
        nadia.sees_not(words[0], "Its bundle")
        nadia.press("backspace", "f4", "f4", "enter")
        nadia.sees("Nobody is admitted. Where a word differs: make a new invitation")
        nadia.clear("bundle")
        nadia.press(f" {taken}", "f4", "y")
        nadia.sees("exists already")
        nadia.press("escape")
        nadia.sees_not(VERA)

        nadia.press("a", f" {request}", "f4", "f4", "y")
        nadia.sees(f"{VERA} is admitted.", f"What their device needs is at {bundle}.")
        nadia.press("enter")
        nadia.sees(f"{VERA} intake 20")
    invitations.finish(laptop.path, bundle, member=VERA, passphrase=bytearray(PASSPHRASE))
    with open_place(laptop, VERA) as vera:
        assert {role.value for role in vera.roles} == {"intake"}
    assert not any(VERA.split()[1].encode() in file.read_bytes() for file in (invitation, request, bundle))


def test_who_was_admitted_stays_in_where_the_bundle_was_stopped(house: House, tmp_path: Path) -> None:
    with house.open("Mira") as mira:
        invitation = invitations.invite(mira, like="intake", days=0)
    request = _request(tmp_path, invitation)
    with house.desk("Mira") as mira_at:
        mira_at.press(":members", "a", f" {request}", "f4", "f4")
        mira_at.press_and_stop("y")
        mira_at.sees(f"{VERA} is admitted. ! The bundle is NOT written: it was stopped.")
    assert not (tmp_path / "admitted.bundle").exists()
    assert _roles(house, VERA) == {"intake"}


# ---- changes -------------------------------------------------------------------------------------------------------


def test_who_is_suspended_or_leaves_is_out_after_a_yes_and_not_before(house: House) -> None:
    with house.desk("Mira") as mira:
        mira.press(":members", "s")
        mira.sees(f"Revoke 1 device of {AMINA}?", "may have been copied")
        mira.press("enter", "x")
        mira.sees(f"Does {AMINA} leave for good?")
        mira.press("enter")
        mira.sees(f"> {AMINA} caseworker 1 device")
        mira.press("s", "y")
        mira.sees("The member is suspended: all their devices are revoked.")
        mira.press("enter")
        mira.sees(f"> {AMINA} caseworker suspended", "They have no device.")
        mira.until(f"> {JOEL}", "down")
        mira.press("x", "y", "enter")
        mira.at("MEMBERS 4")
        mira.sees_not(f"{JOEL} ")
        mira.press("o")
        mira.until(f"> {JOEL}", "down")
        mira.sees("Shown so that their notes keep a name.")
        mira.press("s")
        mira.sees("! They have left; they come back only with a new invitation (i).")
        mira.until("> Mira", "up")
        mira.press("s", "y")
        mira.sees("! ")
        mira.at("MEMBERS")
    for name in ("Amina", "Joel"):
        with pytest.raises(WrongPassphraseError):
            house.open(name)


def test_a_deputy_is_named_and_taken_away_by_the_list_of_acts(house: House) -> None:
    with house.desk("Mira") as mira:
        mira.press(":members", "enter")
        mira.until("> Name who opens", "down")
        mira.press("enter")
        mira.sees(f"Who else opens the cases that {AMINA} makes from now on?")
        mira.press("enter")
        mira.sees("This member has no deputy any more.")
        mira.press("enter", "f5")
        mira.sees_not("opens their new cases too")
        mira.press("u")
        mira.until(f"> {NADIA}", "down")
        mira.press("enter")
        mira.sees("The deputy is named.")
        mira.press("enter", "f5")
        mira.sees(f"{NADIA} opens their new cases")


def test_cases_are_lent_until_a_day_that_has_to_be_named(house: House) -> None:
    with house.desk("Joel") as joel:
        joel.press(":members", "w")
        joel.until(f"{NADIA}  (", "right")
        joel.press("f4")
        joel.sees("! Type the last day, as 2026-12-24.")
        joel.press(" 2001-01-01", "f4")
        joel.sees("! That day has passed.")
        joel.clear("until")
        joel.press(" 2099-12-31", "f4")
        joel.sees("1 case is open to the deputy until 2099-12-31; then its key changes.")
        joel.press("enter", "f5")
        joel.sees(f"cases are lent to {NADIA}", "until 2099-12-31")
        joel.press("w")
        joel.until(f"{NADIA}  (", "right")
        joel.fill(until="2099-12-31")
        joel.press("f4")
        joel.sees("Nothing was lent: the deputy already opens each case of theirs that you hold.")
    with house.desk("Nadia") as nadia:
        nadia.press("enter")
        nadia.sees(f"{house.ref} Arrest")


def test_what_a_role_does_not_allow_is_not_offered(house: House) -> None:
    with house.desk("Dana") as dana:
        dana.sees("No case was given to you yet.")
        dana.sees_not("n new")
        dana.press(":members")
        dana.sees_not("i invite")
        dana.press("enter")
        dana.sees("Your roles change nothing about other members.")
        dana.press("i", "a")
        dana.at("MEMBERS")
        dana.press("f1")
        dana.sees_not("Suspend")


def test_a_leavers_cases_go_over_by_an_order_that_the_deputy_carries_out(house: House) -> None:
    with house.desk("Mira") as mira:
        mira.press(":members", "h", "n", "tab")
        mira.until(f"Go to {NADIA}", "right")
        mira.press("f4")
        mira.at("ORDER A HANDOVER")
        mira.fill(reason="goes back to study")
        mira.press("f4", "enter")
        mira.sees(f"> {AMINA} {NADIA} goes back to study")
    with house.desk("Joel") as joel:
        joel.press(":members", "h", "c", "enter", "c", "y")
        joel.sees(f"1 case of {AMINA} is {NADIA}'s now.")
    with house.desk("Nadia") as nadia:
        nadia.press("enter", "w")
        nadia.sees(f"{NADIA} (you) handover")


# ---- changes that others sign too ----------------------------------------------------------------------------------


@pytest.mark.long
def test_roles_that_others_sign_too_pass_through_files_until_they_count(house: House, tmp_path: Path) -> None:
    proposal, signed, whole = tmp_path / "proposal", tmp_path / "signed", tmp_path / "whole"
    with house.desk("Mira") as mira:
        mira.press(":members")
        mira.until(f"> {JOEL}", "down")
        mira.press("r", "end", "space", "f4")
        mira.sees("Nothing is changed yet. Who has to sign: a second admin, or two others (supervisor or caseworker).")
        mira.press("escape")
        mira.sees("Nothing is changed.")
        mira.press("f4", "enter", "escape", "f4", "enter", " proposal", "enter")
        mira.sees("! Type the whole path, from / or ~ on.")
        mira.press("ctrl+u", f" {proposal}", "enter")
        mira.sees(f"NOTHING IS CHANGED YET. The proposal is at {proposal}.", "When all have, an admin or a supervisor")
        mira.press("enter")
        mira.at("MEMBERS")
    assert _roles(house, JOEL) == {"caseworker"}
    assert JOEL.encode() not in proposal.read_bytes()

    with house.desk("Nadia") as nadia:
        nadia.press(":members", "p", "f5")
        nadia.sees("! Read it first (F4).")
        nadia.press("ctrl+g")
        nadia.sees("! Read it first (F4).")
        nadia.press(f" {proposal}", "f4")
        nadia.sees(f"makes {JOEL} admin, caseworker (was caseworker)", f"Signed by: {MIRA}.")
        nadia.go_to("file")
        nadia.press("x", "f5")
        nadia.sees("! Read it first (F4).")
        nadia.sees_not(f"makes {JOEL}")
        nadia.press("backspace", "f4", "ctrl+g")
        nadia.sees("! It is not in effect yet. Who has to sign: a second admin, or two others")
        nadia.press("f5", "ctrl+u", f" {signed}", "enter")
        nadia.sees(f"Your signature is in {signed}. Pass this file on.", "a second admin, or one other")
        nadia.press("f5", "enter")
        nadia.sees("! You have already signed this proposal")
    with house.desk("Amina") as amina:
        amina.press(":members", "p", f" {signed}", "f4", "f5", "ctrl+u", f" {whole}", "enter")
        amina.sees("All have signed: Ctrl+G puts it into effect.")
    with house.desk("Mira") as mira:
        mira.press(":members", "p", f" {whole}", "f4", "ctrl+g", "enter")
        mira.at("PROPOSAL")
        mira.press("ctrl+g", "y")
        mira.sees("The proposal is in effect.")
        mira.press("enter")
        mira.at("MEMBERS")
    assert _roles(house, JOEL) == {"admin", "caseworker"}


def test_the_root_signs_only_when_it_is_chosen(house: House) -> None:
    with house.desk("Mira") as mira:
        mira.press(":members", "r", "space", "f4", "down", "enter")
        mira.sees("The member has exactly these roles now.")
        mira.press("enter")
        mira.sees(f"> {AMINA} caseworker, intake")


def test_a_role_is_taken_only_after_what_is_lost_was_read(house: House, tmp_path: Path) -> None:
    with house.open("Mira") as session:
        asked = invitations.look(session, _request(tmp_path, invitations.invite(session, like="intake", days=0)))
        invitations.admit(session, asked, asked.words)
    with house.desk("Mira") as mira:
        mira.press(":members", "end", "r", "space", "space", "f4")
        mira.sees(f"Take a role from {VERA}?", "wrote and you have not imported will be")
        mira.press("enter")
        mira.at("ROLES")
        mira.press("f4", "y", "down", "enter")
        mira.sees("The member has exactly these roles now.")
    assert _roles(house, VERA) == {"caseworker"}


def test_what_came_after_a_proposal_is_said_before_it_is_lost(house: House, tmp_path: Path) -> None:
    amina, file = house.people["Amina"], tmp_path / "proposal"
    with house.open("Mira") as mira:
        file.write_bytes(seal_proposal(mira, Proposal(propose(mira, Change(leaving=frozenset({amina.member}))))))
    with house.open("Amina") as writer:
        notes.add(writer, house.case, Note(NoteKind.CONTACT, "The court has answered."))
    with house.desk("Mira") as mira:
        mira.press(":members", "p", f" {file}", "f4", "ctrl+g")
        mira.sees(
            "Lose what came since?", "STOP: work that is here would be lost", f"of {AMINA} wrote after the cut-off"
        )
        mira.sees("1 case or section that you cannot open (1 record)", "Write a new proposal instead")
        mira.press("n")
    with house.open("Mira") as mira:
        assert amina.member in mira.directory.effective.members


def test_what_only_a_leaver_can_open_is_said_before_they_leave(house: House) -> None:
    with house.open("Joel") as joel:
        cases.create(joel, title="His own", kind="asylum")
    with house.desk("Mira") as mira:
        mira.press(":members")
        mira.until(f"> {JOEL}", "down")
        mira.press("x")
        mira.sees(
            f"Does {JOEL} leave for good?", f"1 case is open to {JOEL} alone. Once they are out, only the recovery"
        )
        mira.press("n")


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


# The screen of two lists of members: who waits, who stays out, and the sheets that settle it.
__all__ = ["apart", "apart_template", "organisation_template"]  # fixtures


@pytest.mark.long
def test_two_lists_are_settled_with_the_sheets_and_who_was_left_out_stays_out(apart: Apart) -> None:
    place = apart.organisation[ORGANISATION_MIRA].place
    place.proposed_today()
    with Desk(place, unlocks=True, begins_at_home=True) as mira:
        mira.sees("Two lists of members were made apart.", f"{INES} and {PAVEL}", "(F2, two lists)")
        mira.press("f2", " two lists", "enter")
        mira.sees("2 devices wait", f"in {INES} caseworker Selin Asterholt", f"in {PAVEL} caseworker Tomas Verhoffen")
        mira.press("down", "o")
        mira.sees(f"OUT {PAVEL}")
        mira.press("f4")
        mira.sees("Let 1 device in, and no other?", "Ask each of them by voice")
        mira.press("escape")
        mira.sees("2 devices wait", f"OUT {PAVEL}")
        mira.press("f4", "y")
        for sheet in apart.sheets[:2]:
            for row in sheet.rows:
                mira.press(" ".join(["", *(word[:4] for word in row.words), row.check]), "enter")
        mira.sees("There is one list of members again.")
        mira.press("enter")
        mira.sees("There is one list of members: nothing has to be settled.")
        mira.press("f4")
        mira.sees("! There is one list of members")
    with apart.open(ORGANISATION_MIRA) as session:
        assert apart.ines.seat in session.directory.effective.certificates
        assert apart.pavel.seat not in session.directory.effective.certificates


@pytest.mark.long
def test_sheets_that_were_not_typed_settle_nothing(apart: Apart) -> None:
    with Desk(apart.organisation[ORGANISATION_MIRA].place, unlocks=True) as mira:
        mira.press("f2", " two lists", "enter", "f4", "y", "escape")
        mira.sees("Nothing was changed.", "2 devices wait")


def test_with_one_list_nobody_waits(house: House) -> None:
    with house.desk("Joel") as joel:
        joel.press("f2", " two lists", "enter")
        joel.sees("There is one list of members: nothing has to be settled.")
