"""Listening at AES-GCM: what was sealed under which key and nonce, by any part of the program."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vault.seal import envelope


class Heard:
    """Each key and nonce, with all that was sealed under it: what was encrypted, and for which place."""

    def __init__(self) -> None:
        self.sealed: dict[tuple[bytes, bytes], set[tuple[bytes, bytes]]] = {}

    def repeated(self) -> int:
        """Return how many pairs of key and nonce sealed two byte strings, or one for two places."""
        return sum(len(found) > 1 for found in self.sealed.values())


@contextmanager
def listening() -> Iterator[Heard]:
    """Listen to every seal of this process."""
    heard = Heard()

    class Cipher:
        def __init__(self, key: bytes) -> None:
            self._key, self._cipher = key, AESGCM(key)

        def encrypt(self, nonce: bytes, data: bytes, aad: bytes) -> bytes:
            heard.sealed.setdefault((self._key, nonce), set()).add((data, aad))
            return self._cipher.encrypt(nonce, data, aad)

        def decrypt(self, nonce: bytes, data: bytes, aad: bytes) -> bytes:
            return self._cipher.decrypt(nonce, data, aad)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(envelope, "AESGCM", Cipher)
        yield heard
