from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import msgspec
import pyrage  # type: ignore[import-untyped]  # ships no types
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.seal.places import (
    COMPARTMENT,
    KEY,
    NOTE,
    ORIGIN,
    OTHER_KEY,
    OTHER_SEAT,
    PAYLOAD,
    PINS,
    RECORD,
    SEAT,
    SLOT,
    VAULT,
    fixed,
    flipped,
)
from tests.tables import each, refused
from vault.errors import BrokenSealError, MalformedError, RefusedError, UsageError
from vault.seal.age import fingerprint, open_with, seal_for, seal_stream
from vault.seal.entrance.doors import DoorKeys, make_doors, make_recovery_door, open_doors, open_recovery_door
from vault.seal.envelope import (
    TAG_SIZE,
    Context,
    LocalContext,
    VersionContext,
    _derive_message_key,
    _seal_with_random,
    holds_commitment,
    open_sealed,
    seal,
    version_id,
)
from vault.seal.purposes import LOCAL_PURPOSES, Purpose
from vault.seal.recipients import (
    HPKE_OVERHEAD,
    GrantContext,
    KemPrivate,
    grant_digest,
    make_kem_seed,
    open_from,
    open_letter,
    seal_letter,
    seal_to,
)
from vault.seal.recovery import words_of
from vault.seal.sizes import AUDIT_SIZES, SLOT_SIZE, VERSION_CONTENT_LIMIT, pad, padded_size, padme, unpad
from vault.words.message import Message


def put_in(context: Context, **change: Any) -> Context:
    if isinstance(context, VersionContext):
        return msgspec.structs.replace(context, **change)
    return dataclasses.replace(context, **change)


CONTEXTS = {"version": NOTE, "audit payload": PAYLOAD, "pins": PINS, "slot": SLOT}


@given(st.binary(max_size=3000))
@settings(deadline=None)
def test_what_is_sealed_opens_and_its_size_is_a_padme_size(content: bytes) -> None:
    blob = seal(KEY, content, NOTE)
    assert open_sealed(KEY, blob, NOTE) == content
    assert len(blob) == 2 + 24 + 32 + padme(max(len(content) + 1, 256)) + TAG_SIZE


@each(sorted(LOCAL_PURPOSES))
def test_every_local_purpose_seals_and_opens(purpose: Purpose) -> None:
    context = put_in(PINS, purpose=purpose)
    assert open_sealed(KEY, seal(KEY, b"secret", context), context) == b"secret"


def test_a_slot_is_1024_bytes_without_readable_ones() -> None:
    blob = _seal_with_random(KEY, b"secret", SLOT, fixed("random"))
    assert len(blob) == 1024
    assert not blob.startswith(b"\1\1")


@each(CONTEXTS)
def test_no_bit_of_a_sealed_blob_can_be_flipped_and_no_length_changed(context: Context) -> None:
    blob = seal(KEY, b"note text", context)
    changed = [flipped(blob, bit) for bit in range(8 * len(blob))]
    changed += [blob[:size] for size in range(len(blob))] + [blob + tail for tail in (b"\0", b"\x80", blob)]
    refused(BrokenSealError, "seal does not hold", lambda other: open_sealed(KEY, other, context), changed)


@each(
    {
        "moved to another vault": (NOTE, put_in(NOTE, vault=fixed("else", 16))),
        "moved to another compartment": (NOTE, put_in(NOTE, compartment=fixed("else", 16))),
        "moved to another record": (NOTE, put_in(NOTE, record=fixed("else", 16))),
        "moved to another log": (NOTE, put_in(NOTE, origin=fixed("else"))),
        "moved to another position": (NOTE, put_in(NOTE, seq=8)),
        "passed off as an audit payload": (NOTE, put_in(NOTE, purpose=Purpose.AUDIT)),
        "audit payload passed off as a version": (PAYLOAD, put_in(PAYLOAD, purpose=Purpose.VERSION)),
        "pins of another vault": (PINS, put_in(PINS, vault=fixed("else", 16))),
        "pins of another seat": (PINS, put_in(PINS, seat=fixed("else", 16))),
        "another number": (PINS, put_in(PINS, number=1)),
        "pins passed off as the keyring": (PINS, put_in(PINS, purpose=Purpose.KEYRING)),
        "another slot": (SLOT, put_in(SLOT, number=6)),
    }
)
def test_a_seal_holds_for_its_own_context_only(sealed_for: Context, opened_for: Context) -> None:
    blob = seal(KEY, b"note text", sealed_for)
    with pytest.raises(BrokenSealError, match="seal does not hold"):
        open_sealed(KEY, blob, opened_for)
    assert holds_commitment(KEY, blob, sealed_for)
    assert not holds_commitment(KEY, blob, opened_for)


