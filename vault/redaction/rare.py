"""Rare phrases of a finished text: what a search would find elsewhere too. Whether they are rare, the index knows.

A phrase is a quotation, a name or number that somebody let stay, or what stands behind words such as `worked as`.
Nearly every sentence stands in one case alone; of all others nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import msgspec

from vault.data_files import read_table
from vault.names.normal import normal, normal_text
from vault.redaction.transform import context_of
from vault.redaction.units import PART_OF

MOST_WORDS = 7
_FEWEST_LETTERS = 3
_AFTER_A_CUE = 5
_QUOTED = re.compile(r"[“„«\"]([^“”„«»\"\[\]\n]{3,200})[”“»\"]")
_WORDS = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")
_GAP = re.compile(r"[^\S\n]+")


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    cues: str
    inside: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words as they stand in a finished text, at most seven, with what is around them. The rarest kind has rank 0."""

    form: str = field(repr=False)
    context: str = field(repr=False)
    rank: int


def phrases_in(texts: Iterable[str], kept: Iterable[str] = ()) -> list[Phrase]:
    """Return the phrases of texts, each once, the rarest kind first and in it the longest.

    `kept` are forms that somebody let stay: of them, those with a capital or a digit count.
    """
    found: dict[str, Phrase] = {}
    names = [form for form in kept if not form.islower() and sum(map(str.isalnum, form)) >= _FEWEST_LETTERS]
    named = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in sorted(names, key=len, reverse=True)))
    for text in dict.fromkeys(texts):
        taken: list[tuple[int, int]] = []
        for rank, start, end in _places(text, named if names else None):
            form = text[start:end]
            if sum(map(str.isalnum, form)) < _FEWEST_LETTERS or any(a < end and start < b for a, b in taken):
                continue
            taken.append((start, end))
            found.setdefault(form.casefold(), Phrase(form, context_of(text, start, end, ()), rank))
    return sorted(found.values(), key=lambda phrase: (phrase.rank, -len(phrase.form)))


def _places(text: str, named: re.Pattern[str] | None) -> Iterator[tuple[int, int, int]]:
    for match in _QUOTED.finditer(text):
        words = [(match.start(1) + word.start(), match.start(1) + word.end()) for word in _WORDS.finditer(match[1])]
        if words:
            yield 0, words[0][0], words[:MOST_WORDS][-1][1]
    yield from ((1, *place) for place in _behind_cues(text))
    yield from ((2, *match.span()) for match in named.finditer(text)) if named else ()


def _behind_cues(text: str) -> Iterator[tuple[int, int]]:
    pattern, inside = _cues()
    plain = normal_text(text)
    for match in pattern.finditer(plain.text):
        first = last = None
        place = match.end()
        for _ in range(_AFTER_A_CUE):
            gap = _GAP.match(plain.text, place)
            word = None if gap is None else _WORDS.match(plain.text, gap.end())
            if word is None:
                break
            is_grammar = PART_OF.get(word.group()) == "GRAMMAR" or word.group() in inside
            if is_grammar and word.group() not in inside:
                break
            if not is_grammar:
                first, last = (word.start() if first is None else first), word.end()
            place = word.end()
        is_cut = plain.text[place : place + 2] == " ["  # what follows is hidden
        if first is not None and last is not None and not is_cut:
            yield plain.source_range(first, last)


@lru_cache(maxsize=1)
def _cues() -> tuple[re.Pattern[str], frozenset[str]]:
    table = read_table("vault.redaction", "rare.toml", _Table)
    lines = sorted(filter(None, map(normal, table.cues.splitlines())), key=len, reverse=True)
    said = "|".join(re.escape(line).replace(r"\*", r"\w*").replace(r"\ ", r"\s+") for line in lines)
    return re.compile(rf"(?<!\w)(?:{said})(?!\w)"), frozenset(normal(table.inside).split())
