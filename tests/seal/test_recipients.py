from dataclasses import replace

import pytest

from tests.seal.places import COMPARTMENT, KEY, OTHER_SEAT, SEAT, VAULT, fixed, flipped
from tests.tables import each, refused
from vault.errors import BrokenSealError, MalformedError
from vault.seal.purposes import Purpose
from vault.seal.recipients import (
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
    assert len(SEALED) == 1168 == len(KEY) + HPKE_OVERHEAD
    assert open_from(PRIVATE, SEALED, GRANT) == KEY
    assert len(GRANT.info()) == 82


def test_the_public_key_is_mlkem_then_x25519() -> None:
    assert len(PRIVATE.public) == 1216
    changed_seed = fixed("kem", 96)[:64] + fixed("else")
    other = KemPrivate.from_seed(changed_seed)
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
