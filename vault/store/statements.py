"""The SQL of the rows, within what SQLite, PostgreSQL and CockroachDB all speak.

It is written down for SQLite in `sqlite_texts.py`, which the rows run: after a change here, or of the tables, run
`.venv/bin/python scripts/sqlite_texts.py`.

Paging is by key, never by offset; nothing is updated in place; no statement asks the database for a number, a time or a
random value. `tests/hygiene/test_sql_subset.py` reads every one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam as given
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from vault.store.tables import (
    attachment,
    checkpoint,
    cosignature,
    epoch,
    genesis,
    granted,
    local,
    metadata,
    operation,
    tail,
    tile,
    version,
    version_key,
)

END = 2**53  # behind every number: headers hold none that is larger (FORMAT.md 5), and both engines can count on
_SMALL_END = 2**31


def after(columns: Sequence[sa.Column[int] | sa.Column[bytes]]) -> sa.ColumnElement[bool]:
    """Return the condition "behind the row whose key is given as after_<column>"."""
    return sa.tuple_(*columns) > sa.tuple_(*(given(f"after_{column.name}", type_=column.type) for column in columns))


def are_sound(columns: Iterable[sa.Column[Any]]) -> sa.ColumnElement[bool]:
    """Return the condition that every cell of a row holds what its column is for."""
    return sa.not_(_any_false(columns))


def _any_false(columns: Iterable[sa.Column[Any]]) -> sa.ColumnElement[bool]:
    """Return the opposite of `are_sound`.

    SQLite takes any value in any column; on the other engines the types of the columns make this false always.
    """
    return sa.or_(*(condition for column in columns for condition in _out_of_kind(column)))


class _NotBytes(FunctionElement[bool]):
    """The condition that a cell for bytes holds something else: only SQLite lets it."""

    inherit_cache = True


@compiles(_NotBytes)
def _never(element: _NotBytes, compiler: SQLCompiler, **options: Any) -> str:
    del element, compiler, options
    return "false"


@compiles(_NotBytes, "sqlite")
def _by_type(element: _NotBytes, compiler: SQLCompiler, **options: Any) -> str:
    """Ask for the type: comparing the cell would read all of it, be it a list of forty kilobytes."""
    return f"typeof({compiler.process(element.clauses, **options)}) <> 'blob'"


def _out_of_kind(column: sa.Column[Any]) -> tuple[sa.ColumnElement[bool], ...]:
    if isinstance(column.type, sa.LargeBinary):
        return (_NotBytes(column),)
    end = END if isinstance(column.type, sa.BigInteger) else _SMALL_END
    # Last a number with a fraction; SQLite orders text and bytes behind every number.
    return (column < 0, column >= end, column != sa.cast(column, column.type))


def _sound(columns: Iterable[sa.Column[Any]], *equal: sa.Column[Any]) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions of rows that are read: what is given for `equal`, and no other cell of another kind.

    As one negation, not as single comparisons: by these SQLite would go through an index, and page after page through
    the same rows.
    """
    others = [column for column in columns if column not in set(equal)]
    return (*_equal(*equal), are_sound(others))


def _equal(*columns: sa.Column[Any]) -> Iterator[sa.ColumnElement[bool]]:
    """Yield the conditions that these cells are what is given under their names."""
    return (column == given(column.name) for column in columns)


def _among(cell: sa.ColumnElement[bytes], name: str = "among") -> sa.ColumnElement[bool]:
    """Return the condition that a cell is one of the values given under this name."""
    return cell.in_(given(name, expanding=True, type_=sa.LargeBinary))


# Of whole rows, in the order of their columns.
INSERTS = {table.name: sa.insert(table) for table in metadata.sorted_tables}

GENESIS = sa.select(genesis).where(*_sound(genesis.c, genesis.c.origin)).order_by(genesis.c.bytes)
GENESES = sa.select(genesis).where(*_sound(genesis.c)).order_by(genesis.c.origin, genesis.c.bytes)

