from dataclasses import replace

import pytest
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
from vault.errors import BrokenSealError, MalformedError
from vault.seal.envelope import (
    TAG_SIZE,
    Context,
    LocalContext,
    VersionContext,
    _seal_with_random,
    holds_commitment,
    is_known_form,
    open_sealed,
    seal,
    version_id,
)
from vault.seal.padding import padme
from vault.seal.purposes import LOCAL_PURPOSES, Purpose

CONTEXTS = [
    pytest.param(NOTE, id="version"),
    pytest.param(PAYLOAD, id="audit payload"),
    pytest.param(PINS, id="pins"),
    pytest.param(SLOT, id="slot"),
]


@given(st.binary(max_size=3000))
@settings(deadline=None)
def test_what_is_sealed_opens_and_its_size_is_a_padme_size(content: bytes) -> None:
    blob = seal(KEY, content, NOTE)
    assert open_sealed(KEY, blob, NOTE) == content
    assert len(blob) == 2 + 24 + 32 + padme(max(len(content) + 1, 256)) + TAG_SIZE


@pytest.mark.parametrize("purpose", sorted(LOCAL_PURPOSES))
def test_every_local_purpose_seals_and_opens(purpose: Purpose) -> None:
    context = replace(PINS, purpose=purpose)
    assert open_sealed(KEY, seal(KEY, b"secret", context), context) == b"secret"


def test_a_slot_is_1024_bytes_without_readable_ones() -> None:
    blob = _seal_with_random(KEY, b"secret", SLOT, fixed("random"))
    assert len(blob) == 1024
    assert not is_known_form(blob)


@pytest.mark.parametrize("context", CONTEXTS)
def test_no_bit_of_a_sealed_blob_can_be_flipped(context: Context) -> None:
    blob = seal(KEY, b"note text", context)
    for bit in range(8 * len(blob)):
        with pytest.raises(BrokenSealError, match="seal does not hold"):
            open_sealed(KEY, flipped(blob, bit), context)


@pytest.mark.parametrize("context", CONTEXTS)
def test_a_sealed_blob_can_be_neither_cut_nor_lengthened(context: Context) -> None:
    blob = seal(KEY, b"note text", context)
    for size in range(len(blob)):
        with pytest.raises(BrokenSealError, match="seal does not hold"):
            open_sealed(KEY, blob[:size], context)
    for tail in (b"\0", b"\x80", blob):
        with pytest.raises(BrokenSealError, match="seal does not hold"):
            open_sealed(KEY, blob + tail, context)


@pytest.mark.parametrize(
    ("sealed_for", "opened_for"),
    [
        pytest.param(NOTE, replace(NOTE, vault=fixed("else", 16)), id="moved to another vault"),
        pytest.param(NOTE, replace(NOTE, compartment=fixed("else", 16)), id="moved to another compartment"),
        pytest.param(NOTE, replace(NOTE, record=fixed("else", 16)), id="moved to another record"),
        pytest.param(NOTE, replace(NOTE, origin=fixed("else")), id="moved to another log"),
        pytest.param(NOTE, replace(NOTE, seq=8), id="moved to another position"),
        pytest.param(NOTE, replace(NOTE, purpose=Purpose.AUDIT), id="passed off as an audit payload"),
        pytest.param(PAYLOAD, replace(PAYLOAD, purpose=Purpose.VERSION), id="audit payload passed off as a version"),
        pytest.param(PINS, replace(PINS, vault=fixed("else", 16)), id="pins of another vault"),
        pytest.param(PINS, replace(PINS, seat=fixed("else", 16)), id="pins of another seat"),
        pytest.param(PINS, replace(PINS, number=1), id="another number"),
        pytest.param(PINS, replace(PINS, purpose=Purpose.KEYRING), id="pins passed off as the keyring"),
        pytest.param(SLOT, replace(SLOT, number=6), id="another slot"),
    ],
)
def test_a_seal_holds_for_its_own_context_only(sealed_for: Context, opened_for: Context) -> None:
    blob = seal(KEY, b"note text", sealed_for)
    with pytest.raises(BrokenSealError, match="seal does not hold"):
        open_sealed(KEY, blob, opened_for)
    assert holds_commitment(KEY, blob, sealed_for)
    assert not holds_commitment(KEY, blob, opened_for)


