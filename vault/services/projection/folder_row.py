"""What a folder knows for all its seats: erasures that it looked at, and how far its bundles reach (FORMAT.md 7)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from vault.access.session import Session
from vault.errors import MalformedError
from vault.ids import ZERO_ID, CompartmentId, Origin
from vault.records.seatlog import decoded
from vault.seal.purposes import Purpose
from vault.store.rows import Rows
from vault.store.rowtypes import LocalRow
from vault.validity.erased_versions import GO_WHOLE
from vault.words.message import Message

# What a folder knows of erasures: which it looked at, which wait, and which records went (FORMAT.md 7, erasures).
# The row is of the folder, not of a seat: random ids and numbers, sealed under nobody's key but the database's.

# Drafts of older ones are gone: who has not unlocked since is told by the app that a record is not there.
RECORDS_KEPT = 8_192
# In the place of a time: it is listed as erased by nobody who might.
NOT_YET = 0
# In the place of a record: the case or section went as a whole.
ALL_RECORDS = b""


class WaitingErasure(NamedTuple):
    """A version that somebody erased elsewhere and that is here still; `by_*` is the entry that lists it so.

    `since_ms` is when it was first seen here to count as erased; None while a legal hold stood since; `NOT_YET`.
    """

    origin: bytes
    seq: int
    n: int
    id: bytes
    compartment: bytes
    record: bytes
    by_origin: bytes
    by_seq: int
    since_ms: int | None


class FolderErasures(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The content of the row.

    Attributes:
        read: how far each log was read.
        waiting: what others erased and is still here.
        records: (compartment, record) of what went.
        begun: what is being removed now; what stands here after a crash is finished at the next unlock. `by_origin` is
            empty where it was erased in this folder.
        counted: how many records of cases and sections that were here an entry of others erased: log, position, count.
        held: the places that were on hold when a session of this folder looked last that could open them.
        stood: (case, version) of each hold that stood then on a case. What stands no longer is not kept.
    """

    read: dict[bytes, int] = {}
    waiting: list[WaitingErasure] = []
    records: list[tuple[bytes, bytes]] = []
    begun: list[WaitingErasure] = []
    held: list[bytes] = []
    counted: list[tuple[bytes, int, int]] = []
    stood: list[tuple[bytes, bytes]] = []


def stored(rows: Rows) -> FolderErasures:
    """Return what the row says.

    Raises:
        MalformedError: it was altered.
    """
    row = rows.local(ZERO_ID, Purpose.ERASURES)
    if row is None:
        return FolderErasures()
    try:
        fields = msgspec.msgpack.decode(row.blob, type=dict[str, Any])
        fields.pop("seen", None)  # of an earlier program: all holds that were ever valid here
        return msgspec.convert(fields, FolderErasures)
    except (RecursionError, ValueError):
        raise MalformedError(Message("the row of erasures in this folder cannot be read")) from None


def keep(rows: Rows, content: FolderErasures) -> None:
    """Put the row in place of the one before."""
    rows.put_local(LocalRow(ZERO_ID, Purpose.ERASURES, 0, msgspec.msgpack.encode(content)))


def erased_records(session: Session) -> frozenset[tuple[bytes, bytes]]:
    """Return (compartment, record) of what was erased in this folder: the newest of them."""
    with session.database.reading() as rows:
        known = stored(rows).records
    states = session.states_of(CompartmentId(home) for home, record in known if record == ALL_RECORDS)
    kept = {home for home, state in states.items() if state is not None and state.kind in GO_WHOLE}
    return frozenset((home, record) for home, record in known if record != ALL_RECORDS or home in kept)


def add_begun(rows: Rows, begun: Sequence[WaitingErasure]) -> None:
    """Remember what is about to be removed; what waits of it waits no more."""
    known, ids = stored(rows), {(each.compartment, each.id) for each in begun}
    waiting = [each for each in known.waiting if (each.compartment, each.id) not in ids]
    keep(rows, msgspec.structs.replace(known, waiting=waiting, begun=[*known.begun, *begun]))


def add_waiting(rows: Rows, came: Sequence[WaitingErasure]) -> None:
    """Remember what came in although others erased it; what waits already is no news."""
    known = stored(rows)
    have = {(each.compartment, each.id) for each in known.waiting}
    new = {(each.compartment, each.id): each for each in came if (each.compartment, each.id) not in have}
    if new:
        keep(rows, msgspec.structs.replace(known, waiting=[*known.waiting, *new.values()]))


def end_begun(session: Session, records: Collection[tuple[bytes, bytes]]) -> None:
    """Remember which records went, so that each member's drafts of them go at their next unlock: all is removed."""
    with session.database.transaction() as rows:
        known = stored(rows)
        kept = [*(record for record in known.records if record not in records), *sorted(records)]
        keep(rows, msgspec.structs.replace(known, records=kept[-RECORDS_KEPT:], begun=[]))


# How far bundles reach that anybody made in this folder: what they may hold is not taken back (FORMAT.md 7).
# A move into a section reaches as far: what it wrote there is the only copy.
# The row is of the folder, not of a seat: without a name, and sealed under nobody's key but the database's.
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
    refusal = Message("the row of bundles made in this folder cannot be read")
    return {} if row is None else dict(decoded(row.blob, list[tuple[bytes, int]], refusal))