OPERATIONS_AFTER = (
    sa.select(operation)
    .where(*_sound(operation.c, operation.c.origin), after([operation.c.seq, operation.c.digest]))
    .where(operation.c.seq < given("stop"))
    .order_by(operation.c.seq, operation.c.digest)
    .limit(given("rows"))
)
HEADERS = (
    sa.select(operation.c.header)
    .where(*_sound(operation.c, operation.c.origin), operation.c.seq >= given("start"), operation.c.seq < given("stop"))
    .order_by(operation.c.seq, operation.c.digest)
)
OPERATION = (
    sa.select(operation)
    .where(*_sound(operation.c, operation.c.origin, operation.c.seq))
    .order_by(operation.c.digest)
    .limit(1)
)
NEWEST_SEQ = (
    sa.select(operation.c.seq).where(*_sound(operation.c, operation.c.origin)).order_by(operation.c.seq.desc()).limit(1)
)
DOUBLED_SEQ = (
    sa.select(operation.c.seq)
    .where(*_sound(operation.c, operation.c.origin))
    .group_by(operation.c.seq)
    .having(sa.func.count() > 1)
    .order_by(operation.c.seq)
    .limit(1)
)

_PLACE = (version.c.origin, version.c.seq, version.c.n)
_WITH_KEYS = version.join(
    version_key,
    sa.and_(
        version.c.origin == version_key.c.origin, version.c.seq == version_key.c.seq, version.c.n == version_key.c.n
    ),
)
_SEALED_COLUMNS = (*version.c, version_key.c.epoch, version_key.c.wrap)
_SEALED = sa.select(*_SEALED_COLUMNS).select_from(_WITH_KEYS)
_SEALED_ORDER = (version.c.seq, version.c.n, version.c.id, version_key.c.epoch, version_key.c.wrap)

PLACES_IN_COMPARTMENTS = (
    sa.select(version.c.origin, version.c.seq).where(*_sound(version.c), _among(version.c.compartment)).distinct()
)
VERSIONS_OF_COMPARTMENT = _SEALED.where(*_sound(_SEALED_COLUMNS, version.c.compartment))
VERSIONS_OF_RECORD = _SEALED.where(*_sound(_SEALED_COLUMNS, version.c.compartment, version.c.record))
PLACES_IN_RECORD = sa.select(version.c.id, version.c.origin, version.c.seq).where(
    *_sound(version.c, version.c.compartment, version.c.record)
)
_PLACED_COLUMNS = (*_PLACE, version.c.id, version.c.compartment, version.c.record)
PLACED_IN_COMPARTMENT = sa.select(*_PLACED_COLUMNS).where(*_sound(version.c, version.c.compartment))
PLACED_IN_RECORD = sa.select(*_PLACED_COLUMNS).where(*_sound(version.c, version.c.compartment, version.c.record))
# By a look at every key, of which the index alone has all: no version is read.
KEYS_NAMED = sa.select(*_PLACE, version.c.id).where(are_sound((*_PLACE, version.c.id)), _among(version.c.id, "parts"))
VERSION_AT = _SEALED.where(*_sound(_SEALED_COLUMNS, *_PLACE)).order_by(*_SEALED_ORDER)
SEALED_AFTER = (
    _SEALED.where(*_sound(_SEALED_COLUMNS, version.c.origin), after(_SEALED_ORDER))
    .where(version.c.seq < given("stop"))
    .order_by(*_SEALED_ORDER)
    .limit(given("rows"))
)
VERSION_ROWS_AFTER = (
    sa.select(version)
    .where(*_sound(version.c, version.c.origin), after([version.c.seq, version.c.n, version.c.id]))
    .where(version.c.seq < given("stop"))
    .order_by(version.c.seq, version.c.n, version.c.id)
    .limit(given("rows"))
)
VERSION_KEYS_AFTER = (
    sa.select(version_key)
    .where(
        *_sound(version_key.c, version_key.c.origin),
        after([version_key.c.seq, version_key.c.n, version_key.c.epoch, version_key.c.wrap]),
    )
    .where(version_key.c.seq < given("stop"))
    .order_by(version_key.c.seq, version_key.c.n, version_key.c.epoch, version_key.c.wrap)
    .limit(given("rows"))
)
# Whether a write is there, by its keys alone.
HELD_VERSIONS = (
    sa.select(version.c.n, version.c.id, version_key.c.epoch, version_key.c.wrap)
    .select_from(_WITH_KEYS)
    .where(*_equal(version.c.origin, version.c.seq))
)
HELD_CHECKPOINT = sa.select(sa.func.count()).where(*_equal(checkpoint.c.origin, checkpoint.c.size, checkpoint.c.note))
HELD_LOCAL = sa.select(local.c.number, local.c.blob).where(*_equal(local.c.seat, local.c.purpose))

