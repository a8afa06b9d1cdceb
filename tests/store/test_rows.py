from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.store.copying import copy_database
from tests.store.samples import (
    CASE,
    EPOCH,
    ORIGIN,
    OTHER_CASE,
    OTHER_KEY,
    OTHER_ORIGIN,
    SEAT,
    checkpoint,
    key_of,
    new_vault,
    operation,
    sealed,
    version,
)
from tests.tables import each
from vault.errors import VerificationError
from vault.store.engine import Database, open_database
from vault.store.rows import Rows, sealings_in_turn
from vault.store.rowtypes import (
    AttachmentRow,
    CheckpointRow,
    EpochRow,
    GenesisRow,
    GrantRow,
    LocalRow,
    TailRow,
    TileRow,
)
from vault.store.tables import cosignature, metadata

_MORE_THAN_A_CHUNK = 600


def test_a_false_genesis_stands_beside_the_true_one(database: Database) -> None:
    with database.transaction() as rows:
        assert rows.genesis(ORIGIN) is None
        rows.add_genesis(ORIGIN, b"true")
        assert rows.genesis(ORIGIN) == b"true"
        rows.add_genesis(ORIGIN, b"false")
        rows.add_genesis(OTHER_ORIGIN, b"other")
        assert rows.geneses() == [
            GenesisRow(ORIGIN, b"false"),
            GenesisRow(ORIGIN, b"true"),
            GenesisRow(OTHER_ORIGIN, b"other"),
        ]


def test_operations_come_in_the_order_of_their_places_across_chunks(database: Database) -> None:
    with database.transaction() as rows:
        for seq in reversed(range(_MORE_THAN_A_CHUNK)):
            rows.add_operation(operation(seq))
        rows.add_operation(operation(0, OTHER_ORIGIN))
        assert list(rows.operations(ORIGIN)) == [operation(seq) for seq in range(_MORE_THAN_A_CHUNK)]
        assert list(rows.operations(OTHER_ORIGIN)) == [operation(0, OTHER_ORIGIN)]


def test_a_part_of_a_log_is_half_open(database: Database) -> None:
    with database.transaction() as rows:
        for seq in range(5):
            rows.add_operation(operation(seq))
            rows.add_versions([version(seq)])
        for start, stop in ((0, None), (2, None), (0, 3), (2, 3), (3, 3), (5, None)):
            expected = list(range(5))[start:stop]
            assert [row.seq for row in rows.operations(ORIGIN, start, stop)] == expected
            assert [row.seq for row in rows.version_rows(ORIGIN, start, stop)] == expected
            headers = [operation(seq).header for seq in expected]
            assert rows.headers(ORIGIN, start, 5 if stop is None else stop) == headers


def test_rows_that_contradict_at_one_place_are_all_given_also_at_a_border_of_chunks(database: Database) -> None:
    with database.transaction() as rows:
        false = [operation(seq, salt=salt) for seq in (254, 255, 256) for salt in range(3)]
        for row in false:
            rows.add_operation(row)
        for seq in range(254):
            rows.add_operation(operation(seq))
        found = list(rows.operations(ORIGIN))
        assert len(found) == len(set(found)) == 254 + 9
        assert rows.headers(ORIGIN, 0, 257) == [row.header for row in found]
        assert rows.operation(ORIGIN, 255) == min(false[3:6], key=lambda row: row.digest)


def test_the_size_of_a_log_is_the_place_behind_its_last_entry_up_to_the_largest_of_the_format(
    database: Database,
) -> None:
    with database.transaction() as rows:
        assert rows.size(ORIGIN) == 0
        assert rows.operation(ORIGIN, 0) is None
        rows.add_operation(operation(0))
        rows.add_operation(operation(6))
        rows.add_operation(operation(9, OTHER_ORIGIN))
        assert rows.size(ORIGIN) == 7
        assert rows.operation(ORIGIN, 6) == operation(6)
        rows.add_operation(operation(2**53 - 1))
        assert list(rows.operations(ORIGIN))[-1] == operation(2**53 - 1)
        assert rows.size(ORIGIN) == 2**53


