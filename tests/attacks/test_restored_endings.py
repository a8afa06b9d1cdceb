"""A backup from before an ending: whom it makes valid again is said by name, and nothing reaches them unasked."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.desk import Desk
from tests.english import in_english
from tests.services.founded import MEMBER, PASSPHRASE, Filled, fill, found
from tests.services.offices import Office, admit, founder_of
from tests.services.sheets_help import typed
from vault.access.recovering import BroughtBack, Wish
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import RefusedError, VerificationError
from vault.ids import CompartmentId
from vault.seal.recovery import Sheet, words_of
from vault.services.backups import backups, restoring
from vault.services.backups.restoring import Restored
from vault.services.cases import cases, notes
from vault.services.credentials import recovery
from vault.services.evidence import log_checking
from vault.services.exchange import syncing
from vault.services.grants import sharing
from vault.services.members import devices, members
from vault.words.finding import Code
from vault.words.message import Message

KOLYA, AISULU = "Kolya Former", "Aisulu Berg"


class Founder:
    """The founder's vault with two cases, and a stick with a backup of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.place = found(folder / "v")
        self.cases, self.refs = fill(self.place)
        self.office = founder_of(self.place)

    def admit(self, name: str) -> Office:
        """Admit somebody who gets the first case."""
        other = admit(self.office, self.folder, name)
        with self.office.open() as session:
            sharing.grant(session, self.cases[0], [other.member])
        return other

    def back_up(self) -> None:
        with self.office.open() as session:
            backups.make(session, self.folder / "stick")

    def restore(self, agree: Callable[[tuple[Message, ...]], None] = lambda said: None) -> tuple[Restored, Office]:
        """Lose the vault, and bring the backup back on the same account."""
        again = self.folder / "again.vault"
        if self.place.path.exists():
            shutil.move(self.place.path, self.folder / "gone")
        done = restoring.restore(
            self.folder / "stick",
            again,
            member=MEMBER,
            passphrase=bytearray(PASSPHRASE),
            state=self.place.state,
            agree=agree,
        )
        return done, replace(self.office, path=again)


@pytest.fixture
def founder(tmp_path: Path) -> Founder:
    return Founder(tmp_path)


def back(name: str) -> str:
    return f"{name} has access again that was taken from them, with 1 device."


def suspend(office: Office, *others: Office) -> None:
    with office.open() as session:
        for other in others:
            assert members.suspend(session, other.member).is_done


def back_in(session: Session) -> list[bytes | None]:
    return [fault.subject for fault in session.faults() if fault.code is Code.VALID_AGAIN]


def write_new(session: Session, case: CompartmentId) -> None:
    notes.add(session, case, Note(NoteKind.CONTACT, "She moved to Oak Street 5."))


def reads_new(office: Office, case: CompartmentId) -> bool:
    with office.open() as session:
        return any("Oak Street" in note.value.text for note in cases.open_case(session, case, why="casework").notes)


@pytest.mark.long
def test_who_was_suspended_is_named_before_a_restore_and_gets_nothing_until_suspended_again(founder: Founder) -> None:
    kolya, aisulu, case = founder.admit(KOLYA), founder.admit(AISULU), founder.cases[0]
    founder.back_up()
    suspend(founder.office, kolya)

    def refuse(valid_again: tuple[Message, ...]) -> None:
        assert in_english(valid_again[:-1]) == (back(KOLYA),)
        raise RefusedError(Message("not like this"))

    with pytest.raises(RefusedError, match="not like this"):
        founder.restore(refuse)
    assert not list(founder.folder.glob("again.vault*"))
    restored, mira = founder.restore()
    assert in_english(restored.valid_again[:-1]) == (back(KOLYA),)
    assert "are valid again" in str(restored.loss)
    for _ in range(2):  # no verification settles it
        with mira.open() as session:
            assert back_in(session) == [kolya.seat]
            assert [fault.subject for fault in log_checking.verify(session).faults] == [kolya.seat]
    with mira.open() as session:
        write_new(session, founder.cases[1])
        with pytest.raises(RefusedError, match="valid again here"):
            syncing.make(session, kolya.member, founder.folder / "for-kolya.bundle")
        with pytest.raises(VerificationError, match="valid again here has ended again"):
            sharing.grant(session, founder.cases[1], [kolya.member])
        syncing.make(session, aisulu.member, founder.folder / "for-aisulu.bundle")
        assert members.suspend(session, kolya.member).is_done
        assert session.faults() == []
        write_new(session, case)
        sharing.grant(session, founder.cases[1], [aisulu.member])
    with mira.open() as session:
        assert (session.faults(), log_checking.verify(session).faults) == ([], ())
    aisulu.take(mira.send(aisulu, founder.folder))
    assert reads_new(aisulu, case)


@pytest.mark.long
def test_a_bundle_of_a_colleague_ends_it(founder: Founder) -> None:
    kolya, aisulu = founder.admit(KOLYA), founder.admit(AISULU)
    founder.back_up()
    suspend(founder.office, kolya)
    aisulu.take(founder.office.send(aisulu, founder.folder))
    _, mira = founder.restore()
    aisulu.take(mira.send(aisulu, founder.folder))
    with mira.open() as session:
        assert back_in(session) == [kolya.seat]
        syncing.import_bundle(session, aisulu.send(mira, founder.folder))
        assert back_in(session) == []
    with mira.open() as session:
        assert (session.faults(), session.directory.certificates.keys() & {kolya.seat}) == ([], set())


