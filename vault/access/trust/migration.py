"""Bring an older vault up to date at unlock, after a copy of it was made and proven (FORMAT.md 7)."""

from __future__ import annotations

from vault.errors import VerificationError
from vault.store.engine import Database, open_database
from vault.store.folder import VaultFolder
from vault.store.schema import migrate
from vault.store.shape import require_tables
from vault.words.message import Message


def bring_up_to_date(database: Database, folder: VaultFolder, raw_key: bytes) -> bool:
    """Run the steps that are missing; False when there are none. All tables are there when this returns.

    Raises:
        NewerVaultError: the vault is newer than this program; nothing was changed.
        TryAgainError: no room; nothing was changed.
        VerificationError: the copy before the first step could not be proven, and nothing was changed; or a table is
            missing or was altered.
    """
    changed = migrate(database, back_up=lambda: _copy_aside(database, folder, raw_key))
    require_tables(database)
    return changed


def _copy_aside(database: Database, folder: VaultFolder, raw_key: bytes) -> None:
    """Keep the database as it was before the steps, under its own key, and read the copy back."""
    stamp = database.schema_stamp() or "none"
    path = folder.path / f"vault.db.schema-{stamp}"
    path.unlink(missing_ok=True)  # of an earlier try that was cut off; the original is still there
    copy = open_database(path, raw_key, create=True)
    try:
        database.copy_pages_to(copy)
    finally:
        copy.close()
    proof = open_database(path, raw_key, create=False)
    try:
        if proof.schema_stamp() != database.schema_stamp():
            raise VerificationError(Message("the copy {name} is not what was copied", name=path.name))
    finally:
        proof.close()
