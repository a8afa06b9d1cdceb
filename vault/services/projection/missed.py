"""Since when something listed is not here (FORMAT.md 7, missed): of what is made anew, an index, no time depends."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress

import msgspec

from vault.access.session import Session
from vault.errors import InternalError, TryAgainError, VaultError
from vault.index.remembered import Listed
from vault.seal.purposes import Purpose
from vault.store.rows import Rows

# In the place of a position in a list: of the whole entry the payload is missed, or the approval that it names.
ITS_PAYLOAD, ITS_APPROVAL = -1, -2


def missed_since(session: Session, places: Collection[Listed], *, of_entries: int | None = None) -> dict[Listed, int]:
    """Return since when each of these listed things was missed, ms UTC; of what came meanwhile nothing is kept.

    Args:
        session: of the member.
        places: all of which something is missed; of whole entries `n` is `ITS_PAYLOAD` or `ITS_APPROVAL`.
        of_entries: the `n` of these places, where they are whole entries of which the same is missed.
    """
    now_ms = session.log.now_ms()
    with session.database.reading() as rows:
        known = _stored(session, rows)
    mine = {place for place in known if (place[2] == of_entries if of_entries is not None else place[2] >= 0)}
    found = {place: known.get(place, now_ms) for place in places}
    if mine != found.keys():
        kept = {place: since for place, since in known.items() if place not in mine} | found
        content = msgspec.msgpack.encode(sorted((*place, since) for place, since in kept.items()))
        # Where there is no room, or the vault is in use by who asks, it is kept the next time.
        with suppress(InternalError, TryAgainError), session.database.transaction() as rows:
            rows.put_local(session.log.place.seal_row(Purpose.MISSED, content))
    return found


def _stored(session: Session, rows: Rows) -> dict[Listed, int]:
    """Return what the row says; of one that was altered nothing: the times begin again."""
    row = rows.local(session.seat, Purpose.MISSED)
    if row is None:
        return {}
    try:
        kept = msgspec.msgpack.decode(session.log.place.open_row(row), type=list[tuple[bytes, int, int, int]])
    except (RecursionError, ValueError, VaultError):
        return {}
    return {(origin, seq, n): since for origin, seq, n, since in kept}
