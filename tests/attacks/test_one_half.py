"""What is sealed to a seat stays shut for who has one half of its key: ML-KEM-768 and X25519 both have to be known."""

from __future__ import annotations

import pytest

from tests.vectors.independent import sealing as reader
from tests.vectors.independent.basis import Refused
from vault.errors import BrokenSealError
from vault.seal.purposes import Purpose
from vault.seal.recipients import GrantContext, KemPrivate, open_from, seal_to

SEED, OTHER = bytes(range(96)), bytes(range(100, 196))
KEY = bytes(32)
CONTEXT = GrantContext(Purpose.GRANT, bytes(16), bytes(16), bytes(16), bytes(16), bytes(16))
SEALED = seal_to(KemPrivate.from_seed(SEED).public, KEY, CONTEXT)
AGAIN = seal_to(KemPrivate.from_seed(SEED).public, KEY, CONTEXT)

HALVES = {
    "ML-KEM broken: its key is known, that of X25519 is not": SEED[:64] + OTHER[64:],
    "X25519 broken: its key is known, that of ML-KEM is not": OTHER[:64] + SEED[64:],
    "neither is known": OTHER,
}


def test_both_halves_open_it() -> None:
    assert open_from(KemPrivate.from_seed(SEED), SEALED, CONTEXT) == KEY
    assert reader.open_hpke(SEED, SEALED, CONTEXT.info()) == KEY


@pytest.mark.parametrize("seed", HALVES.values(), ids=HALVES)
def test_one_half_opens_nothing(seed: bytes) -> None:
    with pytest.raises(BrokenSealError):
        open_from(KemPrivate.from_seed(seed), SEALED, CONTEXT)
    with pytest.raises(Refused):
        reader.open_hpke(seed, SEALED, CONTEXT.info())


@pytest.mark.parametrize("part", [slice(0, 1088), slice(1088, 1120)], ids=["ML-KEM", "X25519"])
def test_a_message_with_one_half_of_another_does_not_open(part: slice) -> None:
    mixed = SEALED[: part.start] + AGAIN[part] + SEALED[part.stop :]
    assert mixed not in {SEALED, AGAIN}
    with pytest.raises(BrokenSealError):
        open_from(KemPrivate.from_seed(SEED), mixed, CONTEXT)


@pytest.mark.parametrize("changed", range(4), ids=["ML-KEM secret", "X25519 secret", "ephemeral key", "own key"])
def test_the_shared_secret_changes_with_each_of_its_parts(changed: int) -> None:
    parts = [bytes([number]) * 32 for number in range(4)]
    before = reader.shared_secret(*parts)
    parts[changed] = bytes([9]) * 32
    assert reader.shared_secret(*parts) != before
