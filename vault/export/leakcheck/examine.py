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
from vault.export.leakcheck.fonts import check_fonts
from vault.export.leakcheck.forms import ForbiddenForms
from vault.export.leakcheck.metadata import check_xmp
from vault.export.leakcheck.reading import check_text, read_drawing, read_with_pdfium
from vault.export.leakcheck.structure import check_layout, check_objects, inflated
from vault.export.leakcheck.verdict import Check, Finding, Findings


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


def examine(task: Task) -> Examined:
    """Run every check; each looks with its own eyes, and one failure does not stop the others."""
    findings = Findings()
    tried = check_readers(task.forbidden, task.font_folders, findings)
    forbidden = ForbiddenForms(task.forbidden)
    needles = Needles(task.forbidden)

    def search(check: Check, where: str, texts: Sequence[str]) -> None:
        for text in texts:
            hits = forbidden.find_in(text) | needles.find_in(text.encode("utf-8", "replace"))
            if hits:
                findings.add(check, where, hits)

    streams = inflated(task.pdf, findings)
    for where, content in [("file", task.pdf), *((f"stream {n}", stream) for n, stream in enumerate(streams, 1))]:
        hits = needles.find_in(content)
        if hits:
            findings.add(Check.BYTES, where, hits)
    search(Check.FORMS, "data", list(check_data(task.data, frozenset(task.approved_data), findings)))
    for number, other in enumerate(task.others, 1):
        search(Check.FORMS, f"other file {number}", [other.decode("utf-8", "replace")])
    pages: tuple[str, ...] = ()
    try:
        reader = PdfReader(io.BytesIO(task.pdf), strict=True)
        check_layout(task.pdf, reader, findings)
        search(Check.METADATA, "strings", list(check_objects(reader, frozenset(task.approved), task.title, findings)))
        check_xmp(reader, task.title, task.language, findings)
        check_fonts(reader, "".join(task.approved), findings)
        readings = [read_with_pdfium(task.pdf), read_drawing(reader, findings)]
        pages = readings[0].pages
        for reading in readings:
            search(Check.FORMS, reading.reader, [reading.text()])
            check_text(reading, task.approved, findings)
    except (PyPdfError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError, RuntimeError):
        # Also pdfium's error: whatever a reader chokes on is no file of ours.
        findings.add(Check.STRUCTURE, "a reader cannot read the file")
    return Examined(tuple(findings.found), tried, pages)
