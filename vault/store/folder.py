"""Where the parts of a vault lie in its folder, and which places are refused."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from vault import platform
from vault.display import local_time
from vault.errors import NoVaultError, OpenElsewhereError, RefusedError
from vault.words.message import Message
from vault.words.next_step import NextStep

KEY_ROWS = "keyrows.db"
"""The file that a backup has and a vault has not: the rows with keys, apart from all others."""


@dataclass(frozen=True, slots=True)
class VaultFolder:
    """The layout of one `NAME.vault` folder. Holds no open file."""

    path: Path

    @property
    def keys(self) -> Path:
        """Slots and doors: the only file that is readable before unlock."""
        return self.path / "keys"

    @property
    def keys_new(self) -> Path:
        """The next `keys`, durable before the operation that lists its digest is committed."""
        return self.path / "keys.new"

    @property
    def database(self) -> Path:
        """Every member's sealed rows, in one SQLCipher file."""
        return self.path / "vault.db"

    @property
    def index_dir(self) -> Path:
        """One SQLCipher file per member: a cache."""
        return self.path / "index"

    @property
    def drafts_dir(self) -> Path:
        """One SQLCipher file per member: not a cache, in every backup."""
        return self.path / "drafts"

    @property
    def blobs_dir(self) -> Path:
        """Sealed chunks of attachments."""
        return self.path / "blobs"

    @property
    def staging_dir(self) -> Path:
        """Bundles on their way in: sealed files, kept until all of them is in the store, 7 days at most."""
        return self.path / "staging"

    @property
    def attempts(self) -> Path:
        """Sealed hints about failed unlocks, outside the digest of `keys`."""
        return self.path / "attempts"

    @property
    def ballast(self) -> Path:
        """Real bytes, given back when the disk is full."""
        return self.path / "ballast"

    def make(self) -> None:
        """Make the folder and its parts for the owner alone; what exists stays.

        Raises:
            RefusedError: the place cannot be written.
        """
        try:
            for folder in (self.path, self.index_dir, self.drafts_dir, self.blobs_dir):
                platform.make_private_folder(folder)
                platform.fsync_folder(folder.parent)
        except OSError:
            raise RefusedError(
                Message("the folder {path} cannot be made here", path=self.path),
                next_step=Message("Choose a folder on this device where you may write."),
            ) from None

    def require(self) -> None:
        """Refuse what is no vault.

        Raises:
            NoVaultError: `keys` or the database is not here, or they are a backup's.
            RefusedError: a folder inside is a link to another one: what belongs here would be written there.
        """
        if holds_backup(self.path):
            raise NoVaultError(
                Message("there is a backup at {path}, but no vault", path=self.path),
                next_step=Message(
                    "Make a new vault from this BACKUP: {restore} with the passphrase, {by_sheets} with the sheets.",
                    restore=NextStep.RESTORE_BACKUP,
                    by_sheets=NextStep.RESTORE_BACKUP_BY_SHEETS,
                ),
            )
        for part in (self.keys, self.database):
            if not part.is_file():
                raise NoVaultError(
                    Message("there is no vault at {path}: the file {name} is missing", path=self.path, name=part.name)
                )
        for part in (self.index_dir, self.drafts_dir, self.blobs_dir, self.staging_dir):
            if part.is_symlink():
                raise RefusedError(
                    Message("{part} is a link to another folder", part=part),
                    next_step=Message(
                        "If you did not make it, tell an admin. Put the folder itself where the link is."
                    ),
                )

    def require_closed(self) -> None:
        """Raise where another process has the vault open, as far as that is seen: before anybody types a passphrase.

        Raises:
            OpenElsewhereError: it says since when, in the time of this computer, where the system tells.
        """
        found = self.open_elsewhere()
        if found is not None:
            raise OpenElsewhereError(found)

    def open_elsewhere(self) -> Message | None:
        """Return that another process has the vault open, and since when; None where none is seen."""
        holder = platform.lock_holder(self.database)
        if holder is None:
            return None
        started = platform.process_started_ms(holder)
        since = "" if started is None else f", since {local_time(started)}"
        return Message("the vault is open in another window or command{since}", since=since)

    def require_free(self) -> None:
        """Refuse a place where no vault can be made: see `require_safe_place`, and a folder that holds something."""
        self.require_safe_place()
        is_new = not os.path.lexists(self.path)
        if not is_new and (self.path.is_symlink() or not self.path.is_dir() or any(self.path.iterdir())):
            raise RefusedError(
                Message("there is something at {path} already", path=self.path),
                next_step=Message("Choose another folder."),
            )

    def require_safe_place(self) -> None:
        """Refuse network drives and folders that a sync client moves: both break locks and the order of writes.

        Raises:
            RefusedError: with the reason.
        """
        reason = platform.is_network_or_synced(self.path)
        if reason is not None:
            raise RefusedError(
                Message("a vault cannot be opened at {path}: {reason}", path=self.path, reason=reason),
                next_step=Message("Keep the vault on this device's own disk and carry bundles or backups instead."),
            )


def holds_backup(path: Path) -> bool:
    """Say by what is in it, whatever its name, whether a folder is a backup, or one that backups were made to."""
    if (path / KEY_ROWS).is_file():
        return True
    return not (path / "keys").exists() and any((file / KEY_ROWS).is_file() for file in path.glob("backup-*"))
