"""How statements of the store meet a connection: rows in, rows out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa

from vault.store import statements as sql

_VALUES_AT_ONCE = 512
_Row = TypeVar("_Row")
_Make = Callable[[Iterable[Any]], _Row]


class Connected:
    """Runs statements over one connection, within one `Database.transaction()` or `.reading()`."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection

    def _insert(self, table: sa.Table, rows: Sequence[tuple[Any, ...]]) -> None:
        if rows:
            self.connection.exec_driver_sql(sql.insert_text(table, self.connection.dialect), list(rows))

    def _held(self, table: sa.Table, *values: Any) -> list[Any]:
        text = sql.held_text(table, self.connection.dialect)
        return list(self.connection.exec_driver_sql(text, values).all())

    def _all(self, make: _Make[_Row], statement: sa.Select[Any], params: Mapping[str, Any]) -> list[_Row]:
        return [make(row) for row in self.connection.execute(statement, params).all()]

    def _among(self, make: _Make[_Row], statement: sa.Select[Any], values: Collection[bytes]) -> Iterator[_Row]:
        """Yield what a statement finds for some values, asked for a chunk of them at a time."""
        asked = list(values)
        for start in range(0, len(asked), _VALUES_AT_ONCE):
            yield from self._all(make, statement, {"among": asked[start : start + _VALUES_AT_ONCE]})

    def _first(self, make: _Make[_Row], statement: sa.Select[Any], params: Mapping[str, Any]) -> _Row | None:
        row = self.connection.execute(statement, params).first()
        return None if row is None else make(row)
