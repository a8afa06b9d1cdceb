"""`casevault erase`, `case hold` and `case release`: what goes is shown first, and nobody erases by mistake."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from pypdf import PdfReader

from tests.cli.desk import Desk
from vault.casework.case import Case
from vault.services.cases import cases, editing


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
    assert "The letter about it:" in answer.out
    assert "Vexilda" not in answer.out
    assert desk.run("search", "Morrowquay", "--json").json()["hits"] == []
    verified = desk.run("log", "verify")
    assert verified.code == 0, verified.out


def test_the_letter_goes_into_a_file_where_the_person_says_and_into_none_else(desk: Desk, tmp_path: Path) -> None:
    ref, out = ref_of(desk), tmp_path / "letter.pdf"
    said = tmp_path / "note.txt"
    said.write_text("Vexilda Morrowquay called", "utf-8")
    first, second = (desk.run("note", "add", ref, "--file", str(said), "--json").json()["note"] for _ in range(2))
    erase = ("--reason", "mistake", "--yes", "--json", "--out", str(out))
    answer = desk.run("erase", first, *erase)
    assert answer.code == 0, answer.err
    assert answer.json()["file"] == str(out)
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(out).pages).split())
    assert "we erased these records (reason: they were written by mistake): notes: 1" in text
    assert "Vexilda" not in text
    kept = out.read_bytes()
    third = desk.run("note", "add", ref, "--file", str(said), "--json").json()["note"]
    russian = tmp_path / "russian.pdf"
    answer = desk.run("erase", third, *erase[:-1], str(russian), "--language", "ru")
    assert answer.code == 0, answer.err
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(russian).pages).split())
    assert "мы удалили эти записи (причина: они были записаны по ошибке): заметки: 1" in text
    assert "erased" not in text
    refused = desk.run("erase", second, *erase)
    assert "exists already" in refused.err
    assert desk.run("note", "show", second).code == 0
    assert out.read_bytes() == kept


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


def test_closed_cases_are_proposed_by_the_rules_and_nothing_goes_by_itself(desk: Desk) -> None:
    ref = ref_of(desk)
    kind = desk.run("case", "list", "--json").json()["cases"][0]["kind"]
    assert desk.run("erasures", "rules").out == "No rule: nothing is proposed.\n"
    assert "months is a number from 1" in desk.run("erasures", "rules", "--kind", kind, "--months", "0").err
    assert desk.run("erasures", "rules", "--kind", kind, "--months", "24", "--json").json()["rules"] == {kind: 24}
    assert desk.run("erasures", "due", "--json").json()["due"] == []
    assert desk.run("case", "close", ref, "--reason", "he is safe").code == 0
    with desk.place.open() as session:
        case = cases.find(session, ref)
        old = partial(replace, closed="2023-05-31")
        editing.edit(session, editing.own_record(session, case), Case, old)
    (due,) = desk.run("erasures", "due", "--json").json()["due"]
    assert (due["ref"], due["since"], due["held"]) == (ref, "2025-05-31", False)
    assert desk.run("case", "list", "--closed").out.count(ref) == 1
    assert desk.run("case", "hold", ref, "--review", "2090-01-01", "--reason", "a court asks").code == 0
    assert "on legal hold: it stays" in desk.run("erasures", "due").out
    assert desk.run("erasures", "rules", "--kind", kind, "--json").json()["rules"] == {}
