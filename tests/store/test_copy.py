from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

import vault.store.copy
from tests.store.copying import copy_database
from tests.store.processes import child
from tests.store.samples import (
    CASE,
    EPOCH,
    KEY,
    ORIGIN,
    OTHER_KEY,
    OTHER_ORIGIN,
    SEAT,
    add_entry,
    names_in,
    whole_entries,
)
from tests.tables import refuses
from vault.errors import RefusedError, TryAgainError, VerificationError
from vault.store.copy import add_rows, clear_table, copy_in_parts
from vault.store.engine import Database, open_database
from vault.store.rowtypes import AttachmentRow, EpochRow, GrantRow, LocalRow, TailRow, TileRow
from vault.store.schema import SCHEMA
from vault.store.tables import metadata
from vault.words.message import Message

_ENTRIES = 30


@pytest.fixture(autouse=True)
def short_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault.store.copy, "_CHUNK", 7)


@pytest.fixture
def full(database: Database) -> Database:
    with database.transaction() as rows:
        for origin in (ORIGIN, OTHER_ORIGIN):
            rows.add_genesis(origin, b"genesis")
            for seq in range(_ENTRIES):
                add_entry(rows, seq, origin)
        rows.add_epochs([EpochRow(bytes([n]) * 32, CASE, b"row") for n in range(10)])
        rows.add_grants([GrantRow(bytes([n]) * 32, EPOCH, SEAT, SEAT, b"sealed") for n in range(10)])
        for idx in range(10):
            rows.put_tile(TileRow(ORIGIN, 0, idx, b"hashes"))
        rows.put_local(LocalRow(SEAT, 7, 0, b"secret"))
        rows.add_attachments([AttachmentRow(bytes([n]) * 32, CASE, b"names") for n in range(10)])
        rows.add_tails([TailRow(bytes([n]) * 32, b"sealed") for n in range(10)])
    return database


def _rows_of(database: Database) -> dict[str, set[tuple[object, ...]]]:
    with database.reading() as rows:
        return {
            table.name: {tuple(row) for row in rows.connection.execute(sa.select(table))}
            for table in metadata.sorted_tables
        }


def _open_copy(path: Path) -> Database:
    return open_database(path, OTHER_KEY, create=False)


