"""An order beats the rule and its extension beats the order; legal aid stops the clock of an appeal."""

from __future__ import annotations

from tests.cli.desk import Desk, said


def test_papers_of_a_court_replace_the_computed_date_and_the_history_keeps_each(desk: Desk) -> None:
    ref = str(said(desk, "case", "new", "--kind", "detention", "--title", "Arrest at night")["ref"])
    by_rule = ("--rule", "KG_REMAND", "--trigger", "2139-11-03T05:40", "--zone", "Asia/Bishkek")
    kept = said(desk, "deadline", "add", ref, "--what", "end of custody", *by_rule)
    assert kept["at"] == "2140-01-02"
    (record,) = said(desk, "deadline", "list", ref)["records"]
    assert record["state"] == "check-with-a-lawyer"
    for day in ("2139-12-30", "2140-02-28"):
        said(desk, "deadline", "edit", kept["record"], "--at", day, "--set-by", "court")
    (record,) = said(desk, "deadline", "list", ref)["records"]
    assert (record["at"], record["state"], record["rule"]) == ("2140-02-28", "in-time", "KG_REMAND")
    versions = said(desk, "history", kept["record"])["versions"]
    assert [version["changed"]["at"] for version in versions] == ["2140-01-02", "2139-12-30", "2140-02-28"]
    assert [row["when"] for row in said(desk, "deadline", "list")["due"]] == ["2140-02-28"]


def test_an_appeal_that_legal_aid_stopped_is_kept_with_its_reasons_and_a_warning(desk: Desk) -> None:
    ref = str(said(desk, "case", "new", "--kind", "asylum", "--title", "Refusal in France")["ref"])
    facts = ("--trigger", "2026-11-10", "--suspended", "2026-11-20..2026-12-28")
    added = desk.run("deadline", "add", ref, "--what", "appeal", "--rule", "FR_CNDA_1M", *facts)
    assert added.code == 0, added.err
    assert "2027-01-17, which is no working day: it moves to 2027-01-18" in added.out
    shown = desk.run("deadline", "list", ref).out
    assert "2027-01-18" in shown
    assert "check with a lawyer" in shown
    assert "A lawyer must check: French law" in shown
    assert "in time" not in shown


def test_a_date_in_working_days_says_its_day_and_holidays_and_needs_a_country(desk: Desk) -> None:
    ref = str(said(desk, "case", "new", "--kind", "asylum", "--title", "Refusal in France")["ref"])
    refused = desk.run("deadline", "add", ref, "--what", "appeal", "--at", "+10wd")
    assert (refused.code, "whose holidays count" in refused.err, "+10wd FR" in refused.err) == (2, True, True)
    kept = desk.run("task", "add", ref, "--what", "call", "--due", "10 jours ouvrés FR")
    assert (kept.code, "is 10 working days from today (FR). Holidays left out:" in kept.err) == (0, True)
    (row,) = said(desk, "deadline", "list")["due"]
    assert kept.err.startswith(row["when"])
