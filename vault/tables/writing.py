"""Tables for other programs. No cell of them is live: what would begin a formula is text with a mark before it."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterable, Sequence
from typing import Final

from vault.tables.cells import neutral

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
