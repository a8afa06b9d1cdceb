"""Somebody leaves: a manager who reads no note hands the cases over, and old entries keep their author."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.services.office import AMINA, JOEL, NADIA, Office
from tests.walks.office_desk import OfficeDesk

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
    assert desk.done(None, "log", "verify", "--json").code == 0


def test_what_a_member_may_have_kept_is_said_when_a_case_is_taken_back(desk: OfficeDesk) -> None:
    people = desk.office
    case = desk.done(people.amina, "case", "new", "--kind", "other", "--title", "A case", "--json").json()["ref"]
    desk.done(people.amina, "grant", "add", case, "--to", NADIA)
    taken = desk.done(people.amina, "grant", "revoke", case, "--from-member", NADIA)
    assert "may have been copied" in taken.out
    assert desk.run(people.nadia, "case", "show", case).code == 4


def test_a_case_is_taken_from_nobody_of_the_same_standing_and_who_was_put_out_is_let_back(desk: OfficeDesk) -> None:
    people = desk.office
    case = desk.done(people.amina, "case", "new", "--kind", "other", "--title", "A case", "--json").json()["ref"]
    refused = desk.run(people.joel, "grant", "revoke", case, "--from-member", AMINA)
    assert (refused.code, "has the same standing in this case as you" in refused.err) == (5, True)
    grant = ("grant", "add", case, "--to", NADIA, "--rank", "lead")
    desk.done(people.amina, *grant)
    desk.done(people.nadia, "note", "add", case, stdin=TEXT)
    desk.done(people.joel, "grant", "revoke", case, "--from-member", NADIA)
    desk.done(people.amina, *grant)
    held = desk.done(people.nadia, "grant", "list", case, "--json").json()["members"]
    assert {one["name"]: one["rank"] for one in held} == {AMINA: "keeper", JOEL: "keeper", NADIA: "lead"}
    desk.done(people.nadia, "note", "add", case, stdin="Back again.")
    kept = desk.done(people.amina, "note", "list", case, "--json").json()["notes"]
    assert [(note["text"], note["by"]) for note in kept] == [(TEXT, NADIA), ("Back again.", NADIA)]


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


# 05:40, the owner cannot be reached: the deputy reads the case, with three commands and nobody's help.
def test_the_deputy_reads_the_case_at_once(desk: OfficeDesk) -> None:
    people = desk.office
    made = desk.done(people.amina, "case", "new", "--kind", "detention", "--title", "Arrest", "--json").json()
    person = (
        "person",
        "add",
        made["ref"],
        "--role",
        "client",
        "--name",
        "Ilham Torgaev",
        "--phone",
        "+49 30 5550 1234",
    )
    desk.done(people.amina, *person)
    desk.done(people.amina, "note", "add", made["ref"], stdin="If they come: call the lawyer Orlova first.")

    # Each command ends within a minute, or the desk gives up.
    found = desk.done(people.joel, "search", "Torgaev", "--json").json()
    assert found["hits"][0]["case"] == made["case"]
    shown = desk.done(people.joel, "case", "show", made["ref"]).out
    assert "call the lawyer Orlova first" in shown
    assert "+49 30 5550 1234" in shown


def test_a_case_without_a_deputy_says_so_in_every_place(desk: OfficeDesk) -> None:
    people = desk.office
    words = "only YOU can open this case"
    new = ("case", "new", "--kind", "other", "--title", "A case", "--no-deputy", "--reason", "it is about Joel")
    assert words in desk.done(people.amina, *new).out
    (row,) = desk.done(people.amina, "case", "list", "--json").json()["cases"]
    assert row["only_you"] is True
    assert words in desk.done(people.amina, "case", "list").out
    shown = desk.done(people.amina, "case", "show", row["ref"]).out
    assert words in shown
    assert "it is about Joel" in shown
    assert desk.run(people.joel, "case", "show", row["ref"]).code == 4
    desk.done(people.amina, "grant", "add", row["ref"], "--to", NADIA)
    assert words not in desk.done(people.amina, "case", "show", row["ref"]).out


def test_who_makes_a_case_hears_who_can_open_it_too(desk: OfficeDesk) -> None:
    people = desk.office
    made = desk.done(people.amina, "case", "new", "--kind", "asylum", "--title", "A case")
    assert f"{JOEL}, your deputy, can open it too." in made.out
    assert f"named {JOEL} as your deputy" in made.err
    assert "deputy" not in desk.done(people.amina, "case", "list").err
    refused = desk.run(people.joel, "handover", "order", AMINA, "--to", JOEL, "--reason", "left")
    assert refused.code == 5


def test_a_holiday_with_an_end(desk: OfficeDesk) -> None:
    people = desk.office
    made = desk.done(people.amina, "case", "new", "--kind", "other", "--title", "A case", "--json").json()
    lent = desk.done(people.joel, "member", "away", AMINA, "--until", "2099-12-31", "--deputy", NADIA, "--json").json()
    assert (lent["cases"], lent["until"]) == (1, "2099-12-31")
    held = desk.done(people.nadia, "grant", "list", made["ref"], "--json").json()["members"]
    assert {one["name"]: one["until"] for one in held} == {AMINA: None, JOEL: None, NADIA: "2099-12-31"}
    told = desk.done(people.amina, "case", "list").err
    assert f"{NADIA} can open 1 of your cases until 2099-12-31: given by {JOEL}." in told
    refused = desk.run(people.joel, "member", "away", AMINA, "--until", "2001-01-01", "--deputy", NADIA)
    assert refused.code == 2
    assert "that day has passed" in refused.err


def test_a_restricted_section_at_the_command_line(desk: OfficeDesk) -> None:
    people = desk.office
    case = desk.done(people.amina, "case", "new", "--kind", "asylum", "--title", "A case", "--json").json()["ref"]
    new = ("section", "new", case, "--kind", "location", "--title", "Where she is", "--json")
    section = desk.done(people.amina, *new).json()["section"]
    desk.done(people.amina, "note", "add", case, "--section", section, stdin="Quietwater 17")
    person = ("person", "add", case, "--section", section, "--role", "third", "--name", "Host Nobblewick")
    desk.done(people.amina, *person)
    assert "Where she is" in desk.done(people.amina, "case", "show", case).out
    shown = desk.done(people.amina, "section", "show", section).out
    assert "Quietwater 17" in shown
    assert "Host Nobblewick" in shown
    for who, arguments in ((people.joel, ("case", "show", case)), (people.joel, ("search", "Quietwater"))):
        answer = desk.done(who, *arguments)
        assert "Quietwater" not in answer.out
        assert "estricted" not in answer.out
        assert "sections" not in desk.done(who, *arguments, "--json").json()
    assert desk.run(people.joel, "section", "show", section).code == 4
    assert "You hold no section" in desk.done(people.joel, "section", "list", case).out
    desk.done(people.amina, "section", "grant", section, "--to", JOEL)
    assert "Quietwater 17" in desk.done(people.joel, "section", "show", section).out
    desk.done(people.amina, "section", "revoke", section, "--from-member", JOEL)
    assert desk.run(people.joel, "section", "show", section).code == 4


def test_slips_and_the_clock_at_the_command_line(desk: OfficeDesk) -> None:
    people = desk.office
    values = ("--number", "+49 30 5550 1234", "--call-back")
    slip = desk.done(people.nadia, "intake", "add", *values, "--json").json()["slip"]
    (kept,) = desk.done(people.nadia, "intake", "list", "--json").json()["slips"]
    assert (kept["slip"], kept["call_back"], kept["overdue"]) == (slip, True, False)
    desk.done(people.nadia, "intake", "close", slip)
    assert desk.done(people.nadia, "intake", "list").out == "No open slips.\n"
    assert desk.done(people.amina, "intake", "list").out == "No open slips.\n"  # a caseworker takes calls too
    assert desk.done(people.amina, "clock", "show", "--json").json()["state"] == "steady"
    assert desk.run(people.amina, "clock", "confirm").code == 2
    assert desk.run(people.amina, "clock", "repair").code == 5
    assert desk.done(people.nadia, "clock", "repair", "--json").json()["state"] == "steady"
