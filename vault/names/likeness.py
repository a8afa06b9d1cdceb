"""Could these two written names be one person, and why? And what stands for a name where names may not stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from functools import lru_cache
from itertools import combinations
from types import ModuleType
from typing import NamedTuple

from vault.names.common_words import equivalents_of
from vault.names.normal import normal
from vault.names.sounds import ARABIC_LETTER, KEY_LETTERS, key_of, sounds_of
from vault.names.written_forms import PARTICLES, latin_spellings, words_of

# Could these two written names be one person, and why? By sound, across scripts; without a list of real people.

_FEWEST_KEY_LETTERS = 2
_FEWEST_FOR_A_LETTER = 5  # a shorter sound with another letter is another name
_FEWEST_FOR_TWO = 6  # one wrong letter in `shch` is two in the sound
_FEWEST_STEM_LETTERS = 4
_LIKE = 0.8  # Jaro-Winkler of two sounds with one key

_ADJECTIVE = re.compile("(?<=[сц]к|ьк)(?:ий|ого|ому|им|ом|ая|ой|ою|ую|ие|их|ими)$")
_SURNAME = re.compile("(?<=[оеёиіїы][внй])(?:ым|им|ом|ой|ою|ых|их|ыми|ими)$")
_NOUN = re.compile("(?:ом|ем|єм|ём|ого|ому|ами|ями|ах|ях)$")
_PATRONYMIC = re.compile("(?:[oe]vi[CSh]|[oe]vn[aieu]?|iniCn[aieu]?|[oe]vi[CS][aieu]m?)$")
_ZODA = key_of("zod")
_REFORMED = re.compile("(?:zod|zad|[oei]v)$")


class Alike(StrEnum):
    """Why two words may be one name, the surest first."""

    SAME = "same"
    SPELLING = "spelling"  # another script, another romanisation
    INFLECTED = "inflected"
    EQUIVALENT = "equivalent"  # a short form, or the same given name in another language
    ENDING = "ending"  # with and without -ov, -zoda
    SHORT = "short"  # one consonant alone is the same, in another script
    LETTER = "letter"  # one letter differs


class Reading(NamedTuple):
    """One way to hear a word: its key, its sound, and whether an ending was taken off."""

    key: str
    sound: str
    how: Alike
    is_bare: bool  # written without its short vowels


@lru_cache(maxsize=65536)
def stored_readings(word: str) -> tuple[Reading, ...]:
    """Return how one word of a written name sounds as it stands: what an index or a register keeps of it."""
    is_bare = ARABIC_LETTER.search(word) is not None
    cores = dict.fromkeys(sound.rstrip("aeiou") or sound for sound in sounds_of(word))
    return tuple(Reading(key_of(core) or core, core, Alike.SPELLING, is_bare) for core in cores)


@lru_cache(maxsize=65536)
def readings_of(word: str) -> tuple[Reading, ...]:
    """Return the ways to hear one word of a name, with its case endings and without."""
    found: dict[tuple[str, str], Reading] = {}
    is_bare = ARABIC_LETTER.search(word) is not None
    for form, how in _forms(word):
        for sound in sounds_of(form):
            for reading in as_stored(sound.rstrip("aeiou") or sound, how=how, is_bare=is_bare):
                found.setdefault((reading.key, reading.sound), reading)
    return tuple(found.values())


def as_stored(sound: str, *, how: Alike = Alike.SPELLING, is_bare: bool) -> Iterator[Reading]:
    """Give the readings of a sound without its last vowels: as it is, and without an ending that reforms took."""
    yield Reading(key_of(sound) or sound, sound, how, is_bare)
    stem = _REFORMED.sub("", sound)
    if stem != sound and len(stem) >= _FEWEST_STEM_LETTERS:
        yield Reading(key_of(stem) or stem, stem, Alike.ENDING, is_bare)


def _forms(word: str) -> Iterator[tuple[str, Alike]]:
    lowered = word.casefold()
    yield lowered, Alike.SPELLING
    for endings in (_ADJECTIVE, _SURNAME, _NOUN):
        stem = endings.sub("", lowered)
        if stem != lowered and len(stem) >= _FEWEST_STEM_LETTERS:
            yield stem, Alike.INFLECTED
            return


@lru_cache(maxsize=16384)
def alike(first: str, second: str) -> Alike | None:
    """Return why two words may be one name; None when they are not."""
    if normal(first) == normal(second):
        return Alike.SAME
    found = (alike_readings(mine, theirs) for mine in readings_asked(first) for theirs in readings_of(second))
    return surest(why for why in found if why is not None)


def readings_asked(word: str) -> tuple[Reading, ...]:
    """Return the ways to hear a word that is looked for, and those of the names that stand for the same given name."""
    others = (stored for other in equivalents_of(word) for stored in stored_readings(other))
    return (*readings_of(word), *(other._replace(how=Alike.EQUIVALENT) for other in others))


def weight(whys: Iterable[Alike]) -> int:
    """Return how far a name is from the one asked: less is surer."""
    return sum(map(_ORDER.__getitem__, whys))


def is_enough(whys: Sequence[Alike]) -> bool:
    """Tell whether the reasons of all words together say that it may be one person."""
    return len(whys) == 1 or any(why not in _WEAK for why in whys)


def surest(whys: Iterable[Alike]) -> Alike | None:
    return min(whys, key=_ORDER.__getitem__, default=None)


def least_sure(whys: Iterable[Alike]) -> Alike:
    """Return the least sure of some reasons, of which there is one at least."""
    return max(whys, key=_ORDER.__getitem__)


def nearby_keys(key: str) -> frozenset[str]:
    """Return the key and every key that one letter more, less, another or two swapped make of it, and with -zoda."""
    cuts = [(key[:place], key[place:]) for place in range(len(key) + 1)]
    near = {before + letter + behind for before, behind in cuts for letter in KEY_LETTERS}
    near.update(before + letter + behind[1:] for before, behind in cuts if behind for letter in ("", *KEY_LETTERS))
    near.update(before + behind[1] + behind[0] + behind[2:] for before, behind in cuts if len(behind) > 1)
    near.add(key + _ZODA)
    return frozenset(near)


_ORDER = {why: number for number, why in enumerate(Alike)}
_EXACT_ALONE = frozenset({Alike.ENDING, Alike.EQUIVALENT})
_WEAK = frozenset({Alike.LETTER, Alike.ENDING, Alike.SHORT})


@lru_cache(maxsize=1)
def _distances() -> ModuleType:
    from rapidfuzz import distance  # noqa: PLC0415 - a tenth of what a command imports, and few ask for a name

    return distance


def alike_readings(mine: Reading, theirs: Reading) -> Alike | None:
    """Return why two readings may be one word; None when they are not."""
    if Alike.ENDING is mine.how is theirs.how:
        return None
    how = mine.how if _ORDER[mine.how] >= _ORDER[theirs.how] else theirs.how
    if mine.key == theirs.key:
        if mine.is_bare != theirs.is_bare:
            return how if len(mine.key) >= _FEWEST_KEY_LETTERS else Alike.SHORT
        if _distances().JaroWinkler.similarity(mine.sound, theirs.sound) >= _LIKE:
            return how
    if how in _EXACT_ALONE or min(len(mine.sound), len(theirs.sound)) < _FEWEST_FOR_A_LETTER:
        return how if mine.sound == theirs.sound else None
    most = 1 + (min(len(mine.sound), len(theirs.sound)) >= _FEWEST_FOR_TWO)
    return Alike.LETTER if _distances().OSA.distance(mine.sound, theirs.sound, score_cutoff=most) <= most else None


@lru_cache(maxsize=8192)
def parts_of(name: str) -> tuple[str, ...]:
    """Return the words of a name that tell it from others: without particles, and without the father's name."""
    words: list[str] = []
    pending = ""
    for word in words_of(name):
        plain = normal(word)
        if plain in _SERVANT:
            pending = word
        elif plain not in PARTICLES:
            words.append(pending + word)
            pending = ""
    rest = tuple(word for word in words if not any(_PATRONYMIC.search(sound) for sound in sounds_of(word)))
    return rest if len(rest) > 1 else tuple(words)


_SERVANT = frozenset(("abd", "abdul", "abdel", "abdur", "abder", "abdal", "абд", "абдул", "абдуль", "абдур", "عبد"))


# What stands for a name where names may not stand: pairs of its words by their consonants, made to be hashed.
# Equal hashes know no distance. So the skeleton folds scripts and romanisations, and who asks tries every key that
# one wrong letter makes.
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
