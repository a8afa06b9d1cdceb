"""Risk and safety by the command: reasons for danger, what is agreed, who looks whether somebody is well."""

from __future__ import annotations

import datetime
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyrage  # type: ignore[import-untyped]  # it ships no types
import pytest
from pypdf import PdfReader

from tests.cli.desk import Desk, said
from tests.services.founded import MEMBER
from tests.walks.command_desk import made
from vault.casework.story.incident import IncidentKind
from vault.policy.roles import Role
from vault.services.cases import cases
from vault.services.safety import incidents


def text_of(page: Path) -> str:
    return " ".join(part.extract_text() for part in PdfReader(page).pages)


def _agrees(desk: Desk, ref: str) -> None:
    """Write down that the family lets the UN search."""
    told = ("--identity", "yes", "--account", "yes", "--proceedings", "yes")
    purpose = ("--purpose", "search-for-somebody", "--given", "today", "--how", "by-telephone")
    said(desk, "consent", "add", ref, "--recipient", "UN desk", *purpose, *told)


def recipient(desk: Desk, name: str) -> pyrage.x25519.Identity:
    """Add somebody whose key is confirmed."""
    identity = pyrage.x25519.Identity.generate()
    words = said(desk, "recipient", "add", name, "--age", str(identity.to_public()))["fingerprint"]
    assert said(desk, "recipient", "confirm", name, "--words", words)["confirmed"]
    return identity


def opened(desk: Desk, sealed: Mapping[str, Any], identity: pyrage.x25519.Identity, tmp_path: Path) -> Path:
    """Return the folder to which its recipient opened a package."""
    key, folder = tmp_path / "key", tmp_path / "opened"
    key.write_text(str(identity))
    key.chmod(0o600)
    words = ("--identity", str(key), "--words", " ".join(sealed["key_words"]), "--out", str(folder))
    assert desk.run_bare("package", "open", sealed["package"], *words).code == 0
    return folder


def test_a_reason_for_danger_and_a_plan_are_looked_at_again_on_their_day_and_never_due_without_one(desk: Desk) -> None:
    ref = made(desk, "extradition")
    booked = ("--factor", "travel-booked", "--level", "immediate", "--source", "ticket", "--review", "2150-01-02")
    risk = said(desk, "risk", "add", ref, *booked)["record"]
    said(desk, "risk", "add", ref, "--factor", "public-profile")
    steps = ("--steps", "leave by the yard", "--steps", "ring Nora", "--code-words", "library card: do not come")
    said(desk, "safety-plan", "add", ref, "--what", "a raid at night", *steps, "--review", "2150-01-01")
    due = said(desk, "deadline", "list")["due"]
    assert [(row["kind"], row["when"]) for row in due] == [("safety-plan", "2150-01-01"), ("risk", "2150-01-02")]
    said(desk, "risk", "done", risk)
    assert [row["kind"] for row in said(desk, "deadline", "list")["due"]] == ["safety-plan"]
    assert said(desk, "search", "ring Nora")["hits"]
    assert "Code words and what they mean: library card" in desk.run("safety-plan", "list", ref).out
    assert [row["factor"] for row in said(desk, "risk", "list", ref)["records"]] == ["travel-booked", "public-profile"]


