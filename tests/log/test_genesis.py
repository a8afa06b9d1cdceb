from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.log.writer import SEAT, VAULT, Key, Writer, verify_signature
from tests.tables import each, refused
from vault.errors import MalformedError, VerificationError
from vault.ids import ZERO_DIGEST
from vault.log.genesis import GENESIS_SIZE, SEAT_IN_GENESIS, Genesis, origin_of, signed_message, verify_genesis

FIRST = Writer().genesis
PREDECESSOR = (sha256(b"log").digest(), 12, sha256(b"root").digest())
SECOND = Writer("b", PREDECESSOR).genesis


@each({"first": FIRST, "successor": SECOND})
def test_a_genesis_survives_and_its_hash_is_the_name_of_the_log(genesis: bytes) -> None:
    parts = verify_genesis(genesis, verify_signature)
    assert len(genesis) == GENESIS_SIZE == 249
    assert (parts.vault, parts.seat) == (VAULT, SEAT)
    assert parts.encode(genesis[-64:]) == genesis
    assert genesis[SEAT_IN_GENESIS] == SEAT
    assert origin_of(genesis) == sha256(genesis).digest()


def test_a_successor_names_its_predecessor_and_how_far_it_was_known() -> None:
    parts = Genesis.decode(SECOND)
    assert (parts.predecessor, parts.predecessor_size, parts.predecessor_root) == PREDECESSOR
    assert (parts.is_first, Genesis.decode(FIRST).is_first) == (False, True)
    assert Genesis.decode(FIRST).predecessor_size == 0


@given(st.integers(0, GENESIS_SIZE - 1), st.integers(1, 255))
def test_no_changed_byte_passes(place: int, flip: int) -> None:
    altered = bytearray(FIRST)
    altered[place] ^= flip
    with pytest.raises(VerificationError, match="genesis"):
        verify_genesis(bytes(altered), verify_signature)


@each(
    {
        "empty": (b"", "0 bytes, not 249"),
        "cut": (FIRST[:-1], "248 bytes, not 249"),
        "a byte more": (FIRST + b"\0", "250 bytes, not 249"),
        "format 2": (b"\2" + FIRST[1:], "unknown format 2"),
        "size 0": (SECOND[:145] + bytes(8) + SECOND[153:], "only a part of its predecessor"),
    }
)
def test_other_forms_are_refused(untrusted: bytes, reason: str) -> None:
    with pytest.raises(MalformedError, match=reason):
        Genesis.decode(untrusted)


def test_a_signature_of_another_key_or_purpose_does_not_hold() -> None:
    parts = Genesis.decode(FIRST)
    for signer, purpose in ((Key("other"), "genesis"), (Key("a/identity"), "roster")):
        forged = parts.encode(signer.sign(signed_message(purpose, parts.unsigned())))
        with pytest.raises(VerificationError, match="signature of its genesis does not hold"):
            verify_genesis(forged, verify_signature)


def test_a_part_of_the_wrong_size_is_refused() -> None:
    for part in ("vault", "seat", "identity", "session_key", "nonce", "predecessor"):
        with pytest.raises(MalformedError, match="part of the wrong size"):
            replace(Genesis.decode(FIRST), **{part: b"short"})  # type: ignore[arg-type]  # the table names the parts


def test_a_log_goes_on_from_a_whole_log_or_from_none() -> None:
    origin, _, root = PREDECESSOR
    parts = Genesis.decode(FIRST)

    def following(origin: bytes, size: int, root: bytes) -> Genesis:
        return replace(parts, predecessor=origin, predecessor_size=size, predecessor_root=root)

    for size in (1, (1 << 64) - 1):
        later = following(origin, size, root)
        assert Genesis.decode(later.encode(bytes(64))) == later
    sizes_without_root = [(origin, size, ZERO_DIGEST) for size in (0, 1)]
    sizes_that_are_none = [(origin, size, root) for size in (0, -1, 1 << 64)]
    roots_without_log = [(ZERO_DIGEST, 1, ZERO_DIGEST), (ZERO_DIGEST, 0, root), (ZERO_DIGEST, 1, root)]
    others = [*sizes_without_root, *sizes_that_are_none, *roots_without_log]
    refused(MalformedError, "only a part of its predecessor", following, others)


def test_a_signature_of_the_wrong_size_is_not_written() -> None:
    with pytest.raises(MalformedError, match="not 64 bytes"):
        Genesis.decode(FIRST).encode(b"")
