"""In the app: what goes is read first, one person erases a note, two a case; the letter is shown; a hold stops it."""

from __future__ import annotations

from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.services.approvals.keyboard import Person
from tests.services.founded import PASSPHRASE
from tests.tui.house import MIRA, House
from tui.gateway import Gateway
from vault.acts.act import Agreed
from vault.acts.case import RELEASE
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.services.cases import case_people, cases, editing, holds, notes, same_people, searching
from vault.services.evidence import log_checking


def _release(gateway: Gateway, case: str) -> None:
    said = {"case": (case,)}
    gateway.acting.carry_out(RELEASE, said, gateway.acting.look(RELEASE, said), Agreed({"reason": "it is over"}))


pytestmark = [pytest.mark.screen, pytest.mark.slow]


def test_what_goes_is_read_first_a_hold_stops_it_and_a_whole_case_takes_two(house: House, tmp_path: Path) -> None:
    with house.open("Amina") as amina:
        for number in range(8):
            notes.add(amina, house.case, Note(NoteKind.CONTACT, f"note {number}"))
    with house.desk("Amina") as desk:
        desk.press("enter", "m", ":legal hold", "ctrl+o")
        desk.sees("! This case is not on legal hold.")
        desk.press(" a court asks for the file", "tab", " 2090-01-01", "f4")
        desk.sees("The case is on legal hold: nothing of it is erased. Review it on 2090-01-01.")
        desk.press("escape", "2", ":erase for good")
        desk.sees("is on legal hold and nothing of it is erased. Reason: a court asks for the file.", "1 x person")
        desk.press("f4")
        desk.sees("is on legal hold: nothing of it is erased. The hold is to be reviewed on 2090-01-01.")
        desk.press("escape", "m", ":legal hold")
        desk.sees("It is on legal hold, to be reviewed on 2090-01-01.")
        desk.press("ctrl+o", "enter")
        desk.sees("Why is the legal hold released?", "! Type something, or leave with Esc.")
        desk.press(" it is over", "enter")
        desk.sees("The legal hold is released: the case can be erased again.")
    with house.open("Amina") as amina:
        assert holds.held(amina, house.case) is None
    beside = Person(passphrase=PASSPHRASE, reasons=("subject-request",))
    with house.desk("Amina", beside=beside) as desk:
        desk.press("enter", "2", ":erase for good")
        desk.sees("This is erased for good, with every earlier version:", "1 x person")
        desk.sees_not("Approved by")
        desk.press("f4")
        desk.sees("Erase 2 records for good?", "It cannot be brought back.")  # with the entry in the register
        desk.press("y")
        desk.sees("The letter about it", "we erased these records (reason: the person asked for it)")
        desk.press("l", "down", "enter")
        desk.sees("la personne l’a demandé")
        desk.press("ctrl+p", f" {tmp_path / 'letter.pdf'}", "enter")
        desk.sees("The letter is at", "It is not encrypted.")
        desk.press("escape")
        desk.sees("It is erased.")
        desk.press(":erase this case")
        desk.sees("The case goes as a whole")
        desk.press("f4")
        desk.sees(f"Who {MIRA}, admin")
        desk.press("f4")
        desk.sees(f"{MIRA} is asked here.")
        desk.press("y")
        desk.sees("The letter about it")
        desk.press("escape")
        desk.sees("0 cases")
        desk.press(":what colleagues erased")
        desk.sees("Nothing that a colleague erased is on this device, and no case is past its time.")
    with house.open("Amina") as amina:
        assert cases.list_all(amina) == []
        assert log_checking.verify(amina).verified
    assert "la personne" in " ".join(page.extract_text() for page in PdfReader(tmp_path / "letter.pdf").pages)


def test_what_was_shown_is_what_is_erased_and_a_hold_released_since_then_widens_nothing(house: House) -> None:
    with house.open("Amina") as amina:
        kept, free = (cases.create(amina, title=title, kind="asylum").case for title in ("kept", "free"))
        there, here = (case_people.add(amina, case, role="client", names=["Zubin Morrowquay"]) for case in (kept, free))
        same_people.same(amina, editing.Place(free, here, "person"), editing.Place(kept, there, "person"))
        holds.hold(amina, kept, reason="a court asks", review="2090-01-01")
    beside = Person(passphrase=PASSPHRASE, reasons=("subject-request",))
    with house.desk("Amina", beside=beside) as desk:
        desk.press("slash", " free", "enter", "enter", "2", "enter", ":erase")
        desk.sees("is on legal hold: 1 record there stays.")
        desk.call(lambda: _release(desk.gateway, kept.hex()))
        desk.press("f4", "y")
        desk.sees("Nothing was erased: what would be done is not what was shown. Read the new list.", "2 x person")
        desk.sees_not("is on legal hold")
        desk.sees_not("The letter about it")
        desk.press("f4")
        desk.sees(f"Who {MIRA}, admin")
        desk.press("f4", "y")
        desk.sees("The letter about it")
    with house.open("Amina") as amina:
        assert [case_people.names_in(amina, case) for case in (kept, free)] == [{}, {}]


def test_the_app_asks_for_another_title_where_the_title_names_who_goes(house: House) -> None:
    with house.open("Amina") as amina:
        made = cases.create(amina, title="Haile317 asylum", kind="asylum")
        case_people.add(amina, made.case, role="client", names=["Ahmad Haile317"])
    with house.desk("Amina") as desk:
        desk.press("slash", " haile", "enter", "enter", "2", ":erase for good")
        desk.sees(
            "The title of 1 case has a name of these people in it.", "Haile317 asylum", f"New title of {made.ref}"
        )
        desk.press("tab", " Haile of 2026", "f4", "y")
        desk.sees("This title has a name of these people in it too")
        desk.press(*["backspace"] * 20, " Asylum of 2026", "f4", "y")
        desk.sees("The letter about it", "The history of 1 case keeps an earlier title with a name of these people")
        desk.sees_not("Haile")
    with house.open("Amina") as amina:
        assert searching.search(amina, "Haile317").hits == ()
        assert "Asylum of 2026" in [row.title for row in cases.list_all(amina)]