def test_a_missed_check_in_says_who_takes_over_and_which_step_is_due_and_being_heard_writes_the_next(
    desk: Desk,
) -> None:
    ref = made(desk, "extradition")
    now = datetime.datetime.now().astimezone()
    at = (now - datetime.timedelta(minutes=50)).strftime("%Y-%m-%dT%H:%M")
    looked = ("--who", "his sister, by Signal", "--first", "Amina", "--second", "Joel", "--at", at, "--every", "day")
    ladder = ("--ladder", "2h: the lawyer", "--ladder", "30m: ring the sister")
    record = said(desk, "check-in", "add", ref, *looked, *ladder)["record"]
    (due,) = said(desk, "deadline", "list")["due"]
    assert (due["kind"], due["about"], due["missed"]) == ("check-in", "his sister, by Signal, Amina, Joel", True)
    assert "MISSED 50 minutes ago" in desk.run("deadline", "list").out
    assert f"a check-in is MISSED (since {at.replace('T', ' ')})" in desk.run("case", "show", ref).out
    (missed,) = said(desk, "check-in", "missed")["missed"]
    assert (missed["due"], missed["to_come"], missed["second"]) == (["ring the sister"], ["the lawyer"], "Joel")
    assert "now: ring the sister" in desk.run("check-in", "missed").out
    assert desk.run("check-in", "heard", record).code != 0  # nobody is well because nothing else was said
    assert len(said(desk, "check-in", "missed")["missed"]) == 1
    following = said(desk, "check-in", "heard", record, "--end", "late")["next"]
    assert following == (datetime.datetime.fromisoformat(at) + datetime.timedelta(days=1)).isoformat()[:16]
    assert said(desk, "check-in", "missed")["missed"] == []
    assert [row["when"] for row in said(desk, "deadline", "list")["due"]] == [following]
    # Said twice, it writes no second one.
    assert said(desk, "check-in", "heard", record, "--end", "well")["next"] is None
    assert len(said(desk, "check-in", "list", ref)["records"]) == 2


def test_a_check_in_without_a_time_a_second_person_or_a_time_before_each_step_is_refused(desk: Desk) -> None:
    ref = made(desk)
    good = {"--who": "she rings", "--first": "Amina", "--second": "Joel", "--at": "2150-01-01T22:00"}
    refused = ({"--at": "2150-01-01"}, {"--second": "amina"}, {"--ladder": "ring the sister"}, {"--ladder": "0.5h x"})
    for wrong in refused:
        assert desk.run("check-in", "add", ref, *(word for pair in (good | wrong).items() for word in pair)).code != 0
    typed = "she rings\nAmina\nJoel\n3 hours: ring\n3h: ring\n\n\n\n"  # a wrong step is asked for again, at once
    answer = desk.run_at_terminal("check-in", "add", ref, "--at", "2150-01-01T22:00", "--json", typed=typed)
    assert (answer.code, answer.err.count("ladder must have a time before each step")) == (0, 1), answer.err
    desk.run("erase", answer.json()["record"], "--reason", "mistake", "--yes")
    assert said(desk, "check-in", "list", ref)["records"] == []


def test_an_incident_names_its_checklist_whose_steps_are_due_by_the_hour_and_say_who_did_them_when(desk: Desk) -> None:
    ref = made(desk, "detention")
    added = desk.run("incident", "add", ref, "--what", "disappearance", "--at", "2150-01-01T06:10").out
    assert f"casevault checklist begin {ref} --what disappeared" in added
    with desk.place.open() as session:
        case = cases.find(session, ref)
        session.roles = frozenset({Role.FIELD})
        told = incidents.told_after(session, case, IncidentKind.ARREST)
        assert told is not None
        assert ("caseworker or a supervisor" in str(told[0]), told[1]) == (True, None)
    begin = ("checklist", "begin", ref, "--what", "disappeared", "--since", "2150-01-01T06:10")
    steps = said(desk, *begin)["steps"]
    assert [(step["step"], step["due"]) for step in steps[:1] + steps[-1:]] == [
        ("write-last-seen", "2150-01-01T06:10"),
        ("look-back-at-48-hours", "2150-01-03T06:10"),
    ]
    assert desk.run(*begin).code != 0  # it is open
    assert len(said(desk, "deadline", "list")["due"]) == len(steps)
    said(desk, "checklist", "done", steps[0]["record"], "--by", "Joel", "--on", "2150-01-01T06:30")
    said(desk, "checklist", "done", steps[1]["record"])
    after = {step["record"]: step for step in said(desk, "checklist", "list", ref)["steps"]}
    assert (after[steps[0]["record"]]["by"], after[steps[0]["record"]]["done"]) == ("Joel", "2150-01-01T06:30")
    assert after[steps[1]["record"]]["by"] == "Mira Halvorsen"
    shown = desk.run("checklist", "list", ref).out
    assert f"disappeared: 2 of {len(steps)} steps done" in shown
    assert "√ 2150-01-01 06:30  Write when and where they were last seen or heard, and who says so.  Joel" in shown
    assert len(said(desk, "deadline", "list")["due"]) == len(steps) - 2


