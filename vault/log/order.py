"""Which logs of one seat are valid: the first 255, by how many go before them and then by name (FORMAT.md 5).

It is a pure function of the beginnings at hand, so that what came first, and in which file, decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress

from vault.errors import VerificationError
from vault.log.genesis import SEAT_IN_GENESIS, Genesis, origin_of, verify_genesis
from vault.log.signatures import VerifySignature
from vault.store.rowtypes import GenesisRow

# A restored or copied vault begins a log. Whoever begins more of them fills the memory of all others.
LOGS_OF_A_SEAT = 255


def logs_of(
    rows: Iterable[GenesisRow], seat: bytes, identity: bytes, verify_signature: VerifySignature
) -> dict[bytes, Genesis]:
    """Return the logs among these rows that the identity key of a seat began."""
    found: dict[bytes, Genesis] = {}
    for row in rows:
        if row.bytes[SEAT_IN_GENESIS] == seat and origin_of(row.bytes) == row.origin:
            with suppress(VerificationError):
                genesis = verify_genesis(row.bytes, verify_signature)
                if genesis.identity == identity:
                    found[row.origin] = genesis
    return found


def in_order(logs: Mapping[bytes, Genesis]) -> list[bytes]:
    """Return the logs of one seat by how many of them go before each, then by name.

    One that goes on from a log that is not among them comes after all others.
    """
    following: dict[bytes, list[bytes]] = {}
    for origin, genesis in logs.items():
        if not genesis.is_first:
            following.setdefault(genesis.predecessor, []).append(origin)
    ordered: list[bytes] = []
    level = sorted(origin for origin, genesis in logs.items() if genesis.is_first)
    while level:
        ordered += level
        level = sorted(after for origin in level for after in following.get(origin, ()))
    return ordered + sorted(logs.keys() - set(ordered))


def first_logs(logs: Mapping[bytes, Genesis], first: bytes) -> frozenset[bytes]:
    """Return the logs of a seat that are valid: the first 255 from the one that its certificate names."""
    of_it = {origin: genesis for origin, genesis in logs.items() if origin == first or not genesis.is_first}
    return frozenset(in_order(of_it)[:LOGS_OF_A_SEAT])
