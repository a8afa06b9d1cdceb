"""What a session hashes again of a log that it proved, what it believes instead, and what it forgets of one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.access.test_proving import (
    SIZE,
    counted,
    forge,
    log,
    origin_of,
    prover,
    remove,
    seen,
    store,
    written,
)
from tests.log.writer import Writer
from vault.access import proving
from vault.access.pins import Pinned
from vault.ids import Origin
from vault.log.tree import TILE_WIDTH
from vault.records.authority import Proven
from vault.records.logs import leaves_of
from vault.store.memory import open_in_memory
from vault.store.rows import Rows
from vault.store.rowtypes import CheckpointRow, OperationRow, TileRow

__all__ = ["log"]  # fixture

Read = tuple[Origin, int, int]


@pytest.fixture
def rows() -> Iterator[Rows]:
    with open_in_memory().transaction() as opened:
        yield opened


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[Read]:
    """The stretches of which the headers were hashed since the test began."""
    found: list[Read] = []

    def hashing(rows: Rows, origin: Origin, start: int, stop: int) -> list[bytes]:
        found.append((origin, start, stop))
        return leaves_of(rows, origin, start, stop)

    monkeypatch.setattr(proving, "leaves_of", hashing)
    return found


# ---- what is hashed


@pytest.mark.parametrize(("start", "size"), [(4, 4), (8, 8), (9, 12), (5, 3)])
def test_of_a_stretch_without_entries_nothing_is_hashed_and_nobody_is_named(
    rows: Rows, hashed: list[Read], start: int, size: int
) -> None:
    log = written(8)
    store(rows, log)
    forge(rows, 3)
    assert prover(seen(log)).proven(rows, origin_of(log), start, size) == Proven(start)
    assert hashed == []


def test_what_gave_the_root_is_hashed_once_from_where_it_was_asked_for_and_again_from_an_earlier_entry(
    rows: Rows, log: Writer, hashed: list[Read]
) -> None:
    store(rows, log, tiles=True)
    found = prover(seen(log))
    for start in (400, 400, 500, SIZE - 1):
        assert found.proven(rows, origin_of(log), start, SIZE) == Proven(SIZE)
    assert hashed == [(log.origin, 256, 512), (log.origin, 512, SIZE)]
    assert found.proven(rows, origin_of(log), 399, SIZE) == Proven(SIZE)
    assert len(hashed) == 4


@pytest.mark.parametrize(
    ("false", "start", "is_noticed"),
    [(10, 0, True), (10, 255, True), (10, 256, False), (300, 256, True), (300, 511, True), (300, 512, False)],
)
def test_in_place_of_headers_the_tiles_alone_are_believed_that_end_where_a_stretch_begins_or_before(
    rows: Rows, log: Writer, false: int, start: int, *, is_noticed: bool
) -> None:
    """What lies before was proven when it was read."""
    store(rows, log, tiles=True)
    named = forge(rows, false)
    expected = Proven(SIZE, named) if is_noticed else Proven(SIZE)
    assert prover(seen(log)).proven(rows, origin_of(log), start, SIZE) == expected


def test_a_false_tile_that_ends_in_a_stretch_takes_nothing_from_its_headers(
    rows: Rows, log: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(rows, log)
    rows.put_tile(TileRow(log.origin, 0, 1, bytes(32 * TILE_WIDTH)))
    walks = counted(monkeypatch)
    assert prover(seen(log)).proven(rows, origin_of(log), 511, SIZE) == Proven(SIZE)
    assert walks == []


# ---- what is compared with memory


def test_only_the_newest_entries_of_the_own_log_are_compared_with_memory(
    rows: Rows, log: Writer, hashed: list[Read]
) -> None:
    store(rows, log)
    own, others = prover(own=log), prover(seen(log), own=Writer("b").write(5))
    assert own.proven(rows, origin_of(log), 512, SIZE) == Proven(SIZE)
    assert hashed == [(log.origin, 512, SIZE)]
    # What lies in a full tile, or is another's, is in no memory: nothing is hashed to be compared with it.
    for found in (own, others):
        hashed.clear()
        assert found.proven(rows, origin_of(log), 511, SIZE) == Proven(SIZE)
        assert hashed == [(log.origin, 0, 256), (log.origin, 256, 512), (log.origin, 512, SIZE)]


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


def test_a_log_that_is_whole_is_undisputed_without_a_walk(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    log, walks = written(5), counted(monkeypatch)
    store(rows, log)
    assert prover(own=log).undisputed(rows, origin_of(log)) == 5
    assert prover(seen(log)).undisputed(rows, origin_of(log)) == 5
    assert walks == []


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


def test_what_was_hashed_of_one_log_stands_when_another_grows(rows: Rows, hashed: list[Read]) -> None:
    log, other = written(5), Writer("b").write(5)
    found = prover({**seen(log), **seen(other)})
    for one in (log, other):
        store(rows, one)
        assert found.proven(rows, origin_of(one), 0, 5) == Proven(5)
    rows.add_operation(OperationRow(*other.append()))
    hashed.clear()
    assert found.proven(rows, origin_of(other), 0, 6) == Proven(5)
    assert found.proven(rows, origin_of(log), 0, 5) == Proven(5)
    assert hashed == [(other.origin, 0, 5)]


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
