"""The same passphrase, salt and cost are stretched once in a run of the tests: what Argon2id gives never changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vault.seal.entrance.keyfile import KeyHeader
from vault.seal.entrance.passphrase import VAULT_SALT_SIZE, KdfParameters

_SALT = b"\x5a" * VAULT_SALT_SIZE
Known = dict[tuple[object, ...], bytes]
KNOWN: Known = {}
"""What was stretched in this process, by everything that went into it."""


def once(stretch: Callable[..., bytes]) -> Callable[..., bytes]:
    """Return a function that gives what `stretch` gives, and asks it for nothing twice."""

    def remembered(*typed: object, **cost: Any) -> bytes:
        asked = (*typed, *sorted(cost.items()))
        if asked not in KNOWN:
            KNOWN[asked] = stretch(*typed, **cost)
        return KNOWN[asked]

    return remembered


def of_one_salt(vault: bytes, folder: bytes, generation: int, _salt: bytes, parameters: KdfParameters) -> KeyHeader:
    """Return the header of a new folder with a salt that all have in a run of the tests."""
    return KeyHeader(vault, folder, generation, _SALT, parameters)
