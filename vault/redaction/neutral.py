"""Words by the part that they play in a text: what default-deny does not ask about. All plain forms.

The words stand in `neutral.toml`.
"""

from __future__ import annotations

import msgspec

from vault.data_files import read_table
from vault.names.normal import normal


class _Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the file has: words with spaces between."""

    parts: str
    titles: str
    short_titles: str
    abbreviations: str
    grammar: str
    grammar_and_names: str
    sentence_starts: str
    particles_behind: str
    particles_before: str
    function_words: str


def _plain(words: str) -> frozenset[str]:
    return frozenset(normal(word) for word in words.split())


_WORDS = read_table("vault.redaction", "neutral.toml", _Words)
PARTS = _plain(_WORDS.parts)
TITLES = _plain(_WORDS.titles)
SHORT_TITLES = _plain(_WORDS.short_titles)
ABBREVIATIONS = _plain(_WORDS.abbreviations)
GRAMMAR = _plain(_WORDS.grammar)

# The name of the part that a word plays in any letters (`vault.redaction.units.Part`).
PART_OF = (
    dict.fromkeys(PARTS, "BESIDE")
    | dict.fromkeys(GRAMMAR, "GRAMMAR")
    | dict.fromkeys(ABBREVIATIONS, "GRAMMAR")
    | dict.fromkeys(TITLES, "TITLE")
)

GRAMMAR_AND_NAMES = _plain(_WORDS.grammar_and_names)

# Those of them that are valid as the name even where another word stands beside it: "Will Smith", and later "Will".
FIRST_OF_ALL_NAMES = frozenset(("will", "may"))

SENTENCE_STARTS = (GRAMMAR_AND_NAMES - FIRST_OF_ALL_NAMES) | _plain(_WORDS.sentence_starts)
PARTICLES_BEHIND = _plain(_WORDS.particles_behind)
PARTICLES_BEFORE = _plain(_WORDS.particles_before)
FUNCTION_WORDS = _plain(_WORDS.function_words)

# As written: in plain form they are ordinary words, and with these letters they are the names Ali, Mai and Aimé.
NAMES_AS_WRITTEN = frozenset(("علي", "علی", "مي", "aimé"))

# What English and French write words with; a word with another letter, such as `ş`, is none of theirs.
LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzàâæçèéêëîïôœùûüÿ'’")
