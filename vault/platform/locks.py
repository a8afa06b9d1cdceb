"""Who has a file locked that SQLite opened for itself alone, asked without a key and without touching the lock."""

from __future__ import annotations

import os
import struct
import sys
from pathlib import Path

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
