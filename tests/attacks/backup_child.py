"""What a process does that makes a backup.

It says `open` when it is unlocked, and `made` when `make` has returned. `kill-at` ends it by SIGKILL just before its
NUMBER-th change of a name on the disk; `full` lets no file of it grow beyond NUMBER bytes.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from pathlib import Path

from tests.services.founded import Place
from vault.errors import VaultError
from vault.services.backups import backups

_CHANGES_OF_NAMES = frozenset({"os.mkdir", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree"})


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def kill_at(number: int, below: Path) -> None:
    """Count what the interpreter reports of changed names and new files below a folder, and end at the given one."""
    seen = 0

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal seen
        changes = event in _CHANGES_OF_NAMES or (event == "open" and isinstance(arguments[2], int))
        if changes and str(arguments[0]).startswith(str(below)) and _writes(event, arguments):
            seen += 1
            if seen == number:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def _writes(event: str, arguments: tuple[object, ...]) -> bool:
    return event != "open" or bool(int(str(arguments[2])) & (os.O_WRONLY | os.O_RDWR))


def make(act: str, place: Place, destination: Path, number: int) -> None:
    try:
        with place.open() as session:
            say("open")
            if act == "kill-at":
                kill_at(number, destination)
            elif act == "full":
                resource.setrlimit(resource.RLIMIT_FSIZE, (number, resource.RLIM_INFINITY))
            backups.make(session, destination, keep=1)  # so that earlier ones go, and it may be killed at that too
            say("made")
    except VaultError as fault:
        say(f"{type(fault).__name__}: {fault.message}")
        sys.exit(1)
