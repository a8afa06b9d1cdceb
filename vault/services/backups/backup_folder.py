"""The folder of one backup: its files, the list of their digests, and which folders at a destination are ours."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from vault import platform
from vault.errors import MalformedError, NotFoundError, RefusedError, TryAgainError, VaultError, VerificationError
from vault.log.tree import bytes_digest
from vault.seal.entrance.keyfile import HEADER_SIZE, KEY_FILE_SIZE, KeyHeader
from vault.store.blobs import Blobs
from vault.store.files import read_limited, write_durable
from vault.store.folder import KEY_ROWS, holds_only
from vault.words.message import Message
from vault.words.next_step import NextStep

_NAME = re.compile(r"backup-([1-9][0-9]{0,8})(\.part)?")
_DRAFT_NAME = re.compile(r"[0-9a-f]{32}\.db(-wal)?")
_LINE = re.compile(r"([0-9a-f]{64})  ([a-z0-9./-]{1,64})")
_DIGESTS_LIMIT = 1024 * 1024
_PIECE = 1024 * 1024
_PART = ".part"


@dataclass(frozen=True, slots=True)
class Source:
    """What a backup is of: the vault, and which folder of it; members of one vault have folders of their own."""

    vault: bytes
    folder: bytes


@dataclass(frozen=True, slots=True)
class BackupFolder:
    """The layout of one backup, and of a vault that is being restored from it. Holds no open file."""

    path: Path

    @property
    def keys(self) -> Path:
        """Slots and doors, as they were in the vault."""
        return self.path / "keys"

    @property
    def database(self) -> Path:
        """All tables but those that hold keys."""
        return self.path / "vault.db"

    @property
    def key_rows(self) -> Path:
        """Wraps, grants, the seats' keyrings and the manifest: what an erasure must reach, apart from all else."""
        return self.path / KEY_ROWS

    @property
    def drafts_dir(self) -> Path:
        """One file per member."""
        return self.path / "drafts"

    @property
    def blobs(self) -> Blobs:
        """Chunks of documents; their names are their digests."""
        return Blobs(self.path / "blobs")

    @property
    def digests(self) -> Path:
        """SHA-256 of each file but chunks: names a damaged one to somebody without a passphrase. No proof."""
        return self.path / "digests"

    def draft_files(self) -> list[Path]:
        """Return the members' draft files, and what a crash left to be taken over into them."""
        return draft_files(self.drafts_dir)

    def source(self) -> Source | None:
        """Return what it is a backup of, or None where that cannot be read."""
        try:
            header = KeyHeader.decode(read_limited(self.keys, KEY_FILE_SIZE, follow_links=False)[:HEADER_SIZE])
        except VaultError:
            return None
        return Source(header.vault, header.folder)

    def is_of(self, source: Source) -> bool:
        """Say whether it may be removed for this vault: nothing is in it but the files of a backup, and of no other."""
        files = {part.name for part in (self.keys, self.database, self.key_rows, self.digests)}
        if not holds_only(self.path, files=files, folders={self.drafts_dir.name, self.blobs.folder.name}):
            return False
        return self.source() == source or (self.path.suffix == _PART and not self.keys.exists())

    def require_readable(self) -> None:
        """Refuse a folder that is called a backup and has something else than a file as `keys`: a FIFO never answers.

        Raises:
            RefusedError: names it.
        """
        if os.path.lexists(self.keys) and (self.keys.is_symlink() or not self.keys.is_file()):
            raise RefusedError(
                Message("{keys} is not an ordinary file", keys=self.keys),
                next_step=Message("Move {name} away, or name another folder for the backup.", name=self.path.name),
            )

    def remove(self) -> None:
        """Delete it. From the first moment on it is no backup any more, also when this is cut off."""
        if self.path.suffix == _PART:
            shutil.rmtree(self.path)
            return
        part = self.path.with_name(self.path.name + _PART)
        self.path.replace(part)
        platform.fsync_folder(part.parent)
        shutil.rmtree(part)