def test_another_key_opens_nothing_and_the_error_names_the_place() -> None:
    blob = seal(KEY, b"note text", NOTE)
    assert not holds_commitment(OTHER_KEY, blob, NOTE)
    with pytest.raises(BrokenSealError, match=f"seal does not hold: record {RECORD.hex()} at {ORIGIN.hex()[:16]}/7"):
        open_sealed(OTHER_KEY, blob, NOTE)
    with pytest.raises(BrokenSealError, match=f"seal does not hold: pins 0 of seat {PINS.seat.hex()}"):
        open_sealed(KEY, b"\x01\x01", PINS)


@each([b"", b"\0", KEY[:31], KEY + b"\0"])
def test_a_key_of_another_length_is_refused(key: bytes) -> None:
    for act, data in ((seal, b"note"), (open_sealed, seal(KEY, b"note", NOTE))):
        with pytest.raises(MalformedError, match=f"key has {len(key)} bytes, not 32"):
            act(key, data, NOTE)


@each(
    {
        "vault": (NOTE, {"vault": b"short"}, "have 16 bytes each"),
        "compartment": (NOTE, {"compartment": b""}, "have 16 bytes each"),
        "record": (NOTE, {"record": RECORD + b"\0"}, "have 16 bytes each"),
        "origin": (NOTE, {"origin": b"short"}, "origin has 5 bytes, not 32"),
        "negative position": (NOTE, {"seq": -1}, "seq is not between"),
        "position beyond u64": (NOTE, {"seq": 1 << 64}, "seq is not between"),
        "purpose": (NOTE, {"purpose": Purpose.PINS}, "PINS does not seal a version"),
        "local vault": (PINS, {"vault": b""}, "vault has 0 bytes, not 16"),
        "local seat": (PINS, {"seat": b""}, "seat has 0 bytes, not 16"),
        "local number": (PINS, {"number": -1}, "number is not between"),
        "local purpose": (PINS, {"purpose": Purpose.GRANT}, "GRANT does not seal a local row"),
    }
)
def test_a_context_of_other_widths_cannot_be_made(context: Any, change: dict[str, Any], error: str) -> None:
    with pytest.raises(MalformedError, match=error):
        put_in(context, **change)


def test_the_aads_have_their_fixed_widths() -> None:
    assert len(NOTE.aad()) == 91
    assert len(PINS.aad()) == 43
    assert NOTE.aad()[:3] == bytes((1, 1, 1))


def test_the_same_random_bytes_give_another_salt_for_another_content() -> None:
    random32 = fixed("a cloned machine")
    first = _seal_with_random(KEY, b"one", NOTE, random32)
    assert first == _seal_with_random(KEY, b"one", NOTE, random32)
    assert first[2:26] != _seal_with_random(KEY, b"two", NOTE, random32)[2:26]
    assert first[2:26] != _seal_with_random(OTHER_KEY, b"one", NOTE, random32)[2:26]


def test_sealing_twice_never_gives_the_same_salt() -> None:
    assert len({seal(KEY, b"one", NOTE)[2:26] for _ in range(1000)}) == 1000


def test_a_version_id_names_compartment_record_and_blob() -> None:
    ids = {
        version_id(COMPARTMENT, RECORD, b"blob"),
        version_id(RECORD, COMPARTMENT, b"blob"),
        version_id(COMPARTMENT, VAULT, b"blob"),
        version_id(COMPARTMENT, RECORD, b"blub"),
    }
    assert {len(name) for name in ids} == {32}
    assert len(ids) == 4
    refused(MalformedError, "not 16", version_id, [(COMPARTMENT + b"x", RECORD, b"blob"), (COMPARTMENT, b"", b"blob")])


def test_contexts_of_equal_fields_are_equal() -> None:
    assert VersionContext(VAULT, COMPARTMENT, RECORD, ORIGIN, 7) == NOTE
    assert LocalContext(Purpose.PINS, VAULT, PINS.seat) == PINS


