"""Erasing for good: nothing of it is left on the device, and everything else stays as it was."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

import pytest

from tests.attacks.burglar import everything
from tests.english import in_english
from tests.services.approvals.keyboard import Person
from tests.tables import refuses
from tests.tui.house import House, make_house
from tests.vectors.independent import opening
from vault.access.session import Session
from vault.casework.document import DocumentKind
from vault.casework.note import Note
from vault.casework.story.events import Task
from vault.casework.vocabulary import NoteKind
from vault.errors import NotFoundError, RefusedError, UsageError, WaitingForDecisionError
from vault.ids import CompartmentId, RecordId
from vault.services import case_papers, housekeeping
from vault.services.approvals import erasing, second_person
from vault.services.approvals.second_person import Second
from vault.services.backups import backups
from vault.services.cases import (
    case_people,
    cases,
    editing,
    holds,
    intake,
    notes,
    register,
    same_people,
    searching,
    sections,
    story_records,
    undoing,
)
from vault.services.erasures import letter, letter_words, preview, reach, what_goes
from vault.services.evidence import log_checking

NAME = "Vexilda Morrowquay"
PHONE = "+996 555 918 273"
WORDS = (NAME, "Morrowquay", "morrowquay", PHONE, "372819555")


@pytest.fixture(scope="module")
def house_template(tmp_path_factory: pytest.TempPathFactory) -> House:
    return make_house(tmp_path_factory.mktemp("house"))


@pytest.fixture
def house(house_template: House, tmp_path: Path) -> House:
    return house_template.copied_to(tmp_path / "house")


def agrees(asker: Session, house: House) -> Second:
    """Nadia approves at this keyboard."""
    nadia = house.people["Nadia"]
    person = Person(passphrase=nadia.passphrase, reasons=("subject-request",))
    return second_person.at_this_keyboard(asker, nadia.name, run=person.run)


def readable(session: Session, *folders: Path) -> bytes:
    """Return all that this seat's keys and the database's open of a vault's folder, once it is closed."""
    keys = session.copy_keys(session.keys_now[0] if session.keys_now else None)  # type: ignore[arg-type]
    secrets = session._secrets
    vault = session.vault
    session.close()
    return everything(folders, vault, secrets, {keys.database_key})


def has_any(data: bytes, words: Iterable[str] = WORDS) -> list[str]:
    return [word for word in words if word.encode() in data or word.encode().hex().encode() in data]


def test_a_note_goes_with_all_its_versions_and_the_log_stays_whole(house: House) -> None:
    with house.open("Amina") as amina:
        note = notes.add(amina, house.case, Note(NoteKind.CONTACT, f"{NAME} called"))
        editing.edit(amina, editing.locate(amina, note.hex()), Note, lambda old: Note(old.kind, f"{NAME} wrote"))
        going = what_goes.what_goes(amina, note.hex())
        assert (dict(going.kinds), len(going.versions)) == ({"note": 1}, 2)
        assert not erasing.needs_second(going)
        erasing.erase(amina, going, why="mistake")
        assert searching.search(amina, "Morrowquay").hits == ()
        with pytest.raises(NotFoundError):
            editing.locate(amina, note.hex())
        assert log_checking.verify(amina).verified
    with house.open("Joel") as joel:
        assert searching.search(joel, "Morrowquay").hits == ()
        assert log_checking.verify(joel).verified
    amina = house.open("Amina")
    assert has_any(readable(amina, house.place.path)) == []


def add_person(session: Session, case: CompartmentId) -> RecordId:
    return case_people.add(session, case, role="client", names=[NAME, "Вексильда Морокуй"], phones=[PHONE])


