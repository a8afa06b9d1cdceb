"""How statements of the store meet a connection: rows in, rows out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from vault.store.rowtypes import Text
from vault.store.sqlite_texts import INSERTS

if TYPE_CHECKING:
    import sqlalchemy as sa

_VALUES_AT_ONCE = 512
_Row = TypeVar("_Row")
_Make = Callable[[Iterable[Any]], _Row]


class Link:
    """One connection of the driver, and SQLAlchemy over it where somebody needs that.

    Whoever asks first begins the transaction; SQLAlchemy begins and ends none by itself, but for Alembic.
    """

    def __init__(self, connection: Any, begin: str) -> None:
        self.driver = connection
        self._begin = begin
        self._engine: sa.Engine | None = None
        self._connection: sa.Connection | None = None

    def begun(self) -> Any:
        """Return the driver's connection within a transaction."""
        if not self.driver.in_transaction:
            self.driver.execute(self._begin)
        return self.driver

    def commit(self) -> None:
        """Make everything durable since the transaction began."""
        self.driver.execute("COMMIT")

    def end(self) -> None:
        """Undo what was not committed."""
        if self._connection is not None and self._connection.in_transaction():
            self._connection.rollback()  # of the driver too
        elif self.driver.in_transaction:
            self.driver.rollback()

    def connected(self) -> sa.Connection:
        """Return SQLAlchemy's connection, one for the life of the file."""
        if self._connection is None:
            import sqlalchemy as sa  # noqa: PLC0415 - 0.2 s, and few commands need it
            import sqlcipher3.dbapi2 as driver  # type: ignore[import-untyped]  # noqa: PLC0415 - ships no types
            from sqlalchemy.pool import StaticPool  # noqa: PLC0415

            self._engine = sa.create_engine(
                "sqlite://", module=driver, creator=lambda: self.driver, poolclass=StaticPool, hide_parameters=True
            )
            sa.event.listen(self._engine, "begin", lambda _: self.begun())
            # SQLAlchemy undoes what it finds begun when it gets to know an engine: that may be our transaction.
            dialect = self._engine.dialect
            undo, dialect.do_rollback = dialect.do_rollback, lambda dbapi_connection: None  # type: ignore[method-assign]
            self._connection = self._engine.connect()
            dialect.do_rollback = undo  # type: ignore[method-assign]
        return self._connection

    def close(self) -> None:
        if self._engine is not None:
            self._engine.dispose()
        self.driver.close()


class Connected:
    """Runs statements over one connection, within one `Database.transaction()` or `.reading()`."""

    def __init__(self, link: Link) -> None:
        self._link = link

    @property
    def connection(self) -> sa.Connection:
        """SQLAlchemy's connection."""
        return self._link.connected()

    @property
    def driver(self) -> Any:
        """The driver's connection, for what SQLAlchemy has no words for; a transaction need not have begun."""
        return self._link.driver

    def _run(self, statement: Text, given: Mapping[str, Any]) -> Any:
        return self._link.begun().execute(*statement.filled(given))

    def _run_many(self, statement: Text, rows: Sequence[tuple[Any, ...]]) -> None:
        """Run a statement for each row of values, which stand in the order of its names."""
        if rows:
            self._link.begun().executemany(statement.text, rows)

    def _insert(self, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        self._run_many(INSERTS[table], rows)

    def _all(self, make: _Make[_Row], statement: Text, given: Mapping[str, Any]) -> list[_Row]:
        return list(map(make, self._run(statement, given).fetchall()))

    def _first(self, make: _Make[_Row], statement: Text, given: Mapping[str, Any]) -> _Row | None:
        found = self._run(statement, given)
        row = found.fetchone()
        found.close()
        return None if row is None else make(row)

    def _scalar(self, statement: Text, given: Mapping[str, Any]) -> Any:
        """Return the first cell of the first row, or None."""
        row = self._first(tuple, statement, given)
        return None if row is None else row[0]

    def _scalars(self, statement: Text, given: Mapping[str, Any]) -> list[Any]:
        return [row[0] for row in self._run(statement, given).fetchall()]

    def _among(self, make: _Make[_Row], statement: Text, values: Sequence[bytes]) -> Iterator[_Row]:
        """Yield what a statement finds for some values, asked for a chunk of them at a time."""
        for start in range(0, len(values), _VALUES_AT_ONCE):
            yield from self._all(make, statement, {"among": values[start : start + _VALUES_AT_ONCE]})