def test_versions_come_with_each_of_their_keys_and_only_of_the_compartment_and_record_asked_for(
    database: Database,
) -> None:
    first, second = version(0, 0), version(0, 1, record=b"q" * 16)
    elsewhere = version(1, 0, compartment=OTHER_CASE)
    keys = [key_of(first), key_of(first, b"f" * 16), key_of(second), key_of(elsewhere)]
    with database.transaction() as rows:
        rows.add_versions([elsewhere, second, first])
        rows.add_version_keys(keys)
        both = [sealed(first, keys[0]), sealed(first, keys[1])]
        assert rows.versions(CASE) == [*both, sealed(second, keys[2])]
        assert rows.versions(CASE, first.record) == both
        assert rows.versions(OTHER_CASE, first.record) == [sealed(elsewhere, keys[3])]
        assert rows.versions(OTHER_CASE, second.record) == []
        assert rows.version_at(ORIGIN, 0, 0) == both
        assert rows.version_at(ORIGIN, 0, 1) == [sealed(second, keys[2])]
        assert rows.version_at(OTHER_ORIGIN, 0, 0) == []


def test_what_is_asked_of_many_compartments_at_once_is_what_each_of_them_answers(database: Database) -> None:
    cases = [number.to_bytes(16, "big") for number in range(_MORE_THAN_A_CHUNK)]
    written = [version(seq, n, compartment=case) for n, case in enumerate(cases) for seq in (9, 4)]
    elsewhere = [row._replace(origin=OTHER_ORIGIN, seq=4) for row in written[1::2]] + [version(0, 1)]
    epochs = [EpochRow(b"d" * 16 + case, case, b"notice") for case in cases]
    grants = [GrantRow(b"g" * 16 + case, case, SEAT, SEAT, b"sealed") for case in cases]
    with database.transaction() as rows:
        rows.add_versions(written + elsewhere)
        rows.add_epochs([*epochs, EpochRow(b"e" * 32, CASE, b"notice")])
        rows.add_grants([*grants, GrantRow(b"h" * 32, EPOCH, SEAT, SEAT, b"sealed")])
        assert rows.places_in(cases) == {(row.origin, row.seq) for row in written + elsewhere[:-1]}
        assert rows.epochs_of(cases) == [row for case in cases for row in rows.epochs(case)]
        assert rows.grants_of_all(cases) == [row for case in cases for row in rows.grants_of(case)]
        assert [rows.places_in([]), rows.epochs_of([]), rows.grants_of_all([])] == [set(), [], []]


def test_a_version_without_a_key_is_counted_and_not_opened(database: Database) -> None:
    with database.transaction() as rows:
        rows.add_versions([version(0)])
        assert rows.versions(CASE) == rows.version_at(ORIGIN, 0, 0) == list(rows.versions_from(ORIGIN, 0)) == []
        assert list(rows.version_rows(ORIGIN)) == [version(0)]


