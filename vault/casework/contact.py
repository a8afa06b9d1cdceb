"""Whether a number or an address is one that must never be used: the one place that decides it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

# Behind the country code and the trunk digit a number is the same in any spelling.
COMPARED_DIGITS = 7
_FEWEST_AS_ENDING = 5  # a shorter one, such as an emergency line, ends too many numbers: it is compared whole
_LONGEST_GAP = 3
_NUMBER = re.compile(rf"\+?\d(?:[\s().\-–/]{{0,{_LONGEST_GAP}}}\d)*")


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
    plain = _plain(way)
    return any(plain == _plain(line) or ("@" not in line + way and is_same_number(way, line)) for line in never_use)


def never_used_in(text: str, never_use: Iterable[str]) -> tuple[str, ...]:
    """Return what stands in a text and is on a never-use list, as it is written there, each once."""
    lines = tuple(never_use)
    if not lines:
        return ()
    numbers = [found[0] for found in _NUMBER.finditer(text)]
    addresses = {_plain(line) for line in lines if not digits_of(line) or "@" in line}
    words = [word.strip(".,;:()<>«»\"'") for word in text.split()] if addresses else []
    found = [number for number in numbers if is_never_used(number, lines)]
    found += [word for word in words if _plain(word) in addresses]
    return tuple(dict.fromkeys(found))


def _plain(way: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", way).casefold().split())
