"""Somebody leaves: a manager who reads no note hands the cases over, keys change, and old entries keep their author."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.services.office import AMINA, JOEL, NADIA, Office
from tests.walks.office_desk import OfficeDesk

TEXT = "She waits for the answer of the court."


@pytest.fixture
def desk(office: Office, tmp_path: Path) -> OfficeDesk:
    return OfficeDesk.of(office, tmp_path)


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
