import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.seal.places import COMPARTMENT, KEY, OTHER_KEY, RECORD, fixed
from vault.errors import MalformedError, VerificationError
from vault.seal.keyring import Keyring
from vault.seal.keys import derive_wrap_key

FIRST, SECOND, ELSEWHERE = fixed("first", 16), fixed("second", 16), fixed("elsewhere", 16)


def _keyring() -> Keyring:
    keyring = Keyring()
    keyring.add(COMPARTMENT, FIRST, KEY)
    keyring.add(COMPARTMENT, SECOND, OTHER_KEY)
    keyring.add(RECORD, ELSEWHERE, fixed("third"))
    return keyring


def test_a_keyring_gives_back_what_it_was_given() -> None:
    keyring = _keyring()
    assert len(keyring) == 3
    assert keyring.get(FIRST) == KEY
    assert keyring.compartment_of(ELSEWHERE) == RECORD
    assert keyring.epochs_of(COMPARTMENT) == (FIRST, SECOND)
    assert keyring.compartments() == (COMPARTMENT, RECORD)
    assert FIRST in keyring
    assert COMPARTMENT not in keyring
    assert keyring.wrap_key(FIRST) == keyring.wrap_key(FIRST) == derive_wrap_key(KEY)


def test_an_epoch_never_opened_is_unknown() -> None:
    keyring = Keyring()
    assert keyring.get(FIRST) is None
    assert keyring.wrap_key(FIRST) is None
    assert keyring.compartment_of(FIRST) is None
    assert keyring.epochs_of(COMPARTMENT) == ()


def test_adding_an_epoch_again_changes_nothing() -> None:
    keyring = _keyring()
    keyring.add(COMPARTMENT, FIRST, bytes(KEY))
    assert keyring.epochs_of(COMPARTMENT) == (FIRST, SECOND)


@pytest.mark.parametrize(
    ("compartment", "key"),
    [pytest.param(COMPARTMENT, OTHER_KEY, id="key"), pytest.param(RECORD, KEY, id="compartment")],
)
def test_one_epoch_has_one_key_in_one_compartment(compartment: bytes, key: bytes) -> None:
    keyring = _keyring()
    with pytest.raises(VerificationError, match=f"epoch {FIRST.hex()} is held with another key"):
        keyring.add(compartment, FIRST, key)
    assert keyring.get(FIRST) == KEY


def test_a_dropped_epoch_is_gone_with_its_wrap_key() -> None:
    keyring = _keyring()
    assert keyring.wrap_key(ELSEWHERE) is not None
    keyring.drop(ELSEWHERE)
    keyring.drop(ELSEWHERE)
    keyring.drop(FIRST)
    assert keyring.get(ELSEWHERE) is None
    assert keyring.wrap_key(ELSEWHERE) is None
    assert keyring.compartments() == (COMPARTMENT,)
    assert keyring.epochs_of(COMPARTMENT) == (SECOND,)


@given(st.dictionaries(st.binary(min_size=16, max_size=16), st.binary(min_size=32, max_size=32)))
def test_a_keyring_survives_its_row(keys: dict[bytes, bytes]) -> None:
    keyring = Keyring()
    for epoch, key in keys.items():
        keyring.add(COMPARTMENT, epoch, key)
    again = Keyring.decode(keyring.encode())
    assert {epoch: again.get(epoch) for epoch in again.epochs_of(COMPARTMENT)} == keys
    assert again.encode() == keyring.encode()


@pytest.mark.parametrize(
    ("content", "error"),
    [
        pytest.param(b"", "keyring row cannot be read", id="empty"),
        pytest.param(_keyring().encode()[:-1], "keyring row cannot be read", id="cut"),
        pytest.param(_keyring().encode() + b"\0", "keyring row cannot be read", id="lengthened"),
        pytest.param(msgspec.msgpack.encode({"a": 1}), "keyring row cannot be read", id="map"),
        pytest.param(msgspec.msgpack.encode([(FIRST, COMPARTMENT)]), "keyring row cannot be read", id="no key"),
        pytest.param(msgspec.msgpack.encode([(FIRST, COMPARTMENT, b"")]), "keyring row cannot be read", id="empty key"),
        pytest.param(msgspec.msgpack.encode([(b"", COMPARTMENT, KEY)]), "keyring row cannot be read", id="empty epoch"),
        pytest.param(msgspec.msgpack.encode([(FIRST, b"", KEY)]), "keyring row cannot be read", id="no compartment"),
    ],
)
def test_a_row_that_is_no_keyring_is_refused(content: bytes, error: str) -> None:
    with pytest.raises(MalformedError, match=error):
        Keyring.decode(content)


