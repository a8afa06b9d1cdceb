"""The report as PDF/A-2a and PDF/UA-1, the same bytes for the same report; and made again from its data."""

from __future__ import annotations

import json
import signal
from collections.abc import Mapping, Sequence

import msgspec

from vault.casework.dates import checked_day
from vault.errors import (
    DependencyMissingError,
    InternalError,
    RefusedError,
    TryAgainError,
    UsageError,
    VerificationError,
)
from vault.export.archive import DATA, DOCUMENT, MANIFEST, REPORT, SIGNATURE, names_in
from vault.export.children import CANNOT_DRAW, DEPENDENCY_MISSING, NO_MEMORY, TooSlowError, ask_child, command_of
from vault.export.data_json import render_data
from vault.export.dossier_report import TWO_PERSON, Cover, Entry, Group, Piece, Report, Row, make_report
from vault.export.report_docx import render_docx
from vault.export.shown_sections import ShownDossier
from vault.words.message import Message

# The report as PDF: tagged, PDF/A-2a and PDF/UA-1, with fonts inside, the same bytes for the same dossier.

_PATIENCE = 900.0
# A report of 2,000 notes takes 460 MB; one in a question to a second person may be made to take all that there is.
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
        "watermark": report.watermark,
        "first_page": [_group(group) for group in report.first_page],
        "timeline": words.timeline,
        "due": words.due,
        "about": words.about,
        "facts": [_row(row) for row in report.facts],
        "notice_heading": words.notice_heading,
        "notice": report.notice,
        "groups": [_group(group) for group in report.groups],
    }
    return json.dumps(value, ensure_ascii=False)


def _group(group: Group) -> dict[str, object]:
    return {"heading": group.heading, "entries": [_entry(entry) for entry in group.entries]}


def _entry(entry: Entry) -> dict[str, object]:
    return {"head": _written(entry.head), "rows": [_row(row) for row in entry.rows], "body": _written(entry.body)}


def _row(row: Row) -> dict[str, object]:
    return {"label": row.label, "pieces": _written(row.pieces)}


def _written(pieces: Sequence[Piece]) -> list[dict[str, object]]:
    return [{"text": piece.text, "rtl": piece.right_to_left, "language": piece.language} for piece in pieces]


# For a second person, who has neither case nor dossier: the report, made again from the data that they are shown.
# What a page draws cannot be told from its words alone: letters can be lines, and a font can have other shapes than
# its letters. So nothing is searched for in pages that somebody else made. This program sets them itself, by the
# rules of the one who asks, and asks for the same bytes.

# The bytes tell no other version from a program that was altered. Two people on the telephone can.
_ADVICE = Message(
    "Both of you need the same version of the program (`casevault --version`). If they differ, update the older one "
    "and ask again, or approve at the keyboard of a device that both of you use. If they are the same, tell an admin."
)


def require_made_from_data(files: Mapping[str, bytes], *, profile: object, purpose: object) -> None:
    """Return if this program makes the very same files of what their data file says, for a release by two persons.

    Profile and purpose are as the approval would name them.

    Raises:
        VerificationError: it makes other ones: somebody altered them, or a program of another version made them.
        RefusedError: this program's fonts lack a letter of it, or it is too long.
        TryAgainError: the process that sets the pages ended early.
        DependencyMissingError: a library to set them with is not installed.
    """
    if {*files, MANIFEST, SIGNATURE} != set(names_in((*files, MANIFEST, SIGNATURE))) or DOCUMENT not in files:
        raise _no_report()
    data, cover, report = _decoded(files[DATA])
    try:
        data_again = render_data(data, cover)
    except (InternalError, UsageError):
        raise _no_report() from None
    if data_again != files[DATA] or (data.profile, cover.purpose, cover.release) != (profile, purpose, TWO_PERSON):
        raise _no_report()
    if (render_report(report), render_docx(report)) != (files[REPORT], files[DOCUMENT]):
        raise VerificationError(
            Message(
                "the pages are not those that this program makes of the text in the question; nothing was approved"
            ),
            next_step=_ADVICE,
        )


def report_of(data: bytes) -> Report:
    """Return the report of a data file: all that its pages show.

    Raises:
        VerificationError: it is none of this program.
    """
    return _decoded(data)[2]


def _decoded(file: bytes) -> tuple[ShownDossier, Cover, Report]:
    try:
        data, cover = msgspec.json.decode(file, type=ShownDossier), msgspec.json.decode(file, type=Cover)
        checked_day(cover.day, "day of a report")
        return data, cover, make_report(data, cover)
    except (InternalError, RecursionError, UsageError, ValueError):  # also a heading or a language that there is not
        raise _no_report() from None


def _no_report() -> VerificationError:
    return VerificationError(
        Message("the files in the question are no report of this program; nothing was approved"), next_step=_ADVICE
    )