def in_three_cases(house: House) -> tuple[list[CompartmentId], RecordId]:
    """Write one person into three cases of Amina, with a relation, an entry of the register and a draft of theirs."""
    with house.open("Amina") as amina:
        found = [house.case, *(cases.create(amina, title=f"case {n}", kind="asylum").case for n in (2, 3))]
        written = [add_person(amina, case) for case in found]
        for case, record in zip(found[1:], written[1:], strict=True):
            same_people.same(
                amina, editing.Place(case, record, "person"), editing.Place(found[0], written[0], "person")
            )
        register.add(amina, [NAME])
        amina.drafts().save(found[0], written[0], f"{NAME} {PHONE}", "person")
    return found, written[0]


def test_a_person_goes_from_every_case_and_from_the_register(house: House) -> None:
    found, record = in_three_cases(house)
    with house.open("Nadia"):
        pass  # a second person has unlocked here once
    with house.open("Joel") as joel:
        assert searching.search(joel, "Morrowquay").hits  # his index has them
    with house.open("Amina") as amina:
        going = what_goes.what_goes(amina, record.hex())
        # Each place entered them in the register, and an entry was made by hand.
        assert (going.kinds["person"], going.kinds["register-entry"], len(going.cases)) == (3, 4, 3)
        assert erasing.needs_second(going)
        with pytest.raises(WaitingForDecisionError, match="a second person has to approve"):
            erasing.erase(amina, going, why="subject-request")
        erased = erasing.erase(amina, going, why="subject-request", second=agrees(amina, house))
        assert (erased.rule, erased.removed.drafts) == ("two-person", 1)
        assert searching.search(amina, "Morrowquay").hits == ()
        assert register.ask(amina, [NAME]) == []
        assert log_checking.verify(amina).verified
        assert all(cases.open_case(amina, case).head.value.title for case in found)
        backups.make(amina, house.place.path.parent / "backup")
    for name in ("Joel", "Amina"):
        data = readable(house.open(name), house.place.path, house.place.path.parent / "backup")
        assert has_any(data) == []


def test_what_a_burglar_reads_before_an_erasure_is_there(house: House) -> None:
    in_three_cases(house)
    assert has_any(readable(house.open("Amina"), house.place.path)) == [
        NAME,
        "Morrowquay",
        "morrowquay",
        PHONE,
        "372819555",
    ]


def test_a_case_goes_whole_with_its_sections_and_nobody_writes_in_it_any_more(house: House) -> None:
    with house.open("Nadia"):
        pass
    with house.open("Amina") as amina:
        add_person(amina, house.case)
        section = sections.create(amina, house.case, what="location", title=f"where {NAME} is")
        sections.add_note(amina, section, Note(NoteKind.SAFETY, f"{NAME} is at Thistledown Wharf"))
        amina.drafts().save(house.case, bytes(16), f"{NAME} half a note", "note")
        going = what_goes.what_goes(amina, house.ref)
        assert going.whole == (house.case, section)
        erased = erasing.erase(amina, going, why="subject-request", second=agrees(amina, house))
        assert erased.removed.drafts == 1
        assert cases.list_all(amina) == []
        with pytest.raises(NotFoundError):
            cases.open_case(amina, house.case)
        assert log_checking.verify(amina).verified
    with house.open("Joel") as joel:
        assert cases.list_all(joel) == []
        with pytest.raises(NotFoundError):
            notes.add(joel, house.case, Note(NoteKind.CONTACT, "after the end"))
        assert log_checking.verify(joel).verified
    who = house.people["Joel"]
    assert opening.open_folder(house.place.path, who.name, who.passphrase.decode()).faults == []
    for name in ("Amina", "Joel"):
        assert has_any(readable(house.open(name), house.place.path)) == []


@pytest.mark.parametrize("what", ["the paper", "its case"])
def test_the_content_of_a_paper_goes_with_it_chunk_files_too(house: House, tmp_path: Path, what: str) -> None:
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(b"%PDF-" + NAME.encode() * 80_000)
    with house.open("Amina") as amina:
        record = case_papers.add_paper(amina, house.case, scan, {"kind": DocumentKind.DECISION, "title": NAME}).record
        assert list(amina.folder.blobs_dir.rglob("*")) != []
        going = what_goes.what_goes(amina, record.hex() if what == "the paper" else house.ref)
        assert len(going.contents) == 1
        erasing.erase(amina, going, why="mistake")
        assert [path for path in amina.folder.blobs_dir.rglob("*") if path.is_file()] == []
        assert log_checking.verify(amina).verified
    assert has_any(readable(house.open("Amina"), house.place.path)) == []


