"""In which script a text is written (ISO 15924), from its letters."""

from __future__ import annotations

import unicodedata
from collections import Counter
from enum import StrEnum, unique
from functools import lru_cache


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
