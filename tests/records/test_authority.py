"""Where lists name things, where the first session of a log ends, and what proves nothing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import cast

import pytest

from tests.records.beside import begin_beside
from tests.services.founded import Filled
from vault.access.session import Session
from vault.ids import Origin, SeatId
from vault.log.genesis import GENESIS_PURPOSE, origin_of
from vault.log.header import Header
from vault.log.items import Item, ItemKind, encode_items
from vault.log.operation import operation_digest
from vault.records.authority import Authority, Listings, Proven, digests_in, items_in, names_session_key, proves_nothing
from vault.records.logs import genesis_of
from vault.records.work import Entry, Work
from vault.store.rows import Rows
from vault.store.rowtypes import GenesisRow, OperationRow

ORIGIN = Origin(b"o" * 32)


def _row(seq: int, *, begins: bool, word: bytes = b"") -> OperationRow:
    header = Header(bytes(32), bytes(32), b"k" * 32 if begins else None, ORIGIN, seq, bytes(32), bytes(32)).encode()
    return OperationRow(ORIGIN, seq, header, b"", word, operation_digest(header, b"", word))


def _first_session(session: Session, rows: Rows, proven: Proven) -> int:
    chain = session.authority(rows).chain
    return Authority(rows, chain, prove=lambda _origin, _seq: proven)._first_session_of(ORIGIN)


@pytest.mark.parametrize(
    ("sessions_at", "size", "ends"),
    [([0, 1], 3, 1), ([0, 2], 4, 2), ([0, 2, 3], 5, 2), ([0], 3, 3)],
    ids=["after one entry", "after two", "with a third session", "not yet"],
)
def test_the_first_session_ends_where_the_second_begins(
    filled_session: Session, sessions_at: list[int], size: int, ends: int
) -> None:
    with filled_session.database.transaction() as rows:
        for seq in range(size):
            rows.add_operation(_row(seq, begins=seq in sessions_at))
        assert _first_session(filled_session, rows, Proven(size)) == ends


def test_a_false_row_begins_no_session(filled_session: Session) -> None:
    with filled_session.database.transaction() as rows:
        for seq in range(4):
            rows.add_operation(_row(seq, begins=seq in (0, 3)))
        false = _row(1, begins=True, word=b"false")
        rows.add_operation(false)
        assert _first_session(filled_session, rows, Proven(4, frozenset({(1, false.digest)}))) == 3
        assert _first_session(filled_session, rows, Proven(4)) == 1


def test_the_header_says_whether_a_session_begins(filled: Filled, filled_session: Session) -> None:
    with filled_session.database.reading() as rows:
        for row in rows.operations(filled_session.log.origin):
            assert names_session_key(row) is (Header.decode(row.header).session_key is not None)


def test_who_can_prove_nothing_covers_not_even_the_first_entry() -> None:
    assert not proves_nothing(ORIGIN, 0).covers(_row(0, begins=True))
    assert Proven(1).covers(_row(0, begins=True))


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


def test_a_log_is_its_seats_own_by_seat_key_and_beginning(filled_session: Session) -> None:
    origin = filled_session.log.origin
    roster = filled_session.directory.chain.newest
    assert roster is not None
    with filled_session.database.reading() as rows:
        row = rows.operation(origin, 0)
        genesis = genesis_of(rows, origin)
        assert row is not None
        assert genesis is not None
        authority = Authority(rows, filled_session.directory.chain)
        assert authority.is_in(genesis, row, roster)
        assert not authority.is_in(replace(genesis, seat=SeatId(bytes(16))), row, roster)
        assert not authority.is_in(replace(genesis, identity=bytes(32)), row, roster)
        assert not authority.is_in(genesis, row._replace(origin=ORIGIN), roster)
    with filled_session.database.transaction() as rows:
        later = replace(genesis, predecessor=origin, predecessor_size=1, predecessor_root=bytes([1]) * 32)
        signed = later.encode(filled_session.sign(GENESIS_PURPOSE, later.unsigned())[1])
        rows.add_genesis(origin_of(signed), signed)
        authority = Authority(rows, filled_session.directory.chain)
        assert authority.is_in(later, row._replace(origin=origin_of(signed)), roster)
        assert not authority.is_in(later, row._replace(origin=ORIGIN), roster)


@dataclass
class Logs:
    """Logs as they lie in the rows, and from where on each was read; stands for `Rows`."""

    entries: dict[bytes, list[OperationRow]]
    read: list[tuple[bytes, int]] = field(default_factory=list)

    def geneses(self) -> list[GenesisRow]:
        return [GenesisRow(origin, b"") for origin in self.entries]

    def operations(self, origin: bytes, start: int = 0) -> list[OperationRow]:
        self.read.append((origin, start))
        return self.entries[origin][start:]

    def size(self, origin: bytes) -> int:
        return len(self.entries[origin])

    def add(self, origin: bytes, *items: Item) -> None:
        row = OperationRow(origin, self.size(origin), b"", encode_items(items), b"", b"")
        self.entries[origin].append(row)

    def places(self, listings: Listings, kind: ItemKind) -> dict[bytes, list[tuple[bytes, int]]]:
        return {digest: sorted(places) for digest, places in listings.of(cast("Rows", self), kind).items()}


OTHER = Origin(b"p" * 32)
A, B = bytes(32), b"b" * 32
GRANT_A = Item(ItemKind.GRANT, A, b"t" * 16)
GRANT_A_ELSEWHERE = Item(ItemKind.GRANT, A, b"u" * 16)
EPOCH_B = Item(ItemKind.EPOCH, B, b"v" * 16)
VERSION_B = Item(ItemKind.VERSION, B, b"w" * 16)


@pytest.fixture
def logs() -> Logs:
    made = Logs({ORIGIN: [], OTHER: []})
    made.add(ORIGIN, GRANT_A, VERSION_B)
    made.add(ORIGIN, EPOCH_B)
    made.add(ORIGIN)
    made.add(OTHER, GRANT_A_ELSEWHERE)
    return made


def test_each_place_where_a_list_names_a_thing_is_told_once_however_often_it_is_asked(logs: Logs) -> None:
    listings = Listings()
    for _ in range(2):
        assert logs.places(listings, ItemKind.GRANT) == {A: [(ORIGIN, 0), (OTHER, 0)]}
        assert logs.places(listings, ItemKind.EPOCH) == {B: [(ORIGIN, 1)]}
        assert logs.places(listings, ItemKind.VERSION) == {B: [(ORIGIN, 0)]}
    assert logs.places(listings, ItemKind.ERASED) == {}


def test_what_came_since_is_told_too(logs: Logs) -> None:
    listings = Listings()
    logs.places(listings, ItemKind.GRANT)
    logs.add(OTHER, GRANT_A)
    assert logs.places(listings, ItemKind.GRANT) == {A: [(ORIGIN, 0), (OTHER, 0), (OTHER, 1)]}
    logs.entries[bytes(32)] = []
    logs.add(bytes(32), EPOCH_B)
    assert logs.places(listings, ItemKind.EPOCH) == {B: [(bytes(32), 0), (ORIGIN, 1)]}


def test_a_log_is_read_once_for_all_that_is_rare_and_once_for_versions(logs: Logs) -> None:
    listings = Listings()
    logs.places(listings, ItemKind.GRANT)
    assert sorted(logs.read) == [(ORIGIN, 0), (OTHER, 0)]
    logs.places(listings, ItemKind.EPOCH)
    assert sorted(logs.read[2:]) == [(ORIGIN, 3), (OTHER, 1)]
    logs.places(listings, ItemKind.VERSION)
    assert sorted(logs.read[4:]) == [(ORIGIN, 0), (OTHER, 0)]


def test_under_which_tags_a_thing_is_listed_is_known_of_all_but_versions(logs: Logs) -> None:
    listings, rows = Listings(), cast("Rows", logs)
    assert listings.tagged(rows, ItemKind.GRANT) == {A: {b"t" * 16, b"u" * 16}}
    assert listings.tagged(rows, ItemKind.EPOCH) == {B: {b"v" * 16}}
    assert listings.tagged(rows, ItemKind.VERSION) == {}
    assert listings.tagged(rows, ItemKind.ERASED) == {}


def test_of_a_list_the_items_of_one_kind_are_told_and_of_what_is_no_list_none(logs: Logs) -> None:
    row = logs.entries[ORIGIN][0]
    assert items_in(row, ItemKind.GRANT) == {(A, b"t" * 16)}
    assert digests_in(row, ItemKind.VERSION) == {B}
    assert digests_in(row, ItemKind.EPOCH) == set()
    assert digests_in(row._replace(list=row.list + b"\1"), ItemKind.VERSION) == set()
