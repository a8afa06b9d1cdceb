"""Papers in the app: a photo of an order is attached, read and found; facts, versions, saving, removing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.export.test_chats import WORDS, only_installed, picture
from tests.tables import refuses
from tests.tui.desk import Desk
from tests.tui.house import AMINA, DANA, JOEL, NADIA, House
from vault.casework.document import ReadBy
from vault.errors import RefusedError
from vault.export.paper_text.asking import can_read_pictures
from vault.services import case_papers
from vault.services.approvals import erasing
from vault.services.cases import cases, sections
from vault.services.erasures import what_goes
from vault.services.grants import sharing
from vault.services.grants.sharing import WHAT_MAY_BE_KEPT
from vault.services.members import members

pytestmark = pytest.mark.screen


@pytest.fixture
def order(tmp_path: Path) -> Path:
    path = tmp_path / "order.txt"
    path.write_text("The court of Vellanor holds him until the thirtieth.")
    return path


def _added(desk: Desk, source: Path, language: str = "") -> None:
    desk.press("enter", "f", f" {source}", "tab", "d", "e", "t", "enter", " Order on detention")
    if language:
        desk.clear("language").fill(language=language)
    desk.press("f4").wait_for("Papers 1")


@pytest.mark.tool("tesseract")
def test_a_photo_of_an_order_is_attached_read_and_found_by_its_words(house: House, tmp_path: Path) -> None:
    if not can_read_pictures():
        pytest.skip("not run: needs tesseract with a language")
    photo = tmp_path / "IMG_2041.jpg"
    photo.write_bytes(picture("JPEG"))
    with house.desk("Amina") as amina:
        _added(amina, photo, "English")
        amina.sees("The paper is kept. Its file is still there, in clear: delete it if nobody needs it.")
        amina.sees("Its text was read from a picture in English", "detention order")
        amina.press("f3", " Quillfeather", "enter").sees("Papers", "1 hit", "is held until May")
        amina.press("enter").sees("Papers 1", "File: IMG_2041.jpg")
        amina.press("enter").at("Paper Order on detention").sees(WORDS, "image/jpeg")
    with house.open("Amina") as session:
        (kept,) = cases.open_case(session, house.case).papers
    assert kept.value.read_by is ReadBy.OCR


@pytest.mark.tool("tesseract")
def test_a_photo_in_the_language_of_the_case_stays_unread_where_that_is_not_installed(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not can_read_pictures():
        pytest.skip("not run: needs tesseract with a language")
    only_installed(monkeypatch, "eng")
    photo = tmp_path / "notice.png"
    photo.write_bytes(picture("PNG"))
    with house.desk("Amina") as amina:
        _added(amina, photo)
        amina.sees("Its text was not read: pictures in Russian are not read", "Language: Russian")
        amina.sees("on this computer. Install tesseract-ocr-rus, then read it again.")
        amina.press("enter").press_and_wait("r", "Pictures in Russian are not read on this computer.").press("enter")
        amina.clear("language").fill(language="English").press("f4").sees("Its text was not read yet; r reads it.")
        amina.press_and_wait("r", WORDS)


@pytest.mark.long
def test_a_paper_is_kept_changed_saved_in_clear_and_removed(
    house: House, order: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with house.desk("Amina") as amina:
        _added(amina, order)
        amina.press("enter").sees("The court of Vellanor holds him", "order.txt", "Size 1 KiB")
        amina.press("enter").at("Change a paper")
        amina.press("tab", "tab", " the second court", "f4").sees("From", "the second court")
        amina.press("s", " ~/out.txt", "f4").sees("in clear. Delete it when nobody needs it there.")
        assert (tmp_path / "out.txt").read_bytes() == order.read_bytes()
        amina.press("s", f" {order}", "f4").sees("order.txt exists already. Name a new file.")
        amina.press("escape", "y", "v").sees("History", "from whom: the second court").sees_not("body", "extracted")
        amina.press("enter", "x", "escape").at("Paper Order on detention")
        amina.press("x", "f4", "y", "escape").sees("Papers 0")
    with house.open("Amina") as session:
        assert case_papers.list_in(session, house.case) == []


def test_a_next_version_keeps_the_facts_and_a_translation_names_its_paper(house: House, order: Path) -> None:
    with house.desk("Amina") as amina:
        _added(amina, order)
        order.write_text("A better copy.")
        amina.press("enter", "plus", f" {order}", "f4").wait_for("A better copy.").at("Paper Order on detention")
        amina.press("escape", "f", f" {order}", *["tab"] * 8, "right", "f4").wait_for("Papers 2")
    with house.open("Amina") as session:
        first, second = sorted(case_papers.list_in(session, house.case), key=lambda paper: paper.written_ms)
    assert (first.value.name, second.value.translation_of) == ("order.txt", first.record)


def test_what_cannot_be_added_is_said_and_stopping_keeps_nothing(house: House, order: Path, tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(bytes(8 << 20))
    with house.desk("Amina") as amina:
        amina.press("enter", "f", "f4").sees("! Type the whole path, from / or ~ on.")
        amina.press(f" {tmp_path / 'nowhere.jpg'}", "f4").sees("nowhere.jpg").at("New paper")
        amina.clear("file").press(f" {tmp_path / 'film.mp4'}").press_and_stop("f4")
        amina.sees("Stopped. Nothing was kept; the file is as it was.")
        amina.press("escape", "y").sees("Papers 0")
    with house.open("Amina") as session:
        assert not any(path.is_file() for path in session.folder.blobs_dir.rglob("*"))


def test_who_wrote_in_a_chat_is_named_and_becomes_a_person_of_the_case(house: House, tmp_path: Path) -> None:
    chat = tmp_path / "chat.txt"
    chat.write_text(
        "05/06/2023, 17:40 - Ilham: They took him.\n23/06/2023, 17:41 - Marta Quillon: Who?\n"
        "23/06/2023, 17:42 - Marta Quillon: Where?\n"
    )
    with house.desk("Amina") as amina:
        _added(amina, chat)
        amina.press("enter").sees("It is a chat", "2  Marta Quillon: not entered; p adds", "1  Ilham: Ilham Torgaev")
        amina.press("p", "enter").at("New person").has(names="Marta Quillon")
        amina.press("f4").sees("2  Marta Quillon: Marta Quillon")


@pytest.mark.long
def test_a_paper_is_kept_in_a_section_found_from_there_and_one_of_the_case_moves_into_it(
    house: House, order: Path, tmp_path: Path
) -> None:
    with house.open("Amina") as session:
        section = sections.create(session, house.case, what="health", title="Clinic")
    letter = tmp_path / "letter.txt"
    letter.write_text("She sleeps in Quietwater.")
    with house.desk("Amina") as amina:
        amina.press("enter", "s", "enter", "f", f" {letter}", "tab", "tab", " Letter of the clinic", "f4")
        amina.wait_for("Paper: Letter of the clinic")
        amina.press("enter").at("Paper Letter of the clinic")
        amina.sees("She sleeps in Quietwater.", "the search (F3) looks there after F2, `sections`")
        amina.sees("Only who holds its", "section can search it: Amina")
        amina.press("enter", "tab", "tab", " the clinic", "f4").sees("From", "the clinic")
        amina.press("escape", "escape", "escape").sees("Papers 0")
        amina.press("f", f" {order}", "tab", "tab", "d", "e", "t", "enter", " Order on detention", "f4")
        amina.wait_for("Papers 1")
        amina.press("f2", " into a restricted", "enter", "f4", "y", "enter").sees("Papers 0")
        amina.press("f3", " Quietwater", "enter")
        amina.sees("Restricted sections were not searched: F2, then `sections`, looks there too.")
        amina.press("f2", " restricted sections", "enter").wait_for("Letter of the clinic").sees("Papers", "health")
        amina.press("enter").press("enter").at("Restricted health Clinic")
        amina.sees("Paper: Letter of the clinic", "Paper: Order on detention")
    with house.open("Amina") as session:
        assert case_papers.list_in(session, house.case) == []
        assert {each.value.called for each in case_papers.list_in(session, section)} == {
            "Letter of the clinic",
            "Order on detention",
        }


def test_a_paper_begun_in_a_section_comes_back_after_a_lock_and_is_kept_there(house: House, order: Path) -> None:
    with house.open("Amina") as session:
        section = sections.create(session, house.case, what="health", title="Clinic")
    with house.desk("Amina") as amina:
        amina.press("enter", "s", "enter", "f", f" {order}", "tab", "tab", " Letter of the clinic", "ctrl+backslash")
    with house.desk("Amina") as amina:
        amina.press("f4").sees("form: paper")
        amina.press("enter").at("New paper").has(title="Letter of the clinic")
        amina.press("f4").wait_for("Papers 0")
    with house.open("Amina") as session:
        assert [each.value.called for each in case_papers.list_in(session, section)] == ["Letter of the clinic"]
        assert case_papers.list_in(session, house.case) == []


@pytest.mark.long
def test_a_new_paper_of_a_case_goes_into_the_section_that_was_chosen_and_never_into_the_case_instead(
    house: House, order: Path
) -> None:
    with house.open("Amina") as session:
        section = sections.create(session, house.case, what="health", title="Clinic")
    with house.desk("Joel") as joel:
        joel.press("enter", "f").sees_not("Section", "Clinic")
    with house.desk("Amina") as amina:
        amina.press("enter", "f", f" {order}", "tab").sees("none: who holds the case reads it")
        amina.press("right").sees("health: Clinic")
        amina.fill(title="Letter of the clinic").press("ctrl+backslash")
    with house.desk("Amina") as amina:
        amina.press("f4", "enter").at("New paper").sees("health: Clinic")
        amina.press("f4").wait_for("Papers 0")
        amina.press("f", f" {order}", "tab", "right", "ctrl+backslash")
    with house.open("Amina") as session:
        assert [each.value.called for each in case_papers.list_in(session, section)] == ["Letter of the clinic"]
        assert case_papers.list_in(session, house.case) == []
        erasing.erase(session, what_goes.what_goes(session, section.hex()), why="mistake")
    with house.desk("Amina") as amina:
        amina.press("f4", "enter", "f4").sees("The section that you chose is not yours any more.")
    with house.open("Amina") as session:
        assert case_papers.list_in(session, house.case) == []


# Who can open a case, and its restricted sections: given, taken back, and what is told of it.
ONLY_YOU = "only YOU can open this case. If there are recovery sheets, they open it too."


def test_a_case_is_given_until_a_day_for_a_reason_and_taken_back(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "w")
        amina.sees(f"{AMINA} (you) owner", f"{JOEL} deputy", "If there are recovery sheets, they open it too.")
        amina.press("g").until(f"To {NADIA}", "right").sees_not(DANA)
        amina.fill(until="2099-12-24").press("enter").at("GIVE THE CASE")
        amina.until("Why supervision", "right").press("f4")
        amina.sees(f"The case is open to {NADIA} until 2099-12-24. What is written later is not.")
        amina.press("enter").sees(f"{NADIA} 2099-12-24 supervision {AMINA}")
        amina.press("t").sees("! You cannot revoke a case from yourself. Ask another holder.")
        amina.until(f"> {NADIA}", "down").press("t").sees(f"Revoke the case from {NADIA}?", "may have been copied,")
        amina.press("enter").sees("3 members")
        amina.press("t", "y").sees(f"The case is taken from {NADIA}.", str(WHAT_MAY_BE_KEPT))
        amina.press("enter").sees("2 members")
    with house.open("Nadia") as nadia, pytest.raises(RefusedError, match="was not granted to you"):
        cases.open_case(nadia, house.case)


def test_a_case_that_everybody_holds_is_given_to_nobody_else(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "w", "g", "f4", "enter", "g", "f4", "enter", "g")
        amina.sees("Nobody else to give it to: all who have a device and a role that opens cases hold it already.")


def test_who_may_not_share_a_case_sees_who_holds_it_and_is_offered_no_more(house: House) -> None:
    nadia = house.people["Nadia"].member
    with house.open("Amina") as amina:
        sharing.grant(amina, house.case, [nadia])
    with house.open("Mira") as mira:
        members.change_roles(mira, nadia, ["legal-reviewer"], by_sheets=True)
    with house.desk("Nadia") as reader:
        reader.press("enter", "w").sees(f"{AMINA} owner", f"{JOEL} deputy").sees_not("t revoke", "g give")
        reader.press("escape", "e").sees_not("Ctrl+R recipient")
        reader.press("ctrl+r").at("EXPORT")


def test_only_you_is_said_in_the_list_in_the_case_and_in_its_access(house: House) -> None:
    with house.open("Amina") as session:
        alone = cases.create(session, title="About Joel", kind="other", alone_reason="it is about Joel")
    with house.desk("Amina") as amina:
        amina.sees(f"{alone.ref}!")
        amina.until(f"> — {alone.ref}", "down").sees("! Only YOU can open this case.")
        amina.until(f"> — {house.ref}", "up").sees_not("Only YOU")
        amina.until(f"> — {alone.ref}", "down").press("enter").sees(f"! {ONLY_YOU} (it is about Joel)")
        amina.press("w").sees(f"! {ONLY_YOU}", "1 member")
        amina.press("g", "f4", "enter", "escape", "f5", "f8").sees_not(f"{alone.ref}!")


def test_a_section_opens_for_those_who_were_marked_and_its_notes_go_nowhere_else(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "s", "n", "f4")
        amina.sees("! Title: is empty.")
        amina.press(" Where she is", "f4")
        amina.sees("! Only YOU can open it. If there are recovery sheets, they open it too.")
        amina.sees("Nothing is kept here yet; n writes a note, p adds a person, f a paper.")
        amina.press("t").sees("No other member can open this section.")
        amina.press("n").at("RESTRICTED NOTE")
        amina.press(" Quietwater 17", "f4").sees(f"contact, {AMINA}", "Quietwater 17")
        amina.press("g", "f4", "enter").sees(f"Opens for you, {JOEL}. If there are recovery sheets, they open it too.")
        amina.press("g")
        amina.sees("Everybody who holds the case opens this section already. Grant the case to others first.")
        amina.press("escape", "escape").sees("location Where she is 2")
        amina.press("escape").sees("Notes 2").sees_not("Quietwater")
    with house.open("Joel") as joel:
        (line,) = sections.list_of(joel, house.case)
        assert [note.value.text for note in sections.open_section(joel, line.section).notes] == ["Quietwater 17"]
    with house.desk("Amina") as amina:
        amina.press("enter", "s", "enter", "t", "enter", "enter").sees(f"Opens for you, {JOEL}")
        amina.press("t", "enter", "y").sees(f"The section is taken from {JOEL}.")
    with house.open("Joel") as joel:
        assert sections.list_of(joel, house.case) == []
        refuses(RefusedError, "was not granted to you", sections.open_section, joel, line.section)


def test_a_person_kept_apart_is_added_changed_and_known_again_in_the_case(house: House) -> None:
    with house.open("Amina") as session:
        section = sections.create(session, house.case, what="location", title="Where")
    with house.desk("Amina") as amina:
        amina.press("enter", "s", "enter", "enter").sees("Nobody is kept here yet; p adds a person, f a paper.")
        amina.press("p", " Ilham Torgaev", "f4").sees("Known already?")
        amina.press("y").sees("Ilham Torgaev (Latin)")
        amina.press("enter").at("Person Ilham Torgaev client in").sees("spelled like Ilham Torgaev")
        amina.press("enter").fill(phones="+996 555 010 411").press("f4", "j", "enter", "y")
        amina.sees("They are the same person now, in 2 places of your cases.", "+996 555 010 411")
    with house.open("Amina") as session:
        (kept,) = sections.open_section(session, section).persons
        people = cases.open_case(session, house.case).persons
        assert kept.value.phones == ("+996 555 010 411",)
        assert kept.value.who in {person.value.who for person in people} - {None}
        assert all(person.value.phones != kept.value.phones for person in people)


def test_a_note_is_moved_into_a_section_and_leaves_the_case(house: House) -> None:
    with house.open("Amina") as session:
        section = sections.create(session, house.case, what="location", title="Where she is")
    with house.desk("Amina") as amina:
        amina.press("enter", "f2", " into a restricted", "enter", "f4")
        amina.sees("These members could read it, and may have kept it: Joel", "It is erased in the case.")
        amina.press("y", "enter").sees("Notes 1")
    with house.open("Amina") as session:
        assert len(sections.open_section(session, section).notes) == 1
        assert len(cases.open_case(session, house.case).notes) == 1


def test_a_section_is_made_for_a_member_who_is_marked(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "s", "n", " Who told it")
        assert amina.focused() == "title"
        amina.go_to("to")
        amina.press("space", "f4")
        amina.sees(f"Opens for you, {JOEL}. If there are recovery sheets, they open it too.")


def test_a_section_that_nobody_else_could_open_says_so(house: House) -> None:
    with house.open("Amina") as session:
        cases.create(session, title="About Joel", kind="other", alone_reason="it is about Joel")
    with house.desk("Amina") as amina:
        amina.until("! Only YOU can open this case.", "down").press("enter", "s", "n")
        amina.sees("Nobody else holds this case: only you and the sheets will open the section.")
