"""What a signature covers. The signing itself comes in as a callable, so that this package touches no keys."""

from __future__ import annotations

from collections.abc import Callable

VerifySignature = Callable[[bytes, bytes, bytes], bool]
"""(public key 32, signature 64, message) -> whether this Ed25519 signature holds. It does not raise."""


def signed_message(purpose: str, message: bytes) -> bytes:
    """Return the bytes under one of our own signatures; the purpose keeps them apart (FORMAT.md 3)."""
    return b"casevault/" + purpose.encode("ascii") + b"/v1\x00" + message
