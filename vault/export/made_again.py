"""For a second person, who has neither case nor dossier: the report, made again from the data that they are shown.

What a page draws cannot be told from its words alone: letters can be lines, and a font can have other shapes than its
letters. So nothing is searched for in pages that somebody else made. This program sets them itself, by the rules of
the one who asks, and asks for the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from vault.casework.dates import checked_day
from vault.errors import InternalError, UsageError, VerificationError
from vault.export.archive import DATA, REPORT
from vault.export.data_json import render_data
from vault.export.pdf import render_report
from vault.export.report import TWO_PERSON, Cover, Report, make_report
from vault.words.message import Message

# The bytes tell no other version from a program that was altered. Two people on the telephone can.
_ADVICE = Message(
    "Both of you need the same version of the program (`casevault --version`). If they differ, update the older one "
    "and ask again, or approve at the keyboard of a device that both of you use. If they are the same, tell an admin."
)


class _Block(msgspec.Struct, frozen=True):
    label: str
    text: str


class _Section(msgspec.Struct, frozen=True):
    heading: str
    blocks: tuple[_Block, ...]


class _Data(msgspec.Struct, frozen=True):
    """What differs beside the cover from one data file to the next; the rest comes back with `render_data`."""

    profile: str
    sections: tuple[_Section, ...]


def require_made_from_data(files: Mapping[str, bytes], *, profile: object, purpose: object) -> None:
    """Return if this program makes the very same files of what their data file says, for a release by two persons.

    Profile and purpose are as the approval would name them.

    Raises:
        VerificationError: it makes other ones: somebody altered them, or a program of another version made them.
        RefusedError: this program's fonts lack a letter of it, or it is too long.
        TryAgainError: the process that sets the pages ended early.
        DependencyMissingError: a library to set them with is not installed.
    """
    if files.keys() != {REPORT, DATA}:
        raise _no_report()
    data, cover, report = _decoded(files[DATA])
    try:
        data_again = render_data(data, cover)
    except (InternalError, UsageError):
        raise _no_report() from None
    if data_again != files[DATA] or (data.profile, cover.purpose, cover.release) != (profile, purpose, TWO_PERSON):
        raise _no_report()
    if render_report(report) != files[REPORT]:
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


def _decoded(file: bytes) -> tuple[_Data, Cover, Report]:
    try:
        data, cover = msgspec.json.decode(file, type=_Data), msgspec.json.decode(file, type=Cover)
        checked_day(cover.day, "day of a report")
        return data, cover, make_report(data, cover)
    except (InternalError, RecursionError, UsageError, ValueError):  # also a heading or a language that there is not
        raise _no_report() from None


def _no_report() -> VerificationError:
    return VerificationError(
        Message("the files in the question are no report of this program; nothing was approved"), next_step=_ADVICE
    )
