"""Pages as gray pictures, and the words on each with their places: from a PDF file or a picture.

A word that no eye can see, as it is white, under a box or off the page, is no word of a page.
"""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, NamedTuple

import pypdfium2  # type: ignore[import-untyped]  # ships no types
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]
from PIL import Image, ImageOps, UnidentifiedImageError

from vault.export.paper_text.paper_kinds import is_picture
from vault.export.redrawn.layout import MOST_PAGES, Box, Word

DPI: Final = 150
_READ_DPI: Final = 225
"""At which tesseract reads: at 150 it takes small letters for others."""
_MOST_DOTS: Final = 40_000_000
_MOST_DRAWN: Final = 8_000_000
_LONGEST_SIDE: Final = 2_000
_LEAST_SIDE: Final = 16
_FEWEST_LETTERS: Final = 16
"""A page with fewer is taken for a picture of one."""
_FAINTEST: Final = 24
"""Where no point is darker than another by so much, nothing can be read."""
_SUREST: Final = 50
"""Of 100: what tesseract is less sure of nobody read."""
_PICTURES: Final = ("PNG", "JPEG", "TIFF", "GIF", "WEBP", "BMP")
_ACTIVE: Final = re.compile(rb"/(JavaScript|JS|XFA|Launch|GoToR|SubmitForm|ImportData)(?![A-Za-z0-9])")
_LONGEST_SECONDS: Final = 90
_HYPHEN: Final = "\x02"
"""What pdfium says of a hyphen at the end of a line."""
_UNKNOWN: Final = "\ufffd"


class UnfitError(Exception):
    """This paper is not drawn; the word says why."""


