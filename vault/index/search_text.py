"""Text as the search compares it: letters brought to one, a query as an expression, the words around a hit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple, TypeAlias

# Letters that people write in two ways, brought to one: the same for indexed text and for what is searched.
# Case and accents are folded by the tokenizer of FTS5 (`unicode61 remove_diacritics 2`); here is what it leaves
# apart. й stays й: it is a letter, not an accent.

# Letters that a Russian keyboard lacks are typed as their neighbours: Kyrgyz, Kazakh, Tajik, Uzbek, Ukrainian.
_CYRILLIC = dict(zip("ёЁөӨүҮұҰңҢәӘқҚғҒһҺўЎҳҲӣӢӯӮҷҶґҐіІїЇ", "еЕоОуУуУнНаАкКгГхХуУхХиИуУчЧгГиИиИ", strict=True))
# Seats of hamza, the Persian and Urdu forms of yeh, kaf and heh, and the tied teh: often typed as their plain sisters.
_ARABIC = (
    dict.fromkeys("\u0622\u0623\u0625\u0671", "\u0627")
    | dict.fromkeys("\u0626\u0649\u06cc\u06d0", "\u064a")
    | dict.fromkeys("\u0629\u06c0\u06d5\u06be\u06c1", "\u0647")
    | {"\u0624": "\u0648", "\u06a9": "\u0643"}
)
_DIGITS = dict(zip("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789", strict=True))
# Uzbek oʻ and gʻ are typed with whatever apostrophe is at hand.
_APOSTROPHES = dict.fromkeys("\u2018\u2019\u02bb\u02bc\u02b9", "'")
# Arabic vowel marks and the stretching of letters; marks of direction and joining; the soft hyphen.
_DROPPED = (
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0640"
    "\u00ad\u200b\u200d-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
)
_SURROGATES = "\ud800-\udfff"  # cannot be written as UTF-8: SQLite would refuse the whole row

_SAME = _CYRILLIC | _ARABIC | _DIGITS | _APOSTROPHES
_FOLDED = re.compile(f"[{_DROPPED}{_SURROGATES}{''.join(_SAME)}]")
_HALVES = re.compile(f"[{_SURROGATES}]")
_COMBINING = re.compile("[\u0300-\u036f]")
# Latin, Greek, Cyrillic and Arabic letters and what stands between them; no mark that joins the letter before it.
_WRITTEN = (
    (0x20, 0x7E),
    (0xA0, 0x24F),
    (0x370, 0x482),
    (0x48A, 0x52F),
    (0x61B, 0x64A),
    (0x2010, 0x2027),
    (0x2030, 0x205E),
)
_TOKEN = re.compile(rf"[^\W_](?:[^\W_]|[\u0300-\u036f{_DROPPED}])*")


def fold(text: str) -> str:
    """Return the text as it is indexed and searched. Never longer in words, not always as long in characters."""
    if text.isascii():
        return text
    return _FOLDED.sub(lambda found: _SAME.get(found[0], ""), unicodedata.normalize("NFKC", text))


def storable(text: str) -> str:
    """Return the text as it can be stored: without halves of characters."""
    return text if text.isascii() else _HALVES.sub("", text)


def fold_word(word: str) -> str:
    """Return one word as the tokenizer sees it: `fold`, then without case and accents."""
    if word.isascii():
        return word.lower()
    parts = unicodedata.normalize("NFD", fold(word).casefold().replace("й", "\0"))
    return _COMBINING.sub("", parts).replace("\0", "й")


def fold_words(words: Sequence[str]) -> list[str]:
    """Return each word of a text as `fold_word` does, at a fifth of the cost: no letter folds into the line's end."""
    return fold_word("\n".join(words)).split("\n") if words else []


def fold_letter_by_letter(text: str) -> str | None:
    """Return the text with each letter in its place as `fold_word` has it; None where not each becomes one."""
    if text.isascii():
        return text.lower()
    return fold_word(text) if _kept_in_place().fullmatch(text) else None


@cache
def _kept_in_place() -> re.Pattern[str]:
    """Return a pattern of the letters and marks that fold alone into one that is a letter where they are."""
    written = (*"\t\n\r", *(chr(code) for first, last in _WRITTEN for code in range(first, last + 1)))
    kept = [mark for mark in written if len(other := fold_word(mark)) == 1 and other.isalnum() == mark.isalnum()]
    return re.compile(f"[{re.escape(''.join(kept))}]*")


def sort_key(text: str) -> str:
    """Return a key that puts titles and names in the order of a list: letters alone, folded."""
    return " ".join(fold_word(token) for token in words_of(text))


def words_of(text: str) -> list[str]:
    """Return the runs of letters and digits in the text, as written."""
    return _TOKEN.findall(text)


def word_places(text: str) -> list[tuple[int, int]]:
    """Return the half-open places, in characters, of the words of the text."""
    return [found.span() for found in _TOKEN.finditer(text)]


# What a person types, as an FTS5 expression that is never a syntax error.
# Words are joined by AND, the last one also finds what begins with it, and a part between double quotes is a phrase.

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


# The few words around a hit, cut from the decrypted text: the index itself keeps no text to cut from.
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

    `words` are folded; a word of the text that begins with one is a hit. Cuts are marked with `…` outside of the
    width. With no hit, the beginning is returned.
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
