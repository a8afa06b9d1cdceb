"""Which genesis a log truly begins with: of the rows at hand, the one that its name is the hash of."""

from __future__ import annotations

from vault.errors import VerificationError
from vault.log.genesis import Genesis, origin_of, verify_genesis
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
