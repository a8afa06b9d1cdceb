from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from functools import partial

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.seal.places import COMPARTMENT, KEY, NOTE, ORIGIN, OTHER_KEY, OTHER_SEAT, RECORD, SEAT, VAULT, fixed, flipped
from tests.tables import each, refused
from vault.errors import BrokenSealError, MalformedError, VerificationError
from vault.seal.entrance.keyfile import SeatSecrets
from vault.seal.envelope import open_sealed, seal
from vault.seal.keyring import (
    Keyring,
    compartment_id,
    derive_entry_key,
    derive_index_tag,
    derive_next_ratchet,
    derive_wrap_key,
    epoch_id,
    make_key,
    unwrap,
    wrap,
)
from vault.seal.named import (
    access_record,
    attempts_file_name,
    dates_file_name,
    deputy_record,
    derive_register_hash,
    derive_register_key,
    machine_digest,
    private_file_name,
)
from vault.seal.signing import (
    is_signed_raw,
    key_and_signature,
    make_signing_seed,
    public_key,
    sign,
    sign_raw,
    verify,
    verify_raw,
)

WRAP_KEY = derive_wrap_key(KEY)


def test_keys_are_random_and_have_32_bytes() -> None:
    assert {len(make_key()) for _ in range(100)} == {32}
    assert len({make_key() for _ in range(1000)}) == 1000
    assert make_key(lambda size: b"r" * size) == b"r" * 32


def test_each_derived_key_has_its_own_label() -> None:
    assert derive_wrap_key(KEY) == hmac.digest(KEY, b"wrap\1", "sha256")  # HKDF-Expand, RFC 5869 2.3, one block
    assert derive_entry_key(KEY) == hmac.digest(KEY, b"entry", "sha256")
    assert derive_next_ratchet(KEY) == hmac.digest(KEY, b"next", "sha256")
    with pytest.raises(MalformedError, match="key has 31 bytes"):
        derive_wrap_key(KEY[1:])


def test_wrapping_follows_rfc_3394() -> None:
    # RFC 3394 4.6: 256 bits of key data with a 256-bit key.
    kek = bytes(range(32))
    data = bytes.fromhex("00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F")
    expected = "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21"
    assert wrap(kek, data).hex().upper() == expected
    assert unwrap(kek, wrap(kek, data)) == data


def test_no_bit_of_a_wrap_can_be_flipped_and_no_length_changed() -> None:
    wrapped = wrap(WRAP_KEY, OTHER_KEY)
    flips = [(WRAP_KEY, flipped(wrapped, bit)) for bit in range(8 * len(wrapped))]
    refused(BrokenSealError, "wrap does not open under this epoch", unwrap, flips)
    for other in (b"", wrapped[:32], wrapped[:39], wrapped + b"\0", wrapped + bytes(8)):
        with pytest.raises(BrokenSealError, match=f"wrap has {len(other)} bytes, not 40"):
            unwrap(WRAP_KEY, other)


def test_a_wrap_opens_under_its_own_epoch_only() -> None:
    with pytest.raises(BrokenSealError, match="wrap does not open under this epoch"):
        unwrap(derive_wrap_key(OTHER_KEY), wrap(WRAP_KEY, OTHER_KEY))


def test_a_swapped_wrap_gives_a_key_that_the_version_refuses() -> None:
    first, second = make_key(), make_key()
    blob = seal(first, b"note", NOTE)
    swapped = unwrap(WRAP_KEY, wrap(WRAP_KEY, second))
    with pytest.raises(BrokenSealError, match="seal does not hold"):
        open_sealed(swapped, blob, NOTE)


def test_a_key_is_named_by_itself_its_compartment_and_the_log_in_which_it_was_made() -> None:
    named = {
        epoch_id(COMPARTMENT, ORIGIN, KEY),
        epoch_id(COMPARTMENT, ORIGIN, OTHER_KEY),
        epoch_id(COMPARTMENT, fixed("another log"), KEY),
        epoch_id(RECORD, ORIGIN, KEY),
    }
    assert len(named) == 4
    assert {len(name) for name in named} == {16}


def test_a_compartment_is_named_by_the_place_that_founds_it() -> None:
    named = {compartment_id(ORIGIN, seq, n) for seq in (0, 1, 256) for n in (0, 1, 256)}
    assert len(named) == 9
    assert compartment_id(fixed("else"), 0, 0) not in named


def test_the_ratchet_never_gives_a_key_twice() -> None:
    ratchet, seen = KEY, set()
    for _ in range(1000):
        seen |= {ratchet, derive_entry_key(ratchet)}
        ratchet = derive_next_ratchet(ratchet)
    assert len(seen) == 2000