def test_versions_of_a_log_come_by_place_from_a_position_across_chunks(database: Database) -> None:
    written = [version(seq, n) for seq in range(_MORE_THAN_A_CHUNK // 4) for n in range(4)]
    with database.transaction() as rows:
        rows.add_versions(written)
        rows.add_version_keys([key_of(row) for row in written])
        rows.add_version_keys([key_of(row, b"f" * 16) for row in written if row.n == 3])
        found = [(row.seq, row.n, row.epoch) for row in rows.versions_from(ORIGIN, 10)]
        expected = [(row.seq, row.n, EPOCH) for row in written if row.seq >= 10]
        expected += [(row.seq, row.n, b"f" * 16) for row in written if row.seq >= 10 and row.n == 3]
        assert found == sorted(expected)
        assert list(rows.version_rows(ORIGIN)) == written


def test_erasing_takes_blob_and_keys_of_that_place_alone(database: Database) -> None:
    written = [version(0, 0), version(0, 1), version(1, 0)]
    with database.transaction() as rows:
        rows.add_versions(written)
        rows.add_version_keys([key_of(row) for row in written])
        rows.erase_versions([])
        rows.erase_versions([(ORIGIN, 0, 1), (OTHER_ORIGIN, 0, 0)])
        assert list(rows.version_rows(ORIGIN)) == [written[0], written[2]]
        rows.add_versions([written[1]])
        assert rows.version_at(ORIGIN, 0, 1) == []


def test_a_wrapped_key_is_deleted_exactly(database: Database) -> None:
    row = version(0)
    old, false, new = key_of(row), key_of(row, wrap=b"w" * 40), key_of(row, b"f" * 16)
    with database.transaction() as rows:
        rows.add_versions([row])
        rows.add_version_keys([old, false, new])
        rows.delete_version_keys([])
        rows.delete_version_keys([old])
        assert set(rows.versions(CASE)) == {sealed(row, false), sealed(row, new)}
        rows.delete_version_keys([false])
        assert rows.versions(CASE) == [sealed(row, new)]


def test_epochs_and_grants_are_found_by_what_they_are_for(database: Database) -> None:
    here, there = EpochRow(b"1" * 32, CASE, b"row"), EpochRow(b"0" * 32, OTHER_CASE, b"row")
    mine = GrantRow(b"1" * 32, EPOCH, SEAT, b"g" * 16, b"sealed")
    yours = GrantRow(b"2" * 32, EPOCH, b"t" * 16, b"g" * 16, b"sealed")
    old = GrantRow(b"0" * 32, b"f" * 16, SEAT, b"g" * 16, b"sealed")
    with database.transaction() as rows:
        rows.add_epochs([here, there])
        rows.add_epochs([])
        rows.add_grants([yours, mine, old])
        assert rows.epochs() == [here, there]
        assert rows.epochs(CASE) == [here]
        assert rows.epoch(here.digest) == here
        assert rows.epoch(b"2" * 32) is None
        assert rows.grants() == [old, mine, yours]
        assert rows.epochs_granted_to(SEAT) == sorted({old.epoch, mine.epoch})
        assert rows.epochs_granted_to(b"u" * 16) == []
        assert rows.grants_of(EPOCH) == [mine, yours]
        rows.delete_grants([mine, old])
        assert rows.grants() == [yours]


def test_how_a_giver_sealed_a_key_to_a_reader_comes_in_the_order_of_writing(database: Database) -> None:
    mine = [GrantRow(digest * 32, EPOCH, SEAT, b"g" * 16, digest) for digest in (b"9", b"1", b"5")]
    others = [GrantRow(b"2" * 32, EPOCH, b"t" * 16, b"g" * 16, b""), GrantRow(b"3" * 32, EPOCH, SEAT, b"h" * 16, b"")]
    with database.transaction() as rows:
        rows.add_grants([mine[0], *others, *mine[1:]])
        assert sealings_in_turn(rows, EPOCH, SEAT, b"g" * 16) == mine
        rows.delete_grants(mine[1:])
        rows.add_grants([mine[1]])
        assert sealings_in_turn(rows, EPOCH, SEAT, b"g" * 16) == mine[:2]


def test_notices_are_found_by_what_stands_at_a_place(database: Database) -> None:
    notices = [EpochRow(bytes([n]) * 32, CASE, b"head" + bytes([n, n]) + b"tail") for n in range(5)]
    with database.transaction() as rows:
        rows.add_epochs(notices)
        assert rows.epochs_holding([b"\3\3", b"\1\1", b"\7\7"], at=4) == [notices[1], notices[3]]
        assert rows.epochs_holding([b"\3\3"], at=3) == []
        assert rows.epochs_holding([], at=4) == []


def test_of_a_session_only_the_last_checkpoint_and_cosigned_ones_stay(database: Database) -> None:
    with database.transaction() as rows:
        for size in (1, 3, 5, 6):
            rows.add_checkpoint(checkpoint(size))
        rows.add_checkpoint(checkpoint(6, OTHER_ORIGIN))
        rows.connection.execute(
            sa.insert(cosignature), {"origin": ORIGIN, "size": 5, "witness": b"w" * 32, "line": b"line"}
        )
        rows.replace_checkpoint(checkpoint(7), keep_up_to=3)
        assert [row.size for row in rows.checkpoints(ORIGIN)] == [1, 3, 5, 7]
        assert rows.newest_checkpoint(ORIGIN) == checkpoint(7)
        assert rows.checkpoints(OTHER_ORIGIN) == [checkpoint(6, OTHER_ORIGIN)]
        assert rows.newest_checkpoint(b"n" * 32) is None
        # Two of one size stand side by side.
        for note in (b"b", b"a"):
            rows.add_checkpoint(CheckpointRow(ORIGIN, 4, b"r" * 32, note))
        assert [row.note for row in rows.checkpoints(ORIGIN) if row.size == 4] == [b"a", b"b"]


def test_a_tile_and_a_local_secret_replace_what_stood_there_and_nothing_else(database: Database) -> None:
    with database.transaction() as rows:
        assert rows.tile(ORIGIN, 0, 0) is None
        for hashes in (b"partial", b"whole"):
            rows.put_tile(TileRow(ORIGIN, 0, 0, hashes))
        rows.put_tile(TileRow(ORIGIN, 1, 0, b"above"))
        rows.put_tile(TileRow(ORIGIN, 0, 1, b"next"))
        assert rows.tile(ORIGIN, 0, 0) == b"whole"
        assert [(row.level, row.idx) for row in rows.tiles(ORIGIN)] == [(0, 0), (0, 1), (1, 0)]
        assert rows.local(SEAT, 5) is None
        for number in (1, 2):
            rows.put_local(LocalRow(SEAT, 5, number, b"session"))
        rows.put_local(LocalRow(SEAT, 6, 0, b"ratchet"))
        assert rows.local(SEAT, 5) == LocalRow(SEAT, 5, 2, b"session")
        rows.delete_local(SEAT, 5)
        rows.delete_local(SEAT, 5)
        assert rows.local(SEAT, 5) is None
        assert rows.local(SEAT, 6) == LocalRow(SEAT, 6, 0, b"ratchet")


@each(
    {
        "genesis": lambda rows: rows.add_genesis(ORIGIN, b"bytes"),
        "operation": lambda rows: rows.add_operation(operation(0)),
        "version": lambda rows: rows.add_versions([version(0)]),
        "version key": lambda rows: rows.add_version_keys([key_of(version(0))]),
        "epoch": lambda rows: rows.add_epochs([EpochRow(b"1" * 32, CASE, b"row")]),
        "grant": lambda rows: rows.add_grants([GrantRow(b"1" * 32, EPOCH, SEAT, SEAT, b"sealed")]),
        "checkpoint": lambda rows: rows.add_checkpoint(checkpoint(1)),
    }
)
def test_the_same_row_is_never_written_twice(add: Callable[[Rows], None], database: Database) -> None:
    with database.transaction() as rows:
        add(rows)
    with pytest.raises(VerificationError, match="already holds a row with this key"), database.transaction() as rows:
        add(rows)


@each(
    {
        "a record": (lambda rows: rows.versions(CASE, b"r" * 16), "version_by_record"),
        "a case": (lambda rows: rows.versions(CASE), "version_by_record"),
        "the keys of a case": (lambda rows: rows.versions(CASE), "version_key USING PRIMARY KEY"),
        "what a seat was granted": (lambda rows: rows.epochs_granted_to(SEAT), "granted_by_seat"),
        "who was granted an epoch": (lambda rows: rows.grants_of(EPOCH), "granted_by_epoch"),
        "notices of a case": (lambda rows: rows.epochs(CASE), "epoch_by_compartment"),
        # Each page begins in the index where the last one ended.
        "entries": (lambda rows: rows.operations(ORIGIN), "(origin=? AND (seq,digest)>("),
        "versions and keys": (lambda rows: rows.versions_from(ORIGIN, 0), "(origin=? AND (seq,n,id)>("),
        "versions": (lambda rows: rows.version_rows(ORIGIN), "(origin=? AND (seq,n,id)>("),
        "keys": (lambda rows: rows.version_keys(ORIGIN), "(origin=? AND (seq,n,epoch,wrap)>("),
    }
)
def test_no_question_of_the_hot_paths_reads_a_whole_table(
    read: Callable[[Rows], Iterable[object]], index: str, database: Database
) -> None:
    with database.reading() as rows:
        seen: list[str] = []
        rows.driver.set_trace_callback(seen.append)
        assert list(read(rows)) == []
        rows.driver.set_trace_callback(None)
        plan = rows.driver.execute(f"EXPLAIN QUERY PLAN {seen[-1]}").fetchall()
    steps = [row[3] for row in plan]
    assert not [step for step in steps if step.startswith("SCAN")]
    assert any(index in step for step in steps), steps


def test_the_order_of_insertion_does_not_change_the_answers(tmp_path: Path) -> None:
    written = [version(0, 0), version(0, 1), version(1, 0)]
    answers = set()
    for number, order in enumerate(permutations(written)):
        database = new_vault(tmp_path / f"{number}.db")
        with database.transaction() as rows:
            rows.add_versions(order)
            rows.add_version_keys([key_of(row) for row in order])
            answers.add((tuple(rows.versions(CASE)), tuple(rows.versions_from(ORIGIN, 0))))
        database.close()
    assert len(answers) == 1


# Values of another type than their column: SQLite takes them, and nothing that reads meets them.
_RECORD = b"r" * 16
_DIGEST = b"d" * 32

# How each table is read, whole or by every way that leads to one row. The planted row stands beside the true one.
_READ: dict[str, Callable[[Rows], object]] = {
    "genesis": lambda rows: (rows.genesis(ORIGIN), rows.geneses()),
    "operation": lambda rows: (
        list(rows.operations(ORIGIN)),
        list(rows.operations(ORIGIN, 1, 9)),
        rows.headers(ORIGIN, 0, 9),
        rows.operation(ORIGIN, 3),
        rows.size(ORIGIN),
        rows.origins(),
    ),
    "version": lambda rows: (
        rows.versions(CASE),
        rows.versions(CASE, _RECORD),
        rows.places_in([CASE]),
        rows.version_at(ORIGIN, 3, 0),
        list(rows.versions_from(ORIGIN, 0)),
        list(rows.version_rows(ORIGIN)),
        rows.origins(),
    ),
    "version_key": lambda rows: (
        rows.versions(CASE),
        list(rows.version_keys(ORIGIN)),
        rows.origins(),
    ),
    "epoch": lambda rows: (
        rows.epochs(),
        rows.epochs(CASE),
        rows.epochs_of([CASE]),
        rows.epoch(_DIGEST),
        rows.epochs_holding([b"n" * 16], at=1),
    ),
    "granted": lambda rows: (
        rows.grants(),
        rows.grants_of(EPOCH),
        rows.grants_of_all([EPOCH]),
        rows.epochs_granted_to(SEAT),
    ),
    "checkpoint": lambda rows: (rows.checkpoints(ORIGIN), rows.newest_checkpoint(ORIGIN), rows.origins()),
    "cosignature": lambda rows: None,
    "tile": lambda rows: (rows.tiles(ORIGIN), rows.tile(ORIGIN, 0, 3)),
    "local": lambda rows: (rows.local(SEAT, 3), rows.locals_for(3)),
    "attachment": lambda rows: (rows.attachments(), rows.attachments_named(_DIGEST)),
    "tail": lambda rows: (rows.tail(_DIGEST), rows.tail_names()),
}
_VALUES: dict[str, tuple[Any, ...]] = {
    "bytes": ("text", "", 7, 10**12, 1.5),
    "number": ("text", b"bytes", b"", -1, 3.5, 1e300, 2**53),
}
_PLANTS = {
    f"{table.name}.{column.name}={value!r}": (table, column, value)
    for table in metadata.sorted_tables
    for column in table.columns
    for value in _VALUES["bytes" if isinstance(column.type, sa.LargeBinary) else "number"]
}


class UndoneError(Exception):
    """Ends a transaction, which leaves the rows as they were."""


@pytest.fixture
def filled(database: Database) -> Iterator[Database]:
    with database.transaction() as rows:
        rows.add_genesis(ORIGIN, b"genesis")
        rows.add_operation(operation(3))
        note = version(3, 0, record=_RECORD)
        rows.add_versions([note])
        rows.add_version_keys([key_of(note)])
        rows.add_epochs([EpochRow(_DIGEST, CASE, b"n" * 130)])
        rows.add_grants([GrantRow(_DIGEST, EPOCH, SEAT, SEAT, b"sealed")])
        rows.add_checkpoint(checkpoint(3))
        rows.connection.execute(
            sa.insert(metadata.tables["cosignature"]),
            {"origin": ORIGIN, "size": 3, "witness": b"w" * 32, "line": b"line"},
        )
        rows.put_tile(TileRow(ORIGIN, 0, 3, b"hashes"))
        rows.put_local(LocalRow(SEAT, 3, 0, b"blob"))
        rows.add_attachments([AttachmentRow(_DIGEST, CASE, b"names")])
        rows.add_tails([TailRow(_DIGEST, b"sealed")])
    yield database
    database.close()


def make_room(rows: Rows, table: sa.Table, column: sa.Column[Any], value: object) -> tuple[Any, ...]:
    """Return a row like the true one but for one cell. It stands beside it; where no key allows that, in its place."""
    row = dict(rows.connection.execute(sa.select(table)).mappings().one())
    key = list(table.primary_key.columns)
    if column.name not in table.primary_key.columns:
        if isinstance(key[-1].type, sa.LargeBinary):
            row[key[-1].name] = bytes(32)  # before the true one
        else:
            rows.connection.execute(sa.delete(table))
    return tuple({**row, column.name: value}.values())


def plant(rows: Rows, table: sa.Table, values: tuple[Any, ...]) -> None:
    rows.connection.exec_driver_sql(f"INSERT INTO {table.name} VALUES ({', '.join('?' * len(values))})", values)


@each(_PLANTS)
def test_a_row_with_a_value_of_another_type_is_read_by_nothing_and_counted(
    table: sa.Table, column: sa.Column[Any], value: object, filled: Database
) -> None:
    with suppress(UndoneError), filled.transaction() as rows:
        assert rows.false_rows() == {}
        planted = make_room(rows, table, column, value)
        before = _READ[table.name](rows)
        plant(rows, table, planted)
        assert _READ[table.name](rows) == before
        assert rows.false_rows() == {table.name: 1}
        raise UndoneError


def test_copies_leave_such_rows_behind(filled: Database, tmp_path: Path) -> None:
    with filled.transaction() as rows:
        for table in metadata.sorted_tables:
            plant(rows, table, make_room(rows, table, table.c[0], "text"))
        true = {name: read(rows) for name, read in _READ.items()}
    assert copy_database(filled, tmp_path / "copy.db", OTHER_KEY)
    copy = open_database(tmp_path / "copy.db", OTHER_KEY, create=False)
    with copy.reading() as rows:
        assert {name: read(rows) for name, read in _READ.items()} == true
        assert rows.false_rows() == {}
    copy.close()


def test_such_rows_do_not_end_a_page_early(database: Database) -> None:
    with database.transaction() as rows:
        for seq in range(700):
            rows.add_operation(operation(seq))
        for seq in range(600):
            row = operation(seq, salt="beside")._replace(seq=seq + 0.5)  # type: ignore[arg-type]  # that is the plant
            rows.add_operation(row)
        assert [row.seq for row in rows.operations(ORIGIN)] == list(range(700))
        assert rows.size(ORIGIN) == 700
        assert rows.false_rows() == {"operation": 600}
