"""Scenario 12 and the pack from the side of the app: a computer was taken, and somebody is gone."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.tui.house import CLIENT, House
from tests.walks.act_examples import a_confirmed_fact
from vault.acts.records import ADD
from vault.casework.case import SectionKind
from vault.casework.person import SafeContact
from vault.casework.story.events import Event
from vault.casework.story.incident import Incident, IncidentKind
from vault.casework.vocabulary import Channel
from vault.errors import NotAsShownError
from vault.services.cases import case_changes, case_people, cases, intake, sections, story_records
from vault.services.projection import authors

pytestmark = pytest.mark.screen

BARRED, SAFE = "+996 555 010 203", "+996 555 010 204"


def _text(path: Path) -> str:
    return " ".join(page.extract_text() for page in PdfReader(path).pages)


def _files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.suffix in {".pdf", ".age"} or path.name == "warn"}


def test_scenario_12_a_computer_was_taken_and_the_app_says_whom_to_call_first_how_and_whom_never(
    house: House, tmp_path: Path
) -> None:
    with house.open("Amina") as amina:
        made = cases.create(amina, title="Extradition", kind="extradition")
        case_changes.change(amina, made.case, risk="immediate")
        contact = SafeContact(Channel.PHONE, SAFE, hours="after 18:00", never_use=(BARRED,))
        case_people.add(
            amina, made.case, role="client", names=["Yakov Finchley"], phones=[BARRED], safe_contact=contact
        )
        case_people.add(amina, house.case, role="relative", names=["Sana Torgaeva"], phones=["+49 30 5550 4321"])
        intake.add(amina, name="as heard", number="+49 30 5550 4322")
    page, warn = tmp_path / "page.pdf", tmp_path / "warn"
    with house.desk("Amina") as desk:
        began = time.monotonic()
        desk.press("exclamation_mark").at("IN AN EMERGENCY")
        first, *_ = [row.strip() for row in desk.lines().splitlines()[1:] if row.strip()]
        assert first == "They are at the door: Ctrl+\\ closes CaseVault now and asks nothing."
        desk.sees("a computer was taken")
        desk.until(f"Which computer {house.people['Amina'].name}", "right").go_to("device").press("f4")
        desk.at("A COMPUTER WAS TAKEN")
        desk.sees("Sana Torgaeva (relative; risk: medium)", "no safe contact is kept; known: +49 30 5550 4321")
        desk.sees("Calls whose slips are open:", "known: +49 30 5550 4322")
        desk.sees("Call in this order: the highest risk is first.", "Nothing is written yet")
        said = desk.words()
        in_order = (f"{made.ref} Yakov Finchley (risk: immediate)", f"DO NOT CALL: {BARRED}", f"phone: {SAFE}", CLIENT)
        assert sorted(in_order, key=said.index) == list(in_order)
        assert _files(tmp_path) == set()
        desk.press("ctrl+p", f" {page}", "enter").sees("It names nobody, and is not encrypted.")
        desk.press("f4", f" {warn}", "enter").sees(f"Whom to warn is in {warn}: personal data in clear")
        assert time.monotonic() - began < 600
        assert (made.ref in _text(page), house.ref in _text(page)) == (True, True)
        assert [word for word in ("Finchley", "Torgaev", "555") if word in _text(page)] == []
        assert warn.read_text("utf-8").splitlines()[1:4] == [
            f"{made.ref}  Yakov Finchley  (risk: immediate)",
            f"    DO NOT CALL: {BARRED}",
            f"    phone: {SAFE}",
        ]
        desk.press("f4", f" {warn}", "enter")
        desk.sees("! ")  # nothing is written over
        desk.resize(60, 16).press("pagedown").sees("What to do", "Revoke every device")
        desk.press("escape", "escape").at("CASES")


def test_somebody_is_gone_and_what_is_confirmed_is_on_the_screen_on_paper_and_on_its_way_to_a_recipient(
    house: House, tmp_path: Path
) -> None:
    paper = tmp_path / "facts.pdf"
    with house.desk("Amina") as desk:
        desk.press("enter", "exclamation_mark", "right", "f4").at("SOMEBODY IS GONE")
        desk.sees("No fact of this case is confirmed")
        desk.press("f4", "ctrl+p").sees("! No fact of this case is confirmed")
    with house.open("Amina") as amina:
        taken = Incident(
            IncidentKind.DISAPPEARANCE,
            at="2026-11-20T05:40",
            place="the bus station behind the house of Sana Torgaeva and Nurlan",
            told_by="Sana Torgaeva",
            text="She heard shouts.",
            confirmed="two neighbours",
        )
        story_records.add(amina, house.case, taken)
        story_records.add(amina, house.case, Event("somebody followed him", at="2026-11-19"))
    with house.desk("Amina") as desk:
        began = time.monotonic()
        desk.press("exclamation_mark", "right", "f4")  # no case is open: it is chosen
        desk.at("WHOSE CASE?")
        desk.press(f" {house.ref}", "f4").at(f"SOMEBODY IS GONE {house.ref} 1 fact is confirmed")
        desk.sees("confirmed by two neighbours; Amina", "Not confirmed", "somebody followed him", "A reader will miss")
        desk.sees_not("shouts")
        desk.press("ctrl+p", f" {paper}", "enter").at("QUESTIONS").sees("Nurlan").sees_not("Sana")
        assert not paper.exists()
        desk.press("x", "f4").sees("It names the client, and is not encrypted.")
        assert [word for word in (CLIENT, "the bus station", "2026-11-20") if word not in _text(paper)] == []
        assert [
            word for word in ("Sana", "Torgaeva", "Nurlan", "shouts", "followed", "neighbours") if word in _text(paper)
        ] == []
        desk.press("f4").at(f"EXPORT {house.ref}").sees("client who disappeared: confirmed facts alone")
        assert time.monotonic() - began < 300


def test_no_page_is_printed_of_facts_that_are_not_those_on_the_screen(house: House, tmp_path: Path) -> None:
    said, page = a_confirmed_fact(house), tmp_path / "page.pdf"
    with closing(house.app("Amina")) as gateway:
        shown = gateway.safety.facts(house.case.hex())
        gateway.acting.try_at_once(ADD["incident"], {**said, "what": ("arrest",), "confirmed": ("a lawyer",)})
        with pytest.raises(NotAsShownError, match="is not what was shown"):
            gateway.safety.print_pack(shown, page, "", {})
    assert not page.exists()


def test_a_person_asks_for_their_own_data_it_has_a_date_in_the_case_and_leaves_by_the_export_for_them(
    house: House,
) -> None:
    with house.desk("Amina") as desk:
        desk.press("enter", "2", "enter").at(f"PERSON {CLIENT}")
        desk.press(":write down what they ask").sees(f"Who asks {CLIENT}")
        desk.press(*"copy").clear("due").fill(language="Dari", due="2150-01-01").press("f4")
        desk.sees("e on it exports their own data")
        desk.press("escape", "d").at("Dates and story")
        desk.sees("2150-01-01 !", f"Who asks: {CLIENT}", "Language of the answer: Dari", "Answer by: 2150-01-01")
        desk.press("e").at(f"EXPORT {house.ref} answer by 2150-01-01")
        desk.sees("the client gets their own data; nobody else is named")
        desk.press("escape", "enter").sees(f"Who asks {CLIENT}")
        desk.press("escape", "n").sees("relation")


def test_what_should_be_done_after_an_act_is_named_as_the_app_calls_it(house: House) -> None:
    with house.open("Amina") as amina:
        cases.create(amina, title="Extradition", kind="extradition")
    with house.desk("Amina") as desk:
        desk.press("down", "f2", " stage: put", "enter", *"refused at", "f4")
        desk.sees("Put where they are into a restricted section: “New section”.", "Begin check-ins: “check-in”.")


def test_scenario_17_the_app_warns_at_refused_at_risk_and_keeps_all_that_is_agreed_from_one_form(house: House) -> None:
    with house.open("Amina") as amina:
        made = cases.create(amina, title="Extradition", kind="extradition")
        joel = authors.find_member(amina, "Joel Brandvik")
        shared = sections.create(amina, made.case, what="location", title="A street", members=[joel])
    with house.desk("Amina") as desk:
        desk.press("down", "enter").at(f"{made.ref} Extradition")
        desk.press("m").go_to("stage").press(*"refused at", "f4").at("Refused at risk")
        desk.sees("this is the most dangerous time", "The risk is at least high now.")
        desk.fill(where="Larkspur Yard 4", who="his sister rings", at="+1 22:00", first="Amina", second="Joel")
        desk.fill(steps="leave by the yard; ring Nora", tell="the lawyer; UNHCR").press("f4")
        desk.sees("Extradition", "refused at risk", "REFUSED AT RISK", "high").sees_not("refused-at-risk", "flagged")
    with house.open("Amina") as amina:
        head = cases.open_case(amina, made.case).head.value
        assert (head.stage, head.risk) == ("refused-at-risk", "high")
        kept = {stored.value.headline() for stored in story_records.list_in(amina, made.case)}
        assert kept == {
            "his sister rings, Amina, Joel",
            "if they come after the refusal",
            "tell the lawyer: extradition refused, still at risk",
            "tell UNHCR: extradition refused, still at risk",
        }
        (section,) = (line for line in sections.list_of(amina, made.case) if line.section != shared)
        assert (section.what, section.holders) == (SectionKind.LOCATION, frozenset({amina.member}))
        assert [note.value.text for note in sections.open_section(amina, section.section).notes] == ["Larkspur Yard 4"]

    with house.desk("Amina") as desk:
        desk.press("enter", "m")  # what is due stands first
        desk.go_to("risk").press(*"low", "f4")
        desk.sees("its risk is lowered only with a reason", "Is the danger really less?")
        desk.press("escape", "f4", " he left the country", "enter").at(f"{made.ref} Extradition").sees("low")
        desk.press("m", "ctrl+w")
        desk.sees("Close it all the same?", "its stage is refused at risk", "a check-in runs (next 20")
        desk.press("y").sees("Why is this case closed?")
        desk.press(" he is safe abroad", "enter")
    with house.open("Amina") as amina:
        head = cases.open_case(amina, made.case).head.value
        assert (head.risk, head.risk_reason, head.close_reason) == ("low", "he left the country", "he is safe abroad")


def test_a_wanted_record_is_about_somebody_whom_one_chooses_and_a_camera_is_a_way_to_be_seen(house: House) -> None:
    with house.desk("Amina") as desk:
        desk.press("enter", "d", "n", *"wanted", "enter").go_to("system").press(*"cis").go_to("person").press(*CLIENT)
        desk.press(*["tab"] * 5, *"camera", "f4").sees("CIS interstate search", "camera or face recognition", CLIENT)
        desk.sees_not("cis-interstate", "face-recognition")


def test_words_that_people_know_find_the_emergency_and_what_left_in_three_languages(house: House) -> None:
    emergency, left = "In an emergency: computer taken", "What left a case: packages sent"
    with house.desk("Amina") as desk:
        for words, found in {
            "urgent": emergency, "arrest": emergency, "urgence": emergency, "arrêté": emergency, "срочно": emergency,
            "арест": emergency, "sent": left, "package": left, "recall": left, "envoyé": left, "rappel": left,
            "отправлено": left, "отозвать": left,
        }.items():  # fmt: skip
            desk.press("f2", f" {words}").sees(found).press("escape")


def test_an_arrest_an_urgent_package_and_wrong_hands_are_reached_by_the_key_of_emergencies(house: House) -> None:
    with house.desk("Amina") as desk:
        desk.press("exclamation_mark").until("write down that somebody", "right").press("f4").at("WHOSE CASE?")
        desk.press(f" {house.ref}", "enter").at("INCIDENT").go_to("what").press(*"arrest")
        desk.fill(at="2026-11-30 10:00").press("f4").at("DATES AND STORY").sees("What to do now, step by step: i")
        desk.press("exclamation_mark").until("an urgent package", "right").press("f4").at("EXPORT")
        desk.sees("client: help at once").press("escape")
        desk.press("exclamation_mark").until("in wrong hands", "right").press("f4").at("WHAT LEFT")
        desk.sees("Nothing has left this case.").home()
        desk.press("f2", " recall", "enter").at("WHAT LEFT WHICH CASE?").press(f" {house.ref}", "enter")
        desk.at("WHAT LEFT").sees("Nothing has left this case.")
