"""Values of another type than their column: SQLite takes them, and nothing that reads meets them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.store.copying import copy_database
from tests.store.samples import CASE, EPOCH, ORIGIN, OTHER_KEY, SEAT, checkpoint, key_of, operation, version
from tests.tables import each
from vault.store.engine import Database, open_database
from vault.store.rows import Rows
from vault.store.rowtypes import AttachmentRow, EpochRow, GrantRow, LocalRow, TailRow, TileRow
from vault.store.tables import metadata

_RECORD = b"r" * 16
_DIGEST = b"d" * 32

# How each table is read, whole or by every way that leads to one row. The planted row stands beside the true one.
_READ: dict[str, Callable[[Rows], object]] = {
    "genesis": lambda rows: (rows.genesis(ORIGIN), rows.geneses()),
    "operation": lambda rows: (
        list(rows.operations(ORIGIN)),
        list(rows.operations(ORIGIN, 1, 9)),
        rows.headers(ORIGIN, 0, 9),
        rows.operation(ORIGIN, 3),
        rows.size(ORIGIN),
        rows.origins(),
    ),
    "version": lambda rows: (
        rows.versions(CASE),
        rows.versions(CASE, _RECORD),
        rows.first_places([CASE]),
        rows.places_in([CASE]),
        rows.version_at(ORIGIN, 3, 0),
        list(rows.versions_from(ORIGIN, 0)),
        list(rows.version_rows(ORIGIN)),
        rows.origins(),
    ),
    "version_key": lambda rows: (
        rows.versions(CASE),
        list(rows.version_keys(ORIGIN)),
        rows.origins(),
        rows.epochs_in_use(),
    ),
    "epoch": lambda rows: (
        rows.epochs(),
        rows.epochs(CASE),
        rows.epochs_of([CASE]),
        rows.epoch(_DIGEST),
        rows.epochs_named([_DIGEST]),
        rows.epochs_with_revocations(),
        rows.epochs_holding([b"n" * 16], at=1),
    ),
    "granted": lambda rows: (
        rows.grants(),
        rows.grants_of(EPOCH),
        rows.grants_of_all([EPOCH]),
        rows.grants_named([_DIGEST]),
        rows.epochs_granted_to(SEAT),
    ),
    "checkpoint": lambda rows: (rows.checkpoints(ORIGIN), rows.newest_checkpoint(ORIGIN), rows.origins()),
    "cosignature": lambda rows: None,
    "tile": lambda rows: (rows.tiles(ORIGIN), rows.tile(ORIGIN, 0, 3)),
    "local": lambda rows: (rows.local(SEAT, 3), rows.locals_for(3)),
    "attachment": lambda rows: (rows.attachments(), rows.attachments_named(_DIGEST)),
    "tail": lambda rows: (rows.tail(_DIGEST), rows.tail_names()),
}
_VALUES: dict[str, tuple[Any, ...]] = {
    "bytes": ("text", "", 7, 10**12, 1.5),
    "number": ("text", b"bytes", b"", -1, 3.5, 1e300, 2**53),
}
_PLANTS = {
    f"{table.name}.{column.name}={value!r}": (table, column, value)
    for table in metadata.sorted_tables
    for column in table.columns
    for value in _VALUES["bytes" if isinstance(column.type, sa.LargeBinary) else "number"]
}


class UndoneError(Exception):
    """Ends a transaction, which leaves the rows as they were."""


@pytest.fixture
def filled(database: Database) -> Iterator[Database]:
    with database.transaction() as rows:
        rows.add_genesis(ORIGIN, b"genesis")
        rows.add_operation(operation(3))
        note = version(3, 0, record=_RECORD)
        rows.add_versions([note])
        rows.add_version_keys([key_of(note)])
        rows.add_epochs([EpochRow(_DIGEST, CASE, b"n" * 130)])
        rows.add_grants([GrantRow(_DIGEST, EPOCH, SEAT, SEAT, b"sealed")])
        rows.add_checkpoint(checkpoint(3))
        rows.connection.execute(
            sa.insert(metadata.tables["cosignature"]),
            {"origin": ORIGIN, "size": 3, "witness": b"w" * 32, "line": b"line"},
        )
        rows.put_tile(TileRow(ORIGIN, 0, 3, b"hashes"))
        rows.put_local(LocalRow(SEAT, 3, 0, b"blob"))
        rows.add_attachments([AttachmentRow(_DIGEST, CASE, b"names")])
        rows.add_tails([TailRow(_DIGEST, b"sealed")])
    yield database
    database.close()


def make_room(rows: Rows, table: sa.Table, column: sa.Column[Any], value: object) -> tuple[Any, ...]:
    """Return a row like the true one but for one cell. It stands beside it; where no key allows that, in its place."""
    row = dict(rows.connection.execute(sa.select(table)).mappings().one())
    key = list(table.primary_key.columns)
    if column.name not in table.primary_key.columns:
        if isinstance(key[-1].type, sa.LargeBinary):
            row[key[-1].name] = bytes(32)  # before the true one
        else:
            rows.connection.execute(sa.delete(table))
    return tuple({**row, column.name: value}.values())


def plant(rows: Rows, table: sa.Table, values: tuple[Any, ...]) -> None:
    rows.connection.exec_driver_sql(f"INSERT INTO {table.name} VALUES ({', '.join('?' * len(values))})", values)


@each(_PLANTS)
def test_a_row_with_a_value_of_another_type_is_read_by_nothing_and_counted(
    table: sa.Table, column: sa.Column[Any], value: object, filled: Database
) -> None:
    with suppress(UndoneError), filled.transaction() as rows:
        assert rows.false_rows() == {}
        planted = make_room(rows, table, column, value)
        before = _READ[table.name](rows)
        plant(rows, table, planted)
        assert _READ[table.name](rows) == before
        assert rows.false_rows() == {table.name: 1}
        raise UndoneError


def test_copies_leave_such_rows_behind(filled: Database, tmp_path: Path) -> None:
    with filled.transaction() as rows:
        for table in metadata.sorted_tables:
            plant(rows, table, make_room(rows, table, table.c[0], "text"))
        true = {name: read(rows) for name, read in _READ.items()}
    assert copy_database(filled, tmp_path / "copy.db", OTHER_KEY)
    copy = open_database(tmp_path / "copy.db", OTHER_KEY, create=False)
    with copy.reading() as rows:
        assert {name: read(rows) for name, read in _READ.items()} == true
        assert rows.false_rows() == {}
    copy.close()


def test_such_rows_do_not_end_a_page_early(database: Database) -> None:
    with database.transaction() as rows:
        for seq in range(700):
            rows.add_operation(operation(seq))
        for seq in range(600):
            row = operation(seq, salt="beside")._replace(seq=seq + 0.5)  # type: ignore[arg-type]  # that is the plant
            rows.add_operation(row)
        assert [row.seq for row in rows.operations(ORIGIN)] == list(range(700))
        assert rows.size(ORIGIN) == 700
        assert rows.false_rows() == {"operation": 600}
