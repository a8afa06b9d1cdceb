"""What the launcher tells its child, over a pipe: a member's name in an argument list is visible to every account."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from vault.errors import UsageError
from vault.words.message import Message

_LIMIT: Final = 16 * 1024
"""Bytes; below what a pipe holds, so that the launcher can write it before anybody reads."""


@dataclass(frozen=True, slots=True)
class Start:
    """Which vault to open, for whom when that is known, and a line to leave behind. No secret.

    `comes_back`: there may be no vault yet; begin with the way back by recovery sheets. `due`: when something is due,
    in seconds since 1970; of what, only the unlocked vault knows.
    """

    vault_path: Path
    member: str | None = field(default=None, repr=False)
    afterwards: str = ""
    comes_back: bool = False
    due: tuple[int, ...] = ()


def write_start(descriptor: int, start: Start) -> None:
    """Write the start to a pipe and close it.

    Raises:
        UsageError: path and name together are longer than 16 KiB.
    """
    written = {
        "vault": str(start.vault_path),
        "member": start.member,
        "afterwards": start.afterwards,
        "comes_back": start.comes_back,
        "due": start.due,
    }
    encoded = json.dumps(written).encode("ascii")
    try:
        if len(encoded) > _LIMIT:
            raise UsageError(Message("the path of the vault and the member name are too long"))
        os.write(descriptor, encoded)
    finally:
        os.close(descriptor)


def read_start(descriptor: int) -> Start:
    """Read what `write_start` wrote, to the end, and close the pipe."""
    with os.fdopen(descriptor, "rb") as pipe:
        found = json.loads(pipe.read(_LIMIT))
    return Start(
        Path(found["vault"]), found["member"], found["afterwards"], found["comes_back"], tuple(found.get("due", ()))
    )
