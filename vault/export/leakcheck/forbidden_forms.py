"""Forbidden forms: how text is compared with them whatever its dress, and their search in raw bytes."""

from __future__ import annotations

import base64
import re
import unicodedata
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import accumulate

# Forbidden forms, and how text is compared with them whatever its dress.
# Two texts are the same here if their words agree after compatibility decomposition, case folding, removal of marks
# and invisible characters, and unification of digits and of a few Persian letters. Words may have been torn apart by
# hyphens, line ends, spaces or dots; a hit must still begin and end at a word boundary, because a kept name may
# contain a hidden one.

_WORD = re.compile(r"[^\W_]+")

# Invisible, or a mere stretch of the line (tatweel).
_DROPPED_CATEGORIES = frozenset({"Cf", "Mn", "Me"})
_TATWEEL = "\u0640"

_SAME_LETTER = {"ی": "ي", "ک": "ك", "ہ": "ه", "ھ": "ه", "ة": "ه"}
# Letters of two alphabets that look alike, after case folding of either case.
_LOOKALIKE = str.maketrans("авекмноԛрѕстухіјԁһԝ", "abekmhoqpsctyxijdhw")

# Torn words shorter than this are too often two honest neighbours ("a li").
_TORN_LETTERS = 5
_MOST_PIECES = 24

Range = tuple[int, int]  # half-open, in characters of a text
Occurrence = int  # place in the list of forbidden forms; the form itself is never reported


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    folded = []
    for part in unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold()):
        if part == _TATWEEL or unicodedata.category(part) in _DROPPED_CATEGORIES:
            continue
        digit = unicodedata.decimal(part, None)
        folded.append(_SAME_LETTER.get(part, part) if digit is None else str(digit))
    return "".join(folded)


def fold(text: str) -> str:
    """Return the text as it is compared: caseless, without marks and invisible characters, digits in ASCII."""
    return "".join(map(_fold_character, text))


def words(text: str) -> list[str]:
    """Return the folded words of the text, in order; a word is a run of letters and digits."""
    return _WORD.findall(fold(text))


def squeeze(text: str) -> str:
    """Return the folded text without white space, with brackets alike (readers mirror them) and dashes alike.

    pdfium returns a hyphen at the end of a line as U+0002 or U+FFFE.
    """
    return "".join(_plain_sign(c) for c in fold(text.replace("\x02", "-").replace("\ufffe", "-")) if not c.isspace())


