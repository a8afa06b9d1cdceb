"""The same report for programs: canonical JSON (sorted keys, UTF-8, no spaces), no ids, no times, no order of rows."""

from __future__ import annotations

import json

from vault.export.report import Cover
from vault.export.wording import wording
from vault.redaction.dossier import RedactedDossier

FORMAT = 1


def canonical(value: object) -> bytes:
    """Return the one JSON form of a value made of maps, lists, strings and whole numbers."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def data_lines(dossier: RedactedDossier, cover: Cover) -> tuple[str, ...]:
    """Return every line of text that the data file may hold: as written, where the page shows it more legibly."""
    words = wording(cover.language)
    texts = [cover.purpose, words.title, words.notice_heading, *words.notice, *dossier.visible_text().splitlines()]
    return tuple(line.strip() for text in texts for line in text.splitlines() if line.strip())


def render_data(dossier: RedactedDossier, cover: Cover) -> bytes:
    """Return the data file of a dossier: the words of the PDF, section by section.

    Raises:
        UsageError: no report in the cover's language.
    """
    words = wording(cover.language)
    return canonical(
        {
            "format": FORMAT,
            "language": cover.language,
            "notice": {"heading": words.notice_heading, "lines": words.notice},
            "profile": dossier.profile,
            "purpose": cover.purpose,
            "sections": [
                {
                    "heading": section.heading,
                    "blocks": [
                        {"label": block.label, "script": block.script.value, "text": block.text}
                        for block in section.blocks
                    ],
                }
                for section in dossier.sections
            ],
            "title": words.title,
        }
    )
