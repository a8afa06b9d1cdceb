"""What a session believes of a log that it proved before, and what it forgets of one that was cut."""

from __future__ import annotations

from tests.access.test_proving import (
    FORGED,
    SIZE,
    forge,
    log,
    origin_of,
    prover,
    remove,
    rows,
    seen,
    store,
    written,
)
from tests.log.writer import Writer
from vault.access.pins.pins import Pinned
from vault.log.tree import TILE_WIDTH
from vault.store import tables
from vault.store.rows import Rows
from vault.store.rowtypes import CheckpointRow, OperationRow, TileRow
from vault.validity.authority import Proven

__all__ = ["log", "rows"]  # fixtures


def test_of_a_stretch_without_entries_nothing_is_proven_and_nobody_is_named(rows: Rows) -> None:
    log = written(8)
    store(rows, log)
    forge(rows, 3)
    for start, size in ((4, 4), (8, 8), (9, 12), (5, 3)):
        assert prover(seen(log)).proven(rows, origin_of(log), start, size) == Proven(start)


def test_in_place_of_headers_only_tiles_that_end_at_or_before_the_start_are_believed(rows: Rows, log: Writer) -> None:
    """What lies before was proven when it was read."""
    store(rows, log, tiles=True)
    for false, starts in ((10, {0: True, 255: True, 256: False}), (300, {256: True, 511: True, 512: False})):
        named = forge(rows, false)
        for start, is_noticed in starts.items():
            expected = Proven(SIZE, named) if is_noticed else Proven(SIZE)
            assert prover(seen(log)).proven(rows, origin_of(log), start, SIZE) == expected
        rows.connection.execute(tables.operation.delete().where(tables.operation.c.digest == FORGED.rows[false].digest))


def test_a_false_tile_that_ends_in_a_stretch_takes_nothing_from_its_headers(rows: Rows, log: Writer) -> None:
    store(rows, log)
    rows.put_tile(TileRow(log.origin, 0, 1, bytes(32 * TILE_WIDTH)))
    assert prover(seen(log)).proven(rows, origin_of(log), 511, SIZE) == Proven(SIZE)


def test_the_own_headers_in_another_log_prove_nothing_of_it(rows: Rows) -> None:
    own, other = written(5), Writer("b").write(5)
    store(rows, other)
    remove(rows, *range(5))
    for row in own.rows:
        rows.add_operation(OperationRow(*row._replace(origin=other.origin)))
    assert prover(seen(other), own=own).proven(rows, origin_of(other), 0, 5).size == 0


def test_a_later_header_of_the_own_log_that_stands_earlier_too_is_named(rows: Rows) -> None:
    """What memory has from there on is then what stands there, though it is more than was asked for."""
    log, last = written(5), b"\xff" * 32
    store(rows, log)
    rows.add_operation(OperationRow(*log.rows[4]._replace(seq=3, digest=last)))
    assert prover(own=log).proven(rows, origin_of(log), 2, 4) == Proven(4, frozenset({(3, last)}))


# ---- what is undisputed


def test_of_the_own_log_whose_first_entry_was_signed_twice_nothing_is_undisputed(rows: Rows) -> None:
    log, other = written(5), written(1, word="other")
    store(rows, log)
    rows.add_operation(OperationRow(*other.rows[0]))
    store_seals(rows, other)
    assert prover(own=log).undisputed(rows, origin_of(log)) == 0


def store_seals(rows: Rows, log: Writer) -> None:
    for seal in log.seals:
        rows.add_checkpoint(CheckpointRow(*seal))


# ---- what is known, and what is forgotten


def test_what_a_log_lacked_or_was_given_before_it_was_cut_is_told_anew_when_it_is_as_long_again(rows: Rows) -> None:
    log = written(8, sealed=(5,))
    found = prover(seen(log))
    store(rows, log)
    false = forge(rows, 6)
    assert found.proven(rows, origin_of(log), 0, 8) == Proven(8, false)
    remove(rows, 5, 6, 7)
    assert found.proven(rows, origin_of(log), 0, 8) == Proven(5)
    for row in log.rows[5:]:
        rows.add_operation(OperationRow(*row))
    false = forge(rows, 7)
    assert found.proven(rows, origin_of(log), 0, 8) == Proven(8, false)


def test_of_a_log_that_was_cut_what_is_here_is_told_until_it_comes_again_and_of_others_what_was_seen(
    rows: Rows,
) -> None:
    log, unread = written(8, sealed=(5,)), seen(Writer("b").write(3))
    found = prover({**seen(log), **unread})
    at_5 = next(seal.root for seal in log.seals if seal.size == 5)
    store(rows, log)
    for gone, size, root in (((), 8, log.frontier.root()), ((5, 6, 7), 5, at_5)):
        remove(rows, *gone)
        assert found.proven(rows, origin_of(log), 0, 8) == Proven(size)
        assert found.here() == {**unread, origin_of(log): Pinned(size, root)}
    for row in log.rows[5:]:
        rows.add_operation(OperationRow(*row))
    assert found.proven(rows, origin_of(log), 0, 8) == Proven(8)
    assert found.here() == {**unread, **seen(log)}


def test_what_is_verified_beyond_what_was_seen_is_told_from_then_on(rows: Rows) -> None:
    log = written(8, sealed=(5,))
    at_5 = next(seal.root for seal in log.seals if seal.size == 5)
    store(rows, log)
    found = prover({origin_of(log): Pinned(5, at_5)})
    assert found.proven(rows, origin_of(log), 0, 8) == Proven(8)
    assert found.here() == seen(log)
