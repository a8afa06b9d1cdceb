"""The SQL of the store stays within what SQLite, PostgreSQL and CockroachDB all speak, and means the same in each.

No order handed out by a database, no change in place, paging by key: so that a shared vault can move to PostgreSQL, and
from there to many machines, without another line of SQL.
"""

from __future__ import annotations

import inspect
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from tests.hygiene.tree import ROOT, loaded
from tests.tables import each
from vault.store import sqlite_texts, statements
from vault.store.engine import Database, open_database
from vault.store.rows import Rows
from vault.store.rowtypes import (
    AttachmentRow,
    CheckpointRow,
    EpochRow,
    GrantRow,
    LocalRow,
    OperationRow,
    TailRow,
    Text,
    TileRow,
    VersionKeyRow,
    VersionRow,
)
from vault.store.schema import make_tables
from vault.store.tables import metadata

_ID = b"i" * 32
_VERSION = VersionRow(_ID, 0, 0, _ID, _ID, _ID, b"blob")
_KEY = VersionKeyRow(_ID, 0, 0, _ID, b"wrap")
_OPERATION = OperationRow(_ID, 0, b"header", b"list", b"sealed", _ID)
_CHECKPOINT = CheckpointRow(_ID, 1, _ID, b"note")

# Every public method of Rows, with values that reach each of its statements.
_EXERCISE: dict[str, Callable[[Rows], object]] = {
    "add_genesis": lambda rows: rows.add_genesis(_ID, b"bytes"),
    "genesis": lambda rows: rows.genesis(_ID),
    "geneses": lambda rows: rows.geneses(),
    "origins": lambda rows: rows.origins(),
    "add_operation": lambda rows: rows.add_operation(_OPERATION),
    "operations": lambda rows: list(rows.operations(_ID)),
    "headers": lambda rows: rows.headers(_ID, 0, 1),
    "operation": lambda rows: rows.operation(_ID, 0),
    "size": lambda rows: rows.size(_ID),
    "is_doubled": lambda rows: rows.is_doubled(_ID),
    "add_checkpoint": lambda rows: rows.add_checkpoint(_CHECKPOINT),
    "replace_checkpoint": lambda rows: rows.replace_checkpoint(_CHECKPOINT, keep_up_to=0),
    "checkpoints": lambda rows: rows.checkpoints(_ID),
    "newest_checkpoint": lambda rows: rows.newest_checkpoint(_ID),
    "put_tile": lambda rows: rows.put_tile(TileRow(_ID, 0, 0, b"hashes")),
    "tile": lambda rows: rows.tile(_ID, 0, 0),
    "tiles": lambda rows: rows.tiles(_ID),
    "add_versions": lambda rows: rows.add_versions([_VERSION]),
    "add_version_keys": lambda rows: rows.add_version_keys([_KEY]),
    "versions": lambda rows: (rows.versions(_ID), rows.versions(_ID, _ID)),
    "places_in": lambda rows: rows.places_in([_ID, _ID]),
    "places_in_record": lambda rows: rows.places_in_record(_ID, _ID),
    "keys_named": lambda rows: rows.keys_named([_ID, _ID]),
    "placed": lambda rows: (rows.placed(_ID), rows.placed(_ID, _ID)),
    "version_at": lambda rows: rows.version_at(_ID, 0, 0),
    "versions_from": lambda rows: list(rows.versions_from(_ID, 0)),
    "version_rows": lambda rows: list(rows.version_rows(_ID)),
    "version_keys": lambda rows: list(rows.version_keys(_ID)),
    "delete_version_keys": lambda rows: rows.delete_version_keys([_KEY]),
    "holds_versions": lambda rows: rows.holds_versions([_VERSION], [_KEY]),
    "holds_checkpoint": lambda rows: rows.holds_checkpoint(_CHECKPOINT),
    "holds_local": lambda rows: rows.holds_local(LocalRow(_ID, 5, 0, b"blob")),
    "replace_version": lambda rows: rows.replace_version(VersionRow(_ID, 0, 0, _ID, _ID, _ID, b"sealed")),
    "erase_versions": lambda rows: rows.erase_versions([(_ID, 0, 0)]),
    "add_epochs": lambda rows: rows.add_epochs([EpochRow(_ID, _ID, b"bytes")]),
    "epochs": lambda rows: (rows.epochs(), rows.epochs(_ID)),
    "epochs_of": lambda rows: rows.epochs_of([_ID, _ID]),
    "every_epoch": lambda rows: rows.every_epoch(),
    "compartments_of_epochs": lambda rows: rows.compartments_of_epochs(),
    "epoch": lambda rows: rows.epoch(_ID),
    "add_grants": lambda rows: rows.add_grants([GrantRow(_ID, _ID, _ID, _ID, b"sealed")]),
    "delete_grants": lambda rows: rows.delete_grants([GrantRow(_ID, _ID, _ID, _ID, b"sealed")]),
    "grants": lambda rows: rows.grants(),
    "epochs_granted_to": lambda rows: rows.epochs_granted_to(_ID),
    "epochs_holding": lambda rows: rows.epochs_holding([_ID, _ID], at=3),
    "grant": lambda rows: rows.grant(_ID),
    "grants_of": lambda rows: rows.grants_of(_ID),
    "grants_of_all": lambda rows: rows.grants_of_all([_ID, _ID]),
    "false_rows": lambda rows: rows.false_rows(),
    "put_local": lambda rows: rows.put_local(LocalRow(_ID, 1, 0, b"blob")),
    "local": lambda rows: rows.local(_ID, 1),
    "locals_for": lambda rows: rows.locals_for(1),
    "delete_local": lambda rows: rows.delete_local(_ID, 1),
    "add_attachments": lambda rows: rows.add_attachments([AttachmentRow(_ID, _ID, b"names")]),
    "attachments": lambda rows: rows.attachments(),
    "attachments_named": lambda rows: rows.attachments_named(_ID),
    "add_tails": lambda rows: rows.add_tails([TailRow(_ID, b"sealed")]),
    "tail_keys": lambda rows: rows.tail_keys(),
    "tail": lambda rows: rows.tail(_ID),
    "tail_names": lambda rows: rows.tail_names(),
    "delete_attachments": lambda rows: rows.delete_attachments([AttachmentRow(_ID, _ID, b"names")]),
    "delete_tails": lambda rows: rows.delete_tails([_ID]),
}

