"""`casevault intake`: what a caller said is not lost, and the command says no more than is true."""

from __future__ import annotations

import pytest

from tests.cli.desk import Desk

WORDS = ("Rustam Veltrov", "+996 555 123456", "Kyrgyz", "they came at night")


@pytest.fixture
def slip(desk: Desk) -> str:
    options = [
        value for pair in zip(("--name", "--number", "--language", "--text"), WORDS, strict=True) for value in pair
    ]
    answer = desk.run("intake", "add", "--json", *options)
    assert answer.code == 0, answer.err
    return str(answer.json()["slip"])


def test_a_slip_closed_into_a_case_is_found_there_with_all_its_words(desk: Desk, slip: str) -> None:
    ref = desk.run("case", "list", "--json").json()["cases"][0]["ref"]
    answer = desk.run("intake", "move", slip, "--to", ref)
    assert answer.code == 0, answer.err
    assert f"The words of the slip are in case {ref} now, as a note and a person." in answer.out
    (hit,) = desk.run("search", "they came at night", "--json").json()["hits"]
    note = desk.run("note", "show", hit["record"], "--json").json()["text"]
    assert all(words in note for words in WORDS)
    assert desk.run("intake", "list").out == "No open slips.\n"


def test_an_open_slip_is_corrected_and_what_is_not_given_stays(desk: Desk, slip: str) -> None:
    answer = desk.run("intake", "edit", slip[:8], "--name", "Rustam Veltrova", "--when", "Monday")
    assert answer.out == "The change is saved.\n", answer.err
    (shown,) = desk.run("intake", "list", "--json").json()["slips"]
    assert (shown["name"], shown["number"], shown["when"], shown["call_back"]) == (
        "Rustam Veltrova", WORDS[1], "Monday", True
    )  # fmt: skip
    assert desk.run("intake", "edit", slip, "--no-call-back").code == 0
    (shown,) = desk.run("intake", "list", "--json").json()["slips"]
    assert (shown["when"], shown["call_back"], shown["text"]) == ("", False, WORDS[3])


def test_closing_says_when_the_words_are_erased(desk: Desk, slip: str) -> None:
    said = " ".join(desk.run("intake", "close", slip).out.split())
    assert "In ten minutes or later, when a member who takes calls next uses this vault, its words are erased" in said
    assert "Older backups keep them." in said


def test_who_enters_a_person_in_the_register_is_named_to_whoever_asks(desk: Desk) -> None:
    first = desk.run("intake", "ask", "--name", WORDS[0])
    assert first.out == "Nobody entered a person with this name.\n", first.err
    entered = desk.run("intake", "enter", "--name", WORDS[0])
    assert entered.code == 0, entered.err
    asked = desk.run("intake", "ask", "--name", "Veltrov, Rustam", "--json").json()["ask"]
    (name,) = asked.values()
    assert f"Ask {name}.\n" in desk.run("intake", "ask", "--name", "Рустам Вельтров").out
