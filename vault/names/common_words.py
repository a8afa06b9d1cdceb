"""English and French words in small letters: what a name that nobody registered is told from."""

from __future__ import annotations

from functools import lru_cache

from vault.errors import DependencyMissingError
from vault.names.normal import normal

_LANGUAGES = ("en", "fr")


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    """Return the lists in plain form; read at the first question, because it costs 200 ms.

    Raises:
        DependencyMissingError: pyspellchecker or one of its lists is not installed.
    """
    try:
        from spellchecker import SpellChecker  # noqa: PLC0415 - why here: see above

        written = list(SpellChecker(language=list(_LANGUAGES)).word_frequency.keys())
    except (ImportError, ValueError, OSError):
        raise DependencyMissingError("the English and French word lists (pyspellchecker) are not installed") from None
    accented = [word for word in written if not word.isascii()]
    letters = str.maketrans({letter: normal(letter) for letter in set("".join(accented)) if not letter.isascii()})
    return frozenset(written).union(word.translate(letters) for word in accented)


@lru_cache(maxsize=65536)
def is_english_or_french(word: str) -> bool:
    """Return whether a plain word in small letters is in the lists, as a whole or in each part around an apostrophe.

    The lists hold what people say in films, and so the given names that are common there. French words are also known
    without their accents.
    """
    words = _words()
    word = word.replace("œ", "oe").replace("æ", "ae")  # as the lists have them
    return word in words or all(len(part) < 2 or part in words or part in _ELIDED for part in word.split("'"))


# What stands before an apostrophe in French, where it is longer than one letter.
_ELIDED = frozenset(("qu", "jusqu", "lorsqu", "puisqu", "quoiqu", "quelqu", "presqu"))