def test_a_slip_goes_and_who_takes_no_calls_finds_none(house: House) -> None:
    with house.open("Dana") as dana:
        slip = intake.add(dana, name=NAME, number=PHONE, text="help")
        with pytest.raises(NotFoundError):
            what_goes.what_goes(dana, house.ref)
    with house.open("Amina") as amina:
        intake.close(amina, slip.hex())
        going = what_goes.what_goes(amina, slip.hex())
        assert (dict(going.kinds), len(going.versions)) == ({"slip": 1}, 2)
        erasing.erase(amina, going, why="retention")
        assert log_checking.verify(amina).verified
    assert has_any(readable(house.open("Dana"), house.place.path)) == []


@pytest.mark.parametrize("ended", ["closed", "moved"])
def test_the_words_of_an_ended_slip_go_once_nobody_may_undo_it(
    house: House, monkeypatch: pytest.MonkeyPatch, ended: str
) -> None:
    with house.open("Dana") as dana:
        slip = intake.add(dana, name=NAME, number=PHONE, text="help")
        still = intake.add(dana, text="still open")
    with house.open("Amina") as amina:
        if ended == "closed":
            intake.close(amina, slip.hex())
        else:
            intake.move(amina, slip.hex(), house.case)
        housekeeping.settle(amina)
        undoing.undo(amina, undoing.last(amina))  # the words are there still
        assert len(intake.list_open(amina)) == 2
        intake.close(amina, slip.hex())
        soon = amina.log.now_ms() + 11 * 60_000
        monkeypatch.setattr(amina.log, "now_ms", lambda: soon)
        housekeeping.settle(amina)
        housekeeping.settle(amina)
        assert [line.stored.record for line in intake.list_open(amina)] == [still]
        assert log_checking.verify(amina).verified
    data = readable(house.open("Dana"), house.place.path)
    assert has_any(data) == []
    assert b"still open" in data


def test_a_legal_hold_stops_every_erasure_of_its_case(house: House) -> None:
    with house.open("Amina") as amina:
        note = notes.add(amina, house.case, Note(NoteKind.CONTACT, "to be kept"))
        refuses(UsageError, "has passed", holds.hold, amina, house.case, reason="a court asks", review="2020-01-01")
        holds.hold(amina, house.case, reason="a court asks", review="2090-01-01")
        for what in (note.hex(), house.ref):
            with pytest.raises(RefusedError, match="is on legal hold"):
                erasing.erase(amina, what_goes.what_goes(amina, what), why="mistake")
        story_records.add(amina, house.case, Task("call the court"))
        with pytest.raises(RefusedError, match="is on legal hold"):
            undoing.undo(amina, undoing.last(amina))
        holds.release(amina, house.case, reason="the court has closed it")
        refuses(UsageError, "not on legal hold", holds.release, amina, house.case, reason="again")
        erasing.erase(amina, what_goes.what_goes(amina, note.hex()), why="mistake")
        assert log_checking.verify(amina).verified


def test_what_an_erasure_reaches_is_a_function_of_what_was_read_once(house: House) -> None:
    with house.open("Amina") as amina:
        reader = what_goes.Reader(amina)
        ask = reach.Ask((reader.asked(house.case.hex()),))
        seen, plan = reader.snapshot(ask), what_goes.what_goes(amina, house.case.hex())
    found = reach.reach(seen, ask)  # the vault is locked
    assert (found, found.left) == (plan, plan.left)
    assert found.versions


