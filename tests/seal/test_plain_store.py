"""A keyring in ordinary memory: many keys, each in its own place, and none after it is closed."""

from __future__ import annotations

import msgspec
import pytest

from tests.seal.places import COMPARTMENT, KEY, OTHER_KEY, fixed
from vault.errors import MalformedError
from vault.seal.keyfile import SeatSecrets
from vault.seal.keyring import Keyring
from vault.seal.keys import derive_wrap_key

FIRST, SECOND, THIRD, FOURTH = (fixed(name, 16) for name in ("first", "second", "third", "fourth"))
MANY = {fixed(f"epoch {number}", 16): fixed(f"key {number}") for number in range(300)}


def test_more_keys_than_fit_at_first_all_stay() -> None:
    keyring = Keyring()
    for epoch, key in MANY.items():
        keyring.add(COMPARTMENT, epoch, key)
    assert {epoch: keyring.get(epoch) for epoch in MANY} == MANY


def test_dropping_one_key_leaves_its_neighbours_and_gives_its_place_to_the_next() -> None:
    for dropped in (FIRST, SECOND, THIRD):
        keyring = Keyring()
        for epoch in (FIRST, SECOND, THIRD):
            keyring.add(COMPARTMENT, epoch, fixed(epoch.hex()))
        keyring.drop(dropped)
        keyring.add(COMPARTMENT, FOURTH, KEY)
        left = {FIRST, SECOND, THIRD} - {dropped}
        assert {epoch: keyring.get(epoch) for epoch in left} == {epoch: fixed(epoch.hex()) for epoch in left}
        assert (keyring.get(dropped), keyring.get(FOURTH), len(keyring._store)) == (None, KEY, len(Keyring()._store))


def test_a_closed_keyring_has_nothing_left_not_even_what_was_derived() -> None:
    keyring = Keyring()
    keyring.add(COMPARTMENT, FIRST, KEY)
    assert keyring.wrap_key(FIRST) == derive_wrap_key(KEY)
    store = keyring._store
    keyring.close()
    assert (keyring.get(FIRST), keyring.wrap_key(FIRST), keyring.compartments()) == (None, None, ())
    assert store.read(0, len(store)) == bytes(len(store))


def test_a_key_that_wraps_is_derived_once() -> None:
    keyring = Keyring()
    keyring.add(COMPARTMENT, FIRST, KEY)
    keyring.wrap_key(FIRST)
    used = keyring._used
    keyring.wrap_key(FIRST)
    assert keyring._used == used


@pytest.mark.parametrize(("compartment", "epoch"), [(COMPARTMENT[1:], FIRST), (COMPARTMENT, FIRST + b"x")])
def test_ids_of_another_length_are_not_kept(compartment: bytes, epoch: bytes) -> None:
    keyring = Keyring()
    with pytest.raises(MalformedError, match=r"(compartment|epoch) has 1[57] bytes"):
        keyring.add(compartment, epoch, KEY)
    assert len(keyring) == 0


@pytest.mark.parametrize(
    "row",
    [
        pytest.param((FIRST + b"x", COMPARTMENT, KEY), id="a longer epoch"),
        pytest.param((FIRST, COMPARTMENT + b"x", KEY), id="a longer compartment"),
        pytest.param((FIRST, COMPARTMENT, KEY + b"x"), id="a longer key"),
        pytest.param((FIRST[1:], COMPARTMENT, KEY), id="a shorter epoch"),
        pytest.param((FIRST, COMPARTMENT, KEY[1:]), id="a shorter key"),
    ],
)
def test_a_row_with_another_length_is_no_keyring(row: tuple[bytes, bytes, bytes]) -> None:
    with pytest.raises(MalformedError, match="keyring row cannot be read"):
        Keyring.decode(msgspec.msgpack.encode([row]))


@pytest.mark.parametrize("content", [b"", b"\x91\xc1", b"\x91\x93\xa2\xff\xff"])
def test_other_bytes_are_neither_keyring_nor_secrets(content: bytes) -> None:
    with pytest.raises(MalformedError, match="keyring row cannot be read"):
        Keyring.decode(content)
    with pytest.raises(MalformedError, match="slot content cannot be read"):
        SeatSecrets.decode(b"\x81" + content[1:])


def test_the_secrets_of_a_new_seat_are_all_new_and_believe_the_root() -> None:
    one, other = SeatSecrets.draw(OTHER_KEY), SeatSecrets.draw(OTHER_KEY)
    drawn = ["seat", "kem_seed", "identity_seed", "keyring_key", "index_key", "draft_key", "pin_key"]
    values = [getattr(secrets, name) for secrets in (one, other) for name in drawn]
    assert len(set(values)) == 14
    assert one.root_public == OTHER_KEY
    assert SeatSecrets.decode(one.encode()) == one
