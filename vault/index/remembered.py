"""What the index keeps beside records: epochs and grants that lists name, and what a member was told already."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from vault.index.file import Index

# Which epochs and grants of a member's compartments the lists name.
# It follows the logs by a cursor of its own, and is a cache like all of the index: what it does not know is read
# again.


class KeyItem(NamedTuple):
    """A listed epoch, or a listed grant that was not here; `was_here`: its row was seen.

    `home` is a hash of the compartment: restricted sections are not named in an index (FORMAT.md 8).
    """

    home: bytes
    digest: bytes
    origin: bytes
    seq: int
    n: int
    kind: int
    was_here: bool


Listed = tuple[bytes, int, int]  # origin, seq, n


def key_cursor(index: Index) -> dict[bytes, int]:
    """Return how many entries of each log were looked through for epochs and grants."""
    with index.reading() as sql:
        return dict(sql.execute("SELECT origin, size FROM key_cursor"))


def key_items(index: Index, home: bytes | None = None) -> list[KeyItem]:
    """Return what is known of one compartment, or of all."""
    where = "" if home is None else " WHERE home=?"
    with index.reading() as sql:
        found = sql.execute(
            f"SELECT home, digest, origin, seq, n, kind, was_here FROM key_item{where}",  # noqa: S608 - fixed text
            () if home is None else (home,),
        )
        return [KeyItem(*row) for row in found]


def remember_keys(index: Index, items: Collection[KeyItem], cursor: Mapping[bytes, int]) -> None:
    """Keep what was found; what was here once stays so."""
    with index.noting() as sql:
        sql.executemany(
            "INSERT INTO key_item VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT(home, digest, origin, seq)"
            " DO UPDATE SET was_here=max(was_here, excluded.was_here)",
            list(items),
        )
        sql.executemany("INSERT OR REPLACE INTO key_cursor VALUES (?, ?)", list(cursor.items()))


def forget_keys(index: Index) -> None:
    """Have all logs looked through again: for compartments that were not this member's before."""
    with index.noting() as sql:
        sql.execute("DELETE FROM key_item")
        sql.execute("DELETE FROM key_cursor")


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
