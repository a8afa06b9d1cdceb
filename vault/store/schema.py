"""The stamp of the tables, the steps from an older one, and whether a file is what `migrations/` make."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import sqlcipher3.dbapi2 as driver  # type: ignore[import-untyped]  # ships no types

import vault
from vault.display import one_line
from vault.errors import InternalError, NewerVaultError, VaultError, VerificationError
from vault.store import sqlite_texts
from vault.store.engine import Database, open_database
from vault.store.folder import VaultFolder
from vault.store.rows import Rows
from vault.words.message import Message
from vault.words.next_step import NextStep

# The stamp of the tables, and the steps from an older one. Table shapes only: a step can decrypt nothing.
# Alembic is imported only where a step has to run; a new vault gets its tables from the same metadata, and a test
# holds both to the same result.

SCHEMA = "0002"
_KNOWN = ("0001", "0002")  # every stamp that a released step has written
_RESTORE = Message("Restore the newest backup that {verify_backup} finds whole.", verify_backup=NextStep.VERIFY_BACKUP)
_ROOM_BESIDE_COPIES = 64 * 1024 * 1024


def make_tables(database: Database) -> None:
    """Make all tables of a new vault, stamped with the current schema, in one transaction."""
    with database.transaction() as rows:
        create_tables(rows.driver)


def create_tables(driver: Any) -> None:
    """Make all tables over a connection of the driver, with their stamp."""
    for declaration in sqlite_texts.TABLES:
        driver.execute(declaration)
    driver.execute(*sqlite_texts.PUT_STAMP.filled({"version_num": SCHEMA}))


def migrate(
    database: Database, *, back_up: Callable[[], None], target: str = SCHEMA, scripts: Path | None = None
) -> bool:
    """Bring the tables up to `target`; False when they are there already.

    `back_up` makes a backup and verifies it, or raises; it is called before the first step.

    Raises:
        NewerVaultError: the tables are newer than `target`; nothing was changed.
        TryAgainError: no room for a copy and the steps; nothing was changed.
        VerificationError: no step leads on from there, as CaseVault never wrote this stamp; nothing was changed.
        InternalError: a step failed and was undone whole.
    """
    stamp = database.schema_stamp()
    if stamp == target:
        return False
    if stamp is not None and stamp > target:
        raise NewerVaultError(
            Message("this vault has schema {stamp}, this program knows {target}", stamp=stamp, target=target),
            next_step=Message(
                "Install a version of CaseVault that knows schema {stamp}; nothing was changed.", stamp=stamp
            ),
        )
    database.require_room(2 * database.path.stat().st_size + _ROOM_BESIDE_COPIES)
    back_up()
    try:
        _run_steps(database, target, scripts or _installed_scripts())
    except Exception as fault:  # whatever a step raises; its text may hold a row
        reached = database.schema_stamp() or "none"
        if isinstance(fault, VaultError) and (reached in _KNOWN or not isinstance(fault, InternalError)):
            raise
        failure = InternalError if reached in _KNOWN else VerificationError
        message = Message(
            "a step from schema {reached} to {target} failed and was undone", reached=reached, target=target
        )
        raise failure(message, next_step=_RESTORE) from None
    database.truncate_wal()
    return True


def _run_steps(database: Database, target: str, scripts: Path) -> None:
    import alembic.command  # noqa: PLC0415 - 0.4 s, and almost no start needs it
    import alembic.config  # noqa: PLC0415

    config = alembic.config.Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with database.bare_connection() as connection:
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, target)


def _installed_scripts() -> Path:
    package = Path(vault.__file__).parent
    installed = package / "_migrations"
    return installed if installed.is_dir() else package.parent / "migrations"


# Is a database file what `migrations/` make, and does it give one answer whichever way it is read?
# Whoever has the database's key can do more to the file than edit rows: put triggers and tables into it, take tables
# and indexes out, or let an index lack rows that its table has, so that two readers in one program see two vaults.
_MOST = 100
_SHOWN = 40
_INDEX = re.compile(r"index (\w+)$")
_PAGE = re.compile(r"page (\d+)")
# Of single cells `Rows.false_rows` tells.
_OF_CELLS = re.compile(r"^(NULL|NUMERIC|TEXT|BLOB|non-\w+) value in ")


class _Part(NamedTuple):
    """A table, index, trigger or view: its table and how it is declared, without regard to blanks."""

    table: str
    declared: str


_Shape = dict[tuple[str, str], _Part]


def require_tables(database: Database) -> None:
    """Refuse a file that lacks a table, or whose tables have other columns: nothing can be read or written then.

    Raises:
        VerificationError: names the first of them.
    """
    with database.reading() as rows:
        found = _shape(rows.driver)
    for (kind, name), part in _made().items():
        if kind == "table" and found.get((kind, name)) != part:
            raise VerificationError(_sentence(database, _lacking(kind, name, found)), next_step=_RESTORE)


def shape_faults(database: Database, *, besides: str | None = None) -> list[Message]:
    """Return a sentence for each part of the file that is missing, altered, or that CaseVault does not make.

    `besides` is a table of one kind of file, which others do not have: nothing is said of it.
    """
    with database.reading() as rows:
        parts = {key: part for key, part in _shape(rows.driver).items() if part.table != besides or key[0] == "trigger"}
        texts = [*_differences(parts), *_numbers(rows)]
    return [_sentence(database, text) for text in texts]


def content_faults(database: Database) -> list[Message]:
    """Read the whole file and return a sentence for each contradiction in it: pages, and rows against their indexes."""
    try:
        with database.reading() as rows:
            broken = [str(text) for (text,) in rows.driver.execute("PRAGMA cipher_integrity_check")]
            (end,) = rows.driver.execute("PRAGMA page_count").fetchone()
            said = [text for (text,) in rows.driver.execute(f"PRAGMA integrity_check({_MOST})")]
    except VaultError as fault:
        return [fault.message]
    texts = sorted({_of_page(text, end) for text in broken}, key=str)
    texts += sorted({_in_words(str(line)) for line in said if line != "ok" and not _OF_CELLS.match(str(line))}, key=str)
    return [_sentence(database, text) for text in texts]


def _sentence(database: Database, fault: Message) -> Message:
    return Message("{file}: {fault}", file=database.path.name, fault=fault)


@cache
def _made() -> _Shape:
    """Return the parts of a new file."""
    with closing(driver.connect(":memory:", isolation_level=None)) as connection:
        create_tables(connection)
        return _shape(connection)


def _shape(connection: Any) -> _Shape:
    found = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
    return {(str(kind), str(name)): _Part(str(table), " ".join(str(sql).split())) for kind, name, table, sql in found}


def _differences(found: _Shape) -> Iterator[Message]:
    made = _made()
    for (kind, name), part in made.items():
        if found.get((kind, name)) != part:
            yield _lacking(kind, name, found)
    for kind, name in sorted(found.keys() - made.keys()):
        table = found[kind, name].table
        if kind != "table" and ("table", table) in made:
            yield Message(
                "it has the {kind} {name} of the table {table}, which CaseVault does not make",
                kind=_shown(kind),
                name=_shown(name),
                table=table,
            )
        else:
            yield Message(
                "it has the {kind} {name}, which CaseVault does not make", kind=_shown(kind), name=_shown(name)
            )


def _lacking(kind: str, name: str, found: _Shape) -> Message:
    if (kind, name) in found:
        return Message("the {kind} {name} was altered", kind=kind, name=name)
    return Message("the {kind} {name} is missing", kind=kind, name=name)


def _numbers(rows: Rows) -> Iterator[Message]:
    """Yield what is wrong with the numbers of versions in the file: its stamp, and two that CaseVault leaves at 0."""
    has_stamp = ("table", "alembic_version") in _shape(rows.driver)
    if has_stamp and rows.driver.execute("SELECT version_num FROM alembic_version").fetchall() != [(SCHEMA,)]:
        yield Message("it has several stamps of its tables")
    for name in ("user_version", "application_id"):
        if rows.driver.execute(f"PRAGMA {name}").fetchone() != (0,):
            yield Message("its number {name} is not the one that CaseVault leaves there", name=name)


def _in_words(said: str) -> Message:
    index = _INDEX.search(said)
    part = None if index is None else _made().get(("index", index[1]))
    if index is None or part is None:
        return Message("it contradicts itself within")
    return Message(
        "the table {table} and its index {index} do not hold the same rows: what is read by one lacks some",
        table=part.table,
        index=index[1],
    )


def _of_page(said: str, end: int) -> Message:
    page = _PAGE.search(said)
    if page is not None and int(page[1]) > end:
        return Message("there are bytes after its end, which nothing reads")
    return Message("a page of it is not what was written")


def _shown(name: str) -> str:
    """Return a name that somebody else gave, short and in one line."""
    return one_line(name)[:_SHOWN]


# Tables that exist while a process runs, for rows on loan: nothing of them ever touches a disk.
def open_in_memory() -> Database:
    """Return empty tables in the memory of this process: no file, no key, and no other process sees them."""
    connection = driver.connect(":memory:", isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA temp_store=MEMORY")
    database = Database(Path(":memory:"), connection, None)
    make_tables(database)
    return database


# Bring an older vault up to date at unlock, after a copy of it was made and proven (FORMAT.md 7).
def bring_up_to_date(database: Database, folder: VaultFolder, raw_key: bytes) -> bool:
    """Run the steps that are missing; False when there are none. All tables are there when this returns.

    Raises:
        NewerVaultError: the vault is newer than this program; nothing was changed.
        TryAgainError: no room; nothing was changed.
        VerificationError: the copy before the first step could not be proven, and nothing was changed; or a table is
            missing or was altered.
    """
    changed = migrate(database, back_up=lambda: _copy_aside(database, folder, raw_key))
    require_tables(database)
    return changed


def _copy_aside(database: Database, folder: VaultFolder, raw_key: bytes) -> None:
    """Keep the database as it was before the steps, under its own key, and read the copy back."""
    stamp = database.schema_stamp() or "none"
    path = folder.path / f"vault.db.schema-{stamp}"
    path.unlink(missing_ok=True)  # of an earlier try that was cut off; the original is still there
    with closing(open_database(path, raw_key, create=True)) as copy:
        database.copy_pages_to(copy)
    with closing(open_database(path, raw_key, create=False)) as proof:
        if proof.schema_stamp() != database.schema_stamp():
            raise VerificationError(Message("the copy {name} is not what was copied", name=path.name))
