"""A slot that plain AES-GCM opens under many passphrases at once tells nobody which of them is near.

Who may put a slot into the `keys` file and sees whether an unlock fails tries one candidate with each attempt, however
many the slot was made for: each attempt compares all commitments, decrypts nothing of another's, and has one error.
"""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.attacks.many_keys import ciphertext_for
from tests.seal.places import fixed
from tests.seal.test_keyfile import FILE, HEADER
from vault.errors import WrongPassphraseError
from vault.seal import envelope
from vault.seal.entrance import keyfile
from vault.seal.entrance.keyfile import Stretched, find_slot, slot_context, slot_info
from vault.seal.entrance.passphrase import DEFAULT, derive_unlock_key
from vault.seal.envelope import LocalContext, _derive_message_key, holds_commitment
from vault.seal.purposes import Purpose

NUMBER, SLOT_SIZE = 3, 952
CONTEXT = slot_context(HEADER, NUMBER)
SALT = fixed("salt", 24)
# As many as a slot has room for: a block each, and the last one.
MOST = -(-SLOT_SIZE // 16) - 1


class CountedCipher:
    """AES-GCM as the envelope calls it; says how often anything was decrypted."""

    decrypted = 0

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def decrypt(self, nonce: bytes, data: bytes, aad: bytes) -> bytes:
        type(self).decrypted += 1
        return self._cipher.decrypt(nonce, data, aad)


def message_keys(candidates: list[bytes]) -> list[tuple[bytes, bytes]]:
    """Return the message key and the commitment that each stretched passphrase would give for this slot."""
    unlock_keys = (derive_unlock_key(k1, slot_info=slot_info(HEADER, NUMBER)) for k1 in candidates)
    return [_derive_message_key(key, Purpose.SLOT, SALT, CONTEXT.aad()) for key in unlock_keys]


@pytest.mark.long
@pytest.mark.parametrize("count", [1, 2, 10, MOST])
@pytest.mark.parametrize("committed", [True, False], ids=["committed to the first", "committed to nobody"])
def test_of_many_candidates_each_attempt_tries_one(
    count: int, committed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidates = [fixed(f"candidate {number}") for number in range(1_000)]
    for_these = message_keys(candidates[:count])
    ciphertext = ciphertext_for([key for key, _ in for_these], CONTEXT.aad(), SLOT_SIZE)
    for key, _ in for_these:
        assert len(AESGCM(key).decrypt(bytes(12), ciphertext, CONTEXT.aad())) == SLOT_SIZE, "plain AES-GCM opens it"

    slot = SALT + (for_these[0][1] if committed else fixed("commitment")) + ciphertext
    file = FILE.with_slot(NUMBER, slot)
    tried: list[int] = []

    def counted(key: bytes, untrusted: bytes, context: LocalContext) -> bool:
        tried.append(context.number)
        return holds_commitment(key, untrusted, context)

    monkeypatch.setattr(envelope, "AESGCM", CountedCipher)
    monkeypatch.setattr(keyfile, "holds_commitment", counted)
    outcomes = set()
    for k1 in candidates if count == MOST else candidates[: 2 * count]:
        tried.clear()
        CountedCipher.decrypted = 0
        with pytest.raises(WrongPassphraseError) as refusal:
            find_slot(file, [Stretched(DEFAULT, k1)])
        assert tried == [*range(32)]
        assert CountedCipher.decrypted == (1 if committed and k1 == candidates[0] else 0)
        outcomes.add((refusal.value.code, refusal.value.message, refusal.value.next_step))
    assert len(outcomes) == 1