def _forged(context: Context, padded: bytes) -> bytes:
    """Seal, as somebody who holds the key, what `seal` would never give."""
    salt = fixed("salt", 24)
    key, commitment = _derive_message_key(KEY, context.purpose, salt, context.aad())
    lead = b"" if context is SLOT else b"\1\1"
    return lead + salt + commitment + AESGCM(key).encrypt(bytes(12), padded, context.aad())


def test_a_form_of_padding_that_the_format_does_not_have_is_a_broken_seal() -> None:
    padded = [b"", bytes(256), b"text\x80".ljust(255, b"\0"), b"text".ljust(256, b"\0")]
    forged = [(_forged(context, form), context) for context in (NOTE, SLOT) for form in padded]
    refused(BrokenSealError, "seal does not hold", lambda blob, context: open_sealed(KEY, blob, context), forged)


def test_a_seal_draws_32_random_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []

    def draw(size: int) -> bytes:
        drawn.append(size)
        return fixed("random", size)

    monkeypatch.setattr("vault.seal.envelope.secrets.token_bytes", draw)
    assert open_sealed(KEY, seal(KEY, b"text", NOTE), NOTE) == b"text"
    assert drawn == [32]


@each([(256, 256), (257, 272), (1000, 1024), (1025, 1088), (1_000_000, 1_015_808)])
def test_padme_gives_the_sizes_of_its_paper(size: int, expected: int) -> None:
    assert padme(size) == expected


@given(st.integers(256, 1 << 40))
def test_padme_adds_at_most_12_percent_and_is_stable(size: int) -> None:
    padded = padme(size)
    assert size <= padded <= size * 1.12
    assert padme(padded) == padded


@given(st.binary(max_size=900), st.sampled_from(Purpose))
def test_padding_comes_off_as_it_went_on(content: bytes, purpose: Purpose) -> None:
    padded = pad(purpose, content)
    assert unpad(purpose, padded) == content
    assert len(padded) == padded_size(purpose, len(content))


@each([(0, 256), (255, 256), (256, 512), (511, 512), (512, 1024), (1023, 1024), (1024, 4096), (4095, 4096)])
def test_an_audit_payload_takes_the_smallest_of_256_512_1024_4096(size: int, padded: int) -> None:
    assert padded_size(Purpose.AUDIT, size) == len(pad(Purpose.AUDIT, bytes(size))) == padded
    assert padded in AUDIT_SIZES


def test_a_version_that_a_bundle_carries_is_padded_below_a_mebibyte() -> None:
    sizes = [padded_size(Purpose.VERSION, VERSION_CONTENT_LIMIT + more) for more in (0, 1)]
    assert sizes[0] < sizes[1] == 1 << 20


def test_slots_take_one_size_only() -> None:
    assert {len(pad(Purpose.SLOT, b"x" * size)) for size in (0, 400, 951)} == {SLOT_SIZE}


def test_content_that_fits_no_size_is_refused() -> None:
    refused(MalformedError, "audit payload of 4096 bytes is longer than 4095", pad, [(Purpose.AUDIT, bytes(4096))])
    refused(MalformedError, "slot content of 952 bytes is longer than 951", pad, [(Purpose.SLOT, bytes(952))])


@each(
    {
        "nothing": (Purpose.VERSION, b""),
        "no mark": (Purpose.VERSION, bytes(256)),
        "a letter behind the mark": (Purpose.VERSION, b"abc\x80!".ljust(256, b"\0")),
        "a letter behind mark and zero": (Purpose.VERSION, b"abc\x80\0!".ljust(256, b"\0")),
        "content without mark": (Purpose.VERSION, b"note".ljust(256, b"\0")),
        "another mark": (Purpose.VERSION, b"note\x81".ljust(256, b"\0")),
        "too short": (Purpose.VERSION, b"note\x80".ljust(255, b"\0")),
        "not a Padme size": (Purpose.VERSION, b"note\x80".ljust(257, b"\0")),
        "a Padme size, but not of this content": (Purpose.VERSION, b"note\x80".ljust(272, b"\0")),
        "a larger bucket than needed": (Purpose.AUDIT, b"note\x80".ljust(512, b"\0")),
        "beyond all buckets": (Purpose.AUDIT, b"x" * 5000 + b"\x80"),
        "slot of another size": (Purpose.SLOT, b"note\x80".ljust(256, b"\0")),
    }
)
def test_any_other_tail_is_refused(purpose: Purpose, padded: bytes) -> None:
    with pytest.raises(MalformedError, match=r"padding is not that of the format|audit payload of 5000 bytes"):
        unpad(purpose, padded)


