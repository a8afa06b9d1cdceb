"""Destroying ways in: all slots after too many wrong attempts, or one member's own, on purpose (SECURITY.md 4).

A slot is overwritten where it lies and the bytes are flushed. What a disk keeps elsewhere, in a snapshot or in a worn
cell, and every earlier copy of the `keys` file, still open as they did.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from vault import platform
from vault.access.seat_keys.key_file import read_key_file
from vault.access.seat_keys.keychange import change_keys
from vault.access.seat_keys.rekeying import doors_here, seats_here, slots_here, with_doors
from vault.access.session import Session
from vault.errors import VerificationError
from vault.seal.entrance.keyfile import HEADER_SIZE, KEY_FILE_SIZE, SLOT_BLOB_SIZE, SLOT_COUNT
from vault.seal.purposes import Purpose
from vault.store.files import write_all
from vault.store.folder import VaultFolder
from vault.words.message import Message

_SLOTS_SIZE = SLOT_COUNT * SLOT_BLOB_SIZE


def destroy_all_slots(folder: VaultFolder) -> None:
    """Put random bytes in the place of every slot of this folder; which slot is whose cannot be known without a key.

    Doors stay, so that the recovery sheets still open the vault. A disk that refuses is not waited for.
    """
    for path in (folder.keys_new, folder.keys):
        with suppress(OSError):
            overwrite(path, HEADER_SIZE, _SLOTS_SIZE)


def destroy_own_access(session: Session) -> None:
    """End this seat's way into this folder and close the session; the others of the folder go on.

    The slot and the door of the seat go in a new generation of the `keys` file, which the log lists; after that step
    the passphrase opens nothing here, whatever follows. The file before it, the seat's own rows, its index, its drafts
    and its pins go behind it.

    Raises:
        VerificationError: which slot is the seat's is not known; nothing was changed.
        TryAgainError: the `keys` file cannot be written; nothing was changed.
    """
    folder, seat = session.folder, session.seat
    file = read_key_file(folder.keys)
    with session.database.reading() as rows:
        number = slots_here(rows).get(seat)
    if number is None:
        raise VerificationError(
            Message("this device does not know which slot is yours"), next_step=Message("Lock, unlock and repeat.")
        )
    emptied = file.with_slot(number, secrets.token_bytes(SLOT_BLOB_SIZE))
    keys = doors_here(session, file)
    with _replaced(folder.keys):
        change_keys(session, with_doors(session, emptied, keys, seats_here(session) - {seat}))
    with session.database.transaction() as rows:
        for purpose in (Purpose.SLOT, Purpose.KEYRING, Purpose.SESSION, Purpose.RATCHET, Purpose.ROOT_SECRET):
            rows.delete_local(seat, purpose)
    session.database.truncate_wal()
    # Pins are written for the last time by the close; they go after it.
    session.close()
    for path in (*session.own_index.parts(), *session.own_drafts.parts(), *session.pin_file.parts()):
        with suppress(OSError):
            path.unlink()
    for place in (folder.index_dir, folder.drafts_dir, session.pin_file.folder):
        with suppress(OSError):
            platform.fsync_folder(place)


@contextmanager
def _replaced(path: Path) -> Iterator[None]:
    """Put random bytes over the file that has this name now, once another one has it."""
    if os.name != "posix":  # Windows renames over no open file
        yield
        return
    descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW)
    try:
        yield
        if os.fstat(descriptor).st_nlink == 0:  # under a second name it is somebody's copy
            with suppress(OSError):
                overwrite_open(descriptor)
    finally:
        os.close(descriptor)


def overwrite(path: Path, start: int, size: int) -> None:
    """Put random bytes over a part of a file, in place and durably. A link is not followed."""
    descriptor = os.open(path, os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    try:
        overwrite_open(descriptor, start, size)
    finally:
        os.close(descriptor)


def overwrite_open(descriptor: int, start: int = 0, size: int = KEY_FILE_SIZE) -> None:
    """Put random bytes over a part of an open file, in place and durably: also of one that has no name any more."""
    os.lseek(descriptor, start, os.SEEK_SET)
    write_all(descriptor, secrets.token_bytes(size))
    platform.flush_file(descriptor)
