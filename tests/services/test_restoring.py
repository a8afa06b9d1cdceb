"""A backup brought back: everything is there, a new log begins, the loss is said, and no stored key signs."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from tests.english import in_english
from tests.services.backup_help import flip, list_again, names_below, tables_of
from tests.services.colleague import admit
from tests.services.founded import MARKER, MEMBER, PASSPHRASE, Filled, Place
from tests.services.sheets_help import typed
from tests.tables import each, refuses
from vault.access.recovering import Wish
from vault.access.seat_keys.rekeying import read_key_file
from vault.access.session import Session
from vault.access.unlock import unlock
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import NotFoundError, RefusedError, VaultError, VerificationError, WrongPassphraseError
from vault.log.genesis import Genesis
from vault.policy.roles import Role
from vault.records.seatlog import stored_origin
from vault.seal.purposes import Purpose
from vault.seal.recovery import Sheet, join_sheets, make_sheets
from vault.services.backups import backups, restoring
from vault.services.backups.proven_backup import Manifest
from vault.services.backups.restoring import Regained, Restored
from vault.services.cases import cases, notes, searching
from vault.services.credentials import recovery
from vault.services.credentials.paper_sheets import TypedSheets
from vault.services.evidence import log_checking
from vault.services.projection import last_done
from vault.store.copy import put_manifest, read_manifest
from vault.store.engine import Database, open_database
from vault.store.rowtypes import LocalRow
from vault.validity.audit_payloads import read_payloads


def restore(source: Path, target: Path, state: Path) -> Restored:
    return restoring.restore(
        source, target, member=MEMBER, passphrase=bytearray(PASSPHRASE), state=state, agree=lambda _: None
    )


def contents(session: Session, filled: Filled) -> list[object]:
    """Return all that services show of the two cases, and what is being typed."""
    shown: list[object] = [sorted(row.ref for row in cases.list_all(session))]
    for case in filled.cases:
        view = cases.open_case(session, case)
        shown += [view.head, view.persons, view.notes]
    found = searching.search(session, MARKER)
    shown.append(sorted((hit.ref, hit.record, hit.snippet) for hit in found.hits))
    shown.append(session.drafts().list())
    return shown


def acts_of(session: Session) -> list[str]:
    with session.database.reading() as rows:
        entries = list(read_payloads(rows, session.auditor(), session.log.origin))
    return [entry.payload.act for entry in entries if entry.payload is not None]


def test_everything_is_there_again_on_a_new_machine(filled: Filled, tmp_path: Path) -> None:
    with filled.open() as session:
        session.drafts().save(filled.cases[0], b"r" * 16, f"{MARKER} half a sentence", "note")
        before = contents(session, filled)
        made = backups.make(session, tmp_path / "stick")
        tables = tables_of(session.database)
    shutil.rmtree(filled.path)
    restored = restore(tmp_path / "stick", tmp_path / "new" / "office.vault", tmp_path / "fresh")
    assert (restored.operations, restored.versions, restored.drafts) == (made.operations, made.versions, 1)
    place = Place(restored.path, tmp_path / "fresh")
    with place.open() as session:
        assert contents(session, filled) == before
        assert log_checking.verify(session).faults == ()
        found = tables_of(session.database)
        for name in ("version", "version_key"):
            assert tables[name] == found[name]
        assert tables["granted"] < found["granted"]  # the new log founds an audit compartment
        notes.add(session, filled.cases[0], Note(NoteKind.CONTACT, "written after the restore"))
    assert names_below(restored.path) == ["attempts", "ballast", "blobs", "drafts", "index", "keys", "vault.db"]
    assert (tmp_path / "new" / "office.vault.part").exists() is False
    # And once more.
    with place.open() as session:
        before = contents(session, filled)
        backups.make(session, tmp_path / "stick")
    second = restore(tmp_path / "stick", tmp_path / "second.vault", tmp_path / "fresher")
    with Place(second.path, tmp_path / "fresher").open() as session:
        assert contents(session, filled) == before
        assert log_checking.verify(session).faults == ()


def test_a_new_log_begins_that_names_the_old_one_says_so_and_shows_no_case(filled: Filled, tmp_path: Path) -> None:
    with filled.open() as session:
        old, size, vault_id = session.log.origin, session.log.size, session.vault
        backups.make(session, tmp_path / "stick")
    restored = restore(tmp_path / "stick", tmp_path / "office.vault", tmp_path / "fresh")
    assert restored.origin != old
    assert MARKER not in repr(restored)
    assert any("a new log begins" in words for words in in_english(restored.warnings))
    with Place(restored.path, tmp_path / "fresh").open() as session:
        assert session.log.origin == restored.origin
        acts = acts_of(session)
        assert acts[:2] == ["log.restored", "backup.restore"]
        assert not {"case.list", "case.view", "case.search"} & set(acts)
        with session.database.reading() as rows:
            genesis = Genesis.decode(rows.genesis(restored.origin) or b"")
            assert rows.size(old) == size
        assert (genesis.predecessor, genesis.predecessor_size) == (old, size)
    assert last_done.last_opened(vault_id, tmp_path / "fresh") is not None


@pytest.mark.parametrize("put_into", [None, "keyrows.db", "vault.db"])
def test_a_restored_copy_never_signs_with_a_stored_key(filled: Filled, tmp_path: Path, put_into: str | None) -> None:
    # Pins from before the backup: nothing in them tells the copy from the vault.
    pins_then = tmp_path / "pins-then"
    shutil.copytree(filled.state, pins_then)
    with filled.open() as session:
        old = session.log.origin
        made = backups.make(session, tmp_path / "stick")
        with session.database.reading() as rows:
            row = rows.local(session.seat, Purpose.SESSION)
        assert row is not None
        key = session.copy_keys(read_key_file(made.path / "keys")).database_key
    foreign = row._replace(seat=b"another seat's id")
    if put_into is not None:
        _put_session_rows(made.path, put_into, [row, foreign], key)
    restored = restore(made.path, tmp_path / "office.vault", pins_then)
    assert restored.origin != old
    with Place(restored.path, pins_then).open() as session, session.database.reading() as rows:
        assert stored_origin(rows, session.log.place) == restored.origin
        assert rows.size(old) == made.operations
        assert rows.local(foreign.seat, Purpose.SESSION) is None


def _put_session_rows(backup: Path, name: str, session_rows: list[LocalRow], key: bytes) -> None:
    """Do what somebody does who holds the database key and wants a restored copy to sign on."""
    part = open_database(backup / name, key, create=False)
    with part.transaction() as rows:
        for row in session_rows:
            rows.put_local(row)
    part.close()
    _make_again(backup, key)


def _make_again(backup: Path, key: bytes) -> None:
    """Write manifest and list as if the backup had been made with the `vault.db` that is in it."""
    key_rows = open_database(backup / "keyrows.db", key, create=False)
    manifest = msgspec.msgpack.decode(read_manifest(key_rows), type=Manifest)
    files = {**manifest.files, "vault.db": sha256((backup / "vault.db").read_bytes()).digest()}
    with key_rows.transaction() as rows:
        rows.connection.exec_driver_sql("DELETE FROM manifest")
    put_manifest(key_rows, msgspec.structs.replace(manifest, files=files).encode())
    key_rows.close()
    list_again(backup)


def test_each_account_hears_what_it_knows_of_the_loss_and_none_lets_the_old_log_go_on(
    filled: Filled, tmp_path: Path
) -> None:
    shutil.copytree(filled.state, tmp_path / "earlier")
    with filled.open() as session:
        old = session.log.origin
        session.log.now_ms = lambda: 1_767_268_800_000
        backups.make(session, tmp_path / "stick")
    shutil.copytree(filled.state, tmp_path / "later")
    origins = {old}
    with filled.open() as session:
        for number in range(3):
            notes.add(session, filled.cases[0], Note(NoteKind.CONTACT, f"after the backup {number}"))
    for state, lost, words in (
        ("earlier", 0, "This device knows of nothing that was written after it."),
        ("fresh", None, "Nothing that was written after 2026-01-01 12:00 +0000 is in it."),
        ("later", 1, "1 entry of the log was made after this backup and is not in it"),
        (filled.state, 5, "5 entries of the log were made after this backup and are not in it"),
    ):
        restored = restore(tmp_path / "stick", tmp_path / f"{lost}.vault", tmp_path / state)
        assert restored.origin not in origins
        origins.add(restored.origin)
        assert restored.lost_entries == lost
        assert str(restored.loss).startswith(words)


def test_an_empty_folder_takes_a_vault_and_anything_else_at_its_place_stays(filled: Filled, tmp_path: Path) -> None:
    with filled.open() as session:
        backups.make(session, tmp_path / "stick")
    file, folder, empty = (tmp_path / name for name in ("file", "folder", "office.vault"))
    file.write_bytes(b"mine")
    for path in (folder, empty, tmp_path / "office.vault.part"):
        path.mkdir()
    for path in (folder / "mine", tmp_path / "office.vault.part" / "cut off"):
        path.touch()
    for target in (file, folder):
        refuses(RefusedError, "there is something at", restore, tmp_path / "stick", target, tmp_path / "fresh")
    assert (file.read_bytes(), names_below(folder)) == (b"mine", ["mine"])
    restore(tmp_path / "stick", empty, tmp_path / "fresh")
    assert names_below(empty) == ["attempts", "ballast", "blobs", "drafts", "index", "keys", "vault.db"]


def test_a_wrong_passphrase_leaves_nothing(filled: Filled, tmp_path: Path) -> None:
    with filled.open() as session:
        backups.make(session, tmp_path / "stick")
    before, passphrase = names_below(tmp_path), bytearray(b"something else")
    with pytest.raises(WrongPassphraseError, match="no key slot opens"):
        restoring.restore(
            tmp_path / "stick",
            tmp_path / "office.vault",
            member=MEMBER,
            passphrase=passphrase,
            state=tmp_path / "x",
            agree=lambda _: None,
        )
    assert names_below(tmp_path) == before
    assert passphrase == bytes(len(passphrase))


def test_a_backup_of_an_older_schema_is_brought_up_to_date_on_the_way(
    filled: Filled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with filled.open() as session:
        made = backups.make(session, tmp_path / "stick")
        key = session.copy_keys(read_key_file(made.path / "keys")).database_key
    for name in ("vault.db", "keyrows.db"):
        _stamp(made.path / name, key, "0000")
    _make_again(made.path, key)
    stepped: list[str] = []

    def step(database: Database, **_: object) -> bool:
        stepped.append(database.path.name)
        with database.transaction() as rows:
            rows.connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0002'")
        return True

    monkeypatch.setattr("vault.services.backups.restoring.migrate", step)
    planted = made.path / "drafts" / f"{'0f' * 16}.db"
    planted.write_bytes(b"planted")
    list_again(made.path)
    with pytest.raises(VerificationError, match="was not in the backup when it was made"):
        restore(made.path, tmp_path / "office.vault", tmp_path / "fresh")
    planted.unlink()
    list_again(made.path)
    stepped.clear()
    restore(made.path, tmp_path / "office.vault", tmp_path / "fresh")
    assert stepped == ["vault.db", "keyrows.db"]
    with Place(tmp_path / "office.vault", tmp_path / "fresh").open() as session:
        assert len(cases.list_all(session)) == 2


def _stamp(path: Path, key: bytes, stamp: str) -> None:
    database = open_database(path, key, create=False)
    with database.transaction() as rows:
        rows.connection.exec_driver_sql("UPDATE alembic_version SET version_num = ?", (stamp,))
    database.close()


def test_a_loss_that_a_person_was_told_of_is_settled(filled: Filled, tmp_path: Path) -> None:
    """The same account, which saw more than the backup holds: told once, then work and exports go on."""
    with filled.open() as session:
        backups.make(session, tmp_path / "stick")
        notes.add(session, filled.cases[0], Note(NoteKind.CONTACT, "written after the backup, and lost"))
    restored = restore(tmp_path / "stick", tmp_path / "again.vault", filled.state)
    assert restored.lost_entries == 2
    assert "are not in it" in str(restored.loss)
    with Place(restored.path, filled.state).open() as session:
        assert [alarm for alarm in session.alarms if not alarm.is_news] == []
        session.require_sound_log()
        assert log_checking.verify(session).faults == ()
    # Whoever puts an older copy under it from now on is told as ever.
    shutil.copytree(restored.path, tmp_path / "older.vault")
    with Place(restored.path, filled.state).open() as session:
        notes.add(session, filled.cases[0], Note(NoteKind.CONTACT, "one more"))
    with Place(tmp_path / "older.vault", filled.state).open() as session:
        assert [not alarm.is_news for alarm in session.alarms] == [True]


# A backup brought back by sheets alone: everything or nothing, for whoever is named, and no way in of others lost.
NEW = b"five wooden herons"


@pytest.fixture
def sheets(filled: Filled) -> tuple[Sheet, ...]:
    with filled.open() as session:
        return recovery.sheets(session)


def make(filled: Filled, stick: Path) -> Path:
    with filled.open() as session:
        made = backups.make(session, stick)
    assert made is not None
    return made.path


def restore_by_sheets(
    source: Path, target: Path, state: Path, paper: TypedSheets, name: str = MEMBER, **more: bool
) -> Regained:
    wish = Wish(name, **{"new_admin": False, "everything": False, "ends_old": True, **more})
    return restoring.restore_by_sheets(source, target, paper, wish, passphrase=bytearray(NEW), state=state)


@pytest.mark.long
def test_a_colleague_who_shares_the_folder_opens_the_restored_vault_as_before(
    filled: Filled, sheets: Sequence[Sheet], tmp_path: Path
) -> None:
    """Their slot and their door stand in the backup's `keys`; who comes back by sheets takes neither."""
    with filled.open() as session:
        others = [
            admit(session, name=f"Oren {number}", passphrase=b"copper %d" % number, roles={Role.CASEWORKER})
            for number in range(3)
        ]
    for one in others:
        one.open(filled.place).close()
    make(filled, tmp_path / "stick")
    restore_by_sheets(tmp_path / "stick", tmp_path / "new.vault", tmp_path / "fresh", typed(sheets, 1, 2))
    place = Place(tmp_path / "new.vault", tmp_path / "fresh")
    # The end of the old seat gives the database a new key at the next unlock; the others are given it too.
    unlock(place.path, member=MEMBER, passphrase=bytearray(NEW), state=place.state).close()
    for one in others:
        with one.open(place) as session:
            assert session.faults() == []


