"""Taking back what others built on: an undo behind their backs, and a case whose beginning somebody erases."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tui.house import House, make_house
from tests.vectors.independent import opening
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.story.events import Deadline, Task
from vault.casework.vocabulary import NoteKind
from vault.errors import NotFoundError, RefusedError, VerificationError
from vault.ids import CompartmentId, RecordId, VersionId
from vault.records.versions import OpenedVersion, open_each
from vault.records.work import Entry
from vault.services.cases import case_changes, cases, editing, intake, notes, story_records, undoing
from vault.services.evidence import log_checking
from vault.services.exchange import syncing
from vault.services.grants import sharing
from vault.services.projection.projection import up_to_date_index


@pytest.fixture(scope="module")
def house_template(tmp_path_factory: pytest.TempPathFactory) -> House:
    return make_house(tmp_path_factory.mktemp("house"))


@pytest.fixture
def house(house_template: House, tmp_path: Path) -> House:
    return house_template.copied_to(tmp_path / "house")


def of_kind(session: Session, home: CompartmentId, kind: str) -> list[OpenedVersion]:
    """Return the versions of a kind whose rows are here, oldest first."""
    with session.database.reading() as rows:
        opened, _ = open_each(rows.versions(home), vault=session.vault, keyring=session.keyring)
    found = {version.id: version for version in opened if version.content.kind == kind}
    return sorted(found.values(), key=lambda version: version.content.clock)


def erase(session: Session, *versions: OpenedVersion) -> None:
    """List versions as erased and take their rows away, without a question: a program that was changed."""
    with session.work(*{version.compartment for version in versions}) as work:
        for version in versions:
            work.erase(version.compartment, version.id, (version.origin, version.seq, version.n))
        work.commit(Entry(act="erase"))


def as_index_holds(session: Session) -> bytes:
    return up_to_date_index(session).digest()


def moved_deadline(house: House) -> RecordId:
    """Amina writes a deadline and moves it."""
    with house.open("Amina") as amina:
        record = story_records.add(amina, house.case, Deadline(what="appeal", at="2026-12-01"))
        story_records.change(amina, editing.locate(amina, record.hex()), {"at": "2026-12-10"})
    return record


def test_nobody_takes_back_a_version_that_a_colleague_replaced(house: House) -> None:
    record = moved_deadline(house)
    with house.open("Joel") as joel:
        story_records.change(joel, editing.locate(joel, record.hex()), {"done": "2026-11-28", "end": "kept"})
    with house.open("Amina") as amina:
        with pytest.raises(RefusedError, match="somebody has changed it since"):
            undoing.undo(amina, undoing.last(amina))
        assert story_records.due(amina).lines == ()


def test_a_slip_that_somebody_moved_is_not_taken_back_by_who_wrote_it(house: House) -> None:
    with house.open("Dana") as dana:
        slip = intake.add(dana, name="Caller", number="+49 30 5550 3456", text="help")
    with house.open("Amina") as amina:
        intake.move(amina, slip.hex(), house.case)
    with house.open("Dana") as dana, pytest.raises(RefusedError, match="somebody has changed it since"):
        undoing.undo(dana, undoing.last(dana))
    with house.open("Amina") as amina:
        undoing.undo(amina, undoing.last(amina))
        assert [line.stored.value.text for line in intake.list_open(amina)] == ["help"]


def test_a_note_that_somebody_elses_names_is_not_taken_back(house: House) -> None:
    with house.open("Amina") as amina:
        note = notes.add(amina, house.case, Note(NoteKind.CONTACT, "he said Tuesday"))
    with house.open("Joel") as joel:
        notes.add(joel, house.case, Note(NoteKind.CONTACT, "no, Wednesday", amends=note))
    with house.open("Amina") as amina, pytest.raises(RefusedError, match="somebody has written about it since"):
        undoing.undo(amina, undoing.last(amina))


def test_what_a_colleague_of_this_folder_put_into_a_bundle_is_not_taken_back(house: House, tmp_path: Path) -> None:
    with house.open("Amina") as amina:
        sharing.grant(amina, house.case, [house.people["Nadia"].member])
        notes.add(amina, house.case, Note(NoteKind.CONTACT, "by mistake"))
    with house.open("Joel") as joel:
        syncing.make(joel, house.people["Nadia"].member, tmp_path / "to-nadia.bundle")
    with house.open("Amina") as amina, pytest.raises(RefusedError, match="a bundle was made since"):
        undoing.undo(amina, undoing.last(amina))


def test_while_a_record_of_the_case_is_missing_nothing_is_taken_back(house: House) -> None:
    with house.open("Amina") as amina:
        lost = notes.add(amina, house.case, Note(NoteKind.CONTACT, "one more"))
    with house.open("Joel") as joel, joel.database.transaction() as rows:
        gone = [version for version in rows.versions(house.case) if version.record == lost]
        rows.erase_versions([(version.origin, version.seq, version.n) for version in gone])
    with house.open("Amina") as amina:
        notes.add(amina, house.case, Note(NoteKind.CONTACT, "two more"))
        with pytest.raises(VerificationError, match="waits until everything that is missing has arrived"):
            undoing.undo(amina, undoing.last(amina))


def test_of_two_versions_one_erased_under_the_other_all_members_see_the_same(house: House) -> None:
    """A changed program does what `undo` refuses: what was replaced stands again beside what is newer, for everybody.

    It could have been written there as well. Nobody is to see another state than somebody else.
    """
    record = moved_deadline(house)
    with house.open("Joel") as joel:
        story_records.change(joel, editing.locate(joel, record.hex()), {"done": "2026-11-28", "end": "kept"})
        as_index_holds(joel)
    with house.open("Amina") as amina:
        erase(amina, of_kind(amina, house.case, Deadline.KIND)[1])
    seen = []
    for name in ("Joel", "Amina"):
        with house.open(name) as session:
            went_on = as_index_holds(session)
            due = [line.headline for line in story_records.due(session).lines]
            session.remake_index()
            assert as_index_holds(session) == went_on
            assert [line.headline for line in story_records.due(session).lines] == due
            shown = [
                one for one in story_records.list_in(session, house.case, (Deadline.KIND,)) if one.record == record
            ]
            seen.append((due, [(one.heads, one.value.when()) for one in shown]))
    assert seen[0] == seen[1]


def test_the_beginning_of_a_case_is_not_erased_under_it(house: House) -> None:
    """What the case says once stands there: its owner finds the record missing, and no case goes in silence."""
    with house.open("Joel") as joel:
        first = of_kind(joel, house.case, "case")[0]
        case_changes.change(joel, house.case, title="two")
        erase(joel, first)
    with house.open("Amina") as amina:
        up_to_date_index(amina)
        found = log_checking.verify(amina)
        assert [(fault.origin, fault.seq, fault.n) for fault in found.faults] == [(first.origin, first.seq, first.n)]
        with pytest.raises(VerificationError, match="waits until everything that is missing has arrived"):
            amina.require_sound_log(house.case)
        told = [str(warning) for warning in amina.warnings]
        assert any("is missing" in line for line in told), told
    who = house.people["Amina"]
    whole = opening.open_folder(house.place.path, who.name, who.passphrase.decode())
    assert [fault.what for fault in whole.faults] == ["a missing version"]


def test_a_backup_brings_the_beginning_of_a_case_back(house: House) -> None:
    """What does not count as erased comes in again: here with the rows of an older copy."""
    with house.open("Joel") as joel:
        first = of_kind(joel, house.case, "case")[0]
        with joel.database.reading() as rows:
            version = next(rows.version_rows(first.origin, first.seq, first.seq + 1))
            keys = list(rows.version_keys(first.origin, first.seq, first.seq + 1))
        case_changes.change(joel, house.case, title="two")
        erase(joel, first)
    with house.open("Amina") as amina:
        with amina.database.transaction() as rows:
            rows.add_versions([version])
            rows.add_version_keys(keys)
        amina.remake_index()
        assert cases.open_case(amina, house.case).head.value.title == "two"
        assert log_checking.verify(amina).verified


def test_a_later_version_takes_no_erasure_back(house: House) -> None:
    """Who names an erased version as its parent makes nothing of it missing, and holds up no case."""
    with house.open("Amina") as amina:
        record = story_records.add(amina, house.case, Task("call her sister at 10"))
        gone = of_kind(amina, house.case, Task.KIND)[0]
        erase(amina, gone)
    with house.open("Joel") as joel, joel.work(house.case) as work:
        work.write(house.case, record, Task.KIND, {"what": "x"}, [VersionId(gone.id)])
        work.commit(Entry(act="case.edit"))
    with house.open("Amina") as amina:
        up_to_date_index(amina)
        amina.require_sound_log(house.case)
        assert log_checking.verify(amina).verified


WHOLE: dict[str, Callable[[OpenedVersion], bool]] = {
    "all of it": lambda version: True,
    "all but a note": lambda version: version.content.kind != "note",
}


@pytest.mark.parametrize("which", WHOLE)
def test_a_case_goes_whole_or_keeps_its_beginning(house: House, which: str) -> None:
    with house.open("Joel") as joel:
        with joel.database.reading() as rows:
            opened, _ = open_each(rows.versions(house.case), vault=joel.vault, keyring=joel.keyring)
        gone = {version.id: version for version in opened if WHOLE[which](version)}
        erase(joel, *gone.values())
    with house.open("Amina") as amina:
        amina.remake_index()
        up_to_date_index(amina)
        with pytest.raises(NotFoundError):
            cases.open_case(amina, house.case)
        missing = [found.check for found in amina.quarantine if found.check == "missing"]
        assert (missing == []) is (which == "all of it")
        assert log_checking.verify(amina).verified is (which == "all of it")
    who = house.people["Amina"]
    whole = opening.open_folder(house.place.path, who.name, who.passphrase.decode())
    assert len(whole.faults) == (which != "all of it")
