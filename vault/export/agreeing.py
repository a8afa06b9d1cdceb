"""For a second person, who has neither case nor dossier: whether the files of a report say one thing.

The data file is what they are shown and the pages are what will be read, so the pages must hold what the data file says
and nothing else. That is asked as it was when they were made: in another process, with two readers.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from vault.casework.dates import checked_day
from vault.casework.script import Script
from vault.errors import InternalError, LeakError, UsageError, VerificationError
from vault.export.archive import DATA, REPORT
from vault.export.checking import check_for_leaks
from vault.export.data_json import data_leaves, render_data
from vault.export.report import TWO_PERSON, Cover, approved_lines, make_report
from vault.words.message import Message

_ADVICE = Message("Let them ask again. If it comes again, tell an admin.")


class _Block(msgspec.Struct, frozen=True):
    label: str
    script: Script
    text: str


class _Section(msgspec.Struct, frozen=True):
    heading: str
    blocks: tuple[_Block, ...]


class _Data(msgspec.Struct, frozen=True):
    """What differs from one data file to the next; the rest comes back with `render_data`."""

    contact: str
    day: str
    language: str
    organisation: str
    pages: str
    profile: str
    purpose: str
    recipient: str
    reference: str
    release: str
    sections: tuple[_Section, ...]


def require_agreement(files: Mapping[str, bytes], *, profile: object, purpose: object) -> None:
    """Return if the files are a report for two persons whose pages and data file say the same.

    Args:
        files: the finished files by name.
        profile: the table of what may leave, as the approval would name it.
        purpose: likewise.

    Raises:
        VerificationError: they are other files; or the data file has more in it than a person is shown; or the pages
            show something else, hide something, or cannot be read.
        DependencyMissingError: a library to read them with is not installed.
    """
    if files.keys() != {REPORT, DATA}:
        raise _no_report()
    try:
        data = msgspec.json.decode(files[DATA], type=_Data)
        cover = _cover(data)
        report, again = make_report(data, cover), render_data(data, cover)
    except (InternalError, RecursionError, UsageError, ValueError):  # also a heading or a language that there is not
        raise _no_report() from None
    if again != files[DATA] or (data.profile, data.purpose, data.release) != (profile, purpose, TWO_PERSON):
        raise _no_report()
    try:
        check_for_leaks(
            pdf=files[REPORT],
            data=files[DATA],
            forbidden=(),
            approved=approved_lines(report),
            approved_data=data_leaves(data, cover),
            title=report.words.title,
            running=report.running,
            day=report.day,
            removed=report.words.removed,
            language=data.language,
        )
    except LeakError as fault:
        raise VerificationError(
            Message("the pages are not what is shown of them: {message}", message=fault.message), next_step=_ADVICE
        ) from None


def _no_report() -> VerificationError:
    return VerificationError(
        Message("the files in the question are no report of this program; nothing was approved"), next_step=_ADVICE
    )


def _cover(data: _Data) -> Cover:
    return Cover(
        purpose=data.purpose,
        language=data.language,
        release=data.release,
        pages=data.pages,
        day=checked_day(data.day, "day of a report"),
        organisation=data.organisation,
        reference=data.reference,
        contact=data.contact,
        recipient=data.recipient,
    )
