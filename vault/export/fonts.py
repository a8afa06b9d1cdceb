"""Where the two font families lie. Nothing is taken from the system: its fonts differ, and readers fail on some.

Noto Sans for Latin and Cyrillic, the static Amiri for Arabic: the pair that all readers read back.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from vault.errors import DependencyMissingError
from vault.words.message import Message

_PACKAGES = ("fontpkg_noto_sans", "fontpkg_amiri")


@cache  # each line of a report asks
def font_folders() -> tuple[str, ...]:
    """Return the folders of the font files.

    Raises:
        DependencyMissingError: a font package is not installed.
    """
    folders = []
    for package in _PACKAGES:
        spec = find_spec(package)
        folder = Path(spec.origin).parent / "files" if spec is not None and spec.origin else None
        if folder is None or not any(folder.glob("*.ttf")):
            raise DependencyMissingError(Message("the font package {package} is missing", package=package))
        folders.append(str(folder))
    return tuple(folders)
