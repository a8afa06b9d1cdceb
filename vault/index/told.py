"""What this member was told already: news is said once. A made-new index says it again."""

from __future__ import annotations

from collections.abc import Collection

from vault.index.file import Index


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
