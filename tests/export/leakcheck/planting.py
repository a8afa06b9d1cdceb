"""A clean report with letters enough to plant names in, and the verifier over it."""

from __future__ import annotations

import functools

from tests.export.samples import COVER, FORBIDDEN, SECTIONS, dossier, section
from vault.export.data_json import data_lines, render_data
from vault.export.fonts import font_folders
from vault.export.leakcheck.examine import Examined, Task, examine
from vault.export.leakcheck.verdict import Check
from vault.export.pdf import render_report
from vault.export.report import approved_lines, make_report

LATIN, CYRILLIC, ARABIC = "Toviel", "Савелов", "سليمان"

# Enough letters for the planted names: a subset font has only the letters that the text uses.
LETTERS = section("Note", ("Date", "2024-03-20"), ("Text", "Travel to the office.\nСавва велел.\nسلام على الإيمان"))
DOSSIER = dossier(*SECTIONS, LETTERS)
REPORT = make_report(DOSSIER, COVER)


@functools.cache
def clean_pdf() -> bytes:
    return render_report(REPORT)


@functools.cache
def clean_data() -> bytes:
    return render_data(DOSSIER, COVER)


def examined(
    pdf: bytes | None = None,
    data: bytes | None = None,
    others: tuple[bytes, ...] = (),
    forbidden: tuple[str, ...] = FORBIDDEN,
) -> Examined:
    return examine(
        Task(
            pdf=clean_pdf() if pdf is None else pdf,
            data=clean_data() if data is None else data,
            others=others,
            forbidden=forbidden,
            approved=approved_lines(REPORT),
            approved_data=data_lines(DOSSIER, COVER),
            title=REPORT.words.title,
            language="en",
            font_folders=font_folders(),
        )
    )


def checks_failed(result: Examined) -> set[Check]:
    return {finding.check for finding in result.findings}
