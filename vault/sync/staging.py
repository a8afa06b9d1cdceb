"""Bundles on their way in: a copy beside the vault, so that the stick can go, and a take can be repeated.

They lie there sealed, as they came. 1 GiB in all and 7 days: what would not fit is refused, what is older goes.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

from vault.durations import DAY_MS
from vault.errors import NotFoundError, TryAgainError
from vault.log.tree import bytes_digest
from vault.platform import PRIVATE_FILE_MODE, fsync_folder, make_private_folder
from vault.seal.named import staged_file_name
from vault.store.files import disk_failed
from vault.sync.bundle_file import OUTER_LIMIT
from vault.words.message import Message

STAGING_LIMIT = 1 << 30
STAGING_DAYS = 7
_SECONDS_PER_DAY = DAY_MS // 1_000
# So many imports may be killed over one bundle that waits before it waits no longer.
_UNFINISHED_TRIES = 3
_BLOCK = 1 << 20
_SUFFIX = ".bundle"


class Staged(NamedTuple):
    """A copy, and whether it lay there already: an import of it was cut off, or something in it waits."""

    path: Path
    is_again: bool


def stage(source: Path, folder: Path, key: bytes, *, now_s: float) -> Staged:
    """Return a durable copy of a bundle in the staging folder: the same file gives the same copy.

    `key`, of the seat that it is for, names the copy. The caller has asked whether it is for this seat (`require_for`).

    Raises:
        NotFoundError, TryAgainError: no such file, or no room. VerificationError: the disk cannot read it.
    """
    if not folder.is_dir():
        make_private_folder(folder)
    tidy(folder, now_s=now_s)
    part = folder / "incoming.part"
    try:
        size = source.stat().st_size
        digest = _copy(source, part)
        staged = folder / f"{staged_file_name(key, digest)}{_SUFFIX}"
        others = sum(path.stat().st_size for path in staged_in(folder) if path != staged)
        if others + size > STAGING_LIMIT:
            raise TryAgainError(
                Message("pending bundles already take {others} MiB", others=others >> 20),
                next_step=Message("Import the missing bundles first, then this bundle."),
            )
        is_again = staged.exists()
        part.replace(staged)
        fsync_folder(folder)
    except FileNotFoundError:
        raise NotFoundError(Message("no file {name}", name=source.name), next_step=Message("Check the path.")) from None
    except OSError as fault:
        if fault.errno == errno.EIO:
            raise disk_failed(source.name) from None
        raise TryAgainError(Message("{name} cannot be copied into the vault", name=source.name)) from None
    finally:
        part.unlink(missing_ok=True)
    return Staged(staged, is_again)


def staged_in(folder: Path) -> list[Path]:
    """Return what waits, oldest first."""
    if not folder.is_dir():
        return []
    return sorted(folder.glob(f"*{_SUFFIX}"), key=lambda path: (path.stat().st_mtime, path.name))


def digest_of(staged: Path) -> bytes:
    """Return the SHA-256 of a staged file."""
    with staged.open("rb") as file:
        return bytes_digest(iter(lambda: file.read(_BLOCK), b""))


def discard(staged: Path) -> None:
    """Remove what is in the store now, or will never be."""
    staged.unlink(missing_ok=True)
    fsync_folder(staged.parent)


@contextmanager
def tried_again(staged: Path) -> Iterator[None]:
    """Try a bundle that waited: a try that nobody sees the end of counts as days of waiting, so that few follow it."""
    waiting_since = staged.stat().st_mtime
    _set_age(staged, waiting_since - STAGING_DAYS * _SECONDS_PER_DAY / _UNFINISHED_TRIES)
    try:
        yield
    except Exception:
        _set_age(staged, waiting_since)
        raise
    _set_age(staged, waiting_since)


def _set_age(staged: Path, since: float) -> None:
    with suppress(FileNotFoundError):
        os.utime(staged, (since, since))


def tidy(folder: Path, *, now_s: float) -> None:
    """Remove what waited for more than 7 days."""
    for path in staged_in(folder):
        if now_s - path.stat().st_mtime > STAGING_DAYS * _SECONDS_PER_DAY:
            discard(path)


def _copy(source: Path, part: Path) -> bytes:
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), PRIVATE_FILE_MODE)
    with os.fdopen(descriptor, "wb") as copy, source.open("rb") as file:
        digest = bytes_digest(_teed(file, copy))
        copy.flush()
        os.fsync(copy.fileno())
    return digest


def _teed(file: BinaryIO, copy: BinaryIO) -> Iterator[bytes]:
    left = OUTER_LIMIT
    while block := file.read(min(_BLOCK, left)):
        left -= len(block)
        copy.write(block)
        yield block
