"""Small cuts into a finished PDF that keep the rest as the writer made it, so that a test plants one thing only."""

from __future__ import annotations

import io
import re
import zlib
from dataclasses import dataclass

from pypdf import PdfReader

from vault.export.leakcheck.drawing import glyph_map

_HEAD = b"%PDF-1.7\n%\x80\x80\x80\x80\n\n"


@dataclass(slots=True)
class Pieces:
    """The objects of a file by number, each as the bytes between `obj` and `endobj`."""

    objects: dict[int, bytes]
    trailer: bytes

    def find(self, marker: bytes) -> int:
        """Return the number of the first object that holds the marker."""
        return next(number for number, body in self.objects.items() if marker in body)

    def edit(self, marker: bytes, old: bytes, new: bytes) -> None:
        """Replace in the first object that holds the marker."""
        number = self.find(marker)
        assert old in self.objects[number]
        self.objects[number] = self.objects[number].replace(old, new, 1)

    def add(self, body: bytes) -> int:
        """Add an object and return its number."""
        number = max(self.objects) + 1
        self.objects[number] = body
        return number

    def add_stream(self, content: bytes, keys: bytes = b"") -> int:
        """Add a compressed stream and return its number."""
        return self.add(stream(content, keys))

    def edit_stream(self, number: int, old: bytes, new: bytes) -> None:
        """Replace within the contents of a stream."""
        content = self.content(number)
        assert old in content
        keys = self.objects[number].partition(b"stream\n")[0]
        kept = re.sub(rb"/Length \d+|/Filter ?/FlateDecode", b"", keys).strip()[2:-2]
        self.objects[number] = stream(content.replace(old, new, 1), kept)

    def content(self, number: int) -> bytes:
        head, _, body = self.objects[number].partition(b"stream\n")
        return zlib.decompressobj().decompress(body) if b"/FlateDecode" in head else body.removesuffix(b"\nendstream")

    def draw(self, operators: bytes, *, first: bool = False) -> None:
        """Add operators at the end of the last page, or before all others."""
        last = max(number for number, body in self.objects.items() if b"/Type/Page/" in body)
        reference = re.search(rb"/Contents (\d+) 0 R", self.objects[last])
        assert reference is not None
        number = int(reference[1])
        content = self.content(number)
        self.edit_stream(number, content, b"\n".join((operators, content) if first else (content, operators)))

    def build(self) -> bytes:
        """Return the file, laid out as the writer does."""
        parts, places, at = [_HEAD], [], len(_HEAD)
        for number in range(1, max(self.objects) + 1):
            places.append(at)
            parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, self.objects[number]))
            at += len(parts[-1])
        size = len(places) + 1
        parts.append(b"xref\n0 %d\n0000000000 65535 f\r\n" % size)
        parts += [b"%010d 00000 n\r\n" % place for place in places]
        trailer = re.sub(rb"/Size \d+", b"/Size %d" % size, self.trailer)
        parts.append(b"trailer\n%s\nstartxref\n%d\n%%%%EOF" % (trailer, at))
        return b"".join(parts)


def stream(content: bytes, keys: bytes = b"") -> bytes:
    """Return the body of a compressed stream object."""
    packed = zlib.compress(content)
    return b"<</Length %d/Filter/FlateDecode%s>>\nstream\n%s\nendstream" % (len(packed), keys, packed)


def take_apart(pdf: bytes) -> Pieces:
    """Return the pieces of a file of our writer."""
    found = re.finditer(rb"(?<=\n)(\d+) 0 obj\n(.*?)\nendobj\n", pdf, re.DOTALL)
    trailer = re.search(rb"trailer\n(.*?)\nstartxref", pdf, re.DOTALL)
    assert trailer is not None
    return Pieces({int(match[1]): match[2] for match in found}, trailer[1])


def written(
    pdf: bytes,
    text: str,
    *,
    x: float = 90,
    y: float = 500,
    style: bytes = b"/c0 cs 0.1 scn",
    mode: int = 0,
    points: float = 10,
) -> bytes:
    """Return operators that write a text with whichever font of the last page has its letters."""
    fonts = PdfReader(io.BytesIO(pdf)).pages[-1]["/Resources"]["/Font"]  # type: ignore[index]  # our pages have fonts
    for name, font in fonts.items():
        codes = {meaning: code for code, meaning in glyph_map(font.get_object()).items()}
        if set(text) <= set(codes):
            hexed = b"".join(b"%04X" % codes[letter] for letter in text)
            setting = b"BT %d Tr%s %g Tf 1 0 0 -1 0 0 Tm<%s>Tj" % (mode, str(name).encode(), points, hexed)
            return b"q 1 0 0 -1 %g %g cm %s\n%s\nET\nQ" % (x, y, style, setting)
    raise AssertionError("no font of the last page has these letters")