_POSTGRESQL: sa.Dialect = postgresql.psycopg.PGDialect_psycopg()  # type: ignore[no-untyped-call]  # SQLAlchemy's own
# How psycopg's dialect writes a number that is filled in; PostgreSQL and CockroachDB read it alike.
_TYPED_PARAMETER = re.compile(r"(%\(\w+\)s)::(?:INTEGER|BIGINT)\b")

# What begins a statement. UPDATE is missing: rows are immutable.
_BEGINNINGS = re.compile(
    r"(?:SELECT|INSERT INTO|DELETE FROM|CREATE TABLE|CREATE INDEX|BEGIN IMMEDIATE$|COMMIT$|ROLLBACK$)\b", re.IGNORECASE
)
_FORBIDDEN = tuple(
    (re.compile(pattern, re.IGNORECASE), why)
    for pattern, why in (
        (r"\bAUTOINCREMENT\b|\b(?:SMALL|BIG)?SERIAL\b", "numbers made by the database"),
        (r"\bIDENTITY\b|\bNEXTVAL\b|\bSEQUENCE\b", "numbers made by the database"),
        (r"\bDEFAULT\b|\bGENERATED\b", "values made by the database"),
        (r"\bRETURNING\b", "a writer knows what it wrote"),
        (r"\bOFFSET\b", "paging is by key"),
        (r"\bTEMP(?:ORARY)?\b|\bUNLOGGED\b", "tables of one session"),
        (r"\bDO\s+UPDATE\b|\bINSERT\s+OR\b|\bREPLACE\b|\bMERGE\b", "the only upsert is DO NOTHING"),
        (r"\bTRIGGER\b|\bFUNCTION\b|\bPROCEDURE\b|\bEXTENSION\b", "programs inside the database"),
        (r"\bWITHOUT\s+ROWID\b|\bROWID\b|\bCTID\b|\bXMIN\b", "places inside the engine"),
        (r"\bLISTEN\b|\bNOTIFY\b|\bLOCK\b|\bADVISORY\b|\bPREPARE\b", "not in CockroachDB"),
        (r"\bFOREIGN\s+KEY\b|\bREFERENCES\b|\bEXCLUDE\b|\bCHECK\b", "rows may arrive in any order"),
        (r"\bPRAGMA\b|\bsqlite_|\bpg_", "one engine's own words"),
        (r"\bREGEXP\b|\bGLOB\b|\bMATCH\b|\bLIKE\b|\bCOLLATE\b|~", "compared differently by each engine"),
        (r"->|::|\|\|", "operators of one engine"),
        (r"\bRECURSIVE\b|\bLATERAL\b|\bOVER\b|\bFOR\s+UPDATE\b", "not needed, and slow or different elsewhere"),
    )
)  # fmt: skip
_NO_OFFSET = re.compile(r"(LIMIT \d+) OFFSET 0\b")
_VALUE = re.compile(r"x'[0-9a-f]*'|(?<![\w.])\d+\b")
_LIST = re.compile(r"\(\?(?:, \?)*\)|\(\[\w+\]\)")
_NOT_OF_THE_ROWS = {
    sqlite_texts.PUT_STAMP.text: "of the schema",
    sqlite_texts.INSERTS["cosignature"].text: "witnesses are not built yet",
}
_ASKED_OF_SQLITE = re.compile(r"typeof\([\w.]+\) <> 'blob'")
_FUNCTION = re.compile(r"\b([a-z_]+)\(", re.IGNORECASE)
_FUNCTIONS = frozenset({"cast", "count", "min", "max", "sum", "coalesce", "length", "substr", "varchar"})


