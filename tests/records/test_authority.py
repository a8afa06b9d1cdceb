"""Where lists name things, where the first session of a log ends, and what proves nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.records.beside import begin_beside
from tests.services.founded import Filled
from tests.sync.exchange import empty_store
from vault.access.session import Session
from vault.ids import Origin, SeatId
from vault.log.genesis import GENESIS_PURPOSE, origin_of
from vault.log.items import Item, ItemKind, encode_items
from vault.log.operation import Header
from vault.records.logs import genesis_of
from vault.records.work import Entry, Work
from vault.store.engine import Database
from vault.store.rowtypes import OperationRow
from vault.validity.authority import Authority, Listings, Proven, digests_in, items_in, names_session_key

ORIGIN = Origin(b"o" * 32)


def test_the_header_says_whether_a_session_begins(filled: Filled, filled_session: Session) -> None:
    with filled_session.database.reading() as rows:
        for row in rows.operations(filled_session.log.origin):
            assert names_session_key(row) is (Header.decode(row.header).session_key is not None)


def test_a_false_row_before_the_true_one_hides_no_entry(filled: Filled, filled_session: Session) -> None:
    origin = filled_session.log.origin
    with filled_session.database.transaction() as rows:
        stored = rows.operation(origin, 1)
        assert stored is not None
        rows.add_operation(stored._replace(list=b"\1" * 49, digest=bytes(32)))
        authority = Authority(rows, filled_session.directory.chain, prove=lambda _origin, _seq: Proven(2))
        entry = authority.entry(origin, 1)
    assert entry is not None
    assert (entry.seat, entry.seq) == (filled_session.seat, 1)


def test_of_two_logs_each_has_entries_of_its_own_and_one_without_a_beginning_has_none(filled_session: Session) -> None:
    origin = filled_session.log.origin
    other = begin_beside(filled_session)
    with Work(other) as work:
        work.commit(Entry(act="log.genesis"))
    with filled_session.database.transaction() as rows:
        first = rows.operation(other.origin, 0)
        assert first is not None
        rows.add_operation(first._replace(origin=ORIGIN))
        chain = replace(filled_session.directory.chain, first_certified={})
        authority = Authority(rows, chain, prove=lambda _origin, _seq: Proven(2))
        assert authority.entry(ORIGIN, 0) is None
        assert authority.entry(origin, 0) is not None
        assert authority.entry(other.origin, 0) != authority.entry(origin, 0)


def test_entry_0_of_a_log_that_goes_on_founds_no_vault(filled_session: Session) -> None:
    other = begin_beside(filled_session, goes_on=True)
    with Work(other) as work:
        work.commit(Entry(act="log.genesis"))
    with filled_session.database.reading() as rows:
        authority = Authority(rows, filled_session.directory.chain, prove=lambda _origin, _seq: Proven(2))
        entries = [authority.entry(origin, 0) for origin in (filled_session.log.origin, other.origin)]
    assert [entry is not None and entry.founds_vault for entry in entries] == [True, False]
    assert None not in entries


def test_a_log_is_its_seats_own_by_seat_key_and_beginning(filled_session: Session) -> None:
    origin = filled_session.log.origin
    roster = filled_session.directory.chain.newest
    assert roster is not None
    with filled_session.database.reading() as rows:
        row = rows.operation(origin, 0)
        genesis = genesis_of(rows, origin)
        assert row is not None
        assert genesis is not None
        authority = Authority(rows, filled_session.directory.chain, lambda _origin, _seq: Proven(0))
        assert authority.is_in(genesis, row, roster)
        assert not authority.is_in(replace(genesis, seat=SeatId(bytes(16))), row, roster)
        assert not authority.is_in(replace(genesis, identity=bytes(32)), row, roster)
        assert not authority.is_in(genesis, row._replace(origin=ORIGIN), roster)
    with filled_session.database.transaction() as rows:
        later = replace(genesis, predecessor=origin, predecessor_size=1, predecessor_root=bytes([1]) * 32)
        signed = later.encode(filled_session.sign(GENESIS_PURPOSE, later.unsigned())[1])
        rows.add_genesis(origin_of(signed), signed)
        authority = Authority(rows, filled_session.directory.chain, lambda _origin, _seq: Proven(0))
        assert authority.is_in(later, row._replace(origin=origin_of(signed)), roster)
        assert not authority.is_in(later, row._replace(origin=ORIGIN), roster)


OTHER = Origin(b"p" * 32)
A, B = bytes(32), b"b" * 32
GRANT_A, GRANT_A_ELSEWHERE = Item(ItemKind.GRANT, A, b"t" * 16), Item(ItemKind.GRANT, A, b"u" * 16)
EPOCH_B, VERSION_B = Item(ItemKind.EPOCH, B, b"v" * 16), Item(ItemKind.VERSION, B, b"w" * 16)


def _list(store: Database, origin: bytes, *items: Item) -> OperationRow:
    """Put an entry behind the others of a log, which begins with it where there is none."""
    with store.transaction() as rows:
        if rows.genesis(origin) is None:
            rows.add_genesis(origin, b"")
        row = OperationRow(origin, rows.size(origin), b"", encode_items(items), b"", bytes(32))
        rows.add_operation(row)
    return row


def _places(store: Database, listings: Listings, kind: ItemKind) -> dict[bytes, list[tuple[bytes, int]]]:
    with store.reading() as rows:
        return {digest: sorted(places) for digest, places in listings.of(rows, kind).items()}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    with empty_store(tmp_path) as database:
        for origin, items in (
            (ORIGIN, [GRANT_A, VERSION_B]),
            (ORIGIN, [EPOCH_B]),
            (ORIGIN, []),
            (OTHER, [GRANT_A_ELSEWHERE]),
        ):
            _list(database, origin, *items)
        yield database


def test_each_place_where_a_list_names_a_thing_is_told_once_and_what_came_since_too(store: Database) -> None:
    listings = Listings()
    for _ in range(2):
        assert _places(store, listings, ItemKind.GRANT) == {A: [(ORIGIN, 0), (OTHER, 0)]}
        assert _places(store, listings, ItemKind.EPOCH) == {B: [(ORIGIN, 1)]}
        assert _places(store, listings, ItemKind.VERSION) == {B: [(ORIGIN, 0)]}
    assert _places(store, listings, ItemKind.ERASED) == {}
    _list(store, OTHER, GRANT_A)
    _list(store, bytes(32), EPOCH_B)
    assert _places(store, listings, ItemKind.GRANT) == {A: [(ORIGIN, 0), (OTHER, 0), (OTHER, 1)]}
    assert _places(store, listings, ItemKind.EPOCH) == {B: [(bytes(32), 0), (ORIGIN, 1)]}


def test_under_which_tags_a_thing_is_listed_is_known_of_all_but_versions(store: Database) -> None:
    with store.reading() as rows:
        tagged = {kind: Listings().tagged(rows, kind) for kind in (ItemKind.GRANT, ItemKind.EPOCH, ItemKind.VERSION)}
    assert tagged == {
        ItemKind.GRANT: {A: {b"t" * 16, b"u" * 16}},
        ItemKind.EPOCH: {B: {b"v" * 16}},
        ItemKind.VERSION: {},
    }


def test_of_a_list_the_items_of_one_kind_are_told_and_of_what_is_no_list_none(store: Database) -> None:
    row = _list(store, ORIGIN, GRANT_A, VERSION_B)
    assert items_in(row, ItemKind.GRANT) == {(A, b"t" * 16)}
    assert digests_in(row, ItemKind.VERSION) == {B}
    assert digests_in(row, ItemKind.EPOCH) == set()
    assert digests_in(row._replace(list=row.list + b"\1"), ItemKind.VERSION) == set()
