"""What a locked app knows of dates: times, in steps of five minutes, and no word of what is due."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

MOST: Final = 32
_MARK: Final = "due "
_MOST_DIGITS: Final = 10  # of seconds since 1970, up to the year 2286


def said(times: Iterable[int]) -> str:
    """Return the line in which the child that holds the keys tells the launcher the times, as it locks."""
    return _MARK + " ".join(str(time) for time in list(times)[:MOST])


def heard(untrusted_lines: Iterable[str]) -> tuple[int, ...]:
    """Return the times of such a line; nothing else of what a child said, whatever it is."""
    for line in untrusted_lines:
        words = line.removeprefix(_MARK).split()
        if line.startswith(_MARK) and all(word.isdecimal() and len(word) <= _MOST_DIGITS for word in words):
            return tuple(sorted(int(word) for word in words)[:MOST])
    return ()