def breaches(text: str) -> list[str]:
    """Return what in one statement leaves the subset, in words."""
    flat = _TYPED_PARAMETER.sub(r"\1", " ".join(text.split()))
    found = [why for pattern, why in _FORBIDDEN if pattern.search(flat)]
    if not _BEGINNINGS.match(flat):
        found.append("a kind of statement that the store does not use")
    found += [f"function {name}" for name in _FUNCTION.findall(flat) if name.lower() not in _FUNCTIONS]
    return found


class _Seen:
    """Every text that reached the driver, with the values written into it, and its form without them."""

    def __init__(self) -> None:
        self.texts: set[str] = set()
        self.forms: set[str] = set()

    def add(self, text: str) -> None:
        # SQLAlchemy writes `OFFSET 0` behind each LIMIT for SQLite. There types make false what is asked of SQLite
        # alone, whether a cell for bytes holds bytes.
        self.texts.add(_ASKED_OF_SQLITE.sub("false", _NO_OFFSET.sub(r"\1", text)))
        self.forms.add(_form(text))


def _written() -> dict[str, sa.ClauseElement]:
    """Return every statement that is written down, by its name."""
    named = {name: value for name, value in vars(statements).items() if name.isupper() and not name.startswith("_")}
    several = {name: list(value.values()) if isinstance(value, dict) else value for name, value in named.items()}
    return {
        f"{name} {number}": statement
        for name, value in several.items()
        for number, statement in enumerate(value if isinstance(value, list | tuple) else [value])
        if isinstance(statement, sa.ClauseElement)
    }


def _texts() -> list[Text]:
    """Return every statement as it is written down for SQLite."""
    found: list[Text] = []
    for value in vars(sqlite_texts).values():
        several = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else ()
        found += [value] if isinstance(value, Text) else [one for one in several if isinstance(one, Text)]
    return found


def _for_postgresql() -> set[str]:
    return {str(statement.compile(dialect=_POSTGRESQL)) for statement in _written().values()}


def _form(text: str) -> str:
    """Return what a statement looks like at the driver, without its values."""
    return _LIST.sub("(?)", _VALUE.sub("?", " ".join(text.split())))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(tmp_path / "vault.db", bytes(32), create=True)
    make_tables(database)
    yield database
    database.close()


@pytest.fixture
def seen(database: Database) -> _Seen:
    seen = _Seen()
    with database.transaction() as rows:
        rows.driver.set_trace_callback(seen.add)
        for act in _EXERCISE.values():
            act(rows)
    return seen


def test_the_exercise_calls_every_method_of_the_rows() -> None:
    methods = {name for name, _ in inspect.getmembers(Rows, inspect.isfunction) if not name.startswith("_")}
    assert set(_EXERCISE) == methods


def test_the_exercise_reaches_every_statement_that_is_written_down(seen: _Seen) -> None:
    written = {text.text: _form(text.text) for text in _texts()}
    assert len(written) > 20
    assert [text for text, form in written.items() if form not in seen.forms and text not in _NOT_OF_THE_ROWS] == []


def test_what_is_written_down_for_sqlite_is_what_the_statements_and_tables_say() -> None:
    script = loaded(ROOT / "scripts" / "sqlite_texts.py")
    assert script.written() == script.TARGET.read_text("utf-8"), "run scripts/sqlite_texts.py"


def test_every_statement_of_the_rows_stays_in_the_subset(seen: _Seen) -> None:
    assert len(seen.texts) > 30
    assert {text: breaches(text) for text in seen.texts | _for_postgresql() if breaches(text)} == {}