def test_a_copy_has_every_row_under_its_own_key_and_the_same_schema(full: Database, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    assert copy_database(full, target, OTHER_KEY)
    assert names_in(tmp_path) == ["copy.db", "vault.db", "vault.db-wal"]
    copy = _open_copy(target)
    assert copy.schema_stamp() == SCHEMA
    expected = _rows_of(full)
    expected.pop("cosignature")
    assert all(expected.values())
    assert {name: rows for name, rows in _rows_of(copy).items() if name != "cosignature"} == expected
    assert whole_entries(copy) == _ENTRIES
    copy.close()


def test_a_copy_that_nobody_wants_any_more_leaves_nothing_at_whatever_step_it_is_ended(
    full: Database, tmp_path: Path
) -> None:
    asked = 0
    ended = 0
    while True:
        left, asked = ended, 0

        def cancelled() -> bool:
            nonlocal asked
            asked += 1
            return asked > left  # noqa: B023 - it is called before the next round

        if copy_database(full, tmp_path / "copy.db", OTHER_KEY, cancelled=cancelled):
            break
        assert names_in(tmp_path) == ["vault.db", "vault.db-wal"]
        ended += 1
    assert ended > 2


def test_a_table_that_is_left_out_is_nowhere_in_the_copy(full: Database, tmp_path: Path) -> None:
    left_out = {"version_key", "granted", "local"}
    copy_database(full, tmp_path / "copy.db", OTHER_KEY, without=left_out)
    copy = _open_copy(tmp_path / "copy.db")
    copied = _rows_of(copy)
    assert {name for name in left_out if copied[name]} == set()
    assert len(copied["version"]) == 2 * _ENTRIES
    with copy.reading() as rows:
        assert rows.connection.exec_driver_sql("PRAGMA freelist_count").scalar() == 0
    copy.close()


def test_parts_are_of_one_moment_and_take_only_the_secrets_asked_for(full: Database, tmp_path: Path) -> None:
    keys = {"version_key", "granted", "local"}
    rest = {table.name for table in metadata.sorted_tables} - keys
    with full.transaction() as rows:
        rows.put_local(LocalRow(SEAT, 5, 0, b"session"))
    before = _rows_of(full)
    seen: list[int] = []

    def write_on(done: int, total: int) -> None:
        seen.append(done)
        with full.transaction() as rows:
            add_entry(rows, _ENTRIES + len(seen) - 1)
            rows.add_grants([GrantRow(bytes([99, len(seen)]) * 16, EPOCH, SEAT, SEAT, b"sealed")])

    parts = {tmp_path / "rows.db": rest, tmp_path / "keys.db": keys}
    assert copy_in_parts(full, parts, OTHER_KEY, local_purposes=(7, 8), progress=write_on)
    first, second = (_open_copy(path) for path in parts)
    found = _rows_of(second)
    assert found["local"] == {(SEAT, 7, 0, b"secret")}
    assert {name for name, rows_of_table in found.items() if rows_of_table} == keys
    add_rows(second, first, keys)
    assert _rows_of(first) == before | {"local": {(SEAT, 7, 0, b"secret")}}
    first.close()
    second.close()


def test_rows_are_added_all_or_none(full: Database, tmp_path: Path) -> None:
    copy_database(full, tmp_path / "copy.db", OTHER_KEY, without={"version_key"})
    copy = _open_copy(tmp_path / "copy.db")
    before = _rows_of(copy)
    with pytest.raises(VerificationError, match=r"copy\.db already holds a row with this key"):
        add_rows(full, copy, {"version_key", "granted"})
    assert _rows_of(copy) == before
    add_rows(full, copy, {"version_key", "local"}, local_purposes=(8,))
    whole = _rows_of(full)
    assert _rows_of(copy) == before | {"version_key": whole["version_key"]}
    copy.close()
    # One table is cleared, and no other.
    assert whole["local"]
    clear_table(full, "local")
    assert _rows_of(full) == whole | {"local": set()}


def test_work_goes_on_meanwhile_and_the_copy_shows_the_moment_of_its_beginning(full: Database, tmp_path: Path) -> None:
    before = _rows_of(full)
    seen: list[tuple[int, int]] = []

    def write_on(done: int, total: int) -> None:
        seen.append((done, total))
        assert len(seen) < 100, "the copy runs behind the writer"
        with full.transaction() as rows:
            add_entry(rows, _ENTRIES + len(seen) - 1)
            add_entry(rows, len(seen) - 1, b"q" * 32)

    assert copy_database(full, tmp_path / "copy.db", OTHER_KEY, progress=write_on)
    with closing(_open_copy(tmp_path / "copy.db")) as copy:
        assert _rows_of(copy) == before
    assert len(seen) > 10
    assert seen == sorted(seen)
    assert seen[-1] == (6 * _ENTRIES, 6 * _ENTRIES)


def test_a_copy_that_is_cancelled_or_fails_leaves_nothing_behind(full: Database, tmp_path: Path) -> None:
    def fail(done: int, total: int) -> None:
        raise TryAgainError(Message("no room on the stick"))

    seen: list[int] = []
    target = tmp_path / "copy.db"
    assert not copy_database(
        full, target, OTHER_KEY, progress=lambda step, _: seen.append(step), cancelled=lambda: len(seen) == 3
    )
    assert len(seen) == 3
    parts = {target: {"operation", "version"}, tmp_path / "keys.db": {"version_key"}}
    assert not copy_in_parts(full, parts, OTHER_KEY, cancelled=lambda: True)
    refuses(TryAgainError, "no room on the stick", copy_database, full, target, OTHER_KEY, progress=fail)
    assert names_in(tmp_path) == ["vault.db", "vault.db-wal"]
    assert whole_entries(full) == _ENTRIES


def test_an_empty_vault_has_a_copy_too_and_it_never_takes_the_place_of_a_file(
    database: Database, tmp_path: Path
) -> None:
    seen: list[tuple[int, int]] = []
    assert copy_database(database, tmp_path / "copy.db", OTHER_KEY, progress=lambda *step: seen.append(step))
    assert seen == [(0, 0)]
    with closing(_open_copy(tmp_path / "copy.db")) as copy:
        assert whole_entries(copy) == 0
    (tmp_path / "copy.db").write_bytes(b"last week's backup")
    refuses(RefusedError, r"copy\.db exists already", copy_database, database, tmp_path / "copy.db", OTHER_KEY)
    assert (tmp_path / "copy.db").read_bytes() == b"last week's backup"


def test_a_copy_stops_where_the_disk_is_full_and_says_so(tmp_path: Path) -> None:
    with child("copy-full", tmp_path / "vault.db", 400_000) as process:
        out, _ = process.communicate()
    assert out == "TryAgainError: no room to write copy.db\n"
    assert names_in(tmp_path) == ["vault.db"]
    with closing(open_database(tmp_path / "vault.db", KEY, create=False)) as database:
        assert whole_entries(database) == 200