# One ciphertext under two keys: plain AES-GCM accepts it, the envelope cannot express it.
BLOCK = 16
BLOCKS = 16  # 256 bytes: a size that the envelope has
FREE = 14  # the block that is solved for, before the last one, which carries the padding mark
NONCE = bytes(12)


def _multiply(x: int, y: int) -> int:
    """Multiply in GF(2^128) as GHASH does."""
    product = 0
    for bit in range(127, -1, -1):
        if y >> bit & 1:
            product ^= x
        x = x >> 1 ^ (0xE1 << 120 if x & 1 else 0)
    return product


def _power(x: int, exponent: int) -> int:
    result = 1 << 127
    while exponent:
        result = _multiply(result, x) if exponent & 1 else result
        x = _multiply(x, x)
        exponent >>= 1
    return result


def _encrypt_block(key: bytes, block: bytes) -> int:
    # One AES block, as GCM itself uses it inside.
    return int.from_bytes(Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(block), "big")


def _tag(key: bytes, aad: bytes, blocks: list[int]) -> int:
    h = _encrypt_block(key, bytes(BLOCK))
    padded = aad + bytes(-len(aad) % BLOCK)
    joined = [int.from_bytes(padded[at : at + BLOCK], "big") for at in range(0, len(padded), BLOCK)]
    ghash = 0
    for block in [*joined, *blocks, len(aad) * 8 << 64 | len(blocks) * 128]:
        ghash = _multiply(ghash ^ block, h)
    return ghash ^ _encrypt_block(key, NONCE + b"\0\0\0\1")


def _ciphertext_for_two_keys(first: bytes, second: bytes, aad: bytes) -> bytes:
    blocks = [int.from_bytes(fixed(f"block {n}", BLOCK), "big") for n in range(BLOCKS)]
    keystream = _encrypt_block(second, NONCE + (2 + BLOCKS - 1).to_bytes(4, "big"))
    blocks[-1] = keystream ^ int.from_bytes(b"\x80".ljust(BLOCK, b"\0"), "big")
    blocks[FREE] = 0
    difference = _tag(first, aad, blocks) ^ _tag(second, aad, blocks)
    exponent = BLOCKS - FREE + 1
    h1, h2 = (_power(_encrypt_block(key, bytes(BLOCK)), exponent) for key in (first, second))
    blocks[FREE] = _multiply(difference, _power(h1 ^ h2, (1 << 128) - 2))
    return b"".join(block.to_bytes(BLOCK, "big") for block in [*blocks, _tag(first, aad, blocks)])


def test_a_ciphertext_made_for_two_keys_opens_under_the_committed_one_only() -> None:
    salt, aad = fixed("salt", 24), NOTE.aad()
    first, first_commitment = _derive_message_key(KEY, NOTE.purpose, salt, aad)
    second, second_commitment = _derive_message_key(OTHER_KEY, NOTE.purpose, salt, aad)
    ciphertext = _ciphertext_for_two_keys(first, second, aad)
    plaintexts = {AESGCM(key).decrypt(NONCE, ciphertext, aad) for key in (first, second)}
    assert len(plaintexts) == 2, "plain AES-GCM accepts both keys"

    committed_to_the_first = b"\x01\x01" + salt + first_commitment + ciphertext
    assert len(open_sealed(OTHER_KEY, b"\x01\x01" + salt + second_commitment + ciphertext, NOTE)) == 240
    # The same bytes under the same key: nothing but the commitment stands in the way.
    with pytest.raises(BrokenSealError, match="seal does not hold"):
        open_sealed(OTHER_KEY, committed_to_the_first, NOTE)


EPOCH = fixed("epoch", 16)
PRIVATE = KemPrivate.from_seed(fixed("kem", 96))
OTHER_PRIVATE = KemPrivate.from_seed(fixed("other kem", 96))
GRANT = GrantContext(Purpose.GRANT, VAULT, COMPARTMENT, EPOCH, SEAT, OTHER_SEAT)
SEALED = seal_to(PRIVATE.public, KEY, GRANT)


