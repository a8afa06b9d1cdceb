"""Whether a number or an address is one that must never be used: the one place that decides it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cached_property

from typing_extensions import override

# Behind the country code and the trunk digit a number is the same in any spelling.
COMPARED_DIGITS = 7
MOST_NEVER_USED = 200
"""Lines that somebody may write into the never-use list of a person; what is stored already is read, however long."""
_FEWEST_AS_ENDING = 5  # a shorter one, such as an emergency line, ends too many numbers: it is compared whole
_LONGEST_GAP = 3
_NUMBER = re.compile(rf"\+?\d(?:[\s().\-–/]{{0,{_LONGEST_GAP}}}\d)*")


class NeverUse(tuple[str, ...]):
    """What must never be used, as written. Whether a way is on it costs the same however long the list is."""

    @classmethod
    def of(cls, lines: Iterable[str]) -> NeverUse:
        """Return the list of these lines, which is itself where they are one."""
        return lines if isinstance(lines, NeverUse) else cls(lines)

    @override
    def __contains__(self, way: object) -> bool:
        """Say whether a way is on it: a number by its digits, an address by its letters."""
        if not isinstance(way, str):
            return False
        digits = "" if "@" in way else digits_of(way)
        return _plain(way) in self._addresses or any(ending in self._endings for ending in _asked(digits))

    @cached_property
    def _addresses(self) -> frozenset[str]:
        return frozenset(map(_plain, self))

    @cached_property
    def _endings(self) -> frozenset[tuple[int, str]]:
        numbers = {digits_of(line) for line in self if "@" not in line}
        return frozenset(ending for digits in numbers for ending in _said(digits))

    @cached_property
    def has_addresses(self) -> bool:
        """Whether anything on it is no number."""
        return any(not digits_of(line) or "@" in line for line in self)


# How far a number was compared, and with what: a short one is compared whole, a longer one by its ending.
def _said(digits: str) -> Iterator[tuple[int, str]]:
    """Yield what a number on a list answers to."""
    if digits:
        yield 0, digits
    for length in range(_FEWEST_AS_ENDING, min(COMPARED_DIGITS, len(digits)) + 1):
        yield length, digits[-length:]


def _asked(digits: str) -> Iterator[tuple[int, str]]:
    """Yield what on a list a number is one line with."""
    longest = min(COMPARED_DIGITS, len(digits))
    yield 0, digits
    if longest >= _FEWEST_AS_ENDING:
        yield longest, digits[-longest:]
        for length in range(_FEWEST_AS_ENDING, longest):
            yield 0, digits[-length:]


def digits_of(number: str) -> str:
    """Return the digits of a number in order, those of other scripts too, whatever stands between them."""
    found = (unicodedata.digit(letter, None) for letter in number)
    return "".join(str(digit) for digit in found if digit is not None)


def is_same_number(number: str, other: str) -> bool:
    """Say whether two numbers are one line, as far as it is safe to tell.

    Their last seven digits decide, all of the shorter where it has fewer; below five digits all of both.
    """
    ours, theirs = digits_of(number), digits_of(other)
    compared = min(COMPARED_DIGITS, len(ours), len(theirs))
    if compared < _FEWEST_AS_ENDING:
        return bool(ours) and ours == theirs
    return ours[-compared:] == theirs[-compared:]


def is_never_used(way: str, never_use: Iterable[str]) -> bool:
    """Say whether a number or an address is on a never-use list: a number by its digits, an address by its letters."""
    return way in NeverUse.of(never_use)


def never_used_in(text: str, never_use: Iterable[str]) -> tuple[str, ...]:
    """Return what stands in a text and is on a never-use list, as it is written there, each once."""
    listed = NeverUse.of(never_use)
    if not listed:
        return ()
    words = (word for word in _words(text) if not digits_of(word) or "@" in word) if listed.has_addresses else ()
    return tuple(way for way in dict.fromkeys((*_numbers(text), *words)) if way in listed)


def ways_in(text: str) -> dict[str, None]:
    """Return the numbers and e-mail addresses that may stand in a text, as they are written there, each once."""
    addresses = (word for word in _words(text) if "@" in word) if "@" in text else ()
    return dict.fromkeys((*_numbers(text), *addresses))


def _numbers(text: str) -> Iterator[str]:
    return (found[0] for found in _NUMBER.finditer(text))


def _words(text: str) -> Iterator[str]:
    return (word.strip(".,;:()<>«»\"'") for word in text.split())


def key_of(line: str) -> str:
    """Return by what a line of a never-use list is kept: the last seven of its digits, or an address in small letters.

    `keys_asked` has those of all lines that a way may be one with.
    """
    digits = "" if "@" in line else digits_of(line)
    return digits[-COMPARED_DIGITS:] or _plain(line)


def keys_asked(way: str) -> tuple[frozenset[str], str]:
    """Return the keys of the lines that a way may be one with, and an ending of all others; empty for none."""
    digits = "" if "@" in way else digits_of(way)
    if not digits:
        return frozenset({_plain(way)}), ""
    keys = {digits[-length:] for length in range(_FEWEST_AS_ENDING, min(COMPARED_DIGITS, len(digits)) + 1)}
    is_short = _FEWEST_AS_ENDING <= len(digits) < COMPARED_DIGITS
    return frozenset({*keys, digits[-COMPARED_DIGITS:]}), digits if is_short else ""


def _plain(way: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", way).casefold().split())