# The next log behind one, in each table that holds parts of logs: found by their keys, whatever their number of rows.
NEXT_ORIGIN = tuple(
    sa.select(sa.func.min(table.c.origin)).where(*_sound(table.c), table.c.origin > given("after_origin"))
    for table in (operation, version, version_key, checkpoint)
)
DELETE_VERSION = sa.delete(version).where(*_equal(*_PLACE))
DELETE_FALSE_VERSION = sa.delete(version).where(*_equal(*_PLACE, version.c.id))
DELETE_KEY = sa.delete(version_key).where(*_equal(*version_key.c))
DELETE_KEYS_OF_VERSION = sa.delete(version_key).where(*_equal(version_key.c.origin, version_key.c.seq, version_key.c.n))

EPOCHS = sa.select(epoch).where(*_sound(epoch.c))
EPOCH = sa.select(epoch).where(*_sound(epoch.c, epoch.c.digest))
EPOCHS_OF_COMPARTMENTS = sa.select(epoch).where(*_sound(epoch.c), _among(epoch.c.compartment))
COMPARTMENTS_OF_EPOCHS = sa.select(epoch.c.compartment)
# It looks at every notice and returns few: for an order SQLite would go through an index and fetch each row by it.
EPOCHS_HOLDING = sa.select(epoch).where(
    *_sound(epoch.c),
    _among(
        sa.func.substr(
            epoch.c.bytes, given("at", type_=sa.Integer), given("size", type_=sa.Integer), type_=sa.LargeBinary
        ),
        "parts",
    ),
)
GRANTS = sa.select(granted).where(*_sound(granted.c)).order_by(granted.c.digest)
EPOCHS_GRANTED_TO_SEAT = (
    sa.select(granted.c.epoch).where(*_sound([granted.c.epoch], granted.c.seat)).order_by(granted.c.epoch)
)
GRANT = sa.select(granted).where(*_sound(granted.c, granted.c.digest)).order_by(granted.c.digest).limit(1)
DELETE_GRANT = sa.delete(granted).where(*_equal(granted.c.digest))
GRANTS_OF_EPOCHS = sa.select(granted).where(*_sound(granted.c), _among(granted.c.epoch))

CHECKPOINTS = (
    sa.select(checkpoint)
    .where(*_sound(checkpoint.c, checkpoint.c.origin))
    .order_by(checkpoint.c.size, checkpoint.c.note)
)
NEWEST_CHECKPOINT = (
    sa.select(checkpoint)
    .where(*_sound(checkpoint.c, checkpoint.c.origin))
    .order_by(checkpoint.c.size.desc(), checkpoint.c.note.desc())
    .limit(1)
)
DELETE_REPLACED_CHECKPOINTS = sa.delete(checkpoint).where(
    checkpoint.c.origin == given("origin"),
    checkpoint.c.size > given("keep_up_to"),
    checkpoint.c.size.not_in(sa.select(cosignature.c.size).where(cosignature.c.origin == given("origin"))),
)

TILE = sa.select(tile.c.hashes).where(*_sound(tile.c, tile.c.origin, tile.c.level, tile.c.idx))
TILES = sa.select(tile).where(*_sound(tile.c, tile.c.origin)).order_by(tile.c.level, tile.c.idx)
DELETE_TILE = sa.delete(tile).where(*_equal(tile.c.origin, tile.c.level, tile.c.idx))

ATTACHMENTS = sa.select(attachment).where(*_sound(attachment.c)).order_by(attachment.c.digest, attachment.c.compartment)
ATTACHMENT = sa.select(attachment).where(*_sound(attachment.c, attachment.c.digest)).order_by(attachment.c.compartment)
TAIL = sa.select(tail).where(*_sound(tail.c, tail.c.name))
TAIL_NAMES = sa.select(tail.c.name).where(*_sound(tail.c)).order_by(tail.c.name)
# Of the key alone: an index has it, and no page of a chunk is read.
TAIL_KEYS = sa.select(tail.c.name).where(*_sound([tail.c.name])).order_by(tail.c.name)
DELETE_ATTACHMENT = sa.delete(attachment).where(*_equal(attachment.c.digest, attachment.c.compartment))
DELETE_TAIL = sa.delete(tail).where(*_equal(tail.c.name))

# How many rows no other statement reads; NULL fits no comparison.
FALSE_ROWS = {
    table.name: sa.select(sa.func.count())
    .select_from(table)
    .where(sa.or_(_any_false(table.c), *(column.is_(None) for column in table.c)))
    for table in metadata.sorted_tables
}

LOCAL = sa.select(local).where(*_sound(local.c, local.c.seat, local.c.purpose))
LOCALS = sa.select(local).where(*_sound(local.c, local.c.purpose)).order_by(local.c.seat)
DELETE_LOCAL = sa.delete(local).where(*_equal(local.c.seat, local.c.purpose))
