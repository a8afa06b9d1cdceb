"""Who a grant is opened from: the giver that its row names, and each seat whose log lists it."""

from __future__ import annotations

from typing import cast

from tests.tables import each
from vault.ids import Origin, SeatId
from vault.log.genesis import SEAT_IN_GENESIS
from vault.log.items import ItemKind
from vault.records.authority import Listings
from vault.records.grants import GrantReader, given_grants
from vault.seal.keys import epoch_id
from vault.seal.purposes import Purpose
from vault.seal.recipients import GrantContext, KemPrivate, grant_digest, seal_to
from vault.store.rows import Rows
from vault.store.rowtypes import GenesisRow, GrantRow

VAULT, CASE = b"v" * 16, b"c" * 16
READER, GIVER, COPIER, OTHER = (SeatId(bytes([n]) * 16) for n in (1, 2, 3, 4))
KEY = b"k" * 32
EPOCH = epoch_id(VAULT, CASE, KEY)
PRIVATE = KemPrivate.from_seed(b"s" * 96)


def log_of(seat: SeatId) -> Origin:
    return Origin(seat * 2)


class Logs:
    """The logs of three seats, of which nothing new is read, and grants; stands for `Rows`."""

    def __init__(self, *grants: GrantRow) -> None:
        self._grants = list(grants)

    def grants(self) -> list[GrantRow]:
        return self._grants

    def geneses(self) -> list[GenesisRow]:
        return [
            GenesisRow(log_of(seat), bytes(SEAT_IN_GENESIS.start) + seat + bytes(64)) for seat in (GIVER, COPIER, OTHER)
        ]

    def operations(self, _origin: bytes, _start: int) -> list[object]:
        return []

    def size(self, _origin: bytes) -> int:
        return 0


def grant(hint: SeatId, key: bytes = KEY) -> GrantRow:
    """Return the key of the epoch as GIVER sealed it to READER, in a row that names somebody."""
    context = GrantContext(Purpose.GRANT, VAULT, CASE, EPOCH, GIVER, READER)
    sealed = seal_to(PRIVATE.public, key, context)
    return GrantRow(grant_digest(EPOCH, READER, sealed), EPOCH, READER, hint, sealed)


def listed(row: GrantRow, *by: SeatId) -> Listings:
    return Listings({ItemKind.GRANT: {row.digest: [(log_of(seat), 0) for seat in by]}})


def opened(row: GrantRow, *listing: SeatId) -> bytes | None:
    """Open a grant where the logs of these seats list it."""
    return GrantReader(cast("Rows", Logs()), listed(row, *listing), VAULT, PRIVATE).open(CASE, row)


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
    hint: SeatId, listing: list[SeatId], key: bytes | None
) -> None:
    assert opened(grant(hint), *listing) == key


def test_a_key_that_is_none_of_its_epoch_is_not_given() -> None:
    assert opened(grant(GIVER, b"x" * 32), GIVER) is None


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
    named: SeatId, listing: list[SeatId], is_given: bool
) -> None:
    row = grant(named)
    given = given_grants(cast("Rows", Logs(row)), listed(row, *listing)).of(GIVER)
    assert given == ({row.digest} if is_given else set())


def test_a_grant_that_does_not_hold_together_was_given_by_nobody() -> None:
    row = grant(GIVER)._replace(sealed=b"altered")
    assert given_grants(cast("Rows", Logs(row)), listed(row, GIVER)).of(GIVER) == set()
