"""A take keeps the hashes of what it proved, so that an unlock need not read every header of others' logs again."""

from __future__ import annotations

from pathlib import Path

from tests.log.writer import VAULT, Writer
from tests.sync.exchange import blobs_of, opened, take
from tests.sync.hostile import bundle_of, forked
from vault.log.tree import TILE_WIDTH, Frontier, leaf_hash
from vault.store.engine import Database
from vault.store.rowtypes import TileRow
from vault.sync.proven_logs import Stop
from vault.sync.row_import import import_into


def tiles_over(log: Writer) -> list[TileRow]:
    frontier = Frontier()
    return [TileRow(log.origin, *tile) for row in log.rows for tile in frontier.append(leaf_hash(row.header))]


def tiles_here(store: Database, log: Writer) -> list[TileRow]:
    with store.reading() as rows:
        return list(rows.tiles(log.origin))


def test_the_full_tiles_of_what_came_are_kept_and_grow_with_it(store: Database, tmp_path: Path) -> None:
    log = Writer().write(TILE_WIDTH + 2)
    take(store, bundle_of(tmp_path / "first", log), VAULT)
    assert tiles_here(store, log) == tiles_over(log)
    log.write(TILE_WIDTH)
    take(store, bundle_of(tmp_path / "second", log, start=TILE_WIDTH), VAULT)
    assert [tile.idx for tile in tiles_here(store, log)] == [0, 1]
    assert tiles_here(store, log) == tiles_over(log)


def test_a_take_mends_tiles_that_lack_or_are_false(store: Database, tmp_path: Path) -> None:
    log = Writer().write(2 * TILE_WIDTH)
    bundle = bundle_of(tmp_path / "log", log)
    take(store, bundle, VAULT)
    with store.transaction() as rows:
        rows.connection.exec_driver_sql("DELETE FROM tile WHERE idx = 0")
        rows.put_tile(TileRow(log.origin, 0, 1, bytes(32 * TILE_WIDTH)))
    take(store, bundle, VAULT)
    assert tiles_here(store, log) == tiles_over(log)


def test_of_entries_that_nobody_signed_and_of_another_history_no_tile_comes_in(store: Database, tmp_path: Path) -> None:
    one, two = forked(TILE_WIDTH - 4, 10, "one"), forked(TILE_WIDTH - 4, 300, "two")
    signed = [seal for seal in one.seals if seal.size < TILE_WIDTH]
    one.seals, every = signed, one.seals
    assert take(store, bundle_of(tmp_path / "unsigned", one), VAULT).logs == {one.origin: (0, TILE_WIDTH - 1)}
    assert tiles_here(store, one) == []
    one.seals = every
    take(store, bundle_of(tmp_path / "one", one), VAULT)
    taken = take(store, bundle_of(tmp_path / "two", two), VAULT, pins={one.origin: (TILE_WIDTH + 6, every[-1].root)})
    assert [pending.why for pending in taken.pending] == [Stop.FORK]
    assert tiles_here(store, one) == tiles_over(one) != tiles_over(two)


def test_of_this_devices_own_log_no_tile_comes_in_from_outside(store: Database, tmp_path: Path) -> None:
    log = Writer().write(TILE_WIDTH - 1)
    take(store, bundle_of(tmp_path / "older", log), VAULT)
    log.write(2)
    newer = opened(bundle_of(tmp_path / "newer", log), VAULT)
    taken = import_into(store, newer, blobs_of(store), knows=lambda origin, genesis: True, own=log.origin)
    assert [pending.why for pending in taken.pending] == [Stop.OWN_LOG]
    assert tiles_here(store, log) == []
