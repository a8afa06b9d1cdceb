"""The second reader: walks the drawing operators of a page and says what is written, how, and where.

It decodes glyphs through each font's ToUnicode map, in the order in which they are drawn, so it sees text that is
white, tiny, invisible or off the page as well as any other, and reports it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.generic import ContentStream, DictionaryObject

from vault.export.leakcheck.forbidden_forms import squeeze
from vault.export.leakcheck.structure import objects
from vault.export.leakcheck.verdict import Check, Findings

Matrix = tuple[float, float, float, float, float, float]
_UNIT: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)

# Exactly what our writer draws: text, lines and rounded boxes; no clipping, no images, no patterns, no forms.
_OPERATORS = "q Q cm cs CS scn SCN BT ET Tr Tf Tm Tj TJ BDC BMC EMC m l c h S w M J j d"
_ALLOWED = frozenset(_OPERATORS.split())
_LEAST_POINTS = 6.0
_PALEST = 0.6  # 0 is black
_EDGE_POINTS = 20.0
_CODE = re.compile(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]*)>")


@dataclass(slots=True)
class _State:
    matrix: Matrix = _UNIT
    colours: int = 1
    fill: tuple[float, ...] = (0.0,)


@dataclass(slots=True)
class _Run:
    """Text under one innermost mark: drawn glyphs, and what `ActualText` says instead."""

    reversed_order: bool
    actual: str | None = None
    glyphs: list[str] = field(default_factory=list)

    def text(self) -> str:
        return "".join(reversed(self.glyphs) if self.reversed_order else self.glyphs)


class PageReading:
    """What one page draws; `words_drawn` is in the order of the file, right-to-left runs in reading order."""

    def __init__(
        self, page: PageObject, reader: PdfReader, findings: Findings, where: str, watermark: str = ""
    ) -> None:
        self._findings, self._where = findings, where
        self._maps = {name: glyph_map(font.get_object()) for name, font in _resources(page).get("/Font", {}).items()}
        spaces = _resources(page).get("/ColorSpace", {})  # how many components each has; only ICC based ones are ours
        self._spaces = {str(name): int(space.get_object()[1].get_object()["/N"]) for name, space in spaces.items()}
        self._box = tuple(float(n) for n in page.mediabox)
        self._stack: list[_State] = []
        self._state = _State()
        self._font: dict[int, str] = {}
        self._points = 0.0
        self._text_matrix = _UNIT
        self._marks: list[_Run] = [_Run(reversed_order=False)]
        self._pieces: list[str] = []
        self._is_pale = False
        self._pale: list[str] = []
        for operands, operator in ContentStream(page["/Contents"], reader).operations:
            self._step(operator.decode("latin-1"), operands)
        self._flush()
        if len(self._marks) != 1:
            self._report("unbalanced marks")
        if squeeze("".join(self._pale)) not in {"", squeeze(watermark)}:
            self._report("pale text")
        # A word is never drawn across a mark, while neighbours on a line often are not parted by a drawn space.
        self.text = "\n".join(piece for piece in self._pieces if piece)

    def _report(self, what: str) -> None:
        self._findings.add(Check.DRAWING, f"{self._where}: {what}")

    def _step(self, operator: str, operands: list[Any]) -> None:
        if operator not in _ALLOWED:
            self._report(f"operator {operator[:8]!a}")
            return
        match operator:
            case "q":
                self._stack.append(_State(self._state.matrix, self._state.colours, self._state.fill))
            case "Q":
                self._state = self._stack.pop() if self._stack else _State()
            case "cm":
                self._state.matrix = _times(_matrix(operands), self._state.matrix)
            case "cs":
                self._state.colours = self._spaces.get(str(operands[0]), 0)
            case "scn":
                self._state.fill = tuple(float(n) for n in operands)
            case "BDC" | "BMC":
                self._begin_mark(operands)
            case "EMC":
                self._end_mark()
            case _:
                self._text_step(operator, operands)

    def _text_step(self, operator: str, operands: list[Any]) -> None:
        match operator:
            case "Tr" if operands != [0]:
                self._report("invisible text")
            case "Tf":
                self._font, self._points = self._maps.get(str(operands[0]), {}), float(operands[1])
            case "Tm":
                self._text_matrix = _matrix(operands)
            case "Tj" | "TJ":
                self._show(operands[0] if operator == "TJ" else operands)
            case _:
                pass  # lines and boxes

    def _show(self, pieces: list[Any]) -> None:
        self._look_at_style()
        for piece in pieces:
            if isinstance(piece, (str, bytes)):
                self._glyphs(_raw(piece))

    def _look_at_style(self) -> None:
        a, b, c, d, x, y = _times(self._text_matrix, self._state.matrix)
        if self._points * min(abs(a) + abs(b), abs(c) + abs(d)) < _LEAST_POINTS:
            self._report("tiny text")
        self._is_pale = self._state.colours != len(self._state.fill) or _lightness(self._state.fill) > _PALEST
        left, bottom, right, top = self._box
        inside = left + _EDGE_POINTS <= x <= right - _EDGE_POINTS and bottom + _EDGE_POINTS <= y <= top - _EDGE_POINTS
        if not inside:
            self._report("text off the page")

    def _glyphs(self, codes: bytes) -> None:
        if len(codes) % 2:
            self._report("odd glyph codes")
        for at in range(0, len(codes) - 1, 2):
            text = self._font.get(int.from_bytes(codes[at : at + 2], "big"))
            if text is None:
                self._report("glyph without a letter")
            else:
                self._marks[-1].glyphs.append(text)
                self._pale += [text] if self._is_pale else []

    def _begin_mark(self, operands: list[Any]) -> None:
        reversed_here = bool(operands) and operands[0] == "/ReversedChars"
        actual: str | None = None
        if len(operands) > 1 and isinstance(operands[1], dict):
            for key, value in operands[1].items():
                if key == "/ActualText":
                    actual = str(value)
                elif key not in {"/MCID", "/Lang", "/Type", "/Subtype", "/Attached", "/BBox"}:
                    self._report(f"mark key {str(key)[:16]!a}")
        if actual is None and self._marks[-1].actual is None:
            self._flush()
        self._marks.append(_Run(self._marks[-1].reversed_order or reversed_here, actual))

    def _end_mark(self) -> None:
        if len(self._marks) == 1:
            self._report("unbalanced marks")
            return
        run = self._marks.pop()
        if run.actual is None:
            if self._marks[-1].actual is None:
                self._pieces.append(run.text())
            else:
                self._marks[-1].glyphs.append(run.text())
            return
        if not _stands_in(run) or len(run.actual) > _MOST_STANDING_IN:
            self._report("stand-in text differs from what is drawn")
        self._marks[-1].glyphs.append(run.actual)

    def _flush(self) -> None:
        self._pieces.append(self._marks[-1].text())
        self._marks[-1].glyphs.clear()


_MOST_STANDING_IN = 16


def _stands_in(run: _Run) -> bool:
    """Say whether a stand-in has the letters of what is drawn; it may add marks and joiners, never letters.

    Each glyph of a letter with its marks may carry the whole cluster as its meaning, and one glyph serves as the
    opening bracket of one direction and the closing one of the other.
    """
    said = squeeze(run.actual or "")
    return said == squeeze(run.text()) or all(squeeze(glyph) == said for glyph in run.glyphs)


def glyph_map(font: Any) -> dict[int, str]:
    """Return what a font's ToUnicode map says each glyph code means; empty if it has none."""
    if "/ToUnicode" not in font:
        return {}
    text = font["/ToUnicode"].get_object().get_data().decode("latin-1")
    meanings: dict[int, str] = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", text, re.DOTALL):
        for code, meaning in _CODE.findall(block):
            meanings[int(code, 16)] = bytes.fromhex(meaning).decode("utf-16-be", "replace")
    return meanings