@each(
    {
        "one sheet": (lambda s: typed(s, 2), MEMBER, {}, RefusedError, "2 sheets are needed, not 1"),
        "others": (
            lambda _: typed(make_sheets(bytes(32), bytes(32)), 1, 2),
            MEMBER,
            {},
            VerificationError,
            "do not open this",
        ),
        "no member": (lambda s: typed(s, 1, 2), "Nobody", {}, NotFoundError, "there is no member of this name"),
        "is in": (
            lambda s: typed(s, 1, 2),
            MEMBER,
            {"new_admin": True},
            RefusedError,
            "already a member with this name",
        ),
    }
)
def test_what_is_refused_leaves_nothing_at_all(  # noqa: PLR0917 - a row of the table, then fixtures
    paper: Callable[[Sequence[Sheet]], TypedSheets],
    name: str,
    more: dict[str, bool],
    error: type[VaultError],
    text: str,
    filled: Filled,
    sheets: Sequence[Sheet],
    tmp_path: Path,
) -> None:
    make(filled, tmp_path / "stick")
    before = names_below(tmp_path)
    with pytest.raises(error, match=text):
        restore_by_sheets(tmp_path / "stick", tmp_path / "new.vault", tmp_path / "fresh", paper(sheets), name, **more)
    assert set(names_below(tmp_path)) - {"fresh"} == set(before) - {"fresh"}
    assert not (tmp_path / "fresh" / "pins").exists()