def test_a_grant_opens_for_its_seat_and_has_1168_bytes() -> None:
    assert len(SEALED) == 1168 == len(KEY) + HPKE_OVERHEAD
    assert open_from(PRIVATE, SEALED, GRANT) == KEY
    assert len(GRANT.info()) == 82


def test_the_public_key_is_mlkem_then_x25519() -> None:
    assert len(PRIVATE.public) == 1216
    other = KemPrivate.from_seed(fixed("kem", 96)[:64] + fixed("else"))
    assert other.public[:1184] == PRIVATE.public[:1184]
    assert other.public[1184:] != PRIVATE.public[1184:]


@each(
    {
        "passed off as a door": replace(GRANT, purpose=Purpose.DOOR),
        "passed off as an attempt": replace(GRANT, purpose=Purpose.ATTEMPT),
        "another vault": replace(GRANT, vault=fixed("else", 16)),
        "another compartment": replace(GRANT, compartment=fixed("else", 16)),
        "another epoch": replace(GRANT, epoch=fixed("else", 16)),
        "another giver": replace(GRANT, from_seat=fixed("else", 16)),
        "another receiver": replace(GRANT, to_seat=fixed("else", 16)),
        "giver and receiver swapped": replace(GRANT, from_seat=GRANT.to_seat, to_seat=GRANT.from_seat),
    }
)
def test_a_grant_opens_in_its_own_context_only(context: GrantContext) -> None:
    with pytest.raises(BrokenSealError, match=f"does not open: epoch {context.epoch.hex()}"):
        open_from(PRIVATE, SEALED, context)


def test_a_grant_opens_for_nobody_else_and_no_byte_or_length_of_it_can_be_changed() -> None:
    changed = [(PRIVATE, flipped(SEALED, 8 * at + at % 8), GRANT) for at in range(len(SEALED))]
    sizes = (*range(0, len(SEALED), 48), 1087, 1088, 1119, 1120, 1136, len(SEALED) - 1)
    changed += [(PRIVATE, SEALED[:size], GRANT) for size in sizes]
    changed += [(PRIVATE, SEALED + b"\0", GRANT), (OTHER_PRIVATE, SEALED, GRANT)]
    refused(BrokenSealError, "grant does not open", open_from, changed)


@each(
    {
        "empty": (b"", "KEM public key has 0 bytes, not 1216"),
        "short": (PRIVATE.public[:-1], "KEM public key has 1215 bytes, not 1216"),
        "coefficients beyond the modulus": (b"\xff" * 1216, "is not valid"),
        "X25519 point of small order": (PRIVATE.public[:1184] + bytes(32), "is not valid"),
    }
)
def test_a_public_key_that_is_none_gets_nothing_sealed(public: bytes, error: str) -> None:
    with pytest.raises(MalformedError, match=error):
        seal_to(public, KEY, GRANT)


def test_a_kem_seed_has_96_bytes() -> None:
    for size in (0, 64, 95, 97):
        with pytest.raises(MalformedError, match=f"KEM seed has {size} bytes, not 96"):
            KemPrivate.from_seed(bytes(size))


def test_kem_seeds_are_random() -> None:
    assert {len(make_kem_seed()) for _ in range(10)} == {96}
    assert len({make_kem_seed() for _ in range(10)}) == 10


def test_a_grant_context_takes_ids_of_16_bytes_and_purposes_of_what_is_sent_to_a_seat() -> None:
    for what in ("vault", "compartment", "epoch", "from_seat", "to_seat"):
        with pytest.raises(MalformedError, match=f"{what} has 15 bytes, not 16"):
            replace(GRANT, **{what: bytes(15)})  # type: ignore[arg-type]  # the name is a parameter here
    with pytest.raises(MalformedError, match="VERSION is not sealed to a seat"):
        GrantContext(Purpose.VERSION, VAULT)


def test_the_private_half_is_never_shown() -> None:
    assert "_key" not in repr(PRIVATE)
    assert fixed("kem", 96).hex() not in repr(PRIVATE)


