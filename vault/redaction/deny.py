"""Default deny: everything that nothing explains becomes a question.

Asked about: capitalised words, words in small letters that no list at hand knows, words that the Russian dictionary
takes for a name, words of scripts without capitals, tokens with digits, numbers and dates in words. Not asked about:
neutral words, common words at the start of a sentence, one-digit numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from vault.names.common_words import is_english_or_french
from vault.names.normal import NormalText, normal_text
from vault.names.russian import is_common_word, is_ordinary_word
from vault.redaction.neutral import FUNCTION_WORDS, NEUTRAL, SENTENCE_STARTS
from vault.redaction.spans import Span
from vault.redaction.spelled import spelled

Place = tuple[int, int]

_TOKEN = re.compile(r"\d+(?:[.,:/\-]\d+)*(?!\w)|\w+(?:'\w+)*")
_BEFORE_A_SENTENCE = re.compile(r"(?:\A|[.!?…:;\n\"«“(\[•])[\s\"«“(\-•]*\Z")
_LOOKING_BACK = 6


def unexplained(text: str, covered: Sequence[Span]) -> Iterator[Place]:
    """Yield what lies outside `covered` (fused, in order), even in part, and needs a decision. Places are in order."""
    plain = normal_text(text)
    place = 0
    for first, last in _units(plain, text):
        start, end = plain.source_range(first, last)
        while place < len(covered) and covered[place].end <= start:
            place += 1
        if place >= len(covered) or covered[place].start > start or end > covered[place].end:
            yield start, end


def _units(plain: NormalText, text: str) -> Iterator[Place]:
    """Yield, in places of the plain text, whatever would need a decision: numbers in words, and tokens outside them."""
    numbers = spelled(plain, text)
    number = next(numbers, None)
    for match in _TOKEN.finditer(plain.text):
        start, end = match.span()
        while number is not None and number[1] <= start:
            yield number
            number = next(numbers, None)
        if number is not None and number[0] < end:
            continue
        token = match.group()
        written = text[slice(*plain.source_range(start, end))]
        if token.strip("_") and not _is_neutral(token, written, _starts_sentence(plain.text, start)):
            yield start, end
    if number is not None:
        yield number


def _is_neutral(token: str, written: str, starts_sentence: bool) -> bool:
    if any(letter.isdigit() for letter in token):
        return len(token) == 1
    if token in NEUTRAL:
        return True
    capitalised = any(letter.isupper() or letter.istitle() for letter in written)
    word = written.casefold()
    if "\u0400" <= token[0] <= "\u052f":
        if not capitalised:
            return is_ordinary_word(word)
        return starts_sentence and is_common_word(word)
    if token[0].isascii():
        return (starts_sentence and token in SENTENCE_STARTS) if capitalised else is_english_or_french(token)
    return token in FUNCTION_WORDS


def _starts_sentence(plain: str, start: int) -> bool:
    return _BEFORE_A_SENTENCE.search(plain, max(0, start - _LOOKING_BACK), start) is not None
