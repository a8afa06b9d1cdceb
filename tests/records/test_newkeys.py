"""The keys that one operation gives: whose they are, to whom they go, and what the operation lists of them."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from vault.access.session import Session
from vault.errors import RefusedError
from vault.ids import CompartmentId, CompartmentKind, EpochId, SeatId
from vault.log.items import Item, ItemKind
from vault.records.epochs import NewKeys
from vault.records.seatlog import Holder
from vault.seal.keyring import compartment_id
from vault.seal.purposes import Purpose
from vault.seal.recipients import GrantContext, KemPrivate, open_from
from vault.services.cases import cases

OTHER = SeatId(b"o" * 16)
PRIVATE = KemPrivate.from_seed(b"k" * 96)
HOLDER = Holder(OTHER, PRIVATE.public)
CASE_KIND = CompartmentKind.CASE


def key_of(number: int) -> bytes:
    return bytes([number]) * 32


@dataclass(frozen=True)
class Giving:
    """What an operation of a seat that holds a case gives; keys and ids are drawn as 1, 2, 3 and so on."""

    session: Session
    case: CompartmentId
    keys: NewKeys

    @property
    def held(self) -> EpochId:
        return EpochId(self.session.keyring.epochs_of(self.case)[-1])

    def opened(self, compartment: CompartmentId, epoch: EpochId, sealed: bytes) -> bytes:
        session = self.session
        context = GrantContext(Purpose.GRANT, session.vault, compartment, epoch, session.seat, OTHER)
        return open_from(PRIVATE, sealed, context)


@pytest.fixture
def giving(session: Session) -> Giving:
    case, drawn = cases.create(session, title="A case", kind="other").case, iter(range(1, 90))
    return Giving(session, case, NewKeys(session.log, random=lambda size: bytes([next(drawn)]) * size))


def test_compartments_are_named_by_their_places_and_each_key_is_drawn_anew(giving: Giving) -> None:
    keys, case, held = giving.keys, giving.case, giving.held
    first, second = (keys.found(7, CASE_KIND, [HOLDER]) for _ in range(2))
    places = [compartment_id(giving.session.log.origin, 7, n) for n in range(2)]
    assert [new.compartment for new in (first, second)] == places
    assert [new.key for new in (first, second)] == [key_of(1), key_of(2)]
    assert keys.replace(case, CASE_KIND, [HOLDER], [held]).key == key_of(3)


def test_a_key_that_this_operation_makes_can_be_given_on_and_so_can_one_that_is_held(giving: Giving) -> None:
    keys, case, held = giving.keys, giving.case, giving.held
    new, other = keys.found(0, CASE_KIND, []), keys.found(0, CASE_KIND, [])
    keys.grant(new.compartment, new.epoch, [HOLDER])
    keys.grant(case, held, [HOLDER])
    (of_new, of_held) = keys.grants
    assert giving.opened(new.compartment, new.epoch, of_new.sealed) == new.key != other.key
    assert giving.opened(case, held, of_held.sealed) == giving.session.keyring.get(held)


def test_a_key_that_this_seat_does_not_hold_is_given_to_nobody(giving: Giving) -> None:
    keys, case = giving.keys, giving.case
    keys.found(0, CASE_KIND, [])
    with pytest.raises(RefusedError, match="this case or list was not granted to this device"):
        keys.grant(case, EpochId(bytes(16)), [HOLDER])
    assert keys.grants == []


def test_foundings_come_first_then_grants_then_what_replaces(giving: Giving) -> None:
    keys, case, held = giving.keys, giving.case, giving.held
    replacing = keys.replace(case, CASE_KIND, [HOLDER], [held])
    founding = keys.found(0, CASE_KIND, [HOLDER])
    keys.grant(case, held, [HOLDER])
    assert keys.epochs == [founding, replacing]
    of_epochs, added = [*founding.grants, *replacing.grants], keys.grants[-1]
    assert keys.grants == [*of_epochs, added]
    assert added.epoch == held
    assert keys.items() == [
        founding.item(),
        *founding.grant_items(),
        *replacing.grant_items(),
        Item.in_compartment(ItemKind.GRANT, case, added.digest),
        replacing.item(),
    ]


def test_compartments_whose_keys_are_given_or_replaced_are_told(giving: Giving) -> None:
    keys, case, held = giving.keys, giving.case, giving.held
    assert keys.compartments == set()
    keys.grant(case, held, [HOLDER])
    assert keys.compartments == {case}
    new = keys.found(0, CompartmentKind.AUDIT, [])
    assert keys.compartments == {case, new.compartment}
    assert keys.of(new.compartment) is new
    assert keys.of(case) is None
    assert keys.kept == []
