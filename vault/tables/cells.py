"""A cell that would begin a formula is text with a mark before it, in whatever program opens it."""

from __future__ import annotations

from typing import Final

_LIVE: Final = frozenset("=+-@\t\r＝＋－＠")
_MARK: Final = "'"


def neutral(text: str) -> str:
    """Return a cell's text so that no program takes it for a formula."""
    return _MARK + text if text.lstrip(" \n")[:1] in _LIVE else text


def unmarked(text: str) -> str:
    """Return what `neutral` was given."""
    said = text.removeprefix(_MARK)
    return said if neutral(said) == text else text