def test_index_tags_tell_records_and_heads_apart() -> None:
    tags = {
        derive_index_tag(KEY, RECORD, fixed("head")),
        derive_index_tag(KEY, RECORD, b""),
        derive_index_tag(KEY, COMPARTMENT, fixed("head")),
        derive_index_tag(OTHER_KEY, RECORD, fixed("head")),
    }
    assert len(tags) == 4


KEY_USES: list[Callable[[bytes], bytes]] = [
    lambda key: wrap(key, KEY),
    lambda key: wrap(KEY, key),
    lambda key: unwrap(key, wrap(KEY, KEY)),
    derive_wrap_key,
    derive_entry_key,
    derive_next_ratchet,
    lambda key: derive_index_tag(key, RECORD, b""),
    lambda key: epoch_id(COMPARTMENT, ORIGIN, key),
    derive_register_key,
    lambda key: derive_register_hash(key, "ilham"),
]
ID_USES: list[Callable[[bytes], bytes]] = [
    lambda wrong: epoch_id(wrong, ORIGIN, KEY),
    lambda wrong: epoch_id(COMPARTMENT, wrong, KEY),
    lambda wrong: compartment_id(wrong, 0, 0),
    lambda wrong: derive_index_tag(KEY, wrong, b""),
    access_record,
    deputy_record,
]


def test_no_key_and_no_id_of_another_length_is_used() -> None:
    for key in (b"", KEY[:31], KEY + KEY):
        refused(MalformedError, f"key has {len(key)} bytes, not 32", lambda use, key=key: use(key), KEY_USES)
    for wrong in (b"", bytes(15), bytes(33)):
        refused(MalformedError, f"has {len(wrong)} bytes, not", lambda use, wrong=wrong: use(wrong), ID_USES)


def test_records_of_members_are_told_apart_and_have_the_size_of_an_id() -> None:
    member, other = fixed("member", 16), fixed("other member", 16)
    records = {access_record(member), access_record(other), deputy_record(member), deputy_record(other)}
    assert [len(record) for record in records] == [16] * 4


def test_the_register_has_a_key_of_its_own_in_each_epoch_and_a_guess_is_right_under_it_alone() -> None:
    key, other = derive_register_key(KEY), derive_register_key(OTHER_KEY)
    assert len({key, other, derive_wrap_key(KEY)}) == 3
    assert derive_register_hash(key, "ilham") == derive_register_hash(key, "ilham")
    assert derive_register_hash(key, "ilham") not in (
        derive_register_hash(key, "ilhan"),
        derive_register_hash(other, "ilham"),
    )


PUBLIC = public_key(KEY)
SMALL_ORDER = {
    "order 1": "0100000000000000000000000000000000000000000000000000000000000000",
    "order 1, sign set": "0100000000000000000000000000000000000000000000000000000000000080",
    "order 2": "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "order 4": "0000000000000000000000000000000000000000000000000000000000000000",
    "order 8": "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "order 8, sign set": "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "0, not canonical": "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "1, not canonical": "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
}


def test_signing_follows_rfc_8032() -> None:
    # RFC 8032 7.1, test 2.
    seed = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    assert public_key(seed).hex() == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    signature = sign_raw(seed, b"\x72")
    assert signature.hex() == (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )


def test_a_signature_covers_purpose_and_message() -> None:
    assert sign(KEY, "sheets", b"root") == sign_raw(KEY, b"casevault/sheets/v1\0root")
    verify(PUBLIC, sign(KEY, "sheets", b"root"), "sheets", b"root")
    verify_raw(PUBLIC, sign_raw(KEY, b"note"), b"note")
    assert is_signed_raw(PUBLIC, sign_raw(KEY, b"note"), b"note")
    assert key_and_signature(KEY, b"note") == (PUBLIC, sign_raw(KEY, b"note"))


@each(
    {
        "another purpose": (PUBLIC, "genesis", b"root"),
        "another message": (PUBLIC, "sheets", b"rooT"),
        "no message": (PUBLIC, "sheets", b""),
        "another key": (public_key(OTHER_KEY), "sheets", b"root"),
    }
)
def test_a_signature_holds_for_nothing_else(public: bytes, purpose: str, message: bytes) -> None:
    with pytest.raises(VerificationError, match=f"signature does not hold: key {public.hex()}"):
        verify(public, sign(KEY, "sheets", b"root"), purpose, message)


