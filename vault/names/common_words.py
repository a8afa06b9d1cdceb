"""Words that a name is told from, in English and French; and whether somebody may be called by a word."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Final

from vault.data_files import read_lines, read_text
from vault.names.russian import SURNAME_ENDINGS, is_known, is_name, is_place_first
from vault.names.sounds import sounds_of

# Given names that one person may go by, from `lists/equivalents.txt`: short forms, and names in other languages.


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


# English and French words in small letters: what a name that nobody registered is told from.
# Lists of plain words, one a line, sorted; `lists/NOTICE.txt` has origin and terms. `en` and `fr` have what
# dictionaries *that keep case* write in small letters, without rare French verb forms; `acting` has those of both that
# are verbs and adverbs before they are anything else (`scripts/verb_lists.py`). `names` has those of them that
# are given names or places too (rose, mark, pierre, turkey): these are asked about in small letters as well. It was
# drawn from lists of names, and read: what is a word first of all, such as `son` or `nice`, is not on it.


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    """Return what names nobody; read at the first question, because it costs 100 ms."""
    return (_list("en") | _list("fr") | _acting()) - names_that_are_words()


@lru_cache(maxsize=1)
def _acting() -> frozenset[str]:
    return _list("acting")


def is_acting(word: str) -> bool:
    """Return whether a plain word is an English or French verb or adverb before it is anything else, and no name."""
    return word in _acting()


@lru_cache(maxsize=1)
def names_that_are_words() -> frozenset[str]:
    """Return plain given names and places that a dictionary knows as words in small letters too."""
    return _list("names")


def _list(name: str) -> frozenset[str]:
    return frozenset(read_text("vault.names", f"lists/{name}.txt").split())


@lru_cache(maxsize=65536)
def is_english_or_french(word: str) -> bool:
    """Return whether a plain word, written in small letters, names nobody, as a whole or around each apostrophe.

    French words are also known without their accents.
    """
    words = _words()
    word = word.replace("œ", "oe").replace("æ", "ae")  # as the lists have them
    if word in words:
        return True
    *before, last = word.split("'")
    is_elided = all(len(part) < 2 or part in _ELIDED for part in before)
    return (is_elided or last in _ENDS) and all(
        len(part) < 2 or part in words or part in _ELIDED for part in (*before, last)
    )


# What stands before an apostrophe in French, where it is longer than one letter; what stands behind one in English.
_ELIDED = frozenset(("qu", "jusqu", "lorsqu", "puisqu", "quoiqu", "quelqu", "presqu"))
_ENDS = frozenset(("", "s", "t", "d", "m", "ll", "re", "ve"))


# Whether somebody may be called by a word, in Cyrillic or in Latin letters: a dictionary has it, or it ends so.
_MOST_READINGS: Final = 4
_LONGEST: Final = 64  # letters: nobody is called by more, and to hear them takes its time
# From the letters of a sound; the longest first.
_CYRILLIC: Final = {
    "ia": "я", "iu": "ю", "a": "а", "b": "б", "v": "в", "g": "г", "d": "д", "e": "е", "Z": "ж", "z": "з", "i": "и",
    "k": "к", "l": "л", "m": "м", "n": "н", "o": "о", "p": "п", "r": "р", "s": "с", "t": "т", "u": "у", "f": "ф",
    "x": "х", "h": "х", "c": "ц", "C": "ч", "J": "дж", "S": "ш",
}  # fmt: skip
_ENDINGS: Final = tuple(ending for end in SURNAME_ENDINGS for ending in (end, f"{end}а"))


def may_be_called(word: str) -> bool:
    """Say whether somebody may be called by a word: a given name, a patronymic, a surname.

    A word in Latin letters is heard in Cyrillic: a known place is no name then, and what no dictionary has is a name
    only by its ending, so that a village that nobody knows is none.
    """
    if len(word) > _LONGEST:
        return False
    if is_name(word) or equivalents_of(word):
        return True
    if not word or not word[0].isascii():
        return False
    heard = _heard(word)
    if any(is_place_first(written) for written in heard):
        return False
    return any(is_name(written) and (is_known(written) or written.endswith(_ENDINGS)) for written in heard)


@lru_cache(maxsize=16384)
def is_place(word: str) -> bool:
    """Say whether a plain word is a known place, in Cyrillic or in Latin letters, and nobody is called so."""
    if len(word) > _LONGEST or word in names_that_are_words() or may_be_called(word):
        return False
    return any(map(is_place_first, _heard(word) if word.isascii() else (word,)))


def _heard(word: str) -> frozenset[str]:
    """Return how a word in Latin letters may be written in Cyrillic."""
    sounds = islice(sounds_of(word), _MOST_READINGS)
    return frozenset(written for sound in sounds for written in _in_cyrillic(sound, word))


def _in_cyrillic(sound: str, word: str) -> Iterator[str]:
    """Yield how a sound may be written in Cyrillic; a `y` of the word is not always heard as it is there."""
    written, place = "", 0
    while place < len(sound):
        length = 2 if sound[place : place + 2] in _CYRILLIC else 1
        written += _CYRILLIC.get(sound[place : place + length], "")
        place += length
    variants = [written]
    if "y" in word:
        places = (at for at, letter in enumerate(written) if letter == "и")
        variants += [f"{written[:at]}ы{written[at + 1 :]}" for at in places]
    for variant in variants:
        yield variant
        if variant.endswith("и"):  # Sergei, Chernyshevski
            yield f"{variant[:-1]}й"
            yield f"{variant}й"
