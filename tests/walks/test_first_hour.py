"""The first hour of a caseworker's day, by the command: what was written can be put right, and what is due is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pypdf
import pytest

from tests.cli.desk import Desk
from tests.services.conftest import filled_template, founded_template
from tests.services.founded import MEMBER, Filled

__all__ = ["filled_template", "founded_template"]  # fixtures


@pytest.fixture
def desk(filled_template: Filled, tmp_path: Path) -> Desk:
    return Desk.of(filled_template.place.copied_to(tmp_path / "office"), tmp_path)


def _said(desk: Desk, *arguments: str) -> dict[str, Any]:
    answer = desk.run(*arguments, "--json")
    assert answer.code == 0, answer.err
    return answer.json()


def _listed(desk: Desk, *options: str) -> list[str]:
    return [row["ref"] for row in _said(desk, "case", "list", *options)["cases"]]


def _made(desk: Desk, kind: str = "extradition") -> str:
    return str(_said(desk, "case", "new", "--kind", kind, "--title", "Extradition of a teacher")["ref"])


def test_a_case_says_for_how_long_there_was_no_contact_and_the_list_finds_it(desk: Desk) -> None:
    silent, heard = _made(desk), _made(desk)
    for ref, day in ((silent, "2026-01-02"), (heard, None)):
        on = ("--when", day) if day else ()
        assert desk.run("note", "add", ref, "--kind", "contact", *on, stdin="A call.").code == 0
    assert _said(desk, "case", "show", silent)["last_contact"] == "2026-01-02"
    assert "no contact for" in desk.run("case", "show", silent).out
    found = {row["ref"]: row["last_contact"] for row in _said(desk, "case", "list", "--no-contact", "30")["cases"]}
    assert found[silent] == "2026-01-02"
    assert heard not in found
    slip = _said(desk, "intake", "add", "--text", "He is well.")["slip"]
    _said(desk, "intake", "move", slip, "--to", silent)
    assert silent not in _listed(desk, "--no-contact", "30")  # the call counts, moved as it is
    assert desk.run("case", "list", "--no-contact", "0", "--json").code != 0


def test_title_stage_and_risk_of_a_case_change_and_the_history_says_what_they_were(desk: Desk) -> None:
    ref = _made(desk)
    _said(desk, "case", "edit", ref, "--title", "Extradition of Arseni Vyuzhanin")
    _said(desk, "case", "stage", ref, "refused-at-risk", "--on", "2026-11-20")
    shown = _said(desk, "case", "show", ref)
    assert (shown["title"], shown["stage"]) == ("Extradition of Arseni Vyuzhanin", "refused-at-risk")
    assert shown["risk"] == "high"  # a refused extradition is the most dangerous time
    versions = _said(desk, "history", ref)["versions"]
    assert [version["changed"].get("title") for version in versions] == [
        "Extradition of a teacher",
        "Extradition of Arseni Vyuzhanin",
        None,
    ]
    assert [version["by"] for version in versions] == [MEMBER] * 3
    assert [version["current"] for version in versions] == [False, False, True]
    assert "nothing is saved" in desk.run("case", "edit", ref, "--risk", "high").out


def test_a_closed_case_leaves_the_list_is_found_by_its_words_and_opens_again(desk: Desk) -> None:
    ref = _made(desk)
    _said(desk, "case", "close", ref, "--reason", "travelled on")
    assert ref not in _listed(desk)
    assert _listed(desk, "--closed") == [ref]
    (hit,) = _said(desk, "search", "teacher")["hits"]
    assert _said(desk, "case", "show", hit["case"])["ref"] == ref
    assert desk.run("case", "close", ref, "--reason", "twice").code != 0
    _said(desk, "case", "reopen", ref)
    assert ref in _listed(desk)
    assert _listed(desk, "--closed") == []


def test_the_end_of_a_detention_is_the_next_date_of_its_case_until_it_is_over(desk: Desk) -> None:
    ref = _made(desk)
    order = ("--taken", "2026-10-14", "--expires", "2026-12-10", "--order", "order 4/17", "--place", "SIZO")
    record = _said(desk, "detention", "add", ref, *order)["record"]
    _said(desk, "hearing", "add", ref, "--at", "2026-12-14T09:30", "--court", "Court of the second district")
    due = _said(desk, "deadline", "list")["due"]
    assert [(row["kind"], row["when"]) for row in due] == [("detention", "2026-12-10"), ("hearing", "2026-12-14T09:30")]
    extension = ("--expires", "2027-01-10", "--extended", "2026-12-09")
    _said(desk, "detention", "edit", record, *extension)
    assert [version["changed"].get("expires") for version in _said(desk, "history", record)["versions"]] == [
        "2026-12-10",
        "2027-01-10",
    ]
    rows = {row["ref"]: row["due"] for row in _said(desk, "case", "list")["cases"]}
    assert rows[ref] == "2026-12-14T09:30"
    _said(desk, "detention", "done", record, "--on", "2026-12-20")
    assert [row["kind"] for row in _said(desk, "deadline", "list")["due"]] == ["hearing"]


def test_a_deadline_is_added_moved_and_done_and_a_task_without_a_date_is_still_to_do(desk: Desk) -> None:
    ref = _made(desk)
    deadline = ("--what", "appeal", "--at", "01.12.2026", "--set-by", "court", "--source", "order 4/17")
    record = _said(desk, "deadline", "add", ref, *deadline)["record"]
    _said(desk, "task", "add", ref, "--what", "call the interpreter")
    _said(desk, "deadline", "move", record, "2026-12-03")
    due = _said(desk, "deadline", "list")["due"]
    assert [(row["about"], row["when"]) for row in due] == [("appeal", "2026-12-03"), ("call the interpreter", None)]
    assert _said(desk, "deadline", "list", "--due", "0d")["due"] == []
    _said(desk, "deadline", "done", record)
    assert [row["about"] for row in _said(desk, "deadline", "list")["due"]] == ["call the interpreter"]
    assert _said(desk, "deadline", "list", ref)["records"][0]["at"] == "2026-12-03"


def test_a_record_that_does_not_fit_its_form_is_refused_and_nothing_is_written(desk: Desk) -> None:
    ref = _made(desk)
    refused = [
        ("hearing", "add", ref, "--at", "soon"),
        ("wanted", "add", ref, "--system", "all-of-them"),
        ("incident", "add", ref),
        ("detention", "edit", "0000", "--expires", "2026-12-10"),
        ("case", "stage", ref, "recognised"),
        ("case", "edit", ref),
    ]
    before = len(_said(desk, "history", ref)["versions"])
    assert [arguments for arguments in refused if desk.run(*arguments).code == 0] == []
    assert len(_said(desk, "history", ref)["versions"]) == before
    assert _said(desk, "incident", "list", ref)["records"] == []


def test_what_was_written_last_is_taken_back_and_what_it_replaced_stands_again(desk: Desk) -> None:
    ref = _made(desk)
    record = _said(desk, "task", "add", ref, "--what", "call the lawyer Zumurrudi")["record"]
    _said(desk, "task", "done", record)
    assert _said(desk, "undo")["undone"] == {"task": 1}
    assert _said(desk, "task", "list", ref)["records"][0]["done"] is None
    assert [row["about"] for row in _said(desk, "deadline", "list")["due"]] == ["call the lawyer Zumurrudi"]
    _said(desk, "undo")
    assert _said(desk, "task", "list", ref)["records"] == []
    assert _said(desk, "search", "Zumurrudi")["hits"] == []
    assert desk.run("undo").code != 0  # the case itself: it can be closed
    assert _said(desk, "log", "verify")["verified"]


def test_a_slip_becomes_a_new_case_with_every_word_and_the_caller(desk: Desk) -> None:
    heard = ("--name", "Zumurrudi", "--number", "+33 6 39 98 01 02", "--text", "taken from home last night")
    slip = _said(desk, "intake", "add", "--call-back", *heard)["slip"]
    moved = _said(desk, "intake", "move", slip[:8], "--new", "detention", "--title", "Night arrest")
    assert moved["kept"] == ["note", "person", "task"]
    assert [row["about"] for row in _said(desk, "deadline", "list")["due"]] == ["call back Zumurrudi"]
    shown = _said(desk, "case", "show", moved["ref"])
    assert shown["title"] == "Night arrest"
    assert [person["names"] for person in shown["persons"]] == [["Zumurrudi"]]
    assert all(word in shown["notes"][0]["text"] for word in heard[1::2])
    assert _said(desk, "intake", "list")["slips"] == []
    assert desk.run("intake", "move", slip, "--to", moved["ref"]).code != 0


def test_many_cases_get_a_risk_and_are_closed_in_one_command_which_goes_on_where_it_stopped(desk: Desk) -> None:
    refs = [_made(desk) for _ in range(3)]
    done = _said(desk, "case", "edit", *refs, "--risk", "high")
    assert (done["changed"], done["same"], done["refused"]) == (3, 0, [])
    _said(desk, "case", "close", refs[0], "--reason", "travelled on")
    done = _said(desk, "case", "close", *refs, "--reason", "the office closes")
    assert (done["changed"], done["same"]) == (2, 1)
    assert sorted(_listed(desk, "--closed")) == sorted(refs)
    assert _said(desk, "case", "show", refs[1])["risk"] == "high"


def _person(desk: Desk, ref: str, *options: str) -> str:
    return str(_said(desk, "person", "add", ref, "--role", "client", *options)["person"])


def test_a_mistyped_name_is_corrected_stays_with_its_mark_and_the_history_has_both(desk: Desk) -> None:
    ref = _made(desk)
    person = _person(desk, ref, "--name", "Арсений Вюжанин", "--phone", "+996 555 010 203")
    change = ("--add-name", "Арсений Вьюжанин", "--misspelt", "Арсений Вюжанин", "--born", "1988-03")
    assert _said(desk, "person", "edit", person[:8], *change)["changed"]
    _said(desk, "person", "edit", person, "--drop-phone", "0555 010203", "--phone", "+996 555 010 412")
    shown = _said(desk, "person", "show", person)
    assert shown["spellings"] == [
        {"text": "Арсений Вьюжанин", "script": "Cyrl", "kind": "legal"},
        {"text": "Арсений Вюжанин", "script": "Cyrl", "kind": "misspelt"},
    ]
    assert (shown["born"], shown["phones"]) == ("1988-03", ["+996 555 010 412"])
    assert person[:8] in desk.run("person", "list", ref).out
    assert len(_said(desk, "history", person)["versions"]) == 3
    refused = [
        ("--misspelt", "Somebody else"),
        ("--drop-phone", "112233"),
        ("--born", "soon"),
        ("--role", "nobody"),
        (),
    ]
    assert [options for options in refused if desk.run("person", "edit", person, *options).code == 0] == []
    assert len(_said(desk, "history", person)["versions"]) == 3


def test_a_number_that_must_never_be_used_says_do_not_call_wherever_it_is_shown_or_typed(desk: Desk) -> None:
    ref = _made(desk)
    person = _person(desk, ref, "--name", "Арсений Вьюжанин", "--phone", "0555 010 203")
    contact = ("--channel", "messenger", "--address", "through his sister", "--hours", "after 18:00")
    more = ("--code-phrase", "about the books", "--may-tell", "the sister: nothing", "--never-use", "+996 555 010203")
    assert _said(desk, "person", "edit", person, *contact, *more)["do_not_call"] == []
    case = desk.run("case", "show", ref)
    first = case.out.splitlines()[0]
    assert first.startswith("SAFE CONTACT  Арсений Вьюжанин: messenger through his sister; after 18:00")
    assert "DO NOT CALL  +996 555 010203" in case.out
    for shown in (("case", "show", ref), ("person", "list", ref), ("person", "show", person), ("search", "Вьюжанин")):
        assert "DO NOT CALL  0555 010 203" in desk.run(*shown).out, shown
    other = ("--role", "relative", "--name", "Lev", "--phone", "(996) 555-01-02-03")
    assert _said(desk, "person", "add", ref, *other)["do_not_call"] == ["(996) 555-01-02-03"]
    assert "DO NOT CALL" in desk.run("intake", "add", "--number", "555010203").out
    _said(desk, "person", "edit", person, "--use-again", "+996 555 010203")
    assert "DO NOT CALL" not in desk.run("case", "show", ref).out


def test_a_person_of_two_cases_is_said_to_be_one_and_their_cases_are_found(desk: Desk) -> None:
    refs = [_made(desk), _made(desk, "asylum"), _made(desk, "family")]
    first, second, third = (_person(desk, ref, "--name", "Арсений Вьюжанин") for ref in refs)
    alone = _said(desk, "person", "cases", first)["cases"]
    assert [line["ref"] for line in alone] == refs[:1]
    assert _said(desk, "person", "same", first, second)["places"] == 2
    assert _said(desk, "person", "same", third, second)["places"] == 3
    for person in (first, second, third):
        assert {line["ref"] for line in _said(desk, "person", "cases", person)["cases"]} == set(refs)
    assert desk.run("person", "same", first, first).code != 0


def test_relatives_parties_and_linked_cases_stand_in_a_case_and_name_its_people_alone(desk: Desk) -> None:
    ref, other = _made(desk), _made(desk, "asylum")
    client = _person(desk, ref, "--name", "Arseni Vyuzhanin")
    wife = _said(desk, "person", "add", ref, "--role", "dependant", "--name", "Lidia Vyuzhanina")["person"]
    stranger = _person(desk, other, "--name", "Noor Example")
    relation = ("--from-person", wife[:8], "--relation", "spouse", "--to-person", client)
    record = _said(desk, "relation", "add", ref, *relation, "--exposed", "yes")["record"]
    (kept,) = _said(desk, "relation", "list", ref)["records"]
    assert (kept["from_person"], kept["to_person"], kept["relation"]) == (wife, client, "spouse")
    assert "Lidia Vyuzhanina" in desk.run("relation", "list", ref).out
    assert desk.run("relation", "edit", record, "--to-person", stranger).code != 0
    assert desk.run("relation", "add", ref, "--from-person", wife, "--relation", "spouse").code != 0
    _said(desk, "link", "add", ref, "--to-case", other, "--reason", "same order")
    assert [link["to_case"] for link in _said(desk, "link", "list", ref)["records"]] == [other]


def test_a_week_is_printed_with_references_and_without_a_name_or_a_word(desk: Desk, tmp_path: Path) -> None:
    ref = _made(desk)
    _said(desk, "detention", "add", ref, "--expires", "2026-12-10", "--order", "order 4/17", "--place", "SIZO")
    _said(desk, "person", "add", ref, "--role", "client", "--name", "Arseni Vyuzhanin")
    page = tmp_path / "week.pdf"
    _said(desk, "deadline", "week", "--on", "2026-12-09", "--out", str(page))
    text = "\n".join(found.extract_text() for found in pypdf.PdfReader(page).pages)
    assert ref in text
    assert "detention" in text
    for word in ("Vyuzhanin", "teacher", "4/17", "SIZO"):
        assert word not in text
    assert desk.run("deadline", "week", "--out", str(page)).code != 0  # it writes over nothing


def test_scenario_2_a_night_arrest_is_written_down_with_its_clocks_and_the_dead_number(desk: Desk) -> None:
    ref = _made(desk, "detention")
    client = ("--role", "client", "--name", "Arseni Vyuzhanin", "--phone", "+996 555 010 203")
    person = _said(desk, "person", "add", ref, *client)["person"]
    arrest = ("--what", "arrest", "--at", "2026-11-20T05:40", "--affected", "telephone and laptop were taken")
    _said(desk, "incident", "add", ref, *arrest, "--text", "No lawyer was there.")
    _said(desk, "person", "edit", person, "--channel", "through-someone", "--never-use", "+996 555 010 203")
    assert "DO NOT CALL" in desk.run("case", "show", ref).out
    assert "DO NOT CALL" in desk.run("person", "show", person).out
    # Clocks by their certainty: what is confirmed is counted, what is not says which text a lawyer must check.
    counted = _said(desk, "deadline", "count", "COE_16_40D", "--trigger", "2026-11-20")
    unconfirmed = desk.run("deadline", "count", "MINSK_40D", "--trigger", "2026-11-20").out
    assert "2026-12-30" in str(counted)
    assert "in time" not in unconfirmed
    for step in ("find out where he is", "send a lawyer", "tell the family by the safe way"):
        _said(desk, "task", "add", ref, "--what", step, "--due", "2026-11-20")
    assert [row["about"] for row in _said(desk, "deadline", "list")["due"]][:3] == [
        "find out where he is",
        "send a lawyer",
        "tell the family by the safe way",
    ]


def test_scenario_17_after_a_refused_extradition_the_risk_is_high_and_check_ins_are_due(
    desk: Desk,
) -> None:
    ref = _made(desk)
    said = desk.run("case", "stage", ref, "refused-at-risk", "--on", "2026-11-20").out
    assert "the most dangerous time" in said
    assert _said(desk, "case", "show", ref)["risk"] == "high"
    section = _said(desk, "section", "new", ref, "--kind", "location", "--title", "Where he is")["section"]
    note = ("note", "add", ref, "--section", section, "--kind", "safety", "--json")
    assert desk.run(*note, stdin="Larkspur Yard 4, second floor").code == 0
    assert _said(desk, "search", "Larkspur")["hits"] == []
    for day in ("2026-11-21", "2026-11-22"):
        _said(desk, "task", "add", ref, "--what", "check-in by his sister", "--due", f"{day}T22:00")
    first, second = _said(desk, "deadline", "list")["due"]
    _said(desk, "task", "done", first["record"])
    assert [row["when"] for row in _said(desk, "deadline", "list")["due"]] == [second["when"]]
