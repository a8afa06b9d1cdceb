"""Rows on loan: what a second seat needs of its own log to go on with it in a process that opens no vault.

Everything lent is public or sealed to that seat. What comes back is believed only after the checks of `taken_back`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

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
    GrantRow,
    LocalRow,
    OperationRow,
    TileRow,
    VersionKeyRow,
    VersionRow,
)
from vault.validity.authority import Listings

LENT_PURPOSES = (Purpose.SESSION, Purpose.RATCHET, Purpose.KEYRING)

# As MessagePack has them; `rowtypes` names the columns.
_Genesis = tuple[bytes, bytes]
_Operation = tuple[bytes, int, bytes, bytes, bytes, bytes]
_Version = tuple[bytes, int, int, bytes, bytes, bytes, bytes]
_VersionKey = tuple[bytes, int, int, bytes, bytes]
_Epoch = tuple[bytes, bytes, bytes]
_Grant = tuple[bytes, bytes, bytes, bytes, bytes]
_Checkpoint = tuple[bytes, int, bytes, bytes]
_Tile = tuple[bytes, int, int, bytes]
_Local = tuple[bytes, int, int, bytes]


class RowSet(msgspec.Struct, frozen=True):
    """Rows of each table."""

    geneses: tuple[_Genesis, ...] = ()
    operations: tuple[_Operation, ...] = ()
    versions: tuple[_Version, ...] = ()
    version_keys: tuple[_VersionKey, ...] = ()
    epochs: tuple[_Epoch, ...] = ()
    grants: tuple[_Grant, ...] = ()
    checkpoints: tuple[_Checkpoint, ...] = ()
    tiles: tuple[_Tile, ...] = ()
    locals: tuple[_Local, ...] = ()

    def put_into(self, rows: Rows) -> None:
        """Insert them; local rows and tiles take the place of those that are there."""
        for genesis in self.geneses:
            rows.add_genesis(*genesis)
        for operation in self.operations:
            rows.add_operation(OperationRow(*operation))
        rows.add_versions([VersionRow(*version) for version in self.versions])
        rows.add_version_keys([VersionKeyRow(*key) for key in self.version_keys])
        rows.add_epochs([EpochRow(*epoch) for epoch in self.epochs])
        rows.add_grants([GrantRow(*grant) for grant in self.grants])
        for checkpoint in self.checkpoints:
            rows.add_checkpoint(CheckpointRow(*checkpoint))
        for tile in self.tiles:
            rows.put_tile(TileRow(*tile))
        for local in self.locals:
            rows.put_local(LocalRow(*local))


def can_act_here(rows: Rows, seats: Iterable[SeatId]) -> list[SeatId]:
    """Return those of these seats that have a session key on this device: their people can act at this keyboard."""
    return [seat for seat in seats if rows.local(seat, Purpose.SESSION) is not None]


def lend(rows: Rows, seat: SeatId, directory: CompartmentId, listings: Listings) -> RowSet:
    """Return what a seat needs to go on with its log: its end, its own sealed rows, and the rosters.

    Args:
        rows: of the vault.
        seat: whose log it is.
        directory: where the rosters are.
        listings: where grants are listed.
    """
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
    locals_ = [rows.local(seat, purpose) for purpose in LENT_PURPOSES]
    return RowSet(
        geneses=_plain(row for row in rows.geneses() if row.origin in wanted),
        operations=_plain(operations),
        versions=_plain(roster[:7] for roster in rosters),
        version_keys=_plain((*roster[:3], roster.epoch, roster.wrap) for roster in rosters),
        epochs=_plain(rows.epochs(directory)),
        grants=_plain(grants),
        checkpoints=_plain(row for origin in origins for row in rows.checkpoints(origin)),
        tiles=_plain(row for origin in origins for row in rows.tiles(origin)),
        locals=_plain(row for row in locals_ if row is not None),
    )


def added_since(rows: Rows, lent: RowSet, seat: SeatId, origin: Origin, size: int) -> RowSet:
    """Return what a seat's log gained while it was on loan: all that its vault has to take in.

    Args:
        rows: those that were lent, and what was written beside them.
        lent: what was lent.
        seat: whose log it is.
        origin: the log.
        size: what it had when it was lent.
    """
    locals_ = [rows.local(seat, purpose) for purpose in (Purpose.SESSION, Purpose.RATCHET)]
    return RowSet(
        operations=_plain(rows.operations(origin, size)),
        epochs=_plain(row for row in rows.epochs() if tuple(row) not in lent.epochs),
        grants=_plain(row for row in rows.grants() if tuple(row) not in lent.grants),
        checkpoints=_plain(row for row in rows.checkpoints(origin) if row.size > size),
        tiles=_plain(row for row in rows.tiles(origin) if tuple(row) not in lent.tiles),
        locals=_plain(row for row in locals_ if row is not None),
    )


def _plain(rows: Iterable[tuple[object, ...]]) -> Any:
    """Return rows as MessagePack has them, each once."""
    return tuple(dict.fromkeys(tuple(row) for row in rows))


def _is_of(rows: Rows, origin: bytes, seat: SeatId) -> bool:
    genesis = genesis_of(rows, Origin(origin))
    return genesis is not None and genesis.seat == seat
