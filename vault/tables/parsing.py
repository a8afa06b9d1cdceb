"""Bytes to rows of text. It runs in a process of its own: what comes in is from outside, and may be made to harm.

Of a spreadsheet the first sheet is read. Nothing of a formula is worked out, and none is believed: a cell with one is a
fault.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook

from vault.tables.table_faults import (
    MOST_CELL_CHARACTERS,
    MOST_CHARACTERS,
    MOST_COLUMNS,
    MOST_ROWS,
    MOST_UNPACKED_BYTES,
    Fault,
    TableError,
    unmarked,
)

_ZIP = b"PK\x03\x04"
_MOST_PARTS = 256
_PIECE = 2**20
_DELIMITERS = ",;\t"
_XML = (".xml", ".rels")
_WORKBOOK = "xl/workbook.xml"
_PLACE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_MAY_STAND = frozenset("\n\t")


def rows_of(untrusted: bytes) -> list[list[str]]:
    """Return the rows of a file as text, empty ones too, so that their numbers are those that a person sees.

    Raises:
        TableError: the first thing that is wrong.
    """
    found = _of_workbook(untrusted) if untrusted.startswith(_ZIP) else _of_csv(untrusted)
    return _checked(found)


def _checked(rows: Iterable[list[str]]) -> list[list[str]]:
    kept: list[list[str]] = []
    characters = 0
    for number, row in enumerate(rows, 1):
        if number > MOST_ROWS:
            raise TableError(Fault.TOO_MANY_ROWS, number)
        while row and not row[-1].strip():
            row.pop()
        if len(row) > MOST_COLUMNS:
            raise TableError(Fault.TOO_MANY_COLUMNS, number, len(row))
        for column, cell in enumerate(row, 1):
            characters += len(cell)
            if len(cell) > MOST_CELL_CHARACTERS:
                raise TableError(Fault.LONG_CELL, number, column)
            if characters > MOST_CHARACTERS:
                raise TableError(Fault.TOO_LARGE, number, column)
            if any(not _is_text(letter) for letter in cell):
                raise TableError(Fault.NOT_TEXT, number, column)
            if cell.lstrip().startswith("="):
                raise TableError(Fault.FORMULA, number, column)
        kept.append([unmarked(cell) for cell in row])
    while kept and not kept[-1]:
        kept.pop()
    return kept


def _is_text(letter: str) -> bool:
    """Say whether a character may stand in a cell: no control character, no half of a pair, none that is unassigned."""
    return letter in _MAY_STAND or unicodedata.category(letter) not in {"Cc", "Cs", "Cn"}


def _of_csv(untrusted: bytes) -> Iterator[list[str]]:
    encoding = "utf-16" if untrusted.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = untrusted.decode(encoding)
    except UnicodeDecodeError:
        raise TableError(Fault.NOT_UTF8) from None
    if "\x00" in text:
        raise TableError(Fault.NOT_TEXT)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    first = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    csv.field_size_limit(MOST_CELL_CHARACTERS + 1)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for row in reader:
            number += 1
            yield row
    except csv.Error as fault:
        # The module says by words alone which of the two it was.
        is_long = "limit" in str(fault)
        raise TableError(Fault.LONG_CELL if is_long else Fault.NO_TABLE, number + 1) from None


def _of_workbook(untrusted: bytes) -> Iterator[list[str]]:
    """Yield the rows of the first sheet.

    The library gets an archive that was made here of what this module read: its sizes are true, and every part of it is
    plain XML.
    """
    parts = _unpacked(untrusted)
    if _WORKBOOK not in parts:
        raise TableError(Fault.NO_TABLE)
    for content in parts.values():
        _Scan().read(content)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    parts.clear()
    packed.seek(0)
    try:
        with CalamineWorkbook.from_filelike(packed) as workbook:
            for row in workbook.get_sheet_by_index(0).to_python(skip_empty_area=False):
                yield [_text(cell) for cell in row]
    except (CalamineError, ValueError, OSError, IndexError):
        raise TableError(Fault.NO_TABLE) from None


def _unpacked(untrusted: bytes) -> dict[str, bytes]:
    parts: dict[str, bytes] = {}
    left = MOST_UNPACKED_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(untrusted)) as archive:
            if len(archive.infolist()) > _MOST_PARTS:
                raise TableError(Fault.TOO_LARGE)
            for entry in archive.infolist():
                if not entry.filename.endswith(_XML):
                    continue  # pictures, printer settings, macros
                if entry.filename in parts:
                    raise TableError(Fault.NO_TABLE)
                content = bytearray()
                with archive.open(entry) as stream:
                    while piece := stream.read(_PIECE):
                        content += piece
                        left -= len(piece)
                        if left < 0:
                            raise TableError(Fault.TOO_LARGE)
                parts[entry.filename] = bytes(content)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError):
        raise TableError(Fault.NO_TABLE) from None
    return parts


class _Scan:
    """One look over a part, before the library sees it: no entity, no formula, no cell far outside of any table."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._element
        self._is_sheet: bool | None = None
        self._row = self._column = 0

    def read(self, content: bytes) -> None:
        try:
            self._parser.Parse(content, True)
        except expat.ExpatError:
            raise TableError(Fault.NO_TABLE) from None

    def _doctype(self, *_: object) -> None:
        raise TableError(Fault.NO_TABLE)

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        element = name.rpartition(" ")[2]
        if self._is_sheet is None:
            self._is_sheet = element == "worksheet"
        if not self._is_sheet:
            return
        if element == "row":
            said = attributes.get("r", "")
            self._row = int(said) if said.isdecimal() and len(said) < 8 else self._row + 1
            self._column = 0
        elif element == "c":
            place = _PLACE.fullmatch(attributes.get("r", ""))
            if place is not None:
                self._column, self._row = _number_of(place[1]), int(place[2])
            else:
                self._column += 1
        elif element == "f":
            raise TableError(Fault.FORMULA, self._row, self._column)
        if self._row > MOST_ROWS:
            raise TableError(Fault.TOO_MANY_ROWS, self._row)
        if self._column > MOST_COLUMNS:
            raise TableError(Fault.TOO_MANY_COLUMNS, self._row, self._column)


def _number_of(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _text(cell: object) -> str:
    """Return what a person sees in a cell, dates as ISO has them."""
    match cell:
        case str():
            return cell.replace("\r\n", "\n").replace("\r", "\n")
        case bool():
            return "yes" if cell else "no"
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime.datetime():
            is_day = cell.time() == datetime.time()
            return cell.date().isoformat() if is_day else cell.strftime("%Y-%m-%dT%H:%M")
        case datetime.date():
            return cell.isoformat()
        case _:
            return str(cell)
