"""The screens of members: what is asked before anything is done, and who is in afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.seal.places import flipped
from tests.services.founded import PASSPHRASE, Place
from tests.services.organisation import ask_to_join, open_place
from tests.tui.house import AMINA, JOEL, MIRA, NADIA, House
from vault.access.membership.next_roster import Change, propose
from vault.access.membership.roster_proposals import Proposal, seal_proposal
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import WrongPassphraseError
from vault.services.cases import cases, notes
from vault.services.members import invitations, members

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
        nadia.press("f4", "enter")
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
