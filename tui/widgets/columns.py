"""Text cut and padded to columns of terminal cells, where a letter may take two cells, one or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len, set_cell_size

from tui.text.safe_text import safe_line

_CUT: Final = "~"
_GAP: Final = "  "


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list.

    Args:
        title: its heading.
        width: cells; 0 for the one column that takes what is left.
    """

    title: str
    width: int = 0


def fit(untrusted: str, cells: int) -> str:
    """Return the text as one safe line of exactly so many cells; `~` at its end says that it was cut."""
    text = safe_line(untrusted)
    if cell_len(text) > cells:
        text = set_cell_size(text, max(cells - 1, 0)) + _CUT
    return set_cell_size(text, cells)


def lay_out(columns: Sequence[Column], cells: Sequence[str], width: int) -> str:
    """Return one line of exactly `width` terminal cells with each text in its column."""
    fixed = sum(column.width for column in columns) + len(_GAP) * (len(columns) - 1)
    rest = max(width - fixed, 0)
    return fit(_GAP.join(fit(text, column.width or rest) for column, text in zip(columns, cells, strict=True)), width)
