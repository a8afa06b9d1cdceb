"""English and French words in small letters: what a name that nobody registered is told from.

Lists of plain words, one a line, sorted; `lists/NOTICE.txt` has origin and terms. `en` and `fr` have what dictionaries
*that keep case* write in small letters, without rare French verb forms. `names` has those of them that are given names
or places too (rose, mark, pierre, turkey): these are asked about in small letters as well. It was drawn from lists of
names, and read: what is a word first of all, such as `son` or `nice`, is not on it.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import resources


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    """Return what names nobody; read at the first question, because it costs 100 ms."""
    return (_list("en") | _list("fr")) - names_that_are_words()


@lru_cache(maxsize=1)
def names_that_are_words() -> frozenset[str]:
    """Return plain given names and places that a dictionary knows as words in small letters too."""
    return _list("names")


def _list(name: str) -> frozenset[str]:
    return frozenset(resources.files("vault.names").joinpath("lists", f"{name}.txt").read_text("ascii").split())


@lru_cache(maxsize=65536)
def is_english_or_french(word: str) -> bool:
    """Return whether a plain word, written in small letters, names nobody, as a whole or around each apostrophe.

    French words are also known without their accents.
    """
    words = _words()
    word = word.replace("œ", "oe").replace("æ", "ae")  # as the lists have them
    return word in words or all(len(part) < 2 or part in words or part in _ELIDED for part in word.split("'"))


# What stands before an apostrophe in French, where it is longer than one letter.
_ELIDED = frozenset(("qu", "jusqu", "lorsqu", "puisqu", "quoiqu", "quelqu", "presqu"))
