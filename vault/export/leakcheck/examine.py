"""All checks over one set of finished files, by two readers of its pages."""

from __future__ import annotations

import io
import json
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import pypdfium2  # type: ignore[import-untyped]  # ships no types
import typst
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from vault.casework.script import Script, script_of
from vault.export.fonts import drawable
from vault.export.leakcheck.boilerplate import (
    Approved,
    Leaf,
    Searched,
    check_data,
    own_places,
    places_of,
    strings_of_others,
    top_of_page,
    without_own_words,
)
from vault.export.leakcheck.container import check_page, read_archive
from vault.export.leakcheck.docx_reading import read_docx
from vault.export.leakcheck.drawing import FONT_PROGRAM, PageReading, check_fonts, shipped_names
from vault.export.leakcheck.forbidden_forms import (
    ForbiddenForms,
    Needles,
    Occurrence,
    Range,
    is_right_to_left,
    squeeze,
    words,
)
from vault.export.leakcheck.structure import check_layout, check_objects, check_xmp, inflated
from vault.export.leakcheck.verdict import Check, FailedCheck, Findings
from vault.progress import Progress

# Both readers over one document, pdfium's and ours; and the canary: can they read what these fonts write?

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


def read_drawing(
    reader: PdfReader, findings: Findings, advance: Progress = lambda done, total: None, watermark: str = ""
) -> Reading:
    """Return what the operators draw, and report whatever is drawn unlike a plain report.

    Nothing is faint but the watermark, once on a page.
    """
    texts = []
    for number, page in enumerate(reader.pages, 1):
        texts.append(PageReading(page, reader, findings, f"page {number}", watermark).text)
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


Tell = Callable[[int], None]
"""Takes the percents that are done."""

_LAID_OUT, _STRINGS_READ, _DRAWN = 20, 25, 65