def test_a_limit_cuts_a_whole_order() -> None:
    # Rows of equal rank come in any order from another engine, and the next page would miss or repeat one.
    limited = [text for text in _for_postgresql() if "LIMIT" in text]
    assert len(limited) > 4
    for text in limited:
        selected, rest = " ".join(text.split()).split(" FROM ", 1)
        fixed = set(re.findall(r"(\w+\.\w+) = %", rest))
        ordered = set(re.findall(r"\w+\.\w+", rest.partition(" ORDER BY ")[2]))
        joined = [table for table in metadata.sorted_tables if re.search(rf"\b{table.name}\b", rest)]
        keys = {f"{table.name}.{column.name}" for table in joined for column in table.primary_key.columns}
        equal = {f"version_key.{name}" for name in ("origin", "seq", "n")} if len(joined) > 1 else set()
        assert {name for name in keys - fixed - ordered - equal if name in selected} == set(), text


def test_every_table_and_index_stays_in_the_subset() -> None:
    tables = metadata.sorted_tables
    texts = [str(CreateTable(table).compile(dialect=_POSTGRESQL)) for table in tables]
    texts += [str(CreateIndex(index).compile(dialect=_POSTGRESQL)) for table in tables for index in table.indexes]
    assert len(texts) > len(tables)
    assert {text: breaches(text) for text in texts if breaches(text)} == {}


def test_no_table_has_a_key_of_one_number_or_a_column_that_may_be_empty() -> None:
    for table in metadata.sorted_tables:
        assert isinstance(next(iter(table.primary_key.columns)).type, sa.LargeBinary), table.name
        assert [column.name for column in table.columns if column.nullable or column.default is not None] == []


def test_tables_and_keys_of_postgresql_share_no_name() -> None:
    # There, a key is an index and an index is a relation like a table.
    names = [table.name for table in metadata.sorted_tables]
    names += [str(table.primary_key.name) for table in metadata.sorted_tables]
    names += [str(index.name) for table in metadata.sorted_tables for index in table.indexes]
    assert len(names) == len(set(names))


@each(sorted((ROOT / "migrations" / "versions").glob("*.py")))
def test_every_step_of_the_schema_stays_in_the_subset(step: Path) -> None:
    module = loaded(step)
    output = io.StringIO()
    context = MigrationContext.configure(dialect_name="postgresql", opts={"as_sql": True, "output_buffer": output})
    with Operations.context(context):
        module.upgrade()
    texts = [text for text in output.getvalue().split(";") if text.strip()]
    assert texts
    assert {text: breaches(text) for text in texts if breaches(text)} == {}


@each(
    [
        ("CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT)", "numbers made by the database"),
        ("CREATE TABLE a (id BIGSERIAL NOT NULL)", "numbers made by the database"),
        ("CREATE TABLE a (at BIGINT DEFAULT 0)", "values made by the database"),
        ("INSERT INTO a (id) VALUES (?) RETURNING id", "a writer knows what it wrote"),
        ("SELECT id FROM a LIMIT 10 OFFSET 20", "paging is by key"),
        ("CREATE TEMP TABLE a (id BYTEA)", "tables of one session"),
        ("INSERT INTO a (id) VALUES (?) ON CONFLICT (id) DO UPDATE SET id = 1", "the only upsert is DO NOTHING"),
        ("INSERT OR REPLACE INTO a VALUES (?)", "the only upsert is DO NOTHING"),
        ("CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END", "programs inside the database"),
        ("CREATE TABLE a (id BLOB PRIMARY KEY) WITHOUT ROWID", "places inside the engine"),
        ("LISTEN changes", "not in CockroachDB"),
        ("CREATE TABLE a (b BYTEA REFERENCES c (b))", "rows may arrive in any order"),
        ("SELECT name FROM sqlite_master", "one engine's own words"),
        ("SELECT id FROM a WHERE name LIKE 'x%'", "compared differently by each engine"),
        ("SELECT a::text FROM b", "operators of one engine"),
        ("SELECT a FROM b FOR UPDATE", "not needed, and slow or different elsewhere"),
        ("SELECT hex(id) FROM a", "function hex"),
        ("SELECT id FROM a WHERE at < strftime('now')", "function strftime"),
        ("UPDATE a SET b = 1", "a kind of statement that the store does not use"),
        ("BEGIN IMMEDIATE; DROP TABLE a", "a kind of statement that the store does not use"),
    ]
)
def test_a_planted_breach_is_named(text: str, why: str) -> None:
    assert why in breaches(text)


def test_a_planted_breach_in_the_rows_is_caught(database: Database) -> None:
    seen = _Seen()
    with database.reading() as rows:
        connection = rows.connection
        rows.driver.set_trace_callback(seen.add)
        connection.execute(sa.select(metadata.tables["version"]).limit(5).offset(5))
        connection.exec_driver_sql("SELECT hex(id) FROM version")
        rows.driver.execute("SELECT id FROM version WHERE id LIKE 'x%'")
    assert sorted(why for text in seen.texts for why in breaches(text)) == [
        "compared differently by each engine",
        "function hex",
        "paging is by key",
    ]
