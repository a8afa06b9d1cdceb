"""Whose entry counts: by hand-made rosters and rows, each of the conditions alone (C1 to C4 of FORMAT.md 6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from tests.tables import each
from vault.ids import ZERO_DIGEST, Origin, SeatId
from vault.log.genesis import Genesis
from vault.log.header import Header
from vault.log.items import Item, ItemKind, encode_items, items_digest
from vault.policy.roles import Role
from vault.records.authority import Authority, Proven
from vault.store.rowtypes import OperationRow

if TYPE_CHECKING:
    from vault.log.roster import Roster, RosterChain
    from vault.store.rows import Rows

LOG, OTHER_LOG = Origin(b"o" * 32), Origin(b"p" * 32)
SEAT, MEMBER, IDENTITY = SeatId(b"s" * 16), b"m" * 16, b"i" * 32
FIRST, SECOND = b"1" * 32, b"2" * 32
ITEM = Item(ItemKind.GRANT, bytes(32), b"t" * 16)
GENESIS = Genesis(b"v" * 16, SEAT, IDENTITY, b"k" * 32, b"n" * 16, ZERO_DIGEST, 0, ZERO_DIGEST)


def roster(root: bytes, number: int) -> Roster:
    certificate = SimpleNamespace(member=MEMBER, identity=IDENTITY, genesis=LOG)
    head = SimpleNamespace(number=number, rights=2)
    made = SimpleNamespace(root=root, head=head, certificates={SEAT: certificate}, members={MEMBER: {"caseworker"}})
    return cast("Roster", made)


def row(seq: int, *, named: bytes = SECOND, begins: bool = False, digest: bytes = b"d" * 32) -> OperationRow:
    listed = encode_items([ITEM])
    session_key = b"k" * 32 if begins else None
    header = Header(bytes(32), named, session_key, LOG, seq, items_digest(listed), bytes(32)).encode()
    return OperationRow(LOG, seq, header, listed, b"", digest)


@dataclass
class Place:
    """A log of three entries by a seat that the second roster let in; stands for chain and rows."""

    entries: list[OperationRow]
    rosters: list[Roster]
    first: bytes = SECOND

    @property
    def first_certified(self) -> dict[bytes, tuple[int, bytes]]:
        return {LOG: (1, self.first)}

    def by_root(self, root: bytes) -> Roster | None:
        return next((one for one in self.rosters if one.root == root), None)

    def allows(self, seat: bytes, origin: bytes, seq: int, root: bytes) -> bool:
        del seq
        return (seat, origin) == (SEAT, LOG) and root in {FIRST, SECOND}

    def operations(self, origin: bytes, start: int, stop: int) -> list[OperationRow]:
        return [one for one in self.entries if one.origin == origin and start <= one.seq < stop]

    def size(self, _origin: bytes) -> int:
        return len({one.seq for one in self.entries})

    def authority(
        self,
        prove: Callable[[Origin, int], Proven] = lambda _origin, _seq: Proven(3),
        known: Proven | None = None,
        genesis: Genesis = GENESIS,
    ) -> Authority:
        return Authority(
            cast("Rows", self), cast("RosterChain", self), prove, {} if known is None else {LOG: known}, {LOG: genesis}
        )


@pytest.fixture
def place() -> Place:
    return Place([row(0, begins=True), row(1), row(2, begins=True)], [roster(FIRST, 0), roster(SECOND, 1)])


def test_an_entry_of_a_seat_that_was_in_is_told_with_its_roles(place: Place) -> None:
    entry = place.authority().entry(LOG, 1)
    assert entry is not None
    assert (entry.seat, entry.items, entry.roles) == (SEAT, (ITEM,), frozenset({Role.CASEWORKER}))


def test_a_log_that_another_identity_began_is_not_the_seats_own(place: Place) -> None:
    assert place.authority(genesis=replace(GENESIS, identity=b"x" * 32)).entry(LOG, 1) is None


def test_a_row_that_stands_beside_the_signed_one_counts_nothing(place: Place) -> None:
    false = row(1, digest=b"f" * 32)
    place.entries[1] = false
    assert place.authority(lambda _origin, _seq: Proven(3, frozenset({(1, false.digest)}))).entry(LOG, 1) is None


def test_a_list_that_the_header_does_not_name_counts_nothing(place: Place) -> None:
    place.entries[1] = place.entries[1]._replace(list=encode_items([]))
    assert place.authority().entry(LOG, 1) is None


def test_what_the_caller_has_proven_is_not_proven_again_and_what_lies_behind_it_is(place: Place) -> None:
    asked: list[int] = []

    def prove(_origin: Origin, seq: int) -> Proven:
        asked.append(seq)
        return Proven(2)

    authority = place.authority(prove, known=Proven(1))
    place.entries = [row(0), row(1), row(2)]
    assert [authority.entry(LOG, seq) is not None for seq in range(3)] == [True, True, False]
    assert 0 not in asked


@each(
    {
        "its first entry": (SECOND, 0, SECOND, True),
        "its first session": (SECOND, 1, SECOND, True),
        "a later session": (SECOND, 2, SECOND, False),
        "let in before": (SECOND, 1, FIRST, False),
        "let in with the vault": (FIRST, 1, FIRST, False),
    }
)
def test_a_seat_recovers_in_its_first_session_under_the_roster_that_let_it_in(
    named: bytes, seq: int, first: bytes, recovers: bool, place: Place
) -> None:
    place.first = first
    place.entries[seq] = row(seq, named=named, begins=seq != 1)
    entry = place.authority().entry(LOG, seq)
    assert entry is not None
    assert entry.recovers is recovers


@each(
    {
        "entry 0 of the vault": (FIRST, 0, FIRST, True),
        "the entry behind it": (FIRST, 1, FIRST, False),
        "first let in by another": (FIRST, 0, SECOND, False),
        "a later roster": (SECOND, 0, SECOND, False),
    }
)
def test_entry_0_under_the_roster_that_let_its_log_in_with_the_vault_founds_it(
    named: bytes, seq: int, first: bytes, founds: bool, place: Place
) -> None:
    place.first = first
    place.entries[seq] = row(seq, named=named, begins=seq == 0)
    entry = place.authority().entry(LOG, seq)
    assert entry is not None
    assert entry.founds_vault is founds
