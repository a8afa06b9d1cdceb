"""A backup that is not what was written: the first bad thing is named, whoever altered it, and nothing is restored."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.services.backup_help import flip, keys_of, list_again
from tests.services.founded import MEMBER, PASSPHRASE, Filled
from tests.tables import each
from vault.access.pins.copies import CopyKeys
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import (
    MalformedError,
    NewerVaultError,
    NotFoundError,
    TryAgainError,
    VaultError,
    VerificationError,
    WrongPassphraseError,
)
from vault.services.backups import backups, restoring
from vault.services.backups.backup_folder import BackupFolder
from vault.services.cases import notes
from vault.store.engine import open_database


@dataclass(frozen=True, slots=True)
class Stick:
    """A backup with a draft, an earlier one that was kept beside, and the account that made both."""

    backup: Path
    earlier: Path
    draft_name: str
    keys: CopyKeys
    state: Path

    def file(self, name: str) -> Path:
        """Return where a file of the backup lies, the drafts by that name alone."""
        return self.backup / (self.draft_name if name == "drafts" else name)

    def verify(self) -> None:
        backups.verify(self.backup, member=MEMBER, passphrase=bytearray(PASSPHRASE), state=self.state)

    def restore(self, target: Path) -> restoring.Restored:
        return restoring.restore(
            self.backup,
            target,
            member=MEMBER,
            passphrase=bytearray(PASSPHRASE),
            state=self.state,
            agree=lambda _: None,
        )


@pytest.fixture(scope="module")
def stick_template(filled_template: Filled, tmp_path_factory: pytest.TempPathFactory) -> Stick:
    folder = tmp_path_factory.mktemp("stick")
    place = filled_template.place.copied_to(folder / "office")
    with place.open() as session:
        session.drafts().save(filled_template.cases[0], b"r" * 16, "half a sentence", "note")
        earlier = backups.make(session, folder / "stick")
        assert earlier is not None
        shutil.copytree(earlier.path, folder / "earlier")
        notes.add(session, filled_template.cases[0], Note(NoteKind.CONTACT, "one more"))
        session.drafts().save(filled_template.cases[0], b"r" * 16, "half a sentence more", "note")
        made = backups.make(session, folder / "stick")
        keys = session.copy_keys(keys_of(made.path))
        return Stick(made.path, folder / "earlier", f"drafts/{session.own_drafts.path.name}", keys, place.state)


@pytest.fixture
def stick(stick_template: Stick, tmp_path: Path) -> Stick:
    """A copy of this test alone."""
    backup = tmp_path / "backup-2"
    shutil.copytree(stick_template.backup, backup)
    known = stick_template
    return Stick(backup, known.earlier, known.draft_name, known.keys, tmp_path / "state")


@each(["keys", "vault.db", "keyrows.db", "drafts"])
def test_one_altered_bit_is_named_before_any_passphrase_is_tried(name: str, stick: Stick) -> None:
    path = stick.file(name)
    stick.verify()
    for offset in (0, 20, 100, 5_000, 30_000, 60_000, -1):
        place = offset if offset < 0 else offset % path.stat().st_size
        flip(path, place)
        with pytest.raises(VerificationError, match=f"{path.name} of the backup is not what was written") as refused:
            backups.verify(stick.backup, member="nobody", passphrase=bytearray(b"nothing"), state=stick.state)
        assert refused.value.exit_code == 6
        flip(path, place)


def test_an_altered_list_is_refused_at_every_place(stick: Stick) -> None:
    whole = (stick.backup / "digests").read_bytes()
    for offset in range(0, len(whole), 7):
        flip(stick.backup / "digests", offset)
        with pytest.raises(VerificationError):
            stick.verify()
        (stick.backup / "digests").write_bytes(whole)


@each(["keys", "vault.db", "keyrows.db", "digests", "drafts"])
def test_a_missing_file_is_named(name: str, stick: Stick) -> None:
    kept = stick.file(name).rename(stick.state.with_name("kept"))
    with pytest.raises(VerificationError, match=f"{stick.file(name).name}.* missing"):
        backups.open_and_prove(
            BackupFolder(stick.backup), member=MEMBER, passphrase=bytearray(PASSPHRASE), progress=lambda *_: None
        )
    kept.rename(stick.file(name))


@each(["vault.db", "keyrows.db", "drafts"])
def test_an_altered_bit_is_found_by_the_seals_alone(name: str, stick: Stick) -> None:
    for offset in (3, 5_000, -1):
        flip(stick.file(name), offset)
        list_again(stick.backup)
        with pytest.raises(VerificationError, match=name):
            stick.verify()
        flip(stick.file(name), offset)


def test_an_altered_bit_of_keys_is_found_by_the_manifest_or_opens_nothing(stick: Stick) -> None:
    whole = (stick.backup / "keys").read_bytes()
    for offset in (0, 1, 3, 40, 60, 92, 2_000, 34_000, 72_000, len(whole) - 1):
        flip(stick.backup / "keys", offset)
        list_again(stick.backup)
        with pytest.raises(VaultError) as refused:
            stick.verify()
        assert isinstance(refused.value, VerificationError | WrongPassphraseError | NewerVaultError)
        (stick.backup / "keys").write_bytes(whole)


@each(
    {
        "vault.db": r"vault\.db is not the file that the backup was made with",
        "keyrows.db": "is not the file that the backup was made with",
        "drafts": "drafts/.* is not the file that the backup was made with",
    }.items()
)
def test_a_file_of_an_earlier_backup_is_not_taken_for_the_newer_one(name: str, words: str, stick: Stick) -> None:
    newer = stick.file(name).read_bytes()
    shutil.copy(stick.earlier / stick.file(name).relative_to(stick.backup), stick.file(name))
    list_again(stick.backup)
    with pytest.raises(VerificationError, match=words):
        stick.verify()
    stick.file(name).write_bytes(newer)


@each(
    [
        ("DELETE FROM local WHERE purpose = 8", "holds no keyring of your device"),
        ("DELETE FROM manifest", r"keyrows\.db holds 0 manifests"),
        ("UPDATE manifest SET bytes = x'c0'", "the manifest of the backup cannot be read"),
        ("UPDATE version_key SET wrap = x'00'", "version [0-9a-f]{64} of entry 0 of log"),
        ("UPDATE granted SET giver = 0.5", "rows of the table granted hold a value of another type than their column"),
        ("UPDATE alembic_version SET version_num = '9999'", "the backup has schema 9999, this program knows"),
        ("UPDATE alembic_version SET version_num = '0000'", "is checked only while it is restored"),
    ]
)
def test_what_a_holder_of_the_key_changed_is_found_and_nothing_of_it_is_restored(
    statement: str, words: str, stick: Stick
) -> None:
    whole = stick.file("keyrows.db").read_bytes()
    database = open_database(stick.backup / "keyrows.db", stick.keys.database_key, create=False)
    with database.transaction() as rows:
        rows.connection.exec_driver_sql(statement)
    database.close()
    list_again(stick.backup)
    with pytest.raises(VaultError, match=words):
        stick.verify()
    stick.file("keyrows.db").write_bytes(whole)
    flip(stick.file("keyrows.db"), 70)
    target = stick.state.with_name("new.vault")
    with pytest.raises(VerificationError):
        stick.restore(target)
    assert not list(target.parent.glob("new.vault*"))
    stick.file("keyrows.db").write_bytes(whole)


def test_one_false_cell_that_nobody_misses_is_named_and_keeps_nobody_from_a_restore(stick: Stick) -> None:
    """A backup is made without such rows, so somebody wrote into it; what it holds comes back all the same."""
    database = open_database(stick.backup / "keyrows.db", stick.keys.database_key, create=False)
    with database.transaction() as rows:
        rows.connection.exec_driver_sql("INSERT INTO granted VALUES (x'00', x'00', x'00', 0.5, x'00')")
    database.close()
    list_again(stick.backup)
    with pytest.raises(VerificationError, match="1 rows of the table granted hold a value of another type"):
        stick.verify()
    assert stick.restore(stick.state.with_name("new.vault")).versions > 10


def test_the_list_names_each_file_of_the_backup_and_nothing_outside(stick: Stick) -> None:
    planted = stick.backup / "drafts" / f"{'00' * 16}.db"
    planted.write_bytes(b"planted")
    with pytest.raises(VerificationError, match=r"drafts/00.* is not what was written"):
        stick.verify()
    planted.unlink()
    with (stick.backup / "digests").open("a") as file:
        file.write(f"{'00' * 32}  ../../etc/passwd\n")
    with pytest.raises(VerificationError, match=r"\.\./\.\./etc/passwd is missing from the backup"):
        stick.verify()
    (stick.backup / "digests").write_text("00  keys\n")
    with pytest.raises(MalformedError, match="the list `digests` of the backup is damaged"):
        stick.verify()


def test_a_place_without_a_backup_is_said_to_have_none(tmp_path: Path) -> None:
    passphrase = bytearray(PASSPHRASE)
    (tmp_path / "backup-1.part").mkdir()
    with pytest.raises(NotFoundError, match="there is no backup at"):
        backups.verify(tmp_path, member=MEMBER, passphrase=passphrase)
    assert passphrase == bytes(len(passphrase))


def test_a_medium_that_cannot_be_read_is_no_damage(stick: Stick, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("vault.services.backups.backup_folder.measure", unreadable)
    with pytest.raises(TryAgainError, match=r"cannot be read or written \(Input/output error\)"):
        stick.verify()
