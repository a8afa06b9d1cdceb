"""One SQLCipher file behind one connection and one lock (FORMAT.md 7)."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlcipher3.dbapi2 as driver  # type: ignore[import-untyped]  # ships no types

from vault.errors import (
    InternalError,
    NoVaultError,
    OpenElsewhereError,
    RefusedError,
    TryAgainError,
    VaultError,
    VerificationError,
    WrongPassphraseError,
)
from vault.platform import PRIVATE_FILE_MODE, free_bytes, needs_full_fsync
from vault.store.connected import Link
from vault.store.files import has_no_room, release_ballast
from vault.store.rows import Rows
from vault.words.message import Message, filled

if TYPE_CHECKING:
    import sqlalchemy as sa


# What the database driver reports, in the program's own words: no SQL, no parameters, no contents.
_UNREADABLE = Message("{name} cannot be read: the disk failed or the file was altered")
_UNWRITABLE = Message("{name} cannot be written here")
_RIGHTS = Message("Check the rights of the folder, then repeat.")

# How the driver's code begins, and what a person is told.
_WORDS: tuple[tuple[str, type[VaultError], Message, Message | None], ...] = (
    ("SQLITE_BUSY", OpenElsewhereError, Message("{name} is open in another process"), None),
    ("SQLITE_IOERR", VerificationError, _UNREADABLE, None),
    ("SQLITE_CORRUPT", VerificationError, _UNREADABLE, None),
    ("SQLITE_NOTADB", VerificationError, _UNREADABLE, None),
    ("SQLITE_CONSTRAINT", VerificationError, Message("{name} already holds a row with this key"), None),
    ("SQLITE_CANTOPEN", TryAgainError, _UNWRITABLE, _RIGHTS),
    ("SQLITE_READONLY", TryAgainError, _UNWRITABLE, _RIGHTS),
    ("SQLITE_PERM", TryAgainError, _UNWRITABLE, _RIGHTS),
)


@contextmanager
def translated(path: Path, *, opening: bool = False, on_full: Callable[[], bool] | None = None) -> Iterator[None]:
    """Turn every error of the driver into one of vault.errors, unchained.

    While `opening` the key has not been judged yet, so that an unreadable first page means a wrong key. `on_full` is
    called when there is no room; it returns whether it made some.
    """
    try:
        yield
    except driver.Error as fault:
        raise _fault(fault, path, opening=opening, on_full=on_full) from None
    except Exception as fault:
        of_driver = getattr(fault, "orig", None)  # SQLAlchemy, where it was used, wraps it
        if not isinstance(of_driver, driver.Error):
            raise
        raise _fault(of_driver, path, opening=opening, on_full=on_full) from None


def _fault(fault: BaseException | None, path: Path, *, opening: bool, on_full: Callable[[], bool] | None) -> VaultError:
    code: str = getattr(fault, "sqlite_errorname", None) or type(fault).__name__
    if code.startswith("SQLITE_FULL") or (code.startswith("SQLITE_IOERR") and has_no_room(path)):
        if on_full is not None and on_full():
            return TryAgainError(
                Message("no room to write {name}; a reserve was freed, so the same act fits now", name=path.name)
            )
        return TryAgainError(Message("no room to write {name}", name=path.name))
    if code.startswith("SQLITE_NOTADB") and opening:
        return WrongPassphraseError(Message("{name} does not open with this key", name=path.name))
    if code.startswith("SQLITE_READONLY") and os.access(path, os.W_OK):
        code = "SQLITE_CORRUPT"  # after a page that does not hold its seal, SQLCipher refuses every later BEGIN so
    for start, error, words, next_step in _WORDS:
        if code.startswith(start):
            return error(filled(words, name=path.name), next_step=next_step)
    return InternalError(Message("the database layer failed at {name}: {code}", name=path.name, code=code))


RAW_KEY_SIZE = 32
_REKEY_MARGIN = 16 * 1024 * 1024

# The order is part of the promise. Silence first: SQLCipher prints page errors to the terminal. EXCLUSIVE before
# cache_size, which already reads the file: an existing one would otherwise be opened with a -shm file and without the
# lock that keeps other processes out. EXTRA before WAL, or a creation journal that comes back after a power cut takes
# everything with it.
_PRAGMAS_AFTER_KEY = (
    "cipher_page_size=8192",
    "busy_timeout=0",
    "locking_mode=EXCLUSIVE",
    "cache_size=-64000",
    "secure_delete=ON",
    "temp_store=MEMORY",
    "synchronous=EXTRA",
    *(("fullfsync=ON", "checkpoint_fullfsync=ON") if needs_full_fsync() else ()),
    "journal_mode=WAL",
    "foreign_keys=ON",
)
_PRAGMAS_TO_READ = ("cipher_page_size=8192", "cache_size=-64000", "temp_store=MEMORY", "query_only=ON")


class Database:
    """An open file. One process, one connection; threads queue on one lock."""

    def __init__(self, path: Path, connection: Any, ballast: Path | None, *, begin: str = "BEGIN IMMEDIATE") -> None:
        self.path = path
        self._connection = connection
        self._link = Link(connection, begin)
        self._ballast = ballast
        self._lock = threading.RLock()
        self._rows: Rows | None = None
        self._closed = False

    @contextmanager
    def transaction(self) -> Iterator[Rows]:
        """Yield the rows for one unit of work: durable when the block ends, undone when it raises.

        Raises:
            TryAgainError: no room; nothing was written, and the ballast was given back if there was one.
            VerificationError: the disk failed, the file was altered, or a row stands at this key already.
            InternalError: a transaction inside another use of the same thread.
        """
        with self._lock:
            if self._rows is not None:
                raise InternalError(Message("a transaction was begun inside another use of the database"))
            with self._translated(), self._used() as rows:
                self._link.begun()
                yield rows
                self._link.commit()

    @contextmanager
    def reading(self) -> Iterator[Rows]:
        """Yield the rows for reading one moment of the file; inside a transaction of the same thread, its view.

        Raises:
            VerificationError: the disk failed or the file was altered.
        """
        with self._lock:
            if self._rows is not None:
                yield self._rows
                return
            with self._translated(), self._used() as rows:
                yield rows

    def schema_stamp(self) -> str | None:
        """Return the revision of the tables, or None in a file that has none yet."""
        with self.reading() as rows:
            tables = rows.driver.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            if ("alembic_version",) not in tables:
                return None
            stamps = rows.driver.execute("SELECT version_num FROM alembic_version").fetchall()
            return str(stamps[0][0]) if stamps else None

    @contextmanager
    def bare_connection(self) -> Iterator[sa.Connection]:
        """Yield the connection outside any transaction, for a tool that begins and ends its own: Alembic."""
        with self._lock:
            self._require_idle()
            with self._translated(), self._used() as rows:
                yield rows.connection

    def require_room(self, size: int) -> None:
        """Raise TryAgainError unless `size` bytes fit on this disk, as far as the system tells."""
        free = free_bytes(self.path.parent)
        if free is not None and free < size:
            raise TryAgainError(
                Message(
                    "no room at {name}: {size} MiB are needed, {free} are free",
                    name=self.path.name,
                    size=size >> 20,
                    free=free >> 20,
                )
            )

    def truncate_wal(self) -> None:
        """Move everything into the one file and empty the write-ahead log, which may hold deleted bytes (FORMAT.md 5).

        Raises:
            TryAgainError: no room. All that was acknowledged stays in the log.
        """
        with self._lock, self._translated():
            self._require_idle()
            self._pragma("wal_checkpoint(TRUNCATE)")

    def rekey(self, new_raw_key: bytes) -> None:
        """Encrypt every page anew. A crash at any point leaves a file that opens with the old or the new key.

        Raises:
            TryAgainError: no room for a second copy of all pages; nothing was begun.
            VaultError: it failed on the way, and the database is closed: one of the two keys opens it.
        """
        _require_raw_key(new_raw_key)
        with self._lock:
            self._require_idle()
            self.truncate_wal()
            # The whole file goes through the log once.
            self.require_room(self.path.stat().st_size + _REKEY_MARGIN)
            try:
                with self._translated():
                    self._pragma(f"rekey=\"x'{new_raw_key.hex()}'\"")
                    # SQLCipher answers `ok` to a rekey that failed; the next read then fails.
                    self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
                    self._pragma("wal_checkpoint(TRUNCATE)")
                    self._require_every_page_under_the_key()
            except BaseException:
                # After a failure the connection mixes both keys.
                self.close()
                raise

    def require_whole(self) -> None:
        """Read every page and compare its seal, also those that no row lies on.

        Raises:
            VerificationError: a page is not what was written.
        """
        with self._lock, self._translated():
            self._require_idle()
            if self._pragma("cipher_integrity_check"):
                raise VerificationError(
                    Message("{name} was altered: a page does not hold its seal", name=self.path.name)
                )

    def copy_pages_to(self, empty: Database) -> None:
        """Copy this file page by page into another open one: SQLite's online backup, sealed again under its key.

        Raises:
            TryAgainError: no room; `empty` is of no use then.
        """
        with self._lock, empty._translated():
            self._require_idle()
            self._connection.backup(empty._connection)

    def close(self) -> None:
        """Leave one file behind and forget the connection. Closing twice does nothing."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            try:
                with self._translated():
                    self._pragma("wal_checkpoint(TRUNCATE)")
            except VaultError:
                pass  # the log keeps what did not fit; the next unlock replays it
            finally:
                self._link.close()

    def _translated(self) -> AbstractContextManager[None]:
        return translated(self.path, on_full=lambda: self._ballast is not None and release_ballast(self._ballast))

    @contextmanager
    def _used(self) -> Iterator[Rows]:
        """Yield the rows; what was not committed when the block ends is undone."""
        self._rows = Rows(self._link)
        try:
            yield self._rows
        finally:
            self._rows = None
            self._link.end()

    def _require_idle(self) -> None:
        if self._rows is not None:
            raise InternalError(Message("the database is in use by the same thread"))

    def _require_every_page_under_the_key(self) -> None:
        if self._pragma("cipher_integrity_check"):
            raise VerificationError(Message("{name} was not completely encrypted again", name=self.path.name))

    def _pragma(self, text: str) -> list[tuple[Any, ...]]:
        answer: list[tuple[Any, ...]] = self._connection.execute(f"PRAGMA {text}").fetchall()
        return answer


