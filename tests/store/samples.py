"""Rows that look like real ones: random bytes of the right sizes, at places that a log could give them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from vault.store.engine import Database, open_database
from vault.store.rows import Rows
from vault.store.rowtypes import CheckpointRow, OperationRow, SealedVersion, VersionKeyRow, VersionRow
from vault.store.schema import make_tables

KEY = bytes(range(32))
OTHER_KEY = bytes(range(1, 33))
ORIGIN = b"o" * 32
OTHER_ORIGIN = b"p" * 32
CASE = b"c" * 16
OTHER_CASE = b"d" * 16
EPOCH = b"e" * 16
SEAT = b"s" * 16


def bytes_for(*parts: object, size: int = 32) -> bytes:
    """Return bytes that are different for different parts, and the same in another process."""
    return hashlib.shake_256(repr(parts).encode()).digest(size)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def new_vault(path: Path, key: bytes = KEY) -> Database:
    database = open_database(path, key, create=True)
    make_tables(database)
    return database


def operation(seq: int, origin: bytes = ORIGIN, salt: object = 0) -> OperationRow:
    digest = bytes_for("operation", origin, seq, salt)
    return OperationRow(origin, seq, bytes_for(digest, size=400), b"list", bytes_for(digest, 1, size=300), digest)


def version(
    seq: int, n: int = 0, origin: bytes = ORIGIN, *, compartment: bytes = CASE, record: bytes = b"r" * 16
) -> VersionRow:
    name = bytes_for("version", origin, seq, n)
    return VersionRow(origin, seq, n, name, compartment, record, bytes_for(name, size=1400))


def key_of(row: VersionRow, epoch: bytes = EPOCH, wrap: bytes | None = None) -> VersionKeyRow:
    return VersionKeyRow(row.origin, row.seq, row.n, epoch, wrap or bytes_for("wrap", row.id, epoch, size=40))


def sealed(row: VersionRow, key: VersionKeyRow) -> SealedVersion:
    return SealedVersion(*row, key.epoch, key.wrap)


def checkpoint(size: int, origin: bytes = ORIGIN) -> CheckpointRow:
    return CheckpointRow(origin, size, bytes_for("root", origin, size), bytes_for("note", origin, size, size=200))


def add_entry(rows: Rows, seq: int, origin: bytes = ORIGIN) -> None:
    """Add what one commit of a note adds."""
    rows.add_operation(operation(seq, origin))
    note = version(seq, 0, origin)
    rows.add_versions([note])
    rows.add_version_keys([key_of(note)])
    rows.replace_checkpoint(checkpoint(seq + 1, origin), keep_up_to=0)


def fill(database: Database, count: int) -> Database:
    with database.transaction() as rows:
        for seq in range(count):
            add_entry(rows, seq)
    return database


def whole_entries(database: Database, origin: bytes = ORIGIN) -> int:
    """Return how many entries there are; fail where one is there in part."""
    with database.reading() as rows:
        size = rows.size(origin)
        assert [row.seq for row in rows.operations(origin)] == list(range(size))
        assert [row.seq for row in rows.versions_from(origin, 0)] == list(range(size))
        newest = rows.newest_checkpoint(origin)
        assert (newest.size if newest else 0) == size
        assert rows.connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    return size
