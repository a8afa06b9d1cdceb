"""The report as PDF: tagged, PDF/A-2a and PDF/UA-1, with fonts inside, the same bytes for the same dossier."""

from __future__ import annotations

import json
import signal
from collections.abc import Sequence

from vault.errors import DependencyMissingError, RefusedError, TryAgainError
from vault.export.children import CANNOT_DRAW, DEPENDENCY_MISSING, NO_MEMORY, TooSlowError, ask_child, command_of
from vault.export.report import Entry, Piece, Report, Row
from vault.words.message import Message

_PATIENCE = 900.0
# A report of 2,000 notes takes 450 MB; one in a question to a second person may be made to take all that there is.
MOST_MEMORY = 2 * 2**30


def render_report(report: Report) -> bytes:
    """Return the finished PDF. Nothing is written to disk.

    A process of its own sets it: of a large case it takes hundreds of MB, which end with it.

    Raises:
        RefusedError: the text has a letter that neither font can draw, or takes more than `MOST_MEMORY`.
        DependencyMissingError: a font package is not installed.
    """
    # The words go in as one JSON value, never as source: markup in a note stays the characters it is.
    command = command_of("vault.export.typesetting", memory=MOST_MEMORY)
    try:
        code, pdf = ask_child(command, _inputs(report).encode(), seconds=_PATIENCE)
    except (OSError, TooSlowError):
        code, pdf = 1, b""
    if code == CANNOT_DRAW:
        raise RefusedError(
            Message("the report has a letter that the fonts cannot draw"),
            next_step=Message("Write it in Latin, Cyrillic or Arabic letters; other scripts are not yet possible."),
        )
    if code == DEPENDENCY_MISSING:
        raise DependencyMissingError(Message("the report cannot be made: a library is missing"))
    if code in (NO_MEMORY, -signal.SIGABRT):  # the second is how typst ends without memory
        raise RefusedError(
            Message("the report is too long: making it would take more memory than a report may use"),
            next_step=Message("A report has room for about 8,000 notes."),
        )
    if code != 0 or not pdf:
        raise TryAgainError(Message("the report could not be made: the process that does it ended early"))
    return pdf


def _inputs(report: Report) -> str:
    words = report.words
    value = {
        "language": report.language,
        "day": [int(part) for part in report.day.split("-")] if report.day else [],
        "title": words.title,
        "running": report.running,
        "facts": [_row(row) for row in report.facts],
        "notice_heading": words.notice_heading,
        "notice": report.notice,
        "groups": [
            {"heading": group.heading, "entries": [_entry(entry) for entry in group.entries]} for group in report.groups
        ],
    }
    return json.dumps(value, ensure_ascii=False)


def _entry(entry: Entry) -> dict[str, object]:
    return {"head": _written(entry.head), "rows": [_row(row) for row in entry.rows], "body": _written(entry.body)}


def _row(row: Row) -> dict[str, object]:
    return {"label": row.label, "pieces": _written(row.pieces)}


def _written(pieces: Sequence[Piece]) -> list[dict[str, object]]:
    return [{"text": piece.text, "rtl": piece.right_to_left, "language": piece.language} for piece in pieces]
