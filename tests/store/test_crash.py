"""Killed, full, damaged: what was acknowledged stays, and nothing is there in part."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.store.processes import child, kill_and_read_rest, next_line
from tests.store.samples import (
    KEY,
    OTHER_KEY,
    add_entry,
    names_in,
    new_vault,
    whole_entries,
)
from tests.tables import each
from vault.errors import TryAgainError, VerificationError, WrongPassphraseError
from vault.store import files
from vault.store.draft_files import open_drafts
from vault.store.engine import Database, open_database


def test_a_kill_loses_no_acknowledged_entry_and_leaves_none_in_part(tmp_path: Path) -> None:
    path = tmp_path / "vault.db"
    new_vault(path).close()
    for kill in range(3):
        with child("commit", path) as process:
            said = [next_line(process) for _ in range(1 + 20 * kill)]
            said += kill_and_read_rest(process)
        database = open_database(path, KEY, create=False)
        assert whole_entries(database) > int(said[-1])
        database.close()
        assert names_in(tmp_path) == ["vault.db"]


def test_a_killed_program_loses_no_draft_that_was_saved(tmp_path: Path) -> None:
    for kill in range(3):
        with child("draft", tmp_path / "drafts") as process:
            said = [next_line(process) for _ in range(1 + 9 * kill)]
            said += kill_and_read_rest(process)
        drafts = open_drafts(tmp_path / "drafts", KEY)
        (kept,) = drafts.list()
        assert kept.saved_ms >= int(said[-1])
        assert kept.text == f"typed {kept.saved_ms}"
        drafts.close()


class _PageLimit:
    """Makes SQLite say that the disk is full, at the present size and some pages more."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def set(self, more_pages: int) -> None:
        with self._database.reading() as rows:
            pages = rows.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            rows.connection.exec_driver_sql(f"PRAGMA max_page_count={pages + more_pages}")


def test_a_full_disk_gives_the_ballast_back_and_the_same_act_succeeds(tmp_path: Path) -> None:
    ballast = tmp_path / "ballast"
    files.make_ballast(ballast, 4096)
    new_vault(tmp_path / "vault.db").close()
    database = open_database(tmp_path / "vault.db", KEY, create=False, ballast=ballast)
    limit = _PageLimit(database)
    limit.set(0)
    with pytest.raises(TryAgainError, match=r"no room to write vault.db; a reserve was freed"):
        _fill(database)
    assert not ballast.exists()
    assert whole_entries(database) == 0
    with pytest.raises(TryAgainError, match=r"no room to write vault\.db$"):
        _fill(database)
    limit.set(1000)
    with database.transaction() as rows:
        add_entry(rows, 0)
    assert whole_entries(database) == 1
    database.close()


def _fill(database: Database) -> None:
    with database.transaction() as rows:
        for seq in range(100):
            add_entry(rows, seq)


@pytest.fixture
def full(database: Database) -> Database:
    _fill(database)
    return database


def require_entries(path: Path, key: bytes, count: int) -> None:
    database = open_database(path, key, create=False)
    assert whole_entries(database) == count
    database.close()


def _flip(data: bytearray, at: int) -> bytearray:
    data[at] ^= 1
    return data


@each(
    {
        "one bit in the last page": lambda data: _flip(data, len(data) - 5000),
        "a page moved to other places": lambda data: data[: -3 * 8192] + data[-2 * 8192 : -8192] * 3,
    }
)
def test_an_altered_page_is_reported_and_never_read(damage: Callable[[bytearray], bytearray], full: Database) -> None:
    path = full.path
    full.close()
    whole = path.read_bytes()
    path.write_bytes(damage(bytearray(whole)))
    database = open_database(path, KEY, create=False)
    with pytest.raises(VerificationError, match=r"vault\.db cannot be read: the disk failed or the file was altered"):
        whole_entries(database)
    database.close()
    path.write_bytes(whole)


def test_every_page_is_under_the_new_key_after_a_rekey(full: Database) -> None:
    full.rekey(OTHER_KEY)
    with full.transaction() as rows:
        add_entry(rows, 100)
    full.close()
    assert names_in(full.path.parent) == ["vault.db"]
    with pytest.raises(WrongPassphraseError):
        open_database(full.path, KEY, create=False)
    require_entries(full.path, OTHER_KEY, 101)


@each([0.1, 0.5, 0.9])
def test_a_rekey_killed_while_it_writes_leaves_all_rows_under_the_old_key(part_of_file: float, full: Database) -> None:
    full.close()
    size = int(full.path.stat().st_size * part_of_file)
    with child("rekey-killed", full.path, size) as process:
        assert process.communicate()[0] == ""
    assert process.returncode == -signal.SIGXFSZ
    assert Path(f"{full.path}-wal").stat().st_size > 0
    with pytest.raises(WrongPassphraseError):
        open_database(full.path, OTHER_KEY, create=False)
    require_entries(full.path, KEY, 100)


def test_a_rekey_cut_off_before_its_pages_left_the_log_opens_with_the_new_key(full: Database, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    full.truncate_wal()
    full._pragma(f"rekey=\"x'{OTHER_KEY.hex()}'\"")
    shutil.copy(full.path, copy)
    shutil.copy(f"{full.path}-wal", f"{copy}-wal")
    with pytest.raises(WrongPassphraseError):
        open_database(copy, KEY, create=False)
    require_entries(copy, OTHER_KEY, 100)


def test_a_rekey_without_room_says_so_and_the_old_key_still_opens(
    full: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as crowded:
        crowded.setattr("vault.store.engine.free_bytes", lambda _: 1 << 20)
        with pytest.raises(TryAgainError, match=r"no room at vault\.db: 16 MiB are needed, 1 are free"):
            full.rekey(OTHER_KEY)
    assert whole_entries(full) == 100
    full.close()
    with child("rekey-full", full.path, full.path.stat().st_size // 2) as process:
        out, _ = process.communicate()
    assert out == "TryAgainError: no room to write vault.db\n"
    require_entries(full.path, KEY, 100)
