import hmac
from collections.abc import Callable

import pytest

from tests.seal.places import COMPARTMENT, KEY, NOTE, ORIGIN, OTHER_KEY, RECORD, VAULT, fixed, flipped
from tests.tables import refused
from vault.errors import BrokenSealError, MalformedError
from vault.seal.envelope import open_sealed, seal
from vault.seal.keyring import (
    compartment_id,
    derive_entry_key,
    derive_index_tag,
    derive_next_ratchet,
    derive_proposal_key,
    derive_wrap_key,
    epoch_id,
    make_key,
    unwrap,
    wrap,
)
from vault.seal.named import access_record, deputy_record, derive_register_hash, derive_register_key

WRAP_KEY = derive_wrap_key(KEY)


def test_keys_are_random_and_have_32_bytes() -> None:
    assert {len(make_key()) for _ in range(100)} == {32}
    assert len({make_key() for _ in range(1000)}) == 1000
    assert make_key(lambda size: b"r" * size) == b"r" * 32


def test_each_derived_key_has_its_own_label() -> None:
    for derive, label in ((derive_wrap_key, b"wrap"), (derive_proposal_key, b"proposal")):
        assert derive(KEY) == hmac.digest(KEY, label + b"\1", "sha256")  # HKDF-Expand, RFC 5869 2.3, one block
    assert derive_entry_key(KEY) == hmac.digest(KEY, b"entry", "sha256")
    assert derive_next_ratchet(KEY) == hmac.digest(KEY, b"next", "sha256")
    with pytest.raises(MalformedError, match="key has 31 bytes"):
        derive_proposal_key(KEY[1:])


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


def test_an_epoch_is_named_by_its_key_in_its_compartment() -> None:
    named = {
        epoch_id(VAULT, COMPARTMENT, KEY),
        epoch_id(VAULT, COMPARTMENT, OTHER_KEY),
        epoch_id(VAULT, RECORD, KEY),
        epoch_id(RECORD, COMPARTMENT, KEY),
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
    derive_proposal_key,
    lambda key: derive_index_tag(key, RECORD, b""),
    lambda key: epoch_id(VAULT, COMPARTMENT, key),
    derive_register_key,
    lambda key: derive_register_hash(key, "ilham"),
]
ID_USES: list[Callable[[bytes], bytes]] = [
    lambda wrong: epoch_id(wrong, COMPARTMENT, KEY),
    lambda wrong: epoch_id(VAULT, wrong, KEY),
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
