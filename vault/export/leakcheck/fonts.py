"""Fonts: only the two families, embedded, readable; and which letters the families can draw at all."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

from pypdf import PdfReader

from vault.export.leakcheck.drawing import glyph_map
from vault.export.leakcheck.structure import objects
from vault.export.leakcheck.verdict import Check, Findings

_OURS = re.compile(r"/[A-Z]{6}\+(NotoSans|Amiri)-(Regular|Bold|Italic|BoldItalic)")

# Page numbers, the space between runs, and the places at which a long word may break.
_ALWAYS = frozenset("0123456789/ \u200b")


def check_fonts(reader: PdfReader, approved_text: str, findings: Findings) -> None:
    """Check names, embedding and reading map of every font; a subset may hold only letters of the approved text."""
    letters = set(approved_text) | _ALWAYS
    for number, value in objects(reader):
        kind = value.get("/Type") if isinstance(value, dict) else None
        if kind == "/FontDescriptor" and (
            not _OURS.fullmatch(str(value.get("/FontName"))) or "/FontFile2" not in value
        ):
            findings.add(Check.FONTS, f"object {number}: font is not one of ours, or not embedded")
        if kind != "/Font":
            continue
        if not _OURS.fullmatch(str(value.get("/BaseFont"))):
            findings.add(Check.FONTS, f"object {number}: font is not one of ours")
        if value.get("/Subtype") == "/Type0":
            meanings = glyph_map(value)
            if not meanings:
                findings.add(Check.FONTS, f"object {number}: font cannot be read back")
            if any(set(meaning) - letters for meaning in meanings.values()):
                findings.add(Check.FONTS, f"object {number}: letters that the approved text does not have")
        elif value.get("/Subtype") != "/CIDFontType2" or "/FontDescriptor" not in value:
            findings.add(Check.FONTS, f"object {number}: font is not embedded")


def drawable(folders: Iterable[str]) -> set[int]:
    """Return the code points that the fonts in these folders have a glyph for."""
    points: set[int] = set()
    for folder in folders:
        for file in sorted(Path(folder).glob("*.ttf")):
            points.update(_mapped(file.read_bytes()))
    return points


def _mapped(font: bytes) -> Iterator[int]:
    tables = {
        font[at : at + 4]: struct.unpack_from(">I", font, at + 8)[0] for at in range(12, 12 + 16 * _u16(font, 4), 16)
    }
    cmap = tables[b"cmap"]
    for entry in range(_u16(font, cmap + 2)):
        start = cmap + struct.unpack_from(">I", font, cmap + 4 + 8 * entry + 4)[0]
        if _u16(font, start) == 12:
            (groups,) = struct.unpack_from(">I", font, start + 12)
            for group in range(groups):
                first, last, _ = struct.unpack_from(">III", font, start + 16 + 12 * group)
                yield from range(first, last + 1)
        elif _u16(font, start) == 4:
            double_count = _u16(font, start + 6)
            for at in range(start + 14, start + 14 + double_count, 2):
                last, first = _u16(font, at), _u16(font, at + 2 + double_count)
                yield from range(first, min(last, 0xFFFE) + 1)


def _u16(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2], "big")