def _plain_sign(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Ps", "Pe", "Pi", "Pf"} or character in "<>":
        return "|"
    return "-" if category == "Pd" else character


def is_right_to_left(text: str) -> bool:
    """Say whether any letter or digit of the text runs from right to left."""
    return any(unicodedata.bidirectional(c) in {"R", "AL", "AN"} for c in text)


class ForbiddenForms:
    """The forms that must not be found, prepared for look-up; its cost does not grow with their number."""

    def __init__(self, forms: Sequence[str]) -> None:
        self.forms = tuple(forms)
        self._joined: dict[str, Occurrence] = {}
        self._pieces: set[tuple[str, ...]] = set()
        for place, form in enumerate(self.forms):
            pieces = words(form)
            joined = "".join(pieces).translate(_LOOKALIKE)
            if not joined:
                continue
            self._joined.setdefault(joined, place)
            self._pieces.add(tuple(piece.translate(_LOOKALIKE) for piece in pieces))
        self._longest = max(map(len, self._joined), default=0)

    def places(self) -> set[Occurrence]:
        """Return the places of all forms that can be found: those with a letter or digit, equal ones once."""
        return set(self._joined.values())

    def find_in(self, text: str, own: Sequence[Range] = ()) -> set[Occurrence]:
        """Return which forms stand in the text, whole or torn into pieces, other than wholly inside `own`.

        Right-to-left words are also tried in the orders in which readers return them: letters turned round, or
        words of a line turned round.
        """
        placed = list(_placed_words(text))
        text_words = [word for word, _ in placed]
        excused = list(_are_inside([place for _, place in placed], own))
        found = self._find(text_words, excused)
        if is_right_to_left(text):
            turned = [word[::-1] if is_right_to_left(word) else word for word in text_words]
            backwards = excused[::-1]
            found |= self._find(turned, excused) | self._find(turned[::-1], backwards)
            found |= self._find(text_words[::-1], backwards)
        return found

    def _find(self, text_words: Sequence[str], excused: Sequence[bool]) -> set[Occurrence]:
        pieces = [word.translate(_LOOKALIKE) for word in text_words]
        found: set[Occurrence] = set()
        for start in range(len(pieces)):
            joined = ""
            for end in range(start, min(start + _MOST_PIECES, len(pieces))):
                joined += pieces[end]
                if len(joined) > self._longest:
                    break
                place = self._joined.get(joined)
                if place is None or all(excused[start : end + 1]):
                    continue
                if self._is_meant(pieces[start : end + 1], joined):
                    found.add(place)
        return found

    def _is_meant(self, pieces: Sequence[str], joined: str) -> bool:
        return len(pieces) == 1 or len(joined) >= _TORN_LETTERS or tuple(pieces) in self._pieces


def _are_inside(places: Sequence[Range], own: Sequence[Range]) -> Iterator[bool]:
    """Yield of each place whether one of our own ranges holds it; linear, since a large case has thousands of both."""
    ordered = sorted(own)
    starts = [start for start, _ in ordered]
    furthest = list(accumulate((end for _, end in ordered), max))
    for start, end in places:
        before = bisect_right(starts, start)
        yield before > 0 and furthest[before - 1] >= end


def _placed_words(text: str) -> Iterator[tuple[str, Range]]:
    """Yield the folded words of a text and where they stand in it."""
    folded: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for part in _fold_character(character):
            folded.append(part)
            places.append(place)
    for match in _WORD.finditer("".join(folded)):
        yield match.group(), (places[match.start()], places[match.end() - 1] + 1)


# Search of raw bytes for forbidden forms in the encodings and disguises that files use.

# Shorter needles turn up by chance in compressed data; shorter forms are found by the readers of text and strings.
_LEAST_BYTES = 6
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")  # RFC 3986 2.3
_PREFIX = 4
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-be", "koi8-r", "koi8-u", "cp1251", "cp1256", "cp1252")
_SPACES = re.compile(rb"\s+")


class _Table:
    """Needles by their first bytes, then by length, so that one walk finds them all, however many they are."""

    def __init__(self) -> None:
        self._by_prefix: dict[bytes, dict[int, dict[bytes, Occurrence]]] = defaultdict(lambda: defaultdict(dict))

    def add(self, needle: bytes, place: Occurrence) -> None:
        if len(needle) >= _LEAST_BYTES:
            self._by_prefix[needle[:_PREFIX]][len(needle)].setdefault(needle, place)

    def find_in(self, haystack: bytes) -> set[Occurrence]:
        found: set[Occurrence] = set()
        table = self._by_prefix
        for start in range(len(haystack) - _PREFIX + 1):
            prefix = haystack[start : start + _PREFIX]
            if prefix in table:
                for length, needles in table[prefix].items():
                    place = needles.get(haystack[start : start + length])
                    if place is not None:
                        found.add(place)
        return found


class Needles:
    """All encodings and disguises of some forms, of which the first has the place `first` in the whole list."""

    def __init__(self, forms: Sequence[str], first: Occurrence = 0) -> None:
        self._encoded, self._disguised = _Table(), _Table()
        for place, form in enumerate(forms, first):
            for spelling in {form, form.lower(), form.upper(), form.title()}:
                for encoded in _encodings(spelling):
                    self._encoded.add(encoded, place)
                    for disguise in _disguises(encoded):
                        self._disguised.add(disguise, place)
                for escaped in _escapes(spelling):
                    self._disguised.add(escaped, place)

    def find_in(self, haystack: bytes) -> set[Occurrence]:
        """Return which forms occur in bytes that are not text, as they are or disguised."""
        return self._encoded.find_in(haystack) | self.find_disguised_in(haystack)

    def find_disguised_in(self, haystack: bytes) -> set[Occurrence]:
        """Return which forms occur as hex, base64 or escapes, also where white space was strewn among the digits.

        For text, whose plain words are compared as words: inside a longer word that may stay, a form is no leak.
        """
        return self._disguised.find_in(haystack) | self._disguised.find_in(_SPACES.sub(b"", haystack))


def _encodings(form: str) -> set[bytes]:
    encoded = set()
    for encoding in _ENCODINGS:
        with suppress(UnicodeEncodeError):
            encoded.add(form.encode(encoding))
    return encoded


def _disguises(encoded: bytes) -> Iterator[bytes]:
    # Long enough to be looked for even where the encoded form itself is short.
    if len(encoded) >= _PREFIX:
        yield encoded.hex().encode()
        yield encoded.hex().upper().encode()
        yield from _base64_phases(encoded)


def _base64_phases(encoded: bytes) -> Iterator[bytes]:
    for phase in range(3):
        text = base64.b64encode(bytes(phase) + encoded)
        # The first and last characters also depend on neighbours that we do not know.
        first = (phase * 8 + 5) // 6
        whole = (phase + len(encoded)) * 8 // 6
        yield text[first:whole]
        yield text[first:whole].replace(b"+", b"-").replace(b"/", b"_")


def _percent(form: str) -> str:
    """Write a form as it stands in an address; what is allowed there as it is stays."""
    return "".join(chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in form.encode())


def _escapes(form: str) -> Iterator[bytes]:
    for escaped in (
        _percent(form).encode(),
        _percent(form).lower().encode(),
        form.encode("ascii", "xmlcharrefreplace"),
        form.encode("ascii", "backslashreplace"),
    ):
        if escaped.lower() != form.lower().encode():
            yield escaped
