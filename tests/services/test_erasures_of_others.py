"""What somebody erases goes on every device that has it: after a bundle and 72 hours, and in any order of arrival."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.attacks.burglar import everything
from tests.english import in_english
from tests.services.founded import PASSPHRASE, Place
from tests.services.organisation import AMINA, JOEL, TOMAS, Organisation, full_name, give, open_place
from vault.access.session import Session
from vault.casework.document import DocumentKind
from vault.casework.note import Note
from vault.casework.person import PersonChange
from vault.casework.vocabulary import NoteKind
from vault.durations import HOUR_MS
from vault.errors import NotFoundError, RefusedError, VaultError
from vault.ids import CompartmentId, RecordId
from vault.services import case_papers, housekeeping
from vault.services.approvals import erasing
from vault.services.backups import backups, restoring
from vault.services.cases import case_people, cases, editing, holds, intake, notes, same_people, searching, undoing
from vault.services.erasures import arrived, letter, reach, standing_again, what_goes
from vault.services.evidence import log_checking
from vault.services.exchange import syncing
from vault.services.grants import sharing

NAME = "Vexilda Morrowquay"
PHONE = "+996 555 918 273"


def later(monkeypatch: pytest.MonkeyPatch, session: Session, hours: int) -> None:
    """Have the session's clock believe a time ahead, as a person confirmed it."""
    now = session.log.now_ms() + hours * HOUR_MS
    monkeypatch.setattr(session.log, "now_ms", lambda: now)
    session.believe_clock()


def add_person(session: Session, case: CompartmentId) -> RecordId:
    return case_people.add(session, case, role="client", names=[NAME], phones=[PHONE])


def readable(session: Session, *folders: Path) -> bytes:
    """Return all that this seat's keys and the database's open of these folders, once the session is closed."""
    assert session.keys_now is not None
    keys, secrets, vault = session.copy_keys(session.keys_now[0]), session._secrets, session.vault
    session.close()
    return everything(folders, vault, secrets, {keys.database_key})


def has_any(data: bytes, words: Iterable[str] = (NAME, "morrowquay", PHONE, "372819555")) -> list[str]:
    return [word for word in words if word.encode() in data]


@pytest.fixture
def shared(organisation: Organisation, tmp_path: Path) -> tuple[Organisation, CompartmentId, RecordId]:
    """A case of Tomas with one person, which Joel has on his device."""
    with organisation.at(TOMAS, JOEL) as (tomas, joel):
        case = cases.create(tomas, title="C", kind="asylum", alone_reason="nobody").case
        person = add_person(tomas, case)
        sharing.grant(tomas, case, organisation.members(JOEL))
        give(tomas, joel, tmp_path)
        assert searching.search(joel, "Morrowquay").hits
    return organisation, case, person


def erase(session: Session, what: str) -> None:
    erasing.erase(session, what_goes.what_goes(session, what), why="subject-request")


