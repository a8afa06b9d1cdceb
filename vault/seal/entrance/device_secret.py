"""What may be needed beside a passphrase: a keyfile, and the seam to a security key (FORMAT.md 3)."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Protocol

from vault.ids import RandomBytes
from vault.seal.entrance.passphrase import VAULT_SALT_SIZE
from vault.seal.sizes import KEY_SIZE, require_width

# The seam to a security key: 32 bytes from a salt, the same ones each time (FORMAT.md 3).


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


# The keyfile: 32 random bytes with a name before and a check behind (FORMAT.md 3).
KEYFILE_SIZE = 64

_NAME = b"casevault/key/v1"
_CHECK_SIZE = 16


@dataclass(frozen=True, slots=True)
class DeviceSecret:
    """What a keyfile gives: 32 bytes, and whether it is one of ours and whole.

    What is no keyfile gives zeros, so that the attempt is made and costs the same; `is_sound` is for afterwards.
    """

    secret: bytes = field(repr=False)
    is_sound: bool


def make_keyfile(random: RandomBytes = secrets.token_bytes) -> bytes:
    """Return the 64 bytes of a new keyfile. Nothing in it says which vault it belongs to."""
    named = _NAME + random(KEY_SIZE)
    return named + _check(named)


def read_keyfile(untrusted: bytes) -> DeviceSecret:
    """Return the device secret of a keyfile, or zeros for anything else."""
    named, check = untrusted[:-_CHECK_SIZE], untrusted[-_CHECK_SIZE:]
    if len(untrusted) == KEYFILE_SIZE and named.startswith(_NAME) and check == _check(named):
        return DeviceSecret(named[len(_NAME) :], is_sound=True)
    return DeviceSecret(bytes(KEY_SIZE), is_sound=False)


def _check(named: bytes) -> bytes:
    return hashlib.sha256(named).digest()[:_CHECK_SIZE]
