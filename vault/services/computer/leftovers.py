"""What a killed `init`, `member join` or `backup restore` left beside a place: its own goes, all else is named."""

from __future__ import annotations

from pathlib import Path

from vault import clock
from vault.store.folder import clear_leftovers
from vault.words.message import Message


def clear(path: Path) -> tuple[Message, ...]:
    """Remove this program's own leftovers beside a place, and return what there is to say of them, a line for each."""
    found = clear_leftovers(path, now=clock.now_ms() / 1000)
    gone = (
        Message("{name} was removed: an interrupted attempt had left it.", name=path.name) for path in found.removed
    )
    left = (
        Message(
            "{path} may be left from an earlier attempt, or may be yours: look at it, and delete it if you do not"
            " need it.",
            path=path,
        )
        for path in found.doubtful
    )
    return (*gone, *left)
