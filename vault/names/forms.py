"""A written name taken apart into words, and each word in the plain forms that a text may show it in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from vault.names.normal import lookalike, normal, normal_text
from vault.names.russian import case_forms
from vault.names.transliteration import latin_spellings

FEWEST_LETTERS = 3  # a shorter word stands for a person only beside another word of the same name

# Parts that many people share. They belong to a name only beside another word of it.
# fmt: off
PARTICLES = frozenset((
    "abd", "abu", "al", "as", "ash", "bin", "ben", "bint", "da", "de", "del", "der", "di", "dos", "du", "el", "ibn",
    "la", "le", "ogly", "oglu", "uulu", "uly", "kyzy", "qizi", "zada", "zoda", "van", "von",
    "абд", "абу", "аль", "ас", "аш", "бин", "бен", "бинт", "дер", "де", "ибн", "оглы", "оглу", "углы", "уулу", "улы",
    "кызы", "кизи", "гызы", "заде", "зода", "зада", "фон", "ван", "эль",
    "ابو", "ابن", "بنت", "عبد", "ال",
))
# fmt: on

# What may follow a name in one word: English and French plural, Russian cases of Latin names, Kyrgyz and Turkish cases.
ENDINGS = (
    "s", "es", "a", "u", "om", "em", "ym", "e", "oi", "oy", "oj", "oju", "uju", "in", "nin", "un", "nun", "un", "dan",
    "ден", "дин", "дын", "дун", "дан", "дон", "тан", "тын", "тин", "ка", "га", "ге", "ке", "го", "нын", "нин", "нун",
    "ди", "ды", "ти", "ты", "да", "та", "де", "те", "лар", "лер", "дар", "дер", "тар", "тер", "у",
)  # fmt: skip
_ENDINGS_FOR_A = ("y", "i", "e", "u", "oi", "oy", "oj", "oiu", "oju")  # a Latin name in -a, declined as in Russian
_BEGINNINGS = ("و", "ال", "وال", "ب", "ل", "لل", "ك", "ف", "al", "el")
_FEWEST_STEM_LETTERS = 4

# A word of a plain text.
WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")


def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a written name in order, as written. An apostrophe stays inside its word."""
    plain = normal_text(name)
    return tuple(name[slice(*plain.source_range(*match.span()))] for match in WORD.finditer(plain.text))


@lru_cache(maxsize=8192)
def word_forms(word: str) -> frozenset[str]:
    """Return the plain forms of one word of a name: as written, declined, transliterated."""
    plain = normal(word).replace("'", "")
    forms = {plain, *latin_spellings(word)}
    if any("\u0400" <= letter <= "\u052f" for letter in plain):
        declined = case_forms(word)
        forms.update(normal(form).replace("'", "") for form in declined)
    return frozenset(form for form in forms if form)


def lookalikes(forms: Iterable[str]) -> frozenset[str]:
    """Return those plain forms that can be typed in the letters of the other script throughout, so typed."""
    return frozenset(twin for form in forms if (twin := lookalike(form)))


def without_ending(token: str) -> tuple[str, ...]:
    """Return what may be left of a plain token when something was written onto a name."""
    stems = [token.removesuffix(ending) for ending in ENDINGS if token.endswith(ending)]
    stems += [token.removesuffix(ending) + "a" for ending in _ENDINGS_FOR_A if token.endswith(ending)]
    stems += [token.removeprefix(beginning) for beginning in _BEGINNINGS if token.startswith(beginning)]
    return tuple(stem for stem in stems if len(stem) >= _FEWEST_STEM_LETTERS)
