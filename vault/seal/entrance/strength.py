"""Is a chosen passphrase too easy to guess? Only to refuse: nothing here makes one good (FORMAT.md 3 has the cost)."""

from __future__ import annotations

from collections.abc import Iterable
from math import floor

from zxcvbn import zxcvbn  # type: ignore[import-untyped]  # it carries no types

from vault.seal.entrance.wordlists import Language, word_form, words_in

# At a hundred thousand guesses a second, which takes a room full of machines, about thirty years.
LEAST_DIGITS = 14

_LONGEST = 72
# What Russian people choose, and what their keyboards make of it: it is in no list of the library and in none of ours.
_KNOWN_HERE = (
    "любовь", "йцукен", "йцукенг", "фыва", "ячсмит", "россия", "москва", "украина",
    "sonne", "motdepasse", "azerty", "azertyuiop", "casevault", "asylum", "asile",
)  # fmt: skip


def digits_of_guesses(passphrase: str, known: Iterable[str] = ()) -> int:
    """Return how many digits the number of guesses has that find this passphrase, at the least, as zxcvbn counts.

    What the same keys give in another layout is looked at too, and the easier of the two counts.

    Args:
        passphrase: as typed; what is behind the first 72 characters is not looked at.
        known: words that a guesser knows: names of member and organisation.
    """
    cut = passphrase[:_LONGEST]
    words = [*known, *(part for word in known for part in word.split()), *_KNOWN_HERE]
    for language in (Language.RUSSIAN, Language.FRENCH):
        words.extend(words_in(language))
    typed = {cut, word_form(cut)}
    return min(floor(zxcvbn(text, user_inputs=words)["guesses_log10"]) if text else 0 for text in typed)
