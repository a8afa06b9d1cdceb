"""How far bundles reach that anybody made in this folder: what they may hold is not taken back (FORMAT.md 7).

A move into a section reaches as far: what it wrote there is the only copy.

The row is of the folder, not of a seat: without a name, and sealed under nobody's key but the database's.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from vault.access.session import Session
from vault.errors import MalformedError
from vault.ids import ZERO_ID, Origin
from vault.seal.purposes import Purpose
from vault.store.rows import Rows
from vault.store.rowtypes import LocalRow
from vault.words.message import Message


def offered_of(session: Session, origin: Origin) -> int:
    """Return how many entries of a log any bundle has that was made in this folder.

    Raises:
        MalformedError: the row was altered.
    """
    with session.database.reading() as rows:
        return _read(rows).get(origin, 0)


def keep_offered(session: Session, sizes: Mapping[bytes, int]) -> None:
    """Remember how far a bundle reaches, before anybody has it; what is known already never shrinks."""
    with session.database.transaction() as rows:
        known = _read(rows)
        reached = {origin: max(size, known.get(origin, 0)) for origin, size in sizes.items()}
        content = msgspec.msgpack.encode(sorted((known | reached).items()))
        rows.put_local(LocalRow(ZERO_ID, Purpose.OFFERED, 0, content))


def _read(rows: Rows) -> dict[bytes, int]:
    row = rows.local(ZERO_ID, Purpose.OFFERED)
    if row is None:
        return {}
    try:
        return dict(msgspec.msgpack.decode(row.blob, type=list[tuple[bytes, int]]))
    except (RecursionError, ValueError):
        raise MalformedError(Message("the row of bundles made in this folder cannot be read")) from None
