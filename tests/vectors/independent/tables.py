"""The tables of `vault.db`, as rows of which nothing is believed (FORMAT.md 7 and 8)."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import sqlcipher3.dbapi2 as driver  # type: ignore[import-untyped]  # sqlcipher3 ships no types

from tests.vectors.independent.basis import Fault, Refused

Place = tuple[bytes, int, int]  # origin, seq, n


class GenesisRow(NamedTuple):
    origin: bytes
    bytes: bytes


class Operation(NamedTuple):
    origin: bytes
    seq: int
    digest: bytes
    header: bytes
    list: bytes
    sealed: bytes


class Version(NamedTuple):
    origin: bytes
    seq: int
    n: int
    id: bytes
    compartment: bytes
    record: bytes
    blob: bytes

    @property
    def place(self) -> Place:
        return self.origin, self.seq, self.n


class VersionKey(NamedTuple):
    origin: bytes
    seq: int
    n: int
    epoch: bytes
    wrap: bytes


class EpochRow(NamedTuple):
    digest: bytes
    compartment: bytes
    bytes: bytes


class Grant(NamedTuple):
    digest: bytes
    epoch: bytes
    seat: bytes
    giver: bytes
    sealed: bytes


class Checkpoint(NamedTuple):
    origin: bytes
    size: int
    note: bytes
    root: bytes


class Tile(NamedTuple):
    origin: bytes
    level: int
    idx: int
    hashes: bytes


class Local(NamedTuple):
    seat: bytes
    purpose: int
    number: int
    blob: bytes


class Attachment(NamedTuple):
    digest: bytes
    compartment: bytes
    names: bytes


class Tail(NamedTuple):
    name: bytes
    bytes: bytes


@dataclass
class Rows:
    """Everything that the tables hold, and what is wrong with the file or the cells."""

    geneses: list[GenesisRow] = field(default_factory=list)
    operations: list[Operation] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)
    version_keys: list[VersionKey] = field(default_factory=list)
    epochs: list[EpochRow] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)
    checkpoints: list[Checkpoint] = field(default_factory=list)
    tiles: list[Tile] = field(default_factory=list)
    locals: list[Local] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    tails: list[Tail] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


_TABLES: dict[str, tuple[str, Any]] = {  # each with where its rows are kept, and what a row is
    "genesis": ("geneses", GenesisRow),
    "operation": ("operations", Operation),
    "version": ("versions", Version),
    "version_key": ("version_keys", VersionKey),
    "epoch": ("epochs", EpochRow),
    "granted": ("grants", Grant),
    "checkpoint": ("checkpoints", Checkpoint),
    "tile": ("tiles", Tile),
    "local": ("locals", Local),
    "attachment": ("attachments", Attachment),
    "tail": ("tails", Tail),
}
_NUMBERS = {"seq", "n", "size", "level", "idx", "purpose", "number"}
COLUMNS: dict[str, dict[str, type]] = {
    name: {column: int if column in _NUMBERS else bytes for column in row._fields} for name, (_, row) in _TABLES.items()
}
_SINCE_0002 = ("attachment", "tail")
KEY_TABLES = ("version_key", "granted", "local")  # those that a backup keeps apart
_OTHER_TABLES = {"cosignature", "alembic_version"}
_INDEXES = {"version_by_record", "epoch_by_compartment", "granted_by_seat", "granted_by_epoch"}


def connect(path: Path, key: bytes) -> Any:
    """Open a database under its raw key: SQLCipher 4 with pages of 8,192 bytes."""
    connection = driver.connect(str(path), isolation_level=None)
    connection.execute(f"PRAGMA key=\"x'{key.hex()}'\"")
    connection.execute("PRAGMA cipher_page_size=8192")
    return connection


def read_tables(path: Path, key: bytes, names: tuple[str, ...] = tuple(COLUMNS), into: Rows | None = None) -> Rows:
    """Read tables without any index, so that none can hide a row.

    Raises:
        Refused: the key does not fit, a page was altered, or a table is not there.
    """
    rows = Rows() if into is None else into
    with closing(connect(path, key)) as connection:
        try:
            stamps = connection.execute("SELECT version_num FROM alembic_version").fetchall()
            lacking = _SINCE_0002 if stamps == [("0001",)] else ()
            if names == tuple(COLUMNS):
                rows.faults += _schema_faults(connection, lacking)
            rows.faults += [
                Fault("index", str(line))
                for (line,) in connection.execute("PRAGMA integrity_check").fetchall()
                if line != "ok"
            ]
            for name in (one for one in names if one not in lacking):
                kept, make = getattr(rows, _TABLES[name][0]), _TABLES[name][1]
                columns = COLUMNS[name]
                for cells in connection.execute(f"SELECT {', '.join(columns)} FROM {name} NOT INDEXED").fetchall():
                    if all(_fits(cell, kind) for cell, kind in zip(cells, columns.values(), strict=True)):
                        kept.append(make(*cells))
                    elif name != "local":  # what a seat keeps for itself is made anew, or missed by name
                        rows.faults.append(Fault("a cell of another type", name))
        except driver.Error as fault:
            raise Refused(f"the database: {type(fault).__name__}") from None
    return rows


def _fits(cell: object, kind: type) -> bool:
    return type(cell) is kind and (not isinstance(cell, int) or 0 <= cell < 1 << 53)


def _schema_faults(connection: Any, lacking: tuple[str, ...]) -> list[Fault]:
    faults = []
    names = {"table": {*COLUMNS, *_OTHER_TABLES}, "index": _INDEXES}
    found = connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    for kind, name, sql in found:
        if sql is not None and name not in names.get(kind, set()):
            faults.append(Fault("schema", f"{kind} {name} is of no format"))
    here = {name for _, name, _ in found}
    faults += [
        Fault("schema", f"{name} is not there") for name in {*COLUMNS, *_OTHER_TABLES, *_INDEXES} - here - set(lacking)
    ]
    return faults