def test_what_lies_in_a_section_of_a_case_on_hold_stays_and_the_rest_goes(house: House) -> None:
    with house.open("Amina") as amina:
        section = sections.create(amina, house.case, what="health", title="how they are")
        hidden = sections.add_note(amina, section, Note(NoteKind.SAFETY, "He fell ill."))
        other = cases.create(amina, title="Another", kind="asylum").case
        note = notes.add(amina, other, Note(NoteKind.CONTACT, "He is in Quietwater."))
        holds.hold(amina, house.case, reason="a court asks", review="2090-01-01")
        going = what_goes.what_goes(amina, hidden.hex(), note.hex())
        assert (list(going.found), list(going.cases)) == ([(other, note)], [other])
        assert [(held.case, held.records) for held in going.held] == [(house.case, 1)]
        erasing.erase(amina, going, why="mistake")
        assert sections.records_of(amina, section)


def said(session: Session, going: reach.Plan) -> str:
    return "\n".join(in_english(preview.preview(session, going, needs_second=False)))


def test_what_lies_outside_a_hold_goes_and_what_lies_inside_stays_and_both_are_said_before(house: House) -> None:
    found, record = in_three_cases(house)
    with house.open("Amina") as amina:
        holds.hold(amina, found[1], reason="a court asks", review="2090-01-01")
        going = what_goes.what_goes(amina, record.hex())
        assert (going.kinds["person"], len(going.cases)) == (2, 2)
        assert "is on legal hold: 1 record there stays. Reason: a court asks." in said(amina, going)
        assert "This is erased for good" in said(amina, going)
        only = what_goes.what_goes(amina, f"{found[0].hex()}/{record.hex()}")
        assert (set(only.cases), only.kinds["person"]) == ({found[0]}, 1)
        assert "The same person also has records in" in said(amina, only)
        (held,) = case_people.names_in(amina, found[1])
        inside = what_goes.what_goes(amina, f"{found[1].hex()}/{held.hex()}")
        assert "nothing of it is erased" in said(amina, inside)
        assert "erased for good" not in said(amina, inside)
        refuses(RefusedError, "is on legal hold", erasing.erase, amina, inside, why="mistake")
        erasing.erase(amina, only, why="subject-request")
        beside = what_goes.what_goes(amina, held.hex())
        erasing.erase(amina, beside, why="subject-request")
        lines = letter.letter(amina, beside, why="subject-request")
        for language in ("fr", "ru"):
            assert not set(map(letter_words.in_language(language), lines)) & set(in_english(lines))
        written = "\n".join(in_english(lines))
        assert "Not erased: 1 record in" in written
        assert "The reason is written in our file. We look at the hold again on 2090-01-01." in written
        assert "a court asks" not in written
        assert "still names these people" not in written
        assert [hit.case for hit in searching.search(amina, "Morrowquay").hits] == [found[1]]
        assert log_checking.verify(amina).verified