def test_a_grant_digest_names_epoch_seat_and_bytes() -> None:
    digests = {grant_digest(EPOCH, SEAT, SEALED), grant_digest(SEAT, EPOCH, SEALED), grant_digest(EPOCH, SEAT, b"")}
    assert len(digests) == 3
    for epoch, seat in ((b"", SEAT), (EPOCH, b"")):
        with pytest.raises(MalformedError, match="has 0 bytes, not 16"):
            grant_digest(epoch, seat, SEALED)


def test_the_key_of_a_seed_is_one_key() -> None:
    assert KemPrivate.from_seed(b"s" * 96) == KemPrivate.from_seed(b"s" * 96)
    assert KemPrivate.from_seed(b"s" * 96) != KemPrivate.from_seed(b"t" * 96)


# Letters: for whom they open, what they tell from outside, and the borders of their format.
LETTER_VAULT = bytes(range(16))
SEATS = [bytes([n]) * 16 for n in (1, 2, 3)]
KEYS = [KemPrivate.from_seed(make_kem_seed()) for _ in SEATS]
TO = [(seat, key.public) for seat, key in zip(SEATS, KEYS, strict=True)]
CONTENT = b"a question\x80\x00with the mark in it\x80"
LETTER = seal_letter(CONTENT, LETTER_VAULT, TO[:2])
HEAD = b"\1\1" + LETTER_VAULT


def opened(letter: bytes, key: int = 0, seat: int = 0) -> bytes:
    return open_letter(KEYS[key], SEATS[seat], LETTER_VAULT, letter)


def test_a_letter_opens_for_each_seat_that_it_is_for_and_for_nobody_else() -> None:
    assert opened(LETTER, 0, 0) == opened(LETTER, 1, 1) == CONTENT
    others = {
        "another seat": (LETTER, 2, 2),
        "another seat's name": (LETTER, 0, 1),
        "a flipped bit": (flipped(LETTER, 8 * len(LETTER) - 1), 1, 1),
    }
    refused(BrokenSealError, "not for this device, or it was altered", opened, others)


@each([0, 1, 254, 255, 256, 257, 5_000])
def test_a_letter_of_any_length_is_read_as_it_was_written(size: int) -> None:
    content = fixed("content", size)
    assert opened(seal_letter(content, LETTER_VAULT, TO[:1])) == content


def test_a_letter_tells_neither_its_length_nor_for_whom_it_is() -> None:
    sizes = [len(seal_letter(b"x" * size, LETTER_VAULT, TO[:1])) for size in (0, 255, 256)]
    assert sizes[0] == sizes[1] < sizes[2]
    assert all(seat not in LETTER for seat in SEATS)


def test_a_letter_is_for_1_to_32_seats_and_no_longer_than_anybody_reads() -> None:
    assert opened(seal_letter(b"page", LETTER_VAULT, TO[:1] * 32)) == b"page"
    refused(
        MalformedError,
        "a letter is for 1 to 32 seats",
        lambda to: seal_letter(b"page", LETTER_VAULT, to),
        [[], TO * 11],
    )
    # The least padded size of which 32 have 70 MiB, and the one before it.
    least = 35 << 16
    assert len(seal_letter(bytes(least - (1 << 16) - 1), LETTER_VAULT, TO[:1] * 32)) < 70 << 20
    with pytest.raises(RefusedError, match="too large for a sealed file to 32 devices"):
        seal_letter(bytes(least - 1), LETTER_VAULT, TO[:1] * 32)


def _forged_letter(padded: bytes) -> bytes:
    message = seal_to(KEYS[0].public, padded, GrantContext(Purpose.LETTER, LETTER_VAULT, to_seat=SEATS[0]))
    return HEAD + b"\1" + len(message).to_bytes(4, "big") + message


def test_a_letter_padded_in_another_way_is_refused() -> None:
    assert opened(_forged_letter(b"abc\x80".ljust(256, b"\0"))) == b"abc"
    others = {
        "no mark": _forged_letter(bytes(256)),
        "something behind the mark": _forged_letter(b"abc\x80!".ljust(256, b"\0")),
        "a byte short": _forged_letter(b"abc\x80".ljust(255, b"\0")),
        "padded further": _forged_letter(b"abc\x80".ljust(320, b"\0")),
    }
    refused(MalformedError, "not padded as its format says", opened, others)