# All disguises of so many forms take some 200 MB.
_FORMS_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Task:
    """What the verifier gets.

    Of what is approved some strings are the report's own words; `removed` is the pattern of what stands in texts for
    something removed; `headings` begin with the title, and each has a bookmark; `watermark` is drawn behind each page,
    faint as nothing else is.
    """

    pdf: bytes = field(repr=False)
    docx: bytes = field(repr=False)
    data: bytes = field(repr=False)
    forbidden: tuple[str, ...] = field(repr=False)
    approved: tuple[Approved, ...] = field(repr=False)
    approved_data: tuple[Leaf, ...] = field(repr=False)
    title: str
    headings: tuple[str, ...]
    running: str
    watermark: str
    day: str
    removed: str
    language: str
    font_folders: tuple[str, ...]

    def top(self) -> str:
        """Return what is drawn first on each page, before its number."""
        return self.watermark + self.running


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found, how many forms the canary tried, and the pages as pdfium reads them."""

    findings: tuple[FailedCheck, ...]
    canary_forms: int
    pages: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Own:
    """What raw bytes of a report hold of ours: title, headings, and the names in the fonts that it is set in."""

    title: str
    headings: tuple[str, ...]
    font_folders: tuple[str, ...]


def examine(task: Task, tell: Tell = lambda percent: None) -> Examined:
    """Run every check; each looks with its own eyes, and one failure does not stop the others."""
    findings = Findings()
    tried = check_readers(task.forbidden, task.font_folders, findings)
    searched = [Searched(Check.BYTES, "file", task.pdf)]
    for number, stream in enumerate(inflated(task.pdf, findings), 1):
        searched.append(Searched(Check.BYTES, f"stream {number}", stream))
    for number, line in enumerate(task.approved, 1):
        if not line.ours:
            own = places_of(task.removed, line.text)
            searched.append(Searched(Check.FORMS, f"approved text {number}", line.text, own))
    values = check_data(task.data, task.approved_data, task.removed, findings)
    searched += [Searched(Check.FORMS, "data", value, own) for value, own in values]
    searched += read_docx(
        task.docx,
        approved=task.approved,
        title=task.title,
        # As `top_of_document` joins them: no code of the writer says what the writer should have written.
        running=" · ".join(filter(None, (task.running, task.watermark))),
        day=task.day,
        language=task.language,
        removed=task.removed,
        findings=findings,
    )
    pages: tuple[str, ...] = ()
    try:
        pages = _read(task, searched, findings, tell)
    except (PyPdfError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError, RuntimeError):
        # Also pdfium's error: whatever a reader chokes on is no file of ours.
        findings.add(Check.STRUCTURE, "a reader cannot read the file")
    ours = _Own(task.title, task.headings, task.font_folders)
    _search(task.forbidden, searched, ours, findings, tell)
    return Examined(tuple(findings.found), tried, pages)


def examine_words(content: bytes, own: Sequence[Leaf], forbidden: Sequence[str]) -> Examined:
    """Search one further small file of the package for the forms."""
    findings = Findings()
    strings = strings_of_others(content, own)
    searched = [Searched(Check.FORMS, "other file", text, _whole(text, ours)) for text, ours in strings]
    _search(forbidden, searched, _Own("", (), ()), findings, lambda percent: None)
    return Examined(tuple(findings.found), 0, ())


def examine_archive(archive: bytes, own: Sequence[Leaf], forbidden: Sequence[str]) -> Examined:
    """Examine the finished archive: what holds the files, and the strings of its manifest, of which `own` are ours."""
    findings = Findings()
    manifest = read_archive(archive, findings)
    words = examine_words(manifest, own, forbidden)
    return Examined((*findings.found, *words.findings), 0, ())


def examine_page(page: bytes, other: bytes) -> Examined:
    """Examine a finished page beside one of another content in the same language."""
    findings = Findings()
    check_page(page, other, findings)
    return Examined(tuple(findings.found), 0, ())


def _read(task: Task, searched: list[Searched], findings: Findings, tell: Tell) -> tuple[str, ...]:
    reader = PdfReader(io.BytesIO(task.pdf), strict=True)
    check_layout(task.pdf, reader, findings)
    tell(_LAID_OUT)
    strings = check_objects(reader, task.headings, task.title, task.day, findings)
    searched += [Searched(Check.METADATA, "strings", text, _whole(text, ours)) for text, ours in strings]
    check_xmp(reader, task.title, task.language, task.day, findings)
    check_fonts(reader, task.top() + "".join(line.text for line in task.approved), findings)
    tell(_STRINGS_READ)
    advance = between(tell, _STRINGS_READ, _DRAWN)
    readings = [read_with_pdfium(task.pdf), read_drawing(reader, findings, advance, task.watermark)]
    for reading in readings:
        own = own_places(reading.pages, task.approved, task.removed, task.top())
        searched.append(Searched(Check.FORMS, reading.reader, reading.text(), own))
        check_text(reading, task.approved, task.top(), findings)
    return readings[0].pages


def _whole(text: str, ours: bool) -> tuple[Range, ...]:
    return ((0, len(text)),) if ours else ()


def between(tell: Tell, first: int, last: int) -> Progress:
    """Return how a part of the work says how much of it is done."""
    return lambda done, total: tell(first + (last - first) * done // max(total, 1))


def _search(forbidden: Sequence[str], searched: Sequence[Searched], own: _Own, findings: Findings, tell: Tell) -> None:
    words = ForbiddenForms(forbidden)
    parts = range(0, len(forbidden), _FORMS_AT_ONCE)
    advance = between(tell, _DRAWN, 99)
    for first in parts:
        needles = Needles(forbidden[first : first + _FORMS_AT_ONCE], first)
        for number, each in enumerate(searched):
            if number % 256 == 0:
                advance(first // _FORMS_AT_ONCE * len(searched) + number, len(parts) * len(searched))
            if isinstance(each.content, str):
                hits = needles.find_disguised_in(each.content.encode("utf-8", "replace"))
                hits |= words.find_in(each.content, each.own) if first == 0 else set()
            else:
                hits = needles.find_in(each.content)
                if hits:
                    hits = needles.find_in(without_own_words(each.content, own.title, own.headings))
                if hits and each.content.startswith(FONT_PROGRAM):
                    # A font names its makers, alike in every package: what stands in the shipped font is no leak.
                    hits -= needles.find_in(shipped_names(own.font_folders))
            if hits:
                findings.add(each.check, each.where, hits)
