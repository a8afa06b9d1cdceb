"""The tables of counts that this seat was shown: a later table must not give away what these hid (FORMAT.md 7)."""

from __future__ import annotations

import msgspec

from vault.access.session import Session
from vault.errors import MalformedError
from vault.seal.purposes import Purpose
from vault.tables.small_cells import Numbers, Shown, Values
from vault.words.message import Message

MOST = 32
_Row = tuple[Values, Numbers]
_Cells = frozenset[tuple[str, str]]


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    by: Values
    rows: tuple[_Row, ...]
    total: Numbers | None
    hidden: tuple[Values, ...]


def tables_before(session: Session) -> list[Shown]:
    """Return the newest tables that were shown, the oldest first.

    Raises:
        MalformedError, BrokenSealError: the row was altered.
    """
    with session.database.reading() as rows:
        row = rows.local(session.seat, Purpose.COUNTED)
    if row is None:
        return []
    try:
        tables = msgspec.msgpack.decode(session.log.place.open_row(row), type=list[_Table])
        return [Shown(table.by, dict(table.rows), table.total, table.hidden) for table in tables]
    except (RecursionError, ValueError):
        raise MalformedError(Message("the row of earlier counts cannot be read")) from None


def keep_table(session: Session, earlier: list[Shown], table: Shown) -> None:
    """Remember a table before it is shown; of many, the newest stay.

    The same table again, perhaps with its columns in another order, takes the place of the older one: who makes it many
    times makes this device forget nothing.
    """
    others = [each for each in earlier if _told(each) != _told(table)]
    kept = [_Table(each.by, tuple(each.rows.items()), each.total, each.hidden) for each in (*others, table)[-MOST:]]
    with session.database.transaction() as rows:
        rows.put_local(session.log.place.seal_row(Purpose.COUNTED, msgspec.msgpack.encode(kept)))


def _told(table: Shown) -> tuple[frozenset[_Cells], frozenset[tuple[_Cells, Numbers]], Numbers | None]:
    """Return what a table tells, in whatever order its columns stand: columns and hidden rows, rows, total."""

    def cells(values: Values) -> _Cells:
        return frozenset(zip(table.by, values, strict=True))

    hidden = frozenset(map(cells, (table.by, *table.hidden)))
    return hidden, frozenset((cells(values), numbers) for values, numbers in table.rows.items()), table.total