def _resources(page: PageObject) -> DictionaryObject:
    resources = page["/Resources"].get_object()
    return resources if isinstance(resources, DictionaryObject) else DictionaryObject()


def _raw(piece: str | bytes) -> bytes:
    original = getattr(piece, "original_bytes", None)
    return original if isinstance(original, bytes) else bytes(piece, "latin-1") if isinstance(piece, str) else piece


def _lightness(fill: tuple[float, ...]) -> float:
    weights = {1: (1.0,), 3: (0.2126, 0.7152, 0.0722)}.get(len(fill))
    return 1.0 if weights is None else sum(w * n for w, n in zip(weights, fill, strict=True))


def _matrix(operands: list[Any]) -> Matrix:
    a, b, c, d, e, f = (float(n) for n in operands)
    return (a, b, c, d, e, f)


def _times(m: Matrix, n: Matrix) -> Matrix:
    return (
        m[0] * n[0] + m[1] * n[2],
        m[0] * n[1] + m[1] * n[3],
        m[2] * n[0] + m[3] * n[2],
        m[2] * n[1] + m[3] * n[3],
        m[4] * n[0] + m[5] * n[2] + n[4],
        m[4] * n[1] + m[5] * n[3] + n[5],
    )


# Fonts: only the two families, embedded, readable, with no letter that the approved text does not have.
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
