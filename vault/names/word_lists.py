"""Words of languages that neither the Russian dictionary nor the English and French lists know, and whose a text is."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources
from typing import Final, Protocol

from vault.errors import DependencyMissingError
from vault.names.normal import APOSTROPHES
from vault.words.message import Message

# One file a language in `lists/`, made by `scripts/word_lists.py`; `lists/NOTICE.txt` has origin and terms. A list has
# words as they are typed in small letters and names nobody: given names, surnames, places and their cases are on none,
# nor is a word that is one of them too.
_LANGUAGES: Final = {"Cyrillic": ("uk", "kk", "ky", "tg", "uz"), "Latin": ("uz",)}
KEEPING_CASE: Final = frozenset({"uk"})
"""Languages whose list has no word that a dictionary knows as a name: of others a capital is always asked about."""
_FEWEST: Final = 3
_SHARE: Final = 4

_TYPED: Final = str.maketrans(dict.fromkeys(APOSTROPHES, "'"))


class _List(Protocol):
    def __contains__(self, word: str) -> bool: ...


def typed(word: str) -> str:
    """Return a word as the lists have it: in small letters, without vowel points or what joins and parts letters."""
    composed = unicodedata.normalize("NFC", word.casefold()).translate(_TYPED)
    shown = (letter for letter in composed if unicodedata.category(letter) not in {"Mn", "Cf"})
    return "".join(shown).strip("'")


@lru_cache(maxsize=65536)
def is_word(language: str, word: str) -> bool:
    """Say whether a word, as it is typed, is one of a language and names nobody; of no language (``""``) none is."""
    return bool(language) and word in _list(language)


def language_of(script: str, unexplained: Iterable[str], words: int) -> str:
    """Return the language of a text by its words in one script; none (``""``) where no list has enough of them.

    A text is in the language whose list has most of the words that no other dictionary explains. These are at least
    three, and at least a quarter of all words: so a Russian text with a few words or names of Kyrgyz is no Kyrgyz
    text, and they are asked about.

    Args:
        script: ``Cyrillic`` or ``Latin``.
        unexplained: the distinct words that no other dictionary explains, as they are typed.
        words: how many distinct words the text has in this script.
    """
    asked = tuple(unexplained)
    if len(asked) < max(_FEWEST, words / _SHARE):
        return ""
    most, language = max((sum(is_word(language, word) for word in asked), language) for language in _LANGUAGES[script])
    return language if most >= max(_FEWEST, words / _SHARE) else ""


@lru_cache(maxsize=len(_LANGUAGES["Cyrillic"]))
def _list(language: str) -> _List:
    """Return a list; read at the first text that may be in its language."""
    import dawg_python  # type: ignore[import-untyped]  # noqa: PLC0415 - most commands ask for no word

    try:
        found: _List = dawg_python.DAWG().load(
            str(resources.files("vault.names").joinpath("lists", f"{language}.dawg"))
        )
    except (OSError, ValueError):
        raise DependencyMissingError(
            Message("the word list {language} of this program is not there", language=language)
        ) from None
    return found
