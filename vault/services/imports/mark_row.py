"""Which entries of this seat's log its last import of a list made, so that they can be taken back (FORMAT.md 7)."""

from __future__ import annotations

import msgspec

from vault.access.session import Session
from vault.errors import MalformedError
from vault.seal.purposes import Purpose
from vault.store.rows import Rows
from vault.words.message import Message


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The log, its entries from `first` to before `last`, and when they were made, ms UTC."""

    origin: bytes
    first: int
    last: int
    made_ms: int


def keep_mark(session: Session, rows: Rows, mark: Mark | None) -> None:
    """Put the mark in place of the one before; None where the import was taken back."""
    if mark is None:
        rows.delete_local(session.seat, Purpose.IMPORTED)
    else:
        rows.put_local(session.log.place.seal_row(Purpose.IMPORTED, msgspec.msgpack.encode(mark)))


def mark_of(session: Session) -> Mark | None:
    """Return the mark of the last import, or None.

    Raises:
        MalformedError, BrokenSealError: the row was altered.
    """
    with session.database.reading() as rows:
        row = rows.local(session.seat, Purpose.IMPORTED)
    if row is None:
        return None
    try:
        return msgspec.msgpack.decode(session.log.place.open_row(row), type=Mark)
    except (RecursionError, ValueError):
        raise MalformedError(Message("the row of the last import cannot be read")) from None