def test_it_waits_on_another_device_and_goes_after_72_hours_from_all_that_lies_there(
    shared: tuple[Organisation, CompartmentId, RecordId], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    organisation, case, person = shared
    with organisation.at(TOMAS, JOEL) as (tomas, joel):
        joel.drafts().save(case, person, f"{NAME} {PHONE}", "person")
        going = what_goes.what_goes(tomas, person.hex())
        erasing.erase(tomas, going, why="subject-request")
        give(tomas, joel, tmp_path)
        assert searching.search(joel, "Morrowquay").hits
        told = [line for line in in_english(housekeeping.settle(joel)) if "erased" in line]
        assert len(told) == 2  # of the case, and of the register
        assert all(line.startswith("Tomas Verhoffen erased 1 record of") for line in told)
        assert log_checking.verify(joel).verified
        assert "Joel" in "\n".join(in_english(letter.letter(tomas, going, why="x"))).partition("Not confirmed yet")[2]
        later(monkeypatch, joel, 73)
        lines = in_english(housekeeping.settle(joel))
        assert "2 records that colleagues erased were removed from this device." in lines
        assert searching.search(joel, "Morrowquay").hits == ()
        assert log_checking.verify(joel).verified
        backups.make(joel, tmp_path / "backup")
        give(joel, tomas, tmp_path)
        assert "Not confirmed yet" not in "\n".join(in_english(letter.letter(tomas, going, why="x")))
    for name in (TOMAS, JOEL):
        account = organisation[name]
        assert has_any(readable(account.open(), account.place.path, tmp_path / "backup")) == []


def test_a_person_in_three_cases_goes_from_both_devices(
    shared: tuple[Organisation, CompartmentId, RecordId], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    organisation, case, person = shared
    first = editing.Place(case, person, "person")
    with organisation.at(TOMAS, JOEL) as (tomas, joel):
        for n in (2, 3):
            other = cases.create(tomas, title=f"C{n}", kind="asylum", alone_reason="nobody").case
            same_people.same(tomas, editing.Place(other, add_person(tomas, other), "person"), first)
            sharing.grant(tomas, other, organisation.members(JOEL))
        give(tomas, joel, tmp_path)
        going = what_goes.what_goes(tomas, person.hex())
        assert len(going.cases) == 3
        erase_with_two(tomas, going, monkeypatch)
        give(tomas, joel, tmp_path)
        later(monkeypatch, joel, 73)
        housekeeping.settle(joel)
        assert [len(cases.open_case(joel, home).persons) for home in going.cases] == [0, 0, 0]
    for name in (TOMAS, JOEL):
        account = organisation[name]
        assert has_any(readable(account.open(), account.place.path)) == []


def erase_with_two(session: Session, going: reach.Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """Erase what needs a second person, who is not what this is about."""
    monkeypatch.setattr("vault.services.approvals.erasing.required_approval", lambda *_: None)
    erasing.erase(session, going, why="subject-request")
    monkeypatch.undo()


def test_what_was_erased_does_not_come_back_with_the_bundle_of_somebody_who_has_it_still(
    shared: tuple[Organisation, CompartmentId, RecordId], tmp_path: Path
) -> None:
    organisation, case, person = shared
    with organisation.at(TOMAS, JOEL, AMINA) as (tomas, joel, amina):
        sharing.grant(tomas, case, organisation.members(AMINA))
        erase(tomas, person.hex())
        give(tomas, amina, tmp_path)  # without it
        give(joel, amina, tmp_path)  # with it: Joel has not heard
        assert searching.search(amina, "Morrowquay").hits == ()
        give(joel, tomas, tmp_path)
        assert searching.search(tomas, "Morrowquay").hits == ()
        assert log_checking.verify(tomas).verified


@pytest.mark.parametrize("is_first", [True, False], ids=["before it comes", "while it waits"])
def test_a_hold_on_another_device_keeps_what_somebody_erases(
    shared: tuple[Organisation, CompartmentId, RecordId],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    is_first: bool,
) -> None:
    organisation, case, person = shared
    with organisation.at(TOMAS, JOEL) as (tomas, joel):
        erase(tomas, person.hex())
        if is_first:
            holds.hold(joel, case, reason="a court asks for it", review="2090-01-01")
        give(tomas, joel, tmp_path)
        if not is_first:
            holds.hold(joel, case, reason="a court asks for it", review="2090-01-01")
        later(monkeypatch, joel, 73)
        housekeeping.settle(joel)
        assert arrived.carry_out(joel, at_once=True) == 0
        assert searching.search(joel, "Morrowquay").hits
        holds.release(joel, case, reason="over")
        assert arrived.carry_out(joel, at_once=True) == 1
        assert searching.search(joel, "Morrowquay").hits == ()


def test_a_case_goes_on_the_devices_of_those_who_lost_it(
    shared: tuple[Organisation, CompartmentId, RecordId], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    organisation, case, _ = shared
    with organisation.at(TOMAS, JOEL) as (tomas, joel):
        notes.add(joel, case, Note(NoteKind.CONTACT, f"{NAME} called"))  # nobody else has it yet
        erase(tomas, case.hex())
        give(tomas, joel, tmp_path)
        with pytest.raises(NotFoundError):
            cases.open_case(tomas, case)
        later(monkeypatch, joel, 73)
        housekeeping.settle(joel)
        with joel.database.reading() as rows:
            left = rows.placed(case)
        assert len(left) == 1  # his own note, which Tomas does not know of
        give(joel, tomas, tmp_path)
        housekeeping.settle(tomas)
        assert log_checking.verify(tomas).verified
        give(tomas, joel, tmp_path)
        later(monkeypatch, joel, 73)
        housekeeping.settle(joel)
        assert log_checking.verify(joel).verified
    for name in (TOMAS, JOEL):
        account = organisation[name]
        assert has_any(readable(account.open(), account.place.path)) == []


def test_what_a_colleague_changed_before_they_heard_stands_again_and_is_told(
    shared: tuple[Organisation, CompartmentId, RecordId], tmp_path: Path
) -> None:
    organisation, case, person = shared
    with organisation.at(TOMAS, JOEL) as (tomas, joel):
        change = PersonChange(born="1990")
        case_people.change(joel, editing.Place(case, person, "person"), change)
        erase(tomas, person.hex())
        housekeeping.settle(tomas)
        give(joel, tomas, tmp_path)
        (line,) = [line for line in in_english(housekeeping.settle(tomas)) if "is back" in line]
        assert line.startswith("1 record that was erased here")
        assert [each.record for each in standing_again.standing_again(tomas)] == [person]
        assert not [line for line in in_english(housekeeping.settle(tomas)) if "is back" in line]
        erase(tomas, person.hex())
        assert standing_again.standing_again(tomas) == []
        give(tomas, joel, tmp_path)
        assert arrived.carry_out(joel, at_once=True) == 2  # the person, and the entry in the register
    for name in (TOMAS, JOEL):
        account = organisation[name]
        assert has_any(readable(account.open(), account.place.path)) == []


def test_a_backup_from_before_meets_the_erasure_when_a_bundle_brings_it(
    shared: tuple[Organisation, CompartmentId, RecordId], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    organisation, _, person = shared
    with organisation.at(TOMAS, JOEL) as (tomas, joel):
        made = backups.make(joel, tmp_path / "backup")
        erase(tomas, person.hex())
        give(tomas, joel, tmp_path)
        assert arrived.carry_out(joel, at_once=True) == 2
    account = organisation[JOEL]
    shutil.rmtree(account.place.path)
    restored = Place(tmp_path / "restored.vault", account.place.state)
    restoring.restore(
        made.path,
        restored.path,
        member=full_name(JOEL),
        passphrase=bytearray(PASSPHRASE),
        state=account.place.state,
        agree=lambda _: None,
    )
    with open_place(restored, full_name(JOEL)) as joel:
        assert searching.search(joel, "Morrowquay").hits
        with organisation.open(TOMAS) as tomas:
            give(joel, tomas, tmp_path)
            give(tomas, joel, tmp_path)
        later(monkeypatch, joel, 73)
        housekeeping.settle(joel)
        assert searching.search(joel, "Morrowquay").hits == ()
    assert has_any(readable(open_place(restored, full_name(JOEL)), restored.path)) == []


def test_an_old_bundle_an_undo_and_two_heads_bring_nothing_back(
    shared: tuple[Organisation, CompartmentId, RecordId], tmp_path: Path
) -> None:
    """The bundle was made before the erasure, and brings two heads and a paper of more than one chunk file."""
    organisation, case, person = shared
    place, old = editing.Place(case, person, "person"), tmp_path / "old.bundle"
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(b"%PDF-" + NAME.encode() * 80_000)
    with organisation.at(TOMAS, JOEL) as (tomas, joel):
        case_people.change(joel, place, PersonChange(born="1990"))
        case_people.change(tomas, place, PersonChange(born="1991"))
        paper = case_papers.add_paper(joel, case, scan, {"kind": DocumentKind.DECISION, "title": NAME}).record
        syncing.make(joel, tomas.member, old)
        syncing.import_bundle(tomas, old)
        with tomas.database.reading() as rows:
            assert len(rows.placed(case, person)) == 3
        erasing.erase(tomas, what_goes.what_goes(tomas, person.hex(), paper.hex()), why="subject-request")
        with pytest.raises((NotFoundError, RefusedError)):
            undoing.undo(tomas, undoing.last(tomas))
        give(tomas, joel, tmp_path)
        assert arrived.carry_out(joel, at_once=True) == 3
        for session in (tomas, joel):
            again = tmp_path / f"{session.member.hex()}.bundle"
            again.write_bytes(old.read_bytes())
            with suppress(VaultError):  # it is for Tomas
                syncing.import_bundle(session, again)
            assert searching.search(session, "Morrowquay").hits == ()
            assert standing_again.standing_again(session) == []
            assert [path for path in session.folder.blobs_dir.rglob("*") if path.is_file()] == []
            assert log_checking.verify(session).verified
    for name in (TOMAS, JOEL):
        account = organisation[name]
        assert has_any(readable(account.open(), account.place.path)) == []


def test_words_of_closed_slips_that_the_program_cleared_are_nobodys_erasure(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organisation.at(TOMAS, JOEL) as (tomas, joel):
        slip = intake.add(tomas, name=NAME)
        give(tomas, joel, organisation.folder)
        intake.close(tomas, slip.hex())
        later(monkeypatch, tomas, 24)
        housekeeping.settle(tomas)
        give(tomas, joel, organisation.folder)
        told = [line for line in in_english(housekeeping.settle(joel)) if "call slip" in line or "erased" in line]
        assert [line.split(" on ")[0] for line in told] == [
            "The words of 1 closed call slip are removed from this device"
        ]
        assert told[0].endswith(", as planned.")
