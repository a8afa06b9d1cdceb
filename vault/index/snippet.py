"""The few words around a hit, cut from the decrypted text: the index itself keeps no text to cut from."""

from __future__ import annotations

import re
from collections.abc import Collection

from vault.index.fold import fold_words, word_places

_WIDTH = 160
_BEFORE = 40
# A hit beyond this is shown by the beginning of the record; a hostile giant costs no more than this.
_LONGEST_TEXT = 200_000
_CUT = "…"
# Controls, marks of direction, surrogates and white space of any kind: one space for each run.
_NOT_SHOWN = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+")


def snippet(text: str, words: Collection[str], width: int = _WIDTH) -> str:
    """Return about `width` characters of the text, in one line, around the place where most of the words stand.

    Args:
        text: the decrypted text of a record.
        words: folded words, as `Query.words` has them; a word of the text that begins with one of them is a hit.
        width: in characters; cuts are marked with `…` outside of it. With no hit, the beginning is returned.
    """
    text = text[:_LONGEST_TEXT]
    wanted = tuple(filter(None, words))
    places = word_places(text) if wanted else []
    folded = fold_words([text[start:end] for start, end in places])
    hits = [
        (start, next(word for word in wanted if written.startswith(word)))
        for (start, _), written in zip(places, folded, strict=True)
        if written.startswith(wanted)
    ]
    begin = max(0, _best_place(hits, width) - _BEFORE)
    if begin:  # whole words
        begin = next((place for place in range(begin, begin + _BEFORE) if text[place].isspace()), begin)
    end = min(len(text), begin + width)
    shown = _NOT_SHOWN.sub(" ", text[begin:end]).strip()
    return f"{_CUT if begin else ''}{shown}{_CUT if end < len(text) else ''}"


def hits_in(text: str, words: Collection[str]) -> tuple[tuple[int, int], ...]:
    """Return the half-open places of the words of a text that begin with one of these folded words."""
    wanted = tuple(filter(None, words))
    places = word_places(text) if wanted else []
    folded = fold_words([text[start:end] for start, end in places])
    return tuple(place for place, written in zip(places, folded, strict=True) if written.startswith(wanted))


def _best_place(hits: list[tuple[int, str]], width: int) -> int:
    """Return the first hit from which the most different words lie within the width."""
    best, most, last = 0, 0, 0
    counts: dict[str, int] = {}
    for place, word in hits:
        while last < len(hits) and hits[last][0] < place + width - _BEFORE:
            counts[hits[last][1]] = counts.get(hits[last][1], 0) + 1
            last += 1
        different = sum(1 for count in counts.values() if count)
        if different > most:
            best, most = place, different
        counts[word] -= 1
    return best
