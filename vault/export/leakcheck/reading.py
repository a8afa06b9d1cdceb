"""Both readers over one document: pdfium's text, and what our own walk over the operators finds drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pypdfium2  # type: ignore[import-untyped]  # it ships no types
from pypdf import PdfReader

from vault.export.leakcheck.boilerplate import Approved, top_of_page
from vault.export.leakcheck.drawing import PageReading
from vault.export.leakcheck.forms import is_right_to_left, squeeze
from vault.export.leakcheck.verdict import Check, Findings
from vault.progress import Progress


@dataclass(frozen=True, slots=True)
class Reading:
    """The text of each page as one reader returns it."""

    reader: str
    pages: tuple[str, ...]

    def text(self) -> str:
        """Return all pages, one after the other."""
        return "\n".join(self.pages)


def read_with_pdfium(pdf: bytes) -> Reading:
    """Return what pdfium reads."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return Reading("pdfium", tuple(page.get_textpage().get_text_range() for page in document))
    finally:
        document.close()


def read_drawing(reader: PdfReader, findings: Findings, advance: Progress = lambda done, total: None) -> Reading:
    """Return what the operators draw, and report whatever is drawn unlike a plain report."""
    texts = []
    for number, page in enumerate(reader.pages, 1):
        texts.append(PageReading(page, reader, findings, f"page {number}").text)
        advance(number, len(reader.pages))
    return Reading("drawing", tuple(texts))


def check_text(reading: Reading, approved: Sequence[Approved], running: str, findings: Findings) -> None:
    """Check that a reader finds the approved text and nothing else, the line on top of each page aside.

    Right-to-left lines come back in an order of the reader's own, so they are compared letter by letter in number;
    all other blocks must stand there as they were approved.
    """
    body = ""
    for number, page in enumerate(reading.pages, 1):
        top = top_of_page(running, number, len(reading.pages))
        squeezed = squeeze(page)
        if not squeezed.startswith(top):
            findings.add(Check.TEXT, f"{reading.reader}, page {number}: page number")
        body += squeezed.removeprefix(top)
    blocks = [squeeze(block.text) for block in approved]
    read, expected = Counter(body), Counter("".join(blocks))
    if read - expected:
        findings.add(Check.TEXT, f"{reading.reader}: text that nobody approved")
    # pdfium loses a sign now and then where directions meet ("«»"); a letter or digit it may not lose.
    if any(character.isalnum() for character in expected - read):
        findings.add(Check.TEXT, f"{reading.reader}: approved text is missing")
    at = 0
    for place, (block, squeezed) in enumerate(zip(approved, blocks, strict=True)):
        if is_right_to_left(block.text):
            continue
        # From where the last one stood: the order of the page, so that a long report is not read anew for each block.
        found = body.find(squeezed, at)
        found = body.find(squeezed) if found < 0 else found
        if found < 0:
            findings.add(Check.TEXT, f"{reading.reader}: block {place} does not stand as approved")
        else:
            at = found
