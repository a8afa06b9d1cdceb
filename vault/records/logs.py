"""What the rows at hand say of one log: which genesis it truly begins with, and the leaves of its tree."""

from __future__ import annotations

from vault.errors import VerificationError
from vault.log.genesis import Genesis, origin_of, verify_genesis
from vault.log.tree import leaf_hash
from vault.seal.signing import is_signed_raw
from vault.store.rows import Rows


def genesis_bytes_of(rows: Rows, origin: bytes) -> bytes | None:
    """Return the genesis that this origin names, whatever stands beside it, or None."""
    return next((row.bytes for row in rows.geneses() if row.origin == origin == origin_of(row.bytes)), None)


def genesis_of(rows: Rows, origin: bytes) -> Genesis | None:
    """Return the genesis of a log, signed by the identity key in it, or None. Whose key that is, rosters say."""
    stored = genesis_bytes_of(rows, origin)
    if stored is None:
        return None
    try:
        return verify_genesis(stored, is_signed_raw)
    except VerificationError:
        return None


def leaves_of(rows: Rows, origin: bytes, start: int, stop: int) -> list[bytes]:
    """Return the hashes of the entries `start` to before `stop`; where rows contradict, of all that stand there."""
    return [leaf_hash(header) for header in rows.headers(origin, start, stop)]
