"""The registry detector: where a text shows a registered person, in any known form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from vault.names.forms import PARTICLES, WORD, without_ending
from vault.names.normal import NormalText, normal_text
from vault.names.transliteration import passport_spelling
from vault.redaction.actions import IdentifierType
from vault.redaction.registry import PREFIX_LETTERS, Registry
from vault.redaction.spans import Match

SOURCE = "registry"

_NOBODY: frozenset[bytes] = frozenset()

# Between two words of one name: spaces, an initial's full stop, a hyphen, the marks of addresses and handles.
_INSIDE_A_NAME = re.compile(r"[ \n.,'\-_]{0,4}")
_BETWEEN_TORN = re.compile(r"[ \n\-]{1,3}")
_SPACED_WORD = re.compile(r"(?<![^\W\d_])[^\W\d_](?:[ .\-_*]{1,2}[^\W\d_]){3,}(?![^\W\d_])")
_TOKEN = re.compile(r"[^\W_][\w.+\-@/]*")
_DIGITS = re.compile(r"\d(?:[ ().\-\n/]{0,3}\d){4,}")
_BEFORE_A_NUMBER = re.compile(r"(?:(?<![^\W\d_])[^\W\d_]{1,3}[ \-№]{0,2}|\+?\d{1,4}[ \-().]{1,3})?[\d+(]*\Z")
_LONGEST_WORD = 40
_FEWEST_SPACED_LETTERS = 4
_FEWEST_TORN_LETTERS = 5
_LOOKING_BACK = 12

_NAMES_SOMEONE = 2  # weight of a word that points to a person alone; a short word has half, a particle or initial none


def find_registered(text: NormalText, registry: Registry) -> list[Match]:
    """Return where the registry's people are, in places of the source. Matches may touch and overlap."""
    plain = text.text
    found = [
        *((start, end, IdentifierType.NAME, who) for start, end, who in _names(plain, registry)),
        *_literals(plain, registry),
        *_numbers(plain, registry),
    ]
    return [Match(*text.source_range(start, end), kind, who, SOURCE) for start, end, kind, who in found]


def find_in(text: str, registry: Registry) -> list[Match]:
    """Return where the registry's people are in a text as written."""
    return find_registered(normal_text(text), registry)


_Place = tuple[int, int, frozenset[bytes]]
_TypedPlace = tuple[int, int, IdentifierType, frozenset[bytes]]


class _WordIndex:
    """Looks words up in a registry and remembers the answers for one text: most words of a text are repeated."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._answers: dict[str, frozenset[bytes]] = {}

    def who(self, token: str) -> frozenset[bytes]:
        """Return whom a plain word alone points to."""
        answer = self._answers.get(token)
        if answer is None:
            answer = self._answers[token] = self._look_up(token)
        return answer

    def _look_up(self, token: str) -> frozenset[bytes]:
        if who := self._with_ending(token.replace("'", "")):
            return who
        if "'" in token:
            pieces = [self._with_ending(piece) for piece in token.split("'")]
            if any(pieces):
                return next(who for who in pieces if who)
        return self._with_ending(passport_spelling(token)) if "\u0400" <= token[0] <= "\u052f" else _NOBODY

    def _with_ending(self, token: str) -> frozenset[bytes]:
        words = self._registry.words
        if who := words.get(token):
            return who
        prefixes = self._registry.prefixes
        if any(token[skip : skip + PREFIX_LETTERS] in prefixes for skip in range(4)):
            for stem in without_ending(token):
                if who := words.get(stem):
                    return who
        return _NOBODY


def _names(plain: str, registry: Registry) -> Iterator[_Place]:
    """Yield runs of neighbouring words that can be one person's name, with everyone they can point to together."""
    run = _Run()
    for start, end, who, weight in _name_words(plain, registry):
        if not (run.end and _INSIDE_A_NAME.fullmatch(plain, run.end, start) and run.admits(who)):
            yield from run.finished()
            run = _Run()
        run.add(start, end, who, weight)
    yield from run.finished()


