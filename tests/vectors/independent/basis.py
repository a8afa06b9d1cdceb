"""Words and sizes, hashes, signatures, trees (FORMAT.md 1, 3, 5)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

VERSION, GRANT, EPOCH, KEYS, APPROVAL, ERASED, SEEN, ATTACHMENT = range(1, 9)  # kinds of an item that names a row
BEGIN, ADMIT, END, LOWER, LIFT, SHEETS, RECOVER, REPLACE = range(16, 24)  # kinds of an item that decides
FOUND, LET_IN, PUT_OUT, LET_BACK = range(24, 28)  # and of one that decides of a case or a section


class Refused(Exception):  # noqa: N818 - the word of the format
    """The bytes are not what FORMAT.md says."""


@dataclass(frozen=True, order=True, slots=True)
class Fault:
    """One thing that is not as FORMAT.md says: what, and where if it has a place."""

    what: str
    where: str = ""


def require(holds: bool, what: str) -> None:
    """Refuse unless it holds."""
    if not holds:
        raise Refused(what)


def u32(number: int) -> bytes:
    """Return a big-endian u32."""
    return number.to_bytes(4, "big")


def u64(number: int) -> bytes:
    """Return a big-endian u64."""
    return number.to_bytes(8, "big")


def sha256(*parts: bytes) -> bytes:
    """Return SHA-256 over the joined parts."""
    return hashlib.sha256(b"".join(parts)).digest()


def private_path(folder: Path, key: bytes, ids: bytes, suffix: str = "") -> Path:
    """Where a seat's own file lies (FORMAT.md 8)."""
    return folder / f"{hmac.digest(key, b'casevault/files' + ids, 'sha256')[:16].hex()}{suffix}"


def expand(key: bytes, info: bytes, size: int) -> bytes:
    """HKDF-Expand-SHA256, by hand (RFC 5869)."""
    output, block, counter = b"", b"", 1
    while len(output) < size:
        block = hmac.digest(key, block + info + bytes((counter,)), "sha256")
        output, counter = output + block, counter + 1
    return output[:size]


def extract(salt: bytes, keying: bytes) -> bytes:
    """HKDF-Extract-SHA256."""
    return hmac.digest(salt or bytes(32), keying, "sha256")


def padme(size: int) -> int:
    """Round a size up (FORMAT.md 4)."""
    exponent = size.bit_length() - 1
    step = 1 << (exponent - exponent.bit_length())
    return -(-size // step) * step


class Reader:
    """Takes bytes from the front."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, size: int) -> bytes:
        require(self.at + size <= len(self.data), "bytes missing")
        self.at += size
        return self.data[self.at - size : self.at]

    def number(self, size: int) -> int:
        """Return the next big-endian integer."""
        return int.from_bytes(self.take(size), "big")

    def sized(self) -> bytes:
        """Return the bytes behind their length u32."""
        return self.take(self.number(4))

    def end(self) -> None:
        """Refuse unless all is read."""
        require(self.at == len(self.data), "bytes behind the end")


def message(data: bytes) -> Any:
    try:
        return msgspec.msgpack.decode(data)
    except (msgspec.DecodeError, RecursionError):
        raise Refused("not MessagePack") from None


def canonical(data: bytes, required: set[str], perhaps: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Return a MessagePack map with its keys sorted, in its one encoding, and no others than these."""
    found = message(data)
    require(isinstance(found, dict) and list(found) == sorted(found), "not a map in order")
    require(msgspec.msgpack.encode(found) == data, "not in its one form")
    require(required <= found.keys() <= required | perhaps, "members of the map")
    return dict(found)


def widths(found: dict[str, Any], **sizes: int) -> None:
    """Refuse members of another size."""
    for name, size in sizes.items():
        require(isinstance(found[name], bytes) and len(found[name]) == size, f"size of {name}")


@lru_cache(maxsize=65_536)
def is_signed_bare(public: bytes, signature: bytes, signed: bytes) -> bool:
    """Say whether a bare Ed25519 signature holds."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, signed)
    except (InvalidSignature, ValueError):
        return False
    return True


def is_signed(public: bytes, signature: bytes, purpose: str, signed: bytes) -> bool:
    """Say whether one of our own signatures holds (FORMAT.md 3)."""
    return is_signed_bare(public, signature, b"casevault/" + purpose.encode() + b"/v1\0" + signed)


def leaf(content: bytes) -> bytes:
    return sha256(b"\0", content)


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the RFC 6962 root over leaf hashes."""
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\1", root_of(leaves[:half]), root_of(leaves[half:]))


def tree_root(contents: Sequence[bytes]) -> bytes:
    """Return the RFC 6962 root over the contents of leaves."""
    return root_of([leaf(one) for one in contents])


def word_groups(digest: bytes) -> list[int]:
    """Return the 13 groups of ten bits whose words a digest has."""
    bits = int.from_bytes(digest, "big") >> 126
    return [bits >> 10 * place & 1023 for place in range(12, -1, -1)]


def in_order(digest: bytes, words: Sequence[str]) -> bool:
    """Say whether words sort as the groups of a digest do; the list of words is sorted."""
    groups = word_groups(digest)
    return sorted(range(13), key=groups.__getitem__) == sorted(range(13), key=words.__getitem__)
