"""Killed, full, damaged: what was acknowledged stays, and nothing is there in part."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.store.processes import child, kill_and_read_rest, next_line
from tests.store.samples import (
    CASE,
    KEY,
    OTHER_KEY,
    add_entry,
    names_in,
    new_vault,
    operation,
    whole_entries,
)
from vault.errors import TryAgainError, VerificationError, WrongPassphraseError
from vault.store import files
from vault.store.drafts import open_drafts
from vault.store.engine import Database, open_database


def test_ten_kills_lose_no_acknowledged_entry_and_leave_none_in_part(tmp_path: Path) -> None:
    path = tmp_path / "vault.db"
    new_vault(path).close()
    for kill in range(10):
        with child("commit", path) as process:
            said = [next_line(process) for _ in range(1 + 7 * kill)]
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
        kept = drafts.load(b"c", b"r")
        assert kept.saved_ms >= int(said[-1])
        assert kept.text == f"typed {kept.saved_ms}"
        drafts.close()


def test_a_file_that_may_not_grow_refuses_the_next_commit_and_keeps_the_others(tmp_path: Path) -> None:
    path = tmp_path / "vault.db"
    with child("fill", path, 3_000_000) as process:
        out, _ = process.communicate()
    *acknowledged, refusal = out.splitlines()
    assert refusal == "TryAgainError: no room to write vault.db"
    assert len(acknowledged) > 10
    database = open_database(path, KEY, create=False)
    assert whole_entries(database) == len(acknowledged)
    with database.transaction() as rows:
        add_entry(rows, len(acknowledged))
    database.close()


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
    with pytest.raises(TryAgainError, match=r"no room to write vault.db; the reserve was given back"):
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


def _flip(data: bytearray, at: int) -> bytearray:
    data[at] ^= 1
    return data


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda data: _flip(data, len(data) - 5000), id="one bit in the last page"),
        pytest.param(lambda data: data[: -3 * 8192] + data[-2 * 8192 : -8192] * 3, id="a page moved to other places"),
    ],
)
def test_an_altered_page_is_reported_and_never_read(tmp_path: Path, damage: Callable[[bytearray], bytearray]) -> None:
    database = new_vault(tmp_path / "vault.db")
    _fill(database)
    database.close()
    (tmp_path / "vault.db").write_bytes(damage(bytearray((tmp_path / "vault.db").read_bytes())))
    database = open_database(tmp_path / "vault.db", KEY, create=False)
    with pytest.raises(VerificationError, match=r"vault\.db cannot be read: the disk failed or the file was altered"):
        whole_entries(database)
    database.close()


def test_every_page_is_under_the_new_key_after_a_rekey(tmp_path: Path) -> None:
    path = tmp_path / "vault.db"
    database = new_vault(path)
    _fill(database)
    database.rekey(OTHER_KEY)
    with database.transaction() as rows:
        add_entry(rows, 100)
    database.close()
    assert names_in(tmp_path) == ["vault.db"]
    with pytest.raises(WrongPassphraseError):
        open_database(path, KEY, create=False)
    database = open_database(path, OTHER_KEY, create=False)
    assert whole_entries(database) == 101
    database.close()


@pytest.mark.parametrize("part_of_file", [0.1, 0.5, 0.9])
def test_a_rekey_killed_while_it_writes_leaves_all_rows_under_the_old_key(tmp_path: Path, part_of_file: float) -> None:
    path = tmp_path / "vault.db"
    database = new_vault(path)
    _fill(database)
    database.close()
    with child("rekey-killed", path, int(path.stat().st_size * part_of_file)) as process:
        assert process.communicate()[0] == ""
    assert process.returncode == -signal.SIGXFSZ
    assert Path(f"{path}-wal").stat().st_size > 0
    with pytest.raises(WrongPassphraseError):
        open_database(path, OTHER_KEY, create=False)
    database = open_database(path, KEY, create=False)
    assert whole_entries(database) == 100
    database.close()


def test_a_rekey_cut_off_before_its_pages_left_the_log_opens_with_the_new_key(tmp_path: Path) -> None:
    path, copy = tmp_path / "vault.db", tmp_path / "copy.db"
    database = new_vault(path)
    _fill(database)
    database.truncate_wal()
    database._pragma(f"rekey=\"x'{OTHER_KEY.hex()}'\"")
    shutil.copy(path, copy)
    shutil.copy(f"{path}-wal", f"{copy}-wal")
    database.close()
    with pytest.raises(WrongPassphraseError):
        open_database(copy, KEY, create=False)
    database = open_database(copy, OTHER_KEY, create=False)
    assert whole_entries(database) == 100
    database.close()


def test_a_rekey_without_room_says_so_and_the_old_key_still_opens(tmp_path: Path) -> None:
    path = tmp_path / "vault.db"
    database = new_vault(path)
    _fill(database)
    database.close()
    with child("rekey-full", path, path.stat().st_size // 2) as process:
        out, _ = process.communicate()
    assert out == "TryAgainError: no room to write vault.db\n"
    database = open_database(path, KEY, create=False)
    assert whole_entries(database) == 100
    database.close()


def test_no_room_for_a_rekey_is_seen_before_it_begins(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vault.store.engine.free_bytes", lambda _: 1 << 20)
    with pytest.raises(TryAgainError, match=r"no room at vault\.db: 16 MiB are needed, 1 are free"):
        database.rekey(OTHER_KEY)
    with database.transaction() as rows:
        rows.add_operation(operation(0))
    with database.reading() as rows:
        assert rows.versions(CASE) == []
