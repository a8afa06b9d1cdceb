"""A PDF file of pictures alone, with a text layer that nobody sees: no date, no maker, nothing but its pages.

Each page is one gray picture and the words above it, drawn invisibly in fonts without glyphs, of which each names up to
256 letters.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from vault.export.redrawn.layout import Page

_POINTS = 72 / 150
_LETTERS = 256
_ADVANCE = 0.5  # of each letter, by the size of the font
_HEADER = b"%PDF-1.7\n"


def image_pdf(pages: Iterable[tuple[Page, bytes]]) -> bytes:
    """Return the file of some pages, each with its picture: one byte a point, row by row."""
    listed = list(pages)
    letters = sorted({letter for page, _ in listed for word in page.words for letter in word.text} | {" "})
    place = {letter: divmod(number, _LETTERS) for number, letter in enumerate(letters)}
    fonts = [letters[at : at + _LETTERS] for at in range(0, len(letters), _LETTERS)]
    first = 4 + 2 * len(fonts)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>"
        % (len(listed), b" ".join(b"%d 0 R" % (first + 3 * number) for number in range(len(listed)))),
        _stream(b"", b"500 0 d0"),
    ]
    for number, font in enumerate(fonts):
        objects += [_font(len(font), 5 + 2 * number), _stream(b"", _to_unicode(font))]
    named = b" ".join(b"/F%d %d 0 R" % (number, 4 + 2 * number) for number in range(len(fonts)))
    for number, (page, rows) in enumerate(listed):
        at = first + 3 * number
        size = b"%.2f %.2f" % (page.width * _POINTS, page.height * _POINTS)
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %s] /Contents %d 0 R /Resources "
            b"<< /Font << %s >> /XObject << /I %d 0 R >> >> >>" % (size, at + 1, named, at + 2),
            _stream(b"/Filter /FlateDecode ", zlib.compress(_drawn(page, place))),
            _stream(
                b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8 "
                b"/Filter /FlateDecode " % (page.width, page.height),
                zlib.compress(rows),
            ),
        ]
    return _file(objects)


def _file(objects: list[bytes]) -> bytes:
    parts, places, at = [_HEADER], list[int](), len(_HEADER)
    for number, content in enumerate(objects, 1):
        places.append(at)
        parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, content))
        at += len(parts[-1])
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF"
    return b"".join((*parts, end % (count, table, count, at)))


def _stream(keys: bytes, content: bytes) -> bytes:
    return b"<< %s/Length %d >>\nstream\n%s\nendstream" % (keys, len(content), content)


def _font(letters: int, unicode: int) -> bytes:
    return (
        b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 1000 1000] /FontMatrix [0.001 0 0 0.001 0 0] "
        b"/CharProcs << /g 3 0 R >> /Encoding << /Type /Encoding /Differences [0%s] >> /FirstChar 0 /LastChar %d "
        b"/Widths [%s] /Resources << >> /ToUnicode %d 0 R >>"
        % (b" /g" * letters, letters - 1, b" ".join([b"500"] * letters), unicode)
    )


def _to_unicode(font: list[str]) -> bytes:
    """Return the map from codes to letters, in blocks of a hundred, as a map may have."""
    rows = [b"<%02x> <%s>\n" % (code, letter.encode("utf-16-be").hex().encode()) for code, letter in enumerate(font)]
    blocks = [rows[at : at + 100] for at in range(0, len(rows), 100)]
    said = b"".join(b"%d beginbfchar\n%sendbfchar\n" % (len(block), b"".join(block)) for block in blocks)
    return (
        b"/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CMapName /U def\n/CMapType 2 def\n"
        b"1 begincodespacerange\n<00> <ff>\nendcodespacerange\n" + said + b"endcmap\nend\nend"
    )


def _drawn(page: Page, place: dict[str, tuple[int, int]]) -> bytes:
    """Return what draws a page: its picture, and each word over where it stands, as broad as there."""
    width, height = page.width * _POINTS, page.height * _POINTS
    parts = [b"q %.2f 0 0 %.2f 0 0 cm /I Do Q\nBT 3 Tr\n" % (width, height)]
    for word in page.words:
        left, top, right, bottom = (each * _POINTS for each in word.box)
        size = max(1.0, bottom - top)
        text = word.text + " "
        broad = 100 * max(0.5, right - left) / (_ADVANCE * size * len(word.text))
        parts.append(b"%.2f Tz 1 0 0 1 %.2f %.2f Tm\n" % (broad, left, height - bottom))
        start = 0
        while start < len(text):
            font = place[text[start]][0]
            end = next((at for at in range(start, len(text)) if place[text[at]][0] != font), len(text))
            codes = bytes(place[letter][1] for letter in text[start:end]).hex().encode()
            parts.append(b"/F%d %.2f Tf <%s> Tj\n" % (font, size, codes))
            start = end
    return b"".join((*parts, b"ET"))
