"""Whose entry counts: by signed rosters and rows of a store, each of the conditions alone (C1 to C4 of FORMAT.md 6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.log.test_roster import MANY, chain, id_of, log_of
from tests.log.writer import Key
from tests.sync.exchange import empty_store
from tests.tables import each
from vault.ids import ZERO_DIGEST, Origin
from vault.log.genesis import Genesis
from vault.log.items import Item, ItemKind, encode_items, items_digest
from vault.log.operation import Header, operation_digest
from vault.log.parting import Parting
from vault.log.roster import Roster
from vault.policy.roles import Role
from vault.store.engine import Database
from vault.store.rowtypes import OperationRow
from vault.validity.authority import Authority, Proven

FIRST = MANY.roster("root")
SECOND = MANY.with_member("Kim", "caseworker", FIRST).roster("root")
THIRD = MANY.with_member("Kim", "caseworker", FIRST).with_member("Lou", "field", SECOND).roster("root")
CHAIN = chain(FIRST, SECOND, THIRD)
LOG, ORIGINAL = Origin(log_of("Kim-1")), Origin(log_of("Nour-1"))
PROVEN = Proven(3)
ITEM = Item(ItemKind.GRANT, bytes(32), b"t" * 16)


def genesis(seat: str) -> Genesis:
    return Genesis(b"v" * 16, id_of(seat), Key(seat).public, b"k" * 32, b"n" * 16, ZERO_DIGEST, 0, ZERO_DIGEST)


GENESES: dict[bytes, Genesis | None] = {LOG: genesis("Kim-1"), ORIGINAL: genesis("Nour-1")}


def row(seq: int, *, origin: Origin = LOG, named: bytes = SECOND.root, begins: bool = False) -> OperationRow:
    listed = encode_items([ITEM])
    session_key = b"k" * 32 if begins else None
    header = Header(bytes(32), named, session_key, origin, seq, items_digest(listed), bytes(32)).encode()
    return OperationRow(origin, seq, header, listed, b"", operation_digest(header, listed, b""))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    with empty_store(tmp_path) as database:
        yield database


def put(store: Database, *rows: OperationRow) -> None:
    with store.transaction() as writing:
        for row in rows:
            writing.add_operation(row)


def counts(store: Database, seq: int = 1, *, proven: Proven = PROVEN, began: Genesis | None = None) -> bool:
    with store.reading() as rows:
        authority = Authority(rows, CHAIN, lambda _origin, _seq: proven, {}, GENESES | {LOG: began or GENESES[LOG]})
        return authority.entry(LOG, seq) is not None


def test_an_entry_of_a_seat_that_was_in_is_told_with_its_roles(store: Database) -> None:
    put(store, row(0, begins=True), row(1))
    with store.reading() as rows:
        entry = Authority(rows, CHAIN, lambda _origin, _seq: Proven(0), {LOG: Proven(2)}, dict(GENESES)).entry(LOG, 1)
    assert entry is not None
    assert (entry.origin, entry.seq, entry.items) == (LOG, 1, (ITEM,))
    assert (entry.seat, entry.roles) == (id_of("Kim-1"), frozenset({Role.CASEWORKER}))


def test_what_lies_behind_a_stretch_that_the_caller_has_proven_is_proven_then(store: Database) -> None:
    put(store, row(0), row(1), row(2))
    with store.reading() as rows:
        authority = Authority(rows, CHAIN, lambda _origin, _seq: Proven(2), {LOG: Proven(1)}, dict(GENESES))
        assert [authority.entry(LOG, seq) is not None for seq in range(3)] == [True, True, False]


def test_what_is_not_proven_signed_or_its_seats_own_counts_nothing(store: Database) -> None:
    true = row(1)
    put(store, true, row(2, named=FIRST.root), row(3, named=bytes(32)), row(4)._replace(list=encode_items([])), row(5))
    assert counts(store)
    assert not counts(store, proven=Proven(1))
    assert not counts(store, proven=Proven(3, frozenset({(1, true.digest)})))
    assert not counts(store, began=replace(genesis("Kim-1"), identity=b"x" * 32))
    assert not counts(store, began=replace(genesis("Kim-1"), seat=id_of("Nour-1")))
    # Under a roster that did not let the seat in, under one that nobody signed, and with a list that no header names.
    assert [counts(store, seq, proven=Proven(9)) for seq in (2, 3, 4)] == [False, False, False]


@each(
    {
        "its first entry": (LOG, 0, SECOND, True, False),
        "its first session": (LOG, 1, SECOND, True, False),
        "a later session": (LOG, 2, SECOND, False, False),
        "under a later roster than that which let it in": (LOG, 1, THIRD, False, False),
        "entry 0 of the vault": (ORIGINAL, 0, FIRST, False, True),
        "the entry behind it": (ORIGINAL, 1, FIRST, False, False),
        "entry 0 under a later roster": (ORIGINAL, 0, SECOND, False, False),
    }
)
def test_a_seat_recovers_in_its_first_session_under_the_roster_that_let_it_in_and_founds_with_the_first(
    origin: Origin, seq: int, named: Roster, recovers: bool, founds: bool, *, tmp_path: Path
) -> None:
    rows = [row(at, origin=origin, named=named.root, begins=at != 1) for at in range(3)]
    folder = tmp_path / f"{origin.hex()}-{seq}-{named.head.number}"
    folder.mkdir()
    with empty_store(folder) as store:
        put(store, *rows)
        with store.reading() as reading:
            entry = Authority(reading, CHAIN, lambda _origin, _seq: Proven(3), {}, dict(GENESES)).entry(origin, seq)
    assert entry is not None
    assert (entry.recovers, entry.founds_vault) == (recovers, founds)


def test_the_first_session_ends_where_a_signed_row_begins_the_second(store: Database) -> None:
    false = row(1, begins=True)
    put(store, row(0, begins=True), false, row(1), row(2))

    def recovering(*rejected: tuple[int, bytes]) -> list[int]:
        with store.reading() as rows:
            proven = Proven(rows.size(LOG), frozenset(rejected))
            authority = Authority(rows, CHAIN, lambda _origin, _seq: proven, {}, dict(GENESES))
            entries = [authority.entry(LOG, seq) for seq in range(rows.size(LOG))]
        return [entry.seq for entry in entries if entry is not None and entry.recovers]

    assert recovering((1, false.digest)) == [0, 1, 2]
    put(store, row(3, begins=True), row(4, begins=True))
    assert recovering((1, false.digest)) == [0, 1, 2]
    assert recovering() == [0]


def test_a_second_session_in_another_history_ends_no_first_session_of_this_one(store: Database) -> None:
    other = row(1, begins=True)
    put(store, row(0, begins=True), other, row(1), row(2))
    proven = Proven(3, parting=Parting(1, frozenset({(1, other.digest)}), {2: bytes(32)}, {2: bytes(32), 3: bytes(32)}))
    with store.reading() as rows:
        authority = Authority(rows, CHAIN, lambda _origin, _seq: proven, {}, dict(GENESES))
        entries = [entry for seq in range(3) for entry in authority.entries_at(LOG, seq)]
    found = sorted((entry.seq, entry.digest == other.digest, entry.recovers) for entry in entries)
    assert found == [(0, False, True), (1, False, True), (1, True, False), (2, False, True)]
