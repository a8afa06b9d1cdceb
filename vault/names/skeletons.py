"""What stands for a name where names may not stand: pairs of its words by their consonants, made to be hashed.

Equal hashes know no distance. So the skeleton folds scripts and romanisations, and who asks tries every key that one
wrong letter makes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from vault.names.alike import Alike, nearby_keys, parts_of, readings_asked, stored_readings
from vault.names.forms import PARTICLES, words_of
from vault.names.normal import normal
from vault.names.transliteration import latin_spellings

MOST_SKELETONS = 256
_FEWEST_OF_ONE_WORD = 3
_FEWEST_FOR_NEARBY = 3


def skeletons_of(names: Iterable[str]) -> tuple[str, ...]:
    """Return what stands for these names: for each pair of words of a name the two keys in order, 256 at most.

    A name of one word stands for itself, with three consonants or more.
    """
    found: dict[str, None] = {}
    for name in names:
        words = [{reading.key for reading in stored_readings(word)} for word in parts_of(name)]
        found.update(dict.fromkeys(_pairs(words) if len(words) > 1 else _alone(words)))
    return tuple(found)[:MOST_SKELETONS]


def skeletons_ever_of(names: Iterable[str]) -> frozenset[str]:
    """Return what stands for these names, and nobody near them, in a register written by this or an earlier form."""
    texts = tuple(names)
    return frozenset((*skeletons_of(texts), *(skeleton for name in texts for skeleton in _spelled(name))))


def skeletons_asked(names: Iterable[str]) -> frozenset[str]:
    """Return all that may stand for somebody of one of these names, in a register written by this or an earlier form.

    Of a pair, one word may have another letter, if it has three consonants or more.
    """
    found: set[str] = set()
    for name in names:
        words = parts_of(name)
        exact = [{reading.key for reading in readings_asked(word)} for word in words]
        near = [_near(word) for word in words]
        found.update(_pairs(exact) if len(words) > 1 else _alone(exact))
        for place in range(len(words)):
            found.update(_pairs([near[n] if n == place else keys for n, keys in enumerate(exact)]))
        found.update(_spelled(name))
    return frozenset(found)


def _near(word: str) -> set[str]:
    keys = {reading.key for reading in readings_asked(word) if reading.how in (Alike.SPELLING, Alike.INFLECTED)}
    return {near for key in keys if len(key) >= _FEWEST_FOR_NEARBY for near in nearby_keys(key)}


def _pairs(words: list[set[str]]) -> Iterator[str]:
    for first, second in combinations(words, 2):
        yield from (" ".join(sorted((word, other))) for word in sorted(first) for other in sorted(second))


def _alone(words: list[set[str]]) -> Iterator[str]:
    return (key for keys in words for key in sorted(keys) if len(key) >= _FEWEST_OF_ONE_WORD)


def _spelled(name: str) -> Iterator[str]:
    """Give the skeletons of registers written before sounds were compared: words in Latin letters."""
    words = [_spellings(word) for word in words_of(name) if normal(word) not in PARTICLES]
    words = [word for word in words if word]
    yield from _pairs(words) if len(words) > 1 else (spelled for word in words for spelled in sorted(word))


def _spellings(word: str) -> set[str]:
    plain = normal(word).replace("'", "")
    spellings = {text for text in (plain, *latin_spellings(word)) if text.isascii()}
    return spellings or ({plain} if len(plain) > 1 else set())
