"""The first line of a text, for a row of a list."""

from __future__ import annotations

from typing import Final

_MOST_LETTERS: Final = 1_000


def first_line(text: str) -> str:
    """Return the first line of a text that is not blank, as far as a row may show it."""
    return text.lstrip()[:_MOST_LETTERS].partition("\n")[0].rstrip()
