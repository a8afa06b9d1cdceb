"""In which script a text is written (ISO 15924), from its letters."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from enum import StrEnum, unique
from functools import lru_cache

from vault.words.message import Message


@unique
class Script(StrEnum):
    """The scripts that names are kept in; COMMON is everything that has no letter of the others."""

    LATIN = "Latn"
    CYRILLIC = "Cyrl"
    ARABIC = "Arab"
    COMMON = "Zyyy"


_BY_NAME = (("LATIN", Script.LATIN), ("CYRILLIC", Script.CYRILLIC), ("ARABIC", Script.ARABIC))


@lru_cache(maxsize=4096)
def _script_of_letter(letter: str) -> Script:
    # Compatibility forms (fullwidth, presentation forms) count as the letters they stand for.
    plain = unicodedata.normalize("NFKC", letter)[:1]
    name = unicodedata.name(plain, "")
    return next((script for word, script in _BY_NAME if name.startswith(word)), Script.COMMON)


def script_of(text: str) -> Script:
    """Return the script of most letters; when two are even, that of the first letter; COMMON without letters."""
    counts = Counter(script for letter in text if letter.isalpha() and (script := _script_of_letter(letter)))
    del counts[Script.COMMON]
    return counts.most_common(1)[0][0] if counts else Script.COMMON


def strays(names: Iterable[str]) -> dict[str, Message]:
    """Return each slip in names with a sentence: a word with Latin and Cyrillic letters, and what is a number alone."""
    known = [unicodedata.normalize("NFC", name) for name in names]
    words = dict.fromkeys(word for name in known for word in re.findall(r"\w+", name))
    numbers = (name for name in known if re.fullmatch(r"[\W\d]*\d[\W\d]*", name))
    said = {name: Message("“{name}” is no name but a date or a number. A slip?", name=name) for name in numbers}
    return said | {word: told for word in words if (told := _stray(word)) is not None}


def _stray(word: str) -> Message | None:
    scripts = {letter: _script_of_letter(letter) for letter in word}
    if not {Script.LATIN, Script.CYRILLIC} <= set(scripts.values()):
        return None
    is_cyrillic = script_of(word) is Script.CYRILLIC
    few = Script.LATIN if is_cyrillic else Script.CYRILLIC
    letters = ", ".join(letter for letter, script in scripts.items() if script is few)
    if is_cyrillic:
        return Message("“{word}” has Latin among its Cyrillic letters: {letters}. A slip?", word=word, letters=letters)
    return Message("“{word}” has Cyrillic among its Latin letters: {letters}. A slip?", word=word, letters=letters)