def test_scenario_12_the_seizure_drill_gives_the_warn_list_and_a_page_that_names_nobody(
    desk: Desk, tmp_path: Path
) -> None:
    ref = made(desk, "extradition")
    client = ("--role", "client", "--name", "Arseni Vyuzhanin", "--phone", "+996 555 010 203")
    said(desk, "person", "add", ref, *client)
    said(desk, "person", "add", ref, "--role", "relative", "--name", "Lidia", "--phone", "+996 555 010 204")
    said(desk, "intake", "add", "--name", "Temir", "--number", "+996 555 010 205")
    desk.run("note", "add", ref, "--kind", "contact", stdin="He is in Larkspur Yard.")
    page = tmp_path / "page.pdf"
    began = time.monotonic()
    found = said(desk, "drill", "seizure", "--out", str(page))
    assert time.monotonic() - began < 600
    assert {"ref": ref, "people": 2, "notes": 1, "papers": 0} in found["cases"]
    assert any("Arseni Vyuzhanin" in line for line in found["warn"])
    assert (found["others"], found["calls"]) == (1, 1)
    shown = desk.run("drill", "seizure").out
    assert [
        word for word in ("Lidia  (relative; risk: medium)", "010 204", "Temir", "010 205") if word not in shown
    ] == []
    assert "WHOM TO WARN" in shown
    assert "□ now: Revoke every device that was taken" in shown
    assert "+996 555 010 203" in shown
    text = text_of(page)
    assert ref in text
    assert "Revoke every device" in text
    assert [word for word in ("Vyuzhanin", "Arseni", "555", "Larkspur", "Mira", "Lidia", "Temir") if word in text] == []
    assert desk.run("drill", "seizure", "--out", str(page)).code != 0  # nothing is written over
    gone = made(desk, "asylum")
    assert desk.run("erase", gone, "--reason", "mistake", "--yes").code == 0
    assert [case["ref"] for case in said(desk, "drill", "seizure")["cases"] if case["ref"] == gone] == []


@pytest.mark.long
def test_a_pack_in_clear_or_by_export_needs_a_fact_and_names_of_others_are_asked_and_told_of(
    desk: Desk, tmp_path: Path
) -> None:
    ref, page, out = made(desk, "detention"), tmp_path / "page.pdf", tmp_path / "out"
    out.mkdir()
    said(desk, "person", "add", ref, "--role", "client", "--name", "Arseni Vyuzhanin")
    said(desk, "person", "add", ref, "--role", "relative", "--name", "Lidia Vyuzhanina")
    recipient(desk, "UN desk")
    _agrees(desk, ref)
    leave = ("--to", "UN desk", "--out", str(out), "--unread", "--decide", "proposed", "--surname", "desk")
    for command in (("export", ref, "--profile", "disappearance", *leave), ("pack", ref, "--page", str(page))):
        assert "no fact of this case is confirmed" in desk.run(*command).err
    assert (list(out.iterdir()), page.exists()) == ([], False)

    place = "the bus station, with Lidia Vyuzhanina and Ozgur; Arseni was seen"
    said(desk, "incident", "add", ref, "--what", "disappearance", "--place", place, "--confirmed", "two neighbours")
    undecided = desk.run("pack", ref, "--page", str(page), "--json")
    open_forms = [q["form"] for q in undecided.json()["open"]]
    assert (undecided.code, open_forms, page.exists()) == (3, ["Arseni", "Ozgur"], False)
    printed = said(desk, "pack", ref, "--page", str(page), "--decide", "proposed")
    gone = [{"form": "Arseni", "count": 1, "action": "remove", "may_be_named": True}]
    assert (printed["page"], [q for q in printed["as_proposed"] if q["may_be_named"]]) == (str(page), gone)
    assert "[removed]" in text_of(page)
    assert [word for word in ("Arseni Vyuzhanin", "the bus station") if word not in text_of(page)] == []
    assert [word for word in ("Lidia", "Vyuzhanina", "Ozgur") if word in text_of(page)] == []
    aloud = desk.run("pack", ref, *leave).out
    assert "Removed as proposed, though it may be the client or another who is named: 'Arseni' (1 x)." in aloud


