"""Default deny: every token that nothing explains becomes a question.

Asked about: capitalised words, words the Russian dictionary does not know or takes for a name, words of scripts
without capitals, tokens with digits. Not asked about: neutral words, common words at the start of a sentence, one-digit
numbers, and Latin words in small letters, which no list at hand can tell from ordinary ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from vault.names.normal import normal_text
from vault.names.russian import is_common_word, is_ordinary_word
from vault.redaction.neutral import FUNCTION_WORDS, NEUTRAL, SENTENCE_STARTS
from vault.redaction.spans import Span

Place = tuple[int, int]

_TOKEN = re.compile(r"\d+(?:[.,:/\-]\d+)*(?!\w)|\w+(?:'\w+)*")
_BEFORE_A_SENTENCE = re.compile(r"(?:\A|[.!?…:;\n\"«“(\[•])[\s\"«“(\-•]*\Z")
_LOOKING_BACK = 6


def unexplained(text: str, covered: Sequence[Span]) -> Iterator[Place]:
    """Yield the tokens of a text that lie outside `covered` (fused, in order), even in part, and need a decision."""
    plain = normal_text(text)
    place = 0
    for match in _TOKEN.finditer(plain.text):
        start, end = plain.source_range(*match.span())
        while place < len(covered) and covered[place].end <= start:
            place += 1
        if place < len(covered) and covered[place].start <= start and end <= covered[place].end:
            continue
        token = match.group()
        if token.strip("_") and not _is_neutral(token, text[start:end], _starts_sentence(plain.text, match.start())):
            yield start, end


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
        return not capitalised or (starts_sentence and token in SENTENCE_STARTS)
    return token in FUNCTION_WORDS


def _starts_sentence(plain: str, start: int) -> bool:
    return _BEFORE_A_SENTENCE.search(plain, max(0, start - _LOOKING_BACK), start) is not None
