"""The seam to a security key: 32 bytes from a salt, the same ones each time (FORMAT.md 3)."""

from __future__ import annotations

import hashlib
from typing import Protocol

from vault.seal.entrance.passphrase import VAULT_SALT_SIZE
from vault.seal.widths import require_width


class PrfProvider(Protocol):
    """Something that a person holds and that answers a salt of 32 bytes with a secret of 32 bytes."""

    def secret(self, salt: bytes) -> bytes:
        """Return the secret for this salt; may ask the person to touch it.

        Raises:
            NotFoundError: it is not there, or was never made to answer for CaseVault.
            TryAgainError: it was not touched, or its PIN is wrong.
        """

    def enrol(self) -> None:
        """Make it answer from here on; where it does already, nothing changes: other vaults may depend on it.

        Raises:
            NotFoundError: it is not there.
            RefusedError: it cannot do this.
            TryAgainError: as `secret`.
        """


def fido2_salt(vault_salt: bytes) -> bytes:
    """Return the salt that a vault asks a security key with: it is public, and each vault has its own."""
    return hashlib.sha256(b"casevault/fido2" + require_width("vault salt", vault_salt, VAULT_SALT_SIZE)).digest()
