"""The tables of format 1."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make all tables. Spelled out, not taken from vault.store.tables, which goes on changing."""
    op.create_table("genesis", *_blobs("origin", "bytes"), _key("genesis", "origin", "bytes"))
    op.create_table(
        "operation",
        *_blobs("origin"),
        _number("seq"),
        *_blobs("header", "list", "sealed", "digest"),
        _key("operation", "origin", "seq", "digest"),
    )
    op.create_table(
        "version",
        *_blobs("origin"),
        _number("seq"),
        _small_number("n"),
        *_blobs("id", "compartment", "record", "blob"),
        _key("version", "origin", "seq", "n", "id"),
    )
    op.create_index("version_by_record", "version", ["compartment", "record"])
    op.create_table(
        "version_key",
        *_blobs("origin"),
        _number("seq"),
        _small_number("n"),
        *_blobs("epoch", "wrap"),
        _key("version_key", "origin", "seq", "n", "epoch", "wrap"),
        sqlite_with_rowid=False,
    )
    op.create_table("epoch", *_blobs("digest", "compartment", "bytes"), _key("epoch", "digest"))
    op.create_index("epoch_by_compartment", "epoch", ["compartment"])
    op.create_table("granted", *_blobs("digest", "epoch", "seat", "giver", "sealed"), _key("granted", "digest"))
    op.create_index("granted_by_epoch", "granted", ["epoch"])
    op.create_index("granted_by_seat", "granted", ["seat", "epoch"])
    op.create_table(
        "checkpoint",
        *_blobs("origin"),
        _number("size"),
        *_blobs("root", "note"),
        _key("checkpoint", "origin", "size", "note"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "cosignature",
        *_blobs("origin"),
        _number("size"),
        *_blobs("witness", "line"),
        _key("cosignature", "origin", "size", "witness", "line"),
    )
    op.create_table(
        "tile",
        *_blobs("origin"),
        _small_number("level"),
        _number("idx"),
        *_blobs("hashes"),
        _key("tile", "origin", "level", "idx"),
    )
    op.create_table(
        "local",
        *_blobs("seat"),
        _small_number("purpose"),
        _number("number"),
        *_blobs("blob"),
        _key("local", "seat", "purpose"),
        sqlite_with_rowid=False,
    )


def _blobs(*names: str) -> list[sa.Column[bytes]]:
    return [sa.Column(name, sa.LargeBinary, nullable=False) for name in names]


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, autoincrement=False)


def _small_number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, autoincrement=False)


def _key(table: str, *names: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*names, name=f"{table}_pk")
