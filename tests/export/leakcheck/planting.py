"""A clean report with letters enough to plant names in, and the verifier over it."""

from __future__ import annotations

import functools
from dataclasses import replace

from tests.export.samples import COVER, FORBIDDEN, SECTIONS, dossier, section
from vault.export.data_json import data_leaves, render_data
from vault.export.dossier_report import Cover, approved_lines, headings, make_report
from vault.export.fonts import font_folders
from vault.export.leakcheck.boilerplate import Approved, Leaf
from vault.export.leakcheck.examine import Examined, Task, examine
from vault.export.leakcheck.verdict import Check
from vault.export.pdf import render_report
from vault.export.report_docx import render_docx
from vault.redaction.dossier import RedactedDossier

LATIN, CYRILLIC, ARABIC = "Toviel", "Савелов", "سليمان"

# Enough letters for the planted names: a subset font has only the letters that the text uses.
LETTERS = section("note", ("date", "2024-03-20"), ("text", "Travel to the office.\nСавва велел.\nسلام على الإيمان"))
DOSSIER = dossier(*SECTIONS, LETTERS)
REPORT = make_report(DOSSIER, COVER)


@functools.cache
def clean_pdf() -> bytes:
    return render_report(REPORT)


@functools.cache
def clean_data() -> bytes:
    return render_data(DOSSIER, COVER)


def task_for(case: RedactedDossier, cover: Cover = COVER, **changes: object) -> Task:
    """Return what the verifier gets for a clean package of this dossier, with changes."""
    report = make_report(case, cover)
    task = Task(
        pdf=clean_pdf() if (case, cover) == (DOSSIER, COVER) else render_report(report),
        docx=render_docx(report),
        data=render_data(case, cover),
        forbidden=FORBIDDEN,
        approved=tuple(Approved(*line) for line in approved_lines(report)),
        approved_data=tuple(Leaf(*leaf) for leaf in data_leaves(case, cover)),
        title=report.words.title,
        headings=headings(report),
        running=report.running,
        watermark=report.watermark,
        day=report.day,
        removed=report.words.removed,
        language=cover.language,
        font_folders=font_folders(),
    )
    return replace(task, **changes)  # type: ignore[arg-type]  # a table of keywords


def examined(pdf: bytes | None = None, data: bytes | None = None, forbidden: tuple[str, ...] = FORBIDDEN) -> Examined:
    task = task_for(DOSSIER, forbidden=forbidden)
    return examine(replace(task, pdf=task.pdf if pdf is None else pdf, data=task.data if data is None else data))


def checks_failed(result: Examined) -> set[Check]:
    return {finding.check for finding in result.findings}
