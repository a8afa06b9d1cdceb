"""Rows on loan: what of a log and of the rosters goes along, what stays, and what comes back."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from tests.log import writer
from tests.log.writer import Writer
from vault.ids import CompartmentId, Origin, SeatId
from vault.log.items import Item, ItemKind
from vault.log.roster import ROSTER_RECORD
from vault.seal.purposes import LOCAL_PURPOSES, Purpose
from vault.services.approvals.pipe_process import RowSet, added_since, can_act_here, lend
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
from vault.store.schema import open_in_memory
from vault.validity.authority import Listings

SEAT, OTHER = SeatId(writer.SEAT), SeatId(b"o" * 16)
DIRECTORY, CASE = CompartmentId(b"d" * 16), CompartmentId(b"c" * 16)
FIRST, SECOND, OF_THE_CASE = (bytes([n]) * 16 for n in (1, 2, 3))
LOG = Writer("own")
ORIGIN = Origin(LOG.origin)
GIVER, STRANGER = b"g" * 32, b"x" * 32
LIMIT = 256


def operation(origin: bytes, seq: int, *granted: GrantRow) -> OperationRow:
    items = [Item.in_compartment(ItemKind.GRANT, DIRECTORY, grant.digest) for grant in granted]
    listed = b"".join([bytes((kind,)) + digest + tag for kind, digest, tag in items])
    return OperationRow(origin, seq, b"header", listed, b"sealed", seq.to_bytes(32, "big"))


def grant(epoch: bytes, seat: SeatId) -> GrantRow:
    return GrantRow(epoch + seat, epoch, seat, b"giver", b"sealed")


def local(seat: SeatId, purpose: Purpose) -> LocalRow:
    return LocalRow(seat, purpose, 0, b"sealed for %d" % purpose)


def version(n: int, compartment: bytes, record: bytes) -> VersionRow:
    return VersionRow(GIVER, 0, n, b"id" * 16, compartment, record, b"blob")


GRANTS = [grant(epoch, seat) for epoch in (FIRST, SECOND, OF_THE_CASE) for seat in (SEAT, OTHER)]
ROSTERS = [version(0, DIRECTORY, ROSTER_RECORD), version(1, DIRECTORY, ROSTER_RECORD)]
ROSTER_KEYS = [VersionKeyRow(GIVER, 0, n, epoch, b"wrap") for n, epoch in ((0, FIRST), (0, SECOND), (1, SECOND))]
OTHER_VERSIONS = [version(2, DIRECTORY, b"r" * 16), version(3, CASE, ROSTER_RECORD)]
OTHER_KEYS = [VersionKeyRow(GIVER, 0, n, OF_THE_CASE, b"wrap") for n in (2, 3)]
EPOCHS = [
    EpochRow(b"%d" % n * 32, compartment, b"notice") for n, compartment in enumerate((DIRECTORY, DIRECTORY, CASE))
]
LOCALS = [local(seat, purpose) for seat in (SEAT, OTHER) for purpose in sorted(LOCAL_PURPOSES)]
# At 0 it lists what nobody needs, at 1 a grant of the first epoch, at 2 nothing.
GIVEN = [operation(GIVER, 0, GRANTS[1], GRANTS[4]), operation(GIVER, 1, GRANTS[0]), operation(GIVER, 2)]


@pytest.fixture
def rows() -> Iterator[Rows]:
    """A vault with the log of a seat, that of a giver and that of somebody who gave nothing."""
    database = open_in_memory()
    with database.transaction() as made:
        made.add_genesis(ORIGIN, LOG.genesis)
        for origin in (GIVER, STRANGER):
            made.add_genesis(origin, b"genesis of " + origin)
        for row in (*GIVEN, operation(STRANGER, 0)):
            made.add_operation(row)
        made.add_versions([*ROSTERS, *OTHER_VERSIONS])
        made.add_version_keys([*ROSTER_KEYS, *OTHER_KEYS])
        made.add_epochs(EPOCHS)
        made.add_grants(GRANTS)
        for origin in (ORIGIN, GIVER):
            made.add_checkpoint(CheckpointRow(origin, 1, b"root", b"note"))
            made.put_tile(TileRow(origin, 0, 0, b"hashes"))
        for one in LOCALS:
            made.put_local(one)
        yield made
    database.close()


def write(rows: Rows, count: int, start: int = 0) -> list[OperationRow]:
    """Let the seat's log have `count` entries."""
    made = [operation(ORIGIN, seq) for seq in range(start, count)]
    for row in made:
        rows.add_operation(row)
    return made


def lent_from(rows: Rows) -> RowSet:
    return lend(rows, SEAT, DIRECTORY, Listings())


# ---- what is lent


def test_what_is_lent_is_the_seats_log_the_rosters_and_what_gives_the_seat_their_keys(rows: Rows) -> None:
    own = write(rows, 3)
    lent = lent_from(rows)
    assert set(lent.geneses) == {(ORIGIN, LOG.genesis), (GIVER, b"genesis of " + GIVER)}
    assert set(lent.operations) == {*map(tuple, own), tuple(GIVEN[1])}
    assert set(lent.versions) == {*map(tuple, ROSTERS)}
    assert set(lent.version_keys) == {*map(tuple, ROSTER_KEYS)}
    assert set(lent.epochs) == {*map(tuple, EPOCHS[:2])}
    assert set(lent.grants) == {tuple(GRANTS[0]), tuple(GRANTS[2])}
    assert lent.checkpoints == ((ORIGIN, 1, b"root", b"note"),)
    assert lent.tiles == ((ORIGIN, 0, 0, b"hashes"),)
    assert set(lent.locals) == {
        tuple(local(SEAT, purpose)) for purpose in (Purpose.SESSION, Purpose.RATCHET, Purpose.KEYRING)
    }


