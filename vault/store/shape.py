"""Is a database file what `migrations/` make, and does it give one answer whichever way it is read?

Whoever has the database's key can do more to the file than edit rows: put triggers and tables into it, take tables and
indexes out, or let an index lack rows that its table has, so that two readers in one program see two vaults.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Final, NamedTuple

import sqlcipher3.dbapi2 as driver  # type: ignore[import-untyped]  # sqlcipher3 ships no types

from vault.display import one_line
from vault.errors import VaultError, VerificationError
from vault.store.engine import Database
from vault.store.rows import Rows
from vault.store.schema import SCHEMA, create_tables
from vault.words.message import Message
from vault.words.next_step import NextStep

_MOST = 100
_SHOWN = 40
_INDEX = re.compile(r"index (\w+)$")
_PAGE = re.compile(r"page (\d+)")
# Of single cells `Rows.false_rows` tells.
_OF_CELLS = re.compile(r"^(NULL|NUMERIC|TEXT|BLOB|non-\w+) value in ")
_RESTORE: Final = Message(
    "Restore the newest backup that {verify_backup} finds whole.", verify_backup=NextStep.VERIFY_BACKUP
)


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
            message = Message("{file}: {fault}", file=database.path.name, fault=_lacking(kind, name, found))
            raise VerificationError(message, next_step=_RESTORE)


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
    connection = driver.connect(":memory:", isolation_level=None)
    try:
        create_tables(connection)
        return _shape(connection)
    finally:
        connection.close()


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
