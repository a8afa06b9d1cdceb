"""The report as PDF: tagged, PDF/A-2a and PDF/UA-1, with fonts inside, the same bytes for the same dossier."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

import typst

from vault.errors import RefusedError
from vault.export.fonts import font_folders
from vault.export.report import Cover, Report, Row, make_report
from vault.redaction.dossier import RedactedDossier

_STANDARDS: list[typst.PDFStandard] = ["a-2a", "ua-1"]


def render_pdf(dossier: RedactedDossier, cover: Cover) -> bytes:
    """Return the finished PDF of a dossier. Nothing is written to disk.

    Raises:
        RefusedError: the text has a letter that neither font can draw.
        UsageError: no report in the cover's language.
        DependencyMissingError: a font package is not installed.
    """
    return render_report(make_report(dossier, cover))


def render_report(report: Report) -> bytes:
    """Return the finished PDF; see `render_pdf`."""
    # The words go in as one JSON value, never as source: markup in a note stays the characters it is. A compiler
    # serves one document only (the second one finds no file); the fonts are shared.
    compiler = typst.Compiler(_template(), font_paths=fonts(), sys_inputs={"report": _inputs(report)})
    try:
        pdf = compiler.compile(format="pdf", pdf_standards=_STANDARDS)
    except typst.TypstError:
        # Its message quotes the text.
        raise RefusedError(
            "the report has a letter that the fonts cannot draw",
            advice="Write it in Latin, Cyrillic or Arabic letters; other scripts are not yet possible.",
        ) from None
    if not isinstance(pdf, bytes):
        raise RefusedError("the report came out in more than one file")
    return pdf


def _inputs(report: Report) -> str:
    words = report.words
    value = {
        "language": report.language,
        "title": words.title,
        "facts": [_row(row) for row in report.facts],
        "notice_heading": words.notice_heading,
        "notice": words.notice,
        "groups": [
            {"heading": group.heading, "entries": [[_row(row) for row in entry] for entry in group.entries]}
            for group in report.groups
        ],
    }
    return json.dumps(value, ensure_ascii=False)


def _row(row: Row) -> dict[str, object]:
    pieces = [{"text": piece.text, "rtl": piece.right_to_left, "language": piece.language} for piece in row.pieces]
    return {"label": row.label, "pieces": pieces}


@cache
def _template() -> bytes:
    return files("vault.export").joinpath("report.typ").read_bytes()


@cache
def fonts() -> typst.Fonts:
    """Return the fonts of everything that this program prints."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=list(font_folders()))
