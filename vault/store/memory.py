"""Tables that exist while a process runs, for rows on loan: nothing of them ever touches a disk."""

from __future__ import annotations

from pathlib import Path

import sqlcipher3.dbapi2 as driver  # type: ignore[import-untyped]  # sqlcipher3 ships no types

from vault.store.engine import Database
from vault.store.schema import make_tables


def open_in_memory() -> Database:
    """Return empty tables in the memory of this process: no file, no key, and no other process sees them."""
    connection = driver.connect(":memory:", isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA temp_store=MEMORY")
    database = Database(Path(":memory:"), connection, None)
    make_tables(database)
    return database
