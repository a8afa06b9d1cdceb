"""What a list of cases would make: read, checked row by row, and compared with whom this member knows.

It changes nothing but the log, which says that somebody looked for people.
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from vault.access.session import Session
from vault.casework.case import CaseKind
from vault.casework.vocabulary import word_of
from vault.errors import UsageError
from vault.policy.roles import Action
from vault.services.cases.cases import today
from vault.services.imports.known_people import Known, Way, known_of
from vault.services.imports.spreadsheet import COLUMNS, EXAMPLES, NewRow, RowFault, read_rows, rows_to_mend
from vault.store.files import write_new
from vault.tables.table_files import csv_of, read_table, xlsx_of
from vault.words.message import Message

XLSX = ".xlsx"


@dataclass(frozen=True, slots=True)
class Preview:
    """The rows of a list that can be made, who of them may be known already, and what is wrong in the other rows.

    `to_mend` are its headers and those other rows, as they stand in the list; nothing where none has a fault.
    """

    kind: CaseKind
    rows: tuple[NewRow, ...] = field(repr=False)
    faults: tuple[RowFault, ...] = ()
    known: Mapping[Way, tuple[Known, ...]] = field(default_factory=dict)
    to_mend: tuple[tuple[str, ...], ...] = field(default=(), repr=False)


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
    table = read_table(path)
    rows, faults = read_rows(table, case_kind, datetime.date.fromisoformat(today(session)))
    if not rows and not faults:
        raise UsageError(Message("the file has no row under its headers"))
    return Preview(case_kind, tuple(rows), tuple(faults), known_of(session, rows), rows_to_mend(table, faults))


def place_to_mend(path: Path) -> Path:
    """Return a name beside a list that nothing has yet, for its rows that have a fault."""
    suffix = XLSX if path.suffix.casefold() == XLSX else ".csv"
    ends = itertools.chain([""], (f"-{number}" for number in itertools.count(2)))
    places = (path.with_name(f"{path.stem}-to-mend{end}{suffix}") for end in ends)
    return next(place for place in places if not place.exists())


def write_to_mend(preview: Preview, out: Path) -> None:
    """Write the rows with a fault to a new file, in clear: only where a person named it, or was asked.

    Raises:
        RefusedError: something is there already. TryAgainError: no room.
    """
    is_workbook = out.suffix.casefold() == XLSX
    write_new(out, xlsx_of(preview.to_mend, title="cases") if is_workbook else csv_of(preview.to_mend))


def template(suffix: str) -> bytes:
    """Return an empty list with the headers of the template, as CSV, or as XLSX for the suffix `.xlsx`.

    A workbook has a second sheet, which is not read, with what may stand in the columns.
    """
    if suffix.casefold() == XLSX:
        return xlsx_of([COLUMNS], title="cases", beside=("words", EXAMPLES))
    return csv_of([COLUMNS])
