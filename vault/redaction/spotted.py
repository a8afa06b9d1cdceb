"""Words of a text that look like people: who is known to a case, and names that nobody has entered yet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from vault.casework.date_words import MONTHS, WEEKDAYS, plain
from vault.names.common_words import is_english_or_french
from vault.names.normal import normal
from vault.redaction.actions import IdentifierType
from vault.redaction.find_registered import find_in
from vault.redaction.registry import Registry

_WORD: Final = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
_FEWEST_LETTERS: Final = 3
_ENDS: Final = '.!?:\n«“"('


class Spotted(NamedTuple):
    """A name as written, and the entities that it may mean; none for a name that nobody has entered."""

    word: str
    who: frozenset[bytes]


def people_in(text: str, registry: Registry) -> list[Spotted]:
    """Return what looks like people, each spelling once, in the order of the text.

    A word of no known person counts where it has a capital inside a sentence and is no English or French word: the
    first word of a sentence has a capital anyhow.
    """
    places = [match for match in find_in(text, registry) if match.kind is IdentifierType.NAME]
    taken = [(match.start, match.end) for match in places]
    found = [(match.start, Spotted(text[match.start : match.end], match.entities)) for match in places]
    found += [(start, Spotted(word, frozenset())) for start, word in _unknown(text, taken)]
    once: dict[str, Spotted] = {}
    for _, spotted in sorted(found, key=lambda place: place[0]):
        once.setdefault(normal(spotted.word), spotted)
    return list(once.values())


def _unknown(text: str, taken: list[tuple[int, int]]) -> Iterator[tuple[int, str]]:
    for found in _WORD.finditer(text):
        word, start = found[0], found.start()
        before = text[:start].rstrip(" \t")
        is_first = not before or before[-1] in _ENDS
        is_name = word[0].isupper() and not word.isupper() and len(word) >= _FEWEST_LETTERS and not is_first
        is_known = any(first < found.end() and start < last for first, last in taken)
        is_word = plain(word) in MONTHS or plain(word) in WEEKDAYS or is_english_or_french(normal(word))
        if is_name and not is_known and not is_word:
            yield start, word
