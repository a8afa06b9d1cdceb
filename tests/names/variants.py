"""Variants of invented names, made by rule: as passports, papers, the press, cases and typing errors show them.

The tables are written here from the official ones, apart from those of `vault.names`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping

_LETTERS = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"


def _table(*sounds: str) -> dict[str, str]:
    return dict(zip(_LETTERS, " ".join(sounds).replace("-", "\0").split(), strict=True))


# A dash is a letter without a sound.
SCHEMES: Mapping[str, dict[str, str]] = {
    "passport since 2013": _table("a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch ie y - e iu ia"),
    "passport 2010": _table("a b v g d e e zh z i i k l m n o p r s t u f kh tc ch sh shch - y - e iu ia"),
    "passport 1997": _table("a b v g d e yo zh z i y k l m n o p r s t u f kh ts ch sh shch - y - e yu ya"),
    "passport before 1997": _table("a b v g d e e j z i i k l m n o p r s t ou f kh ts tch ch chtch - y - e iou ia"),
    "scientific": _table("a b v g d e ë ž z i j k l m n o p r s t u f ch c č š šč - y - è ju ja"),
    "German press": _table("a b w g d e jo sch s i j k l m n o p r s t u f ch z tsch sch schtsch - y - e ju ja"),
}

_KYRGYZ = {"ү": "u", "ө": "o"}


def romanised(name: str, scheme: str) -> str:
    """Return a name in Russian letters by one of the schemes."""
    return " ".join(
        "".join(SCHEMES[scheme].get(letter, _KYRGYZ.get(letter, letter)) for letter in word.lower())
        .replace("\0", "")
        .capitalize()
        for word in name.split()
    )


_MASCULINE = ("а", "у", "ым", "е")
_GIVEN = ("а", "у", "ом", "е")
_ADJECTIVE = ("ого", "ому", "им", "ом")


def declined(name: str) -> Iterator[str]:
    """Give a man's name, given name and surname ending in consonants or -ий, in four cases."""
    given, surname = name.split()
    for case in range(4):
        stem, endings = (surname[:-2], _ADJECTIVE) if surname.endswith("ий") else (surname, _MASCULINE)
        yield f"{given}{_GIVEN[case]} {stem}{endings[case]}"


def feminine(name: str) -> str:
    """Return the surname as a sister bears it."""
    given, surname = name.split()
    return f"{given} {surname[:-2]}ая" if surname.endswith("ий") else f"{given} {surname}а"


def _swapped(word: str, place: int, _letter: str) -> str:
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def _left_out(word: str, place: int, _letter: str) -> str:
    return word[:place] + word[place + 1 :]


def _doubled(word: str, place: int, _letter: str) -> str:
    return word[:place] + word[place] + word[place:]


def _another(word: str, place: int, letter: str) -> str:
    return word[:place] + letter + word[place + 1 :]


_ERRORS: tuple[Callable[[str, int, str], str], ...] = (_swapped, _left_out, _doubled, _another)


def mistyped(name: str, seed: int) -> Iterator[str]:
    """Give the surname with each kind of typing error once, behind its first letter."""
    chosen = random.Random(f"{name} {seed}")
    given, surname = name.split()
    letters = "абвгдеиклмнопрстуя" if surname[0].lower() in _LETTERS else "abdegiklmnoprstuv"
    for error in _ERRORS:
        yield f"{given} {error(surname, chosen.randrange(1, len(surname) - 2), chosen.choice(letters))}"