@pytest.mark.parametrize(
    "again",
    [
        pytest.param((FIRST, COMPARTMENT, KEY), id="the same"),
        pytest.param((FIRST, COMPARTMENT, OTHER_KEY), id="another key"),
        pytest.param((FIRST, RECORD, KEY), id="another compartment"),
    ],
)
def test_a_row_that_names_one_epoch_twice_is_refused(again: tuple[bytes, bytes, bytes]) -> None:
    row = msgspec.msgpack.encode([(FIRST, COMPARTMENT, KEY), (SECOND, COMPARTMENT, OTHER_KEY), again])
    with pytest.raises(VerificationError, match="keyring row names one epoch twice"):
        Keyring.decode(row)


def test_a_keyring_from_its_row_goes_on_behind_the_keys_that_it_has() -> None:
    keyring = Keyring.decode(_keyring().encode(), Cells(32))
    fourth, key = fixed("fourth", 16), fixed("fourth key")
    keyring.add(RECORD, fourth, key)
    assert [keyring.get(epoch) for epoch in (FIRST, SECOND, ELSEWHERE, fourth)] == [KEY, OTHER_KEY, fixed("third"), key]
    assert keyring.epochs_of(RECORD) == (ELSEWHERE, fourth)
    keyring.drop(ELSEWHERE)
    assert keyring.epochs_of(RECORD) == (fourth,)
    assert len(Keyring.decode(Keyring().encode(), Cells(32))) == 0
    with pytest.raises(VerificationError, match=f"epoch {SECOND.hex()} is held with another key"):
        keyring.add(COMPARTMENT, SECOND, KEY)


def test_a_keyring_does_not_show_its_keys() -> None:
    assert KEY.hex() not in repr(_keyring())
    assert repr(KEY) not in repr(_keyring())


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

    def larger(self, size: int) -> "Cells":
        new = Cells(size)
        new.bytes[: len(self.bytes)] = self.bytes
        return new

    def close(self) -> None:
        self.closed = True
        self.bytes[:] = bytes(len(self.bytes))


def test_keys_rest_in_the_store_that_was_given_and_are_overwritten_when_dropped() -> None:
    cells = Cells()
    keyring = Keyring(cells)
    keyring.add(COMPARTMENT, FIRST, KEY)
    wrap_key = keyring.wrap_key(FIRST)
    assert bytes(cells.bytes) == KEY + derive_wrap_key(KEY)
    assert wrap_key == derive_wrap_key(KEY)
    keyring.drop(FIRST)
    assert bytes(cells.bytes) == bytes(64)
    keyring.add(COMPARTMENT, SECOND, OTHER_KEY)
    assert OTHER_KEY in bytes(cells.bytes)
    assert keyring.get(SECOND) == OTHER_KEY


def test_a_store_that_is_full_is_exchanged_for_a_larger_one() -> None:
    keyring = Keyring(Cells())
    keys = {fixed(f"epoch {n}", 16): fixed(f"key {n}") for n in range(20)}
    for epoch, key in keys.items():
        keyring.add(COMPARTMENT, epoch, key)
    assert {epoch: keyring.get(epoch) for epoch in keys} == keys
    assert Keyring.decode(keyring.encode(), Cells()).encode() == keyring.encode()


def test_a_closed_keyring_holds_nothing() -> None:
    cells = Cells()
    keyring = Keyring.decode(_keyring().encode(), cells)
    keyring.close()
    assert (len(keyring), keyring.get(FIRST), keyring.compartment_of(FIRST)) == (0, None, None)
    assert (keyring.compartments(), keyring.epochs_of(COMPARTMENT)) == ((), ())
    keyring = Keyring()
    keyring.add(COMPARTMENT, FIRST, KEY)
    keyring.close()
    assert keyring.get(FIRST) is None


def test_a_copy_has_the_same_keys_and_goes_its_own_way() -> None:
    keyring = _keyring()
    cells = Cells()
    copy = keyring.copy(cells)
    assert copy.encode() == keyring.encode()
    assert copy.epochs_of(COMPARTMENT) == (FIRST, SECOND)
    copy.drop(FIRST)
    assert copy.get(FIRST) is None
    assert keyring.get(FIRST) == KEY
