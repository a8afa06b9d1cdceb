"""Private files, durable folders, the folder of this account, and who has a file locked."""

from __future__ import annotations

import contextlib
import os
import secrets
import struct
import sys
from collections.abc import Mapping
from pathlib import Path

from vault.errors import RefusedError
from vault.words.message import Message

# Private files, durable folders, and the folder where this account keeps what must not lie in the vault.

PRIVATE_FILE_MODE = 0o600
PRIVATE_FOLDER_MODE = 0o700

_MACHINE_ID_FILES = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))
_LOCAL_APP_DATA = "{F1B32785-6FBA-4FCF-9D55-7B8E7F157091}"


def state_dir(environ: Mapping[str, str] = os.environ, *, system: str = sys.platform, home: Path | None = None) -> Path:
    """Return this account's state folder for CaseVault; it is not created here.

    Linux: `$XDG_STATE_HOME/casevault`, or `~/.local/state/casevault`; a relative XDG_STATE_HOME is ignored, as its
    standard asks. macOS: `~/Library/Application Support/CaseVault`. Windows: `CaseVault` in the known folder
    LocalAppData. There is no variable of our own: pins lie here, and one more way to point elsewhere would be one more
    way to make the program forget what it has seen.

    Raises:
        RefusedError: on Linux, HOME is relative.
    """
    home = Path.home() if home is None else home
    if system == "win32":
        return (_known_folder(_LOCAL_APP_DATA) or home / "AppData" / "Local") / "CaseVault"
    if system == "darwin":
        return home / "Library" / "Application Support" / "CaseVault"
    base = Path(environ.get("XDG_STATE_HOME", ""))
    if not (base.is_absolute() or home.is_absolute()):
        # What was seen of a vault would lie wherever somebody stands, and be missed from everywhere else.
        raise RefusedError(
            Message("the home folder of this account is no absolute path"),
            next_step=Message("Set HOME to the whole path."),
        )
    return (base if base.is_absolute() else home / ".local" / "state") / "casevault"


def _known_folder(folder: str) -> Path | None:
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - Windows alone
        import uuid  # noqa: PLC0415 - Windows alone

        found = ctypes.c_wchar_p()
        which = (ctypes.c_byte * 16).from_buffer_copy(uuid.UUID(folder).bytes_le)
        if ctypes.windll.shell32.SHGetKnownFolderPath(which, 0, None, ctypes.byref(found)) == 0 and found.value:
            path = Path(found.value)
            ctypes.windll.ole32.CoTaskMemFree(found)
            return path
    return None


def machine_id(state: Path, sources: tuple[Path, ...] = _MACHINE_ID_FILES) -> bytes:
    """Return bytes that stay the same on this installation of this machine and differ on a copy of the vault elsewhere.

    Linux: the system's machine id. Elsewhere, or where that cannot be read: 16 random bytes as hex, made once in
    `state`. They are never shown or stored as they are; whoever needs them hashes them.

    Raises:
        OSError: neither could be read, and `state` cannot be written.
    """
    for source in sources:
        with contextlib.suppress(OSError):
            text = source.read_bytes().strip()
            # systemd writes `uninitialized` in images that many machines share.
            if len(text) == 32:  # 16 bytes as hex, machine-id(5)
                return text
    make_private_folder(state)
    own = state / "machine-id"
    with contextlib.suppress(FileExistsError):
        descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE_MODE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_hex(16).encode("ascii"))
            file.flush()
            flush_file(file.fileno())
        fsync_folder(state)
    return own.read_bytes()


def make_private_folder(path: Path) -> None:
    """Make `path` and its missing parents, for this account only, whatever the umask says."""
    for folder in (*reversed(path.parents), path):
        if not folder.is_dir():
            folder.mkdir(mode=PRIVATE_FOLDER_MODE, exist_ok=True)
    if os.name == "posix":
        path.chmod(PRIVATE_FOLDER_MODE)


def flush_file(descriptor: int) -> None:
    """Return when the bytes of an open file are on the medium; on macOS that needs more than fsync."""
    if sys.platform == "darwin":
        import fcntl  # noqa: PLC0415 - does not exist on Windows

        with contextlib.suppress(OSError):  # network volumes refuse it; fsync below is what they offer
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
            return
    os.fsync(descriptor)


def fsync_folder(path: Path) -> None:
    """Return when the names in a folder (a new file, a rename, a removal) are on the medium.

    Windows keeps them in the journal of NTFS and offers no call for it: there this does nothing.
    """
    if sys.platform != "win32":
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            flush_file(descriptor)
        finally:
            os.close(descriptor)


def needs_full_fsync(system: str = sys.platform) -> bool:
    """Tell whether SQLite needs `PRAGMA fullfsync=1` for a commit to survive a power cut."""
    return system == "darwin"


# Who has a file locked that SQLite opened for itself alone, asked without a key and without touching the lock.

# `struct flock` of fcntl(2).
if sys.platform == "linux":
    _LAYOUT, _FIELDS = "hhqqi4x", ("kind", "whence", "start", "length", "pid")
else:
    _LAYOUT, _FIELDS = "qqihh", ("start", "length", "pid", "kind", "whence")

_opened: dict[tuple[int, int], int] = {}
"""Files that were asked about, by device and inode. None is ever closed: that would drop every lock of this process on
the file, SQLite's too."""


def lock_holder(path: Path) -> int | None:
    """Return another process that has a lock on any part of the file; None where nobody has, or none can be seen."""
    if sys.platform == "win32":
        return None
    import fcntl  # noqa: PLC0415 - does not exist on Windows

    whole_for_me_alone = {"kind": int(fcntl.F_WRLCK), "whence": os.SEEK_SET, "start": 0, "length": 0, "pid": 0}
    question = struct.pack(_LAYOUT, *(whole_for_me_alone[name] for name in _FIELDS))
    try:
        answer = fcntl.fcntl(_descriptor(path), fcntl.F_GETLK, question)
    except OSError:
        return None
    found = dict(zip(_FIELDS, struct.unpack(_LAYOUT, answer), strict=True))
    return found["pid"] if found["kind"] != fcntl.F_UNLCK and found["pid"] > 0 else None


def _descriptor(path: Path) -> int:
    found = path.stat()
    file = (found.st_dev, found.st_ino)
    if file not in _opened:
        _opened[file] = os.open(path, os.O_RDWR | getattr(os, "O_CLOEXEC", 0))
    return _opened[file]
