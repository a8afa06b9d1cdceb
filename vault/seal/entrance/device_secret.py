"""The keyfile: 32 random bytes with a name before and a check behind (FORMAT.md 3)."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field

from vault.ids import RandomBytes
from vault.seal.widths import KEY_SIZE

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
