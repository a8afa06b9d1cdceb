"""Somebody who holds the key seals what `seal` would never give: it does not open either."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.seal.places import KEY, NOTE, SLOT, fixed
from vault.errors import BrokenSealError
from vault.seal import envelope
from vault.seal.envelope import Context, open_sealed, seal


def _forged(context: Context, padded: bytes) -> bytes:
    salt = fixed("salt", 24)
    key, commitment = envelope._derive_message_key(KEY, context.purpose, salt, context.aad())
    lead = b"" if context is SLOT else b"\1\1"
    return lead + salt + commitment + AESGCM(key).encrypt(bytes(12), padded, context.aad())


@pytest.mark.parametrize("context", [NOTE, SLOT], ids=["version", "slot"])
@pytest.mark.parametrize("padded", [b"", bytes(256), b"text\x80".ljust(255, b"\0"), b"text".ljust(256, b"\0")])
def test_a_form_of_padding_that_the_format_does_not_have_is_a_broken_seal(context: Context, padded: bytes) -> None:
    with pytest.raises(BrokenSealError, match="seal does not hold"):
        open_sealed(KEY, _forged(context, padded), context)


def test_a_seal_draws_32_random_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []

    def draw(size: int) -> bytes:
        drawn.append(size)
        return fixed("random", size)

    monkeypatch.setattr("vault.seal.envelope.secrets.token_bytes", draw)
    assert open_sealed(KEY, seal(KEY, b"text", NOTE), NOTE) == b"text"
    assert drawn == [32]
