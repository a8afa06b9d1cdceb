"""One plain form of a text for comparing, with the way back: each plain character knows its place in the source.

Folded: compatibility forms (fullwidth, mathematical, Arabic presentation), case, marks and invisible characters,
digits of all scripts, apostrophes, dashes, spaces, a word broken by a hyphen at a line's end, letters that stand for
one another (`vault.names.normal`), and look-alikes of the other script inside one word.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass, field

# Letters that stand for one another: the tables behind `vault.names.normal`.

# Letters that Unicode does not decompose, and letters that keyboards without them replace. One letter for one letter,
# so that places in a text stay where they are. й and ё need no line: their decomposition already ends in и and е.
PLAIN_LETTERS = str.maketrans(
    {
        "ө": "о", "ү": "у", "ұ": "у", "ң": "н", "ә": "а", "қ": "к", "ғ": "г", "ҳ": "х", "һ": "х", "ҷ": "ч", "ӊ": "н",
        "і": "и", "є": "е", "ґ": "г", "ј": "и",
        "ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ə": "a", "ŋ": "n",
        "ى": "ي", "ی": "ي", "ې": "ي", "ک": "ك", "ګ": "گ", "ة": "ه", "ە": "ه", "ہ": "ه", "ھ": "ه", "ۀ": "ه", "ٱ": "ا",
    }
)  # fmt: skip

# Same look, other script; both alphabets casefolded. Upper-case pairs (В/B, Н/H) count, since text is casefolded first.
CYRILLIC_AS_LATIN = {
    "а": "a", "в": "b", "с": "c", "ԁ": "d", "е": "e", "н": "h", "і": "i", "ј": "j", "к": "k", "м": "m", "о": "o",
    "р": "p", "г": "r", "ѕ": "s", "т": "t", "и": "u", "ѵ": "v", "х": "x", "у": "y", "ԛ": "q", "ԝ": "w",
}  # fmt: skip
LATIN_AS_CYRILLIC = {
    "a": "а", "b": "в", "c": "с", "e": "е", "h": "н", "i": "і", "k": "к", "m": "м", "n": "п", "o": "о", "p": "р",
    "r": "г", "s": "ѕ", "t": "т", "u": "и", "x": "х", "y": "у",
}  # fmt: skip

APOSTROPHES = frozenset("'`´ʹʻʼʽˈ‘’‛′＇՚")
DASHES = frozenset("-‐‑‒–—―−﹘﹣－⁃")


_TATWEEL = "\u0640"  # stretches an Arabic word, says nothing
_LINE_BREAKS = frozenset("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")
_WORD_BROKEN_AT_LINE_END = re.compile(r"(?<=[^\W\d_])-[ ]{0,8}\n[ \n]{0,8}(?=[^\W\d_])")
_MIXED_WORD = re.compile(r"\b(?=[^\W\d_]*[a-z])(?=[^\W\d_]*[\u0400-\u052f])[^\W\d_]+")
_LATIN_LETTER = re.compile(r"[a-z]")


class _Plain(dict[str, str]):
    """The plain form of each character met so far."""

    def __missing__(self, character: str) -> str:
        plain = self[character] = _plain_character(character)
        return plain


def _plain_character(character: str) -> str:
    if character in _LINE_BREAKS:
        return "\n"
    if character in APOSTROPHES:
        return "'"
    if character in DASHES:
        return "-"
    return "".join(
        _plain_part(part) for part in unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    )


def _plain_part(part: str) -> str:
    category = unicodedata.category(part)
    if category in {"Cf", "Mn", "Me"} or part == _TATWEEL:
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(part))
    if category in {"Zs", "Cc"}:
        return " "
    if part in APOSTROPHES:
        return "'"
    return "-" if part in DASHES else part


_plain = _Plain()


@dataclass(frozen=True, slots=True)
class NormalText:
    """A plain text and, for each of its characters, the source character that it came from."""

    text: str = field(repr=False)
    places: tuple[int, ...] = field(repr=False)

    def source_range(self, start: int, end: int) -> tuple[int, int]:
        """Return the half-open range of the source that plain `[start, end)` came from; `start` must be below `end`.

        Invisible characters between the first and the last are inside the range.
        """
        return self.places[start], self.places[end - 1] + 1

    def plain_range(self, start: int, end: int) -> tuple[int, int]:
        """Return the half-open range that the source's `[start, end)` became: empty where it shows nothing."""
        return bisect_left(self.places, start), bisect_left(self.places, end)


def normal_text(source: str) -> NormalText:
    """Return the plain form of a text with the way back."""
    pieces = list(map(_plain.__getitem__, source))
    text = "".join(pieces)
    is_letter_for_letter = set(map(len, pieces)) <= {1}
    places = list(
        range(len(source)) if is_letter_for_letter else (place for place, piece in enumerate(pieces) for _ in piece)
    )
    text, places = _with_broken_words_joined(text, places)
    of_one_script = _MIXED_WORD.sub(lambda match: _word_of_one_script(match.group()), text)
    return NormalText(of_one_script.translate(PLAIN_LETTERS), tuple(places))


def _with_broken_words_joined(text: str, places: list[int]) -> tuple[str, list[int]]:
    pieces: list[str] = []
    kept: list[int] = []
    last = 0
    for match in _WORD_BROKEN_AT_LINE_END.finditer(text):
        pieces.append(text[last : match.start()])
        kept += places[last : match.start()]
        last = match.end()
    return (text, places) if not last else ("".join((*pieces, text[last:])), kept + places[last:])


def normal(source: str) -> str:
    """Return the plain form alone."""
    return normal_text(source).text


def _word_of_one_script(word: str) -> str:
    """Return a word of mixed letters in the script that fits, letter for letter."""
    latin = set(_LATIN_LETTER.findall(word))
    cyrillic = {letter for letter in word if "\u0400" <= letter <= "\u052f"}
    if latin <= LATIN_AS_CYRILLIC.keys() and not cyrillic <= CYRILLIC_AS_LATIN.keys():
        to_cyrillic = True
    elif cyrillic <= CYRILLIC_AS_LATIN.keys() and not latin <= LATIN_AS_CYRILLIC.keys():
        to_cyrillic = False
    else:
        to_cyrillic = sum(letter in latin for letter in word) * 2 <= len(word)
    table = LATIN_AS_CYRILLIC if to_cyrillic else CYRILLIC_AS_LATIN
    return "".join(table.get(letter, letter) for letter in word)


def lookalike(word: str) -> str | None:
    """Return a plain word typed in the letters of the other script throughout; None if a letter has no twin there."""
    table = CYRILLIC_AS_LATIN if "\u0400" <= word[:1] <= "\u052f" else LATIN_AS_CYRILLIC
    twins = [table.get(letter) for letter in word]
    return None if None in twins else "".join(twin for twin in twins if twin)


# Whether two names are one to the eye: by such names people are told apart, and packages find their way.
_SHOWS_NOTHING = frozenset({"Cn", "Co"})  # no font has them; one may leave no room for them


def looks_same(left: str, right: str) -> bool:
    """Say whether two names are one to the eye: letters of another script that look alike are the same."""
    return as_seen(left) == as_seen(right)


def as_seen(name: str) -> str:
    """Return what two names that are one to the eye have in common."""
    shown = "".join(letter for letter in normal(name) if unicodedata.category(letter) not in _SHOWS_NOTHING)
    return "".join(CYRILLIC_AS_LATIN.get(letter, letter) for letter in " ".join(shown.split()))
