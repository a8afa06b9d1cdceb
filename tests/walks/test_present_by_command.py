"""At a terminal: a question shows what is there and Enter keeps it; and a no throws no answers away."""

from __future__ import annotations

from pathlib import Path

import pyrage  # type: ignore[import-untyped]  # it ships no types
import pytest

from tests.cli.desk import Desk, said
from tests.walks.command_desk import made

SHE = "Farida Noorzai"


def test_a_change_shows_what_is_there_and_enter_keeps_it(desk: Desk) -> None:
    case = made(desk, "asylum")
    what = ("--what", "arrest", "--place", "Oshmar", "--affected", "she", "--affected", "her phone")
    record = said(desk, "incident", "add", case, *what, "--text", "They came.")["record"]
    her = said(desk, "person", "add", case, "--role", "client", "--name", SHE, "--born", "1990")["person"]
    request = said(desk, "subject-request", "add", case, "--what", "copy", "--handed", "a page")["record"]
    # place, by whom, who and which devices, told by, confirmed, what happened
    changed = desk.run_at_terminal("incident", "edit", record, typed="\nGKNB\n\n\n\n\n", is_seen=True)
    assert changed.code == 0, changed.err
    assert "Place (now Oshmar; Enter keeps it): " in changed.err
    assert "By whom (Enter leaves it as it is): " in changed.err
    assert (
        "Who and which devices (now she / her phone; Enter keeps it, or type all again, each on its own line): "
        in changed.err
    )
    assert "(now They came.; Enter keeps it" in changed.err
    told = desk.run("--json", "incident", "list", case).json()["records"][0]
    assert (told["place"], told["by_whom"]) == ("Oshmar", "GKNB")
    assert (told["affected"], told["text"]) == (["she", "her phone"], "They came.")
    asked = desk.run_at_terminal("person", "edit", her, typed="\n" * 3 + "1991\n" + "\n" * 11, is_seen=True)
    assert "for about) (now 1990; Enter keeps it): " in asked.err
    over = desk.run_at_terminal("subject-request", "done", request, typed="a page, to her\n", is_seen=True)
    assert "What was handed over, and to whom (now a page; Enter keeps it): " in over.err
    told = desk.run("--json", "subject-request", "list", case).json()["records"][0]
    assert (told["handed"], told["answered"] is not None) == ("a page, to her", True)


def test_the_reason_of_a_hold_is_shown_once_the_look_is_in_the_log_and_enter_keeps_it(desk: Desk) -> None:
    case = made(desk, "asylum")
    said(desk, "case", "hold", case, "--review", "2090-01-01", "--reason", "a court asks")
    longer = desk.run_at_terminal("case", "hold", case, "--review", "2091-01-01", typed="\n", is_seen=True)
    assert "Why the case is on legal hold (now a court asks; Enter keeps it): " in longer.err
    assert longer.code == 0, longer.err
    viewed = desk.run("--json", "log", "list", "--act", "case.view").json()["entries"]
    assert viewed
    assert "reason: a court asks" in desk.run("history", case).out or "2091-01-01" in longer.out


def test_going_on_with_a_note_takes_no_other_kind_or_day(desk: Desk) -> None:
    case = made(desk, "asylum")
    answer = desk.run("note", "add", case, "--go-on", "--kind", "interview")
    assert answer.code == 2
    assert "its kind and its day stay" in answer.err


@pytest.mark.long
def test_a_case_a_paper_and_a_recipient_show_what_is_there_to_a_terminal_and_to_no_file(
    desk: Desk, tmp_path: Path
) -> None:
    case = said(desk, "case", "new", "--kind", "asylum", "--title", "Larkspur")["ref"]
    (tmp_path / "letter.txt").write_text("From the clinic.")
    paper = said(desk, "document", "add", case, str(tmp_path / "letter.txt"), "--kind", "other", "--title", "Clinic")
    key = str(pyrage.x25519.Identity.generate().to_public())
    said(desk, "recipient", "add", "Bureau", "--age", key)
    said(desk, "recipient", "edit", "Bureau", "--phone", "+33 1 99 00 11 22", "--language", "Dari")
    questions = (
        (("case", "edit", case), ("New title of the case (now Larkspur; Enter keeps it): ",)),
        (("document", "edit", paper["document"]), ("(now Clinic; Enter keeps it): ",)),
        (
            ("recipient", "edit", "Bureau"),
            ("Phone (now +33 1 99 00 11 22; Enter keeps it): ", "Town (Enter leaves it", "(now Dari; Enter keeps it, "),
        ),
    )
    for command, shown in questions:
        seen = desk.run_at_terminal(*command, "--json", typed="\n" * 8, is_seen=True)
        assert [words for words in shown if words not in seen.err] == [], seen.err
        elsewhere = desk.run_at_terminal(*command, "--json", typed="\n" * 8)
        assert [word for word in ("Larkspur", "Clinic", "99 00", "Dari") if word in elsewhere.err] == []
    assert said(desk, "case", "show", case)["title"] == "Larkspur"
    assert said(desk, "document", "show", paper["document"])["title"] == "Clinic"
    (bureau,) = said(desk, "recipient", "list")["recipients"]
    assert (bureau["phone"], bureau["languages"]) == ("+33 1 99 00 11 22", ["Dari"])
    assert desk.run_at_terminal("case", "edit", case, typed="Delphinium\n", is_seen=True).code == 0
    assert said(desk, "case", "show", case)["title"] == "Delphinium"


@pytest.mark.long
def test_who_says_no_to_somebody_known_keeps_the_answers_goes_through_them_again_or_drops_them(desk: Desk) -> None:
    case, other = made(desk, "asylum"), made(desk, "asylum")
    said(desk, "person", "add", case, "--role", "client", "--name", SHE, "--born", "1990")
    answers = f"{SHE}\n\n1990\n" + "\n" * 8
    add = ("person", "add", other, "--role", "relative")
    dropped = desk.run_at_terminal(*add, typed=f"{answers}\nno\ndrop\n")
    assert (dropped.code != 0, "nothing is written" in dropped.err) == (True, True)
    assert "as the same person in another case? Type yes, no, or back" in dropped.err
    assert desk.run("--json", "person", "list", other).json()["persons"] == []
    again = desk.run_at_terminal(*add, typed=f"{answers}no\nback\n\n1991\n" + "\n" * 8 + "no\nkeep\n", is_seen=True)
    assert again.code == 0, again.err
    assert f"Name, in each script known (now {SHE}; Enter keeps it" in again.err
    (person,) = desk.run("--json", "person", "list", other).json()["persons"]
    assert (person["born"], SHE in str(person)) == ("1991", True)