def draft_files(folder: Path) -> list[Path]:
    """Return the members' draft files in a folder, by name."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if _DRAFT_NAME.fullmatch(path.name))


def numbered(destination: Path, *, unfinished: bool = False) -> dict[int, BackupFolder]:
    """Return the folders at a destination that have the name of a backup, or of one that was cut off, by number."""
    found: dict[int, BackupFolder] = {}
    for path in destination.iterdir() if destination.is_dir() else ():
        match = _NAME.fullmatch(path.name)
        if match and bool(match[2]) is unfinished and path.is_dir() and not path.is_symlink():
            found[int(match[1])] = BackupFolder(path)
    return dict(sorted(found.items()))


def next_folder(destination: Path) -> tuple[BackupFolder, Path]:
    """Return a new folder to build the next backup in, and the name that it gets when it is proven.

    Raises:
        RefusedError: a folder there has the last number that there is. Somebody put it there: no backup after it
            would be found, and none may be removed for it.
    """
    taken = [int(match[1]) for path in destination.iterdir() if (match := _NAME.fullmatch(path.name))]
    final = destination / f"backup-{max(taken, default=0) + 1}"
    if _NAME.fullmatch(final.name) is None:
        raise RefusedError(
            Message("backup-{number} has a number that no backup reaches", number=max(taken)),
            next_step=Message("Somebody put this folder there. Move it away, or make the backup in another place."),
        )
    part = final.with_name(final.name + _PART)
    part.mkdir(mode=platform.PRIVATE_FOLDER_MODE)
    return BackupFolder(part), final


def find_backup(source: Path) -> BackupFolder:
    """Return the backup at a path: the folder itself, or the newest one inside.

    Raises:
        NotFoundError: neither.
    """
    itself = BackupFolder(source)
    if itself.keys.is_file() and itself.key_rows.is_file():
        return itself
    inside = numbered(source)
    if not inside:
        raise NotFoundError(
            Message("there is no backup at {source}", source=source),
            next_step=Message("Name the folder that {backup} wrote to.", backup=NextStep.MAKE_BACKUP),
        )
    return inside[max(inside)]


def write_digests(folder: BackupFolder) -> None:
    """Write the list, of a backup that is complete but for it."""
    lines = [f"{digest.hex()}  {name}\n" for name, digest in measure(folder).items()]
    write_durable(folder.digests, "".join(lines).encode("ascii"))


def require_undamaged(folder: BackupFolder) -> Mapping[str, bytes]:
    """Return the digest of every file, when each is as the list says and none is missing.

    Raises:
        VerificationError: names the first that is not.
    """
    try:
        text = read_limited(folder.digests, _DIGESTS_LIMIT).decode("ascii")
    except (NotFoundError, UnicodeDecodeError):
        raise VerificationError(
            Message("the list `digests` of the backup is missing or damaged"), next_step=_ANOTHER
        ) from None
    listed: dict[str, bytes] = {}
    *lines, rest = text.split("\n")
    for line in (*lines, *([rest] if rest else ())):
        match = _LINE.fullmatch(line)
        if match is None:
            raise MalformedError(Message("the list `digests` of the backup is damaged"), next_step=_ANOTHER)
        listed[match[2]] = bytes.fromhex(match[1])
    found = measure(folder)
    for name in ("keys", "keyrows.db", "vault.db", *sorted(listed.keys() | found.keys())):
        if name not in found:
            raise VerificationError(Message("{name} is missing from the backup", name=name), next_step=_ANOTHER)
        if found[name] != listed.get(name):
            raise VerificationError(
                Message("{name} of the backup is not what was written", name=name), next_step=_ANOTHER
            )
    return found


_ANOTHER = Message("Use another backup, and make a new one soon.")


def measure(folder: BackupFolder) -> dict[str, bytes]:
    """Return the SHA-256 of every file but the list itself, by its name inside the folder."""
    files = [folder.keys, folder.key_rows, folder.database, *folder.draft_files()]
    return {path.relative_to(folder.path).as_posix(): bytes_digest(_pieces(path)) for path in files if path.is_file()}


def copy_durable(source: Path, target: Path) -> None:
    """Copy a closed file to a new one, for its owner alone; on the medium when this returns."""
    mode = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(target, mode, platform.PRIVATE_FILE_MODE), "wb") as file:
        for piece in _pieces(source):
            file.write(piece)
        file.flush()
        platform.flush_file(file.fileno())


@contextmanager
def translated(place: Path) -> Iterator[None]:
    """Turn what the system reports of files here into words.

    Raises:
        TryAgainError: it cannot be read or written now.
    """
    try:
        yield
    except OSError as fault:
        reason = fault.strerror or "unknown reason"
        raise TryAgainError(
            Message("{place} cannot be read or written ({reason})", place=place, reason=reason),
            next_step=Message("Check free space, rights and the medium, then repeat."),
        ) from None


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece
