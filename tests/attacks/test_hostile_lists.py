"""Lists that are made to harm whoever imports them: one clear error, bounded memory and time, nothing changed."""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.tables import each
from vault.access.session import Session
from vault.errors import UsageError
from vault.export.children import NO_MEMORY, ask_child, command_of
from vault.services.imports import case_import
from vault.tables.parsing import rows_of
from vault.tables.table_faults import MOST_COLUMNS, TableError, neutral
from vault.tables.table_files import csv_of, read_table, xlsx_of

HEADERS = ("case", "client", "note")
GOOD = xlsx_of([HEADERS, ("Refused", "Zarina Tashbaeva", "SECRETWORD")], title="cases")
SHEET = "xl/worksheets/sheet1.xml"
_NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_MIB = 2**20


def workbook(change: Callable[[dict[str, bytes]], object], *, packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return the good workbook with parts changed."""
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        parts = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    change(parts)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packed) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def sheet(data: str, before: str = "") -> bytes:
    content = f'<?xml version="1.0"?>{before}<worksheet xmlns="{_NS}"><sheetData>{data}</sheetData></worksheet>'
    return workbook(lambda parts: parts.update({SHEET: content.encode()}))


def many_rows(count: int) -> str:
    return "".join(f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>x</t></is></c></row>' for n in range(1, count + 1))


def only(parts: dict[str, bytes], name: str) -> None:
    parts.clear()
    parts[name] = b"SECRETWORD"


def twice() -> bytes:
    out = io.BytesIO(GOOD)
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr(SHEET, b"<worksheet/>")
    return out.getvalue()


def claims_less() -> bytes:
    """Return a bomb whose directory says that each part has no byte."""
    content = bytearray(workbook(lambda parts: parts.update({SHEET: b"<a>" + bytes(120 * _MIB)})))
    at = 0
    while (at := content.find(b"PK\x01\x02", at)) >= 0:
        content[at + 24 : at + 28] = bytes(4)
        at += 4
    return bytes(content)


_LAUGHS = "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(10)
)  # fmt: skip
_CELL = '<row r="1"><c r="A1" t="inlineStr"><is><t>{}</t></is></c></row>'
HOSTILE: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "NUL": lambda: b"case,client\nRefused,Zar\x00ina",
    "half of a pair in UTF-8": lambda: b"case\nRe\xed\xa0\x80fused",
    "half of a pair in UTF-16": lambda: "case\n".encode("utf-16") + b"\x00\xd8",
    "no UTF-8": lambda: "case\nпаспорт".encode("cp1251"),
    "a bell": lambda: b"case\nRe\x07fused",
    "an escape": lambda: b"case\nRe\x1b[2Jfused",
    "a quote without end": lambda: b'case\n"' + b"SECRETWORD," * 100_000,
    "100,000 rows": lambda: b"case\n" + b"x\n" * 100_000,
    "100,000 columns": lambda: b"case" + b"," * 100_000,
    "a cell of 10 MB": lambda: b"case\n" + b"x" * 10_000_000,
    "17 MiB": lambda: b"x" * 17 * _MIB,
    "a formula": lambda: b"case\n=cmd|' /C calc'!A0",
    "a picture": lambda: b"\x89PNG\r\n\x1a\n" + bytes(1000),
    "half of a workbook": lambda: GOOD[: len(GOOD) // 2],
    "a workbook without a sheet": lambda: workbook(lambda parts: parts.pop(SHEET)),
    "a workbook without its directory": lambda: workbook(lambda parts: parts.pop("xl/workbook.xml")),
    "a workbook that is no XML": lambda: workbook(lambda parts: parts.update({SHEET: b"\x00" * 1000})),
    "another archive": lambda: workbook(lambda parts: only(parts, "a.txt")),
    "a zip bomb": lambda: workbook(lambda parts: parts.update({SHEET: b"<a>" + bytes(120 * _MIB)})),
    "a zip bomb that claims to be small": claims_less,
    "a bomb beside the sheet": lambda: workbook(lambda parts: parts.update({"xl/x.xml": b"<a>" + b" " * 120 * _MIB})),
    "a thousand parts": lambda: workbook(lambda parts: parts.update({f"xl/{n}.xml": b"<a/>" for n in range(1000)})),
    "a part twice": twice,
    "100,000 rows of a workbook": lambda: sheet(many_rows(100_000)),
    "a cell at the far end": lambda: sheet('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    "a cell at no place": lambda: sheet('<row r="99999999999999999999"><c r="ZZZZ0"><v>1</v></c></row>' * 3000),
    "a formula of a workbook": lambda: sheet('<row r="1"><c r="A1"><f>SUM(1,2)</f><v>3</v></c></row>'),
    "a control character": lambda: sheet(_CELL.format("a_x0007_").replace("_x0007_", "&#7;")),
    "half of a pair": lambda: sheet(_CELL.format("&#xD800;")),
    "a billion laughs": lambda: sheet(_CELL.format("&l9;"), f"<!DOCTYPE lolz [{_LAUGHS}]>"),
    "a file of this computer": lambda: sheet(_CELL.format("&x;"), '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
    "a string that is not there": lambda: sheet('<row r="1"><c r="A1" t="s"><v>4000000000</v></c></row>'),
    "elements in elements": lambda: sheet("<row>" * 200_000),
}  # fmt: skip


@each(HOSTILE)
def test_a_hostile_file_is_refused_with_one_clear_error_and_changes_nothing(
    made: Callable[[], bytes], session: Session, tmp_path: Path
) -> None:
    path = tmp_path / "list"
    path.write_bytes(made())
    before = session.log.size, sorted(session.folder.path.iterdir())
    with pytest.raises(UsageError) as refusal:
        case_import.preview(session, path, kind="asylum")
    assert not any(word in str(refusal.value) for word in ("SECRETWORD", "Zar", "passwd", "root:"))
    assert (session.log.size, sorted(session.folder.path.iterdir())) == before


def test_the_good_file_that_they_were_made_of_is_read(tmp_path: Path) -> None:
    path = tmp_path / "list"
    path.write_bytes(GOOD)
    assert read_table(path)[1] == ["Refused", "Zarina Tashbaeva", "SECRETWORD"]
    path.write_bytes(sheet(_CELL.format("case")))
    assert read_table(path) == [["case"]]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system holds to no such limit")
def test_what_takes_more_memory_than_it_may_ends_with_its_code() -> None:
    bomb = workbook(lambda parts: parts.update({SHEET: b"<a>" + b" " * 90 * _MIB}))
    assert ask_child(command_of("vault.tables", memory=64 * _MIB), bomb, seconds=60) == (NO_MEMORY, b"")


@given(st.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_rows_of_text_or_a_fault(untrusted: bytes) -> None:
    _rows_or_fault(untrusted)


@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=8), st.integers(0, 3))
@settings(max_examples=200, deadline=None)
def test_a_workbook_with_any_bytes_changed_is_rows_of_text_or_a_fault(at: int, put: bytes, cut: int) -> None:
    _rows_or_fault(GOOD[:at] + put + GOOD[at + len(put) + cut :])


@given(st.lists(st.lists(st.text(max_size=30), max_size=6), max_size=8))
@example([["\r"]])
@settings(max_examples=150, deadline=None)
def test_what_is_written_is_read_back_or_refused_and_begins_no_formula(rows: list[list[str]]) -> None:
    for content in (csv_of([HEADERS, *rows]), xlsx_of([HEADERS, *rows], title="cases")) if _is_encodable(rows) else ():
        found = _rows_or_fault(content)
        if found is not None:
            expected = [
                *([*HEADERS],),
                *([cell.replace("\r\n", "\n").replace("\r", "\n") for cell in row] for row in rows),
            ]
            assert _trimmed(found) == _trimmed(expected)


@given(st.text())
def test_no_cell_begins_a_formula(text: str) -> None:
    assert neutral(text).lstrip(" \n")[:1] not in tuple("=+-@\t\r")


def _rows_or_fault(untrusted: bytes) -> list[list[str]] | None:
    try:
        rows = rows_of(untrusted)
    except TableError:
        return None
    assert all(len(row) <= MOST_COLUMNS for row in rows)
    "".join(cell for row in rows for cell in row).encode()
    return rows


def _is_encodable(rows: list[list[str]]) -> bool:
    try:
        "".join(cell for row in rows for cell in row).encode()
    except UnicodeEncodeError:
        return False
    return True


def _trimmed(rows: list[list[str]]) -> list[list[str]]:
    """Return the rows without the empty cells and rows at their ends."""
    kept = [list(row) for row in rows]
    for row in kept:
        while row and not row[-1].strip():
            row.pop()
    while kept and not kept[-1]:
        kept.pop()
    return kept