@pytest.mark.long
def test_a_pack_holds_the_confirmed_facts_of_the_client_and_nothing_that_is_only_said(
    desk: Desk, tmp_path: Path
) -> None:
    ref = made(desk, "detention")
    client = ("--role", "client", "--name", "Arseni Vyuzhanin", "--born", "1988-03-14")
    said(desk, "person", "add", ref, *client)
    said(desk, "person", "add", ref, "--role", "relative", "--name", "Lidia Vyuzhanina")
    desk.run("note", "add", ref, "--kind", "contact", stdin="Two men asked for him at the market.")
    out = tmp_path / "out"
    out.mkdir()
    identity = recipient(desk, "UN desk")
    _agrees(desk, ref)
    leave = (
        "pack",
        ref,
        "--to",
        "UN desk",
        "--out",
        str(out),
        "--unread",
        "--decide",
        "proposed",
        "--json",
        "--surname",
        "desk",
    )

    began = time.monotonic()
    taken = ("--what", "disappearance", "--at", "2026-11-20T05:40", "--told-by", "Lidia", "--place", "the bus station")
    incident = said(desk, "incident", "add", ref, *taken, "--text", "She heard shouts.")["record"]
    said(desk, "detention", "add", ref, "--place", "rumoured cellar", "--taken", "2026-11-21")
    assert "no fact of this case is confirmed" in desk.run(*leave).err
    assert list(out.iterdir()) == []
    confirmed = ("--confirmed", "two neighbours, apart from each other")
    said(desk, "incident", "edit", incident, *confirmed)
    said(
        desk,
        "event",
        "add",
        ref,
        "--at",
        "2026-11-19",
        "--what",
        "somebody followed him",
        *confirmed,
        "--disputed",
        "yes",
    )
    facts = said(desk, "pack", ref)
    assert [fact["record"] for fact in facts["confirmed"]] == [incident]
    (fact,) = facts["confirmed"]
    assert (fact["confirmed"], fact["written_by"]) == (confirmed[1], MEMBER)
    assert f"confirmed by {confirmed[1]}; {MEMBER} wrote it " in desk.run("pack", ref).out
    assert {fact["kind"] for fact in facts["unconfirmed"]} == {"detention", "event"}
    assert facts["lacks"] == ["who took them, confirmed; or leave it out"]
    page = tmp_path / "page.pdf"
    assert said(desk, "pack", ref, "--page", str(page))["page"] == str(page)
    on_paper = text_of(page)
    assert [word for word in ("Arseni Vyuzhanin", "1988-03-14", "the bus station") if word not in on_paper] == []
    assert [word for word in ("Lidia", "shouts", "cellar", "followed", "neighbours") if word in on_paper] == []
    assert desk.run("pack", ref, "--page", str(page)).code != 0  # nothing is written over
    sealed = desk.run(*leave).json()
    assert time.monotonic() - began < 300

    folder = opened(desk, sealed, identity, tmp_path)
    text = text_of(folder / "report.pdf")
    shown = (
        "Arseni Vyuzhanin",
        "14 March 1988",
        "disappearance",
        "20 November 2026, 05:40",
        "search for a disappeared",
    )
    assert [word for word in shown if word not in text] == []
    hidden = ("Lidia", "shouts", "cellar", "market", "neighbours", "followed", "21 November")
    assert [word for word in hidden if word in text + (folder / "data.json").read_text("utf-8")] == []


