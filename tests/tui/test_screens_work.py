"""A case and what is done with it: read, written down, searched, exported, backed up, and the log of all of it."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from tests.attacks.test_false_entries import EMPTY, write_junk
from tests.services.approvals.keyboard import Person
from tests.services.consenting import agree
from tests.tui.desk import Desk
from tests.tui.house import AMINA, CLIENT, FIRST_NOTE, House
from vault.access.session import Session
from vault.casework.disclosure import Disclosure
from vault.casework.note import Note
from vault.casework.person import SafeContact
from vault.casework.story.consent import Consent
from vault.casework.story.events import Task
from vault.casework.vocabulary import Channel, NoteKind
from vault.errors import TryAgainError
from vault.ids import short_id
from vault.progress import Working
from vault.records.work import Entry
from vault.seal import age_pq
from vault.seal.age import fingerprint, make_identity, recipient_of
from vault.services.backups import backups
from vault.services.cases import case_people, cases, notes, story_records
from vault.services.evidence import log_checking
from vault.services.exports import partners
from vault.words.message import Message

pytestmark = pytest.mark.screen

LAWYER = "Maître Lorvane"


def test_a_person_and_a_note_are_read_beside_their_lists(amina: Desk) -> None:
    amina.press("enter").sees("interview", AMINA, "He was asked for at the market.", "Two men, no papers.")
    amina.press("down").sees(FIRST_NOTE)
    amina.press("f6").sees("Person: client", "Phone +49 30 5550 1234")
    amina.press("f6", "f6", "f6").is_in("text-pane")


def test_below_the_list_stands_the_case_under_the_cursor_its_people_and_how_to_reach_them(house: House) -> None:
    with house.open("Amina") as amina:
        made = cases.create(amina, title="Family Sarvanto, on the way to Dublin", kind="family")
        contact = SafeContact(Channel.MESSENGER, "her sister", code_phrase="library card")
        case_people.add(amina, made.case, role="client", names=["Aaro Sarvanto"], safe_contact=contact)
        story_records.add(amina, made.case, Task("fetch the papers", due="2026-12-14"))
    with house.desk("Amina", size=(80, 24)) as desk:
        desk.wait_for("library card")
        desk.sees("Family Sarvanto, on the way to Dublin", "SAFE CONTACT", "her sister", "NEXT", "fetch the papers")


def test_at_80_columns_notes_of_one_day_are_told_apart(amina: Desk) -> None:
    amina.resize(80, 24).press("enter")
    assert re.search(r"\d\d:\d\d  interview +\w+ +He was", amina.lines())
    amina.sees("Today, ")


def test_another_reason_is_chosen_from_the_list_and_goes_into_the_log(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press(":another reason").until("> supervision", "down").press("enter").at(house.ref)
    with house.desk("Mira") as mira:
        mira.press(":log", "slash", " case.view", "enter").sees("supervision")


def test_a_hit_opens_its_case_at_the_record(amina: Desk) -> None:
    amina.press("f3", " lawyer", "enter").sees("1 hit")
    amina.press("enter").sees("contact", AMINA, FIRST_NOTE)
    amina.press("escape", "f3", " nothing of this", "enter").sees_not("1 hit")


def test_a_person_is_kept_as_typed(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "p", " Вера Тихоокова; Vera Tikhookova", "tab", "tab")
        for text in ("1979-08", "+996 555 010 412; 112", ""):
            amina.press(*([f" {text}"] if text else []), "tab")
        amina.press("right", "tab", " 71 0034512", "tab", "right", "tab", " through her sister", "f4")
        amina.sees("People 3", "SAFE CONTACT Вера Тихоокова: phone through her sister")
        amina.press("2", "home", "down")  # the second of the clients
        amina.sees("Phone +996 555 010 412", "Document identity card 71 0034512", "1979-08")
    with house.open("Amina") as session:
        kept = cases.open_case(session, house.case).persons[-1].value
    assert [name.text for name in kept.names] == ["Вера Тихоокова", "Vera Tikhookova"]
    assert (kept.born, kept.phones, kept.role.value) == ("1979-08", ("+996 555 010 412", "112"), "client")


def test_a_known_person_is_corrected_and_a_name_taken_out_stays_misspelt(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "2", "enter").at(f"Person {CLIENT}")
        amina.press("enter", "f1").sees("Change a person: what the keys do")
        amina.press("escape", "escape")  # nothing was typed: nothing is asked
        amina.at(f"Person {CLIENT}")
        amina.press("enter").clear("names").press(" Elmar Torgaev")
        amina.fill(code_phrase="about the books", may_tell="the sister: nothing", never_use="030 55501234; 112")
        amina.sees("! DO NOT CALL  +49 30 5550 1234")
        amina.press("f4")
        amina.sees("Elmar Torgaev", "misspelt, Latin", "DO NOT CALL  +49 30 5550 1234", "say: about the books")
        amina.press("v").sees("History", "now", "before")
    with house.open("Amina") as session:
        persons = [person.value for person in cases.open_case(session, house.case).persons]
    (kept,) = [person for person in persons if person.role == "client"]
    assert [name.text for name in kept.current_names()] == ["Elmar Torgaev"]
    assert len(kept.names) == 3  # in both scripts
    assert kept.phones == ("+49 30 5550 1234",)
    assert kept.safe_contact is not None
    assert kept.safe_contact.never_use == ("030 55501234", "112")


def test_a_refused_person_leads_to_the_field_that_is_wrong_and_leaving_asks_first(amina: Desk) -> None:
    amina.press("enter", "p", " Вера").fill(born="soon").go_to("names").press("f4")
    amina.sees("! Born: must be written YYYY", "Вера").is_in("born")
    amina.press("escape", "enter").at("NEW PERSON")
    amina.press("escape", "y").sees("People 2")
    amina.press("p", "escape").sees("People 2")


def test_what_a_field_leaves_out_of_a_paste_is_said(amina: Desk) -> None:
    amina.press("enter", "p", " Вера\nTikhookova\n\n+996 555 010 412")
    amina.sees("! The field takes one line: 2 more lines were left out of what you pasted.")


def test_a_recipient_is_kept_only_once_the_words_of_that_key_were_shown(house: House) -> None:
    first, second = recipient_of(make_identity()), recipient_of(age_pq.make_identity())
    with house.desk("Mira") as mira:
        mira.press("ctrl+n", " Hearing", "f4", "e", "f4")
        mira.sees("! There is no recipient yet. Ctrl+R adds one, if your role may")
        mira.press("ctrl+r", "f4").sees("! Name: is empty.")
        mira.fill(name=LAWYER, age=first).press("f4")
        mira.sees("Do they read out these words of their key?", fingerprint(first), "Nobody is kept yet.")
        mira.press("n").clear("age").press(f" {second}", "f4").sees(fingerprint(second), "Nobody is kept yet.")
        mira.press("y").sees(f"Recipient {LAWYER}", "This key also holds against a later quantum computer.")
        mira.press("ctrl+r").fill(name=LAWYER, age=first).press("f4")
        mira.sees("! There is already a recipient with this name.")  # before anybody is called
        mira.press("escape", "y")
    with house.open("Mira") as session:
        assert [(partner.name, partner.age_recipient) for partner in partners.list_all(session)] == [(LAWYER, second)]


def test_all_words_of_a_key_that_nobody_confirmed_are_shown_where_it_is_chosen(house: House) -> None:
    with house.open("Amina") as amina:
        words = partners.add(amina, name=LAWYER, age_recipient=recipient_of(make_identity())).fingerprint
    with house.open("Mira") as mira:
        partners.add(mira, name="Clinic", age_recipient=recipient_of(make_identity()), compared=True)
    with house.desk("Amina") as amina:
        amina.press("enter", "e").sees("Recipient Clinic").sees_not("Nobody confirmed this key.")
        amina.press(*["shift+tab"] * 4, "right").sees(f"Recipient {LAWYER}", "Nobody confirmed this key.", words)
        amina.press(*"clinik", "tab").sees("! clinik: nothing has this name. It stays: ", f"Recipient {LAWYER}")


@pytest.fixture
def export(house: House, tmp_path: Path) -> House:
    """A house with a recipient, and a note that leaves questions open."""
    with house.open("Mira") as mira:
        partners.add(mira, name=LAWYER, age_recipient=recipient_of(make_identity()), compared=True)
    with house.open("Amina") as amina:
        notes.add(amina, house.case, Note(NoteKind.CONTACT, "Orvillard and Sana came from Qarvosh by bus at 07:40."))
        agree(amina, house.case, LAWYER)
    with house.open("Joel"):
        pass
    (tmp_path / "out").mkdir()
    return house


def _to_questions(desk: Desk, out: Path) -> int:
    """Begin an export; return how many questions are open."""
    desk.press("enter", "e").fill(out=str(out)).names("kaltbrunner").press("enter")
    desk.sees("! That is not the last word of the name of the recipient").press("escape").at("EXPORT")
    desk.names("LORVANE").press("enter").at("QUESTIONS")
    found = re.search(r"(\d+) open", desk.words())
    assert found is not None
    return int(found[1])


@pytest.mark.long
def test_nothing_goes_on_before_every_question_is_decided_and_pages_that_are_declined_are_not_sealed(
    export: House, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    person = Person(passphrase=export.people["Joel"].passphrase)
    with export.desk("Amina", beside=person, size=(80, 24)) as amina:
        count = _to_questions(amina, out)
        amina.press("escape").sees("Nothing was written. F4 goes on; what you decided is remembered on this screen.")
        amina.press("f8").sees("! Finish this or leave it with Esc first.")
        amina.press("f4", "f4").sees(f"! {count} are still open; a takes the proposal for all of them.")
        amina.press("k", "up", "x", "u").sees(f"1 decided, {count - 1} open")
        amina.press("u").sees(f"0 decided, {count} open")
        amina.press("л", "p", "g", "a").sees(f"{count} decided, 0 open")
        amina.press_and_wait("f4", "read back from the finished file").press("escape").at("EXPORT")
        amina.sees("Stopped: nothing was written.")
        assert list(out.iterdir()) == []
        amina.press_and_wait("f4", "read back from the finished file")
        amina.press_and_wait("f4", "! You have not seen page 1 of")
        assert list(out.iterdir()) == [], "what nobody saw is not sealed"
        amina.read_on().press_and_wait("f4", "The package is at")
        amina.sees(f"{count} words and names were kept or hidden as it was decided. The finished files were checked.")
        amina.sees("Two persons released it", "by voice: ")
        amina.press("f8")  # what is sealed is no typing that could be lost
        amina.at("Cases")
    assert len(list(out.iterdir())) == 1


def test_leaving_at_once_from_the_pages_seals_nothing(export: House, tmp_path: Path) -> None:
    with export.desk("Amina") as amina:
        _to_questions(amina, tmp_path / "out")
        amina.press("a").press_and_wait("f4", "read back from the finished file").press("ctrl+backslash")
    assert amina.app.return_code == 0
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.long
def test_a_lock_keeps_what_was_decided_of_an_export_until_it_is_left(export: House, tmp_path: Path) -> None:
    with export.desk("Amina") as amina:
        count = _to_questions(amina, tmp_path / "out")
        amina.press("k", "ctrl+l")
    with export.desk("Amina") as amina:
        amina.at("EXPORT").has(out=str(tmp_path / "out"))
        amina.names("Lorvane").press("enter").sees(f"0 decided, {count - 1} open")
        amina.press("escape", "escape").at(export.ref)
    with export.open("Amina") as session:
        assert session.drafts().list() == []


def test_the_log_names_who_did_what_is_filtered_by_acts_and_verified(house: House) -> None:
    with house.desk("Mira") as mira:
        mira.press(":log").sees("Not verified in this session", AMINA)
        mira.press("slash", *"since:31.11.2026", "enter")
        mira.sees("! since:31.11.2026 names no day: it leaves nothing out.")
        mira.press("escape").sees("note written", "~", "E export", "reading is folded", " unlock").sees_not("log read")
        mira.press("slash", " log.r").sees("log read").sees_not("note written")
        mira.press("escape", "r").sees("log read", "reading is shown")
        mira.press("slash", " written", "enter", "enter").sees(f"{AMINA}, entry ", "note.create, ok. 1 note")
        mira.press("escape").press_and_stop("v")
        mira.sees("Stopped. Nothing was changed, and nothing is verified.", "Not verified in this session")
        mira.press("v").sees("√ Nothing was changed, removed or reordered: ", "are proven")


def test_who_is_no_auditor_verifies_and_is_told_nothing_of_a_refusal(amina: Desk) -> None:
    amina.press(":log").sees("Only auditors see what the entries say. v still verifies all of them.")
    amina.press("v").sees("√ Nothing was changed, removed or reordered: ").sees_not("!")


def test_records_that_nobody_can_read_are_no_alarm_of_the_log(house: House) -> None:
    with house.open("Joel") as joel:
        for _ in range(2):
            write_junk(joel, house.case, *EMPTY[1], "note")
    with house.desk("Amina", begins_at_home=True) as amina:
        amina.resize(80, 24).press(":log", "v")
        amina.sees("√ Nothing was changed, removed or reordered: ", "2 records of Joel", "cannot be read; nothing else")
        amina.sees_not("NOT VERIFIED", "Exports wait")
        amina.press("escape", "x").sees("log or backup checked just now")


def test_a_log_that_does_not_hold_names_the_first_bad_place_first(house: House) -> None:
    with house.desk("Amina", begins_at_home=True) as amina:
        session = amina.gateway._unlocked.session
        with session.database.transaction() as rows:
            rows.connection.exec_driver_sql("UPDATE version SET blob = zeroblob(10)")
        amina.resize(80, 24).press(":log", "v").sees("! NOT VERIFIED. First bad place first.", "operation 1", " more")
        amina.sees("! Exports wait until the log is sound; reading and notes go on.")
        amina.press("escape", "x").sees_not("log verified")


def test_a_backup_is_made_at_a_whole_path_and_stopped_leaves_the_earlier_one(house: House, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    with house.desk("Amina", begins_at_home=True) as amina:
        amina.sees("! no backup from this device")
        amina.press(":make a backup", "f4").sees("! Folder: is empty.")
        amina.press(" stick", "f4").sees("! Type the whole path, from / or ~ on.")
        amina.clear("folder").press(f" {stick}").press_and_stop("f4")
        amina.sees("Stopped: no new backup was made; the earlier backups stay.")
        assert list(stick.iterdir()) == []
        amina.press("f4").sees("The backup is at", "It was opened again and read:", "Keep it apart from this computer.")
        amina.press("enter").sees("√ backup just now")


def test_leaving_at_once_stops_a_long_act_and_one_that_fails_says_why(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began: list[str] = []

    def full(*_: object, **__: object) -> None:
        raise TryAgainError(Message("no room at the stick"))

    def lasting(_: Session, progress: Working) -> None:
        try:
            while True:
                progress(3, 4)
                time.sleep(0.01)
        finally:
            began.append("stopped")

    monkeypatch.setattr(backups, "make", full)
    monkeypatch.setattr(log_checking, "verify", lasting)
    with house.desk("Amina") as amina:
        amina.press(":backup", f" {tmp_path}", "f4").at("BACKUP")
        amina.sees("! No room at the stick. Free some space or wait")
        amina.press("escape", "y", ":log").press_and_wait("v", "75 %").press("ctrl+backslash")
    assert amina.app.return_code == 0
    assert began == ["stopped"]


def test_what_left_stands_in_the_case_and_a_package_in_wrong_hands_is_written_down(export: House) -> None:
    with export.open("Amina") as amina:
        (consent,) = story_records.list_in(amina, export.case, (Consent.KIND,))
        who = partners.find(amina, LAWYER).record
        left = Disclosure(
            who, "lawyer", "legal referral", b"\x5c" * 16, bytes(32), "2026-11-20", consents=(consent.record,)
        )
        with amina.work(export.case) as work:
            work.keep(export.case, left)
            work.commit(Entry(act="export.done"))
    with export.desk("Amina") as amina_desk:
        amina_desk.press("enter", ":what left").at("WHAT LEFT").sees("2026-11-20", LAWYER, "sent? not written down")
        amina_desk.press("enter").sees(f"By consent {short_id(consent.record)}.")
        amina_desk.press("x").sees("Did it reach somebody it was not for?")
        amina_desk.press("y").at("LETTER").sees("By our mistake you got a file that was not for you")
        amina_desk.press("escape", "escape", "d").sees("Decide, and write down")
        amina_desk.press("end", "space").sees("How did the client withdraw the consent?")
        amina_desk.press(" she called", "enter").at("LETTER").sees("a person withdrew the consent")
        amina_desk.press("escape").sees(f"did {LAWYER} confirm the deletion?")
