import dataclasses
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.seal.places import (
    COMPARTMENT,
    KEY,
    NOTE,
    ORIGIN,
    OTHER_KEY,
    PAYLOAD,
    PINS,
    RECORD,
    SLOT,
    VAULT,
    fixed,
    flipped,
)
from tests.tables import each, refused
from vault.errors import BrokenSealError, MalformedError
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
from vault.seal.sizes import padme


def replace(context: Context, **change: Any) -> Context:
    """Return the context with something else in it."""
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
    context = replace(PINS, purpose=purpose)
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
        "moved to another vault": (NOTE, replace(NOTE, vault=fixed("else", 16))),
        "moved to another compartment": (NOTE, replace(NOTE, compartment=fixed("else", 16))),
        "moved to another record": (NOTE, replace(NOTE, record=fixed("else", 16))),
        "moved to another log": (NOTE, replace(NOTE, origin=fixed("else"))),
        "moved to another position": (NOTE, replace(NOTE, seq=8)),
        "passed off as an audit payload": (NOTE, replace(NOTE, purpose=Purpose.AUDIT)),
        "audit payload passed off as a version": (PAYLOAD, replace(PAYLOAD, purpose=Purpose.VERSION)),
        "pins of another vault": (PINS, replace(PINS, vault=fixed("else", 16))),
        "pins of another seat": (PINS, replace(PINS, seat=fixed("else", 16))),
        "another number": (PINS, replace(PINS, number=1)),
        "pins passed off as the keyring": (PINS, replace(PINS, purpose=Purpose.KEYRING)),
        "another slot": (SLOT, replace(SLOT, number=6)),
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
        replace(context, **change)


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