@pytest.mark.long
def test_scenario_18_a_person_who_asks_gets_their_own_data_in_dari_and_nobody_elses(desk: Desk, tmp_path: Path) -> None:
    ref = made(desk, "asylum")
    client = ("--role", "client", "--name", "فریده نورزی", "--born", "1991-05-02", "--phone", "+996 555 010 203")
    person = said(desk, "person", "add", ref, *client)["person"]
    said(desk, "person", "add", ref, "--role", "witness", "--name", "Jalil Sabori", "--name", "جلیل صبوری")
    text = "فریده نورزی با Jalil Sabori در 3 ژوئن 2026 آمد. جلیل صبوری شاهد است."
    assert desk.run("note", "add", ref, "--kind", "interview", stdin=text).code == 0
    assert desk.run("note", "add", ref, "--kind", "medical", stdin="She coughs.").code == 0
    asked = ("--what", "copy", "--person", person, "--received", "2149-12-01", "--due", "2150-01-01")
    request = said(desk, "subject-request", "add", ref, *asked)["record"]
    (due,) = said(desk, "deadline", "list")["due"]
    assert (due["kind"], due["when"]) == ("subject-request", "2150-01-01")

    out, letter = tmp_path / "out", tmp_path / "letter"
    out.mkdir()
    identity = recipient(desk, "Farida")
    leave = (
        "export",
        ref,
        "--profile",
        "subject",
        "--to",
        "Farida",
        "--out",
        str(out),
        "--unread",
        "--surname",
        "farida",
    )
    letter.write_text("a letter of hers")
    said(desk, "document", "add", ref, str(letter), "--kind", "other")
    answer = desk.run(*leave, "--decide", "proposed", "--json")
    sealed = answer.json()
    assert (sealed["papers_left_out"], "1 document of the case stays here" in answer.err) == (1, True)
    folder = opened(desk, sealed, identity, tmp_path)
    data = (folder / "data.json").read_text("utf-8")
    assert "فریده نورزی" in data
    assert "2 May 1991" in text_of(folder / "report.pdf")
    assert [word for word in ("Jalil", "Sabori", "جلیل", "صبوری", "coughs") if word in data] == []
    said(desk, "subject-request", "edit", request, "--handed", "the package, to her, by stick; no copy is kept")
    said(desk, "subject-request", "done", request)
    assert said(desk, "deadline", "list")["due"] == []
    assert "export" in desk.run("log", "list", "--act", "export").out


@pytest.mark.long
def test_at_refused_at_risk_a_lower_risk_and_a_close_wait_for_a_reason_that_is_typed(desk: Desk) -> None:
    ref = made(desk)
    answer = desk.run("case", "stage", ref, "refused-at-risk").out
    assert "the most dangerous time" in answer
    for offered in ("section new", "check-in add", "safety-plan add", "task add"):
        assert f"`casevault {offered}`" in " ".join(answer.split())
    now = datetime.datetime.now().astimezone()
    for hours in (-3, 20):
        at = (now + datetime.timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M")
        looked = ("--who", f"his sister {hours}", "--first", "Amina", "--second", "Joel", "--at", at)
        said(desk, "check-in", "add", ref, *looked)
    lower, close = ("case", "edit", ref, "--risk", "low"), ("case", "close", ref)
    assert [desk.run(*lower).code, desk.run(*close, "--reason", "quiet").code] == [3, 3]
    assert [desk.run_at_terminal(*lower, typed="\n\n").code, desk.run_at_terminal(*close, typed="\n").code] == [3, 3]
    assert (said(desk, "case", "show", ref)["risk"], said(desk, "case", "list", "--closed")["cases"]) == ("high", [])
    assert said(desk, "case", "edit", ref, "--risk", "immediate")["changed"]  # higher: no question

    assert desk.run_at_terminal(*lower, typed="\nhe left the country\n").code == 0
    assert "risk reason: he left the country" in desk.run("history", ref).out
    assert said(desk, "case", "edit", ref, "--risk", "high")["changed"]
    assert said(desk, *lower, "--reason", "he arrived")["changed"]  # in a script
    told = " ".join(desk.run_at_terminal(*close, typed="\n").err.split())
    for stop in ("its stage is refused at risk", "a check-in is MISSED (since 20", "a check-in runs (next 20"):
        assert f"WARNING: {stop}" in told
    assert said(desk, *close, "--reason", "he is safe", "--anyway")["closed"]
    said(desk, "case", "reopen", ref)
    assert desk.run_at_terminal(*close, typed="yes\nhe is safe, the sister says so\n").code == 0
    other, third = made(desk), made(desk)
    said(desk, "case", "stage", other, "refused-at-risk")
    both = desk.run("case", "close", other, third, "--reason", "the office closes").out
    assert "1 case was changed" in both
    assert "was not changed: this case is not closed: its stage is refused at risk" in " ".join(both.split())
