"""A table from outside: what each cell says to a person, and where each limit stands, with row and column."""

from __future__ import annotations

import pytest

from tests.attacks.test_hostile_lists import sheet
from tests.tables import each
from vault.tables.parsing import rows_of
from vault.tables.small_cells import TooManyError, following
from vault.tables.table_faults import MOST_CELL_CHARACTERS, MOST_CHARACTERS, MOST_COLUMNS, MOST_ROWS, Fault, TableError


def cell(content: str, kind: str = "inlineStr", place: str = "A1") -> str:
    inner = f"<is><t>{content}</t></is>" if kind == "inlineStr" else f"<v>{content}</v>"
    return f'<c r="{place}" t="{kind}">{inner}</c>'


def row(*cells: str) -> bytes:
    return sheet(f'<row r="1">{"".join(cells)}</row>')


@each(
    {
        "yes": (row(cell("1", "b")), "yes"),
        "no": (row(cell("0", "b")), "no"),
        "a whole number": (row(cell("12", "n")), "12"),
        "a long number": (row(cell("20507199012345", "n")), "20507199012345"),
        "a part": (row(cell("1.5", "n")), "1.5"),
        "a day alone": (row(cell("2026-11-30", "d")), "2026-11-30"),
        "a day": (row(cell("2026-11-30T00:00:00", "d")), "2026-11-30"),
        "a time of a day": (row(cell("2026-11-30T09:15:00", "d")), "2026-11-30T09:15"),
        "a number that was written as text": (row(cell("0555 010203")), "0555 010203"),
    }
)
def test_a_cell_of_a_workbook_is_what_a_person_sees_there(untrusted: bytes, text: str) -> None:
    assert rows_of(untrusted) == [[text]]


def test_rows_and_cells_that_name_no_place_stand_one_behind_the_other() -> None:
    given = "<c t='inlineStr'><is><t>a</t></is></c>"
    assert rows_of(sheet(f"<row>{given}{given}</row><row>{given}</row>")) == [["a", "a"], ["a"]]


def test_a_table_as_large_as_it_may_be_is_read_and_empty_ends_do_not_count() -> None:
    wide = ",".join("x" * MOST_COLUMNS) + "," * MOST_COLUMNS
    rows = rows_of(("\n".join([wide, *"y" * (MOST_ROWS - 1)])).encode())
    assert (len(rows), len(rows[0])) == (MOST_ROWS, MOST_COLUMNS)
    assert rows_of(b"x" * MOST_CELL_CHARACTERS) == [["x" * MOST_CELL_CHARACTERS]]
    assert rows_of(b"a,b\n\n , \n") == [["a", "b"]]


_UNPLACED = "<c><v>1</v></c>"
_LONG = "x" * MOST_CELL_CHARACTERS


@pytest.mark.long
@each(
    {
        "a row more": (b"x\n" * (MOST_ROWS + 1), Fault.TOO_MANY_ROWS, MOST_ROWS + 1, 0),
        "a column more": (b"a\n" + b",".join([b"x"] * (MOST_COLUMNS + 1)), Fault.TOO_MANY_COLUMNS, 2, MOST_COLUMNS + 1),
        "a letter more": (b"a\n" + b"x" * (MOST_CELL_CHARACTERS + 1), Fault.LONG_CELL, 2, 1),
        "a letter more in a workbook": (row(cell(_LONG), cell(_LONG + "x", place="B1")), Fault.LONG_CELL, 1, 2),
        "too much in all": (
            "\n".join([_LONG] * (MOST_CHARACTERS // MOST_CELL_CHARACTERS + 1)).encode(),
            Fault.TOO_LARGE, MOST_CHARACTERS // MOST_CELL_CHARACTERS + 1, 1,
        ),
        "a bell": (b"a,b\nc,d\x07", Fault.NOT_TEXT, 2, 2),
        "a formula behind spaces": (b"a,b\nc,  =1+1", Fault.FORMULA, 2, 2),
        "a formula in a workbook": (row('<c r="C1"><f>1+1</f></c>'), Fault.FORMULA, 1, 3),
        "a row far below": (sheet(f'<row r="{MOST_ROWS + 1}"/>'), Fault.TOO_MANY_ROWS, MOST_ROWS + 1, 0),
        "rows without places": (sheet("<row/>" * (MOST_ROWS + 1)), Fault.TOO_MANY_ROWS, MOST_ROWS + 1, 0),
        "a cell far to the right": (sheet('<row r="2"><c r="BN2"/></row>'), Fault.TOO_MANY_COLUMNS, 2, 66),
        "cells without places": (row(_UNPLACED * 65), Fault.TOO_MANY_COLUMNS, 1, 65),
        "a quote without end": (b'a\n"b', Fault.NO_TABLE, 2, 0),
    }
)  # fmt: skip
def test_what_is_beyond_a_limit_is_refused_with_its_place(
    untrusted: bytes, fault: Fault, at_row: int, column: int
) -> None:
    with pytest.raises(TableError) as caught:
        rows_of(untrusted)
    assert (caught.value.fault, caught.value.row, caught.value.column) == (fault, at_row, column)


def test_more_groups_than_can_be_compared_in_good_time_are_refused_at_once() -> None:
    with pytest.raises(TooManyError):
        list(following([1 << n for n in range(400)], [1]))
