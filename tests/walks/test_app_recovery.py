"""Scenario 20 from the side of the app: a lost passphrase comes back by sheets of paper; and what is erased."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.attacks.test_erasing import erase_newest_alone
from tests.services.approvals.keyboard import Person
from tests.services.conftest import founded_template
from tests.services.erased import erase_record
from tests.services.founded import MARKER, MEMBER, PASSPHRASE, Filled, Place
from tests.services.organisation import JOEL, TOMAS, Organisation
from tests.tui.app_pane import AppPane
from tests.tui.desk import Desk, Driver
from tests.tui.driving import painted
from tests.tui.house import MIRA, House
from tui.gateway import Gateway
from tui.shell.app import CaseVaultApp
from tui.shell.start import Start
from vault.access.session import Session
from vault.acts.act import Agreed
from vault.acts.case import RELEASE
from vault.casework.note import Note
from vault.casework.person import PersonChange
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId
from vault.seal.recovery import Sheet
from vault.services import housekeeping
from vault.services.backups import backups
from vault.services.cases import case_people, cases, editing, holds, notes, same_people, searching
from vault.services.cases.editing import Place as PlaceOfEditing
from vault.services.credentials import recovery
from vault.services.evidence import log_checking
from vault.services.grants import sharing

__all__ = ["founded_template"]  # a fixture

pytestmark = [pytest.mark.screen, pytest.mark.slow]

# Back in with recovery sheets, with the slips that somebody makes under stress: each is said, and nothing is lost.
OWN = "nine paper sparrows and a heron"


def _type(desk: Driver[CaseVaultApp], *sheets: Sheet) -> None:
    for sheet in sheets:
        for row in sheet.rows:
            desk.press(" " + " ".join([*(word[:4] for word in row.words), row.check]), "enter")


@pytest.mark.long
def test_a_slip_on_the_way_back_is_said_and_a_passphrase_is_made_typed_back_and_opens(
    filled_template: Filled, tmp_path: Path
) -> None:
    place = filled_template.place.copied_to(tmp_path / "office")
    with place.open() as session:
        sheets = recovery.sheets(session)
        backups.make(session, tmp_path / "stick")
    place.proposed_today()
    with Desk(place, unlocks=True) as desk:
        desk.at("Cases")
    shutil.rmtree(place.path)
    start = Start(place.path, "", comes_back=True)
    app = CaseVaultApp(start, open_gateway=lambda path: Gateway(path, state=place.state), begins_at_home=False)
    with Driver(app, (120, 40)) as desk:
        desk.fill(backup="stick").press("f4")
        assert desk.focused() == "backup"
        desk.sees("!")
        desk.clear("backup").fill(backup=str(tmp_path / "stick")).press("f4").sees("! Type the member's name.")
        assert desk.focused() == "member"
        desk.fill(member=MEMBER).go_to("kind")
        desk.press("left")  # the last of the choices: my own
        desk.press("f4").sees("! Type the new passphrase.")
        desk.fill(new=OWN, again="nine paper sparrows").press("f4").sees("! The two are not the same. Type both again.")
        assert (desk.value("new"), desk.value("again")) == ("", "")
        desk.go_to("kind").press("right", "f4")
        desk.sees("Is the old vault gone?", "This account opened it on", "it would no longer verify")
        desk.press("escape").at("Back in with recovery sheets")
        desk.press("f4", "y", "escape").sees("Nothing was changed.")
        desk.press("f4", "y", "enter")  # nothing is typed yet
        desk.sees("First sheet, row 1 of 11")
        _type(desk, sheets[0], sheets[2])
        made = re.findall(r"\d\. (\S+)", desk.lines())
        assert len(made) >= 4
        desk.press("escape").sees("Nothing was changed.")
        desk.press("f4", "y")  # and no second typing of the sheets
        again = re.findall(r"\d\. (\S+)", desk.lines())
        assert again != made
        desk.press("f4", f" {' '.join(again)}", "f4").sees("You have access again. Every member will see it.")
    with Desk(place, MEMBER, " ".join(again).encode(), unlocks=True) as desk:
        desk.sees(f"{MARKER} first")


# Scenario 20 at its worst, in the app: on a fresh account, with a backup's folder and two sheets of paper, no more.


def choose_own(desk: Desk) -> None:
    desk.go_to("kind")
    desk.press("left")  # the last of the choices: my own
    desk.fill(new=OWN, again=OWN)


@pytest.fixture
def sheets(filled_template: Filled, tmp_path: Path) -> tuple[Sheet, ...]:
    """Make a backup under `stick`, and lose the computer: what is left are the sheets."""
    place = filled_template.place.copied_to(tmp_path / "old")
    with place.open() as session:
        made = recovery.sheets(session)
        assert backups.make(session, tmp_path / "stick") is not None
    shutil.rmtree(tmp_path / "old")
    return made


@pytest.mark.long
def test_a_backup_and_two_sheets_open_everything_on_a_fresh_account(
    sheets: Sequence[Sheet], filled_template: Filled, tmp_path: Path
) -> None:
    place = Place(tmp_path / "new" / "work.vault", tmp_path / "fresh")
    with Desk(place, "", comes_back=True) as desk:
        # What is named is looked at before a row is typed.
        desk.fill(backup=str(tmp_path / "nowhere"), member="Nobody")
        choose_own(desk)
        desk.press("f4").sees("! There is no backup at")
        desk.clear("backup").press(f" {tmp_path / 'stick'}", "f4")
        _type(desk, sheets[2], sheets[0])
        # A slip in the name costs no second typing of the sheets.
        desk.sees("! There is no member of this name")
        desk.clear("member").press(f" {MEMBER}").fill(new=OWN, again=OWN).press("f4")
        desk.sees("You have access again. Every member will see it.", " ".join(sheets[0].sheets_words[:7]))
        desk.sees("Your old devices are not revoked", "LOSS: Nothing that was written after")
        desk.press("escape")
        assert OWN not in painted(desk.app)
        desk.sees("Access is restored. Now the new passphrase opens the vault.")
        desk.press(f" {OWN}", "enter").sees(f"{MARKER} first")
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["work.vault"]


def test_the_locked_screen_leads_in_whoever_lost_the_passphrase_alone(filled_template: Filled, tmp_path: Path) -> None:
    place = filled_template.place.copied_to(tmp_path / "office")
    with place.open() as session:
        sheets = recovery.sheets(session)
    with Desk(place, MEMBER, b"not any more", unlocks=True) as desk:
        desk.sees("lost for good? F9")
        desk.press("f9")
        choose_own(desk)
        desk.press("f4")
        _type(desk, *sheets[1:])
        desk.sees("You have access again; 1 old device is revoked.")
        desk.press("escape", f" {OWN}", "enter").sees(f"{MARKER} first")
        desk.press(":your access", "r").sees("Recovery sheets were used")


def test_a_backup_that_stands_where_the_vault_was_named_is_known(sheets: Sequence[Sheet], tmp_path: Path) -> None:
    del sheets
    shutil.copytree(tmp_path / "stick" / "backup-1", tmp_path / "x.vault")
    with Desk(Place(tmp_path / "x.vault", tmp_path / "fresh"), MEMBER) as desk:
        desk.press("f9")
        choose_own(desk)
        desk.press("f4").sees("! There is a backup at", "Back in with recovery sheets (F9 at unlock)")


@pytest.mark.tool("tmux")
def test_the_command_opens_the_app_where_no_vault_is(tmp_path: Path) -> None:
    (tmp_path / "fresh").mkdir()
    nobody = Filled(Place(tmp_path / "work.vault", tmp_path / "fresh"), (), ())
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        pane = AppPane(Path(folder), nobody, words="app --sheets")
        try:
            pane.wait_for("Back in with recovery sheets")
            pane.type(str(tmp_path / "nowhere"))
            pane.keys("F4")
            pane.wait_for("! There is no backup at")
            pane.keys("C-q")
            pane.wait_for("code 0")
        finally:
            pane.close()
    assert not nobody.path.exists()


# In the app: what goes is read first, one person erases a note, two a case; the letter is shown; a hold stops it.
def _release(gateway: Gateway, case: str) -> None:
    said = {"case": (case,)}
    gateway.acting.carry_out(RELEASE, said, gateway.acting.look(RELEASE, said), Agreed({"reason": "it is over"}))


def test_what_goes_is_read_first_a_hold_stops_it_and_a_whole_case_takes_two(house: House, tmp_path: Path) -> None:
    with house.open("Amina") as amina:
        for number in range(8):
            notes.add(amina, house.case, Note(NoteKind.CONTACT, f"note {number}"))
    with house.desk("Amina") as desk:
        desk.press("enter", "m", ":legal hold", "ctrl+o").sees("! This case is not on legal hold.")
        desk.press(" a court asks for the file", "tab", " 2090-01-01", "f4")
        desk.sees("The case is on legal hold: nothing of it is erased. Review it on 2090-01-01.")
        desk.press("escape", "2", ":erase for good")
        desk.sees("is on legal hold and nothing of it is erased. Reason: a court asks for the file.", "1 x person")
        desk.press("f4").sees("is on legal hold: nothing of it is erased. The hold is to be reviewed on 2090-01-01.")
        desk.press("escape", "m", ":legal hold").sees("It is on legal hold, to be reviewed on 2090-01-01.")
        desk.press("ctrl+o", "enter").sees("Why is the legal hold released?", "! Type something, or leave with Esc.")
        desk.press(" it is over", "enter").sees("The legal hold is released: the case can be erased again.")
    with house.open("Amina") as amina:
        assert holds.held(amina, house.case) is None
    beside = Person(passphrase=PASSPHRASE, reasons=("subject-request",))
    with house.desk("Amina", beside=beside) as desk:
        desk.press("enter", "2", ":erase for good")
        desk.sees("This is erased for good, with every earlier version:", "1 x person").sees_not("Approved by")
        desk.press("f4")
        desk.sees("Erase 2 records for good?", "It cannot be brought back.")  # with the entry in the register
        desk.press("y").sees("The letter about it", "we erased these records (reason: the person asked for it)")
        desk.press("l", "down", "enter").sees("la personne l’a demandé")
        desk.press("ctrl+p", f" {tmp_path / 'letter.pdf'}", "enter").sees("The letter is at", "It is not encrypted.")
        desk.press("escape").sees("It is erased.")
        desk.press(":erase this case").sees("The case goes as a whole")
        desk.press("f4").sees(f"Who {MIRA}, admin")
        desk.press("f4").sees(f"{MIRA} is asked here.")
        desk.press("y").sees("The letter about it")
        desk.press("escape").sees("0 cases")
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
        desk.call(lambda: _release(desk.gateway, kept.hex())).press("f4", "y")
        desk.sees("Nothing was erased: what would be done is not what was shown. Read the new list.", "2 x person")
        desk.sees_not("is on legal hold", "The letter about it")
        desk.press("f4").sees(f"Who {MIRA}, admin")
        desk.press("f4", "y").sees("The letter about it")
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
        desk.press("tab", " Haile of 2026", "f4", "y").sees("This title has a name of these people in it too")
        desk.press(*["backspace"] * 20, " Asylum of 2026", "f4", "y")
        desk.sees("The letter about it", "The history of 1 case keeps an earlier title with a name of these people")
        desk.sees_not("Haile")
    with house.open("Amina") as amina:
        assert searching.search(amina, "Haile317").hits == ()
        assert "Asylum of 2026" in [row.title for row in cases.list_all(amina)]


# In the app: what a colleague erased waits in a list that says of each row why it is here and what a key does.
GOES, BACK = "Vexilda Morrowquay", "Zubin Tarnleaf"


def _add(session: Session, case: CompartmentId, name: str) -> PlaceOfEditing:
    return PlaceOfEditing(case, case_people.add(session, case, role="relative", names=[name]), "person")


def _desk(organisation: Organisation, name: str) -> Desk:
    account = organisation[name]
    account.place.proposed_today()
    return Desk(account.place, account.name, PASSPHRASE, unlocks=True)


def test_what_waits_goes_by_itself_or_at_once_after_a_yes_and_what_is_back_is_erased_again(
    organisation: Organisation,
) -> None:
    with organisation.open(TOMAS) as tomas:
        case = cases.create(tomas, title="C", kind="asylum", alone_reason="nobody").case
        note = notes.add(tomas, case, Note(NoteKind.CONTACT, "He is in Quietwater."))
        notes.withdraw(tomas, note.hex(), reason="false and dangerous")
        goes, back = (_add(tomas, case, name) for name in (GOES, BACK))
        sharing.grant(tomas, case, organisation.members(JOEL))
    organisation.exchange(TOMAS, JOEL)
    with organisation.open(JOEL) as joel:
        case_people.change(joel, back, PersonChange(born="1990"))
    with organisation.open(TOMAS) as tomas:
        erase_record(tomas, goes)
        erase_record(tomas, back)
        erase_newest_alone(tomas, case, note)
        housekeeping.settle(tomas)
    organisation.exchange(JOEL, TOMAS)
    with organisation.open(TOMAS) as tomas:
        housekeeping.settle(tomas)
    organisation.exchange(TOMAS, JOEL)

    with _desk(organisation, JOEL) as joel:
        joel.press(":what colleagues erased").sees("3 rows", "the register", "stays")
        joel.press("enter").sees("It goes by itself on that day; n removes it now.")
        joel.press("end", "enter")
        joel.sees("It stays: otherwise an earlier version would be shown again. Erase the record itself.")
        joel.press("r").sees("No rule: nothing is proposed.")
        joel.press("right", "tab", " 0", "f4").sees("! Months: is a number from 1")
        joel.press("escape", "y", "n").sees("Remove now what colleagues erased?", "It cannot be brought back.")
        joel.press("escape").sees("3 rows")
        joel.press("n", "y").sees("4 records were removed.", "stays").sees_not("the register")
    with _desk(organisation, TOMAS) as tomas:
        tomas.press(":what colleagues erased").sees("is back", "here; changed since")
        tomas.press("enter").sees("This is erased for good, with every earlier version:")
        tomas.press("f4", "y", "escape").sees("It is erased.", "0 rows")
    with organisation.open(JOEL) as joel:
        assert list(case_people.names_in(joel, case).values()) == [BACK]
