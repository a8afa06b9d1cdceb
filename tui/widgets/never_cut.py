"""Numbers that must never be used, in the lines that there are: none is broken, and what is left out is counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len

from tui.text.in_words import in_words
from tui.text.safe_text import safe_line
from vault.words.message import Words, plural

_GAP: Final = "   "
_LONGEST_NUMBER: Final = 32


def numbers_first(lines: Sequence[str]) -> list[str]:
    """Return short lines, which are numbers, before long ones, which would take their place."""
    return sorted(lines, key=lambda line: len(line) > _LONGEST_NUMBER)


def never_cut(lines: Sequence[str], width: int, most: int) -> list[str]:
    """Return the lines whole, packed into at most so many rows; how many more there are ends the last of them."""
    ordered = numbers_first(lines)
    rows, shown = _packed(ordered, [width] * most)
    if shown < len(ordered):
        suffix = in_words(more_words(len(ordered)))
        rows, shown = _packed(ordered, [*[width] * (most - 1), width - cell_len(suffix) - len(_GAP)])
        more = in_words(more_words(len(ordered) - shown))
        rows = [*rows[:-1], f"{rows[-1]}{_GAP}{more}"] if len(rows) == most and rows[-1] else [*rows[: most - 1], more]
    return rows


def more_words(count: int) -> Words:
    """Return how many more there are."""
    return plural("and {count} more", "and {count} more", count=count)


def packed_whole(lines: Sequence[str], width: int) -> list[str]:
    """Return all of them in as many rows as that takes."""
    rows, _ = _packed(numbers_first(lines), [width] * (2 * len(lines) + sum(map(len, lines)) // max(width // 2, 1)))
    return rows


def _packed(lines: Sequence[str], widths: Sequence[int]) -> tuple[list[str], int]:
    """Return rows of at most these widths, and how many lines stand in them whole."""
    rows: list[str] = []
    for shown, line in enumerate(lines):
        text = safe_line(line)
        longer = f"{rows[-1]}{_GAP}{text}" if rows else text
        if rows and cell_len(longer) <= widths[len(rows) - 1]:
            rows[-1] = longer
            continue
        pieces = _pieces(text, widths[len(rows) :])
        if pieces is None:
            return rows, shown
        rows += pieces
    return rows, len(lines)


def _pieces(text: str, widths: Sequence[int]) -> list[str] | None:
    """Return the text in rows of these widths; None where it needs more of them."""
    pieces: list[str] = []
    for width in widths:
        if cell_len(text) <= width:
            return [*pieces, text]
        taken = 0
        room = width
        while taken < len(text) and (wide := cell_len(text[taken])) <= room:
            room -= wide
            taken += 1
        if not taken:
            return None
        pieces.append(text[:taken])
        text = text[taken:]
    return None
