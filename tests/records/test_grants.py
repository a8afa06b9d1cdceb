"""Who a grant is opened from: the giver that its row names, and each seat whose log lists it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sync.exchange import empty_store
from tests.tables import each
from vault.ids import Origin, SeatId
from vault.log.genesis import SEAT_IN_GENESIS
from vault.log.items import ItemKind
from vault.seal.keyring import epoch_id
from vault.seal.purposes import Purpose
from vault.seal.recipients import GrantContext, KemPrivate, grant_digest, seal_to
from vault.store.engine import Database
from vault.store.rowtypes import GrantRow
from vault.validity.authority import Listings
from vault.validity.epoch_validity import MOST_FAILURES, GrantReader, given_grants

VAULT, CASE = b"v" * 16, b"c" * 16
READER, GIVER, COPIER, OTHER = (SeatId(bytes([n]) * 16) for n in (1, 2, 3, 4))
KEY = b"k" * 32
EPOCH = epoch_id(VAULT, CASE, KEY)
PRIVATE = KemPrivate.from_seed(b"s" * 96)


def log_of(seat: SeatId) -> Origin:
    return Origin(seat * 2)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    """The beginnings of the logs of three seats."""
    with empty_store(tmp_path) as database:
        with database.transaction() as rows:
            for seat in (GIVER, COPIER, OTHER):
                rows.add_genesis(log_of(seat), bytes(SEAT_IN_GENESIS.start) + seat + bytes(64))
        yield database


def grant(hint: SeatId, key: bytes = KEY) -> GrantRow:
    """Return the key of the epoch as GIVER sealed it to READER, in a row that names somebody."""
    context = GrantContext(Purpose.GRANT, VAULT, CASE, EPOCH, GIVER, READER)
    sealed = seal_to(PRIVATE.public, key, context)
    return GrantRow(grant_digest(EPOCH, READER, sealed), EPOCH, READER, hint, sealed)


def listed(row: GrantRow, *by: SeatId) -> Listings:
    return Listings({ItemKind.GRANT: {row.digest: [(log_of(seat), 0) for seat in by]}})


def opened(store: Database, row: GrantRow, *listing: SeatId) -> bytes | None:
    """Open a grant where the logs of these seats list it."""
    with store.reading() as rows:
        return GrantReader(rows, listed(row, *listing), VAULT, PRIVATE).open(CASE, row)


def given(store: Database, row: GrantRow, *listing: SeatId) -> set[bytes]:
    """Return what GIVER gave, of rows to which this one comes, listed by the logs of these seats."""
    with store.transaction() as rows:
        rows.add_grants([row])
    with store.reading() as rows:
        return set(given_grants(rows, listed(row, *listing)).of(GIVER))


@each(
    [
        (GIVER, [], KEY),
        (GIVER, [COPIER], KEY),
        (COPIER, [GIVER], KEY),
        (COPIER, [COPIER, OTHER, GIVER], KEY),
        (COPIER, [COPIER], None),
        (COPIER, [OTHER], None),
        (COPIER, [], None),
    ]
)
def test_a_grant_is_opened_as_from_its_row_or_from_whoever_lists_it(
    hint: SeatId, listing: list[SeatId], key: bytes | None, *, store: Database
) -> None:
    assert opened(store, grant(hint), *listing) == key


def test_a_key_that_is_none_of_its_epoch_is_not_given(store: Database) -> None:
    assert opened(store, grant(GIVER, b"x" * 32), GIVER) is None


@each(
    {
        "its own, not listed yet": (GIVER, [], True),
        "its own": (GIVER, [COPIER], True),
        "another's": (COPIER, [COPIER], True),
        "another's too": (COPIER, [GIVER, COPIER], True),
        "named by nobody's log": (COPIER, [GIVER], False),
        "listed nowhere": (COPIER, [], False),
    }
)
def test_the_grants_of_a_log_are_its_seats_own_and_those_that_others_say_they_gave(
    named: SeatId, listing: list[SeatId], is_given: bool, *, store: Database
) -> None:
    row = grant(named)
    assert (row.digest in given(store, row, *listing)) is is_given


def test_a_grant_that_does_not_hold_together_was_given_by_nobody(store: Database) -> None:
    assert given(store, grant(GIVER)._replace(sealed=b"altered"), GIVER) == set()


def test_who_gave_much_that_does_not_open_is_left_alone_and_nobody_else(store: Database) -> None:
    spoiled, good = grant(GIVER, b"x" * 32), grant(GIVER)
    copied = good._replace(giver=COPIER)
    with store.reading() as rows:
        reader = GrantReader(rows, listed(good), VAULT, PRIVATE)
        for _ in range(MOST_FAILURES):
            assert reader.open_as_from(CASE, spoiled, [COPIER]) is None
            assert reader.open_as_from(CASE, good, [GIVER]) == KEY
        assert reader.open(CASE, copied) is None
        assert reader.open(CASE, good) == KEY
        assert reader.failed == {COPIER: MOST_FAILURES}
