"""The entries of the register: which of them hold a hash that is asked, without opening each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from vault.ids import DIGEST_SIZE, RecordId, VersionId
from vault.index.file import Index


class Registered(NamedTuple):
    """The entries with a hash that was asked, each with who asked, and how many entries there are in all."""

    found: list[tuple[RecordId, VersionId, frozenset[int]]]
    of: int


def keys_of_entries(index: Index, home: bytes) -> list[tuple[bytes, bytes]]:
    """Return each key of the entries of this register with a log whose entries are under it, the newest first."""
    with index.reading() as sql:
        return [
            (key, origin)
            for key, origin, _ in sql.execute(
                "SELECT key, origin, max(doc) FROM registered JOIN head USING (doc) WHERE compartment=?"
                " GROUP BY key, origin ORDER BY max(doc) DESC",
                (home,),
            )
        ]


def registered_as(
    index: Index, home: bytes, keys: Collection[bytes], asked_under: Callable[[bytes], Mapping[bytes, frozenset[int]]]
) -> Registered:
    """Return the entries of the register in this compartment that hold a hash which is asked.

    Args:
        index: open.
        home: the compartment of the register; an entry that somebody wrote elsewhere is none.
        keys: an entry under another key is counted, and passed over.
        asked_under: gives hash -> numbers of those who ask it, under the key of an entry; called once for each key.
    """
    asked: dict[bytes, Mapping[bytes, frozenset[int]]] = {}
    found: list[tuple[RecordId, VersionId, frozenset[int]]] = []
    with index.reading() as sql:
        rows = sql.execute(
            "SELECT record, version, key, hashes FROM registered JOIN head USING (doc) WHERE compartment=?", (home,)
        ).fetchall()
    for record, version, key, hashes in rows:
        if key not in keys:
            continue
        wanted = asked.get(key)
        if wanted is None:
            wanted = asked[key] = asked_under(key)
        held = [hashes[at : at + DIGEST_SIZE] for at in range(0, len(hashes), DIGEST_SIZE)]
        if not wanted.keys().isdisjoint(held):
            found.append((record, version, frozenset().union(*(wanted.get(each, ()) for each in held))))
    return Registered(found, len(rows))
