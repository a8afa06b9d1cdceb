"""Fonts: only the two families, embedded, readable, with no letter that the approved text does not have."""

from __future__ import annotations

import re
from pathlib import Path

from pypdf import PdfReader

from vault.export.leakcheck.drawing import glyph_map
from vault.export.leakcheck.structure import objects
from vault.export.leakcheck.verdict import Check, Findings

FONT_PROGRAM = b"\x00\x01\x00\x00"
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


def shipped_names(folders: tuple[str, ...]) -> bytes:
    """Return the name tables of the fonts as they were shipped."""
    tables = []
    for folder in folders:
        for file in sorted(Path(folder).glob("*.ttf")):
            font = file.read_bytes()
            records = range(12, 12 + 16 * int.from_bytes(font[4:6], "big"), 16)
            at = next(record for record in records if font[record : record + 4] == b"name")
            start, length = (int.from_bytes(font[at + n : at + n + 4], "big") for n in (8, 12))
            tables.append(font[start : start + length])
    return b"\0".join(tables)
