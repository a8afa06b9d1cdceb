"""Destroying ways in: all slots after too many wrong attempts, or one member's own, on purpose (SECURITY.md 4).

A slot is overwritten where it lies and the bytes are flushed. What a disk keeps elsewhere, in a snapshot or in a worn
cell, and every earlier copy of the `keys` file, still open as they did.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from vault import platform
from vault.seal.keyfile import HEADER_SIZE, KEY_FILE_SIZE, SLOT_BLOB_SIZE, SLOT_COUNT
from vault.store.folder import VaultFolder

_SLOTS_SIZE = SLOT_COUNT * SLOT_BLOB_SIZE


def destroy_all_slots(folder: VaultFolder) -> None:
    """Put random bytes in the place of every slot of this folder; which slot is whose cannot be known without a key.

    Doors stay, so that the recovery sheets still open the vault. A disk that refuses is not waited for.
    """
    for path in (folder.keys_new, folder.keys):
        with suppress(OSError):
            overwrite(path, HEADER_SIZE, _SLOTS_SIZE)


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
    rest = memoryview(secrets.token_bytes(size))
    while rest:
        rest = rest[os.write(descriptor, rest) :]
    platform.flush_file(descriptor)
