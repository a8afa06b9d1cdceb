"""Ed25519 signatures, bound to their purpose (FORMAT.md 3)."""

from __future__ import annotations

import re
import secrets

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from vault.errors import MalformedError, VerificationError
from vault.ids import RandomBytes
from vault.seal.sizes import KEY_SIZE, require_key, require_width
from vault.words.message import Message

_PURPOSE = re.compile(r"[a-z][a-z-]{0,30}")
# Points of order 1, 2, 4 and 8 (y coordinate, sign bit cleared): under them one signature holds for every message.
_SMALL_ORDER = frozenset(
    bytes.fromhex(y)
    for y in (
        "00" * 32,
        "01" + "00" * 31,
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ec" + "ff" * 30 + "7f",
        "ed" + "ff" * 30 + "7f",
        "ee" + "ff" * 30 + "7f",
    )
)


def make_signing_seed(random: RandomBytes = secrets.token_bytes) -> bytes:
    """Return a fresh 32-byte Ed25519 seed."""
    return random(KEY_SIZE)


def public_key(seed: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(require_key(seed)).public_key().public_bytes_raw()


def sign(seed: bytes, purpose: str, message: bytes) -> bytes:
    """Return the 64-byte signature over `casevault/<purpose>/v1`, a zero byte and the message."""
    return sign_raw(seed, _bound(purpose, message))


def verify(public: bytes, signature: bytes, purpose: str, message: bytes) -> None:
    """Return if `signature` is that of `sign` for this purpose and message.

    Raises:
        VerificationError: it is not, or the public key is one under which anything would verify.
        MalformedError: the purpose is not a word.
    """
    verify_raw(public, signature, _bound(purpose, message))


def sign_raw(seed: bytes, message: bytes) -> bytes:
    """Return the signature over the bare message: for C2SP notes only, whose text names its purpose itself."""
    return Ed25519PrivateKey.from_private_bytes(require_key(seed)).sign(message)


def key_and_signature(seed: bytes, message: bytes) -> tuple[bytes, bytes]:
    """Return what `public_key` and `sign_raw` give, from one expansion of the seed."""
    private = Ed25519PrivateKey.from_private_bytes(require_key(seed))
    return private.public_key().public_bytes_raw(), private.sign(message)


def verify_raw(public: bytes, signature: bytes, message: bytes) -> None:
    """Return if `signature` is over the bare message.

    Raises:
        VerificationError: it is not, or the public key is one under which anything would verify.
    """
    require_width("public key", public, KEY_SIZE)
    if public[:31] + bytes((public[31] & 0x7F,)) in _SMALL_ORDER:
        raise VerificationError(Message("signature does not hold: key {public} is no key", public=public.hex()))
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        raise VerificationError(Message("signature does not hold: key {public}", public=public.hex())) from None


def is_signed_raw(public: bytes, signature: bytes, message: bytes) -> bool:
    """Tell whether `verify_raw` would return: the form that the log takes as its `verify_signature`."""
    try:
        verify_raw(public, signature, message)
    except VerificationError:
        return False
    return True


def _bound(purpose: str, message: bytes) -> bytes:
    if _PURPOSE.fullmatch(purpose) is None:
        raise MalformedError(Message("a signing purpose is a word of small letters and hyphens"))
    return b"casevault/" + purpose.encode("ascii") + b"/v1\0" + message
