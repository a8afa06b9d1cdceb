"""A paper that was drawn anew: pages of one gray picture each, with the words that stay over it, and nothing else.

What its boxes hide is looked for in its pixels, in its words, and in what tesseract reads on the finished pages.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pypdfium2  # type: ignore[import-untyped]  # ships no types
from PIL import Image, ImageDraw
from pypdf import PageObject, PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ByteStringObject, DictionaryObject, StreamObject, TextStringObject

from vault.export.leakcheck.forbidden_forms import ForbiddenForms, Needles, squeeze, words
from vault.export.leakcheck.structure import check_layout, objects, strings_and_keys
from vault.export.leakcheck.verdict import Check, Findings

Box = tuple[int, int, int, int]

_CATALOG, _PAGES = {"/Type", "/Pages"}, {"/Type", "/Count", "/Kids"}
_PAGE = {"/Type", "/Parent", "/MediaBox", "/Contents", "/Resources"}
_PICTURE_NAMES = "Type Subtype Width Height ColorSpace BitsPerComponent Filter"
_PICTURE = frozenset(f"/{name}" for name in _PICTURE_NAMES.split())
_FONT_NAMES = (
    "Type Subtype FontBBox FontMatrix CharProcs g Encoding Differences FirstChar LastChar Widths Resources ToUnicode"
)
_KEYS = (
    _CATALOG | _PAGES | _PAGE | _PICTURE | {f"/{name}" for name in _FONT_NAMES.split()} | {"/Font", "/XObject", "/I"}
)
_NAME_WORDS = "Catalog Pages Page Font Type3 Encoding g XObject Image DeviceGray FlateDecode"
_NAMES = frozenset(f"/{name}" for name in _NAME_WORDS.split())
_FONT = re.compile(r"/F[0-9]{1,2}")
_NUMBER = rb"[0-9]{1,5}\.[0-9]{2}"
_WORD = re.compile(rb"%b Tz 1 0 0 1 %b %b Tm\n((?:/F[0-9]{1,2} %b Tf <[0-9a-f]+> Tj\n)+)" % ((_NUMBER,) * 4))
_RUN = re.compile(rb"/(F[0-9]{1,2}) [0-9.]+ Tf <([0-9a-f]+)> Tj\n")
_DRAWN = re.compile(rb"q %b 0 0 %b 0 0 cm /I Do Q\nBT 3 Tr\n(.*)ET" % (_NUMBER, _NUMBER), re.DOTALL)
_CODE = re.compile(rb"<([0-9a-f]{2})> <([0-9a-f]{4,8})>\n")
_BLANK = b"500 0 d0"
_SHADES = frozenset({255, 230})
"""Of what no word of the page is: paper, and where something stood that nobody read."""
_MOST_DOTS, _MOST_PAGES = 10_000_000, 300
_UNREADABLE = (
    PyPdfError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError, RuntimeError, OSError
)  # fmt: skip
_LEAST_LETTERS = 4
"""Shorter forms are found by chance in what tesseract makes of a page; they are looked for in its words."""
_FEWEST_WORDS, _SEEN = 20, 3
_PAGE_SECONDS = 120
_READERS = os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class LeftPage:
    """What was approved of a page: its size, words with their boxes, and the boxes that hide."""

    size: tuple[int, int]
    words: tuple[tuple[str, Box], ...] = field(repr=False)
    boxes: tuple[Box, ...]

    def text(self) -> str:
        return " ".join(word for word, _ in self.words)


@dataclass(frozen=True, slots=True)
class Ocr:
    """Tesseract and its languages; `is_needed`: the pages were read by it before, so that it must see their words."""

    program: str
    languages: str
    is_needed: bool


def examine_paper(
    pdf: bytes, pages: Sequence[LeftPage] | None, forbidden: Sequence[str], ocr: Ocr | None, findings: Findings
) -> tuple[str, ...]:
    """Run every check over one paper and return what stands on its pages, as tesseract or else pdfium reads it.

    Where nobody here knows what was left of its `pages`, its form is checked and its words are returned, which are most
    of what tesseract reads.
    """
    try:
        reader = PdfReader(io.BytesIO(pdf), strict=True)
        check_layout(pdf, reader, findings, trailer=frozenset({"/Size", "/Root"}))
        layers = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)]
        count = len(layers) if pages is None else len(pages)
        _check_objects(reader, count, findings)
        if not len(layers) == len(reader.pages) == count <= _MOST_PAGES:
            findings.add(Check.STRUCTURE, "other pages than those that were approved")
            return ()
        with ThreadPoolExecutor(_READERS) as readers:
            reading = list[Future[str] | None]()
            for number, (page, layer) in enumerate(zip(reader.pages, layers, strict=True), 1):
                where, left = f"page {number}", None if pages is None else pages[number - 1]
                picture = _picture(page, findings, where)
                written = _written(page, findings, where)
                if left is not None and picture is not None:
                    _check_pixels(picture, left, findings, where)
                    _check_words(written, layer, left, findings, where)
                if number > _READERS and (earlier := reading[-_READERS]):
                    earlier.result()  # so that few pictures wait in memory
                reading.append(None if ocr is None or picture is None else readers.submit(_seen, picture, ocr))
        found = []
        for number, (layer, future) in enumerate(zip(layers, reading, strict=True), 1):
            seen = layer if future is None else future.result()
            if ocr is not None and (pages is None or ocr.is_needed) and not _is_alike(layer, seen):
                findings.add(
                    Check.TEXT if pages is None else Check.CANARY, f"page {number}: tesseract reads other words"
                )
            found.append(layer if pages is None else seen)
    except (*_UNREADABLE, subprocess.SubprocessError):
        findings.add(Check.STRUCTURE, "a reader cannot read the file")
        return ()
    _search(reader, layers, found, forbidden, findings)
    return tuple(found)


def _check_objects(reader: PdfReader, pages: int, findings: Findings) -> None:
    """Check that there is nothing but the catalogue, pages, pictures and fonts without a shape."""
    kinds: list[str] = []
    for number, value in objects(reader):
        for key, leaf in strings_and_keys(value):
            is_name = isinstance(leaf, str) and str(leaf).startswith("/")
            if (key and key not in _KEYS and not _FONT.fullmatch(key)) or (is_name and leaf not in _NAMES):
                findings.add(Check.STRUCTURE, f"object {number}: key or name")
            if isinstance(leaf, (TextStringObject, ByteStringObject)) and not is_name:
                findings.add(Check.METADATA, f"object {number}: string")
        kind = str(value.get("/Type", "")) if isinstance(value, DictionaryObject) else ""
        kinds.append(kind)
        keys = {"/Catalog": _CATALOG, "/Pages": _PAGES, "/Page": _PAGE, "/XObject": _PICTURE}.get(kind)
        if keys is not None and set(value) != keys:
            findings.add(Check.STRUCTURE, f"object {number}: keys")
        if kind == "/Font" and _at(value, "/CharProcs", "/g").get_data() != _BLANK:
            findings.add(Check.FONTS, f"object {number}: a letter has a shape")
    if (kinds.count("/Page"), kinds.count("/XObject")) != (pages, pages):
        findings.add(Check.STRUCTURE, "not one picture on each page")


def _picture(page: PageObject, findings: Findings, where: str) -> Image.Image | None:
    """Return the picture of a page; None where it has none such as we draw."""
    stream = _at(page, "/Resources", "/XObject", "/I")
    width, height = int(stream["/Width"]), int(stream["/Height"])
    rows = stream.get_data()
    is_fit = len(rows) == width * height <= _MOST_DOTS
    if not is_fit or (stream["/ColorSpace"], stream["/BitsPerComponent"]) != ("/DeviceGray", 8):
        findings.add(Check.STRUCTURE, f"{where}: picture")
        return None
    return Image.frombytes("L", (width, height), rows)


def _check_pixels(picture: Image.Image, left: LeftPage, findings: Findings, where: str) -> None:
    """Check that boxes are black, and all that is no word of the page white or gray."""
    if picture.size != left.size:
        findings.add(Check.STRUCTURE, f"{where}: size")
    rest = picture.copy()
    blank = ImageDraw.Draw(rest)
    for _, (start, top, end, bottom) in left.words:
        blank.rectangle((start, top, end - 1, bottom - 1), fill=255)
    for start, top, end, bottom in left.boxes:
        if picture.crop((start, top, end, bottom)).getextrema() != (0, 0):
            findings.add(Check.DRAWING, f"{where}: a box hides nothing")
        blank.rectangle((start, top, end - 1, bottom - 1), fill=255)
    if any(count and shade not in _SHADES for shade, count in enumerate(rest.histogram())):
        findings.add(Check.DRAWING, f"{where}: something is drawn beside its words")


def _written(page: PageObject, findings: Findings, where: str) -> str:
    """Return the letters that are drawn over a picture, invisibly, and check that nothing else is."""
    maps = {name: _letters(font) for name, font in _at(page, "/Resources", "/Font").items()}
    content = _at(page, "/Contents").get_data()
    drawn = _DRAWN.fullmatch(content)
    if drawn is None or _WORD.sub(b"", drawn[1]):
        findings.add(Check.DRAWING, f"{where}: operators")
        return ""
    return "".join(
        maps[f"/{font.decode()}"][code]
        for font, codes in _RUN.findall(drawn[1])
        for code in bytes.fromhex(codes.decode())
    )


def _check_words(written: str, layer: str, left: LeftPage, findings: Findings, where: str) -> None:
    """Check that the words over a picture are those that were approved, as two readers have them."""
    approved = squeeze(left.text())
    if squeeze(written) != approved:
        findings.add(Check.TEXT, f"{where}: other words than those that were approved")
    if sorted(squeeze(layer)) != sorted(approved):
        findings.add(Check.TEXT, f"pdfium, {where}: other words than those that were approved")


def _at(value: Any, *keys: str) -> Any:
    """Return what stands there, references followed."""
    for key in keys:
        value = value[key].get_object()
    return value


def _letters(font: Any) -> dict[int, str]:
    said = _at(font, "/ToUnicode").get_data()
    return {int(code, 16): bytes.fromhex(to.decode()).decode("utf-16-be") for code, to in _CODE.findall(said)}


def _seen(picture: Image.Image, ocr: Ocr) -> str:
    """Return what tesseract reads on a finished page."""
    done = subprocess.run(  # noqa: S603 - a program at a fixed place, without a shell
        (ocr.program, "stdin", "stdout", "-l", ocr.languages),
        input=b"P5 %d %d 255\n%b" % (*picture.size, picture.tobytes()),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"OMP_THREAD_LIMIT": "1"},
        timeout=_PAGE_SECONDS,
        check=True,
    )
    return done.stdout.decode(errors="replace")


def _is_alike(layer: str, seen: str) -> bool:
    """Say whether a page shows the words that it says; else whoever reads one has not read the other."""
    said, read = set(words(layer)), set(words(seen))
    both = _SEEN * len(said & read)
    return (len(said) < _FEWEST_WORDS or both >= len(said)) and (len(read) < _FEWEST_WORDS or both >= len(read))


def _search(
    reader: PdfReader, layers: Sequence[str], found: Sequence[str], forbidden: Sequence[str], findings: Findings
) -> None:
    forms, needles = ForbiddenForms(forbidden), Needles(forbidden)
    long = {place for place, form in enumerate(forbidden) if len("".join(words(form))) >= _LEAST_LETTERS}
    for number, (layer, text) in enumerate(zip(layers, found, strict=True), 1):
        if hits := forms.find_in(layer) | needles.find_disguised_in(layer.encode("utf-8", "replace")):
            findings.add(Check.FORMS, f"page {number}", hits)
        if hits := forms.find_in(text) & long:
            findings.add(Check.FORMS, f"pixels of page {number}", hits)
    for number, content in _streams(reader):
        if hits := needles.find_in(content):
            findings.add(Check.BYTES, f"stream {number}", hits)


def _streams(reader: PdfReader) -> Iterator[tuple[int, bytes]]:
    """Yield the streams that are no picture: of those the pixels were looked at."""
    for number, value in objects(reader):
        if isinstance(value, StreamObject) and value.get("/Subtype") != "/Image":
            yield number, value.get_data()


def page_of(value: Any) -> LeftPage:
    """Return a page of the task."""
    width, height = value["size"]
    found = tuple((str(text), _box(box)) for text, box in value["words"])
    return LeftPage((int(width), int(height)), found, tuple(map(_box, value["boxes"])))


def _box(value: Sequence[int]) -> Box:
    left, top, right, bottom = map(int, value)
    return left, top, right, bottom