@each(
    {
        "nothing": (lambda letter: b"", "not a sealed file of CaseVault"),
        "no count": (lambda letter: letter[:18], "the file is not a sealed file of CaseVault$"),
        "another format": (lambda letter: b"\x02" + letter[1:], "not a sealed file of this vault"),
        "another suite": (lambda letter: b"\1\2" + letter[2:], "not a sealed file of this vault"),
        "another vault": (lambda letter: letter[:2] + bytes(16) + letter[18:], "not a sealed file of this vault"),
        "for nobody": (lambda letter: HEAD + b"\0", "not a sealed file of this vault"),
        "for nobody, with messages": (lambda letter: HEAD + b"\0" + letter[19:], "not a sealed file of this vault"),
        "for 33": (lambda letter: HEAD + b"\x21" + letter[19:], "not a sealed file of this vault"),
        "a third message announced": (lambda letter: HEAD + b"\x03" + letter[19:], "a letter was cut$"),
        "one message announced, none there": (lambda letter: HEAD + b"\1", "a letter was cut$"),
        "a size cut": (lambda letter: HEAD + b"\1" + bytes(3), "a letter was cut$"),
        "cut": (lambda letter: letter[:-1], "cut or extended"),
        "extended": (lambda letter: letter + b"\x00", "cut or extended"),
    }
)
def test_what_has_not_the_form_of_a_letter_is_refused(change: Callable[[bytes], bytes], words: str) -> None:
    with pytest.raises(MalformedError, match=words):
        opened(change(LETTER))


def test_an_empty_message_is_for_nobody() -> None:
    with pytest.raises(BrokenSealError, match="not for this device"):
        opened(HEAD + b"\1" + bytes(4))


IDENTITY = pyrage.x25519.Identity.generate()
RECIPIENT = str(IDENTITY.to_public())
OTHER = pyrage.x25519.Identity.generate()


def test_what_leaves_opens_for_its_recipient_only() -> None:
    sealed = seal_for(RECIPIENT, b"dossier")
    assert sealed.startswith(b"age-encryption.org/v1\n")
    assert open_with(str(IDENTITY), sealed) == b"dossier"
    with pytest.raises(BrokenSealError, match="age file does not open"):
        open_with(str(OTHER), sealed)


def test_an_altered_or_cut_age_file_is_refused() -> None:
    sealed = seal_for(RECIPIENT, b"dossier")
    for untrusted in (b"", b"no age file", sealed[:-1], sealed[:-1] + bytes((sealed[-1] ^ 1,)), sealed + b"\0"):
        with pytest.raises(BrokenSealError, match="age file does not open"):
            open_with(str(IDENTITY), untrusted)


@each(["", "age1", RECIPIENT[:-1], RECIPIENT + "q", "AGE-SECRET-KEY-1", "ssh-ed25519 AAAA", "undefined"])
def test_what_is_no_recipient_gets_neither_bytes_nor_fingerprint(text: str) -> None:
    with pytest.raises(UsageError, match="this is not an age recipient"):
        seal_for(text, b"dossier")
    with pytest.raises(UsageError, match="this is not an age recipient"):
        fingerprint(text)


@each(["", "AGE-SECRET-KEY-1", RECIPIENT])
def test_what_is_no_identity_opens_nothing_and_is_not_repeated(text: str) -> None:
    with pytest.raises(UsageError, match=r"^this is not an age identity$"):
        open_with(text, seal_for(RECIPIENT, b"dossier"))


def test_a_fingerprint_is_13_words_of_the_named_digest_of_the_recipient() -> None:
    digest = hashlib.sha256(b"casevault/age" + RECIPIENT.encode()).digest()
    assert fingerprint(RECIPIENT) == " ".join(words_of(digest))
    assert len(fingerprint(RECIPIENT).split()) == 13
    assert fingerprint(RECIPIENT) != fingerprint(str(OTHER.to_public()))


def test_what_reads_or_takes_a_sealed_stream_and_fails_is_heard_as_it_was_said() -> None:
    def no_room(_: bytes) -> None:
        raise OSError("no room")

    def torn() -> Iterator[bytes]:
        yield b"dossier"
        raise BrokenSealError(Message("the source is torn"))

    with pytest.raises(OSError, match="no room"):
        seal_stream(RECIPIENT, iter([b"dossier"]), no_room)
    taken = bytearray()
    with pytest.raises(BrokenSealError, match="the source is torn"):
        seal_stream(RECIPIENT, torn(), taken.extend)
    with pytest.raises(BrokenSealError, match="age file does not open"):
        open_with(str(IDENTITY), bytes(taken))
    with pytest.raises(Exception, match=r"."):  # of the library itself
        seal_stream(RECIPIENT, iter(["no bytes"]), taken.extend)  # type: ignore[list-item]  # no bytes, on purpose


