"""The stamp of the tables, and the steps from an older one. Table shapes only: a step can decrypt nothing.

Alembic is imported only where a step has to run; a new vault gets its tables from the same metadata, and a test holds
both to the same result.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import vault
from vault.errors import InternalError, NewerVaultError, VaultError, VerificationError
from vault.store import sqlite_texts
from vault.store.engine import Database
from vault.words.message import Message
from vault.words.next_step import NextStep

SCHEMA = "0002"
_KNOWN = ("0001", "0002")  # every stamp that a released step has written
_RESTORE = Message("Restore the newest backup that {verify_backup} finds whole.", verify_backup=NextStep.VERIFY_BACKUP)
_ROOM_BESIDE_COPIES = 64 * 1024 * 1024


def make_tables(database: Database) -> None:
    """Make all tables of a new vault, stamped with the current schema, in one transaction."""
    with database.transaction() as rows:
        create_tables(rows.driver)


def create_tables(driver: Any) -> None:
    """Make all tables over a connection of the driver, with their stamp."""
    for declaration in sqlite_texts.TABLES:
        driver.execute(declaration)
    driver.execute(*sqlite_texts.PUT_STAMP.filled({"version_num": SCHEMA}))


def migrate(
    database: Database, *, back_up: Callable[[], None], target: str = SCHEMA, scripts: Path | None = None
) -> bool:
    """Bring the tables up to `target`; False when they are there already.

    `back_up` makes a backup and verifies it, or raises; it is called before the first step.

    Raises:
        NewerVaultError: the tables are newer than `target`; nothing was changed.
        TryAgainError: no room for a copy and the steps; nothing was changed.
        VerificationError: no step leads on from there, as CaseVault never wrote this stamp; nothing was changed.
        InternalError: a step failed and was undone whole.
    """
    stamp = database.schema_stamp()
    if stamp == target:
        return False
    if stamp is not None and stamp > target:
        raise NewerVaultError(
            Message("this vault has schema {stamp}, this program knows {target}", stamp=stamp, target=target),
            next_step=Message(
                "Install a version of CaseVault that knows schema {stamp}; nothing was changed.", stamp=stamp
            ),
        )
    database.require_room(2 * database.path.stat().st_size + _ROOM_BESIDE_COPIES)
    back_up()
    try:
        _run_steps(database, target, scripts or _installed_scripts())
    except Exception as fault:  # whatever a step raises; its text may hold a row
        reached = database.schema_stamp() or "none"
        if isinstance(fault, VaultError) and (reached in _KNOWN or not isinstance(fault, InternalError)):
            raise
        failure = InternalError if reached in _KNOWN else VerificationError
        message = Message(
            "a step from schema {reached} to {target} failed and was undone", reached=reached, target=target
        )
        raise failure(message, next_step=_RESTORE) from None
    database.truncate_wal()
    return True


def _run_steps(database: Database, target: str, scripts: Path) -> None:
    import alembic.command  # noqa: PLC0415 - 0.4 s, and almost no start needs it
    import alembic.config  # noqa: PLC0415

    config = alembic.config.Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with database.bare_connection() as connection:
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, target)


def _installed_scripts() -> Path:
    package = Path(vault.__file__).parent
    installed = package / "_migrations"
    return installed if installed.is_dir() else package.parent / "migrations"
