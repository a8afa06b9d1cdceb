"""The SQL of the rows: built once, within what SQLite, PostgreSQL and CockroachDB all speak.

Paging is by key, never by offset; nothing is updated in place; no statement asks the database for a number, a time or a
random value. `tests/hygiene/test_sql_subset.py` reads every one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam as given

from vault.store.tables import (
    checkpoint,
    cosignature,
    epoch,
    genesis,
    granted,
    local,
    operation,
    tile,
    version,
    version_key,
)

END = 2**63 - 1  # no place lies beyond: numbers are u63 on both engines
_SMALL_END = 2**31 - 1


@cache
def insert_text(table: sa.Table, dialect: sa.Dialect) -> str:
    """Return the insert of whole rows, in column order, for plain tuples: a fifth faster than dicts through Core."""
    return str(sa.insert(table).compile(dialect=dialect, column_keys=[column.name for column in table.columns]))


def after(columns: Sequence[sa.Column[int] | sa.Column[bytes]]) -> sa.ColumnElement[bool]:
    """Return the condition "behind the row whose key is given as after_<column>"."""
    return sa.tuple_(*columns) > sa.tuple_(*(given(f"after_{column.name}", type_=column.type) for column in columns))


def is_false(columns: Iterable[sa.Column[Any]]) -> sa.ColumnElement[bool]:
    """Return the condition that some cell of a row holds something else than its column is for.

    SQLite takes any value in any column, and orders numbers before text before bytes, of which none is the smallest; on
    the other engines the types of the columns make this false always.
    """
    return sa.or_(*(condition for column in columns for condition in _out_of_kind(column)))


def _out_of_kind(column: sa.Column[Any]) -> tuple[sa.ColumnElement[bool], ...]:
    if isinstance(column.type, sa.LargeBinary):
        return (column < b"",)
    largest = END if isinstance(column.type, sa.BigInteger) else _SMALL_END
    return (column < 0, column > largest, column != sa.cast(column, column.type))


def _is_sound(columns: Iterable[sa.Column[Any]]) -> sa.ColumnElement[bool]:
    """Return the condition of rows that are read: not as single comparisons, which SQLite would page by."""
    return sa.not_(is_false(columns))


def _select(*columns: sa.Column[Any]) -> sa.Select[Any]:
    return sa.select(*columns).where(_is_sound(columns))


GENESIS = _select(*genesis.c).where(genesis.c.origin == given("origin")).order_by(genesis.c.bytes)
GENESES = _select(*genesis.c).order_by(genesis.c.origin, genesis.c.bytes)

OPERATIONS_AFTER = (
    _select(*operation.c)
    .where(operation.c.origin == given("origin"), after([operation.c.seq, operation.c.digest]))
    .where(operation.c.seq < given("stop"))
    .order_by(operation.c.seq, operation.c.digest)
    .limit(given("rows"))
)
OPERATION = (
    _select(*operation.c)
    .where(operation.c.origin == given("origin"), operation.c.seq == given("seq"))
    .order_by(operation.c.digest)
    .limit(1)
)
NEWEST_SEQ = (
    sa.select(operation.c.seq)
    .where(_is_sound(operation.c), operation.c.origin == given("origin"))
    .order_by(operation.c.seq.desc())
    .limit(1)
)

_PLACE = (version.c.origin, version.c.seq, version.c.n)
_WITH_KEYS = version.join(
    version_key,
    sa.and_(
        version.c.origin == version_key.c.origin, version.c.seq == version_key.c.seq, version.c.n == version_key.c.n
    ),
)
_SEALED = _select(*version.c, version_key.c.epoch, version_key.c.wrap).select_from(_WITH_KEYS)
_SEALED_ORDER = (version.c.seq, version.c.n, version.c.id, version_key.c.epoch, version_key.c.wrap)

FIRST_PLACE_IN_COMPARTMENT = (
    sa.select(version.c.origin, version.c.seq)
    .where(_is_sound(version.c), version.c.compartment == given("compartment"))
    .order_by(version.c.seq, version.c.origin)
    .limit(1)
)
VERSIONS_OF_COMPARTMENT = _SEALED.where(version.c.compartment == given("compartment"))
VERSIONS_OF_RECORD = _SEALED.where(version.c.compartment == given("compartment"), version.c.record == given("record"))
VERSION_AT = _SEALED.where(
    version.c.origin == given("origin"), version.c.seq == given("seq"), version.c.n == given("n")
).order_by(*_SEALED_ORDER)
SEALED_AFTER = (
    _SEALED.where(version.c.origin == given("origin"), after(_SEALED_ORDER))
    .order_by(*_SEALED_ORDER)
    .limit(given("rows"))
)
VERSION_ROWS_AFTER = (
    _select(*version.c)
    .where(version.c.origin == given("origin"), after([version.c.seq, version.c.n, version.c.id]))
    .where(version.c.seq < given("stop"))
    .order_by(version.c.seq, version.c.n, version.c.id)
    .limit(given("rows"))
)
VERSION_KEYS_AFTER = (
    _select(*version_key.c)
    .where(
        version_key.c.origin == given("origin"),
        after([version_key.c.seq, version_key.c.n, version_key.c.epoch, version_key.c.wrap]),
    )
    .where(version_key.c.seq < given("stop"))
    .order_by(version_key.c.seq, version_key.c.n, version_key.c.epoch, version_key.c.wrap)
    .limit(given("rows"))
)
# The next log behind one, in each table that holds parts of logs: found by their keys, whatever their number of rows.
NEXT_ORIGIN = tuple(
    sa.select(sa.func.min(table.c.origin)).where(_is_sound(table.c), table.c.origin > given("after_origin"))
    for table in (operation, version, version_key, checkpoint)
)
DELETE_VERSION = sa.delete(version).where(*(column == given(column.name) for column in _PLACE))
DELETE_KEYS_OF_VERSION = sa.delete(version_key).where(
    *(version_key.c[column.name] == given(column.name) for column in _PLACE)
)
DELETE_VERSION_KEY = sa.delete(version_key).where(*(column == given(column.name) for column in version_key.c))

EPOCHS = _select(*epoch.c).order_by(epoch.c.compartment, epoch.c.digest)
EPOCH = _select(*epoch.c).where(epoch.c.digest == given("digest"))
EPOCHS_OF_COMPARTMENT = _select(*epoch.c).where(epoch.c.compartment == given("compartment")).order_by(epoch.c.digest)
EPOCHS_AS_LONG_AS = (
    _select(*epoch.c)
    .where(sa.func.length(epoch.c.bytes) >= given("size", type_=sa.Integer))
    .order_by(epoch.c.compartment, epoch.c.digest)
)
EPOCHS_HOLDING = (
    _select(*epoch.c)
    .where(
        sa.func.substr(
            epoch.c.bytes, given("at", type_=sa.Integer), given("size", type_=sa.Integer), type_=sa.LargeBinary
        ).in_(given("parts", expanding=True, type_=sa.LargeBinary))
    )
    .order_by(epoch.c.digest)
)
GRANTS = _select(*granted.c).order_by(granted.c.digest)
EPOCHS_GRANTED_TO_SEAT = (
    sa.select(granted.c.epoch)
    .where(_is_sound([granted.c.seat, granted.c.epoch]), granted.c.seat == given("seat"))
    .distinct()
    .order_by(granted.c.epoch)
)
GRANTS_OF_EPOCH = _select(*granted.c).where(granted.c.epoch == given("epoch")).order_by(granted.c.digest)

CHECKPOINTS = (
    _select(*checkpoint.c).where(checkpoint.c.origin == given("origin")).order_by(checkpoint.c.size, checkpoint.c.note)
)
NEWEST_CHECKPOINT = (
    _select(*checkpoint.c)
    .where(checkpoint.c.origin == given("origin"))
    .order_by(checkpoint.c.size.desc(), checkpoint.c.note.desc())
    .limit(1)
)
DELETE_REPLACED_CHECKPOINTS = sa.delete(checkpoint).where(
    checkpoint.c.origin == given("origin"),
    checkpoint.c.size > given("keep_up_to"),
    checkpoint.c.size.not_in(sa.select(cosignature.c.size).where(cosignature.c.origin == given("origin"))),
)

TILE = sa.select(tile.c.hashes).where(
    _is_sound(tile.c), tile.c.origin == given("origin"), tile.c.level == given("level"), tile.c.idx == given("idx")
)
TILES = _select(*tile.c).where(tile.c.origin == given("origin")).order_by(tile.c.level, tile.c.idx)
DELETE_TILE = sa.delete(tile).where(
    tile.c.origin == given("origin"), tile.c.level == given("level"), tile.c.idx == given("idx")
)

LOCAL = _select(*local.c).where(local.c.seat == given("seat"), local.c.purpose == given("purpose"))
LOCALS = sa.select(local).where(local.c.purpose == given("purpose")).order_by(local.c.seat)
DELETE_LOCAL = sa.delete(local).where(local.c.seat == given("seat"), local.c.purpose == given("purpose"))
