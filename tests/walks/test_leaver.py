"""Somebody leaves: a manager who reads no note hands the cases over, keys change, and old entries keep their author."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.services.office import AMINA, JOEL, NADIA, Office
from tests.walks.office_desk import OfficeDesk
from vault.access.membership.next_roster import Change, propose
from vault.access.membership.roster_proposals import Proposal, seal_proposal

TEXT = "She waits for the answer of the court."


@pytest.fixture
def desk(office: Office, tmp_path: Path) -> OfficeDesk:
    return OfficeDesk.of(office, tmp_path)


@pytest.mark.long
def test_a_leavers_cases_go_on_with_somebody_else(desk: OfficeDesk) -> None:
    people = desk.office
    made = desk.done(people.amina, "case", "new", "--kind", "asylum", "--title", "A case of Amina", "--json").json()
    assert made["only_you"] is False
    desk.done(people.amina, "note", "add", made["ref"], stdin=TEXT)

    # The manager orders it, and reads nothing before and after.
    assert desk.run(None, "case", "show", made["ref"]).code == 4
    ordered = desk.done(None, "handover", "order", AMINA, "--to", NADIA, "--reason", "leaves on Friday")
    assert f"The device of {JOEL}, the deputy, carries it out" in ordered.out
    desk.done(None, "member", "leave", AMINA)
    assert desk.run(None, "case", "show", made["ref"]).code == 4
    assert desk.run(None, "search", "court").out == desk.run(None, "search", "nothing").out

    # Her way in is closed.
    assert desk.run(people.amina, "case", "list").code != 0

    # The deputy comes in for his own work; the rest happens behind it.
    behind = desk.done(people.joel, "case", "list")
    assert "1 case was revoked from devices that left: new keys were made." in behind.err
    assert f"1 case of {AMINA} went to {NADIA}, as ordered." in behind.err
    assert desk.done(people.joel, "case", "list").err == ""

    shown = desk.done(people.nadia, "case", "show", made["ref"], "--json").json()
    assert [(note["text"], note["by"]) for note in shown["notes"]] == [(TEXT, AMINA)]
    assert AMINA in desk.done(people.nadia, "note", "list", made["ref"]).out
    desk.done(people.nadia, "note", "add", made["ref"], stdin="Taken over.")
    by = [note["by"] for note in desk.done(people.joel, "note", "list", made["ref"], "--json").json()["notes"]]
    assert by == [AMINA, NADIA]

    held = desk.done(people.nadia, "grant", "list", made["ref"], "--json").json()
    assert sorted(one["name"] for one in held["members"]) == [JOEL, NADIA]
    keys = desk.done(people.nadia, "key", "list", made["ref"], "--json").json()
    assert (keys["current"], keys["waiting"]) == (1, 0)
    assert keys["keys"] >= 2
    assert desk.done(None, "log", "verify", "--json").code == 0


def test_what_a_member_may_have_kept_is_said_when_a_case_is_taken_back(desk: OfficeDesk) -> None:
    people = desk.office
    case = desk.done(people.amina, "case", "new", "--kind", "other", "--title", "A case", "--json").json()["ref"]
    taken = desk.done(people.amina, "grant", "revoke", case, "--from-member", JOEL)
    assert "may have copied" in taken.out or "may have been copied" in taken.out
    assert "rewrapped, sealed to 1 device and the recovery sheets." in taken.err
    assert desk.run(people.joel, "case", "show", case).code == 4


def test_a_proposal_that_would_lose_work_asks_first_and_names_the_way_out(desk: OfficeDesk, tmp_path: Path) -> None:
    people, file = desk.office, tmp_path / "proposal"
    with people.place.open() as director:
        end = propose(director, Change(leaving=frozenset({people.amina.member})))
        file.write_bytes(seal_proposal(director, Proposal(end)))
    made = desk.done(people.amina, "case", "new", "--kind", "asylum", "--title", "After it", "--json").json()
    lost = f"of {AMINA} wrote after the cut-off becomes invalid: "
    assert lost in desk.done(None, "member", "show", str(file)).out
    assert f"{made['ref']} (" in desk.done(people.joel, "member", "show", str(file)).out, (
        "who has the case reads its reference"
    )
    asked = desk.run(None, "member", "commit", str(file))
    assert asked.code == 3
    assert "STOP: work that is here would be lost for everybody" in asked.err
    assert "Write a new proposal instead" in asked.err
    assert AMINA in desk.done(None, "member", "list").out
    desk.done(None, "member", "commit", str(file), "--yes")
    assert AMINA not in desk.done(None, "member", "list").out


def test_who_ends_a_member_hears_first_what_only_they_can_open(desk: OfficeDesk) -> None:
    people = desk.office
    made = desk.done(people.joel, "case", "new", "--kind", "asylum", "--title", "His own", "--json").json()
    asked = desk.run(None, "member", "leave", JOEL)
    assert asked.code == 3
    assert f"1 case is open to {JOEL} alone. Once they are out, only the recovery sheets can open it." in asked.err
    ordered = desk.done(None, "handover", "order", JOEL, "--to", NADIA, "--reason", "leaves on Friday")
    assert f"{JOEL} has no deputy: nobody's device carries it out by itself." in ordered.out
    desk.done(people.joel, "grant", "add", made["ref"], "--to", NADIA)
    desk.done(None, "member", "leave", JOEL)
