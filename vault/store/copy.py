"""A copy of a vault's tables in another SQLCipher file, made while the vault is in use.

Rows are read and inserted, not pages copied: tables that a backup leaves out would otherwise live on in freed pages.
Nothing is written but pages under the copy's own key.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from vault.errors import MalformedError
from vault.platform import fsync_folder
from vault.progress import Progress, Stopped
from vault.store.engine import Database, open_database
from vault.store.rows import Rows
from vault.store.rowtypes import TailRow
from vault.store.schema import make_tables
from vault.store.sqlite_texts import INSERTS
from vault.store.statements import after, are_sound
from vault.store.tables import local, metadata, operation, tail, version, version_key
from vault.words.message import Message

# One note beside the tables of a backup's file: what was copied and when, under the file's own seal.

MANIFEST_TABLE = "manifest"
_metadata = sa.MetaData()
_manifest = sa.Table(MANIFEST_TABLE, _metadata, sa.Column("bytes", sa.LargeBinary, primary_key=True))


def put_manifest(database: Database, manifest: bytes) -> None:
    """Keep the note in a file that has none yet."""
    with database.transaction() as rows:
        _metadata.create_all(rows.connection)
        rows.connection.execute(sa.insert(_manifest), {"bytes": manifest})


def read_manifest(database: Database) -> bytes:
    """Return the note.

    Raises:
        MalformedError: the file has none, or more than one.
    """
    with database.reading() as rows:
        has_table = sa.inspect(rows.connection).has_table(_manifest.name)
        found = rows.connection.scalars(sa.select(_manifest)).all() if has_table else []
    if len(found) != 1:
        raise MalformedError(
            Message("{name} holds {count} manifests, not one", name=database.path.name, count=len(found))
        )
    return bytes(found[0])


_CHUNK = 512
# Large, and only ever appended to or erased from: copied piece by piece up to the cut, others get a turn in between.
_LONG_TABLES = (operation, version, version_key)
_TAILS_AT_ONCE = 8  # of up to 1 MiB each


class _CancelledError(Exception):
    """The caller does not want the copy any more."""


def copy_in_parts(
    database: Database,
    parts: Mapping[Path, Collection[str]],
    raw_key: bytes,
    *,
    local_purposes: Collection[int] | None = None,
    progress: Progress = lambda done, total: None,
    cancelled: Stopped = lambda: False,
) -> bool:
    """Copy one moment of the tables to new files, each with the tables named for it.

    Return False, with no file left, when it was cancelled. Rows erased meanwhile may or may not be in the copies;
    entries begun meanwhile are not, with all that belongs to them.

    Args:
        database: open; its lock is held for a part of the copy at a time.
        parts: new file -> names of the tables whose rows go there; its other tables stay empty.
        raw_key: 32 bytes, of all copies.
        local_purposes: only these of the seats' own secrets; all of them by default.
        progress: told how many of how many steps are done, from the calling thread.
        cancelled: asked between the parts.

    Raises:
        RefusedError: a target holds something; it stays as it is.
        VaultError: the source cannot be read, or there is no room; nothing is left at the targets.
    """
    copies: dict[Path, Database] = {}
    try:
        for target in parts:
            copies[target] = open_database(target, raw_key, create=True)
            make_tables(copies[target])
        homes = {name: copies[target] for target, names in parts.items() for name in names}
        sizes, tails = _copy_short_tables(database, homes, local_purposes)
        _copy_tails(database, homes, tails, cancelled)
        _copy_long_tables(database, homes, sizes, progress=progress, cancelled=cancelled)
        for copy in copies.values():
            copy.truncate_wal()
    except BaseException as fault:
        for target, copy in copies.items():
            copy.close()
            for part in (target, Path(f"{target}-wal")):
                part.unlink(missing_ok=True)
        if isinstance(fault, _CancelledError):
            return False
        raise
    for target, copy in copies.items():
        copy.close()
        fsync_folder(target.parent)
    return True


def add_rows(
    source: Database, target: Database, names: Collection[str], *, local_purposes: Collection[int] | None = None
) -> None:
    """Add every row of these tables of one open file to those of another, in one transaction.

    Raises:
        VerificationError: a row stands at the same key already; nothing was added.
    """
    with source.reading() as given, target.transaction() as rows:
        for table in metadata.sorted_tables:
            if table.name in names:
                _copy_table(given, rows, table, *_wanted(table, local_purposes))


def _copy_short_tables(
    database: Database, homes: Mapping[str, Database], local_purposes: Collection[int] | None
) -> tuple[dict[bytes, int], list[bytes]]:
    """Copy them in one moment, and return the size that each log had in it, and the names of the tails."""
    with database.reading() as source:
        for table in metadata.sorted_tables:
            if table not in (*_LONG_TABLES, tail) and table.name in homes:
                with homes[table.name].transaction() as rows:
                    _copy_table(source, rows, table, *_wanted(table, local_purposes))
        return {origin: source.size(origin) for origin in sorted(source.origins())}, source.tail_names()


def _copy_tails(database: Database, homes: Mapping[str, Database], names: Sequence[bytes], cancelled: Stopped) -> None:
    for start in range(0, len(names) if tail.name in homes else 0, _TAILS_AT_ONCE):
        if cancelled():
            raise _CancelledError
        with database.reading() as source:
            found = [(name, source.tail(name)) for name in names[start : start + _TAILS_AT_ONCE]]
        with homes[tail.name].transaction() as rows:
            rows.add_tails([TailRow(name, sealed) for name, sealed in found if sealed is not None])


def clear_table(database: Database, name: str) -> None:
    with database.transaction() as rows:
        rows.connection.execute(sa.delete(metadata.tables[name]))


def _wanted(table: sa.Table, local_purposes: Collection[int] | None) -> tuple[sa.ColumnElement[bool], ...]:
    if table is not local or local_purposes is None:
        return ()
    return (local.c.purpose.in_(list(local_purposes)),)


def _copy_table(source: Rows, target: Rows, table: sa.Table, *within: sa.ColumnElement[bool]) -> None:
    last = None
    while chunk := _chunk_after(source, table, last, *within):
        _insert(target, table, chunk)
        last = chunk[-1]


def _copy_long_tables(
    database: Database,
    homes: Mapping[str, Database],
    sizes: Mapping[bytes, int],
    *,
    progress: Progress,
    cancelled: Stopped,
) -> None:
    tables = [table for table in _LONG_TABLES if table.name in homes]
    steps, done = len(tables) * sum(sizes.values()), 0
    for table in tables:
        for origin, size in sizes.items():
            # Bounded, or a busy writer would keep the copy running behind it for ever.
            within = (table.c.origin == origin, table.c.seq < size)
            last = None
            while True:
                if cancelled():
                    raise _CancelledError
                with database.reading() as source:
                    chunk = _chunk_after(source, table, last, *within)
                if not chunk:
                    break
                last = chunk[-1]
                with homes[table.name].transaction() as rows:
                    _insert(rows, table, chunk)
                progress(done + last.seq, steps)
            done += size
    progress(steps, steps)


def _chunk_after(source: Rows, table: sa.Table, last: Any, *within: sa.ColumnElement[bool]) -> list[Any]:
    key = list(table.primary_key.columns)
    # A false row of another shape is no part of a moment: nothing reads it, and no key to go on from can be made of it.
    statement = sa.select(table).where(are_sound(table.c), *within).order_by(*key).limit(_CHUNK)
    if last is None:
        return list(source.connection.execute(statement))
    behind = {f"after_{column.name}": getattr(last, column.name) for column in key}
    return list(source.connection.execute(statement.where(after(key)), behind))


def _insert(rows: Rows, table: sa.Table, chunk: list[Any]) -> None:
    rows.driver.executemany(INSERTS[table.name].text, [tuple(row) for row in chunk])