def test_no_bit_of_a_signature_can_be_flipped_and_no_length_changed() -> None:
    signature = sign_raw(KEY, b"message")
    wrong = [flipped(signature, bit) for bit in range(512)]
    wrong += [signature[:size] for size in range(64)] + [signature + b"\0"]
    refused(VerificationError, "signature does not hold", verify_raw, [(PUBLIC, bad, b"message") for bad in wrong])
    assert not any(is_signed_raw(PUBLIC, bad, b"message") for bad in wrong)


@each(SMALL_ORDER)
def test_a_key_under_which_anything_verifies_is_no_key(public: str) -> None:
    # R = identity, s = 0: under the key of order 1 this holds for every message.
    universal = b"\x01" + bytes(63)
    with pytest.raises(VerificationError, match="is no key"):
        verify_raw(bytes.fromhex(public), universal, b"anything")


@each({"empty": b"", "short": PUBLIC[:31], "long": PUBLIC + b"\0"})
def test_a_public_key_of_another_length_is_refused(public: bytes) -> None:
    with pytest.raises(MalformedError, match=f"public key has {len(public)} bytes, not 32"):
        verify_raw(public, sign_raw(KEY, b"m"), b"m")
    assert not is_signed_raw(public, sign_raw(KEY, b"m"), b"m")


def test_a_purpose_is_a_word() -> None:
    purposes = ["", "Sheets", "a/b", "a\0b", "-a", "ä", "a" * 32]
    refused(MalformedError, "a signing purpose is a word", lambda purpose: sign(KEY, purpose, b"m"), purposes)


def test_a_seed_of_another_length_is_refused() -> None:
    for seed in (b"", KEY[:31]):
        refused(
            MalformedError, "key has", lambda use, seed=seed: use(seed), [public_key, lambda seed: sign_raw(seed, b"m")]
        )


def test_seeds_are_random_and_a_signature_has_64_bytes() -> None:
    assert len({make_signing_seed() for _ in range(100)}) == 100
    assert len(sign_raw(KEY, b"message")) == 64


def test_a_private_file_is_named_by_key_vault_and_seat_in_hex() -> None:
    places = [(KEY, VAULT, SEAT), (KEY, VAULT, OTHER_SEAT), (KEY, SEAT, VAULT), (OTHER_KEY, VAULT, SEAT)]
    names = {private_file_name(*place) for place in places}
    assert len(names) == 4
    for name in names:
        assert len(bytes.fromhex(name)) == 16
        assert name == name.lower()


def test_machines_differ_and_one_without_an_id_is_refused() -> None:
    assert machine_digest(b"one") != machine_digest(b"two")
    assert len(machine_digest(b"one")) == 32
    with pytest.raises(MalformedError, match="the system gives no machine id"):
        machine_digest(b"")


def test_each_file_of_a_device_has_a_name_of_its_own_kind() -> None:
    def named(*parts: bytes) -> str:
        return hashlib.sha256(b"".join(parts)).hexdigest()[:32]

    assert dates_file_name(VAULT) == named(b"casevault/dates", VAULT)
    assert attempts_file_name(VAULT, SEAT) == named(b"casevault/attempts", VAULT, SEAT)


def test_no_file_is_named_by_a_part_of_an_id() -> None:
    others = [(b"", SEAT), (VAULT, b""), (VAULT[1:], SEAT), (VAULT, SEAT + b"s"), (VAULT + b"\0", SEAT[1:])]
    for name in (partial(private_file_name, KEY), attempts_file_name):
        refused(MalformedError, r"(vault|folder|seat) has \d+ bytes, not 16", name, others)
    refused(MalformedError, "vault has 15 bytes, not 16", dates_file_name, [VAULT[1:]])


# A keyring: many keys, each in its own place of a store that is given, and none after it is closed.
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
    assert [keyring.get(epoch) for epoch in (FIRST, SECOND, THIRD, FOURTH)] == [KEY, OTHER_KEY, THIRD_KEY, FOURTH_KEY]
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


def test_the_secrets_of_a_new_seat_are_all_new_and_it_has_no_name_and_no_vault_yet() -> None:
    one, other = SeatSecrets.draw(), SeatSecrets.draw()
    drawn = ["kem_seed", "identity_seed", "keyring_key", "index_key", "draft_key", "pin_key"]
    assert len({getattr(secrets, name) for secrets in (one, other) for name in drawn}) == 12
    assert (one.seat, one.anchor) == (bytes(16), bytes(32))
    assert SeatSecrets.decode(one.encode()) == one
    for content in (b"\x81", b"\x81\xc1", b"\x81\x93\xa2\xff\xff"):
        with pytest.raises(MalformedError, match="slot content cannot be read"):
            SeatSecrets.decode(content)
