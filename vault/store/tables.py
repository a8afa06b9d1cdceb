"""The tables of FORMAT.md 7, the same on SQLCipher and PostgreSQL.

Every key ends in what fixes the whole row, so that a false row can stand beside a true one, never in its place; readers
take the one that passes. No column has a default and no number is handed out by the database: what a row holds was made
by the writer, and is valid because an operation lists it.
"""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

# Columns of one name hold the same in every table: these numbers, all others bytes.
_NUMBERS = {
    **dict.fromkeys(("seq", "size", "idx", "number"), sa.BigInteger),
    **dict.fromkeys(("n", "level", "purpose"), sa.Integer),
}


def _table(name: str, *columns: str, key: tuple[str, ...], in_key_order: bool = False) -> sa.Table:
    """Return a table with these columns, of which some are its key.

    `in_key_order`: else SQLite keeps a row in the table and its key once more in an index. Only where rows are small or
    few: a table of sealed versions would take three times the room.
    """
    made = [
        sa.Column(column, _NUMBERS.get(column, sa.LargeBinary), nullable=False, autoincrement=False)
        for column in columns
    ]
    primary = sa.PrimaryKeyConstraint(*key, name=f"{name}_pk")
    return sa.Table(name, metadata, *made, primary, sqlite_with_rowid=not in_key_order)


genesis = _table("genesis", "origin", "bytes", key=("origin", "bytes"))
operation = _table("operation", "origin", "seq", "header", "list", "sealed", "digest", key=("origin", "seq", "digest"))
version = _table(
    "version", "origin", "seq", "n", "id", "compartment", "record", "blob", key=("origin", "seq", "n", "id")
)
sa.Index("version_by_record", version.c.compartment, version.c.record)
version_key = _table(
    "version_key", "origin", "seq", "n", "epoch", "wrap", key=("origin", "seq", "n", "epoch", "wrap"), in_key_order=True
)
epoch = _table("epoch", "digest", "compartment", "bytes", key=("digest",))
sa.Index("epoch_by_compartment", epoch.c.compartment)
# `grant` is a reserved word of PostgreSQL.
granted = _table("granted", "digest", "epoch", "seat", "giver", "sealed", key=("digest",))
sa.Index("granted_by_seat", granted.c.seat, granted.c.epoch)
sa.Index("granted_by_epoch", granted.c.epoch)
checkpoint = _table("checkpoint", "origin", "size", "root", "note", key=("origin", "size", "note"), in_key_order=True)
cosignature = _table("cosignature", "origin", "size", "witness", "line", key=("origin", "size", "witness", "line"))
# A cache of hashes: rebuilt from the headers at will.
tile = _table("tile", "origin", "level", "idx", "hashes", key=("origin", "level", "idx"))
# The names of the chunks of an attachment, and the chunks below 1 MiB (FORMAT.md 8).
attachment = _table("attachment", "digest", "compartment", "names", key=("digest", "compartment"))
tail = _table("tail", "name", "bytes", key=("name",))
# Sealed secrets of a seat on this device (FORMAT.md 3): never synced.
local = _table("local", "seat", "purpose", "number", "blob", key=("seat", "purpose"), in_key_order=True)

# As Alembic makes it: which step the tables are of.
stamp = sa.Table(
    "alembic_version",
    sa.MetaData(),
    sa.Column("version_num", sa.String(32), nullable=False),
    sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