def open_database(path: Path, raw_key: bytes, *, create: bool, ballast: Path | None = None) -> Database:
    """Open the file for this process alone; the tables are the business of vault.store.schema.

    Args:
        path: the database file.
        raw_key: 32 bytes. SQLCipher's own passphrase stretching is not used.
        create: make a new file, for its owner alone; one that holds anything is refused. Otherwise the file must exist.
        ballast: a file to give back when the disk is full.

    Raises:
        NoVaultError: no file, or an empty one.
        RefusedError: `create` on a file that holds something.
        WrongPassphraseError: another key, or not a database of this kind.
        OpenElsewhereError: another process has it.
        TryAgainError: no room, no right to write, or a file system without the locks that this needs.
    """
    _require_raw_key(raw_key)
    if create:
        _make_empty(path)
    else:
        _require_file(path)
    return Database(path, _connected(path, raw_key, str(path), _PRAGMAS_AFTER_KEY, needs_locks=True), ballast)


def open_finished(path: Path, raw_key: bytes) -> Database:
    """Open a file that nobody writes any more, for reading: nothing in it or beside it changes, on any medium.

    Raises:
        NoVaultError: no file, or an empty one.
        WrongPassphraseError: another key, or a first page that was altered.
        TryAgainError: it cannot be read here.
    """
    _require_raw_key(raw_key)
    _require_file(path)
    address = f"{path.absolute().as_uri()}?immutable=1"
    connection = _connected(path, raw_key, address, _PRAGMAS_TO_READ, uri=True)
    return Database(path, connection, None, begin="BEGIN")