def test_no_row_is_lent_twice(rows: Rows) -> None:
    write(rows, 1)
    rows.add_operation(operation(ORIGIN, 1, GRANTS[2]))
    rows.add_genesis(ORIGIN, b"a false one beside it")
    lent = lent_from(rows)
    for sort in msgspec.structs.astuple(lent):
        assert len(set(sort)) == len(sort)


def test_what_a_seat_has_not_got_is_not_lent(rows: Rows) -> None:
    rows.delete_local(SEAT, Purpose.RATCHET)
    assert {row[1] for row in lent_from(rows).locals} == {Purpose.SESSION, Purpose.KEYRING}


def test_of_the_seats_log_only_what_no_full_tile_covers_is_lent(rows: Rows) -> None:
    own: list[OperationRow] = []
    for size, first in ((LIMIT - 1, 0), (LIMIT, LIMIT), (LIMIT + 1, LIMIT), (2 * LIMIT + 1, 2 * LIMIT)):
        own += write(rows, size, start=len(own))
        lent = [row for row in lent_from(rows).operations if row[0] == ORIGIN]
        assert lent == [tuple(row) for row in own[first:]]


def test_a_log_that_only_claims_to_be_the_seats_is_not_lent(rows: Rows) -> None:
    other = Writer("false")
    rows.add_genesis(other.origin, other.genesis[:-1] + bytes((other.genesis[-1] ^ 1,)))
    rows.add_operation(operation(other.origin, 0))
    assert other.origin not in {row[0] for row in lent_from(rows).geneses}


def test_an_earlier_log_of_the_seat_is_lent_too(rows: Rows) -> None:
    other = Writer("earlier")
    rows.add_genesis(other.origin, other.genesis)
    rows.add_operation(operation(other.origin, 0))
    lent = lent_from(rows)
    assert (other.origin, other.genesis) in lent.geneses
    assert tuple(operation(other.origin, 0)) in lent.operations


def test_the_log_of_another_seat_is_not_lent(rows: Rows) -> None:
    write(rows, 1)
    lent = lend(rows, OTHER, DIRECTORY, Listings())
    assert {row[0] for row in lent.operations} == {GIVER}
    assert set(lent.grants) == {tuple(GRANTS[1]), tuple(GRANTS[3])}


# ---- what arrives


def test_what_is_lent_stands_in_other_tables_as_it_stood_and_is_lent_on_alike(rows: Rows) -> None:
    write(rows, 2)
    lent = msgspec.msgpack.decode(msgspec.msgpack.encode(lent_from(rows)), type=RowSet)
    database = open_in_memory()
    with database.transaction() as other:
        lent.put_into(other)
        again = lent_from(other)
    database.close()
    for sort, expected in zip(msgspec.structs.astuple(again), msgspec.structs.astuple(lent), strict=True):
        assert set(sort) == set(expected)


# ---- what comes back


def test_what_comes_back_is_what_the_seats_log_gained(rows: Rows) -> None:
    write(rows, 2)
    rows.put_tile(TileRow(ORIGIN, 1, 0, b"hashes that stay"))
    lent = lent_from(rows)
    database = open_in_memory()
    with database.transaction() as other:
        lent.put_into(other)
        assert added_since(other, lent, SEAT, ORIGIN, 2).operations == ()
        new = write(other, 4, start=2)
        epoch, given = EpochRow(b"n" * 32, b"audit" * 3 + b"!", b"notice"), grant(b"n" * 16, OTHER)
        other.add_epochs([epoch])
        other.add_grants([given])
        checkpoints = [CheckpointRow(ORIGIN, size, b"root", b"note") for size in (2, 3, 4)]
        for checkpoint in checkpoints:
            other.add_checkpoint(checkpoint)
        tile = TileRow(ORIGIN, 0, 0, b"more hashes")
        other.put_tile(tile)
        other.put_local(LocalRow(SEAT, Purpose.SESSION, 1, b"the next one"))
        added = added_since(other, lent, SEAT, ORIGIN, 2)
        other.delete_local(SEAT, Purpose.RATCHET)
        without = added_since(other, lent, SEAT, ORIGIN, 2)
    database.close()
    assert added == RowSet(
        operations=tuple(new),
        epochs=(epoch,),
        grants=(given,),
        checkpoints=tuple(checkpoints[1:]),
        tiles=(tile,),
        locals=(LocalRow(SEAT, Purpose.SESSION, 1, b"the next one"), local(SEAT, Purpose.RATCHET)),
    )
    assert without.locals == added.locals[:1]


# ---- who can act


def test_whoever_has_a_session_key_here_can_act_here(rows: Rows) -> None:
    rows.delete_local(OTHER, Purpose.SESSION)
    assert can_act_here(rows, [OTHER, SEAT, SeatId(b"z" * 16)]) == [SEAT]
