"""Text cut and padded to columns of terminal cells, where a letter may take two cells, one or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len, set_cell_size

from tui.text.in_words import in_words
from tui.text.safe_text import safe_line
from vault.words.message import Words

_CUT: Final = "~"
_GAP: Final = "  "


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list.

    Args:
        title: its heading.
        width: cells; 0 for the one column that takes what is left.
    """

    title: Words
    width: int = 0

    @property
    def cells(self) -> int:
        """How wide it is: never narrower than its heading is in the language of the app."""
        return max(self.width, cell_len(in_words(self.title))) if self.width else 0


def fit(untrusted: Words, cells: int) -> str:
    """Return the text as one safe line of exactly so many cells; `~` at its end says that it was cut."""
    text = safe_line(in_words(untrusted))
    if cell_len(text) > cells:
        text = set_cell_size(text, max(cells - 1, 0)) + _CUT
    return set_cell_size(text, cells)


def lay_out(columns: Sequence[Column], cells: Sequence[Words], width: int) -> str:
    """Return one line of exactly `width` terminal cells with each text in its column."""
    fixed = sum(column.cells for column in columns) + len(_GAP) * (len(columns) - 1)
    rest = max(width - fixed, 0)
    return fit(_GAP.join(fit(text, column.cells or rest) for column, text in zip(columns, cells, strict=True)), width)
