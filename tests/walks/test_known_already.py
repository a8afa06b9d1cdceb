"""Somebody who is known already: found by another spelling and by a number, told before a second one is made."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.desk import Desk, said
from tests.tui.house import AMINA, House
from vault.services.cases import case_people, cases, intake

NAME, PHONE = "Алия Скорякина", "+996 555 123456"


def test_by_command_she_is_found_otherwise_spelt_and_a_duplicate_is_told_without_a_word_of_it(
    house: House, tmp_path: Path
) -> None:
    desk = Desk.of(house.place, tmp_path)
    ref = str(said(desk, "case", "new", "--kind", "asylum", "--title", "A call from the border")["ref"])
    said(desk, "person", "add", ref, "--role", "client", "--name", NAME, "--phone", PHONE)
    for asked in (("Skoriakine",), ("0555", "123456")):
        (hit,) = said(desk, "search", *asked)["hits"]
        assert (hit["kind"], PHONE in hit["snippet"]) == ("person", True)
    assert said(desk, "search", "Skoriakine", "--exact")["hits"] == []
    slip = str(said(desk, "intake", "add", "--name", "Torgajew, Ilham", "--number", "0700 111222")["slip"])
    move = ("intake", "move", slip, "--new", "detention", "--title", "A call")
    refused = desk.run(*move, "--json")
    assert (refused.code, refused.json()["error"]["ask"], refused.json()["error"]["known"]) == (3, [AMINA], [])
    assert f"A match exists. Ask {AMINA}." in refused.err
    assert [word for word in (house.ref, "Ilham", "5550") if word in refused.err + refused.out] == []
    own = desk.run("person", "add", ref, "--role", "relative", "--name", "Skoryakina Alia")
    assert (own.code, f"of {ref}, spelled like Skoryakina Alia" in own.err) == (3, True)
    assert len(said(desk, "case", "show", ref)["persons"]) == 1
    typed = "Skoryakina Alia\n\n" + 9 * "\n" + "yes\n"  # every other question is passed by
    assert desk.run_at_terminal("person", "add", ref, "--role", "relative", typed=typed).code == 0
    assert len(said(desk, "case", "show", ref)["persons"]) == 2
    moved = said(desk, *move, "--anyway")
    assert moved["kept"] == ["note", "person"]
    (caller,) = said(desk, "case", "show", moved["case"])["persons"]
    edit = ("person", "edit", caller["person"], "--add-name", "Skorjakina Alia")
    known = desk.run(*edit)
    assert (known.code, f"of {ref}, spelled like" in known.err) == (3, True)
    said(desk, *edit, "--anyway")
    assert said(desk, "log", "verify")["verified"]


@pytest.mark.long
def test_by_command_a_call_of_the_client_is_asked_about_and_makes_no_second_person(
    house: House, tmp_path: Path
) -> None:
    desk = Desk.of(house.place, tmp_path)
    ref = str(said(desk, "case", "new", "--kind", "asylum", "--title", "A call from the border")["ref"])
    person = said(desk, "person", "add", ref, "--role", "client", "--name", NAME)["person"]
    slip = str(said(desk, "intake", "add", "--name", "Skoriakine Aliya")["slip"])
    move = ("intake", "move", slip, "--to", ref)
    asked = desk.run(*move)
    assert (asked.code, f"1  {NAME}: no second person is made" in asked.err, "--same PERSON" in asked.err) == (
        3,
        True,
        True,
    )
    told = desk.run_at_terminal(*move, typed="perhaps\n1\n")
    assert (told.code, "Who called?" in told.err) == (0, True)
    (only,) = said(desk, "case", "show", ref)["persons"]
    assert only["person"] == person
    assert only["names"] == [NAME, "Skoriakine Aliya"]
    other = str(said(desk, "intake", "add", "--name", "Skoriakina Alia")["slip"])
    assert desk.run_at_terminal("intake", "move", other, "--to", ref, typed="2\n").code == 0
    assert len(said(desk, "case", "show", ref)["persons"]) == 2
    third = str(said(desk, "intake", "add", "--name", "Алия")["slip"])
    said(desk, "intake", "move", third, "--to", ref, "--same", person)
    assert len(said(desk, "case", "show", ref)["persons"]) == 2


@pytest.mark.screen
def test_by_app_a_call_of_the_client_is_asked_about_and_makes_no_second_person(house: House) -> None:
    with house.open("Nadia") as session:
        case = cases.create(session, title="A market", kind="asylum").case
        case_people.add(session, case, role="client", names=[NAME])
        for name in ("Skoriakine Aliya", "Skoriakina Alia"):
            intake.add(session, name=name)
    with house.desk("Nadia") as nadia:
        nadia.press(":calls", "m", "f4")
        nadia.sees("Who called?", f"{NAME}: no second person is made")
        nadia.press("escape")
        nadia.sees("2 open")
        nadia.press("m", "f4", "enter")
        nadia.sees("The words of the slip are in case", "1 open")
        nadia.press("m", "f4", "down", "enter")
        nadia.sees("The words of the slip are in case", "0 open")
    with house.open("Nadia") as session:
        names = [[name.text for name in person.value.names] for person in cases.open_case(session, case).persons]
    assert sorted(names, key=len) == [["Skoriakina Alia"], [NAME, "Skoriakine Aliya"]]


@pytest.mark.long
@pytest.mark.screen
def test_by_app_she_is_found_otherwise_spelt_and_a_duplicate_is_told_without_a_word_of_it(house: House) -> None:
    with house.desk("Nadia") as nadia:
        nadia.press("f9", " She was stopped at the border.")
        nadia.fill(name="Torgajew Ilham", number="0700 111222")
        nadia.press("f4", ":calls", "n", "f4")
        nadia.sees("Known already?", f"A match exists. Ask {AMINA}.")
        nadia.sees_not(house.ref, "5550", "Ильхам")
        nadia.press("n", "f4", "y")
        nadia.sees("The words of the slip are in case", "She was stopped at the border.")
        nadia.press("p", f" {NAME}")
        nadia.fill(phones=PHONE)
        nadia.press("f4", "f3")
        for asked, why in (("Skoriakine", "spelling"), ("0555 123456", "last digits")):
            nadia.clear("words")
            nadia.press(f" {asked}", "enter")
            nadia.sees("People 1", why, NAME)
        nadia.press("escape", "p", " Skoriakina Aliya", "f4")
        nadia.sees("Known already?", "spelled like Skoriakina Aliya")
        nadia.press("n")
        assert nadia.value("names") == "Skoriakina Aliya"
    with house.open("Nadia") as session:
        assert len(cases.list_all(session)) == 1
        other = cases.create(session, title="A market", kind="asylum").case
        case_people.add(session, other, role="client", names=["Mirlan Tokoev"])
    with house.desk("Nadia") as nadia:
        nadia.press("f3", " Tokoev", "enter", "down", "enter")
        nadia.press("enter", "enter", "end", " ; Skoriakina Aliya", "f4")
        nadia.sees("Known already?", "spelled like Skoriakina Aliya")
        nadia.press("y")
        nadia.sees("Skoriakina Aliya")


@pytest.mark.screen
def test_by_app_and_by_command_a_client_is_left_out_of_the_register_and_no_colleague_is_told(
    house: House, tmp_path: Path
) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "2", "enter", "enter")
        amina.go_to("register")
        amina.until("left out", "right")
        amina.press("f4")
        amina.sees("register left out")
    desk = Desk.of(house.place, tmp_path)
    slip = str(said(desk, "intake", "add", "--name", "Torgajew, Ilham", "--number", "0700 111222")["slip"])
    moved = said(desk, "intake", "move", slip, "--new", "detention", "--title", "A call")  # nobody is to be asked
    new = ("person", "add", moved["case"], "--role", "relative", "--name", NAME)
    added = desk.run(*new, "--register", "no")
    assert (added.code, "may write them down a second time" in " ".join(added.out.split())) == (0, True)
    person = said(desk, "person", "list", moved["case"])["persons"][1]
    assert (person["names"], person["registered"]) == ([NAME], False)
    assert "left out of the register" in desk.run("person", "show", person["person"]).out
    said(desk, "person", "edit", person["person"], "--register", "yes")
    assert said(desk, "person", "show", person["person"])["registered"] is True
