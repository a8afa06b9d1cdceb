"""What a seat keeps from one session to the next, without a vault: rows that come back, and rows that do not."""

from __future__ import annotations

import hmac

import msgspec
import pytest

from tests.tables import each
from vault.errors import MalformedError
from vault.ids import CompartmentId, EpochId, Origin
from vault.records.seatlog import Ratchet, SessionKeys, decode_ratchet, decode_session, encode_ratchet, encode_session
from vault.seal.signing import public_key

ORIGIN, SEED, NEXT = Origin(b"o" * 32), b"s" * 32, b"n" * 32
RATCHET = Ratchet(CompartmentId(b"c" * 16), EpochId(b"e" * 16), b"k" * 32, 7, 20_000, 40)


def test_a_ratchet_comes_back_with_every_part() -> None:
    assert decode_ratchet(encode_ratchet(RATCHET)) == RATCHET
    assert msgspec.msgpack.decode(encode_ratchet(RATCHET)) == {
        "compartment": b"c" * 16, "epoch": b"e" * 16, "key": b"k" * 32, "i": 7, "day": 20_000, "first": 40,
    }  # fmt: skip


def test_a_row_of_before_the_first_entry_was_kept_is_read() -> None:
    members = msgspec.msgpack.decode(encode_ratchet(RATCHET))
    del members["first"]
    assert decode_ratchet(msgspec.msgpack.encode(members)).first is None
    assert Ratchet(RATCHET.compartment, RATCHET.epoch, RATCHET.key, 0, 0).first is None


def test_a_ratchet_fits_the_log_that_has_as_many_entries_as_it_sealed() -> None:
    assert [size for size in range(60) if RATCHET.is_at(size)] == [47]
    assert Ratchet(RATCHET.compartment, RATCHET.epoch, RATCHET.key, 7, 0).is_at(3)


def test_a_ratchet_goes_on_and_not_back() -> None:
    following = RATCHET.advanced()
    assert (following.step, following.first, following.day) == (8, 40, 20_000)
    assert following.key == hmac.digest(RATCHET.key, b"next", "sha256")
    assert RATCHET.entry_key() == hmac.digest(RATCHET.key, b"entry", "sha256")


def test_the_session_row_has_the_next_seed_and_only_the_public_key_of_this_one() -> None:
    row = encode_session(ORIGIN, SessionKeys(3, SEED, NEXT, 9))
    assert SEED not in row
    found = decode_session(row)
    assert (found.origin, found.seed, found.signer) == (ORIGIN, NEXT, public_key(SEED))
    assert SessionKeys(3, SEED, NEXT).began_at is None


@each([b"", b"\xc1", b"\xc0", b"\x80", b"\x81\xa1\xff\x01", b"\x81\xa3key\x01", b"\x81\xa3key\xc4\x05short"])
def test_other_bytes_are_neither_row(content: bytes) -> None:
    with pytest.raises(MalformedError, match="the session row cannot be read"):
        decode_session(content)
    with pytest.raises(MalformedError, match="ratchet row cannot be read"):
        decode_ratchet(content)
