"""What ours is held against: the same work done without sealing, by the tools that one would take otherwise."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa


class PlainNote(NamedTuple):
    """A note as a program without encryption would keep it."""

    id: bytes
    case_id: bytes
    kind: str
    created_ms: int
    text: str


_metadata = sa.MetaData()
_note = sa.Table(
    "note",
    _metadata,
    sa.Column("id", sa.LargeBinary, primary_key=True),
    sa.Column("case_id", sa.LargeBinary, nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
)


class CorePlain:
    """SQLAlchemy Core on plain SQLite: WAL, `synchronous=FULL`, rows as Core's own dictionaries."""

    name = "SQLAlchemy Core, plain SQLite, FULL"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._engine = sa.create_engine(f"sqlite:///{path}")
        sa.event.listen(self._engine, "connect", _set_pragmas)
        _metadata.create_all(self._engine)

    def insert(self, notes: Sequence[PlainNote]) -> None:
        """Commit these notes together."""
        with self._engine.begin() as connection:
            connection.execute(sa.insert(_note), [note._asdict() for note in notes])

    def notes_of(self, case_id: bytes) -> list[PlainNote]:
        """Return all notes of one case."""
        with self._engine.connect() as connection:
            found = connection.execute(sa.select(_note).where(_note.c.case_id == case_id))
            return [PlainNote(*row) for row in found]

    def synchronous(self) -> int:
        """Return SQLite's setting as it reads back: 2 is FULL."""
        with self._engine.connect() as connection:
            return int(connection.exec_driver_sql("PRAGMA synchronous").scalar_one())

    def size(self) -> int:
        """Return the bytes of the file once its log is empty."""
        with self._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return self._path.stat().st_size

    def close(self) -> None:
        """Close the file."""
        self._engine.dispose()


def plain_sqlite(path: Path) -> sqlite3.Connection:
    """Open the standard library's SQLite with the page and cache size that ours has, and commits by hand."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in (
        "page_size=8192",
        "cache_size=-64000",
        "temp_store=MEMORY",
        "journal_mode=WAL",
        "synchronous=NORMAL",
    ):
        connection.execute(f"PRAGMA {pragma}")
    return connection


PLAIN_TEXT = "plain sqlite3, FTS5"


def plain_text(path: Path) -> sqlite3.Connection:
    """Open the standard library's SQLite with a full-text table as ours is, less what seals it."""
    connection = plain_sqlite(path)
    connection.execute(
        "CREATE VIRTUAL TABLE text USING fts5(names, body, content='',"
        " tokenize='unicode61 remove_diacritics 2', prefix='2')"
    )
    return connection


def index_plainly(path: Path, texts: Iterable[str], *, batch: int = 2_000) -> None:
    """Bring texts into a full-text table of plain SQLite, so many to a commit."""
    connection = plain_text(path)
    numbered = enumerate(texts)
    while rows := list(islice(numbered, batch)):
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO text(rowid, body) VALUES (?, ?)", rows)
        connection.execute("COMMIT")
    connection.close()


def hash_twice(entries: Iterable[bytes]) -> bytes:
    """Hash each entry, and the hash onto the one before: the least that any log of hashes costs."""
    digest = bytes(32)
    for entry in entries:
        digest = hashlib.sha256(digest + hashlib.sha256(entry).digest()).digest()
    return digest


def _set_pragmas(connection: Any, _record: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")
