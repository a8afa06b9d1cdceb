"""The digest of the index (FORMAT.md 8): what it holds, in 32 bytes that no order of arrival changes.

The sum modulo 2^256 of tag(record, heads) over all records, heads sorted and joined. Kept with every commit, repeated
in the pins, recounted after unlock.
"""

from __future__ import annotations

from collections.abc import Collection

from vault.index.file import Index, IndexTag
from vault.index.schema import Statements

_MODULUS = 1 << 256
_ROWS = 4_000


def summand(tag: IndexTag, record: bytes, heads: Collection[bytes]) -> int:
    """Return what one record adds to the sum; nothing when it has no heads."""
    return int.from_bytes(tag(record, b"".join(sorted(heads)))) if heads else 0


def add(sql: Statements, difference: int) -> None:
    """Move the kept sum, within the transaction that changes the heads."""
    kept = int.from_bytes(sql.execute("SELECT sum FROM digest").fetchone()[0])
    sql.execute("UPDATE digest SET sum=?", (((kept + difference) % _MODULUS).to_bytes(32),))


def recount(index: Index) -> bytes | None:
    """Return the digest counted anew from the heads, or None when the index changed meanwhile: ask again later.

    Takes the lock for a few milliseconds at a time, so that a screen never waits for it.
    """
    before = index.changes
    total = 0
    last = (b"", b"", b"")
    group: tuple[bytes, bytes] | None = None
    heads: list[bytes] = []
    while True:
        with index.reading() as sql:
            rows = sql.execute(
                "SELECT compartment, record, version FROM head WHERE (compartment, record, version) > (?, ?, ?)"
                " ORDER BY compartment, record, version LIMIT ?",
                (*last, _ROWS),
            ).fetchall()
        for compartment, record, version in rows:
            if group != (compartment, record):
                total += summand(index.tag, group[1], heads) if group else 0
                group, heads = (compartment, record), []
            heads.append(version)
        if index.changes != before:
            return None
        if len(rows) < _ROWS:
            total += summand(index.tag, group[1], heads) if group else 0
            return (total % _MODULUS).to_bytes(32)
        last = rows[-1]