BOTH = DoorKeys(KEY, OTHER_KEY)
DOOR_SEATS = [(SEAT, PRIVATE.public), (OTHER_SEAT, OTHER_PRIVATE.public)]
DOORS = make_doors(VAULT, BOTH, DOOR_SEATS, shuffle=lambda doors: doors.reverse())


def test_every_seat_opens_its_door_and_no_other() -> None:
    assert open_doors(PRIVATE, SEAT, VAULT, DOORS) == BOTH
    assert open_doors(OTHER_PRIVATE, OTHER_SEAT, VAULT, DOORS) == BOTH
    for private, seat in ((PRIVATE, OTHER_SEAT), (KemPrivate.from_seed(fixed("third", 96)), SEAT)):
        with pytest.raises(BrokenSealError, match=f"no door opens for seat {seat.hex()}"):
            open_doors(private, seat, VAULT, DOORS)
    with pytest.raises(BrokenSealError, match="no door opens"):
        open_doors(PRIVATE, SEAT, fixed("other vault", 16), DOORS)


def test_doors_are_32_of_one_size_whoever_is_in() -> None:
    for seats in ([], DOOR_SEATS, DOOR_SEATS * 16):
        doors = make_doors(VAULT, BOTH, seats)
        assert len(doors) == len(set(doors)) == 32
        assert {len(door) for door in doors} == {1200}


def test_doors_lie_in_the_order_of_the_shuffle() -> None:
    assert open_doors(PRIVATE, SEAT, VAULT, DOORS[31:]) == BOTH
    assert open_doors(OTHER_PRIVATE, OTHER_SEAT, VAULT, DOORS[30:31]) == BOTH


def test_more_seats_than_doors_are_refused() -> None:
    with pytest.raises(RefusedError, match="doors for 32 seats, not 33"):
        make_doors(VAULT, BOTH, DOOR_SEATS[:1] * 33)


def test_an_altered_door_opens_nothing() -> None:
    for at in range(0, 1200, 37):
        with pytest.raises(BrokenSealError, match="no door opens"):
            open_doors(PRIVATE, SEAT, VAULT, [flipped(DOORS[31], 8 * at)])


def test_a_door_without_old_key_says_so() -> None:
    assert open_doors(PRIVATE, SEAT, VAULT, make_doors(VAULT, DoorKeys(KEY), DOOR_SEATS[:1])) == DoorKeys(KEY, None)


def test_recovery_opens_its_own_door_only() -> None:
    door = make_recovery_door(VAULT, BOTH, PRIVATE.public)
    assert len(door) == 1200
    assert open_recovery_door(PRIVATE, VAULT, door) == BOTH
    for private, closed in ((PRIVATE, DOORS[31]), (OTHER_PRIVATE, door), (PRIVATE, door[:-1])):
        with pytest.raises(BrokenSealError, match="door does not open"):
            open_recovery_door(private, VAULT, closed)


@each(
    {
        "zeros": (bytes(64), "database key is empty"),
        "old key only": (bytes(32) + KEY, "database key is empty"),
        "short": (KEY, "door content has 32 bytes, not 64"),
        "empty": (b"", "door content has 0 bytes, not 64"),
    }
)
def test_a_door_without_a_key_is_refused(content: bytes, error: str) -> None:
    door = seal_to(PRIVATE.public, content, GrantContext(Purpose.DOOR, VAULT, to_seat=SEAT))
    with pytest.raises(MalformedError, match=error):
        open_doors(PRIVATE, SEAT, VAULT, [door])


@each({"empty new": (b"", None), "zero new": (bytes(32), None), "empty old": (KEY, b""), "zero old": (KEY, bytes(32))})
def test_an_empty_database_key_is_never_sealed(new: bytes, old: bytes | None) -> None:
    with pytest.raises(MalformedError, match=r"key has 0 bytes|database key is empty"):
        DoorKeys(new, old)


def test_database_keys_are_never_shown() -> None:
    assert repr(BOTH) == "DoorKeys()"