def test_a_damaged_backup_is_named_before_a_sheet_is_typed_and_again_behind_it(
    filled: Filled, sheets: Sequence[Sheet], tmp_path: Path
) -> None:
    backup = make(filled, tmp_path / "stick")
    for name in ("keys", "keyrows.db", "vault.db"):
        flip(backup / name, 70)
        with pytest.raises(VerificationError, match=rf"{name} of the backup is not what was written"):
            restoring.require_whole(tmp_path / "stick")
        with pytest.raises(VerificationError):
            restore_by_sheets(tmp_path / "stick", tmp_path / "new.vault", tmp_path / "fresh", typed(sheets, 1, 2))
        flip(backup / name, 70)
    assert not list(tmp_path.glob("new.vault*"))


def test_new_sheets_open_the_backups_made_since_and_the_old_ones_those_before(
    filled: Filled, sheets: Sequence[Sheet], tmp_path: Path
) -> None:
    old = make(filled, tmp_path / "old")
    with filled.open() as session:
        fresh = recovery.renew(session).sheets
    new = make(filled, tmp_path / "new")

    def try_backup(source: Path, paper: TypedSheets) -> restoring.Tried:
        return restoring.try_backup(source, tmp_path / "a.vault", join_sheets(paper.sheets, None))

    tried = try_backup(new, typed(fresh, 1, 3))
    assert tried.versions > 10
    assert try_backup(old, typed(sheets, 1, 3)).compartments == 6
    for source, paper in ((old, typed(fresh, 1, 3)), (new, typed(sheets, 1, 3))):
        refuses(VerificationError, "these sheets do not open this vault", try_backup, source, paper)
    assert not list(tmp_path.glob("a.vault*"))
    done = restore_by_sheets(new, tmp_path / "b.vault", tmp_path / "fresh", typed(fresh, 2, 1))
    assert (done.sheets_words, done.back.left) == (fresh[0].sheets_words, 0)
