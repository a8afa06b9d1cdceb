"""The keys that one operation gives: whose they are, to whom they go, and what the operation lists of them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from vault.errors import RefusedError
from vault.ids import CompartmentId, EpochId, Origin, SeatId, VaultId
from vault.log.epochs import CompartmentKind
from vault.log.items import Item, ItemKind
from vault.records.newkeys import NewKeys
from vault.records.seatlog import Holder, SealedPlace, SeatLog
from vault.seal.keyring import Keyring
from vault.seal.keys import compartment_id, epoch_id
from vault.seal.purposes import Purpose
from vault.seal.recipients import GrantContext, KemPrivate, open_from

VAULT, SEAT, OTHER = VaultId(b"v" * 16), SeatId(b"s" * 16), SeatId(b"o" * 16)
ORIGIN, CASE = Origin(b"l" * 32), CompartmentId(b"c" * 16)
PRIVATE = KemPrivate.from_seed(b"k" * 96)
HOLDER = Holder(OTHER, PRIVATE.public)
CASE_KIND = CompartmentKind.CASE


def key_of(number: int) -> bytes:
    return bytes([number]) * 32


@pytest.fixture
def keys() -> NewKeys:
    """What an operation gives whose seat holds one epoch of CASE; keys and ids are drawn as 1, 2, 3 and so on."""
    log = SimpleNamespace(origin=ORIGIN, place=SealedPlace(VAULT, SEAT, bytes(32)), keyring=Keyring())
    log.keyring.add(CASE, held(), key_of(99))
    drawn = iter(range(1, 90))
    return NewKeys(cast(SeatLog, log), random=lambda size: bytes([next(drawn)]) * size)


def held() -> EpochId:
    return EpochId(epoch_id(VAULT, CASE, key_of(99)))


def opened(compartment: CompartmentId, epoch: EpochId, sealed: bytes) -> bytes:
    return open_from(PRIVATE, sealed, GrantContext(Purpose.GRANT, VAULT, compartment, epoch, SEAT, OTHER))


def test_compartments_are_named_by_their_places_and_each_key_is_drawn_anew(keys: NewKeys) -> None:
    first, second = (keys.found(7, CASE_KIND, [HOLDER]) for _ in range(2))
    assert [one.compartment for one in (first, second)] == [compartment_id(ORIGIN, 7, n) for n in range(2)]
    assert [one.key for one in (first, second)] == [key_of(1), key_of(2)]
    assert keys.replace(CASE, CASE_KIND, [HOLDER], [held()]).key == key_of(3)


def test_a_key_that_this_operation_makes_can_be_given_on_and_so_can_one_that_is_held(keys: NewKeys) -> None:
    new, other = keys.found(0, CASE_KIND, []), keys.found(0, CASE_KIND, [])
    keys.grant(new.compartment, new.epoch, [HOLDER])
    keys.grant(CASE, held(), [HOLDER])
    (of_new, of_held) = keys.grants
    assert opened(new.compartment, new.epoch, of_new.sealed) == new.key != other.key
    assert opened(CASE, held(), of_held.sealed) == key_of(99)


def test_a_key_that_this_seat_does_not_hold_is_given_to_nobody(keys: NewKeys) -> None:
    keys.found(0, CASE_KIND, [])
    with pytest.raises(RefusedError, match=f"compartment {CASE.hex()} was not granted to this seat"):
        keys.grant(CASE, EpochId(bytes(16)), [HOLDER])
    assert keys.grants == []


def test_foundings_come_first_then_grants_then_what_replaces(keys: NewKeys) -> None:
    replacing = keys.replace(CASE, CASE_KIND, [HOLDER], [held()])
    founding = keys.found(0, CASE_KIND, [HOLDER])
    keys.grant(CASE, held(), [HOLDER])
    assert keys.epochs == [founding, replacing]
    of_epochs, added = [*founding.grants, *replacing.grants], keys.grants[-1]
    assert keys.grants == [*of_epochs, added]
    assert added.epoch == held()
    assert keys.items() == [
        founding.item(),
        *founding.grant_items(),
        *replacing.grant_items(),
        Item.in_compartment(ItemKind.GRANT, CASE, added.digest),
        replacing.item(),
    ]


def test_compartments_whose_keys_are_given_or_replaced_are_told(keys: NewKeys) -> None:
    assert keys.compartments == set()
    keys.grant(CASE, held(), [HOLDER])
    assert keys.compartments == {CASE}
    new = keys.found(0, CompartmentKind.AUDIT, [])
    assert keys.compartments == {CASE, new.compartment}
    assert keys.of(new.compartment) is new
    assert keys.of(CASE) is None
    assert keys.kept == []
