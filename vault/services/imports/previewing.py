"""What a list of cases would make: read, checked row by row, and compared with whom this member knows.

It changes nothing but the log, which says that somebody looked for people.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from vault.access.session import Session
from vault.casework.stages import CaseKind
from vault.casework.vocabulary import word_of
from vault.errors import UsageError
from vault.policy.roles import Action
from vault.services.cases.cases import today
from vault.services.imports.known_people import Known, Way, known_of
from vault.services.imports.spreadsheet import COLUMNS, EXAMPLES, NewRow, RowFault, read_rows
from vault.tables.reading import read_table
from vault.tables.writing import csv_of, xlsx_of
from vault.words.message import Message

XLSX = ".xlsx"


@dataclass(frozen=True, slots=True)
class Preview:
    """The rows of a list, what is wrong in it, and who may be known already. With a fault nothing of it is made."""

    kind: CaseKind
    rows: tuple[NewRow, ...] = field(repr=False)
    faults: tuple[RowFault, ...] = ()
    known: Mapping[Way, tuple[Known, ...]] = field(default_factory=dict)


def preview(session: Session, path: Path, *, kind: str) -> Preview:
    """Return what a CSV or XLSX file would make, and every fault in it.

    Args:
        session: of whom the cases would be.
        path: the file; it stays as it is.
        kind: of all its cases, a word of `CaseKind`.

    Raises:
        UsageError: it is no table that is read here, it has no row, or its headers are not those of the template.
        NotFoundError, TryAgainError: the file cannot be read.
    """
    session.require(Action.CASE_CREATE)
    session.require(Action.CASE_SEARCH)
    case_kind = word_of(CaseKind, kind, "kind")
    rows, faults = read_rows(read_table(path), case_kind, datetime.date.fromisoformat(today(session)))
    if not rows and not faults:
        raise UsageError(Message("the file has no row under its headers"))
    known = known_of(session, rows) if not faults else {}
    return Preview(case_kind, tuple(rows), tuple(faults), known)


def template(suffix: str) -> bytes:
    """Return an empty list with the headers of the template, as CSV, or as XLSX for the suffix `.xlsx`.

    A workbook has a second sheet, which is not read, with what may stand in the columns.
    """
    if suffix.casefold() == XLSX:
        return xlsx_of([COLUMNS], title="cases", beside=("words", EXAMPLES))
    return csv_of([COLUMNS])
