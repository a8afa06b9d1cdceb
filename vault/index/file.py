"""One member's index file: opened, made anew when it cannot be trusted, closed, wiped.

`synchronous=NORMAL` is safe here. In WAL mode it may lose the last commits to a power cut, never a part of one, and
the cursor goes with its entries: the next unlock sees the older cursor and applies the rest of the log again. What the
index holds is always the projection of an earlier moment of the vault, whose own commits are synced before they come.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import cast

from vault.errors import NoVaultError, VerificationError, WrongPassphraseError
from vault.index import index_tables
from vault.index.index_tables import Statements
from vault.store.engine import Database, open_database
from vault.store.rows import Rows

# tag(record, heads) -> 32 bytes, keyed by the member's index key (FORMAT.md 8).
IndexTag = Callable[[bytes, bytes], bytes]

_PARTS = ("", "-wal", "-shm", "-journal")
_NO_RECORD = bytes(16)


class Index:
    """An open index. Threads queue on the lock of its one connection.

    Attributes:
        tag: makes the digest's summands.
        was_made: there was nothing to go on from: the cursor is empty and every version has to be applied.
        was_asked: whether this session looked at it as a whole: is it the one remembered, and does anything wait?
        passed: how many entries of each origin are covered, also where the file does not say so: nothing was in them.
        hides: the compartments of which this session took everything out, because a date had passed.
        changes: grows with each commit, so that long readers notice.
    """

    def __init__(self, database: Database, tag: IndexTag, *, was_made: bool) -> None:
        self._database = database
        self.path = database.path
        self.tag = tag
        self.was_made = was_made
        self.was_asked = False
        self.passed: dict[bytes, int] = {}
        self.hides: frozenset[bytes] = frozenset()
        self.changes = 0
        self._has_lists = False

    @contextmanager
    def reading(self) -> Iterator[Statements]:
        """Yield the connection for reading; inside `writing` of the same thread, its view."""
        with self._database.reading() as rows:
            yield _statements(rows)

    @contextmanager
    def writing(self) -> Iterator[Statements]:
        """Yield the connection for one transaction: all of the block or nothing."""
        with self._database.transaction() as rows:
            yield _statements(rows)
            self.changes += 1

    @contextmanager
    def noting(self) -> Iterator[Statements]:
        """Yield the connection for one transaction beside what the digest covers: for `keys`."""
        with self._database.transaction() as rows:
            yield _statements(rows)

    def cursor(self) -> dict[bytes, int]:
        """Return how many entries of each origin were applied: where `apply` goes on.

        An origin that is longer here than in the vault means that an older vault was put back: wipe and make anew.
        """
        with self.reading() as sql:
            return dict(sql.execute("SELECT origin, size FROM cursor"))

    def pending(self) -> dict[bytes, list[int]]:
        """Return the entries of each origin that have to be asked again, rising."""
        places: dict[bytes, list[int]] = {}
        with self.reading() as sql:
            for origin, seq in sql.execute("SELECT origin, seq FROM waiting ORDER BY origin, seq"):
                places.setdefault(origin, []).append(seq)
        return places

    def cutoffs(self) -> set[bytes]:
        """Return what names the cuts that this index follows: of epochs, of logs, and how far each seat counts."""
        with self.reading() as sql:
            return {digest for (digest,) in sql.execute("SELECT digest FROM cut")}

    def state(self) -> bytes:
        """Return the digest and a tag of the cursor, 64 bytes: what an account remembers of its index (FORMAT.md 7)."""
        cursor = b"".join(origin + size.to_bytes(8) for origin, size in sorted(self.cursor().items()))
        return self.digest() + self.tag(_NO_RECORD, cursor)

    def digest(self) -> bytes:
        """Return the digest kept with the last commit, 32 bytes."""
        with self.reading() as sql:
            kept: bytes = sql.execute("SELECT sum FROM digest").fetchone()[0]
            return kept

    def ready_lists(self) -> None:
        """Make the indexes of the case list where they are missing: once, after a rebuild (5 s for a million cases)."""
        if self._has_lists:
            return
        with self.reading() as sql:
            self._has_lists = index_tables.has_lists(sql)
        if not self._has_lists:
            with self.writing() as sql:
                index_tables.create_lists(sql)
                index_tables.create_stretches(sql)
            self._has_lists = True

    def ready_stretches(self, name: str) -> None:
        """Make ready that somebody jumps in an order of the case list."""
        self.ready_lists()
        with self.reading() as sql:
            is_grown = index_tables.is_grown(sql, name)
        if is_grown:
            with self.noting() as sql:
                index_tables.cut(sql, name)

    @contextmanager
    def in_doubt(self) -> Iterator[None]:
        """Have the file made anew at its next opening, unless the block ends well: rows leave the vault meanwhile."""
        self._stamp(0)
        yield
        self._stamp(index_tables.STAMP)

    def _stamp(self, number: int) -> None:
        with self.noting() as sql:
            sql.execute(f"PRAGMA user_version={number:d}")

    def optimize(self) -> None:
        """Rewrite the full text without what was removed from it, and empty the write-ahead log (FORMAT.md 8)."""
        with self.writing() as sql:
            sql.execute("INSERT INTO text(text) VALUES ('optimize')")
        self._database.truncate_wal()

    def close(self) -> None:
        """Leave one file behind. Closing twice does nothing."""
        self._database.close()


def open_index(path: Path, raw_key: bytes, tag: IndexTag, *, ballast: Path | None = None) -> Index:
    """Open the index, or make an empty one where there is none that this key and this program can use.

    `ballast` is a file to give back when the disk is full.

    Raises:
        OpenElsewhereError: another process has it.
        TryAgainError: no room, or no right to write.
    """
    with suppress(NoVaultError, WrongPassphraseError, VerificationError):
        database = open_database(path, raw_key, create=False, ballast=ballast)
        if _is_usable(database):
            return Index(_quickened(database), tag, was_made=False)
    return make_index(path, raw_key, tag, ballast=ballast)


def make_index(path: Path, raw_key: bytes, tag: IndexTag, *, ballast: Path | None = None) -> Index:
    """Make an empty index in place of whatever lies there."""
    wipe(path)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = open_database(path, raw_key, create=True, ballast=ballast)
    try:
        with database.transaction() as rows:
            index_tables.create_tables(_statements(rows))
        return Index(_quickened(database), tag, was_made=True)
    except BaseException:
        database.close()
        raise


def wipe(path: Path) -> None:
    """Remove the file and its write-ahead log. It was sealed under the member's key; nothing else is lost."""
    for part in _PARTS:
        path.with_name(path.name + part).unlink(missing_ok=True)


def is_ahead(cursor: Mapping[bytes, int], sizes: Mapping[bytes, int]) -> bool:
    """Tell whether the index knows entries that the vault does not have: an older vault was put back under it."""
    return any(size > sizes.get(origin, 0) for origin, size in cursor.items())


def _is_usable(database: Database) -> bool:
    usable = False
    try:
        with database.reading() as rows:
            usable = index_tables.stamp(_statements(rows)) == index_tables.STAMP
    finally:
        if not usable:
            database.close()
    return usable


def _quickened(database: Database) -> Database:
    with database.reading() as rows:
        _statements(rows).execute("PRAGMA synchronous=NORMAL")
    return database


def _statements(rows: Rows) -> Statements:
    # FTS5 and keyset pages exist on SQLite alone, and SQLAlchemy would cost more than the statements here.
    return cast("Statements", rows.driver)
