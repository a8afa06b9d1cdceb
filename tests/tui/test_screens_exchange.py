"""Exchange and the second person: what is asked before anything leaves, and what is told after."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from tests.services.approvals.keyboard import Person
from tests.services.consenting import agree
from tests.services.founded import found
from tests.tui.desk import Desk
from tests.tui.house import AMINA, JOEL, MIRA, NADIA, House
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import RefusedError
from vault.seal.age import make_identity, recipient_of
from vault.services.cases import cases, notes
from vault.services.exports import partners

pytestmark = pytest.mark.screen

LAWYER = "Maître Solvène Kaltbrunner"
DAY = (datetime.datetime.now(tz=datetime.UTC).date() + datetime.timedelta(days=3)).isoformat()


@pytest.fixture
def asking(house: House) -> House:
    """A house with a recipient, where Joel has come in before and Nadia has not."""
    with house.open("Mira") as mira:
        partners.add(mira, name=LAWYER, age_recipient=recipient_of(make_identity()), compared=True)
    with house.open("Amina") as amina:
        agree(amina, house.case, LAWYER)
    with house.open("Joel"):
        pass
    return house


def test_what_would_be_lost_is_told_with_a_row_for_each_member(house: House, tmp_path: Path) -> None:
    bundle = tmp_path / "to-joel.bundle"
    with house.open("Amina") as session:
        notes.add(session, house.case, Note(NoteKind.CONTACT, "He called."))
    with house.desk("Amina") as amina:
        amina.press(":what would be lost")
        amina.sees("you would lose all that is here", "no backup was made on this computer", f"{JOEL} never never")
        amina.until(f"> ! {JOEL}", "down").press("m").sees(f"For {JOEL}")
        amina.fill(out=str(bundle)).press("f4").sees(f"The bundle is at {bundle}")
        amina.press("enter").sees(f"{JOEL} never just now nothing")
        amina.press("b", f" {tmp_path}", "f4").sees("The backup is at", "1 case is in it.")
        amina.press("escape").sees("you would lose less than an hour of work", "read again", "none since you came in")
    with house.desk("Joel") as joel:
        joel.press(":what would be lost", "i", f" {bundle}", "f4")
        joel.sees(f"{AMINA}", "Last import today", "nothing new came")


def test_a_bundle_is_made_for_a_member_looked_into_and_taken(house: House, tmp_path: Path) -> None:
    bundle = tmp_path / "to-joel.bundle"
    with house.desk("Amina") as amina:
        amina.press(":make a bundle").until(f"For {JOEL}", "right").press("f4").sees("! File or folder")
        amina.press(f" {bundle}").press_and_stop("f4").sees("Stopped: there is no bundle.")
        assert not bundle.exists()
        amina.press("f4").sees(f"The bundle is at {bundle}")
    with house.desk("Joel") as joel:
        joel.press(":look into a bundle", f" {bundle}", "f4").sees(f"A bundle of {AMINA}, made on")
        joel.press("enter", ":import a bundle", f" {bundle}").press_and_stop("f4")
        joel.sees("Stopped. What did not arrive whole is not here; import the bundle again.")
        joel.press("f4").sees(f"{AMINA}: nothing new came.")
    with house.desk("Nadia") as nadia:
        nadia.press(":import a bundle", f" {bundle}", "f4")
        nadia.sees("! The bundle is not for this device. Ask for a bundle made for you")


def test_what_is_long_to_read_of_a_list_is_read_before_the_question(house: House, tmp_path: Path) -> None:
    wrong = "".join(f"Matter {number},Nadir Holbekov,never\n" for number in range(12))
    (tmp_path / "list.csv").write_text(f"case,client,born\nArrest,Vexilda Morrowquay,\n{wrong}", "utf-8")
    with house.desk("Amina") as amina:
        amina.press(":import a list", f" {tmp_path / 'list.csv'}", "f4")
        amina.sees("12 cells have a fault. Their rows are left out:", "row 14, born", "The list has 1 case.")
        amina.press("enter").sees("Write the 12 rows with a fault to", "list-to-mend.csv")
        amina.press("down", "enter").sees("Make these cases?")
        amina.press("y").sees("12 rows with a fault were not imported.", "1 case is made.")
        amina.press("enter", ":take the last list back", "f4", "y").sees("1 imported case is taken back.")


def test_who_is_alone_hears_it_before_and_nobody_is_asked(tmp_path: Path) -> None:
    place = found(tmp_path)
    with place.open() as mira:
        partners.add(mira, name=LAWYER, age_recipient=recipient_of(make_identity()), compared=True)
        agree(mira, cases.create(mira, title="Hearing", kind="extradition").case, LAWYER)
    place.proposed_today()
    with Desk(place, unlocks=True) as desk:
        desk.press(":make a bundle")
        desk.sees("No member has another device; members join from the list of members.")
        desk.press("f4")
        desk.sees("! For: is empty.")
        desk.press("escape", "enter", "g")
        desk.sees("Nobody else to give it to: all who have a device and a role that opens cases hold it already.")
        desk.press("f4")
        desk.sees("! Open to")
        desk.press("escape", "e")
        desk.sees("Nobody else could approve it: it is done ALONE, and the log says so.")
        desk.fill(out=str(tmp_path))
        desk.export("It was released ALONE: nobody else here could approve it.", to="Kaltbrunner")


@pytest.mark.long
def test_a_question_goes_into_a_file_once_its_pages_were_read_and_nothing_leaves(asking: House, tmp_path: Path) -> None:
    question, answer, out = tmp_path / "question", tmp_path / "answer", tmp_path / "out"
    out.mkdir()
    with asking.desk("Amina", size=(80, 24)) as amina:
        amina.press("enter", "e").fill(out=str(out)).go_to("second-way").press("right").sees_not("Folder")
        amina.press("f4").sees("! Type the whole path, from / or ~ on.")
        amina.press(f" {question}").press_and_wait("f4", "F4 ask").press_and_wait("f4", "! You have not seen page 1 of")
        assert not question.exists()
        amina.read_on().press_and_wait("f4", "The question is written. Nothing has left the vault yet.")
        amina.sees(f"The question is at {question}. It opens for: ", JOEL)
        amina.press("f4").at(asking.ref)
    assert list(out.iterdir()) == []

    with asking.desk("Joel") as joel:
        joel.press(":approve", f" {question}", "f4").at("A QUESTION TO YOU")
        joel.sees(f"{AMINA} asks", "Stays here", "Leaves, as it will be read", f"For: {LAWYER}")
        joel.press("escape").sees("You gave no answer.")
        joel.resize(80, 16).press("f4", "f4").sees("! You have not seen the question to its end.")
        joel.press("n", " He agreed to nothing.", "enter")
        joel.sees(
            "You signed nothing, and no file was written.", f"Tell {AMINA}: I do not approve it. He agreed to nothing."
        )
        joel.press("enter").sees("You gave no answer.")
        joel.press("f4").read_on().sees("profile: lawyer-named", f"this report leaves for {LAWYER}")
        joel.press("f4", "enter", " answer", "enter").sees("! Type the whole path, from / or ~ on.")
        joel.press("escape", "f4", "enter", f" {answer}", "enter")
        joel.sees("It is sealed for the key with these words. Compare them:")
        joel.press("enter")
        assert not answer.exists(), "Enter, pressed without reading, means no"
        joel.press("f4", "enter", f" {answer}", "enter", "y").at("APPROVE")
        joel.sees("You approved it as caseworker; your log says so.", f"The answer for {AMINA} is at {answer}.")

    with asking.desk("Amina") as amina:
        amina.press(":approve", f" {question}", "f4").sees("! This question is not for this device")
        amina.press("escape", "enter", "e").fill(out=str(out)).go_to("second-way").press("left")
        amina.fill(second_file=str(answer))
        amina.export("Two persons released it: log and package name both, by role.", to="Kaltbrunner")
    assert len(list(out.iterdir())) == 1


def test_glass_is_broken_before_two_for_who_could_not_open_the_case(asking: House) -> None:
    person = Person(passphrase=asking.people["Joel"].passphrase, reasons=("emergency",))
    with asking.desk("Amina", beside=person) as amina:
        amina.press("enter", "g").sees(f"Open to {MIRA}")
        amina.press("f4").sees("! Last day")
        amina.fill(until=DAY).press("f4").sees(f"Who {JOEL}, caseworker")
        amina.sees("! Once they have unlocked this vault here under their own name, they can approve it here: " + NADIA)
        amina.press("escape").go_to("for").press("right").sees(f"Open to {NADIA}")
        amina.press("f4").sees(f"Who {JOEL}, caseworker").sees_not("! Once they have unlocked")
        amina.press("f4", "enter").at("BREAK GLASS")
        amina.press("f4", "f4").sees(f"to {NADIA} until {DAY}?", f"{JOEL} is asked here. The log keeps it")
        amina.press("y").sees(f"{NADIA} can open the case until {DAY}, from their next bundle or unlock on.")
        amina.sees("A second person approved it; the log names both.", "Everybody else who holds the case is told")
        amina.press("enter").at(asking.ref)
        amina.press("w").sees(f"{NADIA} {DAY}")
    with asking.open("Nadia") as nadia:
        assert cases.open_case(nadia, asking.case, why="emergency").head.value.title == "Arrest"


def test_where_nobody_can_approve_at_this_keyboard_a_question_goes_into_a_file(house: House, tmp_path: Path) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "g").until(f"Open to {MIRA}", "f5").fill(until=DAY).press("f4")
        amina.sees("! Once they have unlocked this vault here", JOEL, NADIA, "somebody elsewhere: write a question")
        amina.fill(**{"second-file": str(tmp_path / "question")}).press("f4")
        amina.sees("Nothing is opened yet.", "The question is at", JOEL, NADIA)
    with house.open("Mira") as mira, pytest.raises(RefusedError, match="was not granted to you"):
        cases.open_case(mira, house.case)
