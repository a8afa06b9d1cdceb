"""What a person types, as an FTS5 expression that is never a syntax error.

Words are joined by AND, the last one also finds what begins with it, and a part between double quotes is a phrase.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from vault.index.fold import fold, fold_word, words_of

# More narrow nothing in practice, and FTS5 refuses expressions deeper than 256.
_MOST_PARTS = 16
_LONGEST_PART = 100
# A pasted page is no query: what lies beyond is not read.
_LONGEST_QUERY = 4_000
# Shorter beginnings have no prefix index and would touch most of the index (30 ms at 50,000 notes).
SHORTEST_PREFIX = 2

_PART = re.compile(r'"([^"]*)"|([^\s"]+)')
_QUOTES = dict.fromkeys(map(ord, "“”„«»"), '"')


_MOST_SPELT = 4
_MOST_FORMS = 40
Spellings: TypeAlias = Callable[[str], Iterable[str]]
"""Returns how else a word may be written: declined, or in another script."""


@dataclass(frozen=True, slots=True)
class Query:
    """An expression for MATCH, and the folded words in it, for snippets; `forms` are their other spellings."""

    expression: str
    words: tuple[str, ...]
    forms: tuple[str, ...] = ()

    def within(self, column: str) -> str:
        """Return the expression for one column of the index."""
        return f"{{{column}}} : ({self.expression})"


def parse(untrusted_words: str, spellings: Spellings | None = None) -> Query | None:
    """Return the query, or None when there is no letter or digit to look for.

    A word with marks inside (`K7QM-3XPD`, a phone, an address) is a phrase of its parts. No character is an operator.
    With `spellings`, a word outside of quotes is also found as it may be written otherwise.
    """
    parts: list[str] = []
    forms: dict[int, list[str]] = {}
    words: list[str] = []
    last_is_open = False
    for found in _PART.finditer(fold(untrusted_words[:_LONGEST_QUERY].translate(_QUOTES))):
        phrase, word = found.groups()
        tokens = words_of((phrase or word or "")[:_LONGEST_PART])
        if not tokens:
            continue
        parts.append(" ".join(tokens))
        words += [fold_word(token) for token in tokens]
        if spellings is not None and phrase is None and len(tokens) == 1 and len(forms) < _MOST_SPELT:
            others = {fold_word(token) for form in spellings(tokens[0]) for token in words_of(form)}
            forms[len(parts) - 1] = sorted(others - {fold_word(tokens[0])})[:_MOST_FORMS]
        last_is_open = phrase is None and len(tokens[-1]) >= SHORTEST_PREFIX
        if len(parts) == _MOST_PARTS:
            break
    if not parts:
        return None
    # `words_of` leaves letters, digits and accents, so that a quoted part can hold nothing that ends the quote.
    asked = [f'"{part}"' for part in parts]
    asked[-1] += "*" if last_is_open else ""
    for place, spelt in forms.items():
        quoted = [f'"{form}"' for form in spelt]
        asked[place] = f"({' OR '.join((asked[place], *quoted))})"
    every = tuple(dict.fromkeys(form for spelt in forms.values() for form in spelt))
    return Query(" AND ".join(asked), tuple(dict.fromkeys(words)), every)
