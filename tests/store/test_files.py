from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

import vault.store.schema
from tests.store.processes import child, next_line
from tests.store.samples import (
    CASE,
    KEY,
    ORIGIN,
    OTHER_CASE,
    OTHER_KEY,
    add_entry,
    names_in,
    new_vault,
    operation,
    whole_entries,
)
from tests.tables import each, refused, refuses
from vault import platform
from vault.errors import (
    InternalError,
    MalformedError,
    NewerVaultError,
    NotFoundError,
    NoVaultError,
    OpenElsewhereError,
    RefusedError,
    TryAgainError,
    VerificationError,
    WrongPassphraseError,
)
from vault.store import files
from vault.store.draft_files import Draft, Drafts, open_drafts
from vault.store.engine import Database, open_database
from vault.store.folder import VaultFolder
from vault.store.schema import SCHEMA, make_tables, migrate
from vault.words.message import Message


def test_a_durable_write_replaces_the_whole_and_leaves_no_second_file(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    (tmp_path / "keys.new").write_bytes(b"of a try that was cut off")
    files.write_durable(path, b"first, longer")
    files.write_durable(path, b"second")
    assert path.read_bytes() == b"second"
    assert names_in(tmp_path) == ["keys"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_is_written_aside_counts_only_when_it_is_promoted(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    files.write_durable(path, b"old")
    assert files.write_aside(path, b"new") == tmp_path / "keys.new"
    assert path.read_bytes() == b"old"
    files.promote(path)
    assert path.read_bytes() == b"new"
    assert names_in(tmp_path) == ["keys"]


def test_bytes_and_names_are_flushed_before_the_write_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    monkeypatch.setattr(files, "flush_file", lambda _: order.append("bytes"))
    monkeypatch.setattr(files, "fsync_folder", lambda _: order.append("names " + ",".join(names_in(tmp_path))))
    files.write_durable(tmp_path / "keys", b"new")
    assert order == ["bytes", "names keys"]
    files.write_aside(tmp_path / "keys", b"newer")
    files.promote(tmp_path / "keys")
    assert order[2:] == ["bytes", "names keys,keys.new", "names keys"]
    files.write_whole(tmp_path / "keys", b"newest")
    assert order[5:] == ["bytes"]
    assert ((tmp_path / "keys").read_bytes(), names_in(tmp_path)) == (b"newest", ["keys"])


@pytest.mark.parametrize(
    ("number", "error", "words"),
    [
        (errno.ENOSPC, TryAgainError, "no room to write keys"),
        (errno.EFBIG, TryAgainError, "no room to write keys"),
        (errno.EDQUOT, TryAgainError, "no room to write keys"),
        (errno.EACCES, TryAgainError, "keys cannot be read or written now"),
        (errno.EIO, VerificationError, "the disk reports an error at keys"),
    ],
)
def test_a_write_that_fails_leaves_the_old_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, error: type[Exception], words: str
) -> None:
    path = tmp_path / "keys"
    files.write_durable(path, b"old")

    def fail(_: int) -> None:
        raise OSError(number, "the system's own words")

    monkeypatch.setattr(files, "flush_file", fail)
    refuses(error, f"^{words}$", files.write_durable, path, b"new")
    assert path.read_bytes() == b"old"
    assert names_in(tmp_path) == ["keys"]


def test_a_file_is_read_up_to_its_limit_and_refused_beyond(tmp_path: Path) -> None:
    (tmp_path / "keys").write_bytes(bytes(10))
    assert files.read_limited(tmp_path / "keys", 10) == bytes(10)
    refuses(MalformedError, r"^keys is longer than 9 bytes$", files.read_limited, tmp_path / "keys", 9)
    refuses(NotFoundError, r"^no file attempts$", files.read_limited, tmp_path / "attempts", 9)
    refuses(TryAgainError, "is not a regular file", files.read_limited, tmp_path, 9)


def test_the_ballast_takes_real_room_and_gives_it_back_once(tmp_path: Path) -> None:
    ballast = VaultFolder(tmp_path).ballast
    files.make_ballast(ballast)
    status = ballast.stat()
    assert status.st_size == files.BALLAST_SIZE == 16 * 1024 * 1024
    assert status.st_blocks * 512 >= status.st_size
    assert len(set(ballast.read_bytes()[:4096])) > 200  # nothing that a file system would compress away
    assert files.release_ballast(ballast)
    assert not files.release_ballast(ballast)
    assert names_in(tmp_path) == []


def test_a_quota_is_called_full_and_a_failing_disk_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not files.has_no_room(tmp_path / "vault.db")
    for number, full in ((errno.ENOSPC, True), (errno.EDQUOT, True), (errno.EIO, False)):
        fault = OSError(number, "")

        def fail(_: int, fault: OSError = fault) -> None:
            raise fault

        monkeypatch.setattr(files, "flush_file", fail)
        assert files.has_no_room(tmp_path / "vault.db") is full


def test_the_largest_file_of_a_stick_is_called_full(tmp_path: Path) -> None:
    for size, full in ((2**32 - 1, True), (2**32 - 1 - (1 << 17), False), (2**32 + 1, False)):
        with (tmp_path / "vault.db").open("wb") as file:
            file.truncate(size)
        assert files.has_no_room(tmp_path / "vault.db") is full
    assert names_in(tmp_path) == ["vault.db"]


def test_a_vault_folder_is_its_owners_alone_and_no_part_of_a_file(tmp_path: Path) -> None:
    folder = VaultFolder(tmp_path / "office.vault")
    folder.make()
    folder.make()
    for part in (folder.path, folder.index_dir, folder.drafts_dir, folder.blobs_dir):
        assert part.stat().st_mode & 0o777 == 0o700
    assert names_in(folder.path) == ["blobs", "drafts", "index"]
    (tmp_path / "file").touch()
    with pytest.raises(RefusedError, match="cannot be made here"):
        VaultFolder(tmp_path / "file" / "office.vault").make()


def test_a_folder_without_one_of_its_two_files_is_no_vault(tmp_path: Path) -> None:
    folder = VaultFolder(tmp_path)
    for part in (folder.keys, folder.database):
        part.touch()
    folder.require()
    for part in (folder.database, folder.keys):
        part.unlink()
        refuses(NoVaultError, f"{part.name} is missing", folder.require)
        part.touch()


def test_a_synced_folder_is_refused_in_words_and_a_plain_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = tmp_path / "Dropbox" / "office.vault"
    synced.mkdir(parents=True)
    with pytest.raises(RefusedError, match=r"office\.vault: it is in a folder that a sync program copies"):
        VaultFolder(synced).require_safe_place()
    monkeypatch.setattr(platform, "is_network_or_synced", lambda _: None)
    VaultFolder(tmp_path).require_safe_place()
    monkeypatch.setattr(platform, "is_network_or_synced", lambda _: Message("it is on a network drive"))
    with pytest.raises(RefusedError, match=r"cannot be opened at .*: it is on a network drive"):
        VaultFolder(tmp_path).require_safe_place()


def test_a_new_file_is_private_and_never_replaces_another(tmp_path: Path) -> None:
    path = tmp_path / "invitation"
    files.write_new(path, b"first")
    assert path.read_bytes() == b"first"
    assert path.stat().st_mode & 0o077 == 0
    refuses(RefusedError, "exists already", files.write_new, path, b"second")
    assert path.read_bytes() == b"first"
    refuses(TryAgainError, "cannot be read or written now", files.write_new, tmp_path / "no" / "folder", b"")


def test_a_place_for_a_new_file_is_asked_for_without_leaving_anything_there(tmp_path: Path) -> None:
    files.require_new(tmp_path / "invitation")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "closed").mkdir(mode=0o500)
    refused(TryAgainError, "cannot be read or written now", files.require_new, [(tmp_path / ("n" * 300),)])
    if os.geteuid() != 0:  # who may write everywhere is refused nowhere
        refused(TryAgainError, "cannot be read or written now", files.require_new, [(tmp_path / "closed" / "file",)])


_NOTE = b"n" * 16


@pytest.fixture
def drafts(tmp_path: Path) -> Iterator[Drafts]:
    with closing(open_drafts(tmp_path / "drafts", KEY)) as drafts:
        yield drafts


@each(["Zahra kam am Dienstag", "زهرا", "half a character \ud83d", "", b"\x00\xff", b""])
def test_what_was_typed_comes_back_as_it_was(content: str | bytes, drafts: Drafts) -> None:
    drafts.save(CASE, _NOTE, content, "note", saved_ms=5)
    (kept,) = drafts.list()
    assert (kept.kind, kept.saved_ms) == ("note", 5)
    assert (kept.text if isinstance(content, str) else kept.content) == content


def test_a_record_has_one_draft_in_each_compartment(drafts: Drafts) -> None:
    drafts.save(CASE, _NOTE, "old", "note", saved_ms=1)
    drafts.save(OTHER_CASE, _NOTE, "elsewhere", "note", saved_ms=2)
    drafts.save(CASE, _NOTE, "new", "interview", saved_ms=3)
    assert drafts.list() == [
        Draft(CASE, _NOTE, "interview", 3, b"new"),
        Draft(OTHER_CASE, _NOTE, "note", 2, b"elsewhere"),
    ]
    drafts.delete(CASE, _NOTE)
    drafts.delete(CASE, _NOTE)
    assert [draft.compartment for draft in drafts.list()] == [OTHER_CASE]


def test_what_was_deleted_is_gone_from_the_log_too_and_no_content_is_in_a_representation(
    drafts: Drafts, tmp_path: Path
) -> None:
    drafts.save(CASE, _NOTE, "Zahra", "note")
    assert "Zahra" not in repr(drafts.list())
    assert drafts.list()[0].saved_ms > 1_600_000_000_000
    log = tmp_path / "drafts-wal"
    assert log.stat().st_size > 0
    drafts.delete(CASE, _NOTE)
    assert log.stat().st_size == 0


def test_drafts_outlive_the_program_and_open_for_their_own_key_only(tmp_path: Path) -> None:
    (tmp_path / "drafts").touch()  # as a crash leaves it
    first = open_drafts(tmp_path / "drafts", KEY)
    assert first.list() == []
    first.save(CASE, _NOTE, "typed", "note")
    first.close()
    with pytest.raises(WrongPassphraseError):
        open_drafts(tmp_path / "drafts", OTHER_KEY)
    with closing(open_drafts(tmp_path / "drafts", KEY)) as again:
        assert [draft.text for draft in again.list()] == ["typed"]
    assert names_in(tmp_path) == ["drafts"]


def test_a_copy_for_a_backup_is_one_sealed_file_with_all_drafts(drafts: Drafts, tmp_path: Path) -> None:
    text = "Zahra speaks of the checkpoint. " * 400
    for number in range(20):
        drafts.save(CASE, bytes([number]) * 16, text, "note")
    drafts.copy_to(tmp_path / "copy")
    drafts.save(CASE, _NOTE, "later", "note")
    assert b"checkpoint" not in (tmp_path / "copy").read_bytes()
    assert not (tmp_path / "copy-wal").exists()
    copy = open_drafts(tmp_path / "copy", KEY)
    assert [draft.text for draft in copy.list()] == [text] * 20
    copy.save(CASE, _NOTE, "goes on", "note")
    copy.close()
    refuses(RefusedError, "copy exists already", drafts.copy_to, tmp_path / "copy")


def test_the_pragmas_read_back_as_the_format_sets_them(database: Database) -> None:
    expected = {
        "cipher_page_size": "8192",
        "page_size": "8192",
        "busy_timeout": 0,
        "cache_size": -64000,
        "secure_delete": 1,
        "temp_store": 2,
        "locking_mode": "exclusive",
        "synchronous": 3,
        "journal_mode": "wal",
        "foreign_keys": 1,
    }
    with database.reading() as rows:
        found = {name: rows.connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in expected}
    assert found == expected


def test_a_wrong_key_is_refused_in_silence_and_leaves_no_lock_behind(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    new_vault(tmp_path / "vault.db").close()
    with pytest.raises(WrongPassphraseError, match=r"vault\.db does not open with this key"):
        open_database(tmp_path / "vault.db", OTHER_KEY, create=False)
    assert capfd.readouterr() == ("", "")
    open_database(tmp_path / "vault.db", KEY, create=False).close()


def test_a_wrong_key_does_not_harm_a_log_that_a_crash_left_behind(tmp_path: Path) -> None:
    path = tmp_path / "vault.db"
    new_vault(path).close()
    with child("commit", path) as process:
        said = [next_line(process) for _ in range(3)]
    assert Path(f"{path}-wal").stat().st_size > 0
    with pytest.raises(WrongPassphraseError):
        open_database(path, OTHER_KEY, create=False)
    with closing(open_database(path, KEY, create=False)) as database:
        assert whole_entries(database) >= len(said)


def test_who_opens_it_a_second_time_learns_at_once_that_it_is_open_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / "vault.db"
    first = new_vault(path)
    refuses(OpenElsewhereError, "is open in another process", open_database, path, KEY, create=False)
    first.close()
    with child("hold", path) as process:
        assert next_line(process) == "open"
        for key in (KEY, OTHER_KEY):
            refuses(OpenElsewhereError, r"vault\.db is open in another process", open_database, path, key, create=False)


def test_nothing_to_open_is_no_vault(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    for name in ("none.db", "empty.db"):
        refuses(NoVaultError, rf"no database {name}", open_database, tmp_path / name, KEY, create=False)
    assert names_in(tmp_path) == ["empty.db"]


def test_creating_never_opens_what_is_there_and_takes_a_whole_key(tmp_path: Path) -> None:
    (tmp_path / "vault.db").write_bytes(b"letters")
    refuses(RefusedError, r"vault\.db exists already", open_database, tmp_path / "vault.db", KEY, create=True)
    assert (tmp_path / "vault.db").read_bytes() == b"letters"
    with pytest.raises(InternalError, match="a database key has 32 bytes, not 31"):
        open_database(tmp_path / "other.db", KEY[:31], create=True)
    assert names_in(tmp_path) == ["vault.db"]


def test_a_transaction_is_whole_may_be_read_within_and_is_inside_no_other_use(database: Database) -> None:
    def write_and_fail() -> None:
        with database.transaction() as rows:
            add_entry(rows, 0)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    assert whole_entries(database) == 0
    with database.transaction() as rows:
        add_entry(rows, 0)
        with database.reading() as inner:
            assert inner.size(ORIGIN) == 1
        add_entry(rows, 1)
    assert whole_entries(database) == 2
    with database.reading(), pytest.raises(InternalError, match="inside another use"), database.transaction():
        pass
    with database.reading(), pytest.raises(InternalError, match="in use by the same thread"):
        database.truncate_wal()


def test_what_was_written_before_sqlalchemy_is_first_asked_stays_in_its_transaction(tmp_path: Path) -> None:
    database = new_vault(tmp_path / "vault.db")
    with database.transaction() as rows:
        rows.add_operation(operation(0))
        assert rows.connection.exec_driver_sql("SELECT count(*) FROM operation").scalar() == 1
        rows.add_operation(operation(1))
    with database.reading() as rows:
        rows.connection.exec_driver_sql("DELETE FROM operation")  # a look keeps nothing
    with database.reading() as rows:
        assert rows.size(ORIGIN) == 2
    database.close()


def test_a_row_at_a_taken_key_is_refused_without_sql_or_bytes_in_the_words(database: Database) -> None:
    with database.transaction() as rows:
        rows.add_operation(operation(0))
    refusal = pytest.raises(VerificationError, match=r"^vault\.db already holds a row with this key$")
    with refusal as caught, database.transaction() as rows:
        rows.add_operation(operation(0))
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_threads_queue_on_the_one_connection(database: Database) -> None:
    failures: list[BaseException] = []

    def write(first: int) -> None:
        try:
            for seq in range(first, first + 20):
                with database.transaction() as rows:
                    rows.add_operation(operation(seq))
                with database.reading() as rows:
                    assert rows.versions(CASE) == []
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=write, args=(first,)) for first in (0, 20, 40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with database.reading() as rows:
        assert [row.seq for row in rows.operations(ORIGIN)] == list(range(60))


def test_there_is_never_a_shared_memory_file_and_one_file_after_closing(tmp_path: Path) -> None:
    database = new_vault(tmp_path / "vault.db")
    with database.transaction() as rows:
        add_entry(rows, 0)
    assert names_in(tmp_path) == ["vault.db", "vault.db-wal"]
    database.close()
    database.close()
    assert names_in(tmp_path) == ["vault.db"]
    again = open_database(tmp_path / "vault.db", KEY, create=False)
    assert names_in(tmp_path) == ["vault.db", "vault.db-wal"]
    again.close()
    assert names_in(tmp_path) == ["vault.db"]


def test_no_row_and_no_table_name_is_readable_in_the_files_and_only_the_owner_can_read_them(database: Database) -> None:
    log = Path(f"{database.path}-wal")
    with database.transaction() as rows:
        add_entry(rows, 0)
    for part in (database.path, log):
        assert part.stat().st_mode & 0o777 == 0o600
        data = part.read_bytes()
        assert b"SQLite format" not in data
        assert b"compartment" not in data
        assert operation(0).header[:16] not in data
    database.truncate_wal()
    assert log.stat().st_size == 0
    assert whole_entries(database) == 1
    assert operation(0).header[:16] not in database.path.read_bytes()
    database.close()
    refuses(InternalError, r"the database layer failed at vault\.db: ProgrammingError", whole_entries, database)


_REPOSITORY = Path(__file__).parents[2]
_NEXT_STEP = """
import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    with op.batch_alter_table("granted") as table:
        table.add_column(sa.Column("until", sa.BigInteger, nullable=True))
    op.create_table("later", sa.Column("id", sa.LargeBinary, nullable=False))
"""


def _shape(database: Database) -> list[tuple[str, str, str | None]]:
    with database.reading() as rows:
        found = rows.connection.exec_driver_sql("SELECT type, name, sql FROM sqlite_master ORDER BY type, name")
        return [(kind, name, sql) for kind, name, sql in found]


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Database]:
    with closing(open_database(tmp_path / "empty.db", KEY, create=True)) as database:
        yield database


@pytest.fixture
def steps(tmp_path: Path) -> Path:
    """The real steps and one more."""
    folder = tmp_path / "steps, 100% real"
    shutil.copytree(_REPOSITORY / "migrations", folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "0003_next.py").write_text(_NEXT_STEP)
    return folder


def test_a_new_vault_has_the_tables_that_the_steps_make(database: Database, empty: Database) -> None:
    assert empty.schema_stamp() is None
    assert migrate(empty, back_up=lambda: None)
    assert empty.schema_stamp() == database.schema_stamp() == SCHEMA
    assert _shape(empty) == _shape(database)
    assert len(_shape(database)) > 20


def test_the_stamp_that_this_program_writes_is_its_newest_step() -> None:
    names = sorted(path.stem for path in (_REPOSITORY / "migrations" / "versions").glob("*.py"))
    assert names[-1].partition("_")[0] == SCHEMA


def test_a_vault_of_this_schema_is_left_alone(database: Database) -> None:
    def never() -> None:
        pytest.fail("a backup was made for nothing")

    assert not migrate(database, back_up=never)


def test_opening_a_vault_of_this_schema_does_not_load_alembic(tmp_path: Path) -> None:
    new_vault(tmp_path / "vault.db").close()
    code = (
        "import sys; from pathlib import Path; from vault.store.engine import open_database;"
        "from vault.store.schema import migrate;"
        f"migrate(open_database(Path({str(tmp_path / 'vault.db')!r}), bytes(range(32)), create=False), back_up=None);"
        "sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=_REPOSITORY, check=False).returncode == 0


def test_a_step_keeps_the_rows_and_sets_the_stamp_after_one_backup(database: Database, steps: Path) -> None:
    with database.transaction() as rows:
        add_entry(rows, 0)
    stamps: list[str | None] = []
    assert migrate(database, back_up=lambda: stamps.append(database.schema_stamp()), target="0003", scripts=steps)
    assert stamps == ["0002"]
    assert database.schema_stamp() == "0003"
    assert whole_entries(database) == 1
    with database.reading() as rows:
        assert rows.connection.scalar(sa.text("SELECT count(until) FROM granted")) == 0
    assert not Path(f"{database.path}-wal").stat().st_size


@each(
    {
        '    raise RuntimeError("a row with a name in it")\n': "a step from schema 0002 to 0003 failed and was undone",
        '    op.execute("INSERT INTO nowhere VALUES (1)")\n': r"the database layer failed at vault\.db: SQLITE_ERROR",
    }.items()
)
def test_a_step_that_fails_half_way_is_undone_whole_and_its_words_are_not_repeated(
    more: str, words: str, database: Database, steps: Path
) -> None:
    (steps / "versions" / "0003_next.py").write_text(_NEXT_STEP + more)
    before = _shape(database)
    with pytest.raises(InternalError, match=f"^{words}$") as caught:
        migrate(database, back_up=lambda: None, target="0003", scripts=steps)
    assert caught.value.__suppress_context__
    assert _shape(database) == before
    assert database.schema_stamp() == "0002"


def test_without_room_for_copies_or_a_proven_backup_no_step_runs(
    database: Database, steps: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise TryAgainError(Message("no room for a backup"))

    before = _shape(database)
    refuses(TryAgainError, "no room for a backup", migrate, database, back_up=fail, target="0003", scripts=steps)
    monkeypatch.setattr("vault.store.engine.free_bytes", lambda _: 64 << 20)
    with pytest.raises(TryAgainError, match=r"no room at vault\.db: 64 MiB are needed, 64 are free"):
        migrate(database, back_up=lambda: pytest.fail("too early"), target="0003", scripts=steps)
    assert _shape(database) == before
    assert database.schema_stamp() == "0002"


def test_a_newer_vault_is_named_and_not_touched(database: Database) -> None:
    with database.transaction() as rows:
        rows.connection.execute(sa.text("UPDATE alembic_version SET version_num = '0007'"))
    before = _shape(database)
    with pytest.raises(NewerVaultError, match="this vault has schema 0007, this program knows 0002") as caught:
        migrate(database, back_up=lambda: pytest.fail("too early"))
    assert "knows schema 0007" in str(caught.value.next_step)
    assert _shape(database) == before


def test_the_tables_of_a_new_vault_come_all_or_not_at_all(empty: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault.store.schema, "SCHEMA", None)  # the stamp comes last and may not be empty
    with pytest.raises(VerificationError):
        make_tables(empty)
    assert _shape(empty) == []


def test_steps_know_nothing_of_the_vault_beyond_its_tables() -> None:
    for path in (_REPOSITORY / "migrations").rglob("*.py"):
        lines = [line for line in path.read_text().splitlines() if "import" in line and "vault" in line]
        assert lines in ([], ["from vault.store.tables import metadata"]), path
