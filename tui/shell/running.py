"""Which app holds which vault on this device, so that `casevault lock` can end it. The files name nobody.

`python -I -m tui.shell.running VAULT` is `lock_running` as a process: code 0 when an app was ended, 4 when none ran, 75
when that cannot be told.
"""

from __future__ import annotations

import os
import signal
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from vault.errors import TryAgainError
from vault.platform import make_private_folder, process_alive, process_start_time, state_dir
from vault.words.message import Message

_NAMESPACE: Final = uuid.UUID("5d1f4a0e-2f6c-5b8e-9d43-6c61736576b1")
_WAIT_SECONDS: Final = 8.0
_LOOK_AGAIN_SECONDS: Final = 0.02
_UNKNOWN_START: Final = "unknown"


def _folder(state: Path | None) -> Path:
    return (state_dir() if state is None else state) / "running"


def _name(vault_path: Path) -> str:
    # A digest: the names of vaults and folders are nobody's business.
    return uuid.uuid5(_NAMESPACE, os.fsencode(vault_path.resolve()).hex()).hex


@contextmanager
def announced(vault_path: Path, *, state: Path | None = None) -> Iterator[None]:
    """Have a file in the state folder, while inside, that leads `lock_running` to this process."""
    folder = _folder(state)
    make_private_folder(folder)
    mark = folder / f"{_name(vault_path)}.{os.getpid()}"
    started = process_start_time(os.getpid())
    mark.write_text(_UNKNOWN_START if started is None else str(started), "ascii")
    try:
        yield
    finally:
        mark.unlink(missing_ok=True)


def lock_running(vault_path: Path, *, state: Path | None = None) -> bool:
    """End every app on this device that has this vault open, and wait until each has given its terminal back.

    Returns:
        True when at least one was ended; False when none was running.

    Raises:
        TryAgainError: a process has the number of an app of this vault, and the system does not tell whether it is
            that app: nothing is signalled then, and nothing is claimed.
    """
    ended = False
    for mark in _folder(state).glob(f"{_name(vault_path)}.*"):
        number, started = mark.suffix[1:], mark.read_text("ascii")
        if started == _UNKNOWN_START and number.isdecimal() and _exists(int(number)):
            raise TryAgainError(
                Message("an app may have this vault open"), next_step=Message("Close its window, then repeat.")
            )
        if not number.isdecimal() or not started.isdecimal() or not process_alive(int(number), int(started)):
            mark.unlink(missing_ok=True)  # Left by a process that was killed; its number may be another's now.
            continue
        ended = _end(int(number), int(started)) or ended
    return ended


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, PermissionError):  # the second is another account's
        return False
    return True


def _end(pid: int, started: int) -> bool:
    try:
        os.kill(pid, signal.SIGTERM)
    except (ProcessLookupError, PermissionError):
        return False
    deadline = time.monotonic() + _WAIT_SECONDS
    while process_alive(pid, started) and time.monotonic() < deadline:
        time.sleep(_LOOK_AGAIN_SECONDS)
    return not process_alive(pid, started)


if __name__ == "__main__":
    try:
        sys.exit(0 if lock_running(Path(sys.argv[1])) else 4)
    except TryAgainError as fault:
        sys.exit(fault.exit_code)
