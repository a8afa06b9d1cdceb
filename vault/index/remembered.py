"""What the index keeps beside records: what entries say of cases and keys, and what a member was told already."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from vault.index.file import Index

# Where entries say who is in a case, and to whom keys were given.
# It follows the logs by a cursor of its own, and is a cache like all of the index: what it does not know is read
# again.


class ListedItem(NamedTuple):
    """An item that is asked for later. `home` is a hash of its case, or of its key: an index names no section."""

    home: bytes
    digest: bytes
    origin: bytes
    seq: int
    kind: int


Listed = tuple[bytes, int, int]  # origin, seq, n


def listed_cursor(index: Index) -> dict[bytes, int]:
    """Return how many entries of each log were looked through."""
    with index.reading() as sql:
        return dict(sql.execute("SELECT origin, size FROM listed_cursor"))


def listed_items(index: Index, home: bytes | None = None, *, kinds: Collection[int] = ()) -> list[ListedItem]:
    """Return what is known of one home, or of all of these kinds."""
    asked, values = ("home=?", [home]) if home is not None else (f"kind IN ({','.join('?' * len(kinds))})", [*kinds])
    with index.reading() as sql:
        found = sql.execute(
            f"SELECT home, digest, origin, seq, kind FROM listed_item WHERE {asked}",  # noqa: S608 - fixed text
            values,
        )
        return [ListedItem(*row) for row in found]


def remember_listed(index: Index, items: Collection[ListedItem], cursor: Mapping[bytes, int]) -> None:
    """Keep what was found."""
    with index.noting() as sql:
        sql.executemany("INSERT OR IGNORE INTO listed_item VALUES (?, ?, ?, ?, ?)", list(items))
        sql.executemany("INSERT OR REPLACE INTO listed_cursor VALUES (?, ?)", list(cursor.items()))


def forget_listed(index: Index) -> None:
    """Have all logs looked through again: they are not those that were read."""
    with index.noting() as sql:
        sql.execute("DELETE FROM listed_item")
        sql.execute("DELETE FROM listed_cursor")


# What this member was told already: news is said once. A made-new index says it again.
def told(index: Index) -> frozenset[bytes]:
    """Return the ids of the versions that a person heard of."""
    with index.reading() as sql:
        return frozenset(version for (version,) in sql.execute("SELECT version FROM told"))


def remember_told(index: Index, versions: Collection[bytes]) -> None:
    """Keep that a person heard of these versions."""
    if versions:
        with index.noting() as sql:
            sql.executemany("INSERT OR IGNORE INTO told VALUES (?)", [(version,) for version in versions])


def tell_once(index: Index, versions: Collection[bytes]) -> set[bytes]:
    """Return those of which nobody heard yet, and keep that somebody does now."""
    new = set(versions) - told(index) if versions else set()
    remember_told(index, new)
    return new
