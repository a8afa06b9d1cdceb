"""What the rows at hand say of one log: its genesis, the leaves of its tree, and what they lack of its lists."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from vault.errors import VerificationError
from vault.ids import CompartmentId, Origin
from vault.log.genesis import Genesis, origin_of, verify_genesis
from vault.log.tree import leaf_hash
from vault.seal.signing import is_signed_raw
from vault.store.rows import Rows

# What the rows at hand say of one log: which genesis it truly begins with, and the leaves of its tree.


def genesis_bytes_of(rows: Rows, origin: bytes) -> bytes | None:
    """Return the genesis that this origin names, whatever stands beside it, or None."""
    stored = rows.genesis(origin)
    if stored is None or origin_of(stored) == origin:
        return stored
    return next((row.bytes for row in rows.geneses() if row.origin == origin == origin_of(row.bytes)), None)


def genesis_of(rows: Rows, origin: bytes) -> Genesis | None:
    """Return the genesis of a log, signed by the identity key in it, or None. Whose key that is, admissions say."""
    stored = genesis_bytes_of(rows, origin)
    return None if stored is None else _signed(stored)


def geneses_of(rows: Rows) -> dict[Origin, Genesis]:
    """Return each log that stands here with its genesis, if that is signed by the identity key in it."""
    named = (row for row in rows.geneses() if origin_of(row.bytes) == row.origin)
    return {Origin(row.origin): genesis for row in named if (genesis := _signed(row.bytes)) is not None}


# All of them are asked for whenever something came in.
@lru_cache(maxsize=4_096)
def _signed(stored: bytes) -> Genesis | None:
    try:
        return verify_genesis(stored, is_signed_raw)
    except VerificationError:
        return None


def leaves_of(rows: Rows, origin: bytes, start: int, stop: int) -> list[bytes]:
    """Return the hashes of the entries `start` to before `stop`; where rows contradict, of all that stand there."""
    return [leaf_hash(header) for header in rows.headers(origin, start, stop)]


# What a list names for a compartment and no row holds: one listed thing, and where it is listed (FORMAT.md 6).
@dataclass(frozen=True, slots=True, order=True)
class Absent:
    """A version of a compartment that is not here, or that no wrap opens.

    Attributes:
        compartment: of which it is.
        origin, seq, n: where it is listed; n is None where only the entry is known.
        was_here: this device had it: it did not go lost on the way.
        is_closed: it is here and no wrap opens it.
    """

    compartment: CompartmentId
    origin: Origin
    seq: int
    n: int | None
    was_here: bool = False
    is_closed: bool = False