class Words(NamedTuple):
    """The words of a page; `by_ocr`: tesseract read them."""

    words: tuple[Word, ...]
    by_ocr: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page: its number, how many there are, its picture, one byte a point, and how its words are read.

    Without a `Reader` only a page with a text of its own can be.
    """

    number: int
    count: int
    picture: Image.Image
    read: Callable[[Reader | None], Words]


@dataclass(frozen=True, slots=True)
class Reader:
    """Tesseract: the program, its languages joined by `+`, and until when (`time.monotonic`)."""

    program: str
    languages: str
    until: float

    def words(self, picture: Image.Image, scale: float) -> tuple[Word, ...]:
        """Return the words of a gray picture; their places are `scale` times those in it.

        Raises:
            UnfitError: it could not be read.
        """
        left = min(_LONGEST_SECONDS, self.until - time.monotonic())
        if left <= 0:
            raise UnfitError("slow")
        try:
            done = subprocess.run(  # noqa: S603 - a program at a fixed place, without a shell
                (self.program, "stdin", "stdout", "-l", self.languages, "-c", "tessedit_create_tsv=1"),
                input=b"P5 %d %d 255\n%s" % (*picture.size, picture.tobytes()),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={"OMP_THREAD_LIMIT": "1"},
                timeout=left,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            raise UnfitError("slow") from None
        if done.returncode != 0:
            raise UnfitError("unread")
        return tuple(_words_of_table(done.stdout.decode(errors="replace"), scale))


def sheets(content: bytes) -> Iterator[Sheet]:
    """Yield each page of a paper; read its words before the next.

    Raises:
        UnfitError: it is none that can be drawn.
    """
    if content.startswith(b"%PDF-"):
        yield from _of_pdf(content)
    elif is_picture(content):
        yield from _of_picture(content)
    else:
        raise UnfitError("kind")


def _of_pdf(content: bytes) -> Iterator[Sheet]:
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as fault:
        is_locked = getattr(fault, "err_code", None) == pdfium.FPDF_ERR_PASSWORD
        raise UnfitError("locked" if is_locked else "damaged") from None
    if pdfium.FPDF_GetSecurityHandlerRevision(document) >= 0:
        raise UnfitError("locked")
    forms = {pdfium.FORMTYPE_XFA_FULL, pdfium.FORMTYPE_XFA_FOREGROUND}
    scripts = pdfium.FPDFDoc_GetJavaScriptActionCount(document)
    if _ACTIVE.search(content) or scripts > 0 or pdfium.FPDF_GetFormType(document) in forms:
        raise UnfitError("active")
    count = len(document)
    if not 0 < count <= MOST_PAGES:
        raise UnfitError("pages" if count else "damaged")
    for number in range(count):
        try:
            with closing(document[number]) as page:
                picture = _render(page, DPI)
                yield Sheet(number + 1, count, picture, partial(_read_page, page, picture))
        except pypdfium2.PdfiumError:
            raise UnfitError("damaged") from None


def _read_page(page: Any, picture: Image.Image, reader: Reader | None) -> Words:
    with closing(page.get_textpage()) as letters:
        words = tuple(word for each in _letters(page, letters, picture) if (word := _seen(each, picture)) is not None)
    written = sum(map(str.isalnum, "".join(word.text for word in words)))
    if written >= _FEWEST_LETTERS and next(page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_IMAGE,)), None) is None:
        return Words(words, by_ocr=False)
    if _is_blank(picture):
        return Words((), by_ocr=False)
    return _asked(reader, _render(page, _READ_DPI), picture)


def _asked(reader: Reader | None, finer: Image.Image, picture: Image.Image) -> Words:
    if reader is None:
        raise UnfitError("picture")
    words = reader.words(finer, picture.width / finer.width)
    return Words(tuple(word for each in words if (word := _seen(each, picture)) is not None), by_ocr=True)


def _render(page: Any, dpi: int) -> Image.Image:
    """Return the picture of a page, without notes, links and what is typed in fields."""
    width, height = page.get_size()
    if not (min(width, height) >= _LEAST_SIDE and width * height * (DPI / 72) ** 2 <= _MOST_DRAWN):
        raise UnfitError("size")
    bitmap = page.render(scale=dpi / 72, grayscale=True, draw_annots=False)
    rows = bytes(bitmap.buffer)
    return Image.frombuffer("L", (bitmap.width, bitmap.height), rows, "raw", "L", bitmap.stride, 1).copy()


def _letters(page: Any, letters: Any, picture: Image.Image) -> Iterator[Word]:
    """Yield the words of the text that a page has; one with a letter that is unknown is none: it shows another."""
    text, boxes, begins = "", list[Box](), True
    for at in range(pdfium.FPDFText_CountChars(letters)):
        letter = _letter(pdfium.FPDFText_GetUnicode(letters, at))
        ends_line = letter in {"\r", "\n", _HYPHEN}
        box = None if letter.isspace() else _box(page, letters, at, picture)
        is_apart = box is not None and bool(boxes) and _is_other_line(boxes[-1], box)
        if boxes and (letter.isspace() or is_apart):
            if _UNKNOWN not in text:
                yield _word(text, boxes, begins=begins)
                begins = False
            text, boxes, begins = "", [], begins or is_apart
        if box is not None:
            text += "-" if letter == _HYPHEN else letter
            boxes.append(box)
        if ends_line:
            if boxes and text and _UNKNOWN not in text:
                yield _word(text, boxes, begins=begins)
            text, boxes, begins = "", [], True
    if boxes and text and _UNKNOWN not in text:
        yield _word(text, boxes, begins=begins)


def _letter(point: int) -> str:
    """Return a letter as it is kept: nothing for one that shows nothing."""
    if point in {2, 0xFFFE}:
        return _HYPHEN
    letter = chr(point) if point <= sys.maxunicode else _UNKNOWN
    if letter.isspace() or letter.isprintable():
        return letter
    return "" if unicodedata.category(letter) in {"Cf", "Mn"} else _UNKNOWN


def _word(text: str, boxes: list[Box], *, begins: bool) -> Word:
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[2] for box in boxes), max(box[3] for box in boxes)
    return Word(text, (left, top, right, bottom), (top, bottom), begins)


def _is_other_line(before: Box, box: Box) -> bool:
    return min(before[3], box[3]) <= max(before[1], box[1])


def _box(page: Any, letters: Any, at: int, picture: Image.Image) -> Box | None:
    """Return where a letter stands in a picture of its page, turned as that is; None for one without a place."""
    area = pdfium.FS_RECTF()
    if not pdfium.FPDFText_GetLooseCharBox(letters, at, area):
        return None
    corners = []
    for x, y in ((area.left, area.top), (area.right, area.bottom)):
        across, down = pdfium.c_int(), pdfium.c_int()
        pdfium.FPDF_PageToDevice(page, 0, 0, *picture.size, 0, x, y, across, down)
        corners.append((across.value, down.value))
    (x1, y1), (x2, y2) = corners
    return min(x1, x2), min(y1, y2), max(x1, x2) + 1, max(y1, y2) + 1


def _seen(word: Word, picture: Image.Image) -> Word | None:
    """Return a word whose box lies in the picture, and where something can be read; None for any other."""
    left, top, right, bottom = word.box
    box = max(left, 0), max(top, 0), min(right, picture.width), min(bottom, picture.height)
    if not word.text or box[0] >= box[2] or box[1] >= box[3] or _is_blank(picture.crop(box)):
        return None
    return replace(word, box=box)


def _is_blank(picture: Image.Image) -> bool:
    """Say whether nothing can be read in a gray picture."""
    shades = [shade for shade, count in enumerate(picture.histogram()) if count]
    return shades[-1] - shades[0] < _FAINTEST


def _of_picture(content: bytes) -> Iterator[Sheet]:
    Image.MAX_IMAGE_PIXELS = _MOST_DOTS
    try:
        file = Image.open(io.BytesIO(content), formats=_PICTURES)
        count = getattr(file, "n_frames", 1) if file.format == "TIFF" else 1
        if count > MOST_PAGES:
            raise UnfitError("pages")
        for number in range(count):
            file.seek(number)
            finer = _gray(file)
            picture = finer.copy()
            picture.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
            yield Sheet(number + 1, count, picture, partial(_asked, finer=finer, picture=picture))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError):
        raise UnfitError("damaged") from None
    except (Image.DecompressionBombError, MemoryError):
        raise UnfitError("size") from None


def _gray(file: Image.Image) -> Image.Image:
    """Return the picture upright and gray, on white, no larger than tesseract needs it."""
    if file.width * file.height > _MOST_DOTS or min(file.size) < _LEAST_SIDE:
        raise UnfitError("size")
    file.draft("L", (2 * _LONGEST_SIDE, 2 * _LONGEST_SIDE))
    upright = ImageOps.exif_transpose(file)
    if "A" in upright.getbands() or "transparency" in upright.info:
        white = Image.new("RGBA", upright.size, "white")
        upright = Image.alpha_composite(white, upright.convert("RGBA"))
    gray = upright.convert("L")
    gray.thumbnail((2 * _LONGEST_SIDE, 2 * _LONGEST_SIDE))
    return gray


def _words_of_table(table: str, scale: float) -> Iterator[Word]:
    """Yield the words of the table that tesseract writes, with the places of their lines."""
    line, begins = (0, 0), True
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        left, top, width, height = (int(row[name]) for name in ("left", "top", "width", "height"))
        box = (
            int(left * scale),
            int(top * scale),
            -int(-(left + width) * scale // 1),
            -int(-(top + height) * scale // 1),
        )
        if row["level"] == "4":
            line, begins = (box[1], box[3]), True
        text = "".join(filter(str.isprintable, "".join((row["text"] or "").split())))
        if row["level"] == "5" and text and float(row["conf"]) >= _SUREST:
            yield Word(text, box, line, begins)
            begins = False
