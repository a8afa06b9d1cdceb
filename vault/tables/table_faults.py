"""What may be wrong with a file that is to be a table, and cells that would begin a formula."""

from __future__ import annotations

from enum import StrEnum, unique
from typing import Final

# A cell that would begin a formula is text with a mark before it, in whatever program opens it.

_LIVE: Final = frozenset("=+-@\t\r＝＋－＠")
_MARK: Final = "'"


def neutral(text: str) -> str:
    """Return a cell's text so that no program takes it for a formula."""
    return _MARK + text if text.lstrip(" \n")[:1] in _LIVE else text


def unmarked(text: str) -> str:
    """Return what `neutral` was given."""
    said = text.removeprefix(_MARK)
    return said if neutral(said) == text else text


# What may be wrong with a file that is to be a table. A fault has a place, and never the value that stands there.
MOST_FILE_BYTES = 16 * 2**20
MOST_UNPACKED_BYTES = 96 * 2**20
MOST_ROWS = 2_001  # with the headers
MOST_COLUMNS = 64
MOST_CELL_CHARACTERS = 200_000
MOST_CHARACTERS = 16 * 2**20


@unique
class Fault(StrEnum):
    """The first thing that is wrong with a file."""

    NO_TABLE = "no-table"
    NOT_UTF8 = "not-utf8"
    TOO_LARGE = "too-large"
    TOO_MANY_ROWS = "too-many-rows"
    TOO_MANY_COLUMNS = "too-many-columns"
    LONG_CELL = "long-cell"
    FORMULA = "formula"
    NOT_TEXT = "not-text"


class TableError(Exception):
    """A file is no table that is read here; row and column count from 1, and 0 stands for none."""

    def __init__(self, fault: Fault, row: int = 0, column: int = 0) -> None:
        super().__init__(fault.value)
        self.fault, self.row, self.column = fault, row, column
