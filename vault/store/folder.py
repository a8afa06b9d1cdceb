"""Where the parts of a vault lie, how a folder is built beside its place, and what is seen of a locked one."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from vault import platform
from vault.display import local_time
from vault.errors import NoVaultError, OpenElsewhereError, RefusedError, TryAgainError
from vault.store.blobs import holds_chunks_only
from vault.store.files import make_ballast
from vault.words.message import Message
from vault.words.next_step import NextStep

# Where the parts of a vault lie in its folder, and which places are refused.

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


# A vault is built beside its place, in a folder of its own, and takes its name in one step; a kill leaves that
# folder.
# What stands there already, however called, is nobody's to touch but its owner's.
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
    try:
        return max(path.lstat().st_mtime for path in (folder, *_inside(folder)))
    except OSError:
        return float("inf")


def _inside(folder: Path) -> list[Path]:
    with suppress(OSError):
        return list(folder.iterdir())
    return []


# What stays to be seen of a locked folder: sizes in steps, and one time for all that lies there (FORMAT.md 8).
SIZE_STEP = 256 * 1024


def fill_to_step(path: Path) -> None:
    """Put random bytes behind a closed database until its size is a multiple of 256 KiB.

    The engine knows its own pages and writes over what lies behind them; a cut here leaves a size that tells more.
    """
    with suppress(OSError):
        missing = -path.stat().st_size % SIZE_STEP
        if missing:
            with path.open("ab") as file:
                file.write(os.urandom(missing))


def even_times(roots: Iterable[Path], at_s: float, *, but: Iterable[Path] = ()) -> None:
    """Give these folders and all in them one time of last change; links and what is in `but` keep theirs."""
    left_out = set(but)
    for root in roots:
        with suppress(OSError):
            for folder, names, files in os.walk(root):
                here = Path(folder)
                names[:] = [name for name in names if here / name not in left_out]
                for path in (*(here / name for name in files), here):
                    with suppress(OSError):
                        os.utime(path, (at_s, at_s), follow_symlinks=False)
