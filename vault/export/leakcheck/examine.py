"""All checks over one set of finished files."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from vault.export.leakcheck.boilerplate import (
    Approved,
    Leaf,
    check_data,
    own_places,
    places_of,
    strings_of_others,
    without_own_words,
)
from vault.export.leakcheck.drawing import FONT_PROGRAM, check_fonts, shipped_names
from vault.export.leakcheck.forbidden_forms import ForbiddenForms, Needles, Range
from vault.export.leakcheck.readers import check_readers, check_text, read_drawing, read_with_pdfium
from vault.export.leakcheck.structure import check_layout, check_objects, check_xmp, inflated
from vault.export.leakcheck.verdict import Check, FailedCheck, Findings
from vault.progress import Progress

Tell = Callable[[int], None]
"""Takes the percents that are done."""

_LAID_OUT, _STRINGS_READ, _DRAWN = 20, 25, 65

# All disguises of so many forms take some 200 MB.
_FORMS_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Task:
    """What the verifier gets.

    Of what is approved some strings are the report's own words; `removed` stands in texts for what was removed.
    """

    pdf: bytes = field(repr=False)
    data: bytes = field(repr=False)
    forbidden: tuple[str, ...] = field(repr=False)
    approved: tuple[Approved, ...] = field(repr=False)
    approved_data: tuple[Leaf, ...] = field(repr=False)
    title: str
    running: str
    day: str
    removed: str
    language: str
    font_folders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found, how many forms the canary tried, and the pages as pdfium reads them."""

    findings: tuple[FailedCheck, ...]
    canary_forms: int
    pages: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Searched:
    """Something to be searched for the forms: text, as words and disguised, or bytes, in every encoding.

    `own` are places of a text that are the report's own words.
    """

    check: Check
    where: str
    content: str | bytes = field(repr=False)
    own: tuple[Range, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class _Own:
    """What raw bytes of a report hold of ours: title, fixed words, and the names in the fonts that it is set in."""

    title: str
    words: tuple[str, ...]
    font_folders: tuple[str, ...]


def examine(task: Task, tell: Tell = lambda percent: None) -> Examined:
    """Run every check; each looks with its own eyes, and one failure does not stop the others."""
    findings = Findings()
    tried = check_readers(task.forbidden, task.font_folders, findings)
    searched = [_Searched(Check.BYTES, "file", task.pdf)]
    for number, stream in enumerate(inflated(task.pdf, findings), 1):
        searched.append(_Searched(Check.BYTES, f"stream {number}", stream))
    for number, line in enumerate(task.approved, 1):
        if not line.ours:
            own = places_of(task.removed, line.text)
            searched.append(_Searched(Check.FORMS, f"approved text {number}", line.text, own))
    values = check_data(task.data, task.approved_data, task.removed, findings)
    searched += [_Searched(Check.FORMS, "data", value, own) for value, own in values]
    pages: tuple[str, ...] = ()
    try:
        pages = _read(task, searched, findings, tell)
    except (PyPdfError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError, RuntimeError):
        # Also pdfium's error: whatever a reader chokes on is no file of ours.
        findings.add(Check.STRUCTURE, "a reader cannot read the file")
    ours = _Own(task.title, _own_words(task), task.font_folders)
    _search(task.forbidden, searched, ours, findings, tell)
    return Examined(tuple(findings.found), tried, pages)


def examine_words(content: bytes, own: Sequence[Leaf], forbidden: Sequence[str]) -> Examined:
    """Search one further small file of the package for the forms."""
    findings = Findings()
    strings = strings_of_others(content, own)
    searched = [_Searched(Check.FORMS, "other file", text, _whole(text, ours)) for text, ours in strings]
    _search(forbidden, searched, _Own("", (), ()), findings, lambda percent: None)
    return Examined(tuple(findings.found), 0, ())


def _read(task: Task, searched: list[_Searched], findings: Findings, tell: Tell) -> tuple[str, ...]:
    reader = PdfReader(io.BytesIO(task.pdf), strict=True)
    check_layout(task.pdf, reader, findings)
    tell(_LAID_OUT)
    strings = check_objects(reader, _own_words(task), task.title, task.day, findings)
    searched += [_Searched(Check.METADATA, "strings", text, _whole(text, ours)) for text, ours in strings]
    check_xmp(reader, task.title, task.language, task.day, findings)
    check_fonts(reader, task.running + "".join(line.text for line in task.approved), findings)
    tell(_STRINGS_READ)
    readings = [read_with_pdfium(task.pdf), read_drawing(reader, findings, between(tell, _STRINGS_READ, _DRAWN))]
    for reading in readings:
        own = own_places(reading.pages, task.approved, task.removed, task.running)
        searched.append(_Searched(Check.FORMS, reading.reader, reading.text(), own))
        check_text(reading, task.approved, task.running, findings)
    return readings[0].pages


def _own_words(task: Task) -> tuple[str, ...]:
    return tuple(line.text for line in task.approved if line.ours)


def _whole(text: str, ours: bool) -> tuple[Range, ...]:
    return ((0, len(text)),) if ours else ()


def between(tell: Tell, first: int, last: int) -> Progress:
    """Return how a part of the work says how much of it is done."""
    return lambda done, total: tell(first + (last - first) * done // max(total, 1))


def _search(forbidden: Sequence[str], searched: Sequence[_Searched], own: _Own, findings: Findings, tell: Tell) -> None:
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
                    hits = needles.find_in(without_own_words(each.content, own.title, own.words))
                if hits and each.content.startswith(FONT_PROGRAM):
                    # A font names its makers, alike in every package: what stands in the shipped font is no leak.
                    hits -= needles.find_in(shipped_names(own.font_folders))
            if hits:
                findings.add(each.check, each.where, hits)
