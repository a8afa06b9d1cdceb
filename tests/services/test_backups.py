"""Making a backup: whole, proven, alone with its earlier self until then, and nothing at all when it fails."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.seal.places import flipped
from tests.services.backup_help import flip, list_again, names_below, open_part, sealed_rows, tables_of
from tests.services.founded import MARKER, MEMBER, PASSPHRASE, Filled, found
from tests.tables import each, refuses
from vault.access.pins.copies import CopyKeys
from vault.access.seat_keys.rekeying import read_key_file
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import (
    BrokenSealError,
    MalformedError,
    NewerVaultError,
    NotFoundError,
    RefusedError,
    TryAgainError,
    VaultError,
    VerificationError,
    WrongPassphraseError,
)
from vault.progress import CancelledError
from vault.seal.bodies import chunk_name
from vault.seal.purposes import Purpose
from vault.services.backups import backups, restoring
from vault.services.backups.backup_folder import BackupFolder
from vault.services.backups.backup_state import copy_chunks
from vault.services.cases import notes
from vault.services.cases.notes import add as add_note
from vault.store.blobs import Blobs
from vault.store.copy import copy_in_parts
from vault.store.engine import Database, open_database
from vault.validity.audit_payloads import read_payloads
from vault.words.message import Words


def verify(source: Path, state: Path) -> backups.VerifiedBackup:
    return backups.verify(source, member=MEMBER, passphrase=bytearray(PASSPHRASE), state=state)


LESS_THAN_THE_VAULT = r"holds \d+ entries and \d+ saved changes that are not the \d+ and \d+ of the vault"


def test_a_backup_holds_what_the_vault_holds_verifies_and_is_in_the_log(filled: Filled, tmp_path: Path) -> None:
    with filled.open() as session:
        made = backups.make(session, tmp_path / "stick")
        assert made.operations == session.log.size - 1
        with session.database.reading() as rows:
            entry = list(read_payloads(rows, session.auditor(), session.log.origin))[-1].payload
        assert entry is not None
        assert (entry.act, entry.out, entry.dig) == ("backup.make", "ok", made.digest)
        assert entry.covers == {"operation": made.operations, "version": made.versions, "draft": 0}
        assert session.dates.backup is not None
    assert made.path == tmp_path / "stick" / "backup-1"
    assert names_below(made.path) == ["digests", "drafts", "keyrows.db", "keys", "vault.db"]
    found = verify(tmp_path / "stick", filled.state)
    assert (found.path, found.digest, found.operations) == (made.path, made.digest, made.operations)
    assert found.versions == found.opened == made.versions > 10
    assert verify(made.path, filled.state) == found


def test_keys_lie_apart_and_no_session_key_or_ratchet_leaves_the_device(filled: Filled, tmp_path: Path) -> None:
    with filled.open() as session:
        made = backups.make(session, tmp_path / "stick")
        stored = tables_of(session.database)
        keys = session.copy_keys(read_key_file(made.path / "keys"))
    plain = tables_of(open_part(made.path / "vault.db", keys))
    key_rows = tables_of(open_part(made.path / "keyrows.db", keys))
    assert {name for name in ("version_key", "granted", "local") if plain[name]} == set()
    assert {name for name, rows in key_rows.items() if rows} == {"version_key", "granted", "local"}
    assert key_rows["version_key"] == stored["version_key"]
    assert key_rows["granted"] == stored["granted"]
    assert plain["version"] == stored["version"]
    assert {row[1] for row in key_rows["local"]} == {Purpose.ROOT_SECRET, Purpose.KEYRING, Purpose.SLOT}
    assert {Purpose.SESSION, Purpose.RATCHET} <= {row[1] for row in stored["local"]}


def test_a_new_backup_takes_the_place_of_the_oldest_of_the_same_folder_only(filled: Filled, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    other = found(tmp_path / "other")
    with other.open() as session:
        foreign = backups.make(session, stick)
    for path in (
        *("backup-7/holiday.txt", "backup-3/vault.db", "letters/to whom", "backup-6.part/something else"),
        # Left by a backup that was cut off: they go with the next one.
        *("backup-4.part/keys.new", "backup-5.part/vault.db-wal", "backup-5.part/keyrows.db-journal"),
    ):
        (stick / path).parent.mkdir(exist_ok=True)
        (stick / path).write_bytes(b"nobody can tell whose")
    with filled.open() as session:
        assert backups.make(session, stick).path.name == "backup-8"
        second = backups.make(session, stick)
        assert (second.path.name, second.removed, second.kept) == ("backup-9", (), 2)
        # As another member's: the same vault, another folder id.
        file = read_key_file(second.path / "keys")
        (second.path / "keys").write_bytes(replace(file, header=replace(file.header, folder=b"f" * 16)).encode())
        third = backups.make(session, stick, keep=1)
        assert third is not None
        assert (third.path.name, third.removed, third.kept) == ("backup-10", ("backup-8",), 1)
    assert set(names_below(stick)) == {*(f"backup-{n}" for n in (1, 3, 7, 9, 10)), "letters", "backup-6.part"}
    assert verify(foreign.path, other.state).path == foreign.path


def test_a_destination_that_is_no_place_for_a_backup_stays_as_it_is(filled: Filled, tmp_path: Path) -> None:
    (tmp_path / "stick").write_bytes(b"somebody's file")
    with filled.open() as session:
        before = names_below(filled.path)
        for destination, words in [
            *((filled.path / inside, "cannot be inside the vault") for inside in ("", "drafts", "new folder/deeper")),
            (tmp_path / "not connected" / "backups", "there is no folder"),
            (tmp_path / "stick", "stick is a file"),
        ]:
            refuses(RefusedError, words, backups.make, session, destination)
        assert set(names_below(filled.path)) - {"index"} <= set(before)
    assert (tmp_path / "stick").read_bytes() == b"somebody's file"
    assert not (tmp_path / "not connected").exists()


def test_a_folder_with_the_last_number_that_there_is_removes_no_backup(filled: Filled, tmp_path: Path) -> None:
    with filled.open() as session:
        first = backups.make(session, tmp_path / "to")
        assert first is not None
        shutil.copytree(first.path, first.path.with_name("backup-999999999"))
        for _ in range(4):
            refuses(RefusedError, "a number that no backup reaches", backups.make, session, tmp_path / "to")
    assert sorted(path.name for path in (tmp_path / "to").iterdir()) == ["backup-1", "backup-999999999"]


def test_room_is_looked_for_before_anything_is_written(
    filled: Filled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick = tmp_path / "stick"
    with filled.open() as session:
        backups.make(session, stick)
        monkeypatch.setattr("vault.platform.free_bytes", lambda _: 1_000_000)
        refuses(TryAgainError, r"no room at .*stick: \d+ MiB are needed, 0 are free", backups.make, session, stick)
    assert names_below(stick) == ["backup-1"]


def test_a_cancelled_backup_leaves_nothing_and_the_earlier_one_stands(filled: Filled, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    with filled.open() as session:
        backups.make(session, stick)
        size = session.log.size
        for calls in (1, 2, 3, 5):
            answers = iter([*[False] * (calls - 1), True])
            with pytest.raises(CancelledError):
                backups.make(session, stick, cancelled=answers.__next__)
            assert list(answers) == []
            assert session.log.size == size
            assert names_below(stick) == ["backup-1"]
    verify(stick, filled.state)


def test_a_vault_with_a_broken_version_gets_no_new_backup_and_keeps_the_old_one(filled: Filled, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    with filled.open() as session:
        backups.make(session, stick)
        broken = sealed_rows(session, filled.cases[0])[0]
        with session.database.transaction() as rows:
            rows.connection.exec_driver_sql(
                "UPDATE version_key SET wrap = ? WHERE wrap = ?", (flipped(broken.wrap, -1), broken.wrap)
            )
        with pytest.raises(BrokenSealError, match=f"version {broken.id.hex()} of entry {broken.seq} of log"):
            backups.make(session, stick)
    assert names_below(stick) == ["backup-1"]
    verify(stick, filled.state)


@each(
    {
        "a key": (
            "keyrows.db",
            "DELETE FROM version_key WHERE wrap = (SELECT max(wrap) FROM version_key)",
            "the backup does not contain what the vault contains",
        ),
        "a version": ("vault.db", "DELETE FROM version WHERE id = (SELECT max(id) FROM version)", LESS_THAN_THE_VAULT),
        "an entry": ("vault.db", "DELETE FROM operation WHERE seq = 3", LESS_THAN_THE_VAULT),
    }
)
def test_what_got_lost_on_the_way_is_noticed(  # noqa: PLR0917 - a row of the table, then fixtures
    name: str, statement: str, words: str, filled: Filled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose_one(database: Database, parts: dict[Path, Collection[str]], raw_key: bytes, **rest: Any) -> bool:
        done = copy_in_parts(database, parts, raw_key, **rest)
        copy = open_database(next(path for path in parts if path.name == name), raw_key, create=False)
        with copy.transaction() as rows:
            rows.connection.exec_driver_sql(statement)
        copy.close()
        return done

    monkeypatch.setattr("vault.services.backups.proven_backup.copy_in_parts", lose_one)
    with filled.open() as session, pytest.raises(VerificationError, match=words):
        backups.make(session, tmp_path / "stick")
    assert names_below(tmp_path / "stick") == []


def test_a_keys_file_that_no_entry_lists_is_not_taken_into_a_backup(filled: Filled, tmp_path: Path) -> None:
    with filled.open() as session:
        file = read_key_file(session.folder.keys)
        session.folder.keys.write_bytes(file.with_slot(30, bytes(1024)).encode())
        with pytest.raises(VerificationError, match="the keys file is not one that the log lists"):
            backups.make(session, tmp_path / "stick")
    assert names_below(tmp_path / "stick") == []


def test_work_goes_on_while_a_backup_is_made_and_the_earlier_one_stands_until_the_new_one_is_proven(
    filled: Filled, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    written: list[bytes] = []
    seen: set[str] = set()
    with filled.open() as session:
        backups.make(session, stick)
        session.drafts().save(filled.cases[0], b"r" * 16, f"{MARKER} half a sentence", "note")
        other = session.folder.drafts_dir / f"{'ab' * 16}.db"
        other.write_bytes(b"another member's drafts")

        def work(what: Words, done: int, total: int) -> None:
            seen.add(f"{what}: {', '.join(names_below(stick))}")
            assert 0 <= done <= total
            session.drafts().save(filled.cases[1], b"s" * 16, f"{MARKER} {done}", "note")
            if len(written) < 5:
                written.append(add_note(session, filled.cases[0], Note(NoteKind.CONTACT, f"{what} {done} {total}")))

        made = backups.make(session, stick, keep=1, progress=work)
        assert len(written) == 5
        assert made.operations < session.log.size - 1
        for record in written:
            notes.show(session, record.hex())
    assert seen == {"Copying the vault: backup-1, backup-2.part", "Checking the backup: backup-1, backup-2.part"}
    assert names_below(stick) == ["backup-2"]
    assert made.drafts in {1, 2}
    assert (made.path / "drafts" / other.name).read_bytes() == b"another member's drafts"
    assert verify(made.path, filled.state).drafts == made.drafts


def test_verifying_changes_nothing_but_that_this_account_remembers_its_date(filled: Filled, tmp_path: Path) -> None:
    with filled.open() as session:
        made = backups.make(session, tmp_path / "stick")
        pins = session.pin_file
    known = pins.load()
    before = {path: path.stat() for path in made.path.rglob("*")}
    verify(tmp_path / "stick", filled.state)
    assert {path: path.stat() for path in made.path.rglob("*")} == before
    after = pins.load()
    assert known is not None
    assert after is not None
    assert (known.dates.verify, after.dates.verify is None) == (None, False)
    assert replace(after, dates=known.dates) == known


def test_what_was_made_and_what_was_verified_are_one_backup_to_this_device(filled: Filled, tmp_path: Path) -> None:
    with filled.open() as session:
        backups.make(session, tmp_path / "stick")
        made = session.dates.backup
        session.note_dates(backup=None)
    verified = verify(tmp_path / "stick", filled.state)
    with filled.open() as session:
        assert session.dates.backup == verified.made_ms == made
        assert verified.advice is None
        session.note_dates(backup=verified.made_ms + 1)
    verify(tmp_path / "stick", filled.state)
    with filled.open() as session:
        assert session.dates.backup == verified.made_ms + 1


def test_documents_that_are_not_what_their_names_say_stay_behind_and_a_cancel_among_them_leaves_nothing(
    tmp_path: Path,
) -> None:
    source, target, other = (Blobs(tmp_path / name) for name in ("source", "target", "other"))
    names = [chunk_name(sealed) for sealed in CHUNKS]
    for name, sealed in zip(names, (*CHUNKS[:2], b"other bytes under its name"), strict=True):
        source.put(name, sealed)
    copy_chunks(source, target)
    assert set(target.names()) == set(names[:2])
    assert [target.get(name) for name in names[:2]] == list(CHUNKS[:2])
    with pytest.raises(CancelledError):
        copy_chunks(source, other, cancelled=lambda: True)
    assert list(other.names()) == []


CHUNKS = (b"one chunk", b"another chunk", b"a third chunk")


# A backup that is not what was written: the first bad thing is named, whoever altered it, and nothing is restored.
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
            self.backup, target, member=MEMBER, passphrase=bytearray(PASSPHRASE), state=self.state, agree=lambda _: None
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
        keys = session.copy_keys(read_key_file(made.path / "keys"))
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
        refuses(VerificationError, name, stick.verify)
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
    refuses(VerificationError, words, stick.verify)
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
    refuses(VaultError, words, stick.verify)
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
    refuses(VerificationError, "1 rows of the table granted hold a value of another type", stick.verify)
    assert stick.restore(stick.state.with_name("new.vault")).versions > 10


def test_the_list_names_each_file_of_the_backup_and_nothing_outside(stick: Stick) -> None:
    planted = stick.backup / "drafts" / f"{'00' * 16}.db"
    planted.write_bytes(b"planted")
    refuses(VerificationError, r"drafts/00.* is not what was written", stick.verify)
    planted.unlink()
    with (stick.backup / "digests").open("a") as file:
        file.write(f"{'00' * 32}  ../../etc/passwd\n")
    refuses(VerificationError, r"\.\./\.\./etc/passwd is missing from the backup", stick.verify)
    (stick.backup / "digests").write_text("00  keys\n")
    refuses(MalformedError, "the list `digests` of the backup is damaged", stick.verify)


def test_a_place_without_a_backup_is_said_to_have_none(tmp_path: Path) -> None:
    passphrase = bytearray(PASSPHRASE)
    (tmp_path / "backup-1.part").mkdir()
    refuses(NotFoundError, "there is no backup at", backups.verify, tmp_path, member=MEMBER, passphrase=passphrase)
    assert passphrase == bytes(len(passphrase))


def test_a_medium_that_cannot_be_read_is_no_damage(stick: Stick, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("vault.services.backups.backup_folder.measure", unreadable)
    refuses(TryAgainError, r"cannot be read or written \(Input/output error\)", stick.verify)
