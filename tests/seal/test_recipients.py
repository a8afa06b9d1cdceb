from dataclasses import replace

import pytest

from tests.seal.places import COMPARTMENT, KEY, OTHER_SEAT, SEAT, VAULT, fixed, flipped
from vault.errors import BrokenSealError, MalformedError
from vault.seal.purposes import Purpose
from vault.seal.recipients import (
    GRANT_SIZE,
    HPKE_OVERHEAD,
    GrantContext,
    KemPrivate,
    grant_digest,
    make_kem_seed,
    open_from,
    seal_to,
)

EPOCH = fixed("epoch", 16)
PRIVATE = KemPrivate.from_seed(fixed("kem", 96))
OTHER_PRIVATE = KemPrivate.from_seed(fixed("other kem", 96))
GRANT = GrantContext(Purpose.GRANT, VAULT, COMPARTMENT, EPOCH, SEAT, OTHER_SEAT)
SEALED = seal_to(PRIVATE.public, KEY, GRANT)


def test_a_grant_opens_for_its_seat_and_has_1168_bytes() -> None:
    assert len(SEALED) == GRANT_SIZE == len(KEY) + HPKE_OVERHEAD
    assert open_from(PRIVATE, SEALED, GRANT) == KEY
    assert len(GRANT.info()) == 82


def test_the_public_key_is_mlkem_then_x25519() -> None:
    assert len(PRIVATE.public) == 1216
    changed_seed = fixed("kem", 96)[:64] + fixed("else")
    other = KemPrivate.from_seed(changed_seed)
    assert other.public[:1184] == PRIVATE.public[:1184]
    assert other.public[1184:] != PRIVATE.public[1184:]


@pytest.mark.parametrize(
    "context",
    [
        pytest.param(replace(GRANT, purpose=Purpose.DOOR), id="passed off as a door"),
        pytest.param(replace(GRANT, purpose=Purpose.ATTEMPT), id="passed off as an attempt"),
        pytest.param(replace(GRANT, vault=fixed("else", 16)), id="another vault"),
        pytest.param(replace(GRANT, compartment=fixed("else", 16)), id="another compartment"),
        pytest.param(replace(GRANT, epoch=fixed("else", 16)), id="another epoch"),
        pytest.param(replace(GRANT, from_seat=fixed("else", 16)), id="another giver"),
        pytest.param(replace(GRANT, to_seat=fixed("else", 16)), id="another receiver"),
        pytest.param(replace(GRANT, from_seat=GRANT.to_seat, to_seat=GRANT.from_seat), id="giver and receiver swapped"),
    ],
)
def test_a_grant_opens_in_its_own_context_only(context: GrantContext) -> None:
    with pytest.raises(BrokenSealError, match=f"does not open: epoch {context.epoch.hex()}"):
        open_from(PRIVATE, SEALED, context)


def test_a_grant_opens_for_nobody_else() -> None:
    with pytest.raises(BrokenSealError, match="grant does not open"):
        open_from(OTHER_PRIVATE, SEALED, GRANT)


def test_no_byte_of_a_grant_can_be_altered() -> None:
    for at in range(len(SEALED)):
        with pytest.raises(BrokenSealError, match="grant does not open"):
            open_from(PRIVATE, flipped(SEALED, 8 * at + at % 8), GRANT)


def test_a_grant_can_be_neither_cut_nor_lengthened() -> None:
    for size in (*range(0, len(SEALED), 48), 1087, 1088, 1119, 1120, 1136, len(SEALED) - 1):
        with pytest.raises(BrokenSealError, match="grant does not open"):
            open_from(PRIVATE, SEALED[:size], GRANT)
    with pytest.raises(BrokenSealError, match="grant does not open"):
        open_from(PRIVATE, SEALED + b"\0", GRANT)


@pytest.mark.parametrize(
    ("public", "error"),
    [
        pytest.param(b"", "KEM public key has 0 bytes, not 1216", id="empty"),
        pytest.param(PRIVATE.public[:-1], "KEM public key has 1215 bytes, not 1216", id="short"),
        pytest.param(b"\xff" * 1216, "is not valid", id="coefficients beyond the modulus"),
        pytest.param(PRIVATE.public[:1184] + bytes(32), "is not valid", id="X25519 point of small order"),
    ],
)
def test_a_public_key_that_is_none_gets_nothing_sealed(public: bytes, error: str) -> None:
    with pytest.raises(MalformedError, match=error):
        seal_to(public, KEY, GRANT)


@pytest.mark.parametrize("size", [0, 64, 95, 97])
def test_a_kem_seed_has_96_bytes(size: int) -> None:
    with pytest.raises(MalformedError, match=f"KEM seed has {size} bytes, not 96"):
        KemPrivate.from_seed(bytes(size))


def test_kem_seeds_are_random() -> None:
    assert {len(make_kem_seed()) for _ in range(10)} == {96}
    assert len({make_kem_seed() for _ in range(10)}) == 10


@pytest.mark.parametrize("what", ["vault", "compartment", "epoch", "from_seat", "to_seat"])
def test_a_grant_context_takes_ids_of_16_bytes_only(what: str) -> None:
    with pytest.raises(MalformedError, match=f"{what} has 15 bytes, not 16"):
        replace(GRANT, **{what: bytes(15)})  # type: ignore[arg-type]  # the name is a parameter here


def test_what_is_not_sent_to_a_seat_has_no_grant_context() -> None:
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
