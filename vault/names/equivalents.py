"""Given names that one person may go by, from `lists/equivalents.txt`: short forms, and names in other languages."""

from __future__ import annotations

from functools import lru_cache

from vault.data_files import read_lines
from vault.names.sounds import sounds_of


@lru_cache(maxsize=1)
def _names() -> tuple[str, ...]:
    return read_lines("vault.names", "lists/equivalents.txt")


@lru_cache(maxsize=1)
def _lines() -> dict[str, frozenset[int]]:
    found: dict[str, frozenset[int]] = {}
    for number, line in enumerate(_names()):
        for sound in {sound for word in line.split() for sound in sounds_of(word)}:
            found[sound] = found.get(sound, frozenset()) | {number}
    return found


@lru_cache(maxsize=16384)
def equivalents_of(word: str) -> tuple[str, ...]:
    """Return the words of the names that this word may stand for; none for a word that is not listed."""
    numbers = sorted({number for sound in sounds_of(word) for number in _lines().get(sound, ())})
    return tuple(dict.fromkeys(other for number in numbers for other in _names()[number].split()))