@pytest.mark.long
def test_of_two_who_are_back_one_can_be_ended_after_the_other(founder: Founder) -> None:
    kolya, aisulu = founder.admit(KOLYA), founder.admit(AISULU)
    founder.back_up()
    suspend(founder.office, kolya, aisulu)
    restored, mira = founder.restore()
    assert in_english(restored.valid_again[:-1]) == (back(AISULU), back(KOLYA))
    suspend(mira, kolya)
    with mira.open() as session:
        assert back_in(session) == [aisulu.seat]
        devices.lost(session, aisulu.seat)
    # And a second restore of the same backup tells it again.
    shutil.move(mira.path, founder.folder / "gone-too")
    restored, mira = founder.restore()
    assert in_english(restored.valid_again[:-1]) == (back(AISULU), back(KOLYA))
    # So does one while they are still in.
    shutil.move(mira.path, founder.folder / "gone-again")
    restored, mira = founder.restore()
    assert in_english(restored.valid_again[:-1]) == (back(AISULU), back(KOLYA))
    suspend(mira, aisulu, kolya)
    with mira.open() as session:
        assert session.faults() == []


@pytest.mark.long
def test_a_role_that_was_taken_is_told_until_it_is_taken_again(founder: Founder) -> None:
    kolya = founder.admit(KOLYA)

    def change(office: Office, *roles: str) -> None:
        with office.open() as session:
            assert members.change_roles(session, kolya.member, roles, by_sheets=True).is_done

    change(founder.office, "caseworker", "supervisor")
    founder.back_up()
    change(founder.office, "caseworker")
    restored, mira = founder.restore()
    assert in_english(restored.valid_again[:-1]) == (back(KOLYA),)
    for _ in range(2):
        with mira.open() as session:
            assert back_in(session) == [kolya.seat]
    change(mira, "caseworker")
    with mira.open() as session:
        assert session.faults() == []


@pytest.mark.long
def test_a_backup_that_knows_of_all_endings_is_restored_unasked(founder: Founder) -> None:
    kolya = founder.admit(KOLYA)
    suspend(founder.office, kolya)
    founder.back_up()
    founder.admit(AISULU)  # a later change that ended nobody

    def refuse(valid_again: tuple[Message, ...]) -> None:
        raise AssertionError(valid_again)

    restored, mira = founder.restore(refuse)
    assert restored.valid_again == ()
    with mira.open() as session:
        assert session.faults() == []


@pytest.mark.long
def test_the_command_restores_nothing_before_a_person_has_read_who_is_valid_again(
    founder: Founder, tmp_path: Path
) -> None:
    kolya = founder.admit(KOLYA)
    founder.back_up()
    suspend(founder.office, kolya)
    desk = Desk.of(founder.place, tmp_path)
    shutil.move(founder.place.path, tmp_path / "gone")
    asked = ("backup", "restore", str(tmp_path / "stick"), "--old-vault-is-gone")
    said = desk.run(*asked)
    assert said.code != 0
    assert f"VALID AGAIN: {back(KOLYA)}" in said.err
    assert "nothing is restored" in said.err
    assert not founder.place.path.exists()
    assert desk.run(*asked, "--yes", "--json").json()["valid_again"][0] == back(KOLYA)
    told = desk.run("case", "list")
    assert f"Device {kolya.seat.hex()[:8]} was revoked" in told.err


# A member comes back by sheets, in place or from a backup, and colleagues on other devices have to hear of it.
NEW = b"five wooden herons"
COLLEAGUE = "Noor Vandermeer"
Devices = tuple[Office, Office, tuple[Sheet, ...]]


@pytest.fixture
def two_devices(filled: Filled, tmp_path: Path) -> Devices:
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
        assert back.seat in session.directory.certificates
        assert log_checking.verify(session).faults == ()


@pytest.mark.long
def test_a_colleague_takes_the_log_of_a_member_who_came_back_twice(
    two_devices: Devices, filled: Filled, tmp_path: Path
) -> None:
    """The second seat ends the first, which the colleague never heard of."""
    founder, colleague, sheets = two_devices
    first, _ = _in_place(founder, sheets)
    first.open().close()
    second, _ = _in_place(first, sheets)
    _exchange_works(second, colleague, filled.cases[0], tmp_path)
    with colleague.open() as session:
        assert session.directory.certificates.keys().isdisjoint({founder.seat, first.seat})


@pytest.mark.long
def test_what_was_written_after_the_backup_stays(two_devices: Devices, filled: Filled, tmp_path: Path) -> None:
    """A case that was founded after it, and a colleague's notes in it, are nobody's to lose."""
    founder, colleague, sheets = two_devices
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
def test_replaced_sheets_on_an_old_copy_bring_nobody_in_where_the_new_ones_were_compared(
    two_devices: Devices, filled: Filled, tmp_path: Path
) -> None:
    """They may have been stolen: in an old copy they still sign, and a colleague's device lets nothing of it in."""
    founder, colleague, sheets = two_devices
    shutil.copytree(founder.path, tmp_path / "stolen" / "old.vault")
    shutil.copytree(founder.state, tmp_path / "stolen" / "state")
    stolen = replace(founder, path=tmp_path / "stolen" / "old.vault", state=tmp_path / "stolen" / "state")
    with founder.open() as session:
        recovery.renew(session)
        words = words_of(session.directory.sheets_digest)
    colleague.take(founder.send(colleague, tmp_path))
    with colleague.open() as session:
        recovery.confirm(session, words)
    thief, _ = _in_place(stolen, sheets)
    taken = colleague.take(thief.send(colleague, tmp_path))
    assert "a device that is not known here" in " ".join(in_english(taken.pending))
    with colleague.open() as session:
        assert thief.seat not in session.directory.certificates
        assert founder.seat in session.directory.certificates
    _note(founder, filled.cases[0], "written after that")
    colleague.take(founder.send(colleague, tmp_path))
    assert "written after that" in _texts(colleague, filled.cases[0])
