"""`casevault erase`, `case hold` and `case release`: what goes is shown first, and nobody erases by mistake."""

from __future__ import annotations

from tests.cli.desk import Desk


def ref_of(desk: Desk) -> str:
    return str(desk.run("case", "list", "--json").json()["cases"][0]["ref"])


def test_what_goes_is_shown_and_nothing_goes_without_a_yes(desk: Desk) -> None:
    ref = ref_of(desk)
    person = desk.run("person", "add", ref, "--role", "client", "--name", "Vexilda Morrowquay", "--json").json()[
        "person"
    ]
    asked = desk.run("erase", person, "--reason", "subject-request")
    assert "This is erased for good" in asked.err
    assert "1 x person" in asked.err
    assert "nobody confirmed it" in asked.err
    assert asked.code != 0
    answer = desk.run("erase", person, "--reason", "subject-request", "--yes")
    assert answer.code == 0, answer.err
    assert "It is erased. This is the letter about it" in answer.out
    assert "Vexilda" not in answer.out
    assert desk.run("search", "Morrowquay", "--json").json()["hits"] == []
    verified = desk.run("log", "verify")
    assert verified.code == 0, verified.out


def test_a_case_on_hold_is_not_erased_until_it_is_released(desk: Desk) -> None:
    ref = ref_of(desk)
    held = desk.run("case", "hold", ref, "--review", "2090-01-01", "--reason", "a court asks")
    assert held.code == 0, held.err
    refused = desk.run("erase", ref, "--reason", "retention", "--yes")
    assert "is on legal hold" in refused.err
    assert "casevault case release CASE" in refused.err
    released = desk.run("case", "release", ref, "--reason", "it is over")
    assert released.code == 0, released.err
    gone = desk.run("erase", ref, "--reason", "retention", "--yes", "--json")
    assert gone.code == 0, gone.err
    assert gone.json()["cases"] == [ref]
    assert ref not in desk.run("case", "list").out


def test_what_colleagues_erased_is_listed_and_can_go_now(desk: Desk) -> None:
    assert desk.run("erasures", "list").out == "Nothing that a colleague erased is on this device.\n"
    assert desk.run("erasures", "now", "--json").json()["removed"] == 0
