"""Rows on loan: what a second seat needs of its own log to go on with it in a process that opens no vault.

Everything lent is public or sealed to that seat. What comes back is believed only after the checks of `pipe`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import msgspec

from vault.ids import CompartmentId, Origin, SeatId
from vault.log.items import ItemKind
from vault.log.rosters.roster import ROSTER_RECORD
from vault.log.tree import TILE_WIDTH
from vault.records.logs import genesis_of
from vault.seal.purposes import Purpose
from vault.store.rows import Rows
from vault.store.rowtypes import (
    CheckpointRow,
    EpochRow,
    GenesisRow,
    GrantRow,
    LocalRow,
    OperationRow,
    TileRow,
    VersionKeyRow,
    VersionRow,
)
from vault.validity.authority import Listings

_LENT = (Purpose.SESSION, Purpose.RATCHET, Purpose.KEYRING)
_RETURNED = (Purpose.SESSION, Purpose.RATCHET)

_Row = TypeVar("_Row")


class RowSet(msgspec.Struct, frozen=True):
    """Rows of each table."""

    geneses: tuple[GenesisRow, ...] = ()
    operations: tuple[OperationRow, ...] = ()
    versions: tuple[VersionRow, ...] = ()
    version_keys: tuple[VersionKeyRow, ...] = ()
    epochs: tuple[EpochRow, ...] = ()
    grants: tuple[GrantRow, ...] = ()
    checkpoints: tuple[CheckpointRow, ...] = ()
    tiles: tuple[TileRow, ...] = ()
    locals: tuple[LocalRow, ...] = ()

    def put_into(self, rows: Rows) -> None:
        """Insert them; local rows and tiles take the place of those that are there."""
        for genesis in self.geneses:
            rows.add_genesis(*genesis)
        for operation in self.operations:
            rows.add_operation(operation)
        rows.add_versions(self.versions)
        rows.add_version_keys(self.version_keys)
        rows.add_epochs(self.epochs)
        rows.add_grants(self.grants)
        for checkpoint in self.checkpoints:
            rows.add_checkpoint(checkpoint)
        for tile in self.tiles:
            rows.put_tile(tile)
        for local in self.locals:
            rows.put_local(local)


def can_act_here(rows: Rows, seats: Iterable[SeatId]) -> list[SeatId]:
    """Return those of these seats that have a session key on this device: their people can act at this keyboard."""
    return [seat for seat in seats if rows.local(seat, Purpose.SESSION) is not None]


def lend(rows: Rows, seat: SeatId, directory: CompartmentId, listings: Listings) -> RowSet:
    """Return what a seat needs to go on with its log: its end, its own sealed rows, and the rosters."""
    origins = [Origin(row.origin) for row in rows.geneses() if _is_of(rows, row.origin, seat)]
    rosters = rows.versions(directory, ROSTER_RECORD)
    ids = {roster.epoch for roster in rosters}
    grants = [grant for epoch in ids for grant in rows.grants_of(epoch) if grant.seat == seat]
    listed = listings.of(rows, ItemKind.GRANT)
    places = {place for grant in grants for place in listed.get(grant.digest, ())}
    operations = [row for origin, seq in places for row in rows.operations(origin, seq, seq + 1)]
    for origin in origins:
        size = rows.size(origin)
        operations += rows.operations(origin, size - size % TILE_WIDTH)
    wanted = {*origins, *(origin for origin, _ in places)}
    return RowSet(
        geneses=_once(row for row in rows.geneses() if row.origin in wanted),
        operations=_once(operations),
        versions=_once(VersionRow(*roster[:7]) for roster in rosters),
        version_keys=_once(VersionKeyRow(*roster[:3], roster.epoch, roster.wrap) for roster in rosters),
        epochs=_once(rows.epochs(directory)),
        grants=_once(grants),
        checkpoints=_once(row for origin in origins for row in rows.checkpoints(origin)),
        tiles=_once(row for origin in origins for row in rows.tiles(origin)),
        locals=_locals(rows, seat, _LENT),
    )


def added_since(rows: Rows, lent: RowSet, seat: SeatId, origin: Origin, size: int) -> RowSet:
    """Return what a seat's log gained while it was on loan: all that its vault has to take in.

    `size` is what the log had when it was lent.
    """
    return RowSet(
        operations=_once(rows.operations(origin, size)),
        epochs=_once(row for row in rows.epochs() if row not in lent.epochs),
        grants=_once(row for row in rows.grants() if row not in lent.grants),
        checkpoints=_once(row for row in rows.checkpoints(origin) if row.size > size),
        tiles=_once(row for row in rows.tiles(origin) if row not in lent.tiles),
        locals=_locals(rows, seat, _RETURNED),
    )


def _once(rows: Iterable[_Row]) -> tuple[_Row, ...]:
    return tuple(dict.fromkeys(rows))


def _locals(rows: Rows, seat: SeatId, purposes: Iterable[Purpose]) -> tuple[LocalRow, ...]:
    return tuple(row for purpose in purposes if (row := rows.local(seat, purpose)) is not None)


def _is_of(rows: Rows, origin: bytes, seat: SeatId) -> bool:
    genesis = genesis_of(rows, Origin(origin))
    return genesis is not None and genesis.seat == seat
