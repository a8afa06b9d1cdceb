"""Which app holds which vault on this device, so that `casevault lock` can end it. The files name nobody."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_WAIT_SECONDS: Final = 8.0
_LOOK_AGAIN_SECONDS: Final = 0.02


def state_folder() -> Path:
    """Return this account's folder for state that is no case data and may be lost."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    return base / "casevault"


def start_time_of(pid: int) -> str | None:
    """Return when this process started, as the system words it, or None when there is none (or only its remains)."""
    if sys.platform == "linux":
        try:
            # The name of the program stands in brackets and may itself hold spaces and brackets.
            after_name = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:
            return None
        return None if after_name[0] in "ZX" else after_name[19]
    else:
        found = subprocess.run(  # noqa: S603 - fixed program and a number
            ["/bin/ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return found.stdout.strip() or None


def _digest(vault_path: Path) -> str:
    return hashlib.sha256(b"casevault/running" + os.fsencode(vault_path.resolve())).hexdigest()[:32]


def _folder(state: Path | None) -> Path:
    return (state_folder() if state is None else state) / "running"


@contextmanager
def announced(vault_path: Path, *, state: Path | None = None) -> Iterator[None]:
    """Have a file in the state folder, while inside, that leads `lock_running` to this process."""
    folder = _folder(state)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    mark = folder / f"{_digest(vault_path)}.{os.getpid()}"
    mark.write_text(start_time_of(os.getpid()) or "", "ascii")
    try:
        yield
    finally:
        mark.unlink(missing_ok=True)


def lock_running(vault_path: Path, *, state: Path | None = None) -> bool:
    """End every app on this device that has this vault open, and wait until each has given its terminal back.

    Returns:
        True when at least one was ended; False when none was running.
    """
    ended = False
    for mark in _folder(state).glob(f"{_digest(vault_path)}.*"):
        pid, started = int(mark.suffix[1:]), mark.read_text("ascii")
        if not started or start_time_of(pid) != started:
            mark.unlink(missing_ok=True)  # Left by a process that was killed; the number may be another's now.
            continue
        ended = _end(pid, started) or ended
    return ended


def _end(pid: int, started: str) -> bool:
    try:
        os.kill(pid, signal.SIGTERM)
    except (ProcessLookupError, PermissionError):
        return False
    deadline = time.monotonic() + _WAIT_SECONDS
    while start_time_of(pid) == started and time.monotonic() < deadline:
        time.sleep(_LOOK_AGAIN_SECONDS)
    return start_time_of(pid) != started
