"""Digests by which two copies of a vault are compared."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

_STATE_PREFIX = b"casevault/state/v1\x00"


def state_digest(leaves: Iterable[bytes], versions: Iterable[bytes]) -> bytes:
    """Return one digest of all that logs and versions come to, in whatever order they are read.

    `leaves` are the leaf hashes of all operations, `versions` the ids of those that are here and listed.
    """
    digest = sha256(_STATE_PREFIX)
    for group in (sorted(leaves), sorted(versions)):
        digest.update(len(group).to_bytes(8, "big"))
        for part in group:
            digest.update(part)
    return digest.digest()


def bytes_digest(pieces: Iterable[bytes]) -> bytes:
    """Return SHA-256 of the pieces joined: the name of a file's content."""
    digest = sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.digest()
