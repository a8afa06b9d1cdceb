from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tests.store.processes import child, next_line
from tests.store.samples import CASE, KEY, ORIGIN, OTHER_KEY, add_entry, names_in, new_vault, operation, whole_entries
from vault.errors import (
    InternalError,
    NoVaultError,
    OpenElsewhereError,
    RefusedError,
    VerificationError,
    WrongPassphraseError,
)
from vault.store.engine import Database, open_database


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
    database = open_database(path, KEY, create=False)
    assert whole_entries(database) >= len(said)
    database.close()


def test_who_opens_it_a_second_time_learns_at_once_that_it_is_open_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / "vault.db"
    first = new_vault(path)
    with pytest.raises(OpenElsewhereError, match="is open in another process"):
        open_database(path, KEY, create=False)
    first.close()
    with child("hold", path) as process:
        assert next_line(process) == "open"
        for key in (KEY, OTHER_KEY):
            with pytest.raises(OpenElsewhereError, match=r"vault\.db is open in another process"):
                open_database(path, key, create=False)


def test_nothing_to_open_is_no_vault(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    for name in ("none.db", "empty.db"):
        with pytest.raises(NoVaultError, match=rf"no database {name}"):
            open_database(tmp_path / name, KEY, create=False)
    assert names_in(tmp_path) == ["empty.db"]


def test_creating_never_opens_what_is_there_and_takes_a_whole_key(tmp_path: Path) -> None:
    (tmp_path / "vault.db").write_bytes(b"letters")
    with pytest.raises(RefusedError, match=r"vault\.db exists already"):
        open_database(tmp_path / "vault.db", KEY, create=True)
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
    with pytest.raises(InternalError, match=r"the database layer failed at vault\.db: ProgrammingError"):
        whole_entries(database)
