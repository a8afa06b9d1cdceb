"""Looking into vaults and backups from outside, for tests."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from vault.access.pins.copies import CopyKeys
from vault.access.session import Session
from vault.services.backups.backup_folder import BackupFolder, write_digests
from vault.store.engine import Database, open_finished
from vault.store.rowtypes import SealedVersion
from vault.store.tables import metadata


def names_below(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def open_part(path: Path, keys: CopyKeys) -> Database:
    return open_finished(path, keys.database_key)


def tables_of(database: Database) -> dict[str, set[tuple[object, ...]]]:
    with database.reading() as rows:
        return {
            table.name: {tuple(row) for row in rows.connection.execute(sa.select(table))}
            for table in metadata.sorted_tables
        }


def sealed_rows(session: Session, compartment: bytes) -> list[SealedVersion]:
    with session.database.reading() as rows:
        return rows.versions(compartment)


def flip(path: Path, offset: int) -> None:
    """Change one bit of a file; a negative offset counts from its end."""
    data = bytearray(path.read_bytes())
    data[offset] ^= 1
    path.write_bytes(data)


def list_again(backup: Path) -> None:
    """Write the list of digests as if the backup had been made like this."""
    (backup / "digests").unlink()
    write_digests(BackupFolder(backup))
