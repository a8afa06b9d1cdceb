"""What a person reads of a table of counts, and the table as a file; command and app say the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from vault.errors import UsageError
from vault.services.projection.expired_rights import left_out_words
from vault.tables.small_cells import FEWEST, Numbers, Shown, Values
from vault.tables.table_files import Cell, csv_of, xlsx_of
from vault.words.message import Message, Words, plural

_NUMBERS = ("people", "cases", "acts")
_TOTAL = "total"


def table_of(shown: Shown) -> list[list[Cell]]:
    """Return headers, rows and the total, for a file; what is hidden is not in it."""
    rows: list[list[Cell]] = [[*shown.by, *_NUMBERS]]
    rows += [[*values, *numbers] for values, numbers in sorted(shown.rows.items())]
    if shown.total is not None:
        rows.append([_TOTAL, *[""] * (len(shown.by) - 1), *shown.total])
    return rows


def file_of(shown: Shown, suffix: str) -> bytes:
    """Return the table as CSV or XLSX, by the ending of a name.

    Raises:
        UsageError: another ending.
    """
    require_table(suffix)
    return csv_of(table_of(shown)) if suffix.casefold() == ".csv" else xlsx_of(table_of(shown), title="counts")


def require_table(suffix: str) -> None:
    """Return where a file with this ending can be written.

    Raises:
        UsageError: another ending.
    """
    if suffix.casefold() not in {".csv", ".xlsx"}:
        raise UsageError(Message("the name of the file must end in .csv or .xlsx"))


def is_empty(shown: Shown) -> bool:
    """Say whether no row and no total may be shown: a file would hold headings alone."""
    return not shown.rows and shown.total is None


def count_lines(shown: Shown) -> Iterator[Words]:
    """Yield the table, line by line, and what is not in it."""
    if not shown.rows:
        yield Message(
            "No row may be shown: each has fewer than {fewest}, or would reveal a row that has fewer.", fewest=FEWEST
        )
        if shown.instead:
            yield Message("By one of these alone there is a row to show: {names}.", names=", ".join(shown.instead))
        else:
            yield Message("No other column alone shows a row now: too few people and cases are counted.")
    rows = table_of(shown)
    texts = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in texts) for column in range(len(texts[0]))]
    first_number = len(shown.by)
    for row in texts:
        cells = [
            cell.rjust(width) if column >= first_number else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()
    if shown.hidden or shown.total is None:
        yield Message(
            "Rows of fewer than {fewest} people or cases are hidden, and other rows that would reveal them.",
            fewest=FEWEST,
        )
    if shown.stands:
        yield plural(
            "{count} number is shown as it was last time: it changed by fewer than {fewest}.",
            "{count} numbers are shown as they were last time: they changed by fewer than {fewest}.",
            count=len(shown.stands),
            fewest=FEWEST,
        )
    if shown.left_out:
        yield left_out_words(shown.left_out)
    yield Message("It was compared only with the tables of this device: agree with colleagues who makes the tables.")


def file_words(shown: Shown, path: Path) -> Message:
    """Return where the table is, or why there is no file."""
    if is_empty(shown):
        return Message("No file is written: there is nothing to show.")
    return Message("The table is at {path}.", path=path)


def numbers_data(numbers: Numbers | None) -> dict[str, int] | None:
    """Return the numbers of a row for other programs."""
    return None if numbers is None else dict(zip(_NUMBERS, numbers, strict=True))


def row_data(by: Values, values: Values, numbers: Numbers) -> dict[str, object]:
    """Return a row for other programs."""
    return {**dict(zip(by, values, strict=True)), **dict(zip(_NUMBERS, numbers, strict=True))}
