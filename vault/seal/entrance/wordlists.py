"""The lists that generated passphrases are drawn from: fixed data, one word a line, sorted.

`en` is the large list of the EFF (CC BY 3.0 US) without its four hyphenated words. `fr` is the list by Tango that
Tails uses, as the package `diceware` ships it (GPL-3.0-or-later), in small letters. `ru` has nouns, adjectives and
infinitives in their first form, of 4 to 9 letters, the most frequent ones of the Russian list of `pyspellchecker`
(MIT); left out are names, nationalities, faith, violence, illness and abuse, and words with a letter of х ъ ж э б ю ё,
whose keys give no letter in other layouts (FORMAT.md 3). A list may change; no slot depends on it.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from importlib import resources
from math import log2


class Language(StrEnum):
    """The languages that passphrases are generated in."""

    ENGLISH = "en"
    FRENCH = "fr"
    RUSSIAN = "ru"


@cache
def words_in(language: Language) -> tuple[str, ...]:
    """Return the list of a language: 7,772, 7,775 and 2,048 words."""
    text = resources.files("vault.seal").joinpath("lists", f"{language}.txt").read_text(encoding="utf-8")
    return tuple(text.splitlines())


def bits_of(language: Language, count: int) -> float:
    """Return how many bits `count` words of the list have, each drawn alone and evenly."""
    return count * log2(len(words_in(language)))
