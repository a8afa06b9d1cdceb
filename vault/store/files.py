"""Durable files: what is written is either the old bytes or the new ones, also after a power cut."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from vault.errors import MalformedError, NotFoundError, RefusedError, TryAgainError, VaultError, VerificationError
from vault.platform import PRIVATE_FILE_MODE, flush_file, fsync_folder
from vault.words.message import Message

_NO_ROOM = frozenset({errno.ENOSPC, errno.EFBIG, errno.EDQUOT})
_FAT_FILE_LIMIT = 2**32 - 1
_SLACK = 1 << 16
_NOT_AS_SENT = Message(
    "Check that this is the right file. If it is, it was damaged or altered on its way: ask for it again."
)
BALLAST_SIZE = 16 * 1024 * 1024


def write_aside(path: Path, data: bytes) -> Path:
    """Write `path`.new durably, readable by the owner alone, and return its path. `path` itself stays as it is.

    Raises:
        TryAgainError: no room, or the folder cannot be written.
    """
    aside = path.with_name(path.name + ".new")
    with faults_told(path):
        aside.unlink(missing_ok=True)
        _write_new(aside, data)
        fsync_folder(aside.parent)
    return aside


def promote(path: Path) -> None:
    """Give `path`.new the name `path`, in one step that survives a power cut.

    Raises:
        TryAgainError: the folder cannot be written.
    """
    with faults_told(path):
        path.with_name(path.name + ".new").replace(path)
        fsync_folder(path.parent)


def write_whole(path: Path, data: bytes) -> None:
    """Replace the file: after a crash at any point it holds all the old bytes or all the new ones.

    Which of the two, a power cut soon after decides; see `write_durable`. The bytes are on the medium before they take
    the name; the name that they had until then need not be.

    Raises:
        TryAgainError: no room, or the folder cannot be written; the old bytes stand.
    """
    aside = path.with_name(path.name + ".new")
    with faults_told(path):
        aside.unlink(missing_ok=True)
        _write_new(aside, data)
        aside.replace(path)


def write_durable(path: Path, data: bytes) -> None:
    """Replace the file as `write_whole` does, and return when the new bytes stay.

    Raises:
        TryAgainError: no room, or the folder cannot be written.
    """
    write_whole(path, data)
    with faults_told(path):
        fsync_folder(path.parent)


def require_new(path: Path) -> None:
    """Return if a new file or folder can be made here: asked before the first step of an act that ends in one.

    Raises:
        RefusedError: something is there already, or there is no folder for it.
        TryAgainError: the folder cannot be written.
    """
    folder = path.absolute().parent
    try:
        path.lstat()
        raise RefusedError(Message("{path} exists already", path=path), next_step=Message("Name a new file."))
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as fault:
        raise _file_fault(fault, path) from None
    if not folder.is_dir():
        raise RefusedError(
            Message("there is no folder {folder}", folder=folder),
            next_step=Message("Connect the disk, or make the folder first."),
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise _file_fault(OSError(errno.EACCES, ""), path)


def write_new(path: Path, data: bytes) -> None:
    """Write a file for its owner alone where nothing is yet.

    Raises:
        RefusedError: something is there already.
        TryAgainError: no room, or the folder cannot be written; nothing is left.
    """
    try:
        _write_new(path, data)
        fsync_folder(path.parent)
    except FileExistsError:
        raise RefusedError(Message("{path} exists already", path=path), next_step=Message("Name a new file.")) from None
    except OSError as fault:
        raise _file_fault(fault, path) from None


def read_limited(path: Path, limit: int, *, follow_links: bool = True) -> bytes:
    """Return the whole file, of at most `limit` bytes, so that a planted giant cannot fill the memory.

    What is no regular file is not read: a FIFO would be waited for.

    Raises:
        NotFoundError: there is no such file.
        MalformedError: it is longer than `limit` bytes.
        TryAgainError: it is no regular file, or may not be read.
        VerificationError: the disk cannot read it.
    """
    with opened_to_read(path, follow_links=follow_links) as file, faults_told(path):
        data = file.read(limit + 1)
    if len(data) > limit:
        raise MalformedError(Message("{name} is longer than {limit} bytes", name=path.name, limit=limit))
    return data


@contextmanager
def opened_to_read(path: Path, *, follow_links: bool = True) -> Iterator[BinaryIO]:
    """Yield a regular file, open for reading; what is none is not waited for.

    Raises:
        NotFoundError: there is no such file. TryAgainError: it is no regular file, or may not be read.
        VerificationError: the disk cannot read it.
    """
    try:
        file = os.fdopen(_open_regular(path, follow_links=follow_links), "rb")
    except FileNotFoundError:
        raise NotFoundError(Message("no file {name}", name=path.name), next_step=Message("Check the path.")) from None
    except OSError as fault:
        raise _file_fault(fault, path) from None
    with file:
        yield file


def read_pieces(file: BinaryIO, path: Path, size: int) -> Iterator[bytes]:
    """Yield the rest of an open file in pieces of `size` bytes.

    Raises:
        TryAgainError, VerificationError: it cannot be read any more.
    """
    while True:
        with faults_told(path):
            piece = file.read(size)
        if not piece:
            return
        yield piece


@contextmanager
def new_file(path: Path) -> Iterator[Callable[[bytes], None]]:
    """Yield what writes to a new file for its owner alone; durable behind the block, and gone where that fails.

    Raises:
        RefusedError: something is there already. TryAgainError: no room, or the folder cannot be written.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags, PRIVATE_FILE_MODE)
    except FileExistsError:
        raise RefusedError(Message("{path} exists already", path=path), next_step=Message("Name a new file.")) from None
    except OSError as fault:
        raise _file_fault(fault, path) from None

    def write(data: bytes) -> None:
        with faults_told(path):
            write_all(descriptor, data)

    try:
        yield write
        with faults_told(path):
            flush_file(descriptor)
    except BaseException:
        os.close(descriptor)
        path.unlink(missing_ok=True)
        raise
    os.close(descriptor)
    with faults_told(path):
        fsync_folder(path.parent)


