"""Both readers over one document, pdfium's and ours; and the canary: can they read what these fonts write?"""

from __future__ import annotations

import io
import json
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import pypdfium2  # type: ignore[import-untyped]  # ships no types
import typst
from pypdf import PdfReader

from vault.casework.script import Script, script_of
from vault.export.fonts import drawable
from vault.export.leakcheck.boilerplate import Approved, top_of_page
from vault.export.leakcheck.drawing import PageReading
from vault.export.leakcheck.forbidden_forms import ForbiddenForms, Occurrence, is_right_to_left, squeeze, words
from vault.export.leakcheck.verdict import Check, Findings
from vault.progress import Progress

# Both readers over one document: pdfium's text, and what our own walk over the operators finds drawn.


@dataclass(frozen=True, slots=True)
class Reading:
    """The text of each page as one reader returns it."""

    reader: str
    pages: tuple[str, ...]

    def text(self) -> str:
        """Return all pages, one after the other."""
        return "\n".join(self.pages)


def read_with_pdfium(pdf: bytes) -> Reading:
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


# The canary: can these readers read what these fonts write? If not, no later silence means anything.
# The forbidden forms themselves are set with the same fonts and both readers must find each. (Variable Arabic fonts
# build letters from parts, and readers returned 1 of 9 names: a check of such text passes any leak.)
_MOST_FORMS = 1500

_TEMPLATE = b"""
#let lines = json(bytes(sys.inputs.lines))
#set page(width: 120cm, height: 29.7cm)
#for weight in (400, 700) {
  for line in lines {
    set text(font: if line.rtl { ("Amiri", "Noto Sans") } else { ("Noto Sans", "Amiri") }, fallback: false,
      dir: if line.rtl { rtl } else { ltr }, lang: if line.rtl { "ar" } else { "en" }, hyphenate: false, weight: weight)
    par(line.text)
  }
  pagebreak(weak: true)
}
"""


def check_readers(forms: Sequence[str], font_folders: Sequence[str], findings: Findings) -> int:
    """Write the forms, read them back, report those that a reader missed; return how many were tried."""
    tried = _chosen(forms, drawable(tuple(font_folders)))
    if not tried:
        return 0
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=list(font_folders))
    lines = [{"text": forms[place], "rtl": is_right_to_left(forms[place])} for place in tried]
    compiler = typst.Compiler(_TEMPLATE, font_paths=fonts, sys_inputs={"lines": json.dumps(lines)})
    pdf = compiler.compile(format="pdf")
    if not isinstance(pdf, bytes):
        findings.add(Check.CANARY, "nothing was written")
        return 0
    wanted = ForbiddenForms([forms[place] for place in tried])
    phrases = {n: words(forms[place]) for n, place in enumerate(tried) if _is_read_by_words(forms[place])}
    parts = ForbiddenForms([word for phrase in phrases.values() for word in phrase])
    for reading in (read_with_pdfium(pdf), read_drawing(PdfReader(io.BytesIO(pdf)), Findings())):
        half = len(reading.pages) // 2
        for weight, pages in (("regular", reading.pages[:half]), ("bold", reading.pages[half:])):
            # Line by line: a form must be found on its own, not torn together from two lines.
            found = {place for page in pages for line in page.splitlines() for place in wanted.find_in(line)}
            # See `_is_read_by_words`.
            heard = {
                parts.forms[place] for page in pages for line in page.splitlines() for place in parts.find_in(line)
            }
            found |= {place for place, phrase in phrases.items() if heard.issuperset(phrase)}
            missed = {tried[place] for place in wanted.places() - found}
            if missed:
                findings.add(Check.CANARY, f"{reading.reader} cannot read these fonts, {weight}", missed)
    return len(tried)


def _is_read_by_words(form: str) -> bool:
    """Say whether the drawing is right about the words of a form and not about its line.

    Of a right-to-left line it sets the words apart, and of one in two scripts it takes letters of one for those of the
    other that look alike.
    """
    scripts = {script_of(letter) for letter in form if letter.isalpha()} - {Script.COMMON}
    return is_right_to_left(form) or len(scripts) > 1


def _chosen(forms: Sequence[str], points: frozenset[int]) -> list[Occurrence]:
    """Return which forms to try: all that the fonts can draw, or, of very many, those with a new pair of letters."""
    can_draw = [place for place, form in enumerate(forms) if all(ord(c) in points or _invisible(c) for c in form)]
    if len(can_draw) <= _MOST_FORMS:
        return can_draw
    seen: set[tuple[str, str]] = set()
    chosen = []
    for place in can_draw:
        form = f" {forms[place]} "
        pairs = set(pairwise(form))
        if pairs - seen:
            seen |= pairs
            chosen.append(place)
    return chosen


def _invisible(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) == "Cf"
