"""Where the two font families lie, and which letters they can draw: what writer and verifier both take from here."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from vault.errors import DependencyMissingError
from vault.words.message import Message

# Which letters a font file can draw: the one thing that writer and verifier both take from the same table.
# It is data of neither. If it were wrong, the canary would try no form of those letters, and the writer draw none.


@cache
def drawable(folders: tuple[str, ...]) -> frozenset[int]:
    """Return the code points that the fonts in these folders have a glyph for."""
    files = (file for folder in folders for file in sorted(Path(folder).glob("*.ttf")))
    return frozenset(_points(file.read_bytes() for file in files))


def _points(fonts: Iterable[bytes]) -> Iterator[int]:
    for font in fonts:
        records = range(12, 12 + 16 * _u16(font, 4), 16)
        cmap = next(_u32(font, at + 8) for at in records if font[at : at + 4] == b"cmap")
        for entry in range(_u16(font, cmap + 2)):
            start = cmap + _u32(font, cmap + 8 + 8 * entry)
            kind = _u16(font, start)
            if kind == 4:
                yield from _segments(font, start)
            elif kind == 12:
                yield from _groups(font, start)


def _segments(font: bytes, start: int) -> Iterator[int]:
    ends = start + 14
    starts = ends + _u16(font, start + 6) + 2
    for at in range(0, starts - ends - 2, 2):
        yield from range(_u16(font, starts + at), min(_u16(font, ends + at), 0xFFFE) + 1)


def _groups(font: bytes, start: int) -> Iterator[int]:
    for group in range(_u32(font, start + 12)):
        first, last = struct.unpack_from(">II", font, start + 16 + 12 * group)
        yield from range(first, last + 1)


def _u16(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2], "big")


def _u32(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "big")


# Where the two font families lie. Nothing is taken from the system: its fonts differ, and readers fail on some.
# Noto Sans for Latin and Cyrillic, the static Amiri for Arabic: the pair that all readers read back.
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
