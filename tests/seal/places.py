"""Fixed ids and keys of an invented vault; `fixed` gives bytes that look random and never change."""

from __future__ import annotations

import hashlib

from vault.seal.envelope import LocalContext, VersionContext
from vault.seal.purposes import Purpose


def fixed(name: str, size: int = 32) -> bytes:
    return hashlib.shake_256(name.encode()).digest(size)


VAULT = fixed("vault", 16)
SEAT = fixed("seat", 16)
OTHER_SEAT = fixed("other seat", 16)
COMPARTMENT = fixed("compartment", 16)
RECORD = fixed("record", 16)
ORIGIN = fixed("origin")
KEY = fixed("key")
OTHER_KEY = fixed("other key")
NOTE = VersionContext(VAULT, COMPARTMENT, RECORD, ORIGIN, 7)
PAYLOAD = VersionContext(VAULT, COMPARTMENT, bytes(16), ORIGIN, 7, Purpose.AUDIT)
PINS = LocalContext(Purpose.PINS, VAULT, SEAT)
SLOT = LocalContext(Purpose.SLOT, VAULT, bytes(16), 5)


def flipped(original: bytes, bit: int) -> bytes:
    changed = bytearray(original)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)
