"""A copy of all tables of a database to one file."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from vault.store.copy import copy_in_parts
from vault.store.engine import Database
from vault.store.tables import metadata


def copy_database(
    database: Database, target: Path, raw_key: bytes, *, without: Collection[str] = (), **asked: Any
) -> bool:
    names = {table.name for table in metadata.sorted_tables} - set(without)
    return copy_in_parts(database, {target: names}, raw_key, **asked)
