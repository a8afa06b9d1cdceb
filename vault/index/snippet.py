"""The few words around a hit, cut from the decrypted text: the index itself keeps no text to cut from."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from vault.index.fold import fold_letter_by_letter, fold_words, word_places

_WIDTH = 160
_BEFORE = 40
# A hit beyond this is shown by the beginning of the record; a hostile giant costs no more than this.
_LONGEST_TEXT = 200_000
_CUT = "…"
# Controls, marks of direction, surrogates and white space of any kind: one space for each run.
_NOT_SHOWN = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+")
_REST_OF_WORD = re.compile(r"[^\W_]*")


class WordHit(NamedTuple):
    """A word of a text that begins with one that is wanted: its half-open place, which one, and the word, folded."""

    start: int
    end: int
    wanted: str
    folded: str


def snippet(text: str, words: Collection[str], width: int = _WIDTH) -> str:
    """Return about `width` characters of the text, in one line, around the place where most of the words stand.

    Args:
        text: the decrypted text of a record.
        words: folded words, as `Query.words` has them; a word of the text that begins with one of them is a hit.
        width: in characters; cuts are marked with `…` outside of it. With no hit, the beginning is returned.
    """
    text = text[:_LONGEST_TEXT]
    begin = max(0, _best_place(hits_in(text, words), width) - _BEFORE)
    if begin:  # whole words
        begin = next((place for place in range(begin, begin + _BEFORE) if text[place].isspace()), begin)
    end = min(len(text), begin + width)
    shown = _NOT_SHOWN.sub(" ", text[begin:end]).strip()
    return f"{_CUT if begin else ''}{shown}{_CUT if end < len(text) else ''}"


def hits_in(text: str, words: Collection[str]) -> list[WordHit]:
    """Return the words of a text that begin with one of these folded words, in their order."""
    wanted = tuple(filter(None, words))
    folded = fold_letter_by_letter(text) if all(map(str.isalnum, wanted)) else None
    if folded is not None:
        return _found_in(folded, wanted)
    places = word_places(text) if wanted else []
    written = fold_words([text[start:end] for start, end in places])
    return [
        WordHit(start, end, next(word for word in wanted if folded.startswith(word)), folded)
        for (start, end), folded in zip(places, written, strict=True)
        if folded.startswith(wanted)
    ]


def _found_in(folded: str, wanted: tuple[str, ...]) -> list[WordHit]:
    """Find them without looking at each word of a text that was folded letter by letter: a third of the time."""
    found: dict[int, WordHit] = {}
    for word in wanted:
        start = folded.find(word)
        while start >= 0:
            rest = _REST_OF_WORD.match(folded, start)
            end = start if rest is None else rest.end()
            if start not in found and not (start and folded[start - 1].isalnum()):
                found[start] = WordHit(start, end, word, folded[start:end])
            start = folded.find(word, end)
    return [found[start] for start in sorted(found)]


def _best_place(hits: list[WordHit], width: int) -> int:
    """Return the first hit from which the most different words lie within the width."""
    best, most, last = 0, 0, 0
    counts: dict[str, int] = {}
    for hit in hits:
        while last < len(hits) and hits[last].start < hit.start + width - _BEFORE:
            counts[hits[last].wanted] = counts.get(hits[last].wanted, 0) + 1
            last += 1
        different = sum(1 for count in counts.values() if count)
        if different > most:
            best, most = hit.start, different
        counts[hit.wanted] -= 1
    return best
