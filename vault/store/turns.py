"""In which order doubled entries were written: a hint of the engine's own, from which only follows what is tried first.

Two histories of a log come one after the other. Whoever looks which entries belong together finds it so at once;
without the hint the search comes to the same, or gives up where very many are doubled.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from vault.store.rows import Rows
from vault.store.rowtypes import OperationRow

_TURNS = "SELECT seq, digest, rowid FROM operation WHERE origin=?"


def in_turn(rows: Rows, origin: bytes) -> Iterator[OperationRow]:
    """Yield the entries of a log by position, and of several at one position those first that were written first."""
    if not rows.is_doubled(origin):
        yield from rows.operations(origin)
        return
    turns = {(seq, digest): turn for seq, digest, turn in rows.driver.execute(_TURNS, (origin,))}
    for _, same in groupby(rows.operations(origin), key=lambda row: row.seq):
        yield from sorted(same, key=lambda row: turns.get((row.seq, row.digest), 0))
