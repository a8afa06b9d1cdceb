"""Tables from files of other programs, read by a process that is shut in; and tables for them, no cell live."""

from __future__ import annotations

import csv
import datetime
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from vault.errors import DependencyMissingError, LeakError, MalformedError, UsageError
from vault.export.children import DEPENDENCY_MISSING, TooSlowError, ask_child, command_of
from vault.store.files import read_limited
from vault.tables.table_faults import (
    MOST_CELL_CHARACTERS,
    MOST_COLUMNS,
    MOST_FILE_BYTES,
    MOST_ROWS,
    MOST_UNPACKED_BYTES,
    Fault,
    neutral,
)
from vault.words.message import Message

# A table from a file of another program, by way of a process that is shut in: it has limits, no files and no keys.

_MEMORY: Final = 768 * 2**20
_SECONDS: Final = 60.0
_SAVE_IT: Final = Message("Save it as CSV (UTF-8) or as XLSX, one table with one line of headers.")
_WORDS: Final[Mapping[Fault, Message]] = {
    Fault.NO_TABLE: Message("this file is neither a CSV table nor an XLSX workbook that can be read"),
    Fault.NOT_UTF8: Message("this CSV file is not UTF-8 text"),
    Fault.TOO_LARGE: Message("this file unpacks to more than {most} MiB", most=MOST_UNPACKED_BYTES >> 20),
    Fault.TOO_MANY_ROWS: Message("this table has more than {most} rows; split it", most=MOST_ROWS - 1),
    Fault.TOO_MANY_COLUMNS: Message("this table has more than {most} columns", most=MOST_COLUMNS),
    Fault.LONG_CELL: Message("a cell is longer than {most} characters", most=MOST_CELL_CHARACTERS),
    Fault.FORMULA: Message("a cell is a formula; put its value there"),
    Fault.NOT_TEXT: Message("a cell has a character that is no text"),
}


def read_table(path: Path) -> list[list[str]]:
    """Return the rows of a CSV file or of the first sheet of an XLSX workbook, as text; the file stays as it is.

    Raises:
        UsageError: it is no table that is read here; the message says what is wrong, and in which row and column.
        NotFoundError, TryAgainError: the file cannot be read.
        DependencyMissingError: the library that reads workbooks is not installed.
    """
    try:
        content = read_limited(path, MOST_FILE_BYTES)
    except MalformedError:
        raise UsageError(
            Message("the file is larger than {most} MiB", most=MOST_FILE_BYTES >> 20), next_step=_SAVE_IT
        ) from None
    try:
        code, answer = ask_child(command_of("vault.tables", memory=_MEMORY), content, seconds=_SECONDS)
    except TooSlowError:
        raise UsageError(Message("the file took longer than a minute to read"), next_step=_SAVE_IT) from None
    except (OSError, LeakError):
        raise UsageError(Message("the file could not be read"), next_step=_SAVE_IT) from None
    if code == DEPENDENCY_MISSING:
        raise DependencyMissingError(Message("the library that reads tables is missing"))
    if code != 0:
        raise UsageError(Message("the file cannot be read within the limits of memory and time"), next_step=_SAVE_IT)
    return _parsed(answer)


def _parsed(untrusted: bytes) -> list[list[str]]:
    """Return what the process answered. It read a file from outside: its answer is from outside too."""
    try:
        answer = json.loads(untrusted)
        fault = answer.get("fault")
        place = int(answer.get("row", 0)), int(answer.get("column", 0))
        rows: object = answer.get("rows")
        words = None if fault is None else _WORDS[Fault(fault)]
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise UsageError(Message("the file could not be read"), next_step=_SAVE_IT) from None
    if words is not None:
        raise UsageError(_placed(words, *place), next_step=_SAVE_IT)
    if not isinstance(rows, list) or not all(_is_row(row) for row in rows):
        raise UsageError(Message("the file could not be read"), next_step=_SAVE_IT)
    return rows


def _is_row(row: object) -> bool:
    return isinstance(row, list) and all(isinstance(cell, str) and _is_encodable(cell) for cell in row)


def _is_encodable(cell: str) -> bool:
    try:
        cell.encode()
    except UnicodeEncodeError:
        return False
    return True


def _placed(words: Message, row: int, column: int) -> Message:
    if row and column:
        return Message("row {row}, column {column}: {words}", row=row, column=column, words=words)
    return Message("row {row}: {words}", row=row, words=words) if row else words


# Tables for other programs. No cell of them is live: what would begin a formula is text with a mark before it.
_WIDTH: Final = 18
_NO_DAY: Final = datetime.datetime(2000, 1, 1)

Cell = str | int


def _text(cell: str) -> str:
    """Return the text of a cell that no program runs, with the line ends that every reader gives back."""
    return neutral(cell.replace("\r\n", "\n").replace("\r", "\n"))


def csv_of(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return rows as CSV in UTF-8 with its mark, as spreadsheets open it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerows([_text(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def xlsx_of(
    rows: Iterable[Sequence[Cell]], *, title: str, beside: tuple[str, Iterable[Sequence[Cell]]] | None = None
) -> bytes:
    """Return rows as a workbook of one sheet, or two with the title and the rows `beside`; it is made in memory."""
    from xlsxwriter import Workbook  # type: ignore[import-untyped]  # noqa: PLC0415 - it carries no types, and two verbs need it

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(out, options) as workbook:
        workbook.set_properties({"created": _NO_DAY})
        for name, lines in ((title, rows), *([] if beside is None else [beside])):
            sheet = workbook.add_worksheet(name)
            for row, cells in enumerate(lines):
                for column, cell in enumerate(cells):
                    if isinstance(cell, str):
                        sheet.write_string(row, column, _text(cell))
                    else:
                        sheet.write_number(row, column, cell)
            sheet.set_column(0, 15, _WIDTH)
            sheet.freeze_panes(1, 0)
    return out.getvalue()
