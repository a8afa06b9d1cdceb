"""What a process does that takes a bundle and is killed at a step.

The step is a function of the program; the process ends by SIGKILL when it is called, or behind it for `STEP+`.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

from vault.access.unlock import unlock
from vault.services.exchange import bundle_import, syncing
from vault.store.rows import Rows
from vault.sync import staging

STEPS: dict[str, tuple[Any, str]] = {
    "copying": (staging, "_copy"),
    "opening": (syncing, "opened"),
    "entries": (Rows, "add_operation"),
    "versions": (Rows, "add_versions"),
    "keys of versions": (Rows, "add_version_keys"),
    "rows": (bundle_import, "import_into"),
    "keys of the seat": (bundle_import, "refresh"),
    "peers": (bundle_import, "keep_peers"),
    "clearing": (bundle_import, "discard"),
    "log": (bundle_import.BundleImport, "_log"),
}


def arm(step: str) -> None:
    """Have the process end at a step."""
    owner, name = STEPS[step.rstrip("+")]
    true = getattr(owner, name)

    def deadly(*args: Any, **kwargs: Any) -> Any:
        if step.endswith("+"):
            true(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, deadly)


def take(step: str, office: tuple[Path, Path], file: Path, name: str, passphrase: bytes) -> None:
    with unlock(office[0], member=name, passphrase=bytearray(passphrase), state=office[1]) as session:
        arm(step)
        syncing.import_bundle(session, file)
