"""The tables of FORMAT.md 7, the same on SQLCipher and PostgreSQL.

Every key ends in what fixes the whole row, so that a false row can stand beside a true one, never in its place; readers
take the one that passes. No column has a default and no number is handed out by the database: what a row holds was made
by the writer, and is valid because an operation lists it.
"""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

# `sqlite_with_rowid=False`: else SQLite keeps a row in the table and its key once more in an index. Only where rows are
# small or few: a table of sealed versions would take three times the room.


def _id(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=False)


_blob = _id


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, autoincrement=False)


def _small_number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, autoincrement=False)


genesis = sa.Table(
    "genesis", metadata, _id("origin"), _blob("bytes"), sa.PrimaryKeyConstraint("origin", "bytes", name="genesis_pk")
)

operation = sa.Table(
    "operation",
    metadata,
    _id("origin"),
    _number("seq"),
    _blob("header"),
    _blob("list"),
    _blob("sealed"),
    _id("digest"),
    sa.PrimaryKeyConstraint("origin", "seq", "digest", name="operation_pk"),
)

version = sa.Table(
    "version",
    metadata,
    _id("origin"),
    _number("seq"),
    _small_number("n"),
    _id("id"),
    _id("compartment"),
    _id("record"),
    _blob("blob"),
    sa.PrimaryKeyConstraint("origin", "seq", "n", "id", name="version_pk"),
    sa.Index("version_by_record", "compartment", "record"),
)

version_key = sa.Table(
    "version_key",
    metadata,
    _id("origin"),
    _number("seq"),
    _small_number("n"),
    _id("epoch"),
    _blob("wrap"),
    sa.PrimaryKeyConstraint("origin", "seq", "n", "epoch", "wrap", name="version_key_pk"),
    sqlite_with_rowid=False,
)

epoch = sa.Table(
    "epoch",
    metadata,
    _id("digest"),
    _id("compartment"),
    _blob("bytes"),
    sa.PrimaryKeyConstraint("digest", name="epoch_pk"),
    sa.Index("epoch_by_compartment", "compartment"),
)

# `grant` is a reserved word of PostgreSQL.
granted = sa.Table(
    "granted",
    metadata,
    _id("digest"),
    _id("epoch"),
    _id("seat"),
    _id("giver"),
    _blob("sealed"),
    sa.PrimaryKeyConstraint("digest", name="granted_pk"),
    sa.Index("granted_by_seat", "seat", "epoch"),
    sa.Index("granted_by_epoch", "epoch"),
)

checkpoint = sa.Table(
    "checkpoint",
    metadata,
    _id("origin"),
    _number("size"),
    _id("root"),
    _blob("note"),
    sa.PrimaryKeyConstraint("origin", "size", "note", name="checkpoint_pk"),
    sqlite_with_rowid=False,
)

cosignature = sa.Table(
    "cosignature",
    metadata,
    _id("origin"),
    _number("size"),
    _id("witness"),
    _blob("line"),
    sa.PrimaryKeyConstraint("origin", "size", "witness", "line", name="cosignature_pk"),
)

# A cache of hashes: rebuilt from the headers at will.
tile = sa.Table(
    "tile",
    metadata,
    _id("origin"),
    _small_number("level"),
    _number("idx"),
    _blob("hashes"),
    sa.PrimaryKeyConstraint("origin", "level", "idx", name="tile_pk"),
)

# Sealed secrets of a seat on this device (FORMAT.md 3): never synced.
local = sa.Table(
    "local",
    metadata,
    _id("seat"),
    _small_number("purpose"),
    _number("number"),
    _blob("blob"),
    sa.PrimaryKeyConstraint("seat", "purpose", name="local_pk"),
    sqlite_with_rowid=False,
)

# As Alembic makes it: which step the tables are of.
stamp = sa.Table(
    "alembic_version",
    sa.MetaData(),
    sa.Column("version_num", sa.String(32), nullable=False),
    sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