def test_what_a_changed_program_erases_under_a_hold_is_named(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def erase(session: Session, text: str) -> None:
        note = notes.add(session, house.case, Note(NoteKind.CONTACT, text))
        erasing.erase(session, what_goes.what_goes(session, note.hex()), why="mistake")

    with house.open("Amina") as amina:
        erase(amina, "before it")
        holds.hold(amina, house.case, reason="a court asks", review="2090-01-01")
        monkeypatch.setattr("vault.services.approvals.erasing.require_none", lambda *_: None)
        erase(amina, "under it")
        place = amina.log.origin, amina.log.size - 1
        holds.release(amina, house.case, reason="over")
        erase(amina, "after it")
    with house.open("Joel") as joel:
        (fault,) = log_checking.verify(joel).faults
        assert (fault.code, fault.origin, fault.seq) == ("hold", *place)
        assert "which was on legal hold" in str(fault.message)
        joel.require_sound_log(house.case)


def test_the_preview_and_the_letter_name_what_stays_and_nobody_who_went(house: House) -> None:
    with house.open("Amina") as amina:
        person = add_person(amina, house.case)
        notes.add(amina, house.case, Note(NoteKind.CONTACT, f"{NAME} knows the neighbour"))
        going = what_goes.what_goes(amina, person.hex())
        shown = "\n".join(in_english(preview.preview(amina, going, needs_second=False)))
        assert "1 x person" in shown
        assert "1 other record names these people" in shown
        erasing.erase(amina, going, why="subject-request")
        written = "\n".join(in_english(letter.letter(amina, going, why="subject-request")))
        assert "people: 1" in written
        assert "1 record of others still names" in written
        assert "Amina" in written
        assert "Not confirmed yet by" not in written  # Joel's device is this folder
        assert "Morrowquay" not in written


def test_what_another_member_was_typing_of_it_goes_when_they_unlock(house: House) -> None:
    with house.open("Amina") as amina:
        person = add_person(amina, house.case)
    with house.open("Joel") as joel:
        joel.drafts().save(house.case, person, f"{NAME} moved", "person")
    with house.open("Amina") as amina:
        erasing.erase(amina, what_goes.what_goes(amina, person.hex()), why="mistake")
    with house.open("Joel") as joel:
        assert "1 unfinished text of an erased record was removed." in in_english(housekeeping.settle(joel))
    assert has_any(readable(house.open("Joel"), house.place.path)) == []


def killed_while_erasing(house: House, text: str, at: str) -> None:
    """Have a child of this process erase, and die without a word as soon as it comes to a place in the program."""
    child = os.fork()
    if child == 0:
        try:
            module, name = at.split(":")
            setattr(import_module(module), name, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
            with house.open("Amina") as amina:
                erasing.erase(amina, what_goes.what_goes(amina, text), why="mistake")
        finally:
            os._exit(3)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


@pytest.mark.parametrize("step", ["forget", "reindex", "end_begun"])
def test_an_erasure_that_was_killed_ends_at_the_next_unlock(house: House, tmp_path: Path, step: str) -> None:
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(b"%PDF-" + NAME.encode() * 80_000)
    with house.open("Amina") as amina:
        paper = case_papers.add_paper(amina, house.case, scan, {"kind": DocumentKind.DECISION, "title": NAME}).record
        amina.drafts().save(house.case, paper, f"{NAME} {PHONE}", "document")
        amina.folder.staging_dir.mkdir()
        (amina.folder.staging_dir / f"{'0' * 64}.bundle").write_bytes(b"half of it")
    killed_while_erasing(house, paper.hex(), f"vault.services.erasures.removing:{step}")
    with house.open("Amina") as amina:
        housekeeping.settle(amina)
        assert log_checking.verify(amina).verified
        assert list(amina.folder.staging_dir.iterdir()) == []
        assert [path for path in amina.folder.blobs_dir.rglob("*") if path.is_file()] == []
    for name in ("Joel", "Amina"):
        assert has_any(readable(house.open(name), house.place.path)) == []


def test_an_erasure_that_was_killed_before_its_entry_changes_nothing(house: House) -> None:
    with house.open("Amina") as amina:
        person = add_person(amina, house.case)
        amina.drafts().save(house.case, person, f"{NAME} {PHONE}", "person")
    killed_while_erasing(house, person.hex(), "vault.services.approvals.erasing:_commit")
    with house.open("Amina") as amina:
        housekeeping.settle(amina)
        assert searching.search(amina, "Morrowquay").hits
        assert len(amina.drafts().list()) == 1
        assert log_checking.verify(amina).verified


def test_what_stands_in_a_restricted_section_goes_by_its_id_with_its_person_and_as_a_whole(house: House) -> None:
    with house.open("Amina") as amina:
        person = add_person(amina, house.case)
        section = sections.create(amina, house.case, what="health", title="how they are")
        hidden = sections.add_person(amina, section, case_people.checked_person(role="client", names=[NAME]))
        note = sections.add_note(amina, section, Note(NoteKind.SAFETY, f"{NAME} fell ill"))
        same_people.same(amina, editing.Place(section, hidden, "person"), editing.Place(house.case, person, "person"))
        holds.hold(amina, house.case, reason="a court asks", review="2090-01-01")
        with pytest.raises(RefusedError, match="is on legal hold"):
            erasing.erase(amina, what_goes.what_goes(amina, note.hex()), why="mistake")
        holds.release(amina, house.case, reason="over")
        going = what_goes.what_goes(amina, person.hex())
        assert (dict(going.kinds), list(going.cases)) == ({"person": 2, "register-entry": 1}, [house.case])
        assert [record for _, record in going.left.named] == [note]
        erasing.erase(amina, going, why="mistake")
        erasing.erase(amina, what_goes.what_goes(amina, note.hex()), why="mistake")
        sections.add_note(amina, section, Note(NoteKind.SAFETY, f"{NAME} is well"))
        whole = what_goes.what_goes(amina, section.hex())
        assert (whole.whole, dict(whole.kinds)) == ((section,), {"section": 1, "note": 1})
        erasing.erase(amina, whole, why="mistake")
        assert sections.list_of(amina, house.case) == []
        assert log_checking.verify(amina).verified
        assert cases.open_case(amina, house.case).head.value.title
    assert has_any(readable(house.open("Amina"), house.place.path)) == []


def test_what_corrects_or_translates_goes_with_what_it_repeats(house: House, tmp_path: Path) -> None:
    scan = tmp_path / "scan.txt"
    scan.write_text(NAME, "utf-8")
    with house.open("Amina") as amina:
        note = notes.add(amina, house.case, Note(NoteKind.CONTACT, f"{NAME} came"))
        right = notes.amend(amina, note.hex(), text=f"{NAME} called")
        paper = case_papers.add_paper(amina, house.case, scan, {"kind": DocumentKind.DECISION}).record
        made = {"kind": DocumentKind.TRANSLATION, "translation_of": paper}
        translation = case_papers.add_paper(amina, house.case, scan, made).record
        alone = what_goes.what_goes(amina, translation.hex())
        assert (dict(alone.kinds), len(alone.contents)) == ({"document": 1}, 1)
        assert dict(what_goes.what_goes(amina, right.hex()).kinds) == {"note": 1}
        going = what_goes.what_goes(amina, note.hex(), paper.hex())
        assert (dict(going.kinds), len(going.contents)) == ({"note": 2, "document": 2}, 2)
        erasing.erase(amina, going, why="mistake")
        assert log_checking.verify(amina).verified
    assert has_any(readable(house.open("Amina"), house.place.path)) == []


def test_the_preview_says_in_a_persons_words_what_goes_and_who_wrote_it_and_what_may_mention_them(house: House) -> None:
    with house.open("Joel") as joel:
        theirs = notes.add(joel, house.case, Note(NoteKind.INTERVIEW, "He came alone\nand late"))
    with house.open("Amina") as amina:
        person = add_person(amina, house.case)
        notes.add(amina, house.case, Note(NoteKind.CONTACT, "Vexilda knows the neighbour"))
        notes.add(amina, house.case, Note(NoteKind.CONTACT, "Спросить у Вексильды"))
        intake.add(amina, name="Vexilda", text="calls again")
        intake.add(amina, name="Ondrelle", text="about a visa")
        shown = shown_before(amina, person)
        assert f"person  {NAME}" in shown
        assert "Vexilda knows the neighbour  in" in shown.partition("3 records may also mention them")[2]
        assert "slip  Vexilda  in the intake" in shown
        assert "Ondrelle" not in shown
        said = shown_before(amina, theirs)
        assert "1 of these records is by a colleague, at least in part: Joel" in said
        assert "note  He came alone  in " in said


def shown_before(session: Session, record: RecordId) -> str:
    going = what_goes.what_goes(session, record.hex())
    return "\n".join(in_english(preview.preview(session, going, needs_second=False)))
