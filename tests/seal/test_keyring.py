"""A keyring: many keys, each in its own place of a store that is given, and none after it is closed."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.seal.places import COMPARTMENT, KEY, OTHER_KEY, RECORD, fixed
from tests.tables import each, refused
from vault.errors import MalformedError, VerificationError
from vault.seal.entrance.keyfile import SeatSecrets
from vault.seal.keyring import Keyring, derive_wrap_key

FIRST, SECOND, THIRD, FOURTH = (fixed(name, 16) for name in ("first", "second", "third", "fourth"))
THIRD_KEY, FOURTH_KEY = fixed("third key"), fixed("fourth key")


class Cells:
    """A store of a size of its own that keeps what it was and becomes."""

    def __init__(self, size: int = 64) -> None:
        self.bytes = bytearray(size)
        self.closed = False

    def __len__(self) -> int:
        return len(self.bytes)

    def read(self, start: int, size: int) -> bytes:
        return bytes(self.bytes[start : start + size])

    def write(self, start: int, data: bytes) -> None:
        assert 0 <= start <= start + len(data) <= len(self.bytes)
        self.bytes[start : start + len(data)] = data

    def larger(self, size: int) -> Cells:
        new = Cells(size)
        new.bytes[: len(self.bytes)] = self.bytes
        return new

    def close(self) -> None:
        self.closed = True
        self.bytes[:] = bytes(len(self.bytes))


STORES = {"ordinary memory": lambda: None, "a store of one key": lambda: Cells(32), "of two": Cells}


def filled(store: Cells | None = None) -> Keyring:
    keyring = Keyring(store)
    keyring.add(COMPARTMENT, FIRST, KEY)
    keyring.add(COMPARTMENT, SECOND, OTHER_KEY)
    keyring.add(RECORD, THIRD, THIRD_KEY)
    return keyring


def test_a_keyring_gives_back_what_it_was_given_and_shows_no_key() -> None:
    keyring = filled()
    assert len(keyring) == 3
    assert keyring.get(FIRST) == KEY
    assert keyring.compartment_of(THIRD) == RECORD
    assert keyring.epochs_of(COMPARTMENT) == (FIRST, SECOND)
    assert keyring.compartments() == (COMPARTMENT, RECORD)
    assert FIRST in keyring
    assert COMPARTMENT not in keyring
    assert keyring.wrap_key(FIRST) == keyring.wrap_key(FIRST) == derive_wrap_key(KEY)
    assert KEY.hex() not in repr(keyring)
    assert repr(KEY) not in repr(keyring)


def test_an_epoch_never_opened_is_unknown() -> None:
    keyring = Keyring()
    found = (keyring.get(FIRST), keyring.wrap_key(FIRST), keyring.compartment_of(FIRST), keyring.epochs_of(COMPARTMENT))
    assert found == (None, None, None, ())


def test_one_epoch_has_one_key_in_one_compartment_and_may_be_added_again() -> None:
    keyring = filled()
    keyring.add(COMPARTMENT, FIRST, bytes(KEY))
    assert keyring.epochs_of(COMPARTMENT) == (FIRST, SECOND)
    words, others = (
        f"epoch {FIRST.hex()} is held with another key",
        [(COMPARTMENT, FIRST, OTHER_KEY), (RECORD, FIRST, KEY)],
    )
    refused(VerificationError, words, keyring.add, others)
    assert keyring.get(FIRST) == KEY


@each(STORES)
def test_more_keys_than_fit_at_first_all_stay_and_come_back_from_their_row(store: Callable[[], Cells | None]) -> None:
    keys = {fixed(f"epoch {number}", 16): fixed(f"key {number}") for number in range(300)}
    keyring = Keyring(store())
    for epoch, key in keys.items():
        keyring.add(COMPARTMENT, epoch, key)
    again = Keyring.decode(keyring.encode(), store())
    assert {epoch: keyring.get(epoch) for epoch in keys} == {epoch: again.get(epoch) for epoch in keys} == keys


@each([FIRST, SECOND, THIRD])
def test_dropping_one_key_leaves_its_neighbours_and_gives_its_place_to_the_next(dropped: bytes) -> None:
    cells = Cells(96)
    keyring = filled(cells)
    left = {epoch: keyring.get(epoch) for epoch in {FIRST, SECOND, THIRD} - {dropped}}
    gone = keyring.get(dropped) or b""
    keyring.drop(dropped)
    keyring.drop(dropped)
    assert gone not in bytes(cells.bytes)
    keyring.add(COMPARTMENT, FOURTH, FOURTH_KEY)
    assert {epoch: keyring.get(epoch) for epoch in left} == left
    assert (keyring.get(dropped), keyring.get(FOURTH), FOURTH_KEY in bytes(cells.bytes)) == (None, FOURTH_KEY, True)


def test_a_dropped_epoch_is_gone_with_its_wrap_key_and_its_compartment() -> None:
    cells = Cells()
    keyring = Keyring(cells)
    keyring.add(RECORD, THIRD, KEY)
    assert keyring.wrap_key(THIRD) == derive_wrap_key(KEY)
    assert bytes(cells.bytes) == KEY + derive_wrap_key(KEY)
    keyring.wrap_key(THIRD)
    assert len(cells) == 64, "it is derived once"
    keyring.drop(THIRD)
    assert (bytes(cells.bytes), keyring.wrap_key(THIRD), keyring.compartments()) == (bytes(64), None, ())


@given(st.dictionaries(st.binary(min_size=16, max_size=16), st.binary(min_size=32, max_size=32)))
def test_a_keyring_survives_its_row(keys: dict[bytes, bytes]) -> None:
    keyring = Keyring()
    for epoch, key in keys.items():
        keyring.add(COMPARTMENT, epoch, key)
    again = Keyring.decode(keyring.encode())
    assert {epoch: again.get(epoch) for epoch in again.epochs_of(COMPARTMENT)} == keys
    assert again.encode() == keyring.encode()


def test_a_keyring_from_its_row_goes_on_behind_the_keys_that_it_has() -> None:
    keyring = Keyring.decode(filled().encode(), Cells(32))
    keyring.add(RECORD, FOURTH, FOURTH_KEY)
    keys = [keyring.get(epoch) for epoch in (FIRST, SECOND, THIRD, FOURTH)]
    assert keys == [KEY, OTHER_KEY, THIRD_KEY, FOURTH_KEY]
    assert keyring.epochs_of(RECORD) == (THIRD, FOURTH)
    keyring.drop(THIRD)
    assert keyring.epochs_of(RECORD) == (FOURTH,)
    assert len(Keyring.decode(Keyring().encode(), Cells(32))) == 0
    with pytest.raises(VerificationError, match=f"epoch {SECOND.hex()} is held with another key"):
        keyring.add(COMPARTMENT, SECOND, KEY)


def test_a_closed_keyring_holds_nothing_not_even_what_was_derived() -> None:
    for store in (Cells(), None):
        keyring = filled(store)
        keyring.wrap_key(FIRST)
        rest = keyring._store
        keyring.close()
        assert (len(keyring), keyring.get(FIRST), keyring.wrap_key(FIRST)) == (0, None, None)
        assert (keyring.compartment_of(FIRST), keyring.compartments(), keyring.epochs_of(COMPARTMENT)) == (None, (), ())
        assert rest.read(0, len(rest)) == bytes(len(rest))


def test_a_copy_has_the_same_keys_and_goes_its_own_way() -> None:
    keyring = filled()
    copy = keyring.copy(Cells())
    assert copy.encode() == keyring.encode()
    assert copy.epochs_of(COMPARTMENT) == (FIRST, SECOND)
    copy.drop(FIRST)
    assert (copy.get(FIRST), keyring.get(FIRST)) == (None, KEY)


def test_ids_of_another_length_are_not_kept() -> None:
    keyring, wrong = Keyring(), [(COMPARTMENT[1:], FIRST, KEY), (COMPARTMENT, FIRST + b"x", KEY)]
    refused(MalformedError, r"(compartment|epoch) has 1[57] bytes", keyring.add, wrong)
    assert len(keyring) == 0


@each(
    {
        "empty": b"",
        "no MessagePack": b"\x91\xc1",
        "no text": b"\x91\x93\xa2\xff\xff",
        "cut": filled().encode()[:-1],
        "lengthened": filled().encode() + b"\0",
        "map": msgspec.msgpack.encode({"a": 1}),
        "no key": msgspec.msgpack.encode([(FIRST, COMPARTMENT)]),
        "empty key": msgspec.msgpack.encode([(FIRST, COMPARTMENT, b"")]),
        "a shorter key": msgspec.msgpack.encode([(FIRST, COMPARTMENT, KEY[1:])]),
        "a longer key": msgspec.msgpack.encode([(FIRST, COMPARTMENT, KEY + b"x")]),
        "empty epoch": msgspec.msgpack.encode([(b"", COMPARTMENT, KEY)]),
        "a shorter epoch": msgspec.msgpack.encode([(FIRST[1:], COMPARTMENT, KEY)]),
        "a longer epoch": msgspec.msgpack.encode([(FIRST + b"x", COMPARTMENT, KEY)]),
        "no compartment": msgspec.msgpack.encode([(FIRST, b"", KEY)]),
        "a longer compartment": msgspec.msgpack.encode([(FIRST, COMPARTMENT + b"x", KEY)]),
    }
)
def test_a_row_that_is_no_keyring_is_refused(content: bytes) -> None:
    with pytest.raises(MalformedError, match="keyring row cannot be read"):
        Keyring.decode(content)


@each(
    {
        "the same": (FIRST, COMPARTMENT, KEY),
        "another key": (FIRST, COMPARTMENT, OTHER_KEY),
        "another compartment": (FIRST, RECORD, KEY),
    }
)
def test_a_row_that_names_one_epoch_twice_is_refused(*again: bytes) -> None:
    row = msgspec.msgpack.encode([(FIRST, COMPARTMENT, KEY), (SECOND, COMPARTMENT, OTHER_KEY), again])
    with pytest.raises(VerificationError, match="keyring row names one epoch twice"):
        Keyring.decode(row)


def test_the_secrets_of_a_new_seat_are_all_new_and_believe_the_root() -> None:
    one, other = SeatSecrets.draw(OTHER_KEY), SeatSecrets.draw(OTHER_KEY)
    drawn = ["seat", "kem_seed", "identity_seed", "keyring_key", "index_key", "draft_key", "pin_key"]
    assert len({getattr(secrets, name) for secrets in (one, other) for name in drawn}) == 14
    assert one.root_public == OTHER_KEY
    assert SeatSecrets.decode(one.encode()) == one
    for content in (b"\x81", b"\x81\xc1", b"\x81\x93\xa2\xff\xff"):
        with pytest.raises(MalformedError, match="slot content cannot be read"):
            SeatSecrets.decode(content)
