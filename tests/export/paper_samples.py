"""Papers of invented people, made by hand: a page of a decision, and what such a file can hide."""

from __future__ import annotations

from io import BytesIO

import pypdfium2  # type: ignore[import-untyped]  # ships no types
from PIL import Image

TEXT = b"BT /F1 12 Tf 72 700 Td (The court decided the appeal of the applicant) Tj ET\n"
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"


def pdf(*objects: bytes, root: bytes = b"1 0 R") -> bytes:
    """Return a PDF of these objects, without a table of them: readers look for them."""
    numbered = b"".join(b"%d 0 obj\n%b\nendobj\n" % (at, made) for at, made in enumerate(objects, start=1))
    return b"%PDF-1.7\n" + numbered + b"trailer << /Root " + root + b" >>\n%%EOF"


def content(written: bytes) -> bytes:
    return b"<< /Length %d >> stream\n%b\nendstream" % (len(written), written)


def decision(
    written: bytes = b"", *more: bytes, catalog: bytes = b"", page: bytes = b"", resources: bytes = b""
) -> bytes:
    """Return a paper of one page that says something harmless, and what `written` draws beside; `more` from 6 on."""
    return pdf(
        b"<< /Type /Catalog /Pages 2 0 R %b >>" % catalog,
        PAGES,
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R %b /Resources << /Font << /F1 5 0 R >> "
        b"%b >> >>" % (page, resources),
        content(TEXT + written),
        FONT,
        *more,
    )


def at(down: int, text: bytes, *, across: int = 72, before: bytes = b"") -> bytes:
    """Return what writes a line so far from the bottom."""
    return b"BT /F1 12 Tf %b %d %d Td (%b) Tj ET\n" % (before, across, down, text)


def pages_of_a_decision(count: int) -> bytes:
    """Return a paper of so many pages of 40 lines, with a name in each line."""
    lines = b"".join(at(680 - 14 * line, b"The court heard Skoryakin and decided") for line in range(40))
    page = (b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 3 0 R "
            b"/Resources << /Font << /F1 4 0 R >> >> >>")  # fmt: skip
    kids = b" ".join(b"%d 0 R" % number for number in range(5, 5 + count))
    listed = b"<< /Type /Pages /Kids [%b] /Count %d >>" % (kids, count)
    return pdf(b"<< /Type /Catalog /Pages 2 0 R >>", listed, content(TEXT + lines), FONT, *[page] * count)


def as_picture(paper: bytes, form: str = "PNG", dpi: int = 200) -> bytes:
    """Return the first page of a paper as a picture."""
    picture: Image.Image = pypdfium2.PdfDocument(paper)[0].render(scale=dpi / 72, grayscale=True).to_pil()
    made = BytesIO()
    picture.save(made, form)
    return made.getvalue()


def shown(paper: bytes) -> str:
    """Return the text layer of a paper."""
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(paper))


def pixels(paper: bytes, page: int = 0) -> Image.Image:
    drawn: Image.Image = pypdfium2.PdfDocument(paper)[page].render(scale=150 / 72, grayscale=True).to_pil()
    return drawn
