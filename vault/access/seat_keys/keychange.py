"""The `keys` file from one generation to the next: beside, listed, renamed; a crash in between is settled at unlock.

FORMAT.md 3. At each step one whole file stands under the name, and its slots open.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from vault.access.pins.alarms import faults_among
from vault.access.session import Session
from vault.access.trust.continuity import newest_keys
from vault.access.trust.directory import Directory
from vault.errors import TryAgainError, VaultError
from vault.records.work import Entry
from vault.seal.entrance.keyfile import KEY_FILE_SIZE, KeyFile
from vault.seal.entrance.unlocking import OpenedSlot
from vault.seal.purposes import Purpose
from vault.store.files import promote, read_limited, write_aside
from vault.store.folder import VaultFolder
from vault.store.rows import Rows
from vault.words.finding import Finding


def settle_new_keys(
    rows: Rows, folder: VaultFolder, file: KeyFile, directory: Directory, alarms: Sequence[Finding]
) -> KeyFile:
    """Finish a change that a crash cut off after its operation, undo one cut off before it; return the valid file.

    While the logs are in doubt nothing is touched: which file they list last cannot be said.
    """
    if faults_among(alarms, live=directory.effective.certificates):
        return file
    new = _read(folder)
    if (
        new is not None
        and _follows(new, file)
        and new.digest() in newest_keys(rows, new.header.folder, directory).values()
    ):
        with suppress(TryAgainError):  # not now; the file before it still opens
            promote(folder.keys)
            return new
        return file
    with suppress(OSError):
        folder.keys_new.unlink()
    return file


def renew_slot(session: Session, file: KeyFile, slot: OpenedSlot) -> KeyFile:
    """Seal the seat's own slot at the present cost, where it was made with the previous one; return the valid file.

    What cannot be written now is left to the next unlock.
    """
    if slot.renewed is None:
        return file
    new = file.with_slot(slot.number, slot.renewed)
    with suppress(TryAgainError):
        return change_keys(session, new)
    return file


def change_keys(session: Session, new: KeyFile) -> KeyFile:
    """Make this generation the valid one: beside, listed, renamed; return it.

    Raises:
        TryAgainError: no room; the file before it stands, or the next unlock finishes the rename.
    """
    write_aside(session.folder.keys, new.encode())
    with session.work() as work:
        work.list_keys_file(new.header.folder, new.digest())
        work.commit(Entry(act="keys.change"))
    promote(session.folder.keys)
    with session.database.reading() as rows:
        own = rows.local(session.seat, Purpose.SLOT)
    if own is not None:
        session.keys_now = (new, own.number)
        session.keep_pins()
    return new


def _follows(new: KeyFile, file: KeyFile) -> bool:
    ours = (file.header.vault, file.header.folder, file.header.vault_salt)
    return new.header.generation > file.header.generation and ours == (
        new.header.vault,
        new.header.folder,
        new.header.vault_salt,
    )


def _read(folder: VaultFolder) -> KeyFile | None:
    try:
        return KeyFile.decode(read_limited(folder.keys_new, KEY_FILE_SIZE, follow_links=False))
    except VaultError:
        return None
