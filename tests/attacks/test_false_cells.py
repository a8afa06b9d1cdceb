"""Values of other types in every column of every table: unlock and `log verify` go on or end in words."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
import sqlalchemy as sa

from tests.attacks.outsider import Outsider
from tests.services.founded import Filled
from vault.errors import InternalError, VaultError
from vault.services.cases import cases
from vault.services.evidence import log_checking
from vault.store import tables
from vault.store.tables import metadata

_OF_BYTES = ("text", "", 7, 10**12, 1.5)
_OF_NUMBERS = ("text", b"bytes", b"", -1, 3.5, 1e300, 2**53, 2**63 - 1)
_LARGE = bytes(5 << 20)

_COLUMNS = [
    (table, column)
    for table in metadata.sorted_tables
    if table.name != "cosignature"  # nothing writes or reads any yet
    for column in table.columns
]
# Beside a true row stands what has another key, or gets one.
_BESIDE = [
    (table, column)
    for table, column in _COLUMNS
    if column.primary_key or isinstance(list(table.primary_key.columns)[-1].type, sa.LargeBinary)
]


_MADE_UP: dict[str, Callable[[bytes], tuple[Any, ...]]] = {
    "tile": lambda origin: (origin, 0, 0, bytes(256 * 32)),
    "attachment": lambda _: (bytes(32), bytes(16), bytes(64)),
    "tail": lambda _: (bytes(32), bytes(300)),
}


def false_values(column: sa.Column[Any]) -> tuple[Any, ...]:
    return _OF_BYTES if isinstance(column.type, sa.LargeBinary) else _OF_NUMBERS


def rows_of(cursor: Any, table: sa.Table) -> list[tuple[Any, ...]]:
    names = ", ".join(column.name for column in table.columns)
    found: list[tuple[Any, ...]] = cursor.execute(f"SELECT {names} FROM {table.name}").fetchall()
    if not found:  # a short log has no full tile, and no document
        (origin,) = cursor.execute("SELECT origin FROM genesis").fetchone()
        found = [_MADE_UP[table.name](origin)]
    return found


@pytest.mark.long_after(12)
@pytest.mark.parametrize(("table", "column"), _BESIDE, ids=str)
def test_rows_of_other_types_beside_the_true_ones_change_nothing_and_are_named(
    short: Filled, holder: Outsider, table: sa.Table, column: sa.Column[Any]
) -> None:
    names = [each.name for each in table.columns]
    key = list(table.primary_key.columns)
    planted = 0
    with holder.rows(short.path) as cursor:
        true = rows_of(cursor, table)
        for value in false_values(column):
            for row in {true[0], true[-1]}:
                cells = dict(zip(names, row, strict=True))
                if column.name not in table.primary_key.columns:
                    cells[key[-1].name] = bytes([planted]) * 32
                cells[column.name] = value
                marks = ", ".join("?" * len(names))
                # Not each index takes two such rows: 1.5 and 1.5 of two true rows are one.
                cursor.execute(f"INSERT OR IGNORE INTO {table.name} VALUES ({marks})", tuple(cells.values()))
                planted += cursor.rowcount
    with short.open() as session:
        assert session.warnings == ()
        assert len(cases.list_all(session)) == len(short.cases)
        found = log_checking.verify(session)
    if column is tables.tail.c.bytes:
        assert (found.faults, found.contents.stray) == ((), 0)  # an unlock removes the last chunks that no paper has
        return
    (fault,) = found.faults
    words, count = re.fullmatch(r"(\d+) (rows of the table .*)", str(fault.message)).group(2, 1)  # type: ignore[union-attr]  # None fails the test too
    assert (fault.code, words) == (
        "false-row",
        f"rows of the table {table.name} hold a value of another type than their column",
    )
    # An unlock's own checkpoint takes the place of those behind it, and of all that no size is smaller than.
    assert int(count) == planted or (column is tables.checkpoint.c.size and 0 < int(count) < planted)


@pytest.mark.long_after(9)
@pytest.mark.parametrize(("table", "column"), _COLUMNS, ids=str)
def test_values_of_other_types_in_place_of_true_ones_end_in_words(
    short: Filled, holder: Outsider, table: sa.Table, column: sa.Column[Any]
) -> None:
    values = false_values(column)
    large = (_LARGE,) if column.name in ("sealed", "blob") else ()
    for value in (values[len(column.name) % len(values)], *large):  # one each, and not everywhere the same
        with holder.rows(short.path) as cursor:
            cursor.execute(f"UPDATE OR IGNORE {table.name} SET {column.name} = ?", (value,))
        try:
            with short.open() as session:
                with suppress(VaultError):
                    cases.list_all(session)
                log_checking.verify(session)
        except VaultError as refusal:
            assert not isinstance(refusal, InternalError)  # noqa: PT017 - which error is free, but not this one
