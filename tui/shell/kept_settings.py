"""Settings in a file of the account's state folder: words and numbers of a fixed list, no word of a vault."""

from __future__ import annotations

import contextlib
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

from tui.values.settings import IDLE_CHOICES, Settings
from vault.platform import make_private_folder

_YES, _NO = "yes", "no"
_LIMIT: Final = 4096
_IDLE: Final = "idle_minutes"


class KeptSettings:
    """Reads and keeps them.

    Args:
        file: where; None where nothing is kept.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file

    def read(self) -> Settings:
        """Return what is kept; a line that says nothing known is met as if it were not there."""
        found, text = Settings(), ""
        if self._file is not None:
            with contextlib.suppress(OSError, ValueError):
                text = self._file.read_text("ascii")[:_LIMIT]
        for line in text.splitlines():
            name, _, value = line.partition("=")
            if name == _IDLE and value in map(str, IDLE_CHOICES):
                found = replace(found, idle_minutes=int(value))
            elif name != _IDLE and name in asdict(found) and value in {_YES, _NO}:
                found = replace(found, **{name: value == _YES})
        return found

    def keep(self, settings: Settings) -> bool:
        """Keep them; False where that cannot be."""
        if self._file is None:
            return False
        words = {name: (_YES if value else _NO) for name, value in asdict(settings).items()}
        words[_IDLE] = str(settings.idle_minutes)
        new = self._file.with_name(f"{self._file.name}.new")
        try:
            make_private_folder(self._file.parent)
            new.write_text("".join(f"{name}={value}\n" for name, value in words.items()), "ascii")
            new.replace(self._file)
        except OSError:
            return False
        return True
