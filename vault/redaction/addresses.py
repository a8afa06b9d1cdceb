"""Where a text says a street, with the numbers of house and flat: one thing, in whatever letters it is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec

from vault.data_files import read_table
from vault.names.normal import NormalText, normal
from vault.names.russian import use_of

_MOST_WORDS = 4  # of the name of a street
_WORD = re.compile(r"\d{1,5}[^\W\d_]?(?:[/\-]\d{1,4}[^\W\d_]?)?(?:[ ](?:bis|ter))?(?!\w)|[^\W_]+(?:['\-][^\W\d_]+)*")
_BESIDE = re.compile(r"[^\S\n]{1,3}|\.[^\S\n]{0,2}|-")
_BEFORE_A_NUMBER = re.compile(r"[ .,\n№#:\-]{0,4}")
_YEAR = re.compile(r"(?:19|20)\d\d")


class _Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    before: str
    before_short: str
    behind: str
    behind_small: str
    glued: str
    number_words: str
    links: str
    prepositions: str
    stops: str


def _plain(words: str) -> frozenset[str]:
    return frozenset(normal(word) for word in words.split())


_WORDS = read_table("vault.redaction", "streets.toml", _Words)
_BEFORE = re.compile("|".join(re.escape(word).replace("\\~", r"[^\W\d_]{0,4}") for word in _plain(_WORDS.before)))
_BEFORE_SHORT = _plain(_WORDS.before_short)
_BEHIND = _plain(_WORDS.behind)
_BEHIND_SMALL = _plain(_WORDS.behind_small)
_GLUED = tuple(_plain(_WORDS.glued))
_NUMBER_WORDS = _plain(_WORDS.number_words)
_LINKS = _plain(_WORDS.links)
_PREPOSITIONS = _plain(_WORDS.prepositions)
SHORT_WORDS = _BEFORE_SHORT | _plain(_WORDS.stops)
"""Words of addresses whose full stop ends no sentence."""


class _Token(NamedTuple):
    start: int
    end: int
    word: str
    written: str
    capital: bool
    passes: bool  # a word of grammar, a verb or an adverb, in small letters: no part of a name


def addresses(text: NormalText, written: str, passes: Callable[[str, str], bool]) -> Iterator[tuple[int, int]]:
    """Yield where a text says a street, number and flat included, in order and without overlap: places of plain text.

    A street word is one where a name is beside it: a capital, a number, a word that no sentence goes on with.

    Args:
        text: the plain text.
        written: the text as written: its capitals tell names.
        passes: says of a plain word and the word as written whether it carries a sentence on.
    """
    return _Streets(text, written, passes).found()


class _Streets:
    def __init__(self, text: NormalText, written: str, passes: Callable[[str, str], bool]) -> None:
        self._plain = text.text
        self._tokens: list[_Token] = []
        if not _MAY_HAVE_A_STREET.search(text.text):
            return
        for match in _WORD.finditer(text.text):
            source = written[slice(*text.source_range(*match.span()))]
            capital = source[:1].isupper()
            self._tokens.append(
                _Token(
                    *match.span(),
                    match.group(),
                    source.casefold(),
                    capital,
                    not capital and passes(match.group(), source),
                )
            )

    def found(self) -> Iterator[tuple[int, int]]:
        end = 0
        for place, token in enumerate(self._tokens):
            if token.start < end:
                continue
            if (span := self._around(place)) and self._tokens[span[0]].start >= end:
                end = self._tokens[span[1]].end
                yield self._tokens[span[0]].start, end

    def _around(self, place: int) -> tuple[int, int] | None:
        """Return the first and the last word of the address whose street word stands at a place."""
        word = self._tokens[place].word
        if word in _BEHIND or (word.endswith(_GLUED) and word not in _GLUED):
            span = self._with_name_before(place)
            if span is not None:
                return span
        if word in _BEFORE_SHORT or _BEFORE.fullmatch(word):
            return self._with_name_behind(place)
        return self._without_a_street_word(place) if word in _PREPOSITIONS else None

    def _with_name_behind(self, place: int) -> tuple[int, int] | None:
        first = place + 1
        while self._beside(first) and self._word(first) in _LINKS:
            first += 1
        last = first - 1
        named = 0
        while self._beside(last + 1) and last - first < _MOST_WORDS:
            token = self._tokens[last + 1]
            is_letter = len(token.word) == 1 and not token.capital and not self._is_number(last + 1)
            if token.passes or is_letter or (token.word in _NUMBER_WORDS and self._is_number(last + 2)):
                break
            last += 1
            if token.capital or self._is_number(last):
                named = last
            if self._is_number(last):
                break
        if last < first:
            return None
        if not named:
            numbered = self._numbers_behind(last)
            named = last if numbered > last else first
        return self._numbers_before(place), self._numbers_behind(named)

    def _with_name_before(self, place: int) -> tuple[int, int] | None:
        token = self._tokens[place]
        is_glued = token.word not in _BEHIND
        first = place
        capital = is_glued
        while not is_glued and place - first < _MOST_WORDS - 1 and first and self._beside(first):
            before = self._tokens[first - 1]
            if before.passes or self._is_number(first - 1) or before.word in _PREPOSITIONS:
                break
            first -= 1
            capital |= before.capital
        if first == place and not is_glued:
            return None
        last = self._numbers_behind(place)
        start = self._numbers_before(first)
        placed = token.word in _BEHIND_SMALL and first and self._word(first - 1) in _PREPOSITIONS
        return (start, last) if capital or placed or last > place or start < first else None

    def _without_a_street_word(self, place: int) -> tuple[int, int] | None:
        """Return `садовой 7` of `на садовой 7`."""
        if not (self._beside(place + 1) and self._beside(place + 2) and self._is_number(place + 2)):
            return None
        word = self._tokens[place + 1].written
        follows = self._beside(place + 3) and not self._is_number(place + 3)
        if follows or not "\u0400" <= word[0] <= "\u052f" or not use_of(word).adjective:
            return None
        return place + 1, self._numbers_behind(place + 2)

    def _numbers_behind(self, last: int) -> int:
        """Return the last word of the numbers of house and flat that follow a word."""
        while self._near(last + 1):
            if self._is_number(last + 1):
                last += 1
            elif self._word(last + 1) in _NUMBER_WORDS and self._near(last + 2) and self._is_number(last + 2):
                last += 2
            else:
                break
        return last

    def _numbers_before(self, first: int) -> int:
        """Return the first word of the numbers of house and flat that stand before a word."""
        while first and self._near(first) and self._is_number(first - 1):
            first -= 1
            if first and self._near(first) and self._word(first - 1) in _NUMBER_WORDS:
                first -= 1
        return first

    def _word(self, place: int) -> str:
        return self._tokens[place].word if place < len(self._tokens) else ""

    def _is_number(self, place: int) -> bool:
        word = self._word(place)
        return word[:1].isdigit() and _YEAR.fullmatch(word) is None

    def _beside(self, place: int) -> bool:
        return self._joins(place, _BESIDE)

    def _near(self, place: int) -> bool:
        return self._joins(place, _BEFORE_A_NUMBER)

    def _joins(self, place: int, gap: re.Pattern[str]) -> bool:
        """Say whether nothing but a gap stands before the word at a place. A sentence ends behind a longer word."""
        if not 0 < place < len(self._tokens):
            return False
        before = self._tokens[place - 1]
        between = self._plain[before.end : self._tokens[place].start]
        counts = before.word in _NUMBER_WORDS and self._is_number(place)
        is_short = len(before.word) == 1 or before.word in SHORT_WORDS or before.word.endswith(_GLUED)
        if "." in between and not counts and not is_short:
            return False
        return gap.fullmatch(between) is not None


_MAY_HAVE_A_STREET = re.compile(
    rf"\b(?:{_BEFORE.pattern}|{'|'.join(map(re.escape, _BEFORE_SHORT | _BEHIND))})\b"
    rf"|(?:{'|'.join(_GLUED)})\b|\b(?:на|по|в)\s\w+(?:ои|ом|еи)\s\d"
)
