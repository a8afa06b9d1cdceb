"""A vault is built beside its place, in a folder of its own, and takes its name in one step; a kill leaves that folder.

What stands there already, however called, is nobody's to touch but its owner's.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from vault import platform
from vault.errors import TryAgainError
from vault.store.blobs import holds_chunks_only
from vault.store.files import make_ballast
from vault.store.folder import VaultFolder
from vault.words.message import Message

_HOUR_SECONDS = 3600
# Beside a file of this program while it is written, or while SQLite has it open.
_BESIDE_A_FILE = re.compile(r"(\.new|\.probe|-wal|-shm|-journal)$")
_SEAT_FILE = re.compile(r"[0-9a-f]{32}\.db")
_FILES = frozenset({"keys", "vault.db", "keyrows.db", "digests", "ballast", "attempts"})
_BLOBS = "blobs"
_FOLDERS = frozenset({"index", "drafts", _BLOBS})


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What earlier runs left beside a place: `removed` was this program's own, `doubtful` may be somebody's."""

    removed: tuple[Path, ...]
    doubtful: tuple[Path, ...]


def make_beside(path: Path) -> VaultFolder:
    """Make a new folder beside for this vault alone.

    Raises:
        TryAgainError: it cannot be made there.
    """
    building = VaultFolder(path.with_name(f"{path.name}.{secrets.token_hex(4)}.part"))
    try:
        if not path.parent.exists():
            platform.make_private_folder(path.parent)
        building.path.mkdir(mode=platform.PRIVATE_FOLDER_MODE)
    except OSError:
        raise _no_room(path) from None
    return building


@contextmanager
def built_beside(path: Path) -> Iterator[VaultFolder]:
    """Yield a folder beside to build a vault in, with its ballast; behind the block it takes its name, in one step.

    Where anything fails nothing is left of it. That the name stays, `fsync_folder` has to see to.

    Raises:
        TryAgainError: no room, or it cannot be made there.
    """
    building = make_beside(path)
    try:
        building.make()
        make_ballast(building.ballast)
        yield building
        building.path.replace(path)
    except BaseException as fault:
        shutil.rmtree(building.path, ignore_errors=True)
        if isinstance(fault, OSError):
            raise _no_room(path) from None
        raise


def _no_room(path: Path) -> TryAgainError:
    return TryAgainError(
        Message("the vault cannot be made at {path}", path=path),
        next_step=Message("Check free space and rights, then repeat."),
    )


def clear_leftovers(path: Path, *, now: float) -> Leftovers:
    """Remove what `make_beside` made for this place and a kill left there, untouched for an hour.

    A folder goes only when nothing is in it but what this program puts there; whatever else has such a name stays.
    `now` is the wall clock, seconds since 1970.
    """
    pattern = re.compile(re.escape(path.name) + r"\.[0-9a-f]{8}\.part")
    removed: list[Path] = []
    doubtful: list[Path] = []
    for file in sorted(_inside(path.parent)):
        if not pattern.fullmatch(file.name) or _newest(file) > now - _HOUR_SECONDS:
            continue
        if holds_only(file, files=_FILES, folders=_FOLDERS):
            shutil.rmtree(file, ignore_errors=True)
        (doubtful if os.path.lexists(file) else removed).append(file)
    return Leftovers(tuple(removed), tuple(doubtful))


def holds_only(folder: Path, *, files: Collection[str], folders: Collection[str]) -> bool:
    """Say whether a real folder, no link, holds but these files, and these folders with files of seats or chunks."""
    if folder.is_symlink() or not folder.is_dir():
        return False
    for path in _inside(folder):
        name = _BESIDE_A_FILE.sub("", path.name)
        if path.is_symlink():
            return False
        if path.name in folders and path.is_dir():
            holds_own = holds_chunks_only(path) if name == _BLOBS else all(map(_is_of_a_seat, _inside(path)))
            if not holds_own:
                return False
        elif name not in files or not path.is_file():
            return False
    return True


def _is_of_a_seat(file: Path) -> bool:
    name = _BESIDE_A_FILE.sub("", file.name)
    return bool(_SEAT_FILE.fullmatch(name)) and file.is_file() and not file.is_symlink()


def _newest(folder: Path) -> float:
    """Return when something in it was last changed; what cannot be asked changed just now."""
    newest = 0.0
    try:
        for path in (folder, *_inside(folder)):
            newest = max(newest, path.lstat().st_mtime)
    except OSError:
        return float("inf")
    return newest


def _inside(folder: Path) -> list[Path]:
    with suppress(OSError):
        return list(folder.iterdir())
    return []
