"""All checks over one set of finished files."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from vault.export.leakcheck.bytescan import Needles
from vault.export.leakcheck.canary import check_readers
from vault.export.leakcheck.data import check_data
from vault.export.leakcheck.fonts import FONT_PROGRAM, check_fonts, shipped_names
from vault.export.leakcheck.forms import ForbiddenForms
from vault.export.leakcheck.metadata import check_xmp
from vault.export.leakcheck.reading import check_text, read_drawing, read_with_pdfium
from vault.export.leakcheck.structure import check_layout, check_objects, inflated
from vault.export.leakcheck.verdict import Check, Finding, Findings

# All disguises of so many forms take some 200 MB.
_FORMS_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Task:
    """What the verifier gets. `others` are further small files of the package, searched for forms only."""

    pdf: bytes = field(repr=False)
    data: bytes = field(repr=False)
    others: tuple[bytes, ...] = field(repr=False)
    forbidden: tuple[str, ...] = field(repr=False)
    approved: tuple[str, ...] = field(repr=False)
    approved_data: tuple[str, ...] = field(repr=False)
    title: str
    language: str
    font_folders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found, how many forms the canary tried, and the pages as pdfium reads them."""

    findings: tuple[Finding, ...]
    canary_forms: int
    pages: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Searched:
    """Something to be searched for the forms: text, as words and disguised, or bytes, in every encoding."""

    check: Check
    where: str
    content: str | bytes = field(repr=False)


def examine(task: Task) -> Examined:
    """Run every check; each looks with its own eyes, and one failure does not stop the others."""
    findings = Findings()
    tried = check_readers(task.forbidden, task.font_folders, findings)
    searched = [_Searched(Check.BYTES, "file", task.pdf)]
    for number, stream in enumerate(inflated(task.pdf, findings), 1):
        searched.append(_Searched(Check.BYTES, f"stream {number}", stream))
    values = check_data(task.data, frozenset(task.approved_data), findings)
    searched += [_Searched(Check.FORMS, "data", value) for value in values]
    for number, other in enumerate(task.others, 1):
        searched.append(_Searched(Check.FORMS, f"other file {number}", other.decode("utf-8", "replace")))
    pages: tuple[str, ...] = ()
    try:
        pages = _read(task, searched, findings)
    except (PyPdfError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError, RuntimeError):
        # Also pdfium's error: whatever a reader chokes on is no file of ours.
        findings.add(Check.STRUCTURE, "a reader cannot read the file")
    _search(task, searched, findings)
    return Examined(tuple(findings.found), tried, pages)


def _read(task: Task, searched: list[_Searched], findings: Findings) -> tuple[str, ...]:
    reader = PdfReader(io.BytesIO(task.pdf), strict=True)
    check_layout(task.pdf, reader, findings)
    strings = check_objects(reader, frozenset(task.approved), task.title, findings)
    searched += [_Searched(Check.METADATA, "strings", string) for string in strings]
    check_xmp(reader, task.title, task.language, findings)
    check_fonts(reader, "".join(task.approved), findings)
    readings = [read_with_pdfium(task.pdf), read_drawing(reader, findings)]
    for reading in readings:
        searched.append(_Searched(Check.FORMS, reading.reader, reading.text()))
        check_text(reading, task.approved, findings)
    return readings[0].pages


def _search(task: Task, searched: Sequence[_Searched], findings: Findings) -> None:
    words = ForbiddenForms(task.forbidden)
    for first in range(0, len(task.forbidden), _FORMS_AT_ONCE):
        needles = Needles(task.forbidden[first : first + _FORMS_AT_ONCE], first)
        for each in searched:
            if isinstance(each.content, str):
                hits = needles.find_disguised_in(each.content.encode("utf-8", "replace"))
                hits |= words.find_in(each.content) if first == 0 else set()
            else:
                hits = needles.find_in(each.content)
                if hits and each.content.startswith(FONT_PROGRAM):
                    # A font names its makers, alike in every package: what stands in the shipped font is no leak.
                    hits -= needles.find_in(shipped_names(task.font_folders))
            if hits:
                findings.add(each.check, each.where, hits)
