"""Letters that people write in two ways, brought to one: the same for indexed text and for what is searched.

Case and accents are folded by the tokenizer of FTS5 (`unicode61 remove_diacritics 2`); here is what it leaves apart.
й stays й: it is a letter, not an accent.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

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
