"""A case of two clients: she fled from him, and both are clients. What leaves of one does not name the other."""

from __future__ import annotations

from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.attacks.conftest import AGE, RECIPIENT
from tests.cli.desk import Desk
from tests.services.founded import Place
from tests.tui.house import CLIENT, House, house, house_template
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.story.incident import Incident, IncidentKind
from vault.casework.story.person_facts import AskedFor, SubjectRequest
from vault.casework.vocabulary import NoteKind
from vault.errors import UsageError
from vault.ids import CompartmentId, RecordId
from vault.services.cases import case_people, cases, notes, story_records
from vault.services.exports import exporting, partners
from vault.services.exports.export_material import Wish
from vault.services.safety import person_pack
from vault.services.safety.person_pack import PageWish, Printed, print_page

__all__ = ["house", "house_template"]  # fixtures

SHE, HE = "Farida Noorzai", "Temir Abdykaparov"
OF_HIS = ("temir", "abdykaparov", "700111222", "ac1234567", "1985")


@pytest.fixture
def case(session: Session) -> CompartmentId:
    partners.add(session, name=RECIPIENT, age_recipient=AGE, compared=True)
    return cases.create(session, title="T", kind="asylum").case


@pytest.fixture
def both(session: Session, case: CompartmentId) -> dict[str, RecordId]:
    """Her and him, by name; a note and a confirmed fact tell of both."""
    her = case_people.add(session, case, role="client", names=[SHE], born="1990-03-04", phones=["+996555010203"])
    him = case_people.add(
        session,
        case,
        role="client",
        names=[HE],
        born="1985-01-02",
        phones=["+996700111222"],
        documents=["passport:AC1234567"],
    )
    notes.add(session, case, Note(NoteKind.INTERVIEW, f"{HE} called {SHE} from +996700111222."))
    gone = Incident(IncidentKind.DISAPPEARANCE, at="2026-11-01", place=f"beside {HE}", confirmed="the prosecutor")
    story_records.add(session, case, gone)
    return {SHE: her, HE: him}


@pytest.mark.long
@pytest.mark.parametrize("profile", ["subject", "disappearance"])
def test_of_several_clients_the_data_of_the_one_who_was_chosen_leaves(
    session: Session, case: CompartmentId, both: dict[str, RecordId], profile: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="2 clients"):
        exporting.export(session, case, Wish(profile, RECIPIENT, take_proposals=True), out=tmp_path)
    wish = Wish(profile, RECIPIENT, take_proposals=True, person=both[SHE])
    done = exporting.export(session, case, wish, out=tmp_path)
    assert isinstance(done, exporting.Exported)
    text = " ".join(done.pages).casefold()
    assert SHE.casefold() in text
    assert not [form for form in OF_HIS if form in text]


def test_the_page_of_who_disappeared_names_the_client_who_was_chosen(
    session: Session, case: CompartmentId, both: dict[str, RecordId], tmp_path: Path
) -> None:
    found = person_pack.facts(session, case)
    with pytest.raises(UsageError, match="2 clients"):
        print_page(session, found, PageWish(), tmp_path / "page.pdf", str)
    wish = PageWish(both[SHE], take_proposals=True)
    assert isinstance(print_page(session, found, wish, tmp_path / "page.pdf", str), Printed)
    page = " ".join(part.extract_text() for part in PdfReader(tmp_path / "page.pdf").pages).casefold()
    assert SHE.casefold() in page
    assert [form for form in OF_HIS if form in page] == []


def test_by_the_profile_of_one_client_an_export_tells_of_no_relative(
    session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    him = case_people.add(session, case, role="relative", names=[HE])
    case_people.add(session, case, role="client", names=[SHE])
    with pytest.raises(UsageError, match="not a client of this case"):
        exporting.export(session, case, Wish("subject", RECIPIENT, take_proposals=True, person=him), out=tmp_path)


def test_an_export_of_the_whole_case_is_not_called_that_of_one_client(
    session: Session, case: CompartmentId, both: dict[str, RecordId], tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="whole case"):
        exporting.export(session, case, Wish("lawyer-named", RECIPIENT, person=both[SHE]), out=tmp_path)


@pytest.mark.long
def test_the_command_asks_which_client_and_pack_lists_them(
    founded: Place, session: Session, case: CompartmentId, both: dict[str, RecordId], tmp_path: Path
) -> None:
    session.close()
    desk, her = Desk.of(founded, tmp_path), both[SHE].hex()
    listed = desk.run("--json", "pack", case.hex()).json()["clients"]
    assert {row["person"]: row["name"] for row in listed} == {record.hex(): name for name, record in both.items()}
    for leaves in (("pack",), ("export", "--profile", "subject")):
        leave = (*leaves, case.hex(), "--to", RECIPIENT, "--out", str(tmp_path), "--unread", "--decide", "proposed")
        refused = desk.run("--json", *leave)
        assert (refused.code, "2 clients" in refused.out + refused.err) == (2, True)
        assert desk.run("--json", *leave, "--person", her[:8]).json()["person"] == her


@pytest.mark.screen
def test_the_app_asks_of_which_client_an_export_and_a_page_tell(house: House, tmp_path: Path) -> None:
    with house.open("Amina") as amina:
        case_people.add(amina, house.case, role="client", names=[HE])
        gone = Incident(IncidentKind.DISAPPEARANCE, at="2026-11-01", place="the station", confirmed="the prosecutor")
        story_records.add(amina, house.case, gone)
        partners.add(amina, name=RECIPIENT, age_recipient=AGE, compared=True)
    page = tmp_path / "page.pdf"
    with house.desk("Amina") as desk:
        desk.press("enter", "exclamation_mark", "right", "f4")
        desk.press("ctrl+p")
        desk.sees("Which client is the page about?", HE, CLIENT)
        desk.press("enter", f" {page}", "enter")
        desk.sees("The page is at")
        shown = " ".join(sheet.extract_text() for sheet in PdfReader(page).pages)
        assert (CLIENT in shown, HE in shown) == (True, False)
        desk.press("f4")
        desk.at("EXPORT")
        desk.sees("Which client not said: choose the client")
        desk.fill(out=str(tmp_path))
        desk.press("f4")
        desk.sees("! This case has several clients.")
        desk.press("right")
        desk.sees(f"Which client {CLIENT}")
        desk.sees_not(HE)


@pytest.mark.screen
def test_a_request_goes_to_the_export_of_who_asked(house: House) -> None:
    with house.open("Amina") as amina:
        him = case_people.add(amina, house.case, role="client", names=[HE])
        story_records.add(amina, house.case, SubjectRequest(AskedFor.COPY, person=him, due="2150-01-01"))
        partners.add(amina, name=RECIPIENT, age_recipient=AGE, compared=True)
    with house.desk("Amina") as desk:
        desk.press("enter", "d", "e")
        desk.at("EXPORT")
        desk.sees(f"Which client {HE}", "answer by 2150-01-01")
        desk.press("escape", "space")
        desk.sees("What was handed over, and to whom")
        desk.press(" a page to him", "enter")
        desk.sees("What was handed over, and to whom: a page to him", "Answered on")
    with house.open("Amina") as amina:
        (request,) = story_records.list_in(amina, house.case, (SubjectRequest.KIND,))
        assert (request.value.plain()["handed"], request.value.is_due()) == ("a page to him", False)