def test_another_key_opens_nothing() -> None:
    blob = seal(KEY, b"note text", NOTE)
    assert not holds_commitment(OTHER_KEY, blob, NOTE)
    with pytest.raises(BrokenSealError, match=f"seal does not hold: record {RECORD.hex()} at {ORIGIN.hex()[:16]}/7"):
        open_sealed(OTHER_KEY, blob, NOTE)


def test_the_error_names_the_place_of_a_local_row() -> None:
    with pytest.raises(BrokenSealError, match=f"seal does not hold: pins 0 of seat {PINS.seat.hex()}"):
        open_sealed(KEY, b"\x01\x01", PINS)


@pytest.mark.parametrize("key", [b"", b"\0", KEY[:31], KEY + b"\0"], ids=["empty", "one byte", "short", "long"])
def test_a_key_of_another_length_is_refused(key: bytes) -> None:
    with pytest.raises(MalformedError, match=f"key has {len(key)} bytes, not 32"):
        seal(key, b"note", NOTE)
    with pytest.raises(MalformedError, match=f"key has {len(key)} bytes, not 32"):
        open_sealed(key, seal(KEY, b"note", NOTE), NOTE)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        pytest.param(lambda: replace(NOTE, vault=b"short"), "have 16 bytes each", id="vault"),
        pytest.param(lambda: replace(NOTE, compartment=b""), "have 16 bytes each", id="compartment"),
        pytest.param(lambda: replace(NOTE, record=RECORD + b"\0"), "have 16 bytes each", id="record"),
        pytest.param(lambda: replace(NOTE, origin=b"short"), "origin has 5 bytes, not 32", id="origin"),
        pytest.param(lambda: replace(NOTE, seq=-1), "seq is not between", id="negative position"),
        pytest.param(lambda: replace(NOTE, seq=1 << 64), "seq is not between", id="position beyond u64"),
        pytest.param(lambda: replace(NOTE, purpose=Purpose.PINS), "PINS does not seal a version", id="purpose"),
        pytest.param(lambda: replace(PINS, vault=b""), "vault has 0 bytes, not 16", id="local vault"),
        pytest.param(lambda: replace(PINS, seat=b""), "seat has 0 bytes, not 16", id="local seat"),
        pytest.param(lambda: replace(PINS, number=-1), "number is not between", id="local number"),
        pytest.param(
            lambda: replace(PINS, purpose=Purpose.GRANT), "GRANT does not seal a local row", id="local purpose"
        ),
    ],
)
def test_a_context_of_other_widths_cannot_be_made(wrong: object, error: str) -> None:
    assert callable(wrong)
    with pytest.raises(MalformedError, match=error):
        wrong()


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


@pytest.mark.parametrize(
    ("blob", "known"),
    [
        pytest.param(b"\x01\x01rest", True, id="format 1, suite 1"),
        pytest.param(b"\x02\x01rest", False, id="later format"),
        pytest.param(b"\x01\x02rest", False, id="later suite"),
        pytest.param(b"", False, id="empty"),
    ],
)
def test_unknown_forms_are_told_apart_so_that_they_can_be_kept(blob: bytes, known: bool) -> None:
    assert is_known_form(blob) is known


def test_a_version_id_names_compartment_record_and_blob() -> None:
    ids = {
        version_id(COMPARTMENT, RECORD, b"blob"),
        version_id(RECORD, COMPARTMENT, b"blob"),
        version_id(COMPARTMENT, VAULT, b"blob"),
        version_id(COMPARTMENT, RECORD, b"blub"),
    }
    assert {len(one) for one in ids} == {32}
    assert len(ids) == 4


@pytest.mark.parametrize(("compartment", "record"), [(COMPARTMENT + b"x", RECORD), (COMPARTMENT, b"")])
def test_a_version_id_takes_ids_of_16_bytes_only(compartment: bytes, record: bytes) -> None:
    with pytest.raises(MalformedError, match="not 16"):
        version_id(compartment, record, b"blob")


def test_contexts_of_equal_fields_are_equal() -> None:
    assert VersionContext(VAULT, COMPARTMENT, RECORD, ORIGIN, 7) == NOTE
    assert LocalContext(Purpose.PINS, VAULT, PINS.seat) == PINS