@dataclass(slots=True)
class _Run:
    """Neighbouring words; `who` is None while it holds only initials, which fit anyone."""

    start: int = 0
    end: int = 0
    who: frozenset[bytes] | None = None
    weight: int = 0

    def admits(self, who: frozenset[bytes] | None) -> bool:
        return self.who is None or who is None or bool(self.who & who)

    def add(self, start: int, end: int, who: frozenset[bytes] | None, weight: int) -> None:
        self.start = self.start if self.end else start
        self.end = end
        self.who = who if self.who is None else self.who if who is None else self.who & who
        self.weight += weight

    def finished(self) -> Iterator[_Place]:
        if self.who and self.weight >= _NAMES_SOMEONE:
            yield self.start, self.end, self.who


def _name_words(plain: str, registry: Registry) -> Iterator[tuple[int, int, frozenset[bytes] | None, int]]:
    """Yield words that can be part of a registered name: (start, end, who, weight), `who` None for an initial."""
    index = _WordIndex(registry)
    before: tuple[int, int, str] = (0, 0, "")
    for match in WORD.finditer(plain):
        start, end = match.span()
        token = match.group()
        torn = before[2] + token
        if who := index.who(token):
            yield *_widened(plain, start, end), who, _NAMES_SOMEONE
        elif (who := registry.words.get(torn, _NOBODY)) and _is_torn(plain, before[1], start, torn):
            yield before[0], end, who, _NAMES_SOMEONE
        elif who := registry.weak.get(token.replace("'", ""), _NOBODY):
            yield start, end, who, 0 if token in PARTICLES else 1
        elif end - start == 1 and plain[end : end + 1] == ".":
            yield start, end + 1, None, 0
        before = (start, end, token)
    for match in _SPACED_WORD.finditer(plain):
        letters = "".join(letter for letter in match.group() if letter.isalpha())
        if who := _inside(letters, registry):
            yield *match.span(), who, _NAMES_SOMEONE


def _is_torn(plain: str, end: int, start: int, joined: str) -> bool:
    return len(joined) >= _FEWEST_TORN_LETTERS and _BETWEEN_TORN.fullmatch(plain, end, start) is not None


def _widened(plain: str, start: int, end: int) -> tuple[int, int]:
    """Return the place with the digits and underscores written onto the word, as handles have them."""
    while start and (plain[start - 1] == "_" or plain[start - 1].isdigit()):
        start -= 1
    while end < len(plain) and (plain[end] == "_" or plain[end].isdigit()):
        end += 1
    return start, end


def _inside(letters: str, registry: Registry) -> frozenset[bytes]:
    """Return everyone whose word stands somewhere in these letters, which had been written apart."""
    pieces = (
        letters[start:end]
        for start in range(len(letters))
        for end in range(start + _FEWEST_SPACED_LETTERS, min(len(letters), start + _LONGEST_WORD) + 1)
    )
    return frozenset().union(*(registry.words.get(piece, _NOBODY) for piece in pieces))


def _literals(plain: str, registry: Registry) -> Iterator[_TypedPlace]:
    """Yield whole tokens that are a registered e-mail, its local part, or a document number with letters inside."""
    if not registry.literals:
        return
    for match in _TOKEN.finditer(plain):
        token = match.group().rstrip(".-/")
        for candidate in (token, token.partition("@")[0]):
            if hit := registry.literals.get(candidate):
                yield match.start(), match.start() + len(candidate), *hit
                break


def _numbers(plain: str, registry: Registry) -> Iterator[_TypedPlace]:
    """Yield registered digits in any grouping, with the country code, prefix or series letters written before them."""
    numbers = registry.numbers
    for match in _DIGITS.finditer(plain) if numbers else ():
        places = [place for place in range(*match.span()) if plain[place].isdigit()]
        digits = "".join(plain[place] for place in places)
        for length in registry.number_lengths:
            for first in range(len(digits) - length + 1):
                if hit := numbers.get(digits[first : first + length]):
                    start, end = _whole_number(plain, places[first], places[first + length - 1] + 1)
                    yield start, end, *hit


def _whole_number(plain: str, start: int, end: int) -> tuple[int, int]:
    """Return the place widened to neighbouring digits, a prefix such as `+996 (0)`, and letters of a series."""
    before = _BEFORE_A_NUMBER.search(plain, max(0, start - _LOOKING_BACK), start)
    start = before.start() if before else start
    while end < len(plain) and plain[end].isdigit():
        end += 1
    return start, end