def _open_regular(path: Path, *, follow_links: bool) -> int:
    """Open a regular file to read, without waiting for a writer at the other end of something else."""
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    descriptor = os.open(path, flags if follow_links else flags | getattr(os, "O_NOFOLLOW", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise TryAgainError(
            Message("{name} is not a regular file", name=path.name),
            next_step=Message("It is a folder, or no file at all. Name the file itself."),
        )
    return descriptor


def make_ballast(path: Path, size: int = BALLAST_SIZE) -> None:
    """Write real bytes that a full disk can give back. Random, because some file systems compress or skip zeros.

    Raises:
        TryAgainError: no room for them.
    """
    write_durable(path, os.urandom(size))


def release_ballast(path: Path) -> bool:
    """Give the ballast back to a full disk; False when there was none left."""
    try:
        path.unlink()
        fsync_folder(path.parent)
    except OSError:
        return False
    return True


def has_no_room(path: Path) -> bool:
    """Tell whether the file at `path`, or its write-ahead log, cannot grow: a full disk, a quota, or a size limit.

    SQLite calls the last two an I/O error, which would send a person to a backup in place of the waste bin.
    """
    largest = max((part.stat().st_size for part in (path, Path(f"{path}-wal")) if part.exists()), default=0)
    if _FAT_FILE_LIMIT - _SLACK <= largest <= _FAT_FILE_LIMIT:
        return True
    limit = _process_file_limit()
    if limit is not None and largest + _SLACK >= limit:
        return True
    probe = path.with_name(path.name + ".probe")
    try:
        _write_new(probe, bytes(_SLACK))
    except OSError as fault:
        return fault.errno in _NO_ROOM
    finally:
        probe.unlink(missing_ok=True)
    return False


def _process_file_limit() -> int | None:
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415 - does not exist on Windows

    limit = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
    return None if limit == resource.RLIM_INFINITY else limit


def write_all(descriptor: int, data: bytes) -> None:
    """Write every byte to an open file, however few the system takes at once."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def write_synced_later(path: Path, data: bytes) -> None:
    """Write a new file for its owner alone; whoever calls has it flushed to the medium before it is relied on."""
    _write_new(path, data, flushes=False)


def _write_new(path: Path, data: bytes, *, flushes: bool = True) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), PRIVATE_FILE_MODE)
    try:
        write_all(descriptor, data)
        if flushes:
            flush_file(descriptor)
    except BaseException:
        os.close(descriptor)
        path.unlink(missing_ok=True)
        raise
    os.close(descriptor)


@contextmanager
def faults_told(path: Path) -> Iterator[None]:
    """Turn what the system reports of a file into words.

    Raises:
        TryAgainError: no room, or it cannot be read or written now. VerificationError: the disk failed.
    """
    try:
        yield
    except OSError as fault:
        raise _file_fault(fault, path) from None


@contextmanager
def as_received() -> Iterator[None]:
    """Advise on a file that others made, where it is not what it should be: no vault was damaged.

    Raises:
        VerificationError: as raised within.
    """
    try:
        yield
    except VerificationError as fault:
        if fault.next_step is fault.usual_step:
            fault.next_step = _NOT_AS_SENT
        raise


def disk_failed(name: str) -> VerificationError:
    """Return what is said where a disk or a stick cannot read or write what is on it."""
    return VerificationError(
        Message("the disk reports an error at {name}", name=name),
        next_step=Message("Try again. If it fails again, copy what is on this disk or stick to another one."),
    )


def _file_fault(fault: OSError, path: Path) -> VaultError:
    if fault.errno in _NO_ROOM:
        return TryAgainError(Message("no room to write {name}", name=path.name))
    if fault.errno == errno.EIO:
        return disk_failed(path.name)
    return TryAgainError(
        Message("{name} cannot be read or written now", name=path.name),
        next_step=Message("Check the folder's rights, then repeat."),
    )
