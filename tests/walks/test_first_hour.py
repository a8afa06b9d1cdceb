"""The first hour of a caseworker's day, by command and by app: what was written is put right, and found again."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pypdf
import pytest

from tests.cli.desk import Desk, said
from tests.services.founded import MEMBER
from tests.tui.house import AMINA, House
from tests.walks.command_desk import listed, made, person_in
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId, RecordId
from vault.services.cases import case_people, cases, intake, notes

SAID = "« Mon frère est arrêté », this morning at the prefecture.\nTwo children are with him."
HOSTILE = "\x1b]0;gone\x07\x1b[2J[/b] Ножницы مقص \u202e"


def test_by_command_title_stage_and_risk_of_a_case_change_and_the_history_says_what_they_were(desk: Desk) -> None:
    ref = made(desk)
    said(desk, "case", "edit", ref, "--title", "Extradition of Arseni Vyuzhanin")
    said(desk, "case", "stage", ref, "refused-at-risk", "--on", "2026-11-20")
    shown = said(desk, "case", "show", ref)
    assert (shown["title"], shown["stage"]) == ("Extradition of Arseni Vyuzhanin", "refused-at-risk")
    assert shown["risk"] == "high"  # a refused extradition is the most dangerous time
    versions = said(desk, "history", ref)["versions"]
    assert [version["changed"].get("title") for version in versions] == [
        "Extradition of a teacher",
        "Extradition of Arseni Vyuzhanin",
        None,
    ]
    assert [version["by"] for version in versions] == [MEMBER] * 3
    assert [version["current"] for version in versions] == [False, False, True]
    assert "nothing is saved" in desk.run("case", "edit", ref, "--risk", "high").out
    history = desk.run("history", ref).out
    assert "title: Extradition of a teacher -> Extradition of Arseni Vyuzhanin" in history
    assert f"owner: {MEMBER}" in history


def test_by_command_a_mistyped_name_is_corrected_stays_with_its_mark_and_the_history_has_both(desk: Desk) -> None:
    ref = made(desk)
    person = person_in(desk, ref, "--name", "Арсений Вюжанин", "--phone", "+996 555 010 203")
    change = ("--add-name", "Арсений Вьюжанин", "--misspelt", "Арсений Вюжанин", "--born", "1988-03")
    assert said(desk, "person", "edit", person[:8], *change)["changed"]
    said(desk, "person", "edit", person, "--drop-phone", "0555 010203", "--phone", "+996 555 010 412")
    shown = said(desk, "person", "show", person)
    assert shown["spellings"] == [
        {"text": "Арсений Вьюжанин", "script": "Cyrl", "kind": "legal"},
        {"text": "Арсений Вюжанин", "script": "Cyrl", "kind": "misspelt"},
    ]
    assert (shown["born"], shown["phones"]) == ("1988-03", ["+996 555 010 412"])
    assert person[:8] in desk.run("person", "list", ref).out
    assert len(said(desk, "history", person)["versions"]) == 3
    refused = [
        ("--misspelt", "Somebody else"),
        ("--drop-phone", "112233"),
        ("--born", "soon"),
        ("--role", "nobody"),
        (),
    ]
    assert [options for options in refused if desk.run("person", "edit", person, *options).code == 0] == []
    assert len(said(desk, "history", person)["versions"]) == 3


def test_by_command_a_slip_becomes_a_case_or_is_moved_into_one_with_every_word_and_the_caller(desk: Desk) -> None:
    heard = ("--name", "Zumurrudi", "--number", "+33 6 39 98 01 02", "--text", "taken from home last night")
    slip = said(desk, "intake", "add", "--call-back", *heard)["slip"]
    moved = said(desk, "intake", "move", slip[:8], "--new", "detention", "--title", "Night arrest")
    assert moved["kept"] == ["note", "person", "task"]
    assert [row["about"] for row in said(desk, "deadline", "list")["due"]] == ["call back Zumurrudi"]
    shown = said(desk, "case", "show", moved["ref"])
    assert shown["title"] == "Night arrest"
    assert [(person["names"], person["role"]) for person in shown["persons"]] == [(["Zumurrudi"], "client")]
    assert all(word in shown["notes"][0]["text"] for word in heard[1::2])
    assert said(desk, "intake", "list")["slips"] == []
    assert desk.run("intake", "move", slip, "--to", moved["ref"]).code != 0
    second = said(desk, "intake", "add", "--text", "His brother asks again.")["slip"]
    told = desk.run("intake", "move", second, "--to", moved["ref"]).out
    assert f"The words of the slip are in case {moved['ref']} now, as a note." in told
    assert said(desk, "search", "asks again")["hits"] != []
    assert "His brother asks again." in str(said(desk, "case", "show", moved["ref"])["notes"])
    brother = said(desk, "intake", "add", "--name", "Baxtiyor")["slip"]
    new = ("intake", "move", brother, "--new", "detention", "--title", "Another arrest", "--role", "relative")
    (caller,) = said(desk, "case", "show", said(desk, *new)["ref"])["persons"]
    assert caller["role"] == "relative"


def test_by_command_the_end_of_a_detention_is_the_next_date_of_its_case_until_it_is_over(desk: Desk) -> None:
    ref = made(desk)
    order = ("--taken", "2026-10-14", "--expires", "2090-12-10", "--order", "order 4/17", "--place", "SIZO")
    record = said(desk, "detention", "add", ref, *order)["record"]
    said(desk, "hearing", "add", ref, "--at", "2090-12-14T09:30", "--court", "Court of the second district")
    due = said(desk, "deadline", "list")["due"]
    assert [(row["kind"], row["when"]) for row in due] == [("detention", "2090-12-10"), ("hearing", "2090-12-14T09:30")]
    extension = ("--expires", "2091-01-10", "--extended", "2090-12-09")
    said(desk, "detention", "edit", record, *extension)
    assert [version["changed"].get("expires") for version in said(desk, "history", record)["versions"]] == [
        "2090-12-10",
        "2091-01-10",
    ]
    rows = {row["ref"]: row["due"] for row in said(desk, "case", "list")["cases"]}
    assert rows[ref] == "2090-12-14T09:30"
    said(desk, "detention", "done", record, "--on", "2090-12-20")
    assert [row["kind"] for row in said(desk, "deadline", "list")["due"]] == ["hearing"]


def test_by_command_a_week_is_printed_with_references_and_without_a_name_or_a_word(desk: Desk, tmp_path: Path) -> None:
    ref = made(desk)
    said(desk, "detention", "add", ref, "--expires", "2026-12-10", "--order", "order 4/17", "--place", "SIZO")
    said(desk, "person", "add", ref, "--role", "client", "--name", "Arseni Vyuzhanin")
    shown = said(desk, "deadline", "week", "--on", "2026-12-09")
    (date,) = (date for day in shown["days"] for date in day["dates"])
    assert (date["ref"], shown["dates"], shown["file"], shown["days"][0]["day"]) == (ref, 1, None, "2026-12-07")
    screen = desk.run("deadline", "week", "--on", "2026-12-09").out
    page = tmp_path / "week.pdf"
    said(desk, "deadline", "week", "--on", "2026-12-09", "--out", str(page))
    text = "\n".join(found.extract_text() for found in pypdf.PdfReader(page).pages)
    for told in (screen, text):
        assert [word for word in (ref, "etention", "Thursday 2026-12-10") if word not in told] == []
        assert [word for word in ("Vyuzhanin", "teacher", "4/17", "SIZO") if word in told] == []
    assert desk.run("deadline", "week", "--out", str(page)).code != 0  # it writes over nothing


def test_by_command_a_person_of_two_cases_is_said_to_be_one_and_their_cases_are_found(desk: Desk) -> None:
    refs = [made(desk), made(desk, "asylum"), made(desk, "family")]
    first, second, third = (person_in(desk, ref, "--name", "Арсений Вьюжанин") for ref in refs)
    alone = said(desk, "person", "cases", first)["cases"]
    assert [line["ref"] for line in alone] == refs[:1]
    assert said(desk, "person", "same", first, second)["places"] == 2
    assert said(desk, "person", "same", third, second)["places"] == 3
    for person in (first, second, third):
        assert {line["ref"] for line in said(desk, "person", "cases", person)["cases"]} == set(refs)
    assert desk.run("person", "same", first, first).code != 0


def test_by_command_a_closed_case_leaves_the_list_is_found_by_its_words_and_opens_again(desk: Desk) -> None:
    ref = made(desk)
    said(desk, "case", "close", ref, "--reason", "travelled on")
    assert ref not in listed(desk)
    assert listed(desk, "--closed") == [ref]
    (hit,) = said(desk, "search", "teacher")["hits"]
    assert said(desk, "case", "show", hit["case"])["ref"] == ref
    assert desk.run("case", "close", ref, "--reason", "twice").code != 0
    said(desk, "case", "reopen", ref)
    assert ref in listed(desk)
    assert listed(desk, "--closed") == []
    assert "No case of yours is closed." in desk.run("case", "list", "--closed").out


def test_by_command_what_was_written_last_is_taken_back_and_what_it_replaced_stands_again(desk: Desk) -> None:
    ref = made(desk)
    record = said(desk, "task", "add", ref, "--what", "call the lawyer Zumurrudi")["record"]
    said(desk, "task", "done", record)
    refused = desk.run("undo", "--no-input")
    assert (refused.code, "nothing is taken back" in refused.err) == (3, True)
    assert said(desk, "undo", "--yes")["undone"] == {"task": 1}
    (undone,) = said(desk, "log", "list", "--act", "undo")["entries"]
    assert (undone["act"], undone["why"], undone["covers"]) == ("undo", None, {"task": 1})
    assert re.search(r"^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d \+0000 .* undo +ok ", desk.run("log", "list").out, re.MULTILINE)
    mistyped = desk.run("log", "list", "--act", "nonsense")
    assert (mistyped.code, "there is no act nonsense" in mistyped.err, mistyped.out) == (2, True, "")
    assert said(desk, "task", "list", ref)["records"][0]["done"] is None
    assert [row["about"] for row in said(desk, "deadline", "list")["due"]] == ["call the lawyer Zumurrudi"]
    said(desk, "undo", "--yes")
    assert said(desk, "task", "list", ref)["records"] == []
    assert said(desk, "search", "Zumurrudi")["hits"] == []
    assert desk.run("undo", "--yes").code != 0  # the case itself: it can be closed
    assert said(desk, "log", "verify")["verified"]


@pytest.mark.screen
def test_by_app_a_call_of_one_key_is_kept_by_one_moved_with_every_word_into_a_case_and_found_again(
    house: House,
) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "n", " In the middle of a note", "f9", f" {SAID}")
        amina.fill(number="+33 6 39 98 01 02", name="Saïd? Zomorodi?", language="French", call_back="after 15:00")
        amina.press("f4")
        assert amina.value("note") == "In the middle of a note"
        amina.press("escape", "escape", ":open slips").sees("1 open", "Saïd? Zomorodi?", "after 15:00")
        amina.press("m", f" {house.ref}", "f4").sees(f"The words of the slip are in case {house.ref} now", "0 open")
        amina.press("escape", "f3", " prefecture", "enter").sees("1 hit", house.ref)
    with house.open("Amina") as session:
        view = cases.open_case(session, house.case)
        text = view.notes[-1].value.text
        person = view.persons[-1].value
    for words in (*SAID.splitlines(), "+33 6 39 98 01 02", "Saïd? Zomorodi?", "French", "after 15:00"):
        assert words in text, words
    assert (person.display_name(), person.phones) == ("Saïd? Zomorodi?", ("+33 6 39 98 01 02",))


@pytest.mark.screen
def test_by_app_a_call_becomes_a_case_of_its_own_and_another_is_closed(house: House) -> None:
    with house.open("Amina") as session:
        intake.add(session, name="Zomorodi", text=HOSTILE)
        intake.add(session, text="A wrong number.")
    with house.desk("Amina") as amina:
        amina.press(":open slips", "n").clear("title").press(" Zomorodi, arrested", "f4")
        amina.sees("The words of the slip are in case", "Zomorodi, arrested", "People 1", "Ножницы")
        amina.press("2").sees("client")
        amina.press("escape").sees("1 open", "A wrong number.")
        amina.press("enter", "x", "y").sees("The slip is closed.", "0 open")
        amina.press("escape").sees("Zomorodi")


@pytest.mark.screen
def test_by_app_an_open_slip_is_corrected_and_taken_back(house: House) -> None:
    with house.open("Amina") as session:
        intake.add(session, name="Zomorodi", text="Taken at nine.")
    with house.desk("Amina") as amina:
        amina.press(":open slips", "enter", "e", " Or ten.").go_to("number").press(" Zomorodi", "tab")
        amina.sees("! Number: it has no digit.")
        amina.clear("number").fill(call_back="Monday").press("f4")
        amina.sees("The change is saved.", "Taken at nine. Or ten.", "Monday")
        amina.press("ctrl+z", "y").sees("Taken back:", "Taken at nine.").sees_not("Or ten.")


@pytest.mark.screen
def test_by_app_the_end_of_an_order_stands_on_the_page_of_the_week(house: House) -> None:
    tomorrow = (datetime.datetime.now(tz=datetime.UTC).date() + datetime.timedelta(days=1)).isoformat()
    with house.desk("Amina", begins_at_home=True) as amina:
        amina.press("c", "enter", "d", "n").until("> detention", "down").press("enter")
        amina.fill(expires=tomorrow, order="order 4/17").press("f4").sees(tomorrow, "order 4/17")
        amina.press("f8", "w").sees("Week", "detention", "in 1 day", house.ref)
        amina.press("enter").sees("Dates 1", "order 4/17")


@pytest.mark.screen
def test_by_app_a_person_is_joined_with_the_same_one_of_another_case(house: House) -> None:
    with house.open("Amina") as session:
        other = cases.create(session, title="Family of the arrested", kind="family")
        theirs = case_people.add(session, other.case, role="client", names=["Torgayev Ilham"], phones=["030 5550 1234"])
    with house.desk("Amina") as amina:
        amina.press("slash", f" {house.ref}", "enter", "enter", "j").sees("Put the cursor on the person")
        amina.press("2", "enter").at("Person Ilham Torgaev client in")
        amina.sees("Torgayev Ilham", other.ref, "has +49 30 5550 1234 too", "spelled like Ilham")
        amina.press("plus", " Torgajew", "enter").until("> misspelt", "down").press("enter")
        amina.sees("3 spellings", "Torgajew misspelt, Latin")
        for answer in ("n", "y"):
            amina.press("j", "enter").sees(f"Are Ilham Torgaev and Torgayev Ilham, of {other.ref}, the same person?")
            amina.press(answer, *(("escape",) if answer == "n" else ()))
        amina.sees("They are the same person now, in 2 places of your cases.", "Ctrl+Z takes it back.")
        amina.sees("Family of the arrested", "nobody in your cases")
        amina.press("ctrl+z", "y").sees("Taken back: person.", "has +49 30 5550 1234 too")
    assert _who(house, other.case, theirs) is None
    with house.desk("Amina") as amina:
        amina.press("slash", f" {house.ref}", "enter", "enter", "2").until("> client", "down").press("j", "f4", "y")
        amina.at(house.ref)
    with house.open("Amina") as session:
        ours = cases.open_case(session, house.case).persons
    assert _who(house, other.case, theirs) in {person.value.who for person in ours} - {None}


def _who(house: House, case: CompartmentId, record: RecordId) -> bytes | None:
    with house.open("Amina") as session:
        (found,) = (person.value for person in cases.open_case(session, case).persons if person.record == record)
    return found.who


@pytest.mark.screen
def test_by_app_a_case_is_closed_and_found_again_and_the_last_act_is_taken_back(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "m").clear("title").fill(title="Detention of a teacher").press("f4")
        amina.sees("Detention of a teacher")
        amina.press("ctrl+z", "y").sees("Taken back: case.").sees_not("Detention of a teacher")
        amina.press("m", "ctrl+w", " moved on", "enter").sees("CLOSED")
        amina.press("escape").sees_not(house.ref)
        amina.press("f3", " market", "enter").sees("1 hit", house.ref, "closed")
        amina.press("enter").sees("CLOSED", "He was asked for at the market.")
        amina.press("m", "ctrl+o").sees_not("CLOSED")


@pytest.mark.screen
def test_by_app_a_contact_costs_three_keys_beside_its_text_and_ends_a_silence(house: House) -> None:
    text, keys = " He called from the station.", ("enter", "n", "f4")
    with house.open("Amina") as session:
        made = cases.create(session, title="A long silence", kind="other")
        notes.add(session, made.case, Note(NoteKind.CONTACT, "A call.", occurred="2026-01-02"))
    with house.desk("Amina") as amina:
        amina.press("slash", f" {made.ref}", "enter", "enter").sees("A long silence", "no contact for")
        amina.press("escape", "slash", "ctrl+u", f" {house.ref}", "enter", *keys[:2], text, *keys[2:])
        amina.sees("He called from the station.")
    assert len(keys) <= 6
    with house.open("Amina") as session:
        note = cases.open_case(session, house.case).notes[-1].value
    assert (note.kind, note.text) == ("contact", text.strip())


# Somebody who is known already: found by another spelling and by a number, told before a second one is made.
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
    assert (asked.code, f"1  {NAME}: the spelling is added to them" in asked.err, "--same PERSON" in asked.err) == (
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
        nadia.press(":calls", "m", "f4").sees("Who called?", f"{NAME}: the spelling is added to them")
        nadia.press("escape").sees("2 open")
        nadia.press("m", "f4", "enter").sees("The words of the slip are in case", "1 open")
        nadia.press("m", "f4", "down", "enter").sees("The words of the slip are in case", "0 open")
    with house.open("Nadia") as session:
        names = [[name.text for name in person.value.names] for person in cases.open_case(session, case).persons]
    assert sorted(names, key=len) == [["Skoriakina Alia"], [NAME, "Skoriakine Aliya"]]


@pytest.mark.long
@pytest.mark.screen
def test_by_app_she_is_found_otherwise_spelt_and_a_duplicate_is_told_without_a_word_of_it(house: House) -> None:
    with house.desk("Nadia") as nadia:
        nadia.press("f9", " She was stopped at the border.").fill(name="Torgajew Ilham", number="0700 111222")
        nadia.press("f4", ":calls", "n", "f4").sees("Known already?", f"A match exists. Ask {AMINA}.")
        nadia.sees_not(house.ref, "5550", "Ильхам")
        nadia.press("n", "f4", "y").sees("The words of the slip are in case", "She was stopped at the border.")
        nadia.press("p", f" {NAME}").fill(phones=PHONE).press("f4", "f3")
        for asked, why in (("Skoriakine", "spelling"), ("0555 123456", "last digits")):
            nadia.clear("words").press(f" {asked}", "enter").sees("People 1", why, NAME)
        nadia.press("escape", "p", " Skoriakina Aliya", "f4").sees("Known already?", "spelled like Skoriakina Aliya")
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
        nadia.press("y").sees("Skoriakina Aliya")


@pytest.mark.screen
def test_by_app_and_by_command_a_client_is_left_out_of_the_register_and_no_colleague_is_told(
    house: House, tmp_path: Path
) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "2", "enter", "enter").go_to("register").until("left out", "right").press("f4")
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
