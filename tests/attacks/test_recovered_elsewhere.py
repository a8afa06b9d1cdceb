"""A member comes back by sheets, in place or from a backup, and colleagues on other devices have to hear of it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.english import in_english
from tests.services.founded import Filled
from tests.services.offices import Office, admit, founder_of
from tests.services.sheets_help import typed
from vault.access.recovering import BroughtBack, Wish
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId
from vault.seal.recovery import Sheet
from vault.services.backups import backups, restoring
from vault.services.cases import cases, notes
from vault.services.credentials import recovery
from vault.services.evidence import log_checking
from vault.services.exchange import syncing
from vault.services.grants import sharing

NEW = b"five wooden herons"
COLLEAGUE = "Noor Vandermeer"
Devices = tuple[Office, Office, tuple[Sheet, ...]]


@pytest.fixture
def devices(filled: Filled, tmp_path: Path) -> Devices:
    """A founder, and a colleague with a device of her own who holds the first case."""
    founder = founder_of(filled.place)
    with founder.open() as session:
        sheets = recovery.sheets(session)
    colleague = admit(founder, tmp_path, COLLEAGUE)
    with founder.open() as session:
        sharing.grant(session, filled.cases[0], [colleague.member])
    colleague.take(founder.send(colleague, tmp_path))
    founder.take(colleague.send(founder, tmp_path))
    return founder, colleague, sheets


def _in_place(founder: Office, sheets: tuple[Sheet, ...]) -> tuple[Office, BroughtBack]:
    done = recovery.restore(
        founder.path, typed(sheets, 1, 2), member=founder.name, passphrase=bytearray(NEW), state=founder.state
    )
    return replace(founder, passphrase=NEW, seat=done.back.seat), done.back


def _from_backup(
    founder: Office, sheets: tuple[Sheet, ...], backup: Path, folder: Path, *, ends_old: bool = False
) -> tuple[Office, BroughtBack]:
    shutil.rmtree(founder.path)
    place, state = folder / "new" / "work.vault", folder / "new" / "state"
    wish = Wish(founder.name, new_admin=False, everything=False, ends_old=ends_old)
    done = restoring.restore_by_sheets(backup, place, typed(sheets, 1, 2), wish, passphrase=bytearray(NEW), state=state)
    return replace(founder, path=place, state=state, passphrase=NEW, seat=done.back.seat), done.back


def _note(office: Office, case: CompartmentId, text: str) -> None:
    with office.open() as session:
        notes.add(session, case, Note(NoteKind.CONTACT, text))


def _texts(office: Office, case: CompartmentId) -> list[str]:
    with office.open() as session:
        return [note.value.text for note in cases.open_case(session, case).notes]


def _exchange_works(back: Office, colleague: Office, case: CompartmentId, folder: Path) -> None:
    """Both write into a case that both hold, and both read it."""
    _note(back, case, "written after coming back")
    bundle = back.send(colleague, folder)
    with colleague.open() as session:
        taken = syncing.import_bundle(session, bundle)
        assert "Recovery sheets were used" in " ".join(in_english(session.warnings))
    assert (taken.pending, taken.faults) == ((), ())
    assert "written after coming back" in _texts(colleague, case)
    _note(colleague, case, "an answer")
    taken = back.take(colleague.send(back, folder))
    assert (taken.pending, taken.faults) == ((), ())
    assert "an answer" in _texts(back, case)
    with colleague.open() as session:
        assert back.seat in session.directory.effective.certificates
        assert log_checking.verify(session).faults == ()


@pytest.mark.long
def test_a_colleague_takes_the_log_of_a_member_who_came_back_in_place(
    devices: Devices, filled: Filled, tmp_path: Path
) -> None:
    founder, colleague, sheets = devices
    back, _ = _in_place(founder, sheets)
    _exchange_works(back, colleague, filled.cases[0], tmp_path)
    with colleague.open() as session:
        assert founder.seat not in session.directory.effective.certificates


@pytest.mark.long
def test_a_colleague_takes_the_log_of_a_member_who_came_back_twice(
    devices: Devices, filled: Filled, tmp_path: Path
) -> None:
    """The second roster goes on from the first, which the colleague has not either."""
    founder, colleague, sheets = devices
    first, _ = _in_place(founder, sheets)
    first.open().close()
    second, _ = _in_place(first, sheets)
    _exchange_works(second, colleague, filled.cases[0], tmp_path)


@pytest.mark.long
def test_what_was_written_after_the_backup_stays(devices: Devices, filled: Filled, tmp_path: Path) -> None:
    """A case that was founded after it, and a colleague's notes in it, are nobody's to lose."""
    founder, colleague, sheets = devices
    with founder.open() as session:
        made = backups.make(session, tmp_path / "stick")
        assert made is not None
        later = cases.create(session, title="after the backup", kind="asylum").case
        sharing.grant(session, later, [colleague.member])
    _note(founder, filled.cases[0], "written after the backup")
    colleague.take(founder.send(colleague, tmp_path))
    _note(colleague, later, "from the field")
    back, done = _from_backup(founder, sheets, made.path, tmp_path)
    assert done.ended == ()
    _exchange_works(back, colleague, filled.cases[0], tmp_path)
    assert "written after the backup" in _texts(back, filled.cases[0])
    assert "from the field" in _texts(colleague, later)
    with colleague.open() as session:
        sharing.grant(session, later, [back.member])
    back.take(colleague.send(back, tmp_path))
    assert "from the field" in _texts(back, later)


@pytest.mark.long
def test_replaced_sheets_on_an_old_copy_bring_nobody_in_elsewhere(
    devices: Devices, filled: Filled, tmp_path: Path
) -> None:
    """They may have been stolen: in an old copy they still sign, and a colleague's device lets nothing of it in."""
    founder, colleague, sheets = devices
    shutil.copytree(founder.path, tmp_path / "stolen" / "old.vault")
    shutil.copytree(founder.state, tmp_path / "stolen" / "state")
    stolen = replace(founder, path=tmp_path / "stolen" / "old.vault", state=tmp_path / "stolen" / "state")
    with founder.open() as session:
        recovery.renew(session)
    colleague.take(founder.send(colleague, tmp_path))
    thief, _ = _in_place(stolen, sheets)
    taken = colleague.take(thief.send(colleague, tmp_path))
    assert "a device that is not known here" in " ".join(in_english(taken.pending))
    with colleague.open() as session:
        assert thief.seat not in session.directory.effective.certificates
        assert founder.seat in session.directory.effective.certificates
    _note(founder, filled.cases[0], "written after that")
    colleague.take(founder.send(colleague, tmp_path))
    assert "written after that" in _texts(colleague, filled.cases[0])
