"""What launcher and child tell each other over a pipe: what to open for whom, and when something is due, not what."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from vault.errors import UsageError
from vault.words.message import Message

# What the launcher tells its child, over a pipe: a member's name in an argument list is visible to every account.

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


# What a locked app knows of dates: times, in steps of five minutes, and no word of what is due.
MOST_DUE: Final = 32
_MARK: Final = "due "
_MOST_DIGITS: Final = 10  # of seconds since 1970, up to the year 2286


def due_line(times: Iterable[int]) -> str:
    """Return the line in which the child that holds the keys tells the launcher the times, as it locks."""
    return _MARK + " ".join(str(time) for time in list(times)[:MOST_DUE])


def due_times(untrusted_lines: Iterable[str]) -> tuple[int, ...]:
    """Return the times of such a line; nothing else of what a child said, whatever it is."""
    for line in untrusted_lines:
        words = line.removeprefix(_MARK).split()
        if line.startswith(_MARK) and all(word.isdecimal() and len(word) <= _MOST_DIGITS for word in words):
            return tuple(sorted(int(word) for word in words)[:MOST_DUE])
    return ()
