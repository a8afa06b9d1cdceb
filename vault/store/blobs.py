"""Full chunks of attachments as files of one size, named by their SHA-256 (FORMAT.md 8).

What lies here is sealed and believed by nobody: whoever reads a chunk hashes it before it is opened. A file that no
row of the database names is a stray: of an act that was cut off before its commit.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from vault import platform
from vault.store.files import faults_told, read_limited, write_synced_later

STRAY_SECONDS: Final = 3600
CHUNK_FILE_SIZE: Final = (1 << 20) + 16
_FOLDER = re.compile(r"[0-9a-f]{2}")
_FILE = re.compile(r"[0-9a-f]{64}")
_NEW = ".new"


class Blobs:
    """The folder `blobs` of a vault or of a backup."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: bytes) -> Path:
        """Return where the chunk of this name lies."""
        text = name.hex()
        return self.folder / text[:2] / text

    def put(self, name: bytes, sealed: bytes) -> None:
        """Write a chunk, for its owner alone. It is on the medium once `settle` was called with its name.

        Raises:
            TryAgainError: no room, or the folder cannot be written.
        """
        path = self.path(name)
        with faults_told(path):
            for folder in (self.folder, path.parent):
                if not folder.is_dir():
                    platform.make_private_folder(folder)
            aside = path.with_name(path.name + _NEW)
            aside.unlink(missing_ok=True)
            write_synced_later(aside, sealed)
            aside.replace(path)

    def settle(self, names: Iterable[bytes]) -> None:
        """Return when these chunks stay, also after a power cut.

        Raises:
            TryAgainError: the medium does not take them.
        """
        folders: set[Path] = set()
        for name in names:
            path = self.path(name)
            with faults_told(path):
                descriptor = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
                try:
                    platform.flush_file(descriptor)
                finally:
                    os.close(descriptor)
            folders.add(path.parent)
        for folder in (*sorted(folders), *((self.folder, self.folder.parent) if folders else ())):
            with faults_told(folder):
                platform.fsync_folder(folder)

    def get(self, name: bytes) -> bytes | None:
        """Return what lies under the name of a chunk, or None. Whether it is that chunk, its hash tells.

        Raises:
            MalformedError: it is longer than a chunk. TryAgainError: it cannot be read.
        """
        path = self.path(name)
        return read_limited(path, CHUNK_FILE_SIZE, follow_links=False) if os.path.lexists(path) else None

    def holds(self, name: bytes) -> bool:
        """Say whether a file of a chunk's size lies there; its bytes are not looked at."""
        with suppress(OSError):
            return self.path(name).lstat().st_size == CHUNK_FILE_SIZE
        return False

    def delete(self, names: Iterable[bytes]) -> None:
        """Delete chunks, and folders that are empty then; what is not here is no fault.

        Raises:
            TryAgainError: one cannot be deleted.
        """
        folders: set[Path] = set()
        for name in names:
            path = self.path(name)
            with faults_told(path):
                for file in (path, path.with_name(path.name + _NEW)):
                    file.unlink(missing_ok=True)
            folders.add(path.parent)
        for folder in folders:
            _remove_if_empty(folder)

    def names(self) -> Iterator[bytes]:
        """Yield the name of each chunk that lies here."""
        for path in self._files():
            if _FILE.fullmatch(path.name):
                yield bytes.fromhex(path.name)

    def strays(self, named: Collection[bytes]) -> list[Path]:
        """Return the files of this program that are none of these chunks."""
        wanted = {name.hex() for name in named}
        return [path for path in self._files() if path.name not in wanted]

    def sweep(self, named: Collection[bytes], *, now_s: float) -> int:
        """Delete what an act that was cut off left here, untouched for an hour; return how many files went."""
        gone = 0
        for path in self.strays(named):
            with suppress(OSError):
                if path.lstat().st_mtime <= now_s - STRAY_SECONDS:
                    path.unlink()
                    gone += 1
                    _remove_if_empty(path.parent)
        return gone

    def _files(self) -> Iterator[Path]:
        if self.folder.is_dir() and not self.folder.is_symlink():
            for folder in sorted(self.folder.iterdir()):
                if _FOLDER.fullmatch(folder.name) and folder.is_dir() and not folder.is_symlink():
                    yield from (path for path in sorted(folder.iterdir()) if _is_ours(path, folder.name))


def holds_chunks_only(folder: Path) -> bool:
    """Say whether nothing lies in a folder `blobs` but chunks, and what is left of one that was being written."""
    for inside in folder.iterdir():
        if not _FOLDER.fullmatch(inside.name) or inside.is_symlink() or not inside.is_dir():
            return False
        if not all(_is_ours(path, inside.name) for path in inside.iterdir()):
            return False
    return True


def _is_ours(path: Path, folder: str) -> bool:
    name = path.name.removesuffix(_NEW)
    return bool(_FILE.fullmatch(name)) and name.startswith(folder) and path.is_file() and not path.is_symlink()


def _remove_if_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()
