"""The canary: can these readers read what these fonts write? If not, no later silence means anything.

The forbidden forms themselves are set with the same fonts and both readers must find each. (Variable Arabic fonts
build letters from parts, and readers returned 1 of 9 names: a check of such text passes any leak.)
"""

from __future__ import annotations

import io
import json
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

import typst
from pypdf import PdfReader

from vault.casework.script import Script, script_of
from vault.export.font_tables import drawable
from vault.export.leakcheck.forms import ForbiddenForms, Occurrence, is_right_to_left, words
from vault.export.leakcheck.reading import read_drawing, read_with_pdfium
from vault.export.leakcheck.verdict import Check, Findings

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
