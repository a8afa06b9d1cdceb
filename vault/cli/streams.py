"""Standard streams as commands need them: open, in whatever encoding, and never a reason to doubt what was done."""

from __future__ import annotations

import os
import sys
from typing import TextIO

_MODES = ("r", "w", "w")


def ready_streams() -> None:
    """Open the null device over each standard stream that is closed, and let every letter be written somehow.

    A closed one would be given to the next file that is opened, and that could be the vault. A letter that the
    terminal's encoding lacks is written as its number; one that the terminal sends in another encoding is read as
    U+FFFD, and is asked for again.
    """
    for number in range(len(_MODES)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free: this one
    streams = [sys.stdin, sys.stdout, sys.stderr]
    sys.stdin, sys.stdout, sys.stderr = (
        os.fdopen(number, mode, encoding="utf-8", closefd=False) if stream is None else stream
        for number, (stream, mode) in enumerate(zip(streams, _MODES, strict=True))
    )
    for stream, errors in ((sys.stdin, "replace"), (sys.stdout, "backslashreplace"), (sys.stderr, "backslashreplace")):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=errors)


def give_up(stream: TextIO) -> None:
    """Let what the stream still holds go to the null device, so that the end of the process does not fail by it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