def _connected(
    path: Path, raw_key: bytes, address: str, pragmas: Sequence[str], *, needs_locks: bool = False, uri: bool = False
) -> Any:
    with translated(path, opening=True):
        connection = driver.connect(address, uri=uri, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA cipher_log_level=NONE")
            connection.execute(f"PRAGMA key=\"x'{raw_key.hex()}'\"")
            for pragma in pragmas:
                connection.execute(f"PRAGMA {pragma}").fetchall()
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            if needs_locks:
                _require_locks(connection, path)
        except BaseException:
            # A connection left behind would keep its lock, and the right passphrase would then meet "open elsewhere".
            connection.close()
            raise
    return connection


def _require_locks(connection: Any, path: Path) -> None:
    if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        raise TryAgainError(Message("the file system under {name} has no usable locks", name=path.name))


def _require_file(path: Path) -> None:
    if not path.is_file() or path.stat().st_size == 0:
        raise NoVaultError(Message("no database {name} in {parent}", name=path.name, parent=path.parent))


def _make_empty(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE_FILE_MODE))
        if path.stat().st_size:
            raise RefusedError(
                Message("{name} exists already", name=path.name),
                next_step=Message("Open it, or choose another folder."),
            )
    except OSError:
        raise TryAgainError(
            Message("{name} cannot be made here", name=path.name), next_step=Message("Check the folder's rights.")
        ) from None


def _require_raw_key(raw_key: bytes) -> None:
    if len(raw_key) != RAW_KEY_SIZE:
        raise InternalError(
            Message(
                "a database key has {raw_key_size} bytes, not {count}", raw_key_size=RAW_KEY_SIZE, count=len(raw_key)
            )
        )
