"""`casevault deadline`: dates that a rule gives, where each stands, and a calendar file that says nothing."""

from __future__ import annotations

import re
from pathlib import Path

from tests.cli.desk import Desk, said
from tests.services.founded import Filled
from tests.tables import each
from vault.casework.story.events import Deadline
from vault.ids import RecordId
from vault.records.work import Entry

LONG_AGO, FAR_AHEAD = "2010-01-01", "2140-01-01"


def made(desk: Desk) -> str:
    return str(said(desk, "case", "new", "--kind", "extradition", "--title", "Extradition of a teacher")["ref"])


def test_rules_and_dates_are_shown_without_a_vault(desk: Desk) -> None:
    rules = said(desk, "deadline", "rules")["rules"]
    assert [rule["certainty"] for rule in rules] == sorted(
        (rule["certainty"] for rule in rules), key=lambda certainty: certainty != "confirmed"
    )
    whole = desk.run("deadline", "rules", "kg-remand").out
    assert "period: 2 months" in whole
    assert "Art. 114" in whole
    counted = said(desk, "deadline", "count", "COE_16_40D", "--trigger", "03.11.2026")
    assert (counted["at"], counted["latest"], counted["certainty"]) == ("2026-12-13", "2026-12-13", "confirmed")


@each(
    {
        "a court": (
            f"KG_REMAND --trigger 2026-11-03T05:40 --zone Asia/Bishkek --court 2026-12-30 --court {FAR_AHEAD}",
            (FAR_AHEAD, FAR_AHEAD, "in-time"),
        ),
        "a clock that stands, in a month": (
            "FR_CNDA_1M --trigger 2139-11 --suspended 2139-11-20..", ("2139-12-01", None, "check-with-a-lawyer"),
        ),
    }
)  # fmt: skip
def test_a_date_is_counted_from_what_is_typed(line: str, expected: tuple[str | None, ...], desk: Desk) -> None:
    counted = said(desk, "deadline", "count", *line.split())
    assert (counted["at"], counted["latest"], counted["state"]) == expected
    assert counted["reasons"]


def test_a_rule_keeps_a_date_in_a_case_and_the_list_says_where_it_stands(desk: Desk) -> None:
    ref = made(desk)
    kept = said(desk, "deadline", "add", ref, "--what", "release", "--rule", "COE_16_40D", "--trigger", LONG_AGO)
    assert kept["at"] == "2010-02-10"
    said(desk, "deadline", "add", ref, "--what", "decision", "--rule", "kg_rsd_decision", "--trigger", "2139-07-01")
    said(desk, "deadline", "add", ref, "--what", "answer", "--at", FAR_AHEAD, "--set-by", "person")
    records = {record["what"]: record for record in said(desk, "deadline", "list", ref)["records"]}
    assert {what: (record["set_by"], record["state"]) for what, record in records.items()} == {
        "release": ("rule", "late"),
        "decision": ("rule", "check-with-a-lawyer"),
        "answer": ("person", "in-time"),
    }
    assert "Government Regulation 188" in records["decision"]["check"]
    due = {line["about"]: (line.get("state"), line.get("check")) for line in said(desk, "deadline", "list")["due"]}
    assert due == {what: (record["state"], record["check"]) for what, record in records.items()}
    assert due["decision"][1] in " ".join(desk.run("deadline", "list").out.split())
    order = ("--at", FAR_AHEAD, "--set-by", "court")
    said(desk, "deadline", "edit", records["decision"]["record"], *order)
    records = {record["what"]: record for record in said(desk, "deadline", "list", ref)["records"]}
    assert (records["decision"]["rule"], records["decision"]["state"]) == ("KG_RSD_DECISION", "in-time")


def test_what_gives_no_date_is_refused_and_nothing_is_written(desk: Desk) -> None:
    ref = made(desk)
    add = ("deadline", "add", ref, "--what", "appeal")
    refused = [
        (*add, "--rule", "KG_RSD_APPEAL", "--trigger", LONG_AGO),
        (*add, "--rule", "KG_OLD_3DAYS", "--trigger", LONG_AGO),
        (*add, "--rule", "COE_16_40D"),
        (*add, "--rule", "NO_SUCH_RULE", "--trigger", LONG_AGO),
        (*add, "--rule", "COE_16_40D", "--trigger", LONG_AGO, "--set-by", "court"),
        (*add, "--at", LONG_AGO),
        (*add, "--set-by", "court"),
        (*add, "--rule", "COE_16_40D", "--trigger", LONG_AGO, "--zone", "Nowhere/Here"),
    ]
    assert [arguments for arguments in refused if desk.run(*arguments).code == 0] == []
    assert said(desk, "deadline", "list", ref)["records"] == []
    answer = desk.run(*refused[0])
    assert "A lawyer must check" in answer.err


def test_a_calendar_file_has_dates_and_no_word_of_a_case(desk: Desk, tmp_path: Path) -> None:
    ref = made(desk)
    kept = said(desk, "deadline", "add", ref, "--what", "appeal", "--at", "2026-12-03", "--set-by", "court")
    said(desk, "hearing", "add", ref, "--at", "2026-12-14T09:30", "--court", "Court of the second district")
    said(desk, "task", "add", ref, "--what", "call the interpreter")
    file = tmp_path / "dates.ics"
    written = said(desk, "deadline", "calendar", "--out", str(file), "--zone", "Asia/Bishkek")
    assert (written["dates"], written["left_out"]) == (2, 1)
    text = file.read_bytes().decode()
    assert re.findall(r"DTSTART(?:;VALUE=DATE)?:(\w+)\r\nSUMMARY:(.*)\r\n", text) == [
        ("20261203", "Date 1"),
        ("20261214T033000Z", "Date 2"),
    ]
    assert not any(word in text for word in (ref, "appeal", "Court", "teacher", kept["record"]))
    assert file.stat().st_mode & 0o077 == 0
    assert desk.run("deadline", "calendar", "--out", str(file)).code != 0


def test_done_asks_for_the_case_where_records_of_two_cases_have_one_id(desk: Desk, filled_template: Filled) -> None:
    ref = made(desk)
    record = said(desk, "deadline", "add", ref, "--what", "appeal", "--at", FAR_AHEAD, "--set-by", "court")["record"]
    other = filled_template.cases[0]
    with desk.place.open() as session, session.work(other) as work:
        work.keep(other, Deadline(what="trivial", at=FAR_AHEAD), RecordId(bytes.fromhex(record)))
        work.commit(Entry(act="deadline.create"))
    refused = desk.run("deadline", "done", record)
    assert refused.code != 0
    assert "--case" in refused.err
    said(desk, "deadline", "done", record, "--case", other.hex())
    assert [line["about"] for line in said(desk, "deadline", "list")["due"] if line["record"] == record] == ["appeal"]


def test_closing_a_case_says_how_much_in_it_is_not_done(desk: Desk) -> None:
    ref = made(desk)
    said(desk, "deadline", "add", ref, "--what", "appeal", "--at", FAR_AHEAD, "--set-by", "court")
    said(desk, "task", "add", ref, "--what", "call the interpreter")
    closed = desk.run("case", "close", ref, "--reason", "she left")
    assert "WARNING: 2 dates and tasks in it are not done" in " ".join(closed.out.split())
