"""Passphrases that are made for people, and the lists of words that they are drawn from (FORMAT.md 3)."""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import resources
from math import ceil, log2

from vault.errors import UsageError
from vault.ids import RandomBytes
from vault.words.message import Message

# The lists that generated passphrases are drawn from: fixed data, one word a line, sorted.
# `en` is the large list of the EFF (CC BY 3.0 US) without its four hyphenated words. `fr` is the list by Tango that
# Tails uses, as the package `diceware` ships it (GPL-3.0-or-later), in small letters. `ru` has nouns, adjectives and
# infinitives in their first form, of 4 to 9 letters, the most frequent ones of the Russian list of `pyspellchecker`
# (MIT); left out are names, nationalities, faith, violence, illness and abuse, and words with a letter of х ъ ж э б ю
# ё, whose keys give no letter in other layouts (FORMAT.md 3). A list may change; no slot depends on it.


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


# Generated passphrases, and the one form of them that every way of typing gives (FORMAT.md 3).

# What the passphrase of a slot has to be worth: six words of about 7,776, seven of 2,048.
LEAST_BITS = 77

# The letter that the same key gives in the layout US QWERTY; ё is typed for е, and lies on the key of ` and ~.
_FROM_CYRILLIC = dict(zip("йцукенгшщзфывапролдячсмитьё`~", "qwertyuiopasdfghjklzxcvbnmttt", strict=True))
# QWERTY and AZERTY change a for q and w for z; each has m where the other has , or ; (ж in ЙЦУКЕН), with Shift ? or :.
_ONE_LETTER = {"q": "a", "z": "w", ",": "m", "?": "m", ";": "m", ":": "m", "ж": "m"}
KEYS = str.maketrans({typed: _ONE_LETTER.get(key, key) for typed, key in _FROM_CYRILLIC.items()} | _ONE_LETTER)


@dataclass(frozen=True, slots=True)
class GeneratedPassphrase:
    """Words to write down, and the bits that whoever knows the list still has to guess."""

    language: Language
    bits: float
    words: tuple[str, ...] = field(repr=False)

    def text(self) -> str:
        """Return the words, one space between two."""
        return " ".join(self.words)


def count_for(language: Language, bits: float = LEAST_BITS) -> int:
    """Return the least number of words worth `bits`."""
    return ceil(bits / bits_of(language, 1))


def make_passphrase(
    language: Language, count: int | None = None, random: RandomBytes = secrets.token_bytes
) -> GeneratedPassphrase:
    """Draw a passphrase of `count` words, by default as many as are worth 77 bits.

    Raises:
        UsageError: fewer words than that.
    """
    least = count_for(language)
    count = least if count is None else count
    if count < least:
        raise UsageError(
            Message("{count} words are worth less than {least_bits} bits", count=count, least_bits=LEAST_BITS),
            next_step=Message("Use {least} words or more.", least=least),
        )
    listed = words_in(language)
    words = tuple(listed[_below(len(listed), random)] for _ in range(count))
    return GeneratedPassphrase(language, bits_of(language, count), words)


def word_form(typed: str) -> str:
    """Return what all ways of typing a generated passphrase have in common.

    Letter case, accents, ё for е, and how much space there is are not valid; neither does whether the keys were pressed
    in the layout ЙЦУКЕН, QWERTY or AZERTY. May be empty.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", typed).casefold()).translate(KEYS)
    plain = "".join(letter for letter in unicodedata.normalize("NFD", folded) if unicodedata.category(letter) != "Mn")
    return unicodedata.normalize("NFKC", " ".join(plain.split()))


def is_generated(typed: str) -> bool:
    """Say whether this is, however typed, a passphrase of words of one list, and of enough of them."""
    words = word_form(typed).split(" ")
    return any(len(words) >= count_for(language) and _forms(language).issuperset(words) for language in Language)


@cache
def _forms(language: Language) -> frozenset[str]:
    return frozenset(map(word_form, words_in(language)))


def _below(end: int, random: RandomBytes) -> int:
    """Return an even number below `end`, at most 65,536: what would be uneven is drawn again."""
    span = 1 << 16
    while True:
        drawn = int.from_bytes(random(2), "big")
        if drawn < span - span % end:
            return drawn % end
